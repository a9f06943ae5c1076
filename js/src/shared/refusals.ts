// The edits that could not be applied: kept across a reload until the person dismisses them or tries again.
import type { Entry, Keep, RefusedEntry, Scope } from './keep';
import type { Refused } from './session';

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
  entry(
    { project, author, task, layer, id, item, change }: Entry,
    reason: string,
    current: Refused['current'],
  ): RefusedEntry {
    const refused: Refused = { id, item, reason, ops: change.ops, time: change.time, current: current ?? [] };
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
