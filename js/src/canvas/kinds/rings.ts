// What polygons and polylines have in common: rings of vertices, each with a handle, and between them places for more.
import type { ShapeData } from '../../shared/protocol';
import { contains, inside, type Rect } from '../geometry';
import {
  angled,
  areaOf,
  around,
  FINE,
  insideRings,
  nearRing,
  type Pair,
  pairOf,
  pointOf,
  type Ring,
  ROOM,
} from '../rings';
import { way } from '../turned';
import type { Point, View } from '../view';
import { type Handle, remembered, type ShapeKind } from './kind';

/** How shapes of a kind are read as rings, and made of them. */
export interface RingsKind {
  name: string;
  /** Whether the last vertex is joined to the first, and there is an inside. */
  closed: boolean;
  /** The least number of vertices of a ring. */
  least: number;
  is(shape: ShapeData): boolean;
  /** The outer ring, then the holes. */
  rings(shape: ShapeData): readonly Ring[];
  shape(rings: readonly Ring[]): ShapeData;
}

/** Edges that are shorter on the screen have no place in their middle, in CSS pixels. */
const MIDDLE = 2.5 * ROOM;

/** A handle's place: `ring:vertex`, and with `+` the middle of the edge that begins there. */
function placeOf(handle: string): { ring: number; at: number; middle: boolean } {
  const [ring = '', at = ''] = handle.split(':');
  return { ring: Number(ring), at: Number.parseInt(at, 10), middle: handle.endsWith('+') };
}

export function ringsKind({ name, closed, least, is, rings, shape: made }: RingsKind): ShapeKind {
  const bounds = remembered((shape): Rect => around(rings(shape)[0] ?? []));
  const area = remembered((shape) => (closed ? areaOf(rings(shape)) : 0));
  const vertices = remembered((shape): Handle[] =>
    rings(shape).flatMap((ring, of) =>
      ring.map((pair, at): Handle => ({ id: `${of}:${at}`, at: pointOf(pair), cursor: 'move', look: 'dot' })),
    ),
  );

  /** The handles that there was room for, at the scale that they were asked for last. */
  const shownAt = remembered((): { scale: number; handles: readonly Handle[] } => ({ scale: 0, handles: [] }));

  const near = (shape: ShapeData, point: Point, margin: number): boolean =>
    contains(bounds(shape), point, margin) && rings(shape).some((ring) => nearRing(ring, closed, point, margin));

  const replaced = (shape: ShapeData, of: number, ring: Ring): ShapeData =>
    made(rings(shape).map((each, at) => (at === of ? ring : each)));

  const after = (ring: Ring, at: number): Readonly<Pair> | undefined => ring[at + 1] ?? (closed ? ring[0] : undefined);

  return {
    name,
    is: remembered(is),
    bounds,
    contains: (shape, point, margin) =>
      near(shape, point, margin) || (closed && contains(bounds(shape), point) && insideRings(rings(shape), point)),
    onEdge: near,
    area,
    enough(shape, smallest) {
      const { width, height } = bounds(shape);
      return closed ? width >= smallest && height >= smallest : width >= smallest || height >= smallest;
    },
    handles(shape, scale) {
      if (!Number.isFinite(scale)) return vertices(shape);
      const known = shownAt(shape);
      if (known.scale === scale) return known.handles;
      const shown: Handle[] = [];
      const room = new Room(ROOM / scale);
      rings(shape).forEach((ring, of) => {
        ring.forEach((pair, at) => {
          if (room.take(pair)) shown.push({ id: `${of}:${at}`, at: pointOf(pair), cursor: 'move', look: 'dot' });
        });
      });
      rings(shape).forEach((ring, of) => {
        ring.forEach((pair, at) => {
          const next = after(ring, at);
          if (!next || Math.hypot(next[0] - pair[0], next[1] - pair[1]) * scale < MIDDLE) return;
          const middle: Pair = [(pair[0] + next[0]) / 2, (pair[1] + next[1]) / 2];
          if (!room.take(middle)) return;
          shown.push({ id: `${of}:${at}+`, at: pointOf(middle), cursor: 'copy', look: 'small' });
        });
      });
      Object.assign(known, { scale, handles: shown });
      return shown;
    },
    move(shape, dx, dy, size) {
      const by = way(bounds(shape), dx, dy, size);
      return made(rings(shape).map((ring) => ring.map(([x, y]) => pairOf({ x: x + by.x, y: y + by.y }))));
    },
    drag(shape, handle, { to, shift, size }) {
      const { ring: of, at, middle } = placeOf(handle);
      const ring = rings(shape)[of];
      if (!ring?.[at]) return shape;
      const before = ring[middle ? at : at - 1] ?? (closed ? ring[ring.length - 1] : ring[1]);
      const end = inside(shift && before ? angled(pointOf(before), to) : to, size);
      const next = [...ring];
      next.splice(middle ? at + 1 : at, middle ? 0 : 1, pairOf(end));
      return replaced(shape, of, next);
    },
    insert(shape, handle) {
      const { ring: of, at } = placeOf(handle);
      const ring = rings(shape)[of];
      const here = ring?.[at];
      if (!ring || !here) return null;
      // After the end of a line there is no edge: the new one goes into the last.
      const [from, next] = after(ring, at) ? [at, after(ring, at)] : [at - 1, here];
      const first = ring[from];
      if (!first || !next) return null;
      const made_ = [...ring];
      made_.splice(from + 1, 0, pairOf({ x: (first[0] + next[0]) / 2, y: (first[1] + next[1]) / 2 }));
      return { shape: replaced(shape, of, made_), handle: `${of}:${from + 1}` };
    },
    remove(shape, handle) {
      const { ring: of, at } = placeOf(handle);
      const ring = rings(shape)[of];
      if (!ring?.[at]) return null;
      if (ring.length > least)
        return replaced(
          shape,
          of,
          ring.filter((_, each) => each !== at),
        );
      return of > 0 ? made(rings(shape).filter((_, each) => each !== of)) : null;
    },
    nameHandle(handle) {
      const { ring, at } = placeOf(handle);
      return ring ? `Hole ${ring}, vertex ${at + 1}` : `Vertex ${at + 1}`;
    },
    stroke(context, shape, view) {
      context.beginPath();
      trace(context, rings(shape), closed, view);
      context.lineJoin = 'bevel'; // a sharp corner would be a spike, far longer than the shape
      context.stroke();
      context.lineJoin = 'miter';
    },
    ...(closed && {
      fill(context: CanvasRenderingContext2D, shape: ShapeData, view: View) {
        context.beginPath();
        trace(context, rings(shape), closed, view);
        context.fill('evenodd');
      },
    }),
  };
}

/** Places that are at least so far apart, found by the cells of a grid. */
class Room {
  readonly #taken = new Map<string, Readonly<Pair>[]>();

  constructor(private readonly apart: number) {}

  /** Take a place, where it is far enough from those that are taken. */
  take(pair: Readonly<Pair>): boolean {
    const [column, row] = [Math.floor(pair[0] / this.apart), Math.floor(pair[1] / this.apart)];
    for (let x = column - 1; x <= column + 1; x += 1)
      for (let y = row - 1; y <= row + 1; y += 1)
        for (const other of this.#taken.get(`${x},${y}`) ?? [])
          if (Math.hypot(pair[0] - other[0], pair[1] - other[1]) < this.apart) return false;
    const cell = `${column},${row}`;
    const known = this.#taken.get(cell);
    if (known) known.push(pair);
    else this.#taken.set(cell, [pair]);
    return true;
  }
}

/** Add rings to the path; of points that fall together on the screen, the first. */
function trace(context: CanvasRenderingContext2D, rings: readonly Ring[], closed: boolean, view: View): void {
  const { scale, x: left, y: top } = view;
  for (const ring of rings) {
    const last = ring.length - 1;
    let [x, y] = [Number.NaN, Number.NaN];
    for (let at = 0; at <= last; at += 1) {
      const pair = ring[at] as Readonly<Pair>;
      const [toX, toY] = [left + pair[0] * scale, top + pair[1] * scale];
      if (at === 0) context.moveTo(toX, toY);
      else if (at < last && Math.abs(toX - x) < FINE && Math.abs(toY - y) < FINE) continue;
      else context.lineTo(toX, toY);
      [x, y] = [toX, toY];
    }
    if (closed) context.closePath();
  }
}
