// The cells on screen: which rows are in sight, where the keyboard is, and what a click does.
//
// How this works. Rows are laid out by numbers alone, so a list of any length costs what is in sight. Whatever happens
// asks for one drawing in the next frame; it says what is in sight, and writes what is different. A view stays at its
// cell, not at its pixel, when the list or the layout is another.
import { coalesced, element, elementId, KEEP_KEYS, setAttribute } from '../shared/dom';
import type { CellData, ClassData } from '../shared/protocol';
import type { Session } from '../shared/session';
import { RowView } from './cells';
import { arrange, EDGE, inSight, moved, pixels, revealing, type Sheet, toRows, toScroll } from './geometry';
import { isMarked, marking, markOf } from './marks';
import { type Shelf, shelfOf, type Viewer } from './shelf';
import { pictureName, type Wish } from './thumbs';

/** Rows beyond those in sight that are in the page; and that are asked for, in the direction of scrolling. */
const SPARE = 2;
const AHEAD = 8;

export interface Options {
  size: number;
  pages: readonly [columns: number, rows: number];
}

export interface Hooks {
  /** Something else is in sight, or the list is another. */
  seen(from: number, to: number, shelf: Shelf): void;
}

export class SheetView implements Viewer {
  range: [from: number, to: number] = [0, 0];
  readonly root: HTMLElement;
  readonly shelf: Shelf;
  readonly #inner = element('div', { class: 'ipya-cells-inner', role: 'presentation' });
  readonly #prefix = elementId('cell');
  readonly #rows = new Map<number, RowView>();
  readonly #spare: RowView[] = [];
  readonly #draw: () => void;
  #options: Options;
  #sheet: Sheet;
  #box = { width: 0, height: 0 };
  #cursor = 0;
  #anchor = 0;
  #top = 0;
  #down = true;
  #classes = new Map<string, ClassData>();
  /** The first cell in sight, and how much of its row is above the edge: what stays when all else changes. */
  #first = 0;
  #above = 0;

  constructor(
    private readonly session: Session,
    private readonly owner: AbortSignal,
    options: Options,
    start: number,
    private readonly hooks: Hooks,
  ) {
    this.#options = options;
    this.#first = this.#cursor = this.#anchor = start;
    this.root = element(
      'div',
      { class: 'ipya-cells', role: 'grid', 'aria-multiselectable': true, tabindex: 0, ...KEEP_KEYS },
      this.#inner,
    );
    this.#draw = coalesced(() => this.#paint(), owner);
    this.#sheet = arrange(this.#box, 0, options.size, options.pages);
    this.shelf = shelfOf(session, this, owner);
    this.#listen();
    this.#readClasses();
  }

  /** Set what is arranged how. */
  set options(options: Options) {
    this.#options = options;
    this.#arrange();
  }

  resize(width: number, height: number): void {
    if (width === this.#box.width && height === this.#box.height) return;
    this.#box = { width, height };
    this.#arrange();
  }

  /** The cell that the keyboard is on; undefined where it is not known yet. */
  get current(): CellData | undefined {
    return this.shelf.cell(this.#cursor);
  }

  changed(): void {
    this.#draw();
  }

  filled(other: boolean, at: number | null): void {
    if (other) this.#cursor = this.#anchor = at ?? Math.min(this.#cursor, Math.max(0, this.shelf.count - 1));
    if (at !== null) {
      this.#first = this.#cursor = this.#anchor = at;
      this.#above = 0;
    }
    this.#arrange(at !== null && !other);
  }

  dropped(at: readonly number[]): void {
    const before = (place: number): number => at.filter((each) => each < place).length;
    const last = Math.max(0, this.shelf.count - 1);
    this.#first -= before(this.#first);
    this.#cursor = Math.min(this.#cursor - before(this.#cursor), last);
    this.#anchor = Math.min(this.#anchor - before(this.#anchor), last);
    this.#arrange();
  }

  /** Move the keyboard's cell; where it is asked for, what is passed gets the mark of the cell where it began. */
  move(action: string): void {
    const { count } = this.shelf;
    if (!count) return;
    const step = action.replace(/_mark$/, '');
    const page = Math.floor((this.#box.height - EDGE) / this.#sheet.step);
    const to = moved(step, this.#cursor, this.#sheet, count, page);
    if (step !== action) {
      this.#mark(this.#cursor, to, true);
      this.#anchor = to;
    } else {
      this.#anchor = to;
    }
    this.#cursor = to;
    this.#reveal(to);
  }

  /** Mark the cell that the keyboard is on, or take its mark away. */
  toggle(): void {
    this.#turn(this.#cursor);
  }

  #listen(): void {
    const { root, owner, session } = this;
    root.addEventListener('scroll', () => this.#scrolled(), { signal: owner, passive: true });
    root.addEventListener('click', (event) => this.#click(event), { signal: owner });
    root.addEventListener(
      'dblclick',
      (event) => {
        const at = placeOf(event.target);
        if (at === null || event.shiftKey) return;
        this.#cursor = at;
        session.act('open');
      },
      { signal: owner },
    );
    root.addEventListener(
      'mousedown',
      (event) => {
        if (!event.shiftKey) return;
        event.preventDefault(); // no text is selected; but then the focus does not follow by itself either
        root.focus({ preventScroll: true });
      },
      { signal: owner },
    );
    session.on(
      'classes',
      () => {
        this.#readClasses();
        this.#draw();
      },
      owner,
    );
    session.on('readOnly', () => this.#draw(), owner);
  }

  #readClasses(): void {
    this.#classes = new Map(this.session.classes.map((one) => [one.id, one]));
  }

  #click(event: MouseEvent): void {
    const at = placeOf(event.target);
    if (at === null) return;
    const from = event.shiftKey ? this.#anchor : at;
    const start = this.shelf.cell(from);
    this.#cursor = at;
    // A range becomes what its first cell is, which was clicked before; one alone turns round.
    if (from !== at) this.#mark(from, at, start ? isMarked(start, this.shelf.marks) : true);
    else this.#turn(at);
    if (!event.shiftKey) this.#anchor = at;
    this.#draw();
  }

  /** Mark a cell, or take its mark away. What the page does not know yet, the kernel does. */
  #turn(at: number): void {
    const cell = this.shelf.cell(at);
    this.#mark(at, at, cell ? !isMarked(cell, this.shelf.marks) : null);
  }

  #mark(one: number, other: number, on: boolean | null): void {
    const { session, shelf } = this;
    if (session.readOnly || !shelf.count) return;
    const [from, to] = [Math.min(one, other), Math.max(one, other) + 1];
    const cells: CellData[] = [];
    for (let at = from; at < to; at += 1) {
      const cell = shelf.cell(at);
      if (cell) cells.push(cell);
    }
    if (on === null || cells.length < to - from) {
      session.ask('mark_range', { version: shelf.version, from, to, on });
      return;
    }
    const ops = marking(cells, shelf.marks, on);
    if (ops.length) session.commit(ops);
  }

  #scrolled(): void {
    const top = toRows(this.#sheet, this.root.scrollTop, this.#box.height);
    if (top === this.#top) return;
    this.#down = top >= this.#top;
    this.#top = top;
    this.#remember();
    this.#draw();
  }

  #remember(): void {
    const row = Math.max(0, Math.floor((this.#top - EDGE) / this.#sheet.step));
    this.#first = row * this.#sheet.columns;
    this.#above = this.#top - row * this.#sheet.step;
  }

  /** Lay out anew, with the same cell at the top; or with the keyboard's cell in sight. */
  #arrange(reveal = false): void {
    const { size, pages } = this.#options;
    this.#sheet = arrange(this.#box, this.shelf.count, size, pages);
    const { scrolled, picture, columns, step, full, width, left } = this.#sheet;
    this.#inner.style.height = `${scrolled}px`;
    this.root.style.setProperty('--ipya-cell-width', `${width}px`);
    this.root.style.setProperty('--ipya-cells-left', `${left}px`);
    this.root.style.setProperty('--ipya-cell-picture', `${picture}px`);
    setAttribute(this.root, 'aria-rowcount', this.#sheet.rows);
    setAttribute(this.root, 'aria-colcount', columns);
    const wanted = this.#first ? Math.floor(this.#first / columns) * step + this.#above : this.#above;
    const top = Math.max(0, Math.min(wanted, full - this.#box.height));
    if (this.#box.height && this.shelf.count) this.#scrollTo(top);
    if (reveal) this.#reveal(this.#cursor);
    this.#draw();
  }

  #scrollTo(top: number): void {
    this.#top = top;
    const place = toScroll(this.#sheet, top, this.#box.height);
    if (Math.abs(this.root.scrollTop - place) > 1) this.root.scrollTop = place;
  }

  #reveal(at: number): void {
    const row = Math.floor(at / this.#sheet.columns);
    const top = revealing(this.#sheet, row, this.#top, this.#box.height);
    if (top !== this.#top) {
      this.#scrollTo(top);
      this.#remember();
    }
    this.#draw();
  }

  #paint(): void {
    const { shelf } = this;
    const { columns, rows, step } = this.#sheet;
    const [from, to] = this.#box.height ? inSight(this.#sheet, this.#top, this.#box.height) : [0, 0];
    this.range = [from * columns, Math.min(to * columns, shelf.count)];
    // What the browser scrolls is moved with the rows, which may go faster than their element.
    const shift = this.root.scrollTop - this.#top;
    const [first, last] = [Math.max(0, from - SPARE), Math.min(rows, to + SPARE)];
    for (const [row, view] of this.#rows) {
      if (row >= first && row < last) continue;
      this.#rows.delete(row);
      this.#spare.push(view);
    }
    for (let row = first; row < last; row += 1) this.#paintRow(row, EDGE + row * step + Math.round(shift));
    for (const view of this.#spare) if (view.root.parentNode) view.root.remove();
    const active = this.#rows.has(Math.floor(this.#cursor / columns)) && shelf.count > 0;
    setAttribute(this.root, 'aria-activedescendant', active ? `${this.#prefix}-${this.#cursor}` : null);
    this.#ask(from, to);
    this.hooks.seen(...this.range, shelf);
  }

  #paintRow(row: number, top: number): void {
    const { shelf } = this;
    const { columns, picture, width } = this.#sheet;
    const start = row * columns;
    const view = this.#rows.get(row) ?? this.#spare.pop() ?? new RowView(this.#prefix);
    this.#rows.set(row, view);
    view.place(row, top, Math.min(columns, shelf.count - start), width, picture);
    view.cells.forEach((_, column) => {
      const at = start + column;
      const cell = shelf.cell(at);
      view.show(column, {
        at,
        cell,
        thumb: cell && shelf.thumb(pictureName(cell.item, cell.crop)),
        mark: cell && markOf(cell, shelf.marks),
        marked: cell !== undefined && isMarked(cell, shelf.marks),
        cursor: at === this.#cursor,
        of: this.#classes.get(cell?.class_id ?? ''),
      });
    });
    if (view.root.parentNode !== this.#inner) this.#inner.append(view.root);
  }

  /** Say what is wanted: first what is in sight, then what comes next, then what was before. */
  #ask(from: number, to: number): void {
    const { shelf } = this;
    if (!shelf.count || to <= from) return;
    const { columns, rows, picture } = this.#sheet;
    const after: [number, number] = [to, Math.min(rows, to + AHEAD)];
    const before: [number, number] = [Math.max(0, from - AHEAD), from];
    const parts = this.#down ? [[from, to], after, before] : [[from, to], before, after];
    const wishes: Wish[] = [];
    for (const [start = 0, stop = 0] of parts) {
      for (let at = start * columns; at < Math.min(stop * columns, shelf.count); at += 1) {
        const cell = shelf.cell(at);
        if (!cell || cell.gone) continue;
        wishes.push({ name: pictureName(cell.item, cell.crop), item: cell.item, crop: cell.crop });
      }
    }
    shelf.need(before[0] * columns, after[1] * columns);
    shelf.want(this, wishes, pixels(picture * devicePixelRatio));
  }
}

function placeOf(target: EventTarget | null): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('.ipya-cell') : null;
  return cell ? Number(cell.dataset['at']) : null;
}
