// A shape's geometry in a few characters, for lists. A kind that is not known here is shown by its name.
import type { ShapeData } from '../shared/protocol';

export type Describe = (shape: ShapeData) => string;

/** By kind; a module that brings a shape adds its own. */
export const DESCRIBE = new Map<string, Describe>([
  ['box', ({ x, y, width, height }) => `${whole(x)},${whole(y)} ${whole(width)}×${whole(height)}`],
]);

export function describe(shape: ShapeData): string {
  return DESCRIBE.get(shape.kind)?.(shape) ?? shape.kind;
}

function whole(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value)) : '?';
}
