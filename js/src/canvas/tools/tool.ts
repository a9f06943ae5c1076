// What a tool is. A gesture reads from top to bottom: press, moves, release; it is a generator that gets one pointer
// event after the other, and is ended early (its `finally` runs) when the gesture is cancelled. What takes more than
// one gesture is kept in a draft (`draft.ts`) between them.
//
// One file for each tool stands beside this one, and enters it into the table; `index.ts` names them.
import type { ObjectData } from '../../shared/protocol';
import type { Surface } from '../surface';
import type { Point } from '../view';

/** One event of a pointer. */
export interface Touch {
  kind: 'press' | 'move' | 'release';
  /** On the stage, in CSS pixels. */
  at: Point;
  /** In the picture, in its pixels. */
  point: Point;
  shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  toggle: boolean;
  alt: boolean;
  /** How near counts as on it, in CSS pixels: more for a finger. */
  reach: number;
}

export type Gesture = Generator<undefined, void, Touch>;

export interface Tool {
  /** The CSS cursor over a point. */
  cursor(surface: Surface, touch: Touch): string;
  /** Whether crossing lines follow the pointer. */
  cross: boolean;
  /** The kind of shape that it makes, where it makes one. */
  makes?: string;
  press(surface: Surface, press: Touch): Gesture;
  /** What Space does at the crosshair: what a click there would do. */
  mark?(surface: Surface, at: Point): void;
  /** Draw where it would act, instead of crossing lines; the point is one of the picture. */
  point?(surface: Surface, context: CanvasRenderingContext2D, at: Point): void;
  /** Whether the right button is its too: it comes with `alt`. */
  right?: boolean;
  /** What the wheel does with Alt held; the steps are negative away from the person. */
  wheel?(surface: Surface, steps: number): void;
}

export const TOOLS = new Map<string, Tool>();

/** Fewer CSS pixels than this are a click, not a drag. */
export const CLICK = 3;

/** Whether the pointer has gone so far from the press that it is a drag. */
export function far(press: Touch, touch: Touch): boolean {
  return Math.max(Math.abs(touch.at.x - press.at.x), Math.abs(touch.at.y - press.at.y)) >= CLICK;
}

/** The least size of what is drawn, in pixels of the picture: that of a click. */
export function least(surface: Surface): number {
  return CLICK / (surface.view?.scale ?? 1);
}

export function objectUnder(surface: Surface, touch: Touch): ObjectData | null {
  const id = surface.under(touch.point, touch.reach);
  return id === null ? null : (surface.session.byId.get(id) ?? null);
}

/** Select what was clicked: alone, or with Shift or Ctrl beside the rest; nothing clears the selection. */
export function choose(surface: Surface, object: ObjectData | null, touch: Touch): void {
  const { session } = surface;
  surface.set({ fresh: new Set() });
  if (!object) {
    if (!touch.shift && !touch.toggle) surface.select([]);
    return;
  }
  const next = new Set(touch.shift || touch.toggle ? session.selection : []);
  if (next.has(object.id)) next.delete(object.id);
  else next.add(object.id);
  surface.select(next);
}
