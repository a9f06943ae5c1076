// Polylines: two vertices or more, joined by lines; they have no inside.
import type { ShapeData } from '../../shared/protocol';
import { isRing, type Pair, type Ring } from '../rings';
import { KINDS, remembered } from './kind';
import { ringsKind } from './rings';

export interface PolylineData extends ShapeData {
  kind: 'polyline';
  points: Pair[];
}

const isPolyline = (shape: ShapeData): shape is PolylineData => shape.kind === 'polyline' && isRing(shape.points, 2);

const lineOf: (shape: ShapeData) => readonly Ring[] = remembered((shape) => [(shape as PolylineData).points]);

export function polylineOf([line = []]: readonly Ring[]): PolylineData {
  return { kind: 'polyline', points: line.map(([x, y]): Pair => [x, y]) };
}

KINDS.set(
  'polyline',
  ringsKind({ name: 'a polyline', closed: false, least: 2, is: isPolyline, rings: lineOf, shape: polylineOf }),
);
