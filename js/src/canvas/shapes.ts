// What the canvas can do with a kind of shape, by kind. A kind that is not here is listed, but not drawn.
import type { BoxData, ShapeData } from '../shared/protocol';
import {
  boxOf,
  contains,
  HANDLES,
  type Handle,
  handlePoint,
  isBox,
  moved,
  type Rect,
  resized,
  rounded,
  turnedBack,
} from './geometry';
import type { Point, Size, View } from './view';

export interface ShapeKind {
  /** The upright rectangle around it. */
  bounds(shape: ShapeData): Rect;
  contains(shape: ShapeData, point: Point, margin: number): boolean;
  /** Whether the point is within `margin` of its outline. */
  onEdge(shape: ShapeData, point: Point, margin: number): boolean;
  area(shape: ShapeData): number;
  handles(shape: ShapeData): readonly { handle: Handle; at: Point }[];
  move(shape: ShapeData, dx: number, dy: number, size: Size): ShapeData;
  resize(shape: ShapeData, handle: Handle, to: Point, square: boolean, size: Size): ShapeData;
  /** Draw the outline, in CSS pixels of the stage; style and width are set already. */
  stroke(context: CanvasRenderingContext2D, shape: ShapeData, view: View): void;
}

export const KINDS = new Map<string, ShapeKind>();

/** What can be done with this shape; null where its kind is not known, or its values are not those of the kind. */
export function kindOf(shape: ShapeData): ShapeKind | null {
  return shape.kind === 'box' && !isBox(shape) ? null : (KINDS.get(shape.kind) ?? null);
}

/** Move shapes by as much as all of them can be moved, so that they stay as they are to each other. */
export function movedTogether(
  shapes: ReadonlyMap<string, ShapeData>,
  dx: number,
  dy: number,
  size: Size,
): Map<string, ShapeData> {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of shapes.values()) {
    const bounds = kindOf(shape)?.bounds(shape);
    if (!bounds) continue;
    left = Math.min(left, bounds.x);
    top = Math.min(top, bounds.y);
    right = Math.max(right, bounds.x + bounds.width);
    bottom = Math.max(bottom, bounds.y + bounds.height);
  }
  const all = { x: left, y: top, width: right - left, height: bottom - top };
  const to = moved(all, dx, dy, size);
  const result = new Map<string, ShapeData>();
  for (const [id, shape] of shapes) {
    const kind = kindOf(shape);
    if (kind) result.set(id, kind.move(shape, to.x - left, to.y - top, size));
  }
  return result;
}

const angleOf = (shape: ShapeData): number => (typeof shape.angle === 'number' ? shape.angle : 0);

KINDS.set('box', {
  bounds(shape) {
    const box = shape as BoxData;
    const angle = angleOf(box);
    if (angle % 180 === 0) return box;
    const turn = (angle * Math.PI) / 180;
    const [cos, sin] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
    const width = box.width * cos + box.height * sin;
    const height = box.width * sin + box.height * cos;
    return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
  },
  contains(shape, point, margin) {
    return contains(shape as BoxData, turnedBack(point, shape as BoxData, angleOf(shape)), margin);
  },
  onEdge(shape, point, margin) {
    const box = shape as BoxData;
    const at = turnedBack(point, box, angleOf(box));
    const inner = {
      x: box.x + margin,
      y: box.y + margin,
      width: Math.max(0, box.width - 2 * margin),
      height: Math.max(0, box.height - 2 * margin),
    };
    return contains(box, at, margin) && !(inner.width && inner.height && contains(inner, at));
  },
  area: (shape) => (shape as BoxData).width * (shape as BoxData).height,
  handles(shape) {
    if (angleOf(shape) % 360) return [];
    return HANDLES.map((handle) => ({ handle, at: handlePoint(shape as BoxData, handle) }));
  },
  move(shape, dx, dy, size) {
    const box = shape as BoxData;
    if (angleOf(box) % 180 === 0) {
      const { x, y } = moved(box, dx, dy, size);
      return { ...box, x, y };
    }
    const before = this.bounds(box);
    const after = moved(before, dx, dy, size);
    return { ...box, x: rounded(box.x + after.x - before.x), y: rounded(box.y + after.y - before.y) };
  },
  resize(shape, handle, to, square, size) {
    return boxOf(resized(shape as BoxData, handle, to, square, size));
  },
  stroke(context, shape, view) {
    const box = shape as BoxData;
    const angle = angleOf(box);
    const [width, height] = [box.width * view.scale, box.height * view.scale];
    const [x, y] = [view.x + box.x * view.scale, view.y + box.y * view.scale];
    if (angle % 360 === 0) {
      context.strokeRect(x, y, width, height);
      return;
    }
    context.save();
    context.translate(x + width / 2, y + height / 2);
    context.rotate((angle * Math.PI) / 180);
    context.strokeRect(-width / 2, -height / 2, width, height);
    context.restore();
  },
});
