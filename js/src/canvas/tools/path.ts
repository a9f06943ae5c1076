// What is drawn point by point: a click sets a vertex, a drag draws freehand, and both may be mixed. It ends by a click on
// its first point where it is closed, on its last one, or by Enter.
import type { Draft } from '../draft';
import { inside } from '../geometry';
import { paintShape } from '../paint';
import { angled, type Pair, pairOf, pointOf, simplified } from '../rings';
import { toVertex } from '../snapping';
import type { Surface } from '../surface';
import { type Point, toStage, type View } from '../view';
import { hold, holdAt, holdCursor } from './holding';
import { choose, far, type Gesture, objectUnder, type Tool, type Touch } from './tool';

/** How a line of points becomes something. */
export interface PathKind {
  /** What one is called in a sentence: `a polygon`. */
  name: string;
  /** The kind of shape that it makes, where it makes one. */
  makes?: string;
  closed: boolean;
  /** The least number of points. */
  least: number;
  /** Whether it ends with the first freehand stroke. */
  stroke?: boolean;
  /** What a draft that begins here is about; null where none can begin, and something was said about it. */
  target?(surface: Surface, touch: Touch | null): string | null;
  /** Make it; returns why it cannot be made, empty where it was. */
  make(surface: Surface, points: readonly Pair[], target: string, item: string): string;
  /** Whether it can still be made when another item is on screen. */
  leaves: boolean;
}

/** The least way between two points of a freehand line, in CSS pixels. */
const STEP = 2;
/** How far a freehand line may be from what the hand drew, in CSS pixels. */
const LOOSE = 1;
/** Within so many CSS pixels the crosshair is on a vertex. */
const ON = 6;

export class PathDraft implements Draft {
  points: Pair[] = [];
  /** How many points there were before each step: a click or a stroke. */
  readonly #steps: number[] = [];
  #to: Point | null = null;
  /** The item that it is drawn on: that of its object, whatever is on screen by then. */
  readonly #item: string;

  constructor(
    private readonly surface: Surface,
    readonly how: PathKind,
    readonly target: string,
  ) {
    this.#item = surface.session.item?.key ?? '';
  }

  /** A step begins: what is added from here on is taken back at once. */
  step(): void {
    this.#steps.push(this.points.length);
  }

  add(point: Point): void {
    const pair = pairOf(point);
    const last = this.points.at(-1);
    if (!last || last[0] !== pair[0] || last[1] !== pair[1]) this.points.push(pair);
    this.surface.layers.dirty('active');
  }

  /** Where a vertex would be set. */
  place(to: Point, shift: boolean): Point {
    const { picture } = this.surface;
    const last = this.points.at(-1);
    const at = shift && last ? angled(pointOf(last), to) : to;
    return picture ? inside(at, picture) : at;
  }

  /** Whether a click at a point ends it: on the first vertex of what is closed, or on the last one. */
  ends(at: Point, reach: number): boolean {
    const { points, how, surface } = this;
    const near = (pair: Pair | undefined): boolean =>
      pair !== undefined && Math.hypot(pair[0] - at.x, pair[1] - at.y) * (surface.view?.scale ?? 1) <= reach;
    return near(points.at(-1)) || (how.closed && points.length >= how.least && near(points[0]));
  }

  /** Replace what a stroke added by a line of fewer points. */
  smooth(): void {
    const from = Math.max(0, (this.#steps.at(-1) ?? 0) - 1);
    const stroke = this.points.slice(from);
    const loose = LOOSE / (this.surface.view?.scale ?? 1);
    this.points = [...this.points.slice(0, from), ...simplified(stroke, loose, false).map(([x, y]): Pair => [x, y])];
  }

  follow(to: Point, shift: boolean): void {
    this.#to = this.place(to, shift);
    this.surface.layers.dirty('active');
  }

  finish(): void {
    const { points, how, surface } = this;
    const { locked } = surface;
    const few =
      points.length < how.least
        ? `${capital(how.name)} needs ${how.least} points; there ${points.length === 1 ? 'is 1' : `are ${points.length}`}.`
        : '';
    const why = locked || few || how.make(surface, points, this.target, this.#item);
    if (why) surface.say(why);
    else if (surface.draft === this) surface.set({ draft: null });
  }

  back(): boolean {
    const length = this.#steps.pop() ?? 0;
    this.points.length = Math.min(this.points.length, length);
    if (!this.points.length) return false;
    this.surface.speak(`${this.points.length} points.`);
    return true;
  }

  leave(): void {
    const { how, surface, points } = this;
    if (!points.length) return;
    const elsewhere = surface.session.item?.key !== this.#item;
    if (points.length < how.least || !how.leaves) {
      surface.say(`${capital(how.name)} was not finished.`);
      return;
    }
    const why = how.make(surface, points, this.target, this.#item);
    if (why) surface.say(why);
    else if (elsewhere) surface.say(`${capital(how.name)} was finished on the item before.`);
  }

  paint(context: CanvasRenderingContext2D, view: View, color: string): void {
    const { points, how } = this;
    const to = this.#to;
    const line = to ? [...points, pairOf(to)] : points;
    if (line.length > 1) paintShape(context, { kind: 'polyline', points: line }, color, view);
    const [first, last] = [points[0], line.at(-1)];
    if (how.closed && first && last && line.length > 2) {
      const [a, b] = [toStage(view, pointOf(last)), toStage(view, pointOf(first))];
      context.setLineDash([3, 4]);
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
      context.setLineDash([]);
    }
    context.lineWidth = 1.5;
    context.strokeStyle = '#111111';
    context.fillStyle = '#ffffff';
    const ends = to && this.ends(to, ON);
    points.forEach((pair, at) => {
      const { x, y } = toStage(view, pointOf(pair));
      const closes = how.closed && at === 0 && points.length >= how.least;
      context.beginPath();
      context.arc(x, y, closes ? (ends ? 6.5 : 5) : 3, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    });
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The draft of a tool that is under way. */
function draftOf(surface: Surface, how: PathKind): PathDraft | null {
  const { draft } = surface;
  return draft instanceof PathDraft && draft.how === how ? draft : null;
}

function begin(surface: Surface, how: PathKind, touch: Touch | null): PathDraft | null {
  if (!surface.picture || !surface.allowed()) return null;
  const target = how.target?.(surface, touch) ?? (how.target ? null : '');
  if (target === null || (how.makes && !target && !surface.allowed(how.makes))) return null;
  return new PathDraft(surface, how, target);
}

/** A tool that draws lines of points. */
export function pathTool(how: PathKind): Tool {
  function* draw(surface: Surface, press: Touch): Gesture {
    const known = draftOf(surface, how);
    const draft = known ?? begin(surface, how, press);
    if (!draft || !surface.view) return;
    const { scale } = surface.view;
    const from = draft.place(toVertex(surface, press), press.shift);
    let [freehand, done, last] = [false, false, press.at];
    const length = draft.points.length;
    try {
      for (;;) {
        const touch: Touch = yield;
        if (!freehand && far(press, touch)) {
          freehand = true;
          draft.step();
          draft.add(from);
          surface.set({ draft });
        }
        const to = draft.place(toVertex(surface, touch), false);
        const away = Math.hypot(touch.at.x - last.x, touch.at.y - last.y);
        if (freehand && (away >= STEP || touch.kind === 'release')) {
          draft.add(touch.kind === 'release' ? to : draft.place(touch.point, false));
          last = touch.at;
        }
        if (touch.kind !== 'release') continue;
        done = true;
        if (freehand) {
          const closes = how.closed && draft.points.length >= how.least && back(draft, to, scale, touch.reach);
          if (closes) draft.points.pop();
          draft.smooth();
          surface.set({ draft });
          if (closes || how.stroke) draft.finish();
        } else if (known?.ends(press.point, press.reach)) known.finish();
        else set(surface, draft, from);
        return;
      }
    } finally {
      if (!done && freehand) draft.points.length = Math.min(draft.points.length, length);
      if (!done && !draft.points.length && surface.draft === draft) surface.set({ draft: null });
    }
  }

  return {
    cross: true,
    ...(how.makes && { makes: how.makes }),
    cursor(surface, touch) {
      if (surface.session.readOnly) return 'default';
      if (surface.draft) return draftOf(surface, how)?.ends(touch.point, touch.reach) ? 'pointer' : 'crosshair';
      return (holds(touch) && holdCursor(surface, touch)) || 'crosshair';
    },
    press(surface, touch) {
      if (draftOf(surface, how)) return draw(surface, touch);
      surface.set({ draft: null });
      if (touch.toggle) return pick(surface, touch);
      const held = holdAt(surface, touch, holds(touch));
      return held && (held.handle || holds(touch)) ? hold(surface, touch, held) : draw(surface, touch);
    },
    mark(surface, at) {
      const known = draftOf(surface, how);
      if (known?.ends(at, ON)) {
        known.finish();
        return;
      }
      const draft = known ?? begin(surface, how, null);
      if (!draft) return;
      set(surface, draft, draft.place(at, false));
      surface.say(`Point ${draft.points.length} at ${at.x}, ${at.y}. Space sets the next one, Enter ends it.`);
    },
  };

  /** Whether a press takes hold of the inside or edge of what is selected; a line that cuts begins there instead. */
  function holds(touch: Touch): boolean {
    return how.makes !== undefined && !touch.alt;
  }
}

/** Whether a stroke has come back to where the line began. */
function back(draft: PathDraft, to: Point, scale: number, reach: number): boolean {
  const first = draft.points[0];
  return first !== undefined && Math.hypot(first[0] - to.x, first[1] - to.y) * scale <= 2 * reach;
}

function set(surface: Surface, draft: PathDraft, at: Point): void {
  draft.step();
  draft.add(at);
  draft.follow(at, false);
  surface.set({ draft });
}

/** Ctrl with a click selects, as what is drawn may begin on anything. */
function* pick(surface: Surface, press: Touch): Gesture {
  let last = press;
  while (last.kind !== 'release') last = yield;
  if (!far(press, last)) choose(surface, objectUnder(surface, press), press);
}
