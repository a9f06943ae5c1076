// Rings and lines of points: pure arithmetic, in pixels of the picture. A ring is closed, and does not repeat its first
// point; the inside of several rings is what an odd number of them is around (even-odd), so holes need no direction.
import { type Rect, rounded } from './geometry';
import type { Point } from './view';

export type Pair = [x: number, y: number];
export type Ring = readonly Readonly<Pair>[];

/** The nearest two vertices that are shown, in CSS pixels: closer ones would hide what they are about. */
export const ROOM = 10;
/** Points nearer than this to the last one that was drawn are left out, in CSS pixels. */
export const FINE = 0.7;

export const pairOf = ({ x, y }: Point): Pair => [rounded(x), rounded(y)];
export const pointOf = ([x, y]: Readonly<Pair>): Point => ({ x, y });

export function isRing(value: unknown, least: number): value is Pair[] {
  return Array.isArray(value) && value.length >= least && value.every(isFinitePair);
}

function isFinitePair(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 2 && Number.isFinite(value[0]) && Number.isFinite(value[1]);
}

/** The upright rectangle around points. */
export function around(points: Ring): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The area of one ring, positive where it goes clockwise on the screen (y down). */
export function signedArea(ring: Ring): number {
  let sum = 0;
  let before = ring[ring.length - 1];
  for (const at of ring) {
    if (before) sum += before[0] * at[1] - at[0] * before[1];
    before = at;
  }
  return sum / 2;
}

/** The area of an outer ring without its holes. */
export function areaOf([outer = [], ...holes]: readonly Ring[]): number {
  const taken = holes.reduce((sum, hole) => sum + Math.abs(signedArea(hole)), 0);
  return Math.max(0, Math.abs(signedArea(outer)) - taken);
}

/** Whether a point is inside, by the even-odd rule. */
export function insideRings(rings: readonly Ring[], { x, y }: Point): boolean {
  let odd = false;
  for (const ring of rings) {
    let before = ring[ring.length - 1];
    for (const at of ring) {
      if (before && at[1] > y !== before[1] > y) {
        const cut = ((before[0] - at[0]) * (y - at[1])) / (before[1] - at[1]) + at[0];
        if (x < cut) odd = !odd;
      }
      before = at;
    }
  }
  return odd;
}

/** The distance of a point from the line between two others. */
export function distance({ x, y }: Point, a: Readonly<Pair>, b: Readonly<Pair>): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const along = dx || dy ? ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy) : 0;
  const at = Math.max(0, Math.min(1, along));
  return Math.hypot(x - a[0] - at * dx, y - a[1] - at * dy);
}

/** Whether a point is within `margin` of a ring, or of a line that is not closed. */
export function nearRing(ring: Ring, closed: boolean, point: Point, margin: number): boolean {
  let before = closed ? ring[ring.length - 1] : ring[0];
  for (const at of ring) {
    if (before && distance(point, before, at) <= margin) return true;
    before = at;
  }
  return false;
}

/** The end of a line from a point, turned to the nearest multiple of 45°. */
export function angled(from: Point, to: Point): Point {
  const step = Math.PI / 4;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  // What of the way lies in that direction: the end stays under the hand.
  const length = (to.x - from.x) * Math.cos(angle) + (to.y - from.y) * Math.sin(angle);
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

/**
 * A line with fewer points, none of those left out further than `tolerance` from it (Ramer 1972, Douglas and Peucker
 * 1973). A ring keeps at least three.
 */
export function simplified(points: Ring, tolerance: number, closed: boolean): Ring {
  const first = points[0];
  if (!first || points.length <= (closed ? 3 : 2)) return points;
  if (!closed) return thinned(points, tolerance);
  // A ring has no ends: it is halved at the point that is furthest from the first one.
  let [far, most] = [0, -1];
  points.forEach(([x, y], at) => {
    const away = Math.hypot(x - first[0], y - first[1]);
    if (away > most) [far, most] = [at, away];
  });
  const there = thinned(points.slice(0, far + 1), tolerance);
  const back = thinned([...points.slice(far), first], tolerance);
  const ring = [...there.slice(0, -1), ...back.slice(0, -1)];
  return ring.length >= 3 ? ring : [...corners(points, far)];
}

/** Three points of a ring that is thinner than the tolerance: the two furthest, and the one furthest from their line. */
function corners(points: Ring, far: number): Ring {
  const [a, b] = [points[0], points[far]];
  if (!a || !b) return points;
  let [third, most] = [-1, -1];
  points.forEach(([x, y], at) => {
    const away = at === 0 || at === far ? -1 : distance({ x, y }, a, b);
    if (away > most) [third, most] = [at, away];
  });
  return points.filter((_, at) => at === 0 || at === far || at === third);
}

function thinned(points: Ring, tolerance: number): Ring {
  const kept = new Uint8Array(points.length);
  const last = points.length - 1;
  kept[0] = kept[last] = 1;
  const open: [number, number][] = [[0, last]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span;
    const [a, b] = [points[from], points[to]];
    let [furthest, most] = [-1, tolerance];
    for (let at = from + 1; a && b && at < to; at += 1) {
      const point = points[at];
      const away = point ? distance(pointOf(point), a, b) : 0;
      if (away > most) [furthest, most] = [at, away];
    }
    if (furthest < 0) continue;
    kept[furthest] = 1;
    open.push([from, furthest], [furthest, to]);
  }
  return points.filter((_, at) => kept[at]);
}

/** Whether any two edges of rings cross each other; that neighbours meet does not count. */
export function crosses(rings: readonly Ring[]): boolean {
  const edges = rings.flatMap((ring, of) =>
    ring.map((a, at) => {
      const b = ring[(at + 1) % ring.length] ?? a;
      return { of, at, count: ring.length, a, b, low: Math.min(a[0], b[0]), high: Math.max(a[0], b[0]) };
    }),
  );
  edges.sort((one, other) => one.low - other.low);
  let open: typeof edges = [];
  for (const edge of edges) {
    open = open.filter(({ high }) => high >= edge.low);
    for (const other of open) {
      const apart = Math.abs(edge.at - other.at);
      if (edge.of === other.of && (apart === 1 || apart === edge.count - 1)) continue;
      if (cross(edge.a, edge.b, other.a, other.b)) return true;
    }
    open.push(edge);
  }
  return false;
}

function cross(a: Readonly<Pair>, b: Readonly<Pair>, c: Readonly<Pair>, d: Readonly<Pair>): boolean {
  const side = (p: Readonly<Pair>, q: Readonly<Pair>, r: Readonly<Pair>): number =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
