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
  resize(shape: ShapeData, handle: Handle, to: Point, square: boolean): ShapeData;
  /** Draw the outline, in CSS pixels of the stage; style and width are set already. */
  stroke(context: CanvasRenderingContext2D, shape: ShapeData, view: View): void;
}

export const KINDS = new Map<string, ShapeKind>();

/** What can be done with this shape; null where its kind is not known, or its values are not those of the kind. */
export function kindOf(shape: ShapeData): ShapeKind | null {
  return shape.kind === 'box' && !isBox(shape) ? null : (KINDS.get(shape.kind) ?? null);
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
    return boxOf(moved(shape as BoxData, dx, dy, size), angleOf(shape));
  },
  resize(shape, handle, to, square) {
    return boxOf(resized(shape as BoxData, handle, to, square));
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
