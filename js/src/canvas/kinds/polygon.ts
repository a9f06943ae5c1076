// Polygons: an outer ring of three vertices or more, and holes.
import type { ShapeData } from '../../shared/protocol';
import { isRing, type Pair, type Ring } from '../rings';
import { KINDS, remembered } from './kind';
import { ringsKind } from './rings';

export interface PolygonData extends ShapeData {
  kind: 'polygon';
  points: Pair[];
  holes?: Pair[][];
}

export function isPolygon(shape: ShapeData): shape is PolygonData {
  const { kind, points, holes = [] } = shape;
  return kind === 'polygon' && isRing(points, 3) && Array.isArray(holes) && holes.every((hole) => isRing(hole, 3));
}

/** The outer ring of a polygon, then its holes. */
export const ringsOf: (shape: ShapeData) => readonly Ring[] = remembered((shape) => {
  const { points, holes = [] } = shape as PolygonData;
  return [points, ...holes];
});

export function polygonOf([outer = [], ...holes]: readonly Ring[]): PolygonData {
  const copy = (ring: Ring): Pair[] => ring.map(([x, y]): Pair => [x, y]);
  return { kind: 'polygon', points: copy(outer), holes: holes.map(copy) };
}

KINDS.set(
  'polygon',
  ringsKind({ name: 'a polygon', closed: true, least: 3, is: isPolygon, rings: ringsOf, shape: polygonOf }),
);
