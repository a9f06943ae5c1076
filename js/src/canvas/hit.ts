// What is under a point. Pure; a plain pass over ten thousand objects takes a fraction of a millisecond.
import type { ObjectData } from '../shared/protocol';
import type { Handle } from './geometry';
import { kindOf } from './shapes';
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
    if (!kind?.contains(object.shape, point, margin)) continue;
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

/** The handle of an object within `margin` of a point, the nearest one. */
export function handleAt(object: ObjectData, point: Point, margin: number): Handle | null {
  let best: Handle | null = null;
  let nearest = margin;
  for (const { handle, at } of kindOf(object.shape)?.handles(object.shape) ?? []) {
    const distance = Math.max(Math.abs(at.x - point.x), Math.abs(at.y - point.y));
    if (distance <= nearest) [best, nearest] = [handle, distance];
  }
  return best;
}
