// What is seen: the item on screen, its objects with everything that waits already applied, and the selection.
import type { ItemData, Json, ObjectData, Op } from './protocol';
import { inOrder, Scene, type Step } from './scene';
import { equal } from './values';

/** How many steps of the log are remembered for a `show` that was read before them and comes after them. */
const REMEMBERED = 64;

export interface Differences {
  /** Objects that were added, changed or removed. */
  ids: Set<string>;
  /** Whether the item's state, note or place is another. */
  state: boolean;
  /** Whether something that was selected is gone. */
  deselected: boolean;
}

export class View {
  item: ItemData | null = null;
  /** What undo goes by where many items are on screen; empty where it is the one item. */
  place = '';
  objects: readonly ObjectData[] = [];
  byId: ReadonlyMap<string, ObjectData> = new Map();
  selection: ReadonlySet<string> = new Set();
  scene: Scene | null = null;
  #recent: Step[] = [];

  /** What edits and undo belong to: the place, or the item on screen. */
  get where(): string | null {
    return this.place || (this.item?.key ?? null);
  }

  /** Show an item as it was stored at a place in the log; `redraw` makes it seen. */
  show(item: ItemData, objects: readonly ObjectData[], seq: number): void {
    const later = this.#recent.filter((step) => step.seq > seq);
    this.scene = new Scene(item, objects, seq, later);
  }

  fold(step: Step): void {
    this.#recent.push(step);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.scene?.fold(step);
  }

  /** Select some of what is there; returns whether that is another selection. */
  select(ids: Iterable<string>): boolean {
    const next = new Set([...ids].filter((id) => this.byId.has(id)));
    if (next.size === this.selection.size && [...next].every((id) => this.selection.has(id))) return false;
    this.selection = next;
    return true;
  }

  /** Put together what is stored and what waits; returns what became different. */
  redraw(pending: readonly (readonly Op[])[]): Differences {
    const differences: Differences = { ids: new Set(), state: false, deselected: false };
    if (!this.scene) return differences;
    const { item, objects } = this.scene.seen(pending);
    const before = this.byId;
    for (const [id, object] of objects) {
      const old = before.get(id);
      if (old === object) continue;
      // What is equal stays the same object, so that nobody draws it again.
      if (old && equal(old as unknown as Json, object as unknown as Json)) objects.set(id, old);
      else differences.ids.add(id);
    }
    for (const id of before.keys()) if (!objects.has(id)) differences.ids.add(id);
    differences.state = !equal(this.item as unknown as Json, item as unknown as Json);
    this.item = item;
    this.byId = objects;
    if (differences.ids.size) this.objects = inOrder(objects);
    const selected = [...this.selection].filter((id) => objects.has(id));
    differences.deselected = selected.length !== this.selection.size;
    if (differences.deselected) this.selection = new Set(selected);
    return differences;
  }
}
