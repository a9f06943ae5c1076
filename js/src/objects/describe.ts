// A shape's geometry in a few characters, for lists. A kind that is not known here is shown by its name.
import type { ShapeData } from '../shared/protocol';

export type Describe = (shape: ShapeData) => string;

/** By kind; a module that brings a shape adds its own. */
export const DESCRIBE = new Map<string, Describe>([
  ['box', ({ x, y, width, height }) => `${whole(x)},${whole(y)} ${whole(width)}×${whole(height)}`],
  ['polygon', ({ points, holes }) => ['polygon', many(points, 'pt'), many(holes, 'hole')].filter(Boolean).join(' ')],
  ['polyline', ({ points }) => `line ${many(points, 'pt')}`],
  ['points', ({ points }) => many(points, 'pt')],
  ['skeleton', ({ joints }) => `skeleton ${many(joints, 'joint')}`],
  ['ellipse', ({ rx, ry }) => `ellipse ${whole(twice(rx))}×${whole(twice(ry))}`],
]);

/** How many there are, in a word; nothing for none. */
function many(values: unknown, word: string): string {
  const length = Array.isArray(values) ? values.length : 0;
  return length ? `${length} ${word}${length > 1 ? 's' : ''}` : '';
}

const twice = (value: unknown): unknown => (typeof value === 'number' ? 2 * value : value);

export function describe(shape: ShapeData): string {
  return DESCRIBE.get(shape.kind)?.(shape) ?? shape.kind;
}

function whole(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value)) : '?';
}
