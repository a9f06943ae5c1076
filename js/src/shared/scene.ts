// What is stored of the item on screen, as far as the browser knows it, and what is seen with pending edits on top.
//
// How this works. `show` gives a base at a place in the log (`seq`). Answers to own edits and patches by others come
// with places of their own, and not always in that order, since the kernel sends them from several threads. So they
// are kept sorted, and replayed from the base when one comes late. A patch is taken only where its old value is what
// is there: the kernel reports own edits as patches too, numbered with the log's head at the time of sending, and such
// an echo must not take back a later own edit.
import type { Current, ItemData, Json, ObjectData, Op, State } from './protocol';
import { agree, at, equal, put, type Values } from './values';

/** A place in the log with what happened there. `echo`: a report (patch), not an answer. */
export interface Step {
  seq: number;
  ops: readonly Op[];
  echo: boolean;
}

/** All that is known of one item, open to change. */
export interface Draft {
  objects: Map<string, ObjectData>;
  state: Exclude<State, 'in_progress'>;
  note: string;
  /** There is something on the item that the browser does not know (a field). */
  touched: boolean;
}

/** How many steps are kept before the oldest are taken into the base. */
const KEPT = 256;

/**
 * Perform one operation. With `check`, it is left out where its old value is not what is there.
 *
 * Returns false where what is there is neither the old nor the new value: something was missed.
 */
export function perform(draft: Draft, op: Op, check: boolean): boolean {
  if (op.record === 'object') return performOnObject(draft, op, check);
  if (op.action !== 'set') return true;
  if (op.record === 'field') draft.touched = true;
  if (op.record !== 'item' || (op.path !== 'state' && op.path !== 'note')) return true;
  const now = draft[op.path];
  if (check && !equal(now, op.old) && !(op.path === 'note' && !now && !op.old)) return equal(now, op.new);
  if (op.path === 'note') draft.note = typeof op.new === 'string' ? op.new : '';
  else if (typeof op.new === 'string') draft.state = op.new as Draft['state'];
  return true;
}

function performOnObject({ objects }: Draft, op: Op, check: boolean): boolean {
  const now = objects.get(op.id);
  if (op.action === 'create') {
    if (now && check) return true;
    objects.set(op.id, op.new as unknown as ObjectData);
    return true;
  }
  if (!now) return op.action === 'delete';
  if (op.action === 'delete') {
    if (check && !agree(op.old ?? {}, now as unknown as Json)) return false;
    objects.delete(op.id);
    return true;
  }
  const path = op.path ?? '';
  const value = at(now as unknown as Values, path);
  if (check && !agree(value, op.old)) return agree(value, op.new);
  objects.set(op.id, put(now as unknown as Values, path, op.new ?? null) as unknown as ObjectData);
  return true;
}

/** The objects in drawing order, which is (order, id). */
export function inOrder(objects: ReadonlyMap<string, ObjectData>): ObjectData[] {
  return [...objects.values()].sort(
    (a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

export class Scene {
  readonly key: string;
  #base: Draft;
  #baseSeq: number;
  #steps: Step[] = [];
  #stored: Draft;
  #missed = false;
  #corrected = false;

  constructor(
    readonly shown: ItemData,
    objects: readonly ObjectData[],
    seq: number,
    later: readonly Step[] = [],
  ) {
    this.key = shown.key;
    const raw = shown.state === 'in_progress' ? 'todo' : shown.state;
    const touched = shown.state === 'in_progress' && objects.length === 0;
    this.#base = {
      objects: new Map(objects.map((object) => [object.id, object])),
      state: raw,
      note: shown.note,
      touched,
    };
    this.#baseSeq = seq;
    this.#stored = copy(this.#base);
    for (const step of later) this.fold(step);
  }

  /** What is stored, without anything pending. */
  get stored(): Readonly<Draft> {
    return this.#stored;
  }

  /** A report did not fit what is known, or has no place: the item should be asked for again. */
  get doubtful(): boolean {
    return this.#missed || this.#corrected;
  }

  /** Take in a step; one that the base contains already changes nothing. */
  fold(step: Step): void {
    if (step.seq <= this.#baseSeq || !step.ops.some((op) => op.item === this.key)) return;
    const last = this.#steps.at(-1);
    if (!last || last.seq <= step.seq) {
      this.#steps.push(step);
      if (!this.#perform(this.#stored, step)) this.#missed = true;
    } else {
      let place = this.#steps.length;
      while (place > 0 && (this.#steps[place - 1]?.seq ?? 0) > step.seq) place -= 1;
      this.#steps.splice(place, 0, step);
      this.#stored = copy(this.#base);
      this.#missed = false;
      for (const each of this.#steps) if (!this.#perform(this.#stored, each)) this.#missed = true;
    }
    while (this.#steps.length > KEPT) {
      const oldest = this.#steps.shift();
      if (!oldest) break;
      this.#perform(this.#base, oldest);
      this.#baseSeq = Math.max(this.#baseSeq, Math.min(oldest.seq, (this.#steps[0]?.seq ?? oldest.seq) - 1));
    }
  }

  /**
   * Put in what the kernel says was stored when an edit clashed. It has no place in the log, and what was reported
   * since may be newer: so it is shown at once, but the item should be asked for again.
   */
  correct(current: readonly Current[]): void {
    const ops: Op[] = [];
    for (const { record, id, item, path, value } of current) {
      if (item !== this.key) continue;
      const address = { record, id, item };
      if (record === 'object' && isGone(path, value)) ops.push({ ...address, action: 'delete' });
      else if (path) ops.push({ ...address, action: 'set', path, new: value });
      else ops.push({ ...address, action: 'create', new: value });
    }
    if (!ops.length) return;
    this.#corrected = true;
    this.fold({ seq: Math.max(this.#baseSeq + 1, this.#steps.at(-1)?.seq ?? 0), ops, echo: false });
  }

  /** What is seen: the stored state with pending operations on top, in order. */
  seen(pending: readonly (readonly Op[])[]): { item: ItemData; objects: Map<string, ObjectData> } {
    const draft = copy(this.#stored);
    for (const ops of pending) {
      for (const op of ops) {
        if (op.item !== this.key) continue;
        // A pending creation of something that is there was applied already, and only its answer is missing.
        if (op.action === 'create' && draft.objects.has(op.id)) continue;
        perform(draft, op, false);
      }
    }
    const begun = draft.objects.size > 0 || draft.touched;
    const state = draft.state === 'todo' && begun ? 'in_progress' : draft.state;
    return { item: { ...this.shown, state, note: draft.note }, objects: draft.objects };
  }

  #perform(draft: Draft, step: Step): boolean {
    let fits = true;
    for (const op of step.ops) {
      if (op.item !== this.key) continue;
      if (!perform(draft, op, step.echo)) fits = false;
    }
    return fits;
  }
}

const NULLABLE = new Set(['class_id', 'score', 'track', 'attributes']);

/** Whether a clash says that the object does not exist: null as a whole, or at a value that is never null. */
export function isGone(path: string, value: Json): boolean {
  return value === null && !NULLABLE.has(path.split('/')[0] ?? '');
}

function copy(draft: Draft): Draft {
  return { ...draft, objects: new Map(draft.objects) };
}
