// Union, difference and cutting of polygons, by Clipper2, which is exact on whole numbers: a unit of it is a thousandth
// of a pixel, and results are rounded to a hundredth like everything that is drawn. Pure.
import { ClipType, FillRule } from 'clipper2-ts/dist/Core.js';
import { Clipper64, type PolyPath64, PolyTree64 } from 'clipper2-ts/dist/Engine.js';
import { rounded } from './geometry';
import { areaOf, insideRings, type Pair, pointOf, type Ring, signedArea } from './rings';

/** A polygon: its outer ring, then its holes. */
export type Rings = readonly Ring[];

const UNIT = 1000;
/** What is left of less than this many square pixels comes from rounding, and is nothing that anybody could see. */
const DUST = 0.02;

type Path = { x: number; y: number }[];

const pathOf = (ring: Ring): Path => ring.map(([x, y]) => ({ x: Math.round(x * UNIT), y: Math.round(y * UNIT) }));

function ringOf(path: Path): Ring {
  const ring: Pair[] = [];
  for (const { x, y } of path) {
    const [toX, toY] = [rounded(x / UNIT), rounded(y / UNIT)];
    const last = ring.at(-1);
    if (!last || last[0] !== toX || last[1] !== toY) ring.push([toX, toY]);
  }
  const [first, last] = [ring[0], ring.at(-1)];
  if (ring.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) ring.pop();
  return ring;
}

const there = (ring: Ring): boolean => ring.length >= 3 && Math.abs(signedArea(ring)) >= DUST;

function polygonsOf(tree: PolyPath64): Rings[] {
  const found: Rings[] = [];
  for (let at = 0; at < tree.count; at += 1) {
    const outer = tree.child(at);
    const rings: Ring[] = [ringOf(outer.poly ?? [])];
    for (let of = 0; of < outer.count; of += 1) {
      const hole = outer.child(of);
      const ring = ringOf(hole.poly ?? []);
      if (there(ring)) rings.push(ring);
      found.push(...polygonsOf(hole)); // an island in the hole
    }
    if (rings[0] && there(rings[0])) found.push(rings);
  }
  return found.sort((one, other) => areaOf(other) - areaOf(one));
}

function clipped(type: ClipType, subject: Path[], clip: Path[], rule: FillRule): PolyTree64 {
  const clipper = new Clipper64();
  const tree = new PolyTree64();
  clipper.addSubject(subject);
  if (clip.length) clipper.addClip(clip);
  clipper.execute(type, rule, tree);
  return tree;
}

/** A polygon as paths that do not cross: outer rings one way, holes the other. */
function clean(rings: Rings): Path[] {
  const paths: Path[] = [];
  const take = (tree: PolyPath64): void => {
    for (let at = 0; at < tree.count; at += 1) {
      const child = tree.child(at);
      paths.push(child.poly ?? []);
      take(child);
    }
  };
  take(clipped(ClipType.Union, rings.map(pathOf), [], FillRule.EvenOdd));
  return paths;
}

/** What any of the polygons covers; the largest part first. */
export function union(polygons: readonly Rings[]): Rings[] {
  return polygonsOf(clipped(ClipType.Union, polygons.flatMap(clean), [], FillRule.NonZero));
}

/** What the first polygon covers and none of the others does; the largest part first. */
export function difference(first: Rings, others: readonly Rings[]): Rings[] {
  return polygonsOf(clipped(ClipType.Difference, clean(first), others.flatMap(clean), FillRule.NonZero));
}

/** Whether a ring lies wholly inside a polygon, outside of its holes. */
export function liesIn(ring: Ring, polygon: Rings): boolean {
  return ring.some((pair) => insideRings(polygon, pointOf(pair))) && !difference([ring], [polygon]).length;
}

/**
 * The parts that a line cuts a polygon into, the largest first; one where it does not go through from side to side. The
 * cut is a few thousandths of a pixel wide, which rounding closes again.
 */
export function cut(polygon: Rings, line: Ring): Rings[] {
  const subject = clean(polygon);
  const clipper = new Clipper64();
  clipper.addOpenSubject([pathOf(line)]);
  clipper.addClip(subject);
  const chords: Path[] = [];
  clipper.execute(ClipType.Intersection, FillRule.NonZero, new PolyTree64(), chords);
  // A line that ends inside cuts nothing off: its end would leave a slit.
  const ends = [line[0], line.at(-1)].filter((end) => end && insideRings(polygon, pointOf(end)));
  const loose = (at: Path[number] | undefined): boolean =>
    ends.some((end) => end && at && Math.hypot(at.x - end[0] * UNIT, at.y - end[1] * UNIT) < 2);
  const through = chords.filter((chord) => !loose(chord[0]) && !loose(chord.at(-1)));
  if (!through.length) return [polygon];
  const parts = polygonsOf(clipped(ClipType.Difference, subject, through.flatMap(slivers), FillRule.NonZero));
  return parts.length > 1 ? parts : [polygon];
}

/** Thin rectangles along a path, a little longer than its parts, all of one direction. */
function slivers(path: Path): Path[] {
  return path.slice(1).flatMap((b, at) => {
    const a = path[at];
    const length = a ? Math.hypot(b.x - a.x, b.y - a.y) : 0;
    if (!a || !length) return [];
    const [ux, uy] = [(2 * (b.x - a.x)) / length, (2 * (b.y - a.y)) / length];
    const corner = (from: Path[number], along: number, aside: number): Path[number] => ({
      x: Math.round(from.x + along * ux - aside * uy),
      y: Math.round(from.y + along * uy + aside * ux),
    });
    return [[corner(a, -1, 1), corner(b, 1, 1), corner(b, 1, -1), corner(a, -1, -1)].reverse()];
  });
}
