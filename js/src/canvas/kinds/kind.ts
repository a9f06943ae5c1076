// What the canvas can do with a kind of shape, by kind. A kind that is not here is listed, but not drawn.
//
// A kind is pure: it knows no session and keeps nothing but what it derives from a shape, which never changes. One file
// for each kind stands beside this one, and enters its kind into the table; `index.ts` names them.
import type { ClassData, ShapeData } from '../../shared/protocol';
import { moved, type Rect } from '../geometry';
import type { Point, Size, View } from '../view';

/** A place of a shape that can be dragged: a corner, a vertex, a joint. */
export interface Handle {
  /** Names it among the shape's handles; the same one keeps its name while it is dragged. */
  id: string;
  at: Point;
  /** The CSS cursor over it. */
  cursor: string;
  /** `square` and `dot` are places of the shape, `small` is one that a drag would add, `turn` turns it. */
  look: 'square' | 'dot' | 'small' | 'turn';
  /** Where the line begins that ties it to the shape, for one that stands off it. */
  from?: Point;
}

/** How a handle is dragged. */
export interface Pull {
  to: Point;
  /** Shift: squares, straight lines, steps of an angle. */
  shift: boolean;
  size: Size;
}

/** A shape after one of its handles was changed, and the handle that goes on from there. */
export interface Reshaped {
  shape: ShapeData;
  handle: string;
}

export interface ShapeKind {
  /** What one is called in a sentence: `a box`. */
  name: string;
  /** Whether the values are those of the kind. */
  is(shape: ShapeData): boolean;
  /** The upright rectangle around it. */
  bounds(shape: ShapeData): Rect;
  contains(shape: ShapeData, point: Point, margin: number): boolean;
  /** Whether the point is within `margin` of its outline. */
  onEdge(shape: ShapeData, point: Point, margin: number): boolean;
  area(shape: ShapeData): number;
  /** Whether it is large enough to be meant, where less than `least` pixels are a slip of the hand. */
  enough?(shape: ShapeData, least: number): boolean;
  /**
   * The handles that there is room for, at `scale` CSS pixels per pixel of the picture; `turning` says whether an upright
   * shape of this kind may be turned.
   */
  handles(shape: ShapeData, scale: number, turning?: boolean): readonly Handle[];
  move(shape: ShapeData, dx: number, dy: number, size: Size): ShapeData;
  /** Drag a handle to a point. */
  drag(shape: ShapeData, handle: string, pull: Pull): ShapeData;
  /** Add a place after a handle's; null where none can be. */
  insert?(shape: ShapeData, handle: string): Reshaped | null;
  /** Take a handle's place away; null where the shape would be none without it. */
  remove?(shape: ShapeData, handle: string): ShapeData | null;
  /** Change what a handle's place is like, and say what it is by then; null where there is nothing to change. */
  toggle?(shape: ShapeData, handle: string): { shape: ShapeData; said: string } | null;
  /** What a handle is called in a class. */
  nameHandle?(handle: string, used: ClassData | undefined): string;
  /** Draw the outline, in CSS pixels of the stage; style and width are set already. */
  stroke(context: CanvasRenderingContext2D, shape: ShapeData, view: View, used?: ClassData): void;
  /** Fill it, where it has an inside to be seen; the style is set already, and how much of it is seen. */
  fill?(context: CanvasRenderingContext2D, shape: ShapeData, view: View): void;
}

export const KINDS = new Map<string, ShapeKind>();

/** What can be done with this shape; null where its kind is not known, or its values are not those of the kind. */
export function kindOf(shape: ShapeData): ShapeKind | null {
  const kind = KINDS.get(shape.kind);
  return kind?.is(shape) ? kind : null;
}

/** Remember what is derived from shapes for as long as they are there. */
export function remembered<T>(derive: (shape: ShapeData) => T): (shape: ShapeData) => T {
  const known = new WeakMap<ShapeData, { value: T }>();
  return (shape) => {
    let found = known.get(shape);
    if (!found) {
      found = { value: derive(shape) };
      known.set(shape, found);
    }
    return found.value;
  };
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
