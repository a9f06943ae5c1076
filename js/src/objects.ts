// The list of objects on the item. It only shows and selects (and deletes); numbers are edited in the fields.
//
// However many objects there are, the page holds only the rows that can be seen, and some beyond. A row is an
// option for screen readers, with its Delete button beside it.
import './objects.css';
import { X } from 'lucide-static';
import { describe } from './objects/describe';
import { virtualRows } from './objects/rows';
import { coalesced, element, elementId, icon, KEEP_KEYS, safeColor, setAttribute, setText } from './shared/dom';
import { deleteObjects, NO_CLASS } from './shared/edits';
import { shortcut, shortcutOnButton, swallow } from './shared/keys';
import type { ClassData, ObjectData } from './shared/protocol';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';

const ROW_HEIGHT = 28;

interface Row {
  root: HTMLElement;
  option: HTMLElement;
  chip: HTMLElement;
  name: HTMLElement;
  geometry: HTMLElement;
  remove: HTMLButtonElement;
  index: number;
}

export function mount(session: Session, el: HTMLElement, owner: AbortSignal): void {
  const prefix = elementId('object');
  const total = element('span', { class: 'ipya-total' });
  const inner = element('div', { class: 'ipya-object-rows', role: 'none' });
  const list = element(
    'div',
    {
      class: 'ipya-object-list',
      role: 'listbox',
      'aria-label': 'Objects',
      'aria-multiselectable': 'true',
      tabindex: 0,
      ...KEEP_KEYS,
    },
    inner,
  );
  const empty = element('p', { class: 'ipya-empty' });
  const title = element('div', { class: 'ipya-title' }, 'Objects', total);
  el.replaceChildren(element('section', { class: 'ipya ipya-objects' }, title, list, empty));

  let classes = new Map<string, ClassData>();
  /** Where each object stands in the list; made anew when the list has changed and it is asked for. */
  let places: Map<string, number> | null = null;
  /** The row that the keyboard is on, and the one from which Shift extends; both by object. */
  let cursor = '';
  let anchor = '';
  /** The selection that this list made itself: the list does not jump to it. */
  let own: ReadonlySet<string> | null = null;
  /** Rows by slot: a row that has scrolled out on one side is used again on the other. */
  const used = new Map<number, Row>();
  const spare: Row[] = [];

  const place = (id: string): number => {
    places ??= new Map(session.objects.map((object, at) => [object.id, at]));
    return places.get(id) ?? -1;
  };
  const label = (object: ObjectData): string => {
    if (!object.class_id) return NO_CLASS;
    return classes.get(object.class_id)?.name ?? object.class_id;
  };
  const select = (ids: Iterable<string>): void => {
    const chosen = new Set(ids);
    own = chosen;
    session.select(chosen);
  };

  const makeRow = (): Row => {
    const chip = element('span', { class: 'ipya-chip' });
    const name = element('span', { class: 'ipya-object-name' });
    const geometry = element('span', { class: 'ipya-geometry' });
    const option = element('div', { class: 'ipya-object', role: 'option' }, chip, name, geometry);
    const remove = element('button', { type: 'button', class: 'ipya-remove', tabindex: -1, ...KEEP_KEYS }, icon(X));
    const root = element('div', { class: 'ipya-object-row', role: 'none' }, option, remove);
    const made: Row = { root, option, chip, name, geometry, remove, index: -1 };
    option.addEventListener('click', (event) => click(made.index, event), { signal: owner });
    remove.addEventListener(
      'click',
      () => {
        const object = session.objects[made.index];
        list.focus({ preventScroll: true });
        if (object) drop([object.id]);
      },
      { signal: owner },
    );
    return made;
  };

  const writeRow = (row: Row, index: number, object: ObjectData): void => {
    if (row.index !== index) {
      row.index = index;
      row.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      setAttribute(row.option, 'aria-posinset', index + 1);
      row.option.id = `${prefix}-${index}`;
    }
    const called = object.track ? `${label(object)} #${object.track}` : label(object);
    const color = safeColor(classes.get(object.class_id ?? '')?.color ?? '');
    if (row.chip.dataset['color'] !== color) {
      row.chip.dataset['color'] = color;
      row.chip.style.background = color;
    }
    const guess = object.origin === 'model' ? ' ?' : '';
    const score = guess && typeof object.score === 'number' ? ` ${object.score.toFixed(2)}` : '';
    setText(row.name, called + guess + score);
    setAttribute(row.name, 'title', called);
    setAttribute(row.name, 'data-none', object.class_id ? null : true);
    setText(row.geometry, describe(object.shape));
    setAttribute(row.option, 'aria-selected', session.selection.has(object.id));
    setAttribute(row.option, 'aria-setsize', session.objects.length);
    setAttribute(row.option, 'data-cursor', object.id === cursor || null);
    setAttribute(row.remove, 'aria-label', `Delete ${called} ${index + 1}`);
    setAttribute(row.remove, 'title', 'Delete');
    setAttribute(row.remove, 'hidden', session.readOnly);
  };

  const draw = (): void => {
    const { objects } = session;
    const wanted = rows.indexes();
    const keep = new Set(wanted);
    for (const [index, row] of used) {
      if (keep.has(index)) continue;
      used.delete(index);
      row.index = -1;
      spare.push(row);
    }
    for (const index of wanted) {
      const object = objects[index];
      if (!object) continue;
      const row = used.get(index) ?? spare.pop() ?? makeRow();
      used.set(index, row);
      writeRow(row, index, object);
      if (!row.root.isConnected || row.root.parentNode !== inner) inner.append(row.root);
    }
    for (const row of spare) row.root.remove();
    const height = `${rows.height()}px`;
    if (inner.style.height !== height) inner.style.height = height;
    const at = cursor ? place(cursor) : -1;
    setAttribute(list, 'aria-activedescendant', used.has(at) ? `${prefix}-${at}` : null);
  };

  const refresh = (): void => {
    const count = session.objects.length;
    setText(total, String(count));
    if (cursor && !session.byId.has(cursor)) cursor = '';
    setAttribute(list, 'hidden', count === 0);
    setAttribute(empty, 'hidden', count > 0);
    setText(
      empty,
      count ? '' : session.readOnly ? 'Nothing is annotated here.' : 'Nothing here yet. Drag on the picture to draw.',
    );
    rows.setCount(count);
    draw();
  };
  const later = coalesced(refresh, owner);
  const rows = virtualRows(list, ROW_HEIGHT, () => draw(), owner);

  const drop = (ids: string[]): void => {
    const first = Math.min(...ids.map(place).filter((at) => at >= 0));
    const gone = new Set(ids);
    const { objects } = session;
    let next: ObjectData | undefined;
    for (let at = first; at < objects.length && !next; at += 1)
      if (!gone.has(objects[at]?.id ?? '')) next = objects[at];
    for (let at = first - 1; at >= 0 && !next; at -= 1) if (!gone.has(objects[at]?.id ?? '')) next = objects[at];
    const left = [...session.selection].filter((id) => !gone.has(id));
    cursor = next?.id ?? '';
    deleteObjects(session, ids, left);
  };

  const click = (index: number, event: MouseEvent): void => {
    const object = session.objects[index];
    if (!object) return;
    list.focus({ preventScroll: true });
    if (event.shiftKey) extend(index);
    else if (event.ctrlKey || event.metaKey) {
      const chosen = new Set(session.selection);
      if (!chosen.delete(object.id)) chosen.add(object.id);
      anchor = object.id;
      select(chosen);
    } else {
      anchor = object.id;
      select([object.id]);
    }
    cursor = object.id;
    draw();
  };

  const extend = (index: number): void => {
    const from = Math.max(0, place(anchor || cursor));
    const [low, high] = from < index ? [from, index] : [index, from];
    if (!anchor) anchor = session.objects[from]?.id ?? '';
    select(session.objects.slice(low, high + 1).map((object) => object.id));
  };

  const move = (to: number, extending: boolean): void => {
    const { objects } = session;
    const index = Math.max(0, Math.min(objects.length - 1, to));
    const object = objects[index];
    if (!object) return;
    if (extending) extend(index);
    else {
      anchor = object.id;
      select([object.id]);
    }
    cursor = object.id;
    rows.reveal(index);
    draw();
  };

  list.addEventListener(
    'keydown',
    (event) => {
      if (event.target !== list) {
        shortcutOnButton(event, session);
        return;
      }
      const other = event.ctrlKey || event.metaKey || event.altKey;
      const count = session.objects.length;
      const to = other ? undefined : MOVES.get(event.key)?.(cursor ? place(cursor) : -1, count, rows.page());
      if (to !== undefined && count) move(to, event.shiftKey);
      else if (!other && (event.key === 'Delete' || event.key === 'Backspace')) {
        const ids = [...session.selection].filter((id) => session.byId.has(id));
        if (ids.length) drop(ids);
      } else {
        shortcut(event, session);
        return;
      }
      swallow(event);
    },
    { signal: owner },
  );

  const reclass = (): void => {
    classes = new Map(session.classes.map((data) => [data.id, data]));
    later();
  };
  session.on('classes', reclass, owner);
  session.on(
    'objects',
    () => {
      places = null;
      later();
    },
    owner,
  );
  session.on(
    'item',
    () => {
      places = null;
      cursor = anchor = '';
      own = null;
      list.scrollTop = 0;
      later();
    },
    owner,
  );
  session.on('readOnly', later, owner);
  session.on(
    'selection',
    () => {
      const { selection } = session;
      const made = own && own.size === selection.size && [...selection].every((id) => own?.has(id));
      own = null;
      const first = selection.values().next().value;
      if (!made && first !== undefined) {
        cursor = anchor = first;
        reveal = true;
      }
      laterSelected();
    },
    owner,
  );
  let reveal = false;
  const laterSelected = coalesced(() => {
    refresh();
    const at = reveal && cursor ? place(cursor) : -1;
    reveal = false;
    if (at >= 0) rows.reveal(at);
    draw();
  }, owner);

  reclass();
  refresh();
}

const MOVES = new Map<string, (at: number, count: number, page: number) => number>([
  ['ArrowDown', (at) => at + 1],
  ['ArrowUp', (at) => at - 1],
  ['PageDown', (at, _, page) => at + page],
  ['PageUp', (at, _, page) => at - page],
  ['Home', () => 0],
  ['End', (_, count) => count - 1],
]);

export default widget<Values>(mount);
