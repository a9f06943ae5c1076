// The edits that could not be applied: kept across a reload until the person dismisses them or tries again.
import type { Entry, Keep, RefusedEntry, Scope } from './keep';
import type { Json, ObjectData, Op } from './protocol';
import { address, type Drift, type Drifts, rebase } from './rebase';
import type { Scene } from './scene';
import type { Refused } from './session';
import { at, type Values } from './values';

const EXISTS = 'What it creates exists already.';

export class Refusals {
  #list: Refused[] = [];
  readonly #unkept = new Set<string>();

  constructor(
    private readonly keep: Keep,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  get list(): readonly Refused[] {
    return this.#list;
  }

  /** Whether closing the page would lose none of them. */
  get kept(): boolean {
    return this.#unkept.size === 0;
  }

  get(id: string): Refused | undefined {
    return this.#list.find((one) => one.id === id);
  }

  load(scope: Scope): void {
    this.keep.refused(scope).then((entries) => {
      const known = new Set(this.#list.map(({ id }) => id));
      const found = entries.map(({ refused }) => refused).filter(({ id }) => !known.has(id));
      if (!found.length) return;
      this.#list = [...found, ...this.#list].sort((a, b) => a.time - b.time);
      this.changed();
    }, this.failed);
  }

  /** What `Outbox.refuse` stores for an edit. */
  entry({ project, author, task, layer, id, item, change }: Entry, reason: string): RefusedEntry {
    const refused: Refused = { id, item, reason, ops: change.ops, time: change.time };
    return { project, author, task, layer, id, refused };
  }

  add({ id, refused }: RefusedEntry): void {
    this.#unkept.add(id);
    this.#list = [...this.#list.filter((one) => one.id !== id), refused];
    this.changed();
  }

  stored(id: string, kept: boolean): void {
    if (kept) this.#unkept.delete(id);
  }

  /** Take one off the list; `stored` says whether it is still to be deleted in the database. */
  drop(id: string, stored: boolean): void {
    if (!this.get(id)) return;
    this.#list = this.#list.filter((one) => one.id !== id);
    const unkept = this.#unkept.delete(id);
    if (stored) this.keep.dismiss(id).catch((error: unknown) => (unkept ? undefined : this.failed(error)));
    this.changed();
  }
}

/**
 * The operations of a refused edit for another try: what the person wanted, on what is there now. Or why there can be
 * none.
 *
 * Args: `objects` are those of its item as they are seen, `scene` what is stored of it.
 */
export function refreshed(refused: Refused, objects: ReadonlyMap<string, ObjectData>, scene: Scene): Op[] | string {
  const drifts: Drifts = new Map();
  for (const op of refused.ops) {
    const key = address(op);
    if (op.record === 'object' && op.item === refused.item) {
      const now = objects.get(op.id) as unknown as Values | undefined;
      if (op.action === 'create' && now) return EXISTS;
      const created = refused.ops.some((other) => other.action === 'create' && address(other) === key);
      if (created) continue;
      const known = drifts.get(key) ?? drift(!now, now);
      if (now && op.action === 'set' && op.path && !op.path.includes('/'))
        known.values.set(op.path, at(now, op.path) ?? null);
      drifts.set(key, known);
    } else if (op.record === 'item') {
      const { state, note } = scene.stored;
      drifts.set(key, drift(false, { state, note }));
    }
  }
  const result = rebase(refused.ops, drifts);
  return typeof result === 'string' ? result : result.ops;
}

function drift(gone: boolean, now: Values = {}): Drift {
  const known = Object.entries(now).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return { gone, values: new Map(known), clashed: new Set() };
}
