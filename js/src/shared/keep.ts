// What keeps the outbox and the refused edits across a reload: IndexedDB, one database for the whole origin.
//
// Writes are issued at once and in order, on one connection, so a deletion never overtakes its own write. Where
// IndexedDB is missing or fails, every call rejects, and the outbox says that nothing is kept.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { WireChange } from './protocol';
import type { Refused } from './session';

/** Whose edits belong together: what a session may adopt from another. */
export interface Scope {
  project: string;
  author: string;
  task: string;
  layer: string;
}

/** One change that waits for its answer. */
export interface Entry extends Scope {
  id: string;
  /** The instance (one per session and page load) that is to send it. */
  session: string;
  /** Counts up per instance. */
  seq: number;
  item: string;
  change: WireChange;
  selected: string[];
}

export interface RefusedEntry extends Scope {
  id: string;
  refused: Refused;
}

type ScopeKey = [project: string, author: string, task: string, layer: string];

interface Schema extends DBSchema {
  outbox: { key: string; value: Entry; indexes: { scope: ScopeKey } };
  refused: { key: string; value: RefusedEntry; indexes: { scope: ScopeKey } };
}

const NAME = 'ipyannotator';
const VERSION = 1;

export class Keep {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;
  #closed = false;

  put(entry: Entry): Promise<void> {
    return this.#with(async (db) => {
      const work = db.transaction('outbox', 'readwrite');
      const written = work.store.put(entry);
      // Said at once, so that a reload in the next moment finds as little as possible still to do.
      work.commit();
      await Promise.all([written, work.done]);
    });
  }

  remove(id: string): Promise<void> {
    return this.#with((db) => db.delete('outbox', id));
  }

  /** Take an entry back, only if it is still this instance's; returns whether it was. */
  take(id: string, session: string): Promise<boolean> {
    return this.#with(async (db) => {
      const work = db.transaction('outbox', 'readwrite');
      const entry = await work.store.get(id);
      const own = entry === undefined || entry.session === session;
      if (own) await work.store.delete(id);
      await work.done;
      return own;
    });
  }

  /** Move an edit to the refused ones, in one transaction. */
  refuse(entry: RefusedEntry): Promise<void> {
    return this.#with(async (db) => {
      const work = db.transaction(['outbox', 'refused'], 'readwrite');
      await Promise.all([
        work.objectStore('outbox').delete(entry.id),
        work.objectStore('refused').put(entry),
        work.done,
      ]);
    });
  }

  /** Move a refused edit back to the outbox as a new change, in one transaction. */
  retry(entry: Entry, refusedId: string): Promise<void> {
    return this.#with(async (db) => {
      const work = db.transaction(['outbox', 'refused'], 'readwrite');
      await Promise.all([
        work.objectStore('refused').delete(refusedId),
        work.objectStore('outbox').put(entry),
        work.done,
      ]);
    });
  }

  dismiss(refusedId: string): Promise<void> {
    return this.#with((db) => db.delete('refused', refusedId));
  }

  refused(scope: Scope): Promise<RefusedEntry[]> {
    return this.#with((db) => db.getAllFromIndex('refused', 'scope', keyOf(scope)));
  }

  /** The instances that have entries of this scope. */
  async instances(scope: Scope): Promise<string[]> {
    const entries = await this.#with((db) => db.getAllFromIndex('outbox', 'scope', keyOf(scope)));
    return [...new Set(entries.map((entry) => entry.session))];
  }

  /** Make the entries of another instance this one's, in one transaction, oldest first. */
  adopt(scope: Scope, from: string, to: string): Promise<Entry[]> {
    return this.#with(async (db) => {
      const work = db.transaction('outbox', 'readwrite');
      const entries = (await work.store.index('scope').getAll(keyOf(scope))).filter((entry) => entry.session === from);
      entries.sort((a, b) => a.change.time - b.change.time || a.seq - b.seq);
      const adopted = entries.map((entry) => ({ ...entry, session: to }));
      await Promise.all([...adopted.map((entry) => work.store.put(entry)), work.done]);
      return adopted;
    });
  }

  close(): void {
    this.#closed = true;
    this.#opening?.then((db) => db.close()).catch(() => {}); // it failed to open: there is nothing to close
    this.#opening = null;
  }

  async #with<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    return work(await this.#open());
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#closed) return Promise.reject(new Error('The outbox is closed.'));
    if (this.#opening) return this.#opening;
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = null;
    };
    const opening: Promise<IDBPDatabase<Schema>> = openDB<Schema>(NAME, VERSION, {
      upgrade(db) {
        for (const name of ['outbox', 'refused'] as const) {
          db.createObjectStore(name, { keyPath: 'id' }).createIndex('scope', ['project', 'author', 'task', 'layer']);
        }
      },
      // A later version of ours wants to upgrade: make way. The next call opens again, or fails visibly.
      blocking: () => {
        forget();
        opening.then((db) => db.close()).catch(() => {}); // cannot be: it is open
      },
      terminated: forget,
    });
    opening.catch(forget);
    this.#opening = opening;
    return opening;
  }
}

function keyOf({ project, author, task, layer }: Scope): ScopeKey {
  return [project, author, task, layer];
}
