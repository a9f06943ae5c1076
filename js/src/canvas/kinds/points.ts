// Points: places without an extent, several to an object.
import type { ShapeData } from '../../shared/protocol';
import { around, type Pair, pairOf, pointOf } from '../rings';
import { way } from '../turned';
import { type Point, toStage } from '../view';
import { type Handle, KINDS } from './kind';

export interface PointsData extends ShapeData {
  kind: 'points';
  points: Pair[];
}

/** The radius of a point on the screen, in CSS pixels. */
const RADIUS = 4;

function isPoints(shape: ShapeData): shape is PointsData {
  const { points } = shape;
  return Array.isArray(points) && points.length > 0 && points.every(isPair);
}

export function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length >= 2 && typeof value[0] === 'number' && typeof value[1] === 'number';
}

const of = (shape: ShapeData): readonly Pair[] => (shape as PointsData).points;

export function pointsOf(points: readonly Point[]): PointsData {
  return { kind: 'points', points: points.map(pairOf) };
}

const near = (shape: ShapeData, point: Point, margin: number): boolean =>
  of(shape).some(([x, y]) => Math.hypot(x - point.x, y - point.y) <= margin);

KINDS.set('points', {
  name: 'a point',
  is: isPoints,
  bounds: (shape) => around(of(shape)),
  contains: near,
  onEdge: near,
  area: () => 0,
  handles: (shape): Handle[] =>
    of(shape).map(([x, y], at) => ({ id: String(at), at: { x, y }, cursor: 'move', look: 'dot' })),
  move(shape, dx, dy, size) {
    const by = way(this.bounds(shape), dx, dy, size);
    return pointsOf(of(shape).map(([x, y]) => ({ x: x + by.x, y: y + by.y })));
  },
  drag(shape, id, { to }) {
    return pointsOf(of(shape).map(([x, y], at) => (String(at) === id ? to : { x, y })));
  },
  insert(shape, id) {
    const points = of(shape).map(pointOf);
    const at = Number(id);
    const here = points[at];
    if (!here) return null;
    const next = points[at + 1];
    const added = next ? { x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 } : { x: here.x + 1, y: here.y + 1 };
    points.splice(at + 1, 0, added);
    return { shape: pointsOf(points), handle: String(at + 1) };
  },
  remove(shape, id) {
    const points = of(shape).filter((_, at) => String(at) !== id);
    return points.length ? pointsOf(points.map(pointOf)) : null;
  },
  stroke(context, shape, view) {
    for (const [x, y] of of(shape)) {
      const at = toStage(view, { x, y });
      context.beginPath();
      context.arc(at.x, at.y, RADIUS, 0, 2 * Math.PI);
      context.stroke();
    }
  },
  fill(context, shape, view) {
    // A point has no inside that could hide something: it is seen wholly.
    const alpha = context.globalAlpha;
    context.globalAlpha = 1;
    for (const [x, y] of of(shape)) {
      const at = toStage(view, { x, y });
      context.beginPath();
      context.arc(at.x, at.y, RADIUS, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = alpha;
  },
});
