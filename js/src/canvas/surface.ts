// The drawing surface: what the tools and keys of one canvas work on. It knows the session, the view and what is
// under way (a draft, objects that are being moved), and has them painted. Edits go through `edit`, one per gesture.

import { safeColor } from '../shared/dom';
import type { ClassData, ObjectData, Op, ShapeData } from '../shared/protocol';
import type { Session } from '../shared/session';
import type { Draft } from './draft';
import type { Rect } from './geometry';
import { guestsOf, host } from './guests';
import { objectAt } from './hit';
import { Layers } from './layers';
import {
  colorOf,
  FEW,
  INK,
  type Ink,
  type Placed,
  paintActive,
  paintCross,
  paintCrowd,
  paintMarquee,
  paintObjects,
  paintPicture,
} from './paint';
import { density, enough, paintDetails, wantedTiles } from './tiles';
import { TOOLS } from './tools/tool';
import { fit, kept, type Point, panned, type Size, toPicture, toStage, type View, zoomed } from './view';

/** The view of each session outlives its canvas: rendered again, it stands as it did. */
interface Stand {
  view: View;
  picture: Size;
  /** Whether the picture was fitted, and is fitted again when the stage changes its size. */
  fitted: boolean;
}
const STANDS = new WeakMap<Session, Stand>();

/** Milliseconds between two looks at which parts of the picture are wanted sharper. */
const SHARPEN_AFTER = 120;

export class Surface {
  readonly layers: Layers;
  /** Whether a picture that is smaller than the stage is shown larger than it is, without being asked to. */
  enlarge = true;
  #ink = INK;
  /** Objects that are being changed, as they stand now; painted on top instead of where they are stored. */
  lifted: ReadonlyMap<string, ShapeData> = new Map();
  /** What is being drawn and is no object yet. */
  draft: Draft | null = null;
  /** A frame that chooses what lies in it. */
  marquee: Rect | null = null;
  /** Where the crosshair stands, in pixels of the picture; null where there is none. */
  cross: Point | null = null;
  /** The handle of the selected object that the keys work on; null where they work on all of it. */
  handle: string | null = null;
  /** The object under the pointer. */
  hover: string | null = null;
  /** The objects that were selected by having been drawn: the next press inside them draws, and does not move them. */
  fresh: ReadonlySet<string> = new Set();
  #stand: Stand | null;
  #sharpen: ReturnType<typeof setTimeout> | null = null;
  #palette: ReadonlyMap<string, ClassData> = new Map();
  /** So many are selected that they are painted with the objects, not again at every move of the pointer. */
  #crowd = false;

  constructor(
    readonly session: Session,
    root: HTMLElement,
    owner: AbortSignal,
    /** Called when the view or the crosshair has moved. */
    private readonly moved: () => void,
    /** Says something briefly on the stage, and to screen readers. */
    readonly say: (text: string) => void,
    /** Says something to screen readers alone: it can be seen anyway. */
    readonly speak: (text: string) => void,
  ) {
    this.#stand = STANDS.get(session) ?? null;
    this.layers = new Layers(
      root,
      {
        picture: (context) => this.#paintPicture(context),
        objects: (context) => this.#paintObjects(context),
        active: (context) => this.#paintActive(context),
      },
      (error) => session.report(error),
      owner,
    );
    this.#readClasses();
    session.on('item', () => this.#itemChanged(), owner);
    session.on('objects', () => this.#objectsChanged(), owner);
    session.on('selection', () => this.#selectionChanged(), owner);
    session.on('picture', () => this.layers.dirty('picture'), owner);
    session.on('classes', () => this.#readClasses(), owner);
    session.on('activeClass', () => this.layers.dirty('active'), owner);
    session.on('veil', () => this.#veilChanged(), owner);
    session.on('tool', () => this.leave(), owner);
    host(session, () => this.layers.dirty('objects'), owner);
    owner.addEventListener('abort', () => this.#sharpen && clearTimeout(this.#sharpen), { once: true });
  }

  // ---- the view

  /** Size of the picture in its own pixels; null where there is none to draw on. */
  get picture(): Size | null {
    const { item } = this.session;
    return item && item.problem === null && item.width > 0 ? item : null;
  }

  get stage(): Size {
    return this.layers.stage;
  }

  get view(): View | null {
    return this.picture && this.stage.width ? (this.#stand?.view ?? null) : null;
  }

  /** Take a new size of the stage; a picture that was fitted stays fitted. */
  resize(stage: Size, ratio: number): void {
    const before = this.stage;
    this.layers.resize(stage, ratio);
    const stand = this.#stand;
    if (!stand || stand.fitted || !before.width) this.#settle();
    else {
      const { view } = stand;
      const x = view.x + (stage.width - before.width) / 2;
      const y = view.y + (stage.height - before.height) / 2;
      this.#look(kept({ ...view, x, y }, stand.picture, stage), false);
    }
  }

  fit(): void {
    if (this.picture) this.#look(fit(this.picture, this.stage), true);
  }

  zoom(factor: number, at: Point = { x: this.stage.width / 2, y: this.stage.height / 2 }): void {
    if (this.view && this.picture) this.#look(zoomed(this.view, at, factor, this.picture, this.stage), false);
  }

  actualSize(): void {
    if (this.view) this.zoom(1 / devicePixelRatio / this.view.scale);
  }

  pan(dx: number, dy: number): void {
    if (this.view && this.picture) this.#look(panned(this.view, dx, dy, this.picture, this.stage), false);
  }

  toPicture(at: Point): Point {
    return this.view ? toPicture(this.view, at) : at;
  }

  #look(view: View, fitted: boolean): void {
    const { picture } = this;
    if (!picture) return;
    this.#stand = { view, fitted, picture: { width: picture.width, height: picture.height } };
    STANDS.set(this.session, this.#stand);
    this.layers.look(view);
    this.moved();
    this.#sharpen ??= setTimeout(() => this.#askSharper(), SHARPEN_AFTER);
  }

  /** Stand as before where the picture has the size of the last one; else show all of it. */
  #settle(): void {
    const { picture } = this;
    const stand = this.#stand;
    if (!picture || !this.stage.width) this.layers.look(null);
    else if (stand && !stand.fitted && stand.picture.width === picture.width && stand.picture.height === picture.height)
      this.#look(kept(stand.view, picture, this.stage), false);
    else this.#look(fit(picture, this.stage, this.enlarge ? undefined : 1), true);
  }

  #askSharper(): void {
    this.#sharpen = null;
    const { picture, view } = this;
    const shown = this.session.picture;
    if (picture && view && shown)
      this.session.sharpen(wantedTiles(view, picture, this.stage, devicePixelRatio, density(shown)));
  }

  // ---- editing

  /** Why nothing can be drawn now; empty where it can. */
  get locked(): string {
    const { session } = this;
    if (!session.item) return 'Nothing is on screen yet.';
    if (session.item.problem !== null) return 'This item cannot be drawn on. It can be skipped.';
    if (session.loading) return 'The next picture is on its way.';
    if (session.readOnly) return 'Explore only shows. Switch to Create to annotate.';
    return '';
  }

  /** Whether something may be drawn or changed, of some kind in the class in use; where not, says why. */
  allowed(kind?: string): boolean {
    const why = this.locked || (kind ? this.#unfit(kind) : '');
    if (why) this.say(why);
    return !why;
  }

  /** The class in use. */
  get used(): ClassData | undefined {
    return this.session.classes.find(({ id }) => id === this.session.activeClass);
  }

  /** Whether an upright box of an object may be turned: where its class, or without one some class, says so. */
  turns({ class_id }: ObjectData): boolean {
    const { classes } = this.session;
    const own = classes.filter(({ id }) => id === class_id);
    return (own.length ? own : classes).some(({ shapes }) => shapes?.includes('rotated_box'));
  }

  /** Why the class in use takes no shapes of a kind; empty where it does. */
  #unfit(kind: string): string {
    const { used } = this;
    const taken = used?.shapes ?? [];
    if (used && this.session.veil.has('locked', used.id))
      return `“${used.name}” is locked: unlock it in the list of classes.`;
    if (!used || !taken.length || taken.includes(kind) || (kind === 'box' && taken.includes('rotated_box'))) return '';
    return `“${used.name}” takes ${taken.join(', ').replaceAll('_', ' ')} only. Choose another class or tool.`;
  }

  edit(ops: Op[], selected?: string[]): void {
    if (ops.length) this.session.commit(ops, selected);
  }

  get selected(): ObjectData[] {
    return [...this.session.selection].flatMap((id) => this.session.byId.get(id) ?? []);
  }

  /** What is selected and may be changed: not what is locked. */
  get editable(): ObjectData[] {
    return this.selected.filter((object) => !this.session.veil.on('locked', object));
  }

  /** The objects that are seen, in drawing order. */
  get shown(): readonly ObjectData[] {
    return this.session.veil.shown(this.session.objects);
  }

  /** The objects that a pointer reaches: through a locked one it gets to what is beneath. */
  get reachable(): readonly ObjectData[] {
    const { veil } = this.session;
    return veil.any('locked') ? this.shown.filter((object) => !veil.on('locked', object)) : this.shown;
  }

  /** Select, and say what is selected by now. */
  select(ids: Iterable<string>): void {
    const { session } = this;
    session.select(ids);
    const { selected } = this;
    const [first] = selected;
    if (!first) this.speak('Nothing is selected.');
    else if (selected.length > 1) this.speak(`${selected.length} objects are selected.`);
    else {
      const place = `${session.objects.indexOf(first) + 1} of ${session.objects.length}`;
      this.speak(`Selected ${this.nameOf(first)}, ${place}.`);
    }
  }

  /** What an object's class is called, with its track. */
  nameOf({ class_id, track }: Pick<ObjectData, 'class_id' | 'track'>): string {
    const name = this.session.classes.find(({ id }) => id === class_id)?.name ?? 'no class';
    return track ? `${name} #${track}` : name;
  }

  /** The person goes on to something else: what is being drawn becomes an object where it is far enough. */
  leave(): void {
    const { draft } = this;
    if (!draft) return;
    this.set({ draft: null });
    draft.leave?.();
  }

  /** How much of their colour what is drawn has. */
  set ink(ink: Ink) {
    this.#ink = ink;
    this.layers.dirty('objects', 'active');
  }

  lift(shapes: ReadonlyMap<string, ShapeData>): void {
    const before = this.lifted;
    const changed = shapes.size !== before.size || [...shapes.keys()].some((id) => !before.has(id));
    this.lifted = shapes;
    this.layers.dirty('active', ...(changed ? (['objects'] as const) : []));
  }

  /** Set values of what is under way, and have it painted. */
  set(values: Partial<Pick<Surface, 'draft' | 'marquee' | 'cross' | 'handle' | 'hover' | 'fresh'>>): void {
    if (values.draft !== undefined && values.draft !== this.draft) this.draft?.end?.();
    Object.assign(this, values);
    this.layers.dirty('active');
    if ('cross' in values) this.moved();
  }

  /** The id of the object at a point of the picture, within `reach` CSS pixels; null where there is none. */
  under(point: Point, reach: number): string | null {
    return this.view ? (objectAt(this.reachable, point, reach / this.view.scale)?.id ?? null) : null;
  }

  // ---- what the session tells

  #itemChanged(): void {
    this.leave();
    this.lifted = new Map();
    this.#readClasses();
    this.set({ marquee: null, handle: null, hover: null, fresh: new Set() });
    this.#settle();
    this.layers.dirty('picture', 'objects', 'active');
  }

  #objectsChanged(): void {
    const { byId } = this.session;
    if (this.hover !== null && !byId.has(this.hover)) this.hover = null;
    this.layers.dirty('objects', 'active');
  }

  #selectionChanged(): void {
    const { selection } = this.session;
    if ([...this.fresh].some((id) => !selection.has(id))) this.fresh = new Set();
    this.handle = null;
    const crowd = selection.size > FEW;
    this.layers.dirty('active', ...(crowd || this.#crowd ? (['objects'] as const) : []));
    this.#crowd = crowd;
  }

  #veilChanged(): void {
    this.set({ hover: null });
    this.layers.dirty('objects');
  }

  #readClasses(): void {
    this.#palette = new Map(this.session.classes.map((each) => [each.id, { ...each, color: safeColor(each.color) }]));
    this.layers.dirty('objects', 'active');
  }

  // ---- painting

  #paintPicture(context: CanvasRenderingContext2D): void {
    const { view, session } = this;
    if (!view || !session.picture) return;
    paintPicture(context, session.picture, view);
    const ratio = devicePixelRatio;
    if (!session.details.length || enough(view, ratio, density(session.picture))) return;
    paintDetails(context, session.details, view, this.stage, ratio);
  }

  #paintObjects(context: CanvasRenderingContext2D): void {
    const { view, session } = this;
    if (!view) return;
    for (const guest of guestsOf(session)) guest.paint?.(context, view);
    paintObjects(context, this.shown, this.#palette, view, this.stage, this.lifted, this.#ink);
    if (this.#crowd) {
      const still = this.selected.filter(({ id }) => !this.lifted.has(id));
      paintCrowd(context, still.map(placed), this.#palette, view, this.stage);
    }
  }

  #paintActive(context: CanvasRenderingContext2D): void {
    const { view, session } = this;
    if (!view) return;
    const { selection, byId } = session;
    const single = selection.size === 1 && !session.readOnly;
    const hovered = this.hover === null ? undefined : byId.get(this.hover);
    if (hovered && !selection.has(hovered.id)) {
      const look = { handles: false, tag: true, selected: false };
      paintActive(context, { object: hovered, shape: hovered.shape }, this.#palette, view, look);
    }
    if (this.#crowd) {
      const moving = [...this.lifted].flatMap(([id, shape]) => {
        const object = byId.get(id);
        return object ? { object, shape } : [];
      });
      paintCrowd(context, moving, this.#palette, view, this.stage);
    } else {
      for (const object of this.selected) {
        const shape = this.lifted.get(object.id) ?? object.shape;
        const turning = this.turns(object);
        const look = { handles: single, tag: true, selected: true, handle: this.handle, turning, ink: this.#ink };
        paintActive(context, { object, shape }, this.#palette, view, look);
      }
    }
    const color = colorOf({ class_id: session.activeClass }, this.#palette);
    this.draft?.paint(context, view, color);
    if (this.marquee) paintMarquee(context, this.marquee, view);
    if (!this.cross) return;
    const { point } = TOOLS.get(session.tool) ?? {};
    if (point) point(this, context, this.cross);
    else paintCross(context, toStage(view, this.cross), this.stage);
  }
}

const placed = (object: ObjectData): Placed => ({ object, shape: object.shape });
