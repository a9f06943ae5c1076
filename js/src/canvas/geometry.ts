// Upright boxes: pure arithmetic, in pixels of the picture.
import type { BoxData, ShapeData } from '../shared/protocol';
import type { Point, Size } from './view';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A corner or the middle of an edge: -1 left or top, 0 middle, 1 right or bottom. */
export interface Handle {
  dx: -1 | 0 | 1;
  dy: -1 | 0 | 1;
}

const SIDES = [-1, 0, 1] as const;
export const HANDLES: readonly Handle[] = SIDES.flatMap((dy) => SIDES.map((dx) => ({ dx, dy }))).filter(
  ({ dx, dy }) => dx !== 0 || dy !== 0,
);

export function isBox(shape: ShapeData): shape is BoxData {
  const { kind, x, y, width, height } = shape;
  const numbers = typeof x === 'number' && typeof y === 'number';
  return kind === 'box' && numbers && typeof width === 'number' && typeof height === 'number';
}

/** An upright box; its edges are rounded, not its sides, so that one that ends at the picture's edge ends there. */
export function boxOf(rect: Rect): BoxData {
  const [x, y] = [rounded(rect.x), rounded(rect.y)];
  const width = rounded(rounded(rect.x + rect.width) - x);
  const height = rounded(rounded(rect.y + rect.height) - y);
  return { kind: 'box', x, y, width, height, angle: 0 };
}

/** To a hundredth of a pixel: finer than any hand, and short in every file. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

export function between(a: Point, b: Point): Rect {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

/** The point that makes a square with `from`, in the direction of `to`, as large as the picture has room for. */
export function squared(from: Point, to: Point, size: Size): Point {
  const [left, up] = [to.x < from.x, to.y < from.y];
  const room = Math.min(left ? from.x : size.width - from.x, up ? from.y : size.height - from.y);
  const side = Math.max(0, Math.min(room, Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y))));
  return { x: from.x + (left ? -side : side), y: from.y + (up ? -side : side) };
}

export function inside(point: Point, size: Size): Point {
  return { x: Math.min(size.width, Math.max(0, point.x)), y: Math.min(size.height, Math.max(0, point.y)) };
}

/**
 * Move a rectangle, but not across the picture's edge; one that is outside already may come back. Its place is rounded,
 * its size is not touched.
 */
export function moved(rect: Rect, dx: number, dy: number, size: Size): Rect {
  const place = (at: number, by: number, length: number, room: number): number => {
    if (by === 0) return at;
    const [low, high] = [Math.min(0, at, room - length), Math.max(0, at, room - length)];
    return Math.min(high, Math.max(low, rounded(at + by)));
  };
  return {
    ...rect,
    x: place(rect.x, dx, rect.width, size.width),
    y: place(rect.y, dy, rect.height, size.height),
  };
}

/**
 * Drag a handle to a point of the picture. Past the opposite edge the rectangle flips; with `square` corners keep it
 * square.
 */
export function resized(rect: Rect, handle: Handle, to: Point, square: boolean, size: Size): Rect {
  const anchor = {
    x: handle.dx < 0 ? rect.x + rect.width : rect.x,
    y: handle.dy < 0 ? rect.y + rect.height : rect.y,
  };
  const far = {
    x: handle.dx === 0 ? rect.x + rect.width : to.x,
    y: handle.dy === 0 ? rect.y + rect.height : to.y,
  };
  return between(anchor, square && handle.dx && handle.dy ? squared(anchor, far, size) : far);
}

export function handlePoint(rect: Rect, { dx, dy }: Handle): Point {
  return { x: rect.x + (rect.width * (dx + 1)) / 2, y: rect.y + (rect.height * (dy + 1)) / 2 };
}

export function contains(rect: Rect, point: Point, margin = 0): boolean {
  return (
    point.x >= rect.x - margin &&
    point.x <= rect.x + rect.width + margin &&
    point.y >= rect.y - margin &&
    point.y <= rect.y + rect.height + margin
  );
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** A point as seen by somebody who turns with a box: turned back around its centre by its angle. */
export function turnedBack(point: Point, rect: Rect, angle: number): Point {
  if (angle % 360 === 0) return point;
  const turn = (-angle * Math.PI) / 180;
  const cx = rect.x + rect.width / 2;
  const cy = rect.y + rect.height / 2;
  const [dx, dy] = [point.x - cx, point.y - cy];
  return {
    x: cx + dx * Math.cos(turn) - dy * Math.sin(turn),
    y: cy + dx * Math.sin(turn) + dy * Math.cos(turn),
  };
}
