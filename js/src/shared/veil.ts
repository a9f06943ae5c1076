// What the person has hidden and locked: single objects, and all of a class. It is their view of the work and no
// annotation: nothing of it is stored with the objects. The ids of objects and of classes stand in one list, for no id
// comes twice; the lists are traits of the canvas, so that Python reads and sets them too.
import type { ObjectData } from './protocol';

/** The two things that can be done to an object without changing it. */
export type VeilName = 'hidden' | 'locked';

type Ids = readonly string[];
type Veiled = Pick<ObjectData, 'id' | 'class_id'>;

export class Veil {
  /** The lists as sets, and what was filtered last: a list is another one when it has changed. */
  readonly #sets = new WeakMap<Ids, ReadonlySet<string>>();
  #seen: { all: readonly ObjectData[]; hidden: Ids; shown: readonly ObjectData[] } | null = null;

  constructor(
    private readonly read: (name: VeilName) => Ids,
    private readonly write: (name: VeilName, ids: string[]) => void,
  ) {}

  /** Whether this object, or this class, is itself in the list. */
  has(name: VeilName, id: string): boolean {
    return this.#set(name).has(id);
  }

  /** Whether an object is hidden or locked, by itself or with its class. */
  on(name: VeilName, { id, class_id }: Veiled): boolean {
    const set = this.#set(name);
    return set.size > 0 && (set.has(id) || (class_id ? set.has(class_id) : false));
  }

  /** Put objects or classes into the list, or take them out. */
  put(name: VeilName, ids: Iterable<string>, on: boolean): void {
    const next = new Set(this.read(name));
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    this.write(name, [...next]);
  }

  clear(name: VeilName): void {
    if (this.read(name).length) this.write(name, []);
  }

  /** Whether anything at all is in the list. */
  any(name: VeilName): boolean {
    return this.read(name).length > 0;
  }

  /** Those that are not hidden, in the same order; the same list where nothing is. */
  shown(all: readonly ObjectData[]): readonly ObjectData[] {
    const hidden = this.read('hidden');
    if (!hidden.length) return all;
    if (this.#seen?.all !== all || this.#seen.hidden !== hidden)
      this.#seen = { all, hidden, shown: all.filter((object) => !this.on('hidden', object)) };
    return this.#seen.shown;
  }

  #set(name: VeilName): ReadonlySet<string> {
    const ids = this.read(name);
    let set = this.#sets.get(ids);
    if (!set) {
      set = new Set(ids);
      this.#sets.set(ids, set);
    }
    return set;
  }
}
