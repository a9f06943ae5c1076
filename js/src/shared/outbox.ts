// The outbox: every edit waits here until the kernel has answered it.
//
// How this works. Edits wait in order; one is in flight. Without an answer in time the same edit is sent again, with
// the same id, so that the kernel cannot apply it twice. Each is written to IndexedDB before it is sent, without
// waiting for that, and deleted only after the answer has come and the writing is over. A `Step` is something else
// that keeps its place in the order, such as an undo of what stands before it.
import type { Entry, Keep, RefusedEntry } from './keep';
import type { Op } from './protocol';
import type { SaveState } from './session';

/** Milliseconds. */
export const ANSWER_TIME = 4_000;
export const LONGEST_WAIT = 10_000;
export const SHORTEST_RETRY = 1_000;
/** How long the edits behind an undo wait for it to show its effect. */
export const STEP_TIME = 1_000;

export interface Hooks {
  /** Send; throws where there is no kernel. */
  send(entry: Entry, seq: number): void;
  /** The save state may be another. */
  changed(): void;
  /** The kernel is not there. */
  lost(): void;
  /** IndexedDB failed. */
  failed(error: unknown): void;
}

export interface Waiting {
  entry: Entry;
  /** It may have reached the kernel, now or in the life of the session that it was adopted from. */
  sent: boolean;
  /** Its place among what this session sent. */
  seq: number;
  /** It stands in IndexedDB, as it is now. */
  kept: boolean;
  written: Promise<void>;
}

interface Step {
  name: string;
  run: () => void;
  /** Whether what stands behind it waits for its effect. */
  wait: boolean;
}

interface Flight {
  waiting: Waiting;
  timer: ReturnType<typeof setTimeout>;
}

export class Outbox {
  #queue: (Waiting | Step)[] = [];
  #flight: Flight | null = null;
  #held: ReturnType<typeof setTimeout> | null = null;
  #seq = 0;
  #attempt = 0;
  #late = false;
  #failure: string | null = null;
  /** Why nothing can be sent; null while there is a line. */
  #down: string | null = 'There is no kernel yet.';
  #unheard = true;
  #closed = false;

  constructor(
    private readonly keep: Keep,
    private readonly hooks: Hooks,
  ) {}

  get waiting(): readonly Waiting[] {
    return this.#queue.filter((one): one is Waiting => 'entry' in one);
  }

  /** Whether there is no line at all. */
  get isDown(): boolean {
    return this.#down !== null;
  }

  get offline(): boolean {
    return this.#down !== null || this.#late;
  }

  /** Whether everything that waits would survive closing the page. */
  get kept(): boolean {
    return this.waiting.every((one) => one.kept);
  }

  get save(): SaveState {
    const count = this.waiting.length;
    // Before the first line there is nothing to be offline from.
    if (this.#down !== null && !(this.#unheard && count === 0)) {
      return { kind: 'offline', count, kept: this.kept, text: this.#down };
    }
    if (count === 0) return { kind: 'saved' };
    if (this.#failure !== null) return { kind: 'failing', count, text: this.#failure };
    if (this.#late)
      return { kind: 'offline', count, kept: this.kept, text: 'Waiting for the kernel, which does not answer.' };
    return { kind: 'saving', count };
  }

  /** The operations that wait, in order. */
  pending(): Op[][] {
    return this.waiting.map((one) => one.entry.change.ops);
  }

  has(id: string): boolean {
    return this.waiting.some((one) => one.entry.id === id);
  }

  add(entry: Entry, write: Promise<void> = this.keep.put(entry)): void {
    this.#queue.push(this.#waiting(entry, write, false));
    this.hooks.changed();
    this.pump();
  }

  /** Take in what another session left, before own edits that are newer; what is here already stays. */
  adopt(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.has(entry.id)) continue;
      const made = this.#waiting(entry, Promise.resolve(), true);
      let place = this.#queue.findIndex((one) => 'entry' in one && one.entry.change.time > entry.change.time);
      if (place < 0) place = this.#queue.length;
      if (place === 0 && this.#flight) place = 1;
      this.#queue.splice(place, 0, made);
    }
    this.hooks.changed();
    this.pump();
  }

  /**
   * The kernel has answered this edit: it waits no longer. Call `pump` when what waits behind it is up to date.
   *
   * Returns it with what waits behind it, or null where it does not wait here.
   */
  settle(id: string, remove = true): { settled: Waiting; behind: Waiting[] } | null {
    const place = this.#queue.findIndex((one) => 'entry' in one && one.entry.id === id);
    const settled = this.#queue[place];
    if (!settled || !('entry' in settled)) return null;
    this.#queue.splice(place, 1);
    if (this.#flight?.waiting === settled) this.#land();
    this.#attempt = 0;
    this.#late = false;
    this.#failure = null;
    this.hooks.changed();
    if (remove) settled.written.then(() => this.keep.remove(id)).catch(this.#failedToWrite);
    const behind = this.#queue.slice(place).filter((one): one is Waiting => 'entry' in one);
    return { settled, behind };
  }

  /** The edit is refused: it leaves the outbox for the refused ones. */
  refuse(refused: RefusedEntry, done: (kept: boolean) => void): void {
    const settled = this.settle(refused.id, false)?.settled;
    const written = settled?.written ?? Promise.resolve();
    written
      .then(() => this.keep.refuse(refused))
      .then(
        () => done(true),
        (error: unknown) => {
          done(false);
          this.#failedToWrite(error);
        },
      );
  }

  /** The edit's operations are others now, because of what came before it. */
  rewrite(waiting: Waiting, ops: Op[]): void {
    waiting.entry = { ...waiting.entry, change: { ...waiting.entry.change, ops } };
    this.#write(
      waiting,
      waiting.written.then(() => this.keep.put(waiting.entry)),
    );
  }

  /** The kernel cannot write it now: keep it and try again. */
  postpone(id: string, reason: string): void {
    const waiting = this.#flight?.waiting;
    if (waiting?.entry.id !== id) return;
    this.#land();
    this.#failure = reason;
    this.#late = false;
    const wait = Math.min(LONGEST_WAIT, SHORTEST_RETRY * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#flight = { waiting, timer: setTimeout(() => this.#send(waiting), wait) };
    this.hooks.changed();
  }

  /** Do something when everything before it is answered. */
  inTurn(name: string, run: () => void, wait: boolean): void {
    this.#queue.push({ name, run, wait });
    this.pump();
  }

  /** The effect of the last step is there. */
  proceed(): void {
    if (this.#held === null) return;
    clearTimeout(this.#held);
    this.#held = null;
    this.pump();
  }

  /** Take back the newest edit on an item that cannot have reached the kernel; null where there is none. */
  takeBack(item: string, session: string): Entry | null {
    const newest = this.waiting.filter((one) => one.entry.item === item).at(-1);
    if (!newest || newest.sent) return null;
    this.#queue.splice(this.#queue.indexOf(newest), 1);
    newest.written
      .then(() => this.keep.take(newest.entry.id, session))
      .then((own) => {
        // Another page has adopted it in the meantime, so it is on its way after all.
        if (!own && !this.#closed) this.adopt([newest.entry]);
      })
      .catch(this.#failedToWrite);
    this.hooks.changed();
    return newest.entry;
  }

  /** There is a line to the kernel. */
  up(): void {
    this.#unheard = false;
    if (this.#down === null) return;
    this.#down = null;
    this.#attempt = 0;
    this.hooks.changed();
    this.pump();
  }

  /** There is none. Returns the names of the steps that will not be done. */
  down(text: string): string[] {
    this.#down = text;
    this.#land();
    this.#late = false;
    this.#failure = null;
    if (this.#held !== null) clearTimeout(this.#held);
    this.#held = null;
    const dropped = this.#queue.filter((one): one is Step => !('entry' in one)).map((one) => one.name);
    this.#queue = [...this.waiting];
    this.hooks.changed();
    return dropped;
  }

  pump(): void {
    while (!this.#closed && this.#down === null && !this.#flight && this.#held === null) {
      const head = this.#queue[0];
      if (!head) return;
      if ('entry' in head) {
        this.#send(head);
        return;
      }
      this.#queue.shift();
      if (head.wait) this.#held = setTimeout(() => this.proceed(), STEP_TIME);
      head.run();
    }
  }

  close(): void {
    this.#closed = true;
    this.#land();
    if (this.#held !== null) clearTimeout(this.#held);
    this.#held = null;
  }

  #send(waiting: Waiting): void {
    this.#land();
    if (!waiting.sent || waiting.seq === 0) {
      this.#seq += 1;
      waiting.seq = this.#seq;
    }
    const wait = Math.min(LONGEST_WAIT, ANSWER_TIME * 1.5 ** this.#attempt);
    const timer = setTimeout(() => {
      this.#attempt += 1;
      this.#failure = null;
      this.#late = true;
      this.hooks.changed();
      this.#send(waiting);
    }, wait);
    this.#flight = { waiting, timer };
    waiting.sent = true;
    try {
      this.hooks.send(waiting.entry, waiting.seq);
    } catch {
      this.hooks.lost();
    }
  }

  #land(): void {
    if (this.#flight) clearTimeout(this.#flight.timer);
    this.#flight = null;
  }

  #waiting(entry: Entry, write: Promise<void>, sent: boolean): Waiting {
    const made: Waiting = { entry, sent, seq: 0, kept: false, written: Promise.resolve() };
    if (sent) made.kept = true;
    this.#write(made, write);
    return made;
  }

  #write(waiting: Waiting, write: Promise<void>): void {
    const { entry } = waiting;
    waiting.written = write.then(
      () => {
        if (waiting.entry !== entry || waiting.kept) return;
        waiting.kept = true;
        if (this.offline) this.hooks.changed();
      },
      (error: unknown) => {
        waiting.kept = false;
        this.#failedToWrite(error);
      },
    );
  }

  readonly #failedToWrite = (error: unknown): void => {
    if (this.#closed) return;
    this.hooks.failed(error);
    this.hooks.changed();
  };
}
