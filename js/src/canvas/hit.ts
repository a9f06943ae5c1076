// What is under a point. Pure; a plain pass over ten thousand objects takes a fraction of a millisecond.
import type { ObjectData, ShapeData } from '../shared/protocol';
import { contains } from './geometry';
import { type Handle, kindOf } from './kinds';
import type { Point } from './view';

/**
 * The object at a point: the smallest that contains it, since a small one over a large one could not be reached
 * otherwise; of equally small ones the topmost. An edge within `margin` counts before any inside.
 */
export function objectAt(objects: readonly ObjectData[], point: Point, margin: number): ObjectData | null {
  let best: ObjectData | null = null;
  let bestRank = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const object of objects) {
    const kind = kindOf(object.shape);
    // The bounds first: they cost little, whatever the shape.
    if (!kind || !contains(kind.bounds(object.shape), point, margin)) continue;
    if (!kind.contains(object.shape, point, margin)) continue;
    const rank = [kind.onEdge(object.shape, point, margin) ? 0 : 1, kind.area(object.shape)];
    if (before(rank, bestRank)) [best, bestRank] = [object, rank];
  }
  return best;
}

function before(a: readonly number[], b: readonly number[]): boolean {
  const [a0 = 0, a1 = 0] = a;
  const [b0 = 0, b1 = 0] = b;
  return a0 < b0 || (a0 === b0 && a1 <= b1);
}

/** The handles of a shape that there is room for, at `scale` CSS pixels per pixel of the picture. */
export function handlesOf(shape: ShapeData, scale: number, turning = false): readonly Handle[] {
  return kindOf(shape)?.handles(shape, scale, turning) ?? [];
}

/**
 * The handle of an object within `reach` CSS pixels of a point, the nearest one; those that are places of the
 * shape before those that would add one. Inside the object no handle reaches further than a quarter of its shorter side: the middle of
 * the smallest box is still there to move it by.
 */
export function handleAt(object: ObjectData, point: Point, reach: number, scale = 1, turning = false): Handle | null {
  const { shape } = object;
  const kind = kindOf(shape);
  if (!kind) return null;
  const { width, height } = kind.bounds(shape);
  let furthest = reach / scale;
  if (kind.contains(shape, point, 0)) furthest = Math.min(furthest, width / 4, height / 4);
  const handles = kind.handles(shape, scale, turning);
  const nearest = (wanted: boolean): Handle | null => {
    let [best, least]: [Handle | null, number] = [null, furthest];
    for (const handle of handles) {
      if ((handle.look === 'small') !== wanted) continue;
      const distance = Math.max(Math.abs(handle.at.x - point.x), Math.abs(handle.at.y - point.y));
      if (distance <= least) [best, least] = [handle, distance];
    }
    return best;
  };
  return nearest(false) ?? nearest(true);
}
