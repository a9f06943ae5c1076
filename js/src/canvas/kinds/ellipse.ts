// Ellipses, turned around their centre; a circle is one.
import type { ShapeData } from '../../shared/protocol';
import { rounded } from '../geometry';
import { boundsOf, dragged, handlesOf, type Turned, way, within } from '../turned';
import { toStage } from '../view';
import { KINDS } from './kind';

export interface EllipseData extends ShapeData, Turned {
  kind: 'ellipse';
}

const NUMBERS = ['cx', 'cy', 'rx', 'ry'] as const;

function isEllipse(shape: ShapeData): shape is EllipseData {
  return NUMBERS.every((name) => typeof shape[name] === 'number');
}

const of = (shape: ShapeData): Turned => {
  const { cx, cy, rx, ry, angle } = shape as EllipseData;
  return { cx, cy, rx, ry, angle: typeof angle === 'number' ? angle : 0 };
};

/** How far from the centre a point is, where the ellipse is 1, once it is `more` pixels larger. */
function reach(shape: ShapeData, point: { x: number; y: number }, more: number): number {
  const { rx, ry } = of(shape);
  if (rx + more <= 0 || ry + more <= 0) return Number.POSITIVE_INFINITY;
  const { x, y } = within(of(shape), point);
  return Math.hypot(x / (rx + more), y / (ry + more));
}

export function ellipseOf({ cx, cy, rx, ry, angle }: Turned): EllipseData {
  return { kind: 'ellipse', cx: rounded(cx), cy: rounded(cy), rx: rounded(rx), ry: rounded(ry), angle };
}

KINDS.set('ellipse', {
  name: 'an ellipse',
  is: isEllipse,
  bounds(shape) {
    // The upright rectangle around a turned ellipse is smaller than the one around its turned rectangle.
    const { cx, cy, rx, ry, angle } = of(shape);
    const turn = (angle * Math.PI) / 180;
    const x = Math.hypot(rx * Math.cos(turn), ry * Math.sin(turn));
    const y = Math.hypot(rx * Math.sin(turn), ry * Math.cos(turn));
    return angle % 180 === 0 ? boundsOf(of(shape)) : { x: cx - x, y: cy - y, width: 2 * x, height: 2 * y };
  },
  contains: (shape, point, margin) => reach(shape, point, margin) <= 1,
  onEdge: (shape, point, margin) => reach(shape, point, margin) <= 1 && reach(shape, point, -margin) >= 1,
  area: (shape) => Math.PI * of(shape).rx * of(shape).ry,
  enough: (shape, least) => 2 * of(shape).rx >= least && 2 * of(shape).ry >= least,
  handles: (shape, scale) => handlesOf(of(shape), scale, true),
  move(shape, dx, dy, size) {
    const { x, y } = way(this.bounds(shape), dx, dy, size);
    const { cx, cy } = of(shape);
    return { ...shape, cx: rounded(cx + x), cy: rounded(cy + y) };
  },
  drag: (shape, id, pull) => ellipseOf(dragged(of(shape), id, pull)),
  stroke(context, shape, view) {
    path(context, shape, view);
    context.stroke();
  },
  fill(context, shape, view) {
    path(context, shape, view);
    context.fill();
  },
});

function path(context: CanvasRenderingContext2D, shape: ShapeData, view: Parameters<typeof toStage>[0]): void {
  const { cx, cy, rx, ry, angle } = of(shape);
  const { x, y } = toStage(view, { x: cx, y: cy });
  context.beginPath();
  context.ellipse(x, y, rx * view.scale, ry * view.scale, (angle * Math.PI) / 180, 0, 2 * Math.PI);
}
