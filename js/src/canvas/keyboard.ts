// What keys do on the canvas: the actions of the keymap that the browser performs itself.
//
// With nothing selected the arrows move the crosshair and Space sets the corners of a box; with something selected
// they move that. A box that was just drawn does not count as selected here, so that the next one can be drawn.

import { deleteObjects } from '../shared/edits';
import type { ObjectData, ShapeData } from '../shared/protocol';
import { between, inside } from './geometry';
import { movedTogether } from './shapes';
import type { Surface } from './surface';
import { addBox } from './tools';
import { type Point, type Size, toStage, whole } from './view';

/** Milliseconds after the last nudge after which the move is an edit: many nudges are one undo. */
const NUDGED_AFTER = 400;
const FAR = 10;
const ZOOM_STEP = 1.25;

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
  readonly #actions: ReadonlyMap<string, () => void>;

  constructor(
    private readonly surface: Surface,
    private readonly cancelGesture: () => boolean,
    owner: AbortSignal,
    /** Whether this view is to act, where several of them hear the same. */
    acts: () => boolean = () => true,
  ) {
    const { session } = surface;
    this.#actions = new Map([
      ['fit', () => surface.fit()],
      ['actual_size', () => surface.actualSize()],
      ['zoom_in', () => surface.zoom(ZOOM_STEP, this.#middle())],
      ['zoom_out', () => surface.zoom(1 / ZOOM_STEP, this.#middle())],
      ['delete', () => this.#delete()],
      ['select_all', () => surface.select(session.objects.map(({ id }) => id))],
      ['next_object', () => this.#cycle(1)],
      ['previous_object', () => this.#cycle(-1)],
      ['corner', () => this.#corner()],
      ['escape', () => this.#escape()],
    ]);
    session.on('action', (name) => acts() && this.perform(name), owner);
    session.on('item', () => this.settle(), owner);
    session.on('selection', () => this.settle(), owner);
    owner.addEventListener('abort', () => this.settle(), { once: true });
  }

  /** A key is about to do something, perhaps in the kernel: what was nudged comes before it. */
  before(action: string): void {
    if (action && !action.startsWith('nudge_')) this.settle();
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
    const ops = this.surface.reshaped(nudged.shapes, nudged.before);
    this.surface.lift(new Map());
    this.surface.edit(ops);
  }

  #nudge(by: Point): void {
    const { surface } = this;
    const { picture } = surface;
    const objects = surface.selected.filter(({ id }) => !surface.fresh.has(id));
    if (!picture || !surface.view) return;
    if (!objects.length || surface.corner) {
      this.#moveCross(by);
      return;
    }
    if (!surface.allowed()) return;
    // From where they stand: what the picture's edge held back need not be taken back.
    const from = new Map(objects.map(({ id, shape }) => [id, this.#nudged?.shapes.get(id) ?? shape]));
    const shapes = movedTogether(from, by.x, by.y, picture);
    const before = this.#nudged?.before ?? new Map(objects.map((object) => [object.id, object]));
    this.#nudged = { before, shapes };
    surface.lift(shapes);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), NUDGED_AFTER);
  }

  #moveCross(by: Point): void {
    const { surface } = this;
    const { picture } = surface;
    if (!picture) return;
    const from = this.#cross(picture);
    const cross = inside({ x: from.x + by.x, y: from.y + by.y }, picture);
    surface.set({ cross, draft: surface.corner ? between(surface.corner, cross) : null });
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

  #corner(): void {
    const { surface } = this;
    const { corner, picture } = surface;
    if (!picture || !surface.allowed()) return;
    const cross = this.#cross(picture);
    if (!corner) {
      surface.set({ cross, corner: cross });
      surface.say(`First corner at ${cross.x}, ${cross.y}. Move with the arrows, then press Space again.`);
      return;
    }
    const rect = between(corner, cross);
    surface.set({ corner: null, draft: null });
    if (rect.width >= 1 && rect.height >= 1) addBox(surface, rect);
    else surface.say('Too small for a box.');
  }

  #escape(): void {
    const { surface } = this;
    if (this.cancelGesture()) return;
    if (surface.corner) surface.set({ corner: null, draft: null });
    else surface.select([]);
  }

  #delete(): void {
    const { session } = this.surface;
    const count = session.selection.size;
    if (!count || !this.surface.allowed()) return;
    deleteObjects(session, session.selection, []);
    this.surface.speak(count === 1 ? 'Deleted.' : `${count} objects are deleted.`);
  }

  #cycle(by: 1 | -1): void {
    const { session } = this.surface;
    const { objects, selection } = session;
    if (!objects.length) return;
    const last = [...selection].at(-1);
    const at = objects.findIndex(({ id }) => id === last);
    const start = at < 0 && by < 0 ? 0 : at;
    const next = objects[(start + by + objects.length) % objects.length];
    if (!next) return;
    this.surface.select([next.id]);
    this.surface.set({ fresh: new Set() });
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
