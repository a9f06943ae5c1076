// From shapes to masks and back, and holes: each one change, in which class, attributes, score and all else are kept.
import type { ObjectData, Op, ShapeData } from '../shared/protocol';
import { freshId } from '../shared/values';
import { cropOf, filledRings, withoutHoles } from './bitmap';
import { contours, smoothed } from './contour';
import { kindOf } from './kinds';
import { maskIn, maskShape } from './kinds/mask';
import { ringsOf as polygonRings } from './kinds/polygon';
import { reshaped } from './reshaping';
import { insideRings, type Pair, type Ring, signedArea } from './rings';
import { areaOf, MOST_PIXELS } from './rle';
import type { Surface } from './surface';
import type { Size } from './view';

/** Corners of the polygon that an ellipse is filled as. */
const CORNERS = 360;

/** The rings of what can be filled; null where it has no inside. */
function ringsOf(shape: ShapeData): readonly Ring[] | null {
  const number = (name: string): number => Number(shape[name] ?? 0);
  const turn = (number('angle') * Math.PI) / 180;
  const at = (cx: number, cy: number, dx: number, dy: number): Pair => [
    cx + dx * Math.cos(turn) - dy * Math.sin(turn),
    cy + dx * Math.sin(turn) + dy * Math.cos(turn),
  ];
  if (shape.kind === 'polygon') return [...polygonRings(shape)];
  if (shape.kind === 'box') {
    const [rx, ry] = [number('width') / 2, number('height') / 2];
    const [cx, cy] = [number('x') + rx, number('y') + ry];
    return [[at(cx, cy, -rx, -ry), at(cx, cy, rx, -ry), at(cx, cy, rx, ry), at(cx, cy, -rx, ry)]];
  }
  if (shape.kind !== 'ellipse') return null;
  return [
    Array.from({ length: CORNERS }, (_, corner) => {
      const angle = (corner * 2 * Math.PI) / CORNERS;
      return at(number('cx'), number('cy'), number('rx') * Math.cos(angle), number('ry') * Math.sin(angle));
    }),
  ];
}

/** The mask of a shape in a picture; null where it is none that has an inside, or covers no pixel. */
export function asMask(shape: ShapeData, size: Size): ShapeData | null {
  if (!kindOf(shape) || shape.kind === 'mask' || size.width * size.height > MOST_PIXELS) return null;
  const rings = ringsOf(shape);
  const mask = rings && filledRings(rings, size);
  return mask && areaOf(mask) ? maskShape(mask) : null;
}

/** The polygons around the parts of a mask, the largest first; each with its holes. */
export function asPolygons(shape: ShapeData): ShapeData[] {
  const rings = contours(cropOf(maskIn(shape)));
  const outer = rings
    .filter((ring) => signedArea(ring) > 0)
    .map((ring) => ({ ring, area: signedArea(ring), holes: [] as Pair[][] }))
    .sort((a, b) => b.area - a.area);
  for (const hole of rings.filter((ring) => signedArea(ring) < 0)) {
    const [x, y] = within(hole);
    // The smallest part around it: a part may lie in a hole of another one.
    const around = outer.filter(({ ring }) => insideRings([ring], { x, y })).pop();
    around?.holes.push(fine(hole));
  }
  return outer.map(({ ring, holes }) => ({ kind: 'polygon', points: fine(ring), holes }));
}

/** A point just outside a hole's ring, thus in the part that has the hole. */
function within(hole: Ring): Pair {
  const [[x, y], [nx, ny]] = [hole[0] ?? [0, 0], hole[1] ?? [0, 0]];
  const [dx, dy] = [Math.sign(nx - x), Math.sign(ny - y)];
  // The inside of the mask is on the right hand of the way along the ring.
  return [x + dx / 2 - dy / 2, y + dy / 2 + dx / 2];
}

const fine = (ring: Ring): Pair[] => smoothed(ring).map(([x, y]): Pair => [x, y]);

/** Make masks of the polygons, boxes and ellipses that are selected. */
function toMask(surface: Surface): void {
  const { picture } = surface;
  if (!picture || !surface.allowed('mask')) return;
  const shapes = new Map<string, ShapeData>();
  for (const { id, shape } of surface.editable) {
    const mask = asMask(shape, picture);
    if (mask) shapes.set(id, mask);
  }
  if (!shapes.size) surface.say('Select a polygon, box or ellipse that covers some pixels first.');
  surface.edit(reshaped(surface, shapes), [...surface.session.selection]);
  if (shapes.size) surface.say(shapes.size === 1 ? 'It is a mask now.' : `${shapes.size} objects are masks now.`);
}

/** Make polygons of the masks that are selected; each further part of one is an object of its own. */
function toPolygon(surface: Surface): void {
  if (!surface.allowed('polygon')) return;
  const ops: Op[] = [];
  const ids: string[] = [];
  for (const object of surface.editable) {
    const polygons = object.shape.kind === 'mask' && kindOf(object.shape) ? asPolygons(object.shape) : [];
    polygons.forEach((shape, part) => {
      if (part === 0) ops.push(...reshaped(surface, new Map([[object.id, shape]])));
      else ops.push(created({ ...object, id: freshId(), shape }));
      ids.push(ops[ops.length - 1]?.id ?? object.id);
    });
  }
  if (!ops.length) {
    surface.say('Select a mask first.');
    return;
  }
  surface.edit(ops, ids);
  surface.say(ids.length === 1 ? 'It is a polygon now.' : `They are ${ids.length} polygons now.`);
}

function created({ order: _, ...object }: ObjectData): Op {
  return { action: 'create', record: 'object', id: object.id, item: object.item, new: { ...object } };
}

/** Fill the holes of the masks that are selected. */
function fillHoles(surface: Surface): void {
  if (!surface.allowed()) return;
  const masks = surface.editable.filter(({ shape }) => shape.kind === 'mask' && kindOf(shape));
  if (!masks.length) {
    surface.say('Select a mask first.');
    return;
  }
  const filled = new Map<string, ShapeData>(masks.map(({ id, shape }) => [id, maskShape(withoutHoles(maskIn(shape)))]));
  const ops = reshaped(surface, filled);
  surface.edit(ops, [...surface.session.selection]);
  surface.say(ops.length ? 'The holes are filled.' : 'There are no holes to fill.');
}

/** The actions of the keymap that are these. */
export const CONVERTING: ReadonlyMap<string, (surface: Surface) => void> = new Map([
  ['to_mask', toMask],
  ['to_polygon', toPolygon],
  ['fill_holes', fillHoles],
]);
