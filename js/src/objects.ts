// The list of objects on the item. It shows, selects, hides, locks and deletes them, and gives them another class;
// numbers are edited in the fields.
//
// However many objects there are, the page holds only the rows that can be seen, and some beyond.
import './objects.css';
import { controls } from './objects/controls';
import { listed } from './objects/listing';
import { renameIn } from './objects/renaming';
import { type Handlers, ROW_HEIGHT, Row } from './objects/row';
import { virtualRows } from './objects/rows';
import { coalesced, element, elementId, KEEP_KEYS, setAttribute, setText } from './shared/dom';
import { deleteObjects, NO_CLASS } from './shared/edits';
import { shortcut, shortcutOnButton, swallow } from './shared/keys';
import type { ClassData, ObjectData } from './shared/protocol';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';

export function mount(session: Session, el: HTMLElement, owner: AbortSignal): void {
  const prefix = elementId('object');
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
  const head = controls(
    () => relist(),
    () => list.focus({ preventScroll: true }),
    owner,
  );
  el.replaceChildren(element('section', { class: 'ipya ipya-objects' }, head.root, list, empty));

  let classes = new Map<string, ClassData>();
  /** What is listed, and where each object stands in it; made anew when something has changed and it is asked for. */
  let shown: readonly ObjectData[] | null = null;
  let places: Map<string, number> | null = null;
  /** The row that the keyboard is on, and the one from which Shift extends; both by object. */
  let cursor = '';
  let anchor = '';
  /** The selection that this list made itself: the list does not jump to it. */
  let own: ReadonlySet<string> | null = null;
  /** Rows by slot: a row that has scrolled out on one side is used again on the other. */
  const used = new Map<number, Row>();
  const spare: Row[] = [];

  const objects = (): readonly ObjectData[] => {
    shown ??= listed(session.objects, head.listing, label);
    return shown;
  };
  const place = (id: string): number => {
    places ??= new Map(objects().map((object, at) => [object.id, at]));
    return places.get(id) ?? -1;
  };
  const forget = (): void => {
    shown = places = null;
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

  const handlers: Handlers = {
    click: (index, event) => click(index, event),
    rename: (index) => rename(index),
    remove(index) {
      const object = objects()[index];
      list.focus({ preventScroll: true });
      if (object) drop([object.id]);
    },
  };

  const draw = (): void => {
    const all = objects();
    const wanted = rows.indexes();
    const keep = new Set(wanted);
    for (const [index, row] of used) {
      if (keep.has(index)) continue;
      used.delete(index);
      row.index = -1;
      spare.push(row);
    }
    for (const index of wanted) {
      const object = all[index];
      if (!object) continue;
      const row = used.get(index) ?? spare.pop() ?? new Row(session, prefix, handlers, owner);
      used.set(index, row);
      const called = object.track ? `${label(object)} #${object.track}` : label(object);
      const data = classes.get(object.class_id ?? '');
      row.write(object, { index, count: all.length, called, data, cursor: object.id === cursor });
      if (!row.root.isConnected || row.root.parentNode !== inner) inner.append(row.root);
    }
    for (const row of spare) row.root.remove();
    const height = `${rows.height()}px`;
    if (inner.style.height !== height) inner.style.height = height;
    const at = cursor ? place(cursor) : -1;
    setAttribute(list, 'aria-activedescendant', used.has(at) ? `${prefix}-${at}` : null);
  };

  const refresh = (): void => {
    const total = session.objects.length;
    const count = objects().length;
    head.write(count, total);
    if (cursor && !session.byId.has(cursor)) cursor = '';
    setAttribute(list, 'hidden', count === 0);
    setAttribute(empty, 'hidden', count > 0);
    setText(empty, count ? '' : nothing(total));
    rows.setCount(count);
    draw();
  };
  const nothing = (total: number): string => {
    if (total) return `None of the ${total} objects here has “${head.listing.text}”. Esc clears the filter.`;
    return session.readOnly ? 'Nothing is annotated here.' : 'Nothing here yet. Draw on the picture.';
  };
  const later = coalesced(refresh, owner);
  const relist = (): void => {
    forget();
    list.scrollTop = 0;
    later();
  };
  const rows = virtualRows(list, ROW_HEIGHT, () => draw(), owner);

  const drop = (ids: string[]): void => {
    const first = Math.min(...ids.map(place).filter((at) => at >= 0));
    const gone = new Set(ids);
    const all = objects();
    const stays = (object: ObjectData): boolean => !gone.has(object.id);
    const next = all.slice(first).find(stays) ?? all.slice(0, first).findLast(stays);
    const left = [...session.selection].filter((id) => !gone.has(id));
    cursor = next?.id ?? '';
    deleteObjects(session, ids, left);
  };

  const click = (index: number, event: MouseEvent): void => {
    const object = objects()[index];
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
    if (!anchor) anchor = objects()[from]?.id ?? '';
    select(
      objects()
        .slice(low, high + 1)
        .map((object) => object.id),
    );
  };

  const rename = (index: number): void => {
    const object = objects()[index];
    const row = used.get(index);
    if (!object || !row || session.readOnly || session.veil.on('locked', object)) return;
    renameIn(row.root, object, session, () => list.focus({ preventScroll: true }));
  };

  const move = (to: number, extending: boolean): void => {
    const all = objects();
    const index = Math.max(0, Math.min(all.length - 1, to));
    const object = all[index];
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
      const count = objects().length;
      const to = other ? undefined : MOVES.get(event.key)?.(cursor ? place(cursor) : -1, count, rows.page());
      if (to !== undefined && count) move(to, event.shiftKey);
      else if (!other && (event.key === 'Delete' || event.key === 'Backspace')) {
        const chosen = [...session.selection].flatMap((id) => session.byId.get(id) ?? []);
        const ids = chosen.filter((object) => !session.veil.on('locked', object)).map(({ id }) => id);
        if (ids.length) drop(ids);
      } else if (!other && event.key === 'F2') rename(cursor ? place(cursor) : -1);
      else {
        shortcut(event, session);
        return;
      }
      swallow(event);
    },
    { signal: owner },
  );

  const reclass = (): void => {
    classes = new Map(session.classes.map((data) => [data.id, data]));
    forget();
    later();
  };
  session.on('classes', reclass, owner);
  session.on(
    'objects',
    () => {
      forget();
      later();
    },
    owner,
  );
  session.on(
    'item',
    () => {
      forget();
      cursor = anchor = '';
      own = null;
      list.scrollTop = 0;
      later();
    },
    owner,
  );
  session.on('readOnly', later, owner);
  session.on('veil', later, owner);
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
