// Rings, and what polygons and polylines do with them, with random values.
import { describe, expect, it } from 'vitest';
import { cut, difference, liesIn, union } from '../../src/canvas/clipping';
import { kindOf } from '../../src/canvas/kinds';
import type { ShapeKind } from '../../src/canvas/kinds/kind';
import { polygonOf, ringsOf } from '../../src/canvas/kinds/polygon';
import { polylineOf } from '../../src/canvas/kinds/polyline';
import {
  angled,
  areaOf,
  around,
  crosses,
  distance,
  insideRings,
  type Pair,
  pointOf,
  type Ring,
  signedArea,
  simplified,
} from '../../src/canvas/rings';
import type { ShapeData } from '../../src/shared/protocol';
import { many, type Random } from './random';

const SIZE = { width: 1000, height: 800 };
const square = (x: number, y: number, side: number): Ring => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

/** A ring that does not cross itself: around a middle, at growing angles. */
function star(random: Random, count = 3 + Math.floor(random.next() * 30), reach = 300): Ring {
  const [cx, cy] = [500, 400];
  return Array.from({ length: count }, (_, at): Pair => {
    const angle = ((at + 0.8 * random.next()) / count) * 2 * Math.PI;
    const away = random.between(reach / 4, reach);
    return [
      Math.round((cx + away * Math.cos(angle)) * 100) / 100,
      Math.round((cy + away * Math.sin(angle)) * 100) / 100,
    ];
  });
}

/** How often a ring goes around a point, by the sum of the angles it is seen under. */
function winding(ring: Ring, [x, y]: Pair): number {
  let sum = 0;
  ring.forEach((a, at) => {
    const b = ring[(at + 1) % ring.length] as Pair;
    const [ax, ay, bx, by] = [a[0] - x, a[1] - y, b[0] - x, b[1] - y];
    sum += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  });
  return Math.round(sum / (2 * Math.PI));
}

const kind = (shape: ShapeData): ShapeKind => {
  const found = kindOf(shape);
  if (!found) throw new Error(`no kind ${shape.kind}`);
  return found;
};
const total = (parts: readonly (readonly Ring[])[]): number => parts.reduce((sum, part) => sum + areaOf(part), 0);

describe('rings', () => {
  it('contain what they go around', () => {
    many((random) => {
      const [outer, point] = [star(random), random.point(0, 1000)];
      expect(insideRings([outer], point)).toBe(winding(outer, [point.x, point.y]) !== 0);
    });
  });

  it('do not contain what lies in a hole', () => {
    const shape = polygonOf([square(0, 0, 100), square(40, 40, 20)]);
    expect(kind(shape).contains(shape, { x: 50, y: 50 }, 1)).toBe(false);
    expect(kind(shape).contains(shape, { x: 30, y: 50 }, 1)).toBe(true);
    expect(kind(shape).contains(shape, { x: 40.5, y: 50 }, 1)).toBe(true); // its edge
    expect(kind(shape).area(shape)).toBe(100 * 100 - 20 * 20);
  });

  it('have the area of their triangles, whichever way they go', () => {
    expect(signedArea(square(3, 4, 10))).toBe(100);
    expect(signedArea([...square(3, 4, 10)].reverse())).toBe(-100);
    many((random) => {
      const ring = star(random);
      const [dx, dy] = [random.between(-50, 50), random.between(-50, 50)];
      const moved = ring.map(([x, y]): Pair => [x + dx, y + dy]);
      expect(signedArea(moved)).toBeCloseTo(signedArea(ring), 4);
    });
  });

  it('are told to cross only where they do', () => {
    expect(crosses([[[0, 0], [10, 10], [10, 0], [0, 10]]])).toBe(true); // biome-ignore format: one line shows it
    many((random) => expect(crosses([star(random)])).toBe(false), 200);
  });

  it('are simplified by no more than the tolerance, again and again without harm', () => {
    many((random) => {
      const [ring, tolerance] = [star(random, 60), random.spread(0.1, 60)];
      const simple = simplified(ring, tolerance, true);
      expect(simple.length).toBeGreaterThanOrEqual(3);
      expect(simple.every((pair) => ring.includes(pair))).toBe(true);
      if (simple.length === 3) return;
      for (const pair of ring) {
        const away = simple.map((a, at) => distance(pointOf(pair), a, simple[(at + 1) % simple.length] ?? a));
        expect(Math.min(...away)).toBeLessThanOrEqual(tolerance + 1e-9);
      }
    });
  });

  it('are simplified with 6,000 points too', () => {
    const ring = Array.from({ length: 6000 }, (_, at): Pair => {
      const angle = (at / 6000) * 2 * Math.PI;
      return [500 + 300 * Math.cos(angle), 400 + 300 * Math.sin(angle)];
    });
    const simple = simplified(ring, 1, true);
    expect(simple.length).toBeLessThan(100);
    expect(Math.abs(signedArea(simple)) / Math.abs(signedArea(ring))).toBeGreaterThan(0.99);
    expect(crosses([ring])).toBe(false);
  });

  it('turn a line to multiples of 45°', () => {
    expect(angled({ x: 0, y: 0 }, { x: 10, y: 1 })).toEqual({ x: 10, y: 0 });
    many((random) => {
      const [from, to] = [random.point(0, 100), random.point(0, 100)];
      const end = angled(from, to);
      const turns = Math.atan2(end.y - from.y, end.x - from.x) / (Math.PI / 4);
      expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-6);
    });
  });
});

describe('a polygon', () => {
  it('is as it was when a vertex is inserted and removed', () => {
    many((random) => {
      const shape = polygonOf([star(random), square(495, 395, 10)]);
      const handle = random.pick(kind(shape).handles(shape, Infinity)).id;
      const made = kind(shape).insert?.(shape, handle);
      if (!made) throw new Error('nothing was inserted');
      expect(kind(shape).remove?.(made.shape, made.handle)).toEqual(shape);
    });
  });

  it('gets a vertex where the middle of an edge is dragged to', () => {
    const shape = polygonOf([square(100, 100, 100)]);
    const middle = kind(shape)
      .handles(shape, 1)
      .find(({ id }) => id === '0:1+');
    expect(middle).toMatchObject({ at: { x: 200, y: 150 }, look: 'small' });
    const dragged = kind(shape).drag(shape, '0:1+', { to: { x: 250, y: 150 }, shift: false, size: SIZE });
    expect(dragged.points).toEqual([[100, 100], [200, 100], [250, 150], [200, 200], [100, 200]]); // biome-ignore format: as above
    // The last edge goes back to the first vertex.
    const last = kind(shape).drag(shape, '0:3+', { to: { x: 50, y: 150 }, shift: false, size: SIZE });
    expect((last.points as Pair[]).at(-1)).toEqual([50, 150]);
  });

  it('loses a hole with its last vertices, and never its outer ring', () => {
    const triangle: Ring = [[45, 45], [55, 45], [50, 55]]; // biome-ignore format: as above
    const shape = polygonOf([square(0, 0, 100), triangle]);
    expect(kind(shape).remove?.(shape, '1:0')).toEqual(polygonOf([square(0, 0, 100)]));
    const three = polygonOf([triangle]);
    expect(kind(three).remove?.(three, '0:1')).toBeNull();
  });

  it('shows only handles that there is room for, and all to the keys', () => {
    many((random) => {
      const [shape, scale] = [polygonOf([star(random, 500)]), random.spread(0.01, 10)];
      const all = kind(shape).handles(shape, Infinity);
      expect(all).toHaveLength(500);
      const shown = kind(shape).handles(shape, scale);
      let least = Infinity;
      for (const [index, { at }] of shown.entries())
        for (const other of shown.slice(index + 1))
          least = Math.min(least, Math.hypot(other.at.x - at.x, other.at.y - at.y) * scale);
      expect(least).toBeGreaterThanOrEqual(8);
    }, 50);
  });

  it('stays in the picture when it is moved, and keeps its form', () => {
    many((random) => {
      const shape = polygonOf([star(random)]);
      const moved = kind(shape).move(shape, random.between(-2000, 2000), random.between(-2000, 2000), SIZE);
      const [before, after] = [kind(shape).bounds(shape), kind(moved).bounds(moved)];
      expect(after.x).toBeGreaterThanOrEqual(0);
      expect(after.y).toBeGreaterThanOrEqual(0);
      expect(after.x + after.width).toBeLessThanOrEqual(SIZE.width + 0.011);
      expect(after.y + after.height).toBeLessThanOrEqual(SIZE.height + 0.011);
      expect(Math.abs(after.width - before.width)).toBeLessThan(0.03);
    });
  });

  it.each([
    {
      points: [
        [0, 0],
        [1, 1],
      ],
    },
    {
      points: [
        [0, 0],
        [1, 1],
        [Number.NaN, 0],
      ],
    },
    { points: [[0, 0], [1, 1], 'x'] },
    {
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      holes: [[[0, 0]]],
    },
    {},
  ] as ShapeData[])('is none with values that are not its own: %j', (values) => {
    expect(kindOf({ ...values, kind: 'polygon' })).toBeNull();
  });

  it('has holes or none', () => {
    expect(kindOf({ kind: 'polygon', points: [[0, 0], [1, 0], [1, 1]] })).not.toBeNull(); // biome-ignore format: as above
  });
});

describe('a polyline', () => {
  it('has no inside, and a line to be taken by', () => {
    const shape = polylineOf([[[0, 0], [100, 0], [100, 100]]]); // biome-ignore format: as above
    expect(kind(shape).contains(shape, { x: 80, y: 30 }, 5)).toBe(false);
    expect(kind(shape).contains(shape, { x: 50, y: 3 }, 5)).toBe(true);
    expect(kind(shape).contains(shape, { x: 50, y: 50 }, 5)).toBe(false); // where a ring would close
    expect(kind(shape).remove?.(polylineOf([[[0, 0], [1, 1]]]), '0:0')).toBeNull(); // biome-ignore format: as above
  });
});

describe('clipping', () => {
  it('keeps the area when it cuts, and joins the parts to what was there', () => {
    many((random) => {
      const ring = star(random, 12);
      const y = random.between(380, 420);
      const parts = cut([ring], [[0, y], [1000, y + random.between(-40, 40)]]); // biome-ignore format: as above
      expect(parts.length).toBeGreaterThan(1);
      const before = areaOf([ring]);
      expect(Math.abs(total(parts) - before)).toBeLessThan(0.01 * before ** 0.5 + 3);
      for (const part of parts) expect(crosses(part)).toBe(false);
    }, 200);
  });

  it('cuts through a hole', () => {
    const parts = cut([square(0, 0, 100), square(40, 40, 20)], [[-5, 50], [105, 50]]); // biome-ignore format: as above
    expect(parts.map((part) => part.length)).toEqual([1, 1]);
    expect(total(parts)).toBeCloseTo(9600, 0);
    expect(parts.flat(2).every(([x, y]) => Number.isInteger(x) && Number.isInteger(y))).toBe(true);
  });

  it('cuts nothing by a line that ends inside, or goes from the edge to a hole', () => {
    expect(cut([square(0, 0, 100)], [[-5, 50], [50, 50]])).toHaveLength(1); // biome-ignore format: as above
    expect(cut([square(0, 0, 100), square(40, 40, 20)], [[-5, 50], [50, 50]])).toHaveLength(1); // biome-ignore format: as above
    expect(cut([square(0, 0, 100)], [[-5, 150], [150, 150]])).toHaveLength(1); // biome-ignore format: as above
  });

  it('joins to the area that any of them covers', () => {
    many((random) => {
      const [a, b] = [star(random), star(random)];
      const joined = union([[a], [b]]);
      expect(joined).toHaveLength(1);
      const both = areaOf([a]) + areaOf([b]) - total(difference([a], [])) + total(difference([a], [[b]]));
      expect(Math.abs(total(joined) - both)).toBeLessThan(0.001 * both + 3);
    }, 200);
  });

  it('joins what shares an edge, and not what is apart', () => {
    expect(union([[square(0, 0, 10)], [square(10, 0, 10)]])).toEqual([[expect.any(Array)]]);
    expect(union([[square(0, 0, 10)], [square(11, 0, 10)]])).toHaveLength(2);
  });

  it('takes away, and leaves a hole', () => {
    expect(difference([square(0, 0, 100)], [[square(40, 40, 20)]])[0]).toHaveLength(2);
    expect(difference([square(0, 0, 100)], [[square(-5, -5, 200)]])).toEqual([]);
  });

  it('knows what lies wholly inside', () => {
    const frame = [square(0, 0, 100), square(40, 40, 20)];
    expect(liesIn(square(10, 10, 20), frame)).toBe(true);
    expect(liesIn(square(45, 45, 5), frame)).toBe(false);
    expect(liesIn(square(30, 30, 20), frame)).toBe(false);
    expect(liesIn(square(90, 90, 20), frame)).toBe(false);
  });

  it('keeps rings apart that the polygon of a person has', () => {
    expect(ringsOf(polygonOf([square(0, 0, 9), square(3, 3, 3)]))).toHaveLength(2);
    expect(around(square(3, 4, 5))).toEqual({ x: 3, y: 4, width: 5, height: 5 });
  });
});
