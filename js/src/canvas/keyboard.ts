// What keys do on the canvas: the actions of the keymap that the browser performs itself.
//
// With nothing selected the arrows move the crosshair and Space does what a click there would; with something selected
// they move that, or the one of its handles that was chosen. What was just drawn does not count as selected here, so
// that the next one can be drawn. While something is being drawn, Enter ends it and Backspace takes a step of it back.

import { deleteObjects } from '../shared/edits';
import type { ClassData, ObjectData, ShapeData } from '../shared/protocol';
import type { Clipboard } from './clipboard';
import { CONVERTING } from './converting';
import { inside } from './geometry';
import { type Handle, kindOf, movedTogether, type ShapeKind } from './kinds';
import { arranged, reordering, WAYS as WAYS_OF_ORDER, type Way } from './ordering';
import type { Pointers } from './pointer';
import { REFORMING } from './reforming';
import { reshaped } from './reshaping';
import type { Surface } from './surface';
import { TOOLS } from './tools';
import { resizeBrush } from './tools/brush';
import { unlocked, VEILING } from './veiling';
import { type Point, type Size, toStage, whole } from './view';

/** Milliseconds after the last nudge after which the move is an edit: many nudges are one undo. */
const NUDGED_AFTER = 400;
const FAR = 10;
const ZOOM_STEP = 1.25;

/** What opens another item, besides another tool: it would take what is under way. */
const AWAY = new Set(['done', 'skip', 'none_of_these', 'next', 'previous', 'next_todo', 'first', 'last']);

const WAYS = new Map<string, Point>([
  ['left', { x: -1, y: 0 }],
  ['right', { x: 1, y: 0 }],
  ['up', { x: 0, y: -1 }],
  ['down', { x: 0, y: 1 }],
]);

export class Keyboard {
  /** What is being nudged: the objects as they were, where they stand by now, and the item that they are on. */
  #nudged: { before: ReadonlyMap<string, ObjectData>; shapes: ReadonlyMap<string, ShapeData> } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #actions: ReadonlyMap<string, () => unknown>;

  constructor(
    private readonly surface: Surface,
    clipboard: Pick<Clipboard, 'perform'>,
    private readonly pointers: Pick<Pointers, 'busy' | 'cancel'>,
    owner: AbortSignal,
    /** Whether this view is to act, where several of them hear the same. */
    acts: () => boolean = () => true,
  ) {
    const { session } = surface;
    this.#actions = new Map<string, () => unknown>([
      ['fit', () => surface.fit()],
      ['actual_size', () => surface.actualSize()],
      ['zoom_in', () => surface.zoom(ZOOM_STEP, this.#middle())],
      ['zoom_out', () => surface.zoom(1 / ZOOM_STEP, this.#middle())],
      ['delete', () => this.#delete()],
      ['select_all', () => surface.select(surface.reachable.map(({ id }) => id))],
      ['next_object', () => this.#cycle(1)],
      ['previous_object', () => this.#cycle(-1)],
      ['extend_next', () => this.#cycle(1, true)],
      ['extend_previous', () => this.#cycle(-1, true)],
      ...['copy', 'cut', 'paste', 'paste_here', 'duplicate'].map((name): [string, () => void] => [
        name,
        () => clipboard.perform(name),
      ]),
      ...WAYS_OF_ORDER.map((way): [string, () => void] => [way, () => this.#arrange(way)]),
      ['next_handle', () => this.#cycleHandles(1)],
      ['previous_handle', () => this.#cycleHandles(-1)],
      ['insert_handle', () => unlocked(surface) && this.#insert()],
      ['toggle_handle', () => unlocked(surface) && this.#toggle()],
      ['corner', () => this.#mark()],
      ['escape', () => this.#escape()],
      ['brush_smaller', () => resizeBrush(surface, -1)],
      ['brush_larger', () => resizeBrush(surface, 1)],
      ...[...CONVERTING, ...REFORMING].map(
        ([name, change]) => [name, () => unlocked(surface) && change(surface)] as const,
      ),
      ...[...VEILING].map(([name, change]) => [name, () => change(surface)] as const),
    ]);
    session.on('action', (name) => acts() && this.perform(name), owner);
    session.on('item', () => this.settle(), owner);
    session.on('selection', () => this.settle(), owner);
    owner.addEventListener('abort', () => this.settle(), { once: true });
  }

  /**
   * A key is about to do something, perhaps in the kernel: what was nudged comes before it, and what is being drawn has
   * some keys for itself. While a button is down, undo takes back what it does, and nothing leads away from it.
   * Returns whether there is nothing more to do.
   */
  before(action: string): boolean {
    if (action && !action.startsWith('nudge_')) this.settle();
    if (action === 'undo' && this.pointers.cancel()) return true;
    if (this.pointers.busy && (action.startsWith('tool:') || AWAY.has(action))) {
      this.surface.say('Let go of the picture first.');
      return true;
    }
    const { draft } = this.surface;
    if (!draft) return false;
    if (action === 'done' && draft.finish) draft.finish();
    else if ((action === 'undo' || action === 'delete') && draft.back) this.#back();
    else return false;
    return true;
  }

  /** Take back the last step of what is being drawn. */
  #back(): void {
    const { surface } = this;
    if (!surface.draft?.back?.()) surface.set({ draft: null });
    surface.layers.dirty('active');
  }

  /** Perform an action; those that are not the canvas's are passed over. */
  perform(name: string): void {
    const nudge = /^nudge_(left|right|up|down)(_far)?$/.exec(name);
    if (nudge) {
      const way = WAYS.get(nudge[1] ?? '');
      const step = nudge[2] ? FAR : 1;
      if (way) this.#nudge({ x: way.x * step, y: way.y * step });
      return;
    }
    this.settle();
    this.#actions.get(name)?.();
  }

  /** Make an edit of the nudges so far. It is one of the item that was nudged, even if another is on screen by now. */
  settle(): void {
    const nudged = this.#nudged;
    if (!nudged) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#nudged = null;
    const ops = reshaped(this.surface, nudged.shapes, nudged.before);
    this.surface.lift(new Map());
    this.surface.edit(ops);
  }

  #nudge(by: Point): void {
    const { surface } = this;
    const { picture } = surface;
    const objects = surface.editable.filter(({ id }) => !surface.fresh.has(id));
    if (!picture || !surface.view) return;
    const still = !objects.length && !surface.selected.some(({ id }) => !surface.fresh.has(id));
    if (still || surface.draft) {
      this.#moveCross(by);
      return;
    }
    if (!surface.allowed() || !unlocked(surface)) return;
    const only = objects.length === 1 ? objects[0] : undefined;
    if (only && surface.handle !== null) {
      this.#nudgeHandle(only, surface.handle, by, picture);
      return;
    }
    // From where they stand: what the picture's edge held back need not be taken back.
    const from = new Map(objects.map(({ id, shape }) => [id, this.#nudged?.shapes.get(id) ?? shape]));
    const shapes = movedTogether(from, by.x, by.y, picture);
    this.#lift(objects, shapes);
  }

  #nudgeHandle(object: ObjectData, id: string, by: Point, size: Size): void {
    const { surface } = this;
    const shape = this.#nudged?.shapes.get(object.id) ?? object.shape;
    const kind = kindOf(shape);
    const handle = handlesOf(shape, surface.turns(object)).find((each) => each.id === id);
    if (!kind || !handle) return;
    const to = inside({ x: handle.at.x + by.x, y: handle.at.y + by.y }, size);
    const next = kind.drag(shape, id, { to, shift: false, size });
    if (kind.enough?.(next, 1) ?? true) this.#lift([object], new Map([[object.id, next]]));
    surface.speak(`${Math.round(to.x)}, ${Math.round(to.y)}`);
  }

  /** Show where things stand by now; it becomes an edit when the keys rest. */
  #lift(objects: readonly ObjectData[], shapes: ReadonlyMap<string, ShapeData>): void {
    const before = this.#nudged?.before ?? new Map(objects.map((object) => [object.id, object]));
    this.#nudged = { before, shapes };
    this.surface.lift(shapes);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), NUDGED_AFTER);
  }

  #moveCross(by: Point): void {
    const { surface } = this;
    const { picture } = surface;
    if (!picture) return;
    const from = this.#cross(picture);
    const cross = inside({ x: from.x + by.x, y: from.y + by.y }, picture);
    surface.draft?.follow?.(cross, false);
    surface.set({ cross });
    surface.speak(`${cross.x}, ${cross.y}`);
    this.#follow(cross);
  }

  /** Move the view where the crosshair would leave it. */
  #follow(cross: Point): void {
    const { view, stage } = this.surface;
    if (!view) return;
    const at = toStage(view, cross);
    const out = (value: number, room: number): number => Math.min(0, room - 8 - value) + Math.max(0, 8 - value);
    const [dx, dy] = [out(at.x, stage.width), out(at.y, stage.height)];
    if (dx || dy) this.surface.pan(dx, dy);
  }

  /** What a click at the crosshair would do. */
  #mark(): void {
    const { surface } = this;
    const { picture, session } = surface;
    const tool = TOOLS.get(session.tool);
    if (!picture || !surface.allowed()) return;
    if (!tool?.mark) {
      surface.say('Space draws with a tool that draws. Choose one first.');
      return;
    }
    const cross = this.#cross(picture);
    surface.set({ cross });
    tool.mark(surface, cross);
  }

  #escape(): void {
    const { surface } = this;
    if (this.pointers.cancel()) return;
    if (surface.draft) surface.set({ draft: null });
    else if (surface.handle !== null) surface.set({ handle: null });
    else surface.select([]);
  }

  #delete(): void {
    const { surface } = this;
    if (!surface.selected.length || !surface.allowed() || !unlocked(surface)) return;
    if (surface.handle !== null) {
      this.#removeHandle(surface.handle);
      return;
    }
    const ids = surface.editable.map(({ id }) => id);
    deleteObjects(surface.session, ids);
    surface.speak(ids.length === 1 ? 'Deleted.' : `${ids.length} objects are deleted.`);
  }

  #cycle(by: 1 | -1, more = false): void {
    const { selection } = this.surface.session;
    const objects = this.surface.shown;
    if (!objects.length) return;
    const last = [...selection].at(-1);
    const at = objects.findIndex(({ id }) => id === last);
    const start = at < 0 && by < 0 ? 0 : at;
    const next = objects[(start + by + objects.length) % objects.length];
    if (!next) return;
    this.surface.select(more ? [...selection].filter((id) => id !== next.id).concat(next.id) : [next.id]);
    this.surface.set({ fresh: new Set() });
  }

  /** Draw what is selected above or beneath others. */
  #arrange(way: Way): void {
    const { surface } = this;
    const { session } = surface;
    if (!surface.allowed()) return;
    if (!session.selection.size) surface.say('Select what is to be drawn above or beneath others first.');
    else surface.edit(reordering(arranged(session.objects, session.selection, way), session.selection));
  }

  /** The one object that is selected, with its kind. */
  #only(): { object: ObjectData; kind: ShapeKind } | null {
    const [object, ...more] = this.surface.editable;
    const kind = object && kindOf(object.shape);
    return object && kind && !more.length ? { object, kind } : null;
  }

  #cycleHandles(by: 1 | -1): void {
    const { surface } = this;
    const only = this.#only();
    const handles = only ? handlesOf(only.object.shape, surface.turns(only.object)) : [];
    if (!handles.length) {
      surface.say('Select one object with handles first.');
      return;
    }
    const at = handles.findIndex(({ id }) => id === surface.handle);
    const start = at < 0 && by < 0 ? 0 : at;
    const place = (start + by + handles.length) % handles.length;
    const handle = handles[place];
    if (!handle) return;
    surface.set({ handle: handle.id, fresh: new Set() });
    const name = only?.kind.nameHandle?.(handle.id, this.#classOf(only.object)) || 'Point';
    surface.speak(
      `${name}, ${place + 1} of ${handles.length}, at ${Math.round(handle.at.x)}, ${Math.round(handle.at.y)}.`,
    );
  }

  #insert(): void {
    const { surface } = this;
    const only = this.#only();
    if (!only || surface.handle === null || !surface.allowed()) return;
    const next = only.kind.insert?.(only.object.shape, surface.handle);
    if (!next) {
      surface.say(`Nothing can be added to ${only.kind.name} here.`);
      return;
    }
    surface.edit(reshaped(surface, new Map([[only.object.id, next.shape]])));
    surface.set({ handle: next.handle });
  }

  #classOf({ class_id }: ObjectData): ClassData | undefined {
    return this.surface.session.classes.find(({ id }) => id === class_id);
  }

  /** Change what the chosen point is like: a joint is visible, hidden or absent. */
  #toggle(): void {
    const { surface } = this;
    const only = this.#only();
    if (!only || surface.handle === null || !surface.allowed()) return;
    const next = only.kind.toggle?.(only.object.shape, surface.handle);
    if (!next) return;
    const { handle } = surface;
    surface.edit(reshaped(surface, new Map([[only.object.id, next.shape]])));
    surface.set({ handle });
    const name = only.kind.nameHandle?.(handle, this.#classOf(only.object)) || 'This point';
    surface.say(`${name} is ${next.said}.`);
  }

  #removeHandle(handle: string): void {
    const { surface } = this;
    const only = this.#only();
    if (!only) return;
    const next = only.kind.remove?.(only.object.shape, handle);
    if (!next) {
      surface.say(`Without this, it would not be ${only.kind.name}. Press Esc, then Delete, to delete all of it.`);
      return;
    }
    surface.edit(reshaped(surface, new Map([[only.object.id, next]])));
    surface.set({ handle: null });
  }

  /** Where the crosshair is; the middle of what is in sight, before it was ever moved. */
  #cross(picture: Size): Point {
    const { surface } = this;
    const { width, height } = surface.stage;
    return inside(whole(surface.cross ?? surface.toPicture({ x: width / 2, y: height / 2 })), picture);
  }

  #middle(): Point | undefined {
    const { cross, view } = this.surface;
    return cross && view ? toStage(view, cross) : undefined;
  }
}

/** The handles that keys go through, whatever there is room for: the places that there are, and those that can be. */
function handlesOf(shape: ShapeData, turning = false): readonly Handle[] {
  const kind = kindOf(shape);
  const handles = kind?.handles(shape, Number.POSITIVE_INFINITY, turning) ?? [];
  return handles.filter(({ look }) => look !== 'small' || kind?.toggle);
}
