// A list of classes to choose from: by click, by key, by typing a part of a name. What choosing means, who uses it says.
import { coalesced, element, elementId, KEEP_KEYS, safeColor, setAttribute, setText } from '../shared/dom';
import { isWholeOnly } from '../shared/edits';
import { actionOf, shortcut, shortcutOnButton, shown, swallow } from '../shared/keys';
import type { ClassData } from '../shared/protocol';
import type { Session } from '../shared/session';
import { matching, type Order, order } from './order';

export interface PickerOptions {
  /** What stands above the list, and names it for screen readers. */
  title: string;
  /** Whether several may be chosen at a time. */
  multiple: boolean;
  /** Whether those that were used last come first where there are many; else each stays in its place. */
  recentFirst: boolean;
  /** Whether a name that is typed may become a new class. */
  extensible(): boolean;
  chosen(id: string): boolean;
  choose(id: string): void;
  add(name: string): void;
  /** The class that the cursor is on where nobody moved it. */
  current(): string;
  /** What is said of a class besides its name: how many of it there are, or nothing. */
  count(counts: ReadonlyMap<string, number>, id: string): string;
  /** What stands beside a class in its row, and is brought up to date with it: buttons. */
  beside?(): { root: HTMLElement; write(data: ClassData): void };
  /** Perform an action of the keymap on the class that the cursor is on; returns whether it is one of those. */
  perform?(action: string, id: string): boolean;
  /** Put more into a row that was made: a picture. */
  decorate?(root: HTMLElement, data: ClassData): void;
  /** What is said where there is nothing to choose from. */
  nothing(open: boolean): string;
}

/** From here on there is a box to filter with. */
const MANY = 8;
/** From here on the recent ones come first, though nothing is typed. */
const VERY_MANY = 12;
const TYPEAHEAD_MS = 700;

/** The classes that were used last in this page, latest first, by session. */
const RECENT = new WeakMap<Session, string[]>();

interface Row {
  /** What stands in the list: the option, or what holds it and what is beside it. */
  holder: HTMLElement;
  beside: ReturnType<NonNullable<PickerOptions['beside']>> | undefined;
  root: HTMLElement;
  chip: HTMLElement;
  name: HTMLElement;
  retired: HTMLElement;
  key: HTMLElement;
  count: HTMLElement;
}

export interface Picker {
  element: HTMLElement;
  /** Write it anew in the next frame. */
  later(): void;
}

export function picker(session: Session, owner: AbortSignal, options: PickerOptions): Picker {
  const prefix = elementId('class');
  const list = element('div', {
    class: 'ipya-class-list',
    role: 'listbox',
    'aria-label': options.title,
    'aria-multiselectable': options.multiple || null,
    id: `${prefix}-list`,
    tabindex: 0,
    ...KEEP_KEYS,
  });
  const filter = element('input', {
    class: 'ipya-filter',
    type: 'text',
    'aria-label': `Filter ${options.title.toLowerCase()}`,
    'aria-controls': list.id,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 200,
    ...KEEP_KEYS,
  });
  const add = element('button', { class: 'ipya-add', type: 'button', hidden: true, ...KEEP_KEYS });
  const empty = element('p', { class: 'ipya-empty', hidden: true });
  const title = element('div', { class: 'ipya-title' }, options.title);
  const root = element('section', { class: 'ipya ipya-classes' }, title, filter, list, add, empty);

  const rows = new Map<string, Row>();
  let made = 0;
  let visible: ClassData[] = [];
  let cursor = '';
  let frozen: Order = { recent: [], item: undefined };
  let typed = { text: '', at: 0 };

  const choose = (id: string): void => {
    options.choose(id);
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
    options.add(name);
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
    made += 1; // not the number of rows, which falls when a class goes: an id must not come twice
    const root = element(
      'div',
      { class: 'ipya-class', role: 'option', id: `${prefix}-${made}` },
      chip,
      name,
      retired,
      key,
      count,
    );
    root.addEventListener('click', () => choose(id), { signal: owner });
    const beside = options.beside?.();
    const holder = beside ? element('div', { class: 'ipya-class-row', role: 'none' }, root, beside.root) : root;
    const fresh = { holder, beside, root, chip, name, retired, key, count };
    rows.set(id, fresh);
    return fresh;
  };

  const write = (data: ClassData, counts: ReadonlyMap<string, number>): HTMLElement => {
    const { holder, beside, root, chip, name, retired, key, count } = row(data.id);
    const used = options.count(counts, data.id);
    const color = safeColor(data.color);
    if (chip.dataset['color'] !== color) {
      chip.dataset['color'] = color;
      chip.style.background = color;
    }
    setText(name, data.name);
    setAttribute(name, 'title', data.name);
    setText(retired, data.retired ? 'retired' : '');
    setText(key, data.key ? shown(data.key) : '');
    setText(count, used);
    // Its name is the label alone; the rest is said after it.
    setAttribute(root, 'aria-label', data.name);
    setAttribute(root, 'aria-description', said(data, used));
    setAttribute(root, 'aria-selected', options.chosen(data.id));
    setAttribute(root, 'data-retired', data.retired || null);
    setAttribute(root, 'data-cursor', data.id === cursor || null);
    options.decorate?.(root, data);
    beside?.write(data);
    return holder;
  };

  const refresh = (): void => {
    const counts = new Map<string, number>();
    for (const object of session.objects) {
      if (object.class_id) counts.set(object.class_id, (counts.get(object.class_id) ?? 0) + 1);
    }
    const offered = session.classes.filter((data) => !data.retired && !isWholeOnly(data));
    const open = options.extensible() && !session.readOnly;
    const box = open || offered.length > MANY;
    setAttribute(filter, 'hidden', !box);
    setAttribute(filter, 'placeholder', open ? 'Filter, or name a new class' : `Filter ${offered.length} classes`);
    const wanted = box ? filter.value.trim() : '';
    if (frozen.item !== session.item?.key)
      frozen = { recent: [...(RECENT.get(session) ?? [])], item: session.item?.key };
    const usable = session.classes.filter((data) => (!data.retired || counts.has(data.id)) && !isWholeOnly(data));
    const ordered = options.recentFirst && (wanted || offered.length > VERY_MANY);
    const recent = !ordered ? [] : wanted ? (RECENT.get(session) ?? []) : frozen.recent;
    visible = matching(order(usable, recent), wanted);
    if (!visible.some((data) => data.id === cursor)) cursor = (wanted ? visible[0]?.id : options.current()) ?? '';

    const elements = visible.map((data) => write(data, counts));
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
    setText(
      empty,
      visible.length || !add.hidden
        ? ''
        : wanted
          ? `No class is called like "${wanted}". Esc clears the filter.`
          : options.nothing(open),
    );
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
      else if (!typeahead(event) && !(cursor && options.perform?.(actionOf(event, session.keymap), cursor))) {
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
  for (const signal of ['item', 'objects', 'classes', 'readOnly', 'veil'] as const) session.on(signal, later, owner);
  if (session.activeClass) RECENT.set(session, RECENT.get(session) ?? [session.activeClass]);
  refresh();
  return { element: root, later };
}

function said(data: ClassData, used: string): string {
  const parts = [used && `${used} here`, data.key && `key ${shown(data.key)}`, data.retired && 'retired'];
  return parts.filter(Boolean).join(', ');
}

const MOVES = new Map<string, (at: number, count: number) => number>([
  ['ArrowDown', (at) => at + 1],
  ['ArrowUp', (at) => at - 1],
  ['Home', () => 0],
  ['End', (_, count) => count - 1],
]);
