// What the page knows of a grid's cells: of those in sight and around, what they say and their pictures. One per
// session, for all views of it.
//
// How this works. A view says which cells it has in sight; what is not known of them is asked for, in blocks, and asked
// again when nothing comes. The list has a version: what comes for another one is passed over. Edits that wait are laid
// over what is stored; those that are stored already stay on top until what the kernel sends contains them (`seq`).
import type { CellData, GridNews, Op } from '../shared/protocol';
import type { Session, Signals } from '../shared/session';
import { applied, type Marks, nameOf, target } from './marks';
import { type Thumb, Thumbs, type Wish } from './thumbs';

/** Cells that are asked for at once. */
const BLOCK = 64;
/** Milliseconds until a block that did not come is asked for again. */
const PATIENCE = 2_000;
/** Cells that are kept, and how far from what is in sight they are when more have come. */
const KEPT = 4096;
const NEAR = 1024;
/** Steps of the log that are remembered. */
const REMEMBERED = 64;

type Fill = Extract<GridNews, { type: 'fill' }>;
type Drop = Extract<GridNews, { type: 'drop' }>;

/** A view of the grid. */
export interface Viewer {
  /** The cells in sight. */
  range: [from: number, to: number];
  /** Something is different: draw when it suits. */
  changed(): void;
  /** There is another list, or more of it. `at`: where to scroll to, null to stay. */
  filled(other: boolean, at: number | null): void;
  /** Cells were taken out, at these places in the list before. */
  dropped(at: readonly number[]): void;
}

export class Shelf {
  version = -1;
  count = 0;
  total = 0;
  offset = 0;
  complete = false;
  readonly thumbs: Thumbs;
  #marks: Marks = {};
  readonly #views = new Set<Viewer>();
  #cells = new Map<number, { cell: CellData; seq: number }>();
  #places = new Map<string, number>();
  readonly #asked = new Map<number, number>();
  #stale = new Set<number>();
  #recent: { seq: number; ops: readonly Op[] }[] = [];
  #waiting: ReadonlyMap<string, readonly Op[]> = new Map();
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #end = new AbortController();

  constructor(private readonly session: Session) {
    this.thumbs = new Thumbs({
      ask: (size, heard, wanted) => session.tell({ v: 1, type: 'thumbs', size, heard, wanted }),
      changed: () => this.#tell(),
    });
    session.on('grid', (payload) => this.#hear(payload), this.#end.signal);
    session.on('stored', (step) => this.#fold(step), this.#end.signal);
    session.on('waiting', () => this.#wait(), this.#end.signal);
    this.#wait();
  }

  get marks(): Marks {
    return this.#marks;
  }

  set marks(marks: Marks) {
    this.#marks = marks;
    this.#tell();
  }

  add(view: Viewer): void {
    this.#views.add(view);
  }

  /** Returns whether nobody is left. */
  remove(view: Viewer): boolean {
    this.#views.delete(view);
    this.thumbs.leave(view);
    return this.#views.size === 0;
  }

  close(): void {
    this.#end.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.thumbs.close();
  }

  /** A cell as it is seen, with the edits that wait; undefined where it is not known yet. */
  cell(at: number): CellData | undefined {
    const known = this.#cells.get(at)?.cell;
    if (!known) return undefined;
    let seen = known;
    for (const op of this.#waiting.get(nameOf(known.item, known.object)) ?? []) seen = applied(seen, op, this.#marks);
    return seen;
  }

  thumb(name: string): Thumb | undefined {
    return this.thumbs.get(name);
  }

  want(view: Viewer, wishes: readonly Wish[], size: number): void {
    this.thumbs.want(view, wishes, size);
  }

  /** Ask for what is not known of these cells. */
  need(from: number, to: number): void {
    const now = performance.now();
    let open = false;
    for (let block = Math.floor(from / BLOCK); block * BLOCK < Math.min(to, this.count); block += 1) {
      const start = block * BLOCK;
      const stop = Math.min(start + BLOCK, this.count);
      let missing = this.#stale.has(block);
      for (let at = start; at < stop && !missing; at += 1) missing = !this.#cells.has(at);
      if (!missing) continue;
      open = true;
      if (now - (this.#asked.get(block) ?? -PATIENCE) < PATIENCE) continue;
      this.#asked.set(block, now);
      this.session.tell({ v: 1, type: 'cells', version: this.version, from: start, to: stop });
    }
    if (open && this.#timer === null)
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#tell();
      }, PATIENCE + 50);
  }

  #tell(): void {
    for (const view of this.#views) view.changed();
  }

  #hear({ news, received }: Signals['grid']): void {
    if (news.type === 'fill') this.#fill(news);
    else if (news.type === 'drop') this.#drop(news);
    else if (news.type === 'thumbs') this.thumbs.take(news.batch, news.thumbs, received.pictures);
    else if (news.version === this.version) this.#take(news.from, news.seq, received.cells);
  }

  #fill({ version, count, total, offset, complete, at }: Fill): void {
    const other = version !== this.version;
    if (!other && count === this.count && complete === this.complete) {
      // The same once more, after a lost connection: what is known may be old.
      this.#stale = new Set([...this.#cells.keys()].map((place) => Math.floor(place / BLOCK)));
      this.thumbs.again();
    }
    Object.assign(this, { version, count, total, offset, complete });
    this.#asked.clear();
    if (other) {
      this.#cells.clear();
      this.#places.clear();
      this.#stale.clear();
    }
    for (const view of this.#views) view.filled(other, at);
    this.#tell();
  }

  #drop({ before, version, total, at }: Drop): void {
    if (before !== this.version) {
      this.session.hello(1, 1); // something was missed; the answer says what there is
      return;
    }
    this.version = version;
    this.total = total;
    this.count -= at.length;
    const gone = new Set(at);
    const cells = [...this.#cells].sort(([a], [b]) => a - b);
    this.#cells = new Map();
    this.#places.clear();
    let passed = 0;
    for (const [place, known] of cells) {
      while (passed < at.length && (at[passed] ?? 0) < place) passed += 1;
      if (gone.has(place)) continue;
      this.#cells.set(place - passed, known);
      this.#places.set(nameOf(known.cell.item, known.cell.object), place - passed);
    }
    this.#asked.clear();
    this.#stale.clear();
    for (const view of this.#views) view.dropped(at);
    this.#tell();
  }

  #take(from: number | null, seq: number, cells: readonly CellData[]): void {
    cells.forEach((sent, index) => {
      const name = nameOf(sent.item, sent.object);
      const place = from === null ? this.#places.get(name) : from + index;
      if (place === undefined || (this.#cells.get(place)?.seq ?? -1) > seq) return;
      let cell = sent;
      for (const step of this.#recent)
        for (const op of step.seq > seq ? step.ops : []) if (target(op) === name) cell = applied(cell, op, this.#marks);
      this.#cells.set(place, { cell, seq });
      this.#places.set(name, place);
    });
    if (from !== null) this.#stale.delete(Math.floor(from / BLOCK));
    this.#forget();
    this.#tell();
  }

  #forget(): void {
    if (this.#cells.size <= KEPT) return;
    const near = (at: number): boolean =>
      [...this.#views].some(({ range }) => at >= range[0] - NEAR && at < range[1] + NEAR);
    for (const [at, { cell }] of this.#cells) {
      if (near(at)) continue;
      this.#cells.delete(at);
      this.#places.delete(nameOf(cell.item, cell.object));
    }
  }

  /** An edit of this page is stored: that is what the cells say, until the kernel says it too. */
  #fold({ seq, ops }: Signals['stored']): void {
    if (seq) this.#recent.push({ seq, ops });
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    for (const op of ops) {
      const place = this.#places.get(target(op) ?? '');
      const known = place === undefined ? undefined : this.#cells.get(place);
      if (place === undefined || !known || (seq && known.seq >= seq)) continue;
      this.#cells.set(place, { cell: applied(known.cell, op, this.#marks), seq: known.seq });
    }
  }

  #wait(): void {
    const waiting = new Map<string, Op[]>();
    for (const op of this.session.pending.flat()) {
      const name = target(op);
      if (name === null) continue;
      const ops = waiting.get(name);
      if (ops) ops.push(op);
      else waiting.set(name, [op]);
    }
    this.#waiting = waiting;
    this.#tell();
  }
}

const shelves = new WeakMap<Session, Shelf>();

/** The shelf of a session, for a view; it ends with the last one. */
export function shelfOf(session: Session, view: Viewer, owner: AbortSignal): Shelf {
  const known = shelves.get(session);
  const shelf = known ?? new Shelf(session);
  shelves.set(session, shelf);
  shelf.add(view);
  owner.addEventListener(
    'abort',
    () => {
      if (!shelf.remove(view)) return;
      shelves.delete(session);
      shelf.close();
    },
    { once: true },
  );
  return shelf;
}
