// Making polygons of polygons: join, subtract, cut, cut a hole, simplify. Each is one change, and so one undo.
import type { ObjectData, Op, ShapeData } from '../shared/protocol';
import { freshId } from '../shared/values';
import { cut, difference, liesIn, type Rings, union } from './clipping';
import { isPolygon, polygonOf, ringsOf } from './kinds/polygon';
import { type PolylineData, polylineOf } from './kinds/polyline';
import { reshaped, sameShape } from './reshaping';
import { areaOf, type Ring, simplified } from './rings';
import type { Surface } from './surface';

/** So often the tolerance is doubled until something is left out: by then nothing is. */
const DOUBLINGS = 16;

/** What was simplified last on a surface, and by how much: the same again is simplified more. */
const LAST = new WeakMap<Surface, { tolerance: number; shapes: ReadonlyMap<string, ShapeData> }>();

/** The actions on what is selected, by name. */
export const REFORMING: ReadonlyMap<string, (surface: Surface) => void> = new Map([
  ['join', join],
  ['subtract', subtract],
  ['simplify', simplify],
]);

const polygons = (surface: Surface): ObjectData[] => surface.editable.filter(({ shape }) => isPolygon(shape));

/** Make one polygon of those that are selected, where they overlap or touch; it is the first of them. */
function join(surface: Surface): void {
  if (!surface.allowed()) return;
  const all = polygons(surface);
  const [first, ...others] = all;
  if (!first || !others.length) {
    surface.say('Select two polygons or more to join them.');
    return;
  }
  if (others.some(({ class_id }) => (class_id ?? null) !== (first.class_id ?? null))) {
    surface.say('They are of different classes. Give them one class, then join them.');
    return;
  }
  const [joined, ...apart] = union(all.map(({ shape }) => ringsOf(shape)));
  if (!joined || apart.length) {
    surface.say('They do not all touch, so nothing was joined.');
    return;
  }
  const gone = others.map(
    (object): Op => ({ action: 'delete', record: 'object', id: object.id, item: object.item, old: { ...object } }),
  );
  surface.edit([...reshaped(surface, new Map([[first.id, polygonOf(joined)]])), ...gone], [first.id]);
  surface.say(`${all.length} polygons are one.`);
}

/** Take the other selected polygons away from the first one; they stay as they are. */
function subtract(surface: Surface): void {
  if (!surface.allowed()) return;
  const [first, ...others] = polygons(surface);
  if (!first || !others.length) {
    surface.say('Select the polygon to take from, then with Shift those to take away.');
    return;
  }
  const parts = difference(
    ringsOf(first.shape),
    others.map(({ shape }) => ringsOf(shape)),
  );
  if (parts.length === 1 && alikeArea(parts[0] ?? [], ringsOf(first.shape))) {
    surface.say('They do not overlap, so nothing was taken away.');
    return;
  }
  if (!parts.length) {
    surface.say('Nothing of it would be left, so nothing was taken away.');
    return;
  }
  if (divide(surface, [[first, parts]]) > 0)
    surface.say(parts.length > 1 ? `${parts.length} parts are left.` : 'Taken away.');
}

/** Whether two polygons, one of which lies in the other, are the same but for rounding. */
const alikeArea = (one: Rings, other: Rings): boolean => Math.abs(areaOf(one) - areaOf(other)) < 0.02;

/** Cut the selected polygons along a line; returns whether it cut any. */
export function cutAlong(surface: Surface, line: Ring): boolean {
  const cuts = polygons(surface).flatMap((object): [ObjectData, Rings[]][] => {
    const parts = cut(ringsOf(object.shape), line);
    return parts.length > 1 ? [[object, parts]] : [];
  });
  if (!cuts.length) return false;
  const count = divide(surface, cuts);
  surface.say(`Cut into ${count}.`);
  return true;
}

/** Make each object the first of its parts, and new objects like it of the others; returns how many there are then. */
function divide(surface: Surface, cuts: readonly [ObjectData, readonly Rings[]][]): number {
  const shapes = new Map<string, ShapeData>();
  const made: ObjectData[] = [];
  for (const [object, [first, ...others]] of cuts) {
    if (first) shapes.set(object.id, polygonOf(first));
    for (const part of others) made.push(alike(object, polygonOf(part)));
  }
  const creates = made.map(
    (object): Op => ({ action: 'create', record: 'object', id: object.id, item: object.item, new: { ...object } }),
  );
  const ids = [...shapes.keys(), ...made.map(({ id }) => id)];
  surface.edit([...reshaped(surface, shapes), ...creates], ids);
  return ids.length;
}

/** A new object with the class and the attributes of another. */
function alike({ item, class_id, attributes, part }: ObjectData, shape: ShapeData): ObjectData {
  const object: ObjectData = { id: freshId(), item, shape };
  if (class_id) object.class_id = class_id;
  if (part) object.part = part;
  if (attributes) object.attributes = structuredClone(attributes);
  return object;
}

/** Cut a hole into a polygon; returns why it cannot be, empty where it was. */
export function cutHole(surface: Surface, id: string, ring: Ring): string {
  const object = surface.session.byId.get(id);
  if (!object || !isPolygon(object.shape)) return 'The polygon is not there any more.';
  if (!liesIn(ring, ringsOf(object.shape))) return 'A hole must lie wholly inside its polygon.';
  surface.edit(reshaped(surface, new Map([[id, polygonOf([...ringsOf(object.shape), ring])]])));
  return '';
}

/** Leave out vertices that make less than a pixel's difference on the screen; the same again, less than two, four, … */
function simplify(surface: Surface): void {
  const { view } = surface;
  if (!view || !surface.allowed()) return;
  const lines = surface.editable.filter(({ shape }) => isPolygon(shape) || shape.kind === 'polyline');
  if (!lines.length) {
    surface.say('Select polygons or polylines to simplify them.');
    return;
  }
  const last = LAST.get(surface);
  const again = lines.every(({ id, shape }) => {
    const known = last?.shapes.get(id);
    return known !== undefined && sameShape(known, shape);
  });
  const before = count(lines.map(({ shape }) => shape));
  let tolerance = (again && last?.tolerance) || 0.5 / view.scale;
  let [shapes, after]: [Map<string, ShapeData>, number] = [new Map(), before];
  for (let times = 0; times === 0 || (again && after === before && times < DOUBLINGS); times += 1) {
    tolerance *= 2;
    shapes = new Map(lines.map(({ id, shape }) => [id, simpler(shape, tolerance)]));
    after = count([...shapes.values()]);
  }
  LAST.set(surface, { tolerance, shapes });
  if (after < before) surface.edit(reshaped(surface, shapes));
  surface.say(`${after} of ${before} points are left.`);
}

function simpler(shape: ShapeData, tolerance: number): ShapeData {
  if (isPolygon(shape)) return polygonOf(ringsOf(shape).map((ring) => simplified(ring, tolerance, true)));
  return polylineOf([simplified((shape as PolylineData).points, tolerance, false)]);
}

const count = (shapes: readonly ShapeData[]): number =>
  shapes.reduce((sum, shape) => {
    const rings = isPolygon(shape) ? ringsOf(shape) : [(shape as PolylineData).points];
    return sum + rings.reduce((points, ring) => points + ring.length, 0);
  }, 0);
