// What is on screen: the item with its picture, and what is stored put together with what waits. It says by signals
// what became different, and asks for the item again where something was missed.
import type { Emitter } from './emitter';
import type { Outbox } from './outbox';
import type { Down, ItemData, ObjectData } from './protocol';
import type { Step } from './scene';
import type { Picture, Signals } from './session';
import type { Detail } from './tiles';
import type { View } from './view';

/** Milliseconds between two questions for an item that does not fit what is reported of it. */
const DOUBT = 2_000;

export class Screen {
  picture: Picture | null = null;
  details: readonly Detail[] = [];
  #asking: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly view: View,
    private readonly outbox: Outbox,
    private readonly signals: Emitter<Signals>,
    private readonly again: () => void,
  ) {}

  /** Item, picture and objects change together. */
  swap(show: Extract<Down, { type: 'show' }>, item: ItemData, picture: Picture | null, objects: ObjectData[]): void {
    const before = this.view.item;
    const same = before?.key === item.key;
    const still =
      same &&
      this.picture?.bitmap === picture?.bitmap &&
      before.width === item.width &&
      before.height === item.height &&
      before.problem === item.problem;
    this.picture = picture;
    this.view.show(item, objects, show.seq);
    if (!same) this.view.selection = new Set(show.selected);
    if (still) {
      this.redraw();
    } else {
      this.view.redraw(this.outbox.pending());
      this.signals.emit('item', undefined);
    }
  }

  /** Sharper pictures of parts, or none any more. */
  sharper(details: readonly Detail[]): void {
    this.details = details;
    this.signals.emit('picture', undefined);
  }

  /** What somebody else stored; `selected` where it also says what is selected now. */
  patch(step: Step, selected: readonly string[] | undefined): void {
    this.view.fold(step);
    if (selected) this.view.selection = new Set(selected);
    this.redraw(selected !== undefined);
  }

  /** Put together what is stored and what waits, and say what became different. */
  redraw(selectionTold = false): void {
    const { ids, state, deselected } = this.view.redraw(this.outbox.pending());
    if (this.view.place) this.signals.emit('waiting', undefined);
    if (ids.size) this.signals.emit('objects', ids);
    if (state) this.signals.emit('state', undefined);
    if (selectionTold || deselected) this.signals.emit('selection', undefined);
  }

  /** Something was missed: ask for the item again, but not all the time. */
  askAgainIfDoubtful(): void {
    const doubtful = this.view.scene?.doubtful && !this.outbox.waiting.length;
    if (!doubtful || this.#asking !== null) return;
    this.#asking = setTimeout(() => {
      this.#asking = null;
      this.askAgainIfDoubtful();
    }, DOUBT);
    this.again();
  }

  close(): void {
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.#asking = null;
  }
}
