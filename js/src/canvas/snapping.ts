// Snapping: what is drawn or dragged near the picture's edge ends there, and a vertex near another one is put on it. Alt
// held switches it off.

import { contains } from './geometry';
import { kindOf } from './kinds';
import type { Surface } from './surface';
import type { Point } from './view';

/** How near is near enough, in CSS pixels. */
const REACH = 6;

export interface Snap {
  point: Point;
  alt: boolean;
}

/** A point at the picture's edge where it is near it, else as it is. */
export function toEdge(surface: Surface, { point, alt }: Snap): Point {
  const { picture, view } = surface;
  if (!picture || !view || alt) return point;
  const reach = REACH / view.scale;
  const near = (at: number, room: number): number =>
    Math.abs(at) <= reach ? 0 : Math.abs(at - room) <= reach ? room : at;
  return { x: near(point.x, picture.width), y: near(point.y, picture.height) };
}

/** A point on the nearest vertex or corner of another object, else at the edge, else as it is. */
export function toVertex(surface: Surface, snap: Snap, except: string | null = null): Point {
  const { view } = surface;
  const { point, alt } = snap;
  if (!view || alt) return point;
  let [best, nearest]: [Point | null, number] = [null, REACH / view.scale];
  for (const { id, shape } of surface.shown) {
    const kind = id === except ? null : kindOf(shape);
    if (!kind || !contains(kind.bounds(shape), point, nearest)) continue;
    for (const { at, look } of kind.handles(shape, Number.POSITIVE_INFINITY)) {
      const distance = Math.hypot(at.x - point.x, at.y - point.y);
      if (look === 'small' || look === 'turn' || distance > nearest) continue;
      [best, nearest] = [at, distance];
    }
  }
  return best ?? toEdge(surface, snap);
}
