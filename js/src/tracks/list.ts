// The rows of the tracks: check them, go to their first frame. Of any number only those in sight exist.
import { virtualRows } from '../objects/rows';
import { element, elementId, KEEP_KEYS, safeColor, setAttribute, setText } from '../shared/dom';
import { shortcut, swallow } from '../shared/keys';
import type { Session } from '../shared/session';
import type { Track } from './book';

const ROW_HEIGHT = 28;

export interface ListOptions {
  tracks(): readonly Track[];
  /** What a track's class is called, and its colour. */
  nameOf(track: Track): string;
  colorOf(track: Track): string;
  checked(id: string): boolean;
  /** Whether the track has a box on the frame on screen, and whether that is selected. */
  here(id: string): boolean;
  selected(id: string): boolean;
  toggle(id: string): void;
  /** Go to its first frame. */
  open(id: string): void;
}

interface Row {
  root: HTMLElement;
  box: HTMLInputElement;
  chip: HTMLElement;
  id: HTMLElement;
  name: HTMLElement;
  frames: HTMLElement;
  index: number;
}

export interface List {
  element: HTMLElement;
  draw(): void;
  /** Scroll to a track. */
  reveal(id: string): void;
}

/** The frames of a track as people count them. */
export function framesOf({ first, last }: Track): string {
  return first === last ? String(first + 1) : `${first + 1}–${last + 1}`;
}

export function trackList(session: Session, owner: AbortSignal, options: ListOptions): List {
  const prefix = elementId('track');
  const inner = element('div', { class: 'ipya-track-rows', role: 'none' });
  const list = element(
    'div',
    {
      class: 'ipya-track-list',
      role: 'listbox',
      'aria-label': 'Tracks',
      'aria-multiselectable': 'true',
      tabindex: 0,
      ...KEEP_KEYS,
    },
    inner,
  );
  const used = new Map<number, Row>();
  const spare: Row[] = [];
  let cursor = 0;

  const makeRow = (): Row => {
    const box = element('input', { type: 'checkbox', tabindex: -1, 'aria-hidden': 'true' });
    const chip = element('span', { class: 'ipya-chip' });
    const id = element('span', { class: 'ipya-track-id' });
    const name = element('span', { class: 'ipya-track-name' });
    const frames = element('span', { class: 'ipya-track-frames' });
    const root = element('div', { class: 'ipya-track', role: 'option' }, box, chip, id, name, frames);
    const made: Row = { root, box, chip, id, name, frames, index: -1 };
    root.addEventListener(
      'click',
      (event) => {
        const track = options.tracks()[made.index];
        if (!track) return;
        cursor = made.index;
        list.focus({ preventScroll: true });
        // All of the row's left end is for checking: a person aims at the box, not at its pixels.
        const checks = session.readOnly
          ? false
          : event.target === box || event.clientX < chip.getBoundingClientRect().left;
        if (checks) options.toggle(track.id);
        else options.open(track.id);
        draw();
      },
      { signal: owner },
    );
    return made;
  };

  const write = (row: Row, index: number, track: Track): void => {
    if (row.index !== index) {
      row.index = index;
      row.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      row.root.id = `${prefix}-${index}`;
      setAttribute(row.root, 'aria-posinset', index + 1);
    }
    const called = options.nameOf(track);
    const color = safeColor(options.colorOf(track));
    if (row.chip.dataset['color'] !== color) {
      row.chip.dataset['color'] = color;
      row.chip.style.background = color;
    }
    const checked = options.checked(track.id);
    row.box.checked = checked;
    setAttribute(row.box, 'hidden', session.readOnly);
    setText(row.id, `#${track.id}`);
    setText(row.name, called);
    setText(row.frames, framesOf(track));
    const missing = track.last - track.first + 1 - track.boxes;
    const boxes = track.boxes === 1 ? '1 box' : `${track.boxes.toLocaleString('en')} boxes`;
    const gaps = missing > 0 ? `, without one on ${missing.toLocaleString('en')} between` : '';
    setAttribute(
      row.root,
      'title',
      `#${track.id} ${called}: ${boxes} on ${framesOf(track)}${gaps}. Click: first frame`,
    );
    setAttribute(row.root, 'aria-label', `#${track.id} ${called}, ${boxes}, frames ${framesOf(track)}`);
    setAttribute(row.root, 'aria-selected', checked);
    setAttribute(row.root, 'aria-setsize', options.tracks().length);
    setAttribute(row.root, 'data-here', options.here(track.id));
    setAttribute(row.root, 'data-selected', options.selected(track.id) || null);
    setAttribute(row.root, 'data-cursor', index === cursor || null);
  };

  const draw = (): void => {
    const tracks = options.tracks();
    cursor = Math.max(0, Math.min(cursor, tracks.length - 1));
    rows.setCount(tracks.length);
    const wanted = rows.indexes();
    const keep = new Set(wanted);
    for (const [index, row] of used) {
      if (keep.has(index) && tracks[index]) continue;
      used.delete(index);
      row.index = -1;
      spare.push(row);
    }
    for (const index of wanted) {
      const track = tracks[index];
      if (!track) continue;
      const row = used.get(index) ?? spare.pop() ?? makeRow();
      used.set(index, row);
      write(row, index, track);
      if (row.root.parentNode !== inner) inner.append(row.root);
    }
    for (const row of spare) row.root.remove();
    const height = `${rows.height()}px`;
    if (inner.style.height !== height) inner.style.height = height;
    setAttribute(list, 'hidden', tracks.length === 0);
    setAttribute(list, 'aria-activedescendant', used.has(cursor) ? `${prefix}-${cursor}` : null);
  };
  const rows = virtualRows(list, ROW_HEIGHT, () => draw(), owner);

  const move = (to: number): void => {
    cursor = Math.max(0, Math.min(options.tracks().length - 1, to));
    rows.reveal(cursor);
    draw();
  };
  list.addEventListener(
    'keydown',
    (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      const count = options.tracks().length;
      const track = options.tracks()[cursor];
      const to = plain ? MOVES.get(event.key)?.(cursor, count, rows.page()) : undefined;
      if (to !== undefined && count) move(to);
      else if (plain && event.key === ' ' && track && !session.readOnly) options.toggle(track.id);
      else if (plain && event.key === 'Enter' && track) options.open(track.id);
      else {
        shortcut(event, session);
        return;
      }
      swallow(event);
      draw();
    },
    { signal: owner },
  );

  return {
    element: list,
    draw,
    reveal(id) {
      const at = options.tracks().findIndex((track) => track.id === id);
      if (at < 0) return;
      cursor = at;
      rows.reveal(at);
    },
  };
}

const MOVES = new Map<string, (at: number, count: number, page: number) => number>([
  ['ArrowDown', (at) => at + 1],
  ['ArrowUp', (at) => at - 1],
  ['PageDown', (at, _, page) => at + page],
  ['PageUp', (at, _, page) => at - page],
  ['Home', () => 0],
  ['End', (_, count) => count - 1],
]);
