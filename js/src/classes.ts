// The classes: choose what is drawn next, or what the selected objects are; see how many of each are on the item.
import './classes.css';
import type { AnyModel } from '@anywidget/types';
import { matching, type Order, order } from './classes/order';
import { coalesced, element, elementId, KEEP_KEYS, safeColor, setAttribute, setText } from './shared/dom';
import { chooseClass } from './shared/edits';
import { actionOf, shortcut, shortcutOnButton, shown, swallow } from './shared/keys';
import type { ClassData } from './shared/protocol';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';

export interface ClassesValues extends Values {
  /** Whether a name that is typed may become a new class. */
  extensible: boolean;
}

/** From here on there is a box to filter with. */
const MANY = 8;
/** From here on the recent ones come first, though nothing is typed. */
const VERY_MANY = 12;
const TYPEAHEAD_MS = 700;

/** The classes that were used last in this page, latest first, by session. */
const RECENT = new WeakMap<Session, string[]>();

interface Row {
  root: HTMLElement;
  chip: HTMLElement;
  name: HTMLElement;
  retired: HTMLElement;
  key: HTMLElement;
  count: HTMLElement;
}

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<ClassesValues>): void {
  const prefix = elementId('class');
  const list = element('div', {
    class: 'ipya-class-list',
    role: 'listbox',
    'aria-label': 'Classes',
    id: `${prefix}-list`,
    tabindex: 0,
    ...KEEP_KEYS,
  });
  const filter = element('input', {
    class: 'ipya-filter',
    type: 'text',
    'aria-label': 'Filter classes',
    'aria-controls': list.id,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 200,
    ...KEEP_KEYS,
  });
  const add = element('button', { class: 'ipya-add', type: 'button', hidden: true, ...KEEP_KEYS });
  const empty = element('p', { class: 'ipya-empty', hidden: true });
  const title = element('div', { class: 'ipya-title' }, 'Classes');
  el.replaceChildren(element('section', { class: 'ipya ipya-classes' }, title, filter, list, add, empty));

  const rows = new Map<string, Row>();
  let visible: ClassData[] = [];
  let cursor = '';
  let frozen: Order = { recent: [], item: undefined };
  let typed = { text: '', at: 0 };

  const choose = (id: string): void => {
    chooseClass(session, id);
    cursor = id;
    if (filter.value) clear();
    refresh();
  };
  const clear = (): void => {
    filter.value = '';
    frozen = { recent: [...(RECENT.get(session) ?? [])], item: session.item?.key };
  };
  const addClass = (): void => {
    const name = filter.value.trim();
    if (!name) return;
    session.act('add_class', name);
    clear();
    refresh();
  };

  const row = (id: string): Row => {
    const known = rows.get(id);
    if (known) return known;
    const chip = element('span', { class: 'ipya-chip' });
    const name = element('span', { class: 'ipya-class-name' });
    const retired = element('span', { class: 'ipya-retired' });
    const key = element('kbd', { class: 'ipya-kbd' });
    const count = element('span', { class: 'ipya-count' });
    const root = element(
      'div',
      { class: 'ipya-class', role: 'option', id: `${prefix}-${rows.size}` },
      chip,
      name,
      retired,
      key,
      count,
    );
    root.addEventListener('click', () => choose(id), { signal: owner });
    const made = { root, chip, name, retired, key, count };
    rows.set(id, made);
    return made;
  };

  const write = (data: ClassData, used: number): HTMLElement => {
    const { root, chip, name, retired, key, count } = row(data.id);
    const color = safeColor(data.color);
    if (chip.dataset['color'] !== color) {
      chip.dataset['color'] = color;
      chip.style.background = color;
    }
    setText(name, data.name);
    setAttribute(name, 'title', data.name);
    setText(retired, data.retired ? 'retired' : '');
    setText(key, data.key ? shown(data.key) : '');
    setText(count, used ? String(used) : '0');
    // Its name is the label alone; the rest is said after it.
    setAttribute(root, 'aria-label', data.name);
    setAttribute(root, 'aria-description', said(data, used));
    setAttribute(root, 'aria-selected', data.id === session.activeClass);
    setAttribute(root, 'data-retired', data.retired || null);
    setAttribute(root, 'data-cursor', data.id === cursor || null);
    return root;
  };

  const refresh = (): void => {
    const counts = new Map<string, number>();
    for (const object of session.objects) {
      if (object.class_id) counts.set(object.class_id, (counts.get(object.class_id) ?? 0) + 1);
    }
    const offered = session.classes.filter((data) => !data.retired);
    const open = model.get('extensible') && !session.readOnly;
    const box = open || offered.length > MANY;
    setAttribute(filter, 'hidden', !box);
    setAttribute(filter, 'placeholder', open ? 'Filter, or name a new class' : `Filter ${offered.length} classes`);
    const wanted = box ? filter.value.trim() : '';
    if (frozen.item !== session.item?.key)
      frozen = { recent: [...(RECENT.get(session) ?? [])], item: session.item?.key };
    const usable = session.classes.filter((data) => !data.retired || counts.has(data.id));
    const recent = wanted ? (RECENT.get(session) ?? []) : offered.length > VERY_MANY ? frozen.recent : [];
    visible = matching(order(usable, recent), wanted);
    if (!visible.some((data) => data.id === cursor)) cursor = (wanted ? visible[0]?.id : session.activeClass) ?? '';

    const elements = visible.map((data) => write(data, counts.get(data.id) ?? 0));
    if (elements.length !== list.children.length || elements.some((each, at) => list.children[at] !== each)) {
      list.replaceChildren(...elements);
    }
    for (const id of rows.keys()) if (!session.classes.some((data) => data.id === id)) rows.delete(id);
    const current = rows.get(cursor)?.root;
    setAttribute(list, 'aria-activedescendant', current?.isConnected ? current.id : null);
    setAttribute(list, 'hidden', visible.length === 0);

    const exact = session.classes.some((data) => !data.retired && data.name === wanted);
    setAttribute(add, 'hidden', !(open && wanted && !exact));
    setText(add, add.hidden ? '' : `Add "${wanted}"`);
    setText(empty, visible.length || !add.hidden ? '' : nothing(wanted, open, session.readOnly));
    setAttribute(empty, 'hidden', empty.textContent === '');
  };
  const later = coalesced(refresh, owner);

  const move = (to: number): void => {
    const data = visible[Math.max(0, Math.min(visible.length - 1, to))];
    if (!data) return;
    cursor = data.id;
    refresh();
    rows.get(cursor)?.root.scrollIntoView?.({ block: 'nearest' });
  };

  const typeahead = (event: KeyboardEvent): boolean => {
    const going = event.timeStamp - typed.at < TYPEAHEAD_MS && typed.text !== '';
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && [...event.key].length === 1;
    if (!plain || (!going && (event.key === ' ' || actionOf(event, session.keymap)))) return false;
    typed = { text: (going ? typed.text : '') + event.key.toLocaleLowerCase(), at: event.timeStamp };
    const at = visible.findIndex((data) => data.name.toLocaleLowerCase().startsWith(typed.text));
    if (at < 0 && !going) {
      typed.text = '';
      return false;
    }
    if (at >= 0) move(at);
    return true;
  };

  list.addEventListener(
    'keydown',
    (event) => {
      const at = visible.findIndex((data) => data.id === cursor);
      const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      const to = modified ? undefined : MOVES.get(event.key)?.(at, visible.length);
      if (to !== undefined) move(to);
      else if (!modified && (event.key === 'Enter' || event.key === ' ') && cursor) choose(cursor);
      else if (!typeahead(event)) {
        shortcut(event, session);
        return;
      }
      swallow(event);
    },
    { signal: owner },
  );

  filter.addEventListener(
    'input',
    () => {
      cursor = '';
      refresh();
    },
    { signal: owner },
  );
  filter.addEventListener(
    'keydown',
    (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      const at = visible.findIndex((data) => data.id === cursor);
      if (event.key === 'ArrowDown') move(at + 1);
      else if (event.key === 'ArrowUp') move(at - 1);
      else if (event.key === 'Enter') {
        if (cursor && visible.length) choose(cursor);
        else if (!add.hidden) addClass();
      } else if (event.key === 'Escape') {
        clear();
        refresh();
        list.focus();
      } else return;
      event.preventDefault();
    },
    { signal: owner },
  );
  add.addEventListener('click', addClass, { signal: owner });
  add.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });

  session.on(
    'action',
    (name) => {
      if (name !== 'filter_classes') return;
      (filter.hidden ? list : filter).focus();
      filter.select();
    },
    owner,
  );
  session.on(
    'activeClass',
    () => {
      const before = RECENT.get(session) ?? [];
      if (session.activeClass)
        RECENT.set(session, [session.activeClass, ...before.filter((id) => id !== session.activeClass)].slice(0, 6));
      if (!filter.value) cursor = session.activeClass;
      later();
    },
    owner,
  );
  for (const signal of ['item', 'objects', 'classes', 'readOnly'] as const) session.on(signal, later, owner);
  model.on('change:extensible', later);
  owner.addEventListener('abort', () => model.off('change:extensible', later), { once: true });
  if (session.activeClass) RECENT.set(session, RECENT.get(session) ?? [session.activeClass]);
  refresh();
}

function said(data: ClassData, used: number): string {
  const parts = [`${used} here`, data.key && `key ${shown(data.key)}`, data.retired && 'retired'];
  return parts.filter(Boolean).join(', ');
}

function nothing(wanted: string, open: boolean, readOnly: boolean): string {
  if (wanted) return `No class is called like "${wanted}". Esc clears the filter.`;
  if (open) return 'No classes yet. Type a name above and press Enter to add one.';
  return readOnly ? 'Nothing here has a class.' : 'There are no classes. Add one in Python: a.add_class("car")';
}

const MOVES = new Map<string, (at: number, count: number) => number>([
  ['ArrowDown', (at) => at + 1],
  ['ArrowUp', (at) => at - 1],
  ['Home', () => 0],
  ['End', (_, count) => count - 1],
]);

export default widget<ClassesValues>(mount);
