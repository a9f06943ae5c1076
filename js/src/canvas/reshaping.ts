// The operations that give objects other shapes.
import type { ObjectData, Op, ShapeData } from '../shared/protocol';
import { equal } from '../shared/values';
import type { Surface } from './surface';

/**
 * Operations that set new shapes of objects; those that stay as they were are left out, and those that are gone.
 * `before` has the objects as they were when the gesture began: where somebody else has changed one since, that is
 * a conflict, which is told, and not overwritten unseen. They may be of an item that is not on screen any more.
 */
export function reshaped(
  { session }: Surface,
  shapes: ReadonlyMap<string, ShapeData>,
  before: ReadonlyMap<string, ObjectData> = new Map(),
): Op[] {
  const { byId, item } = session;
  const ops: Op[] = [];
  for (const [id, shape] of shapes) {
    const known = before.get(id);
    const gone = known?.item === item?.key && !byId.has(id);
    const object = gone ? undefined : (known ?? byId.get(id));
    if (!object || sameShape(object.shape, shape)) continue;
    ops.push({ action: 'set', record: 'object', id, item: object.item, path: 'shape', old: object.shape, new: shape });
  }
  return ops;
}

/** Whether two shapes are the same; a number that one of them lacks is 0 there. */
export function sameShape(a: ShapeData, b: ShapeData): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => equal(a[name] ?? 0, b[name] ?? 0));
}
