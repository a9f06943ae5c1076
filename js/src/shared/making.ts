// Makes a change of operations, with all that the outbox must know of it.
import type { Entry, Scope } from './keep';
import type { Json, Op, SessionData } from './protocol';
import { freshId } from './values';

export class Maker {
  /** One per session and page load; names the session's lock, and whose the entries are. */
  readonly instance = freshId();
  #seq = 0;
  #time = 0;

  entry(data: SessionData, key: string, ops: readonly Op[], selected: string[]): Entry {
    this.#seq += 1;
    // Strictly later than the one before, so that sorting by time keeps the order in which they were made.
    this.#time = Math.max(Date.now() / 1000, this.#time + 1e-6);
    const order = Math.round(this.#time * 1e6);
    const ordered = ops.map((op, place): Op => {
      if (op.action !== 'create' || op.record !== 'object') return op;
      const made = op.new as { [name: string]: Json };
      // Everybody is to draw it in the same place, and this page at once.
      return made.order === undefined ? { ...op, new: { ...made, order: order + place } } : op;
    });
    const id = freshId();
    const change = { id, task: data.task, item: key, ops: ordered, origin: 'human' as const, time: this.#time };
    return { ...scopeOf(data), session: this.instance, seq: this.#seq, id, item: key, change, selected };
  }
}

export function scopeOf({ project, task, layer, author }: SessionData): Scope {
  return { project, author: author.id, task, layer };
}
