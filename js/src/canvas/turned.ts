// Rectangles that are turned around their centre: what boxes and ellipses have in common. Pure; degrees, clockwise.

import { HANDLES, moved, type Rect, rounded } from './geometry';
import type { Handle, Pull } from './kinds/kind';
import type { Point, Size } from './view';

/** A rectangle by its centre, half its size, and its angle. */
export interface Turned {
  cx: number;
  cy: number;
  rx: number;
  ry: number;
  angle: number;
}

/** An edge of fewer CSS pixels has no handle in its middle: those of its corners would lie on it. */
const SHORT = 24;
/** CSS pixels from the upper edge to the handle that turns. */
const STALK = 24;
/** Steps of the angle while Shift is held. */
const STEP = 15;

const BY_ID = new Map(HANDLES.map((handle) => [`${handle.dx},${handle.dy}`, handle]));
const CURSORS = ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'] as const;
const TURN = 'turn';

/** From an offset in the frame of the rectangle to one in the picture; with a negative angle, back. */
export function turned({ x, y }: Point, angle: number): Point {
  if (angle % 360 === 0) return { x, y };
  const turn = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return { x: x * cos - y * sin, y: x * sin + y * cos };
}

/** A point of the picture in the frame of the rectangle: from its centre, along its sides. */
export function within(of: Turned, point: Point): Point {
  return turned({ x: point.x - of.cx, y: point.y - of.cy }, -of.angle);
}

/** A point in the frame of the rectangle, in the picture. */
export function outside(of: Turned, local: Point): Point {
  const { x, y } = turned(local, of.angle);
  return { x: of.cx + x, y: of.cy + y };
}

/** The upright rectangle around it. */
export function boundsOf({ cx, cy, rx, ry, angle }: Turned): Rect {
  const turn = (angle * Math.PI) / 180;
  const [cos, sin] = angle % 180 === 0 ? [1, 0] : [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
  const [x, y] = [rx * cos + ry * sin, rx * sin + ry * cos];
  return { x: cx - x, y: cy - y, width: 2 * x, height: 2 * y };
}

/** Its corners and the middles of its edges, where there is room; with `turning`, a handle that turns it. */
export function handlesOf(of: Turned, scale: number, turning: boolean): Handle[] {
  const [wide, high] = [2 * of.rx * scale >= SHORT, 2 * of.ry * scale >= SHORT];
  const found: Handle[] = [];
  for (const [id, { dx, dy }] of BY_ID) {
    if (!(dx || wide) || !(dy || high)) continue;
    const at = outside(of, { x: dx * of.rx, y: dy * of.ry });
    found.push({ id, at, cursor: cursorOf(dx, dy, of.angle), look: 'square' });
  }
  if (turning) {
    const stalk = Number.isFinite(scale) ? STALK / scale : 0;
    const [at, from] = [outside(of, { x: 0, y: -of.ry - stalk }), outside(of, { x: 0, y: -of.ry })];
    found.push({ id: TURN, at, from, cursor: 'grab', look: 'turn' });
  }
  return found;
}

/** The cursor for a way that is turned: the nearest of the four that there are. */
function cursorOf(dx: number, dy: number, angle: number): string {
  const way = (Math.atan2(dy, dx) * 180) / Math.PI + angle;
  return CURSORS[((Math.round(way / 45) % 4) + 4) % 4] ?? 'move';
}

/**
 * Drag a handle to a point: the opposite corner or edge stays where it is, also in the picture. Past it the rectangle
 * flips; with Shift corners keep it square, and angles go in steps.
 */
export function dragged(of: Turned, id: string, { to, shift }: Pull): Turned {
  if (id === TURN) {
    const way = (Math.atan2(to.y - of.cy, to.x - of.cx) * 180) / Math.PI + 90;
    const step = shift ? STEP : 0.1;
    return { ...of, angle: straight(Math.round(way / step) * step) };
  }
  const handle = BY_ID.get(id);
  if (!handle) return of;
  const { dx, dy } = handle;
  const anchor = { x: -dx * of.rx, y: -dy * of.ry };
  const pointer = within(of, to);
  const far = { x: dx ? pointer.x : of.rx, y: dy ? pointer.y : of.ry };
  if (!dx) anchor.x = -of.rx;
  if (!dy) anchor.y = -of.ry;
  if (shift && dx && dy) {
    const side = Math.max(Math.abs(far.x - anchor.x), Math.abs(far.y - anchor.y));
    far.x = anchor.x + (far.x < anchor.x ? -side : side);
    far.y = anchor.y + (far.y < anchor.y ? -side : side);
  }
  const centre = outside(of, { x: (anchor.x + far.x) / 2, y: (anchor.y + far.y) / 2 });
  return {
    cx: centre.x,
    cy: centre.y,
    rx: Math.abs(far.x - anchor.x) / 2,
    ry: Math.abs(far.y - anchor.y) / 2,
    angle: of.angle,
  };
}

/** How far something with these bounds moves, when it would move so far, and stays in the picture. */
export function way(bounds: Rect, dx: number, dy: number, size: Size): Point {
  const to = moved(bounds, dx, dy, size);
  return { x: to.x - bounds.x, y: to.y - bounds.y };
}

/** The same angle from above -180 to 180 degrees, to a tenth. */
export function straight(angle: number): number {
  const turn = ((((angle + 180) % 360) + 360) % 360) - 180;
  return rounded(turn === -180 ? 180 : turn) + 0;
}
