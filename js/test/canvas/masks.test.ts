import { describe, expect, it } from 'vitest';
import vectors from '../../../tests/protocol/rle.json' with { type: 'json' };
import { cropOf, filledRings, maskOf, strokeOf, withoutHoles } from '../../src/canvas/bitmap';
import { contours } from '../../src/canvas/contour';
import { kindOf } from '../../src/canvas/kinds';
import { maskIn, maskShape } from '../../src/canvas/kinds/mask';
import { signedArea } from '../../src/canvas/rings';
import { areaOf, around, boundsOf, combined, covers, decoded, encoded, type Mask, shifted } from '../../src/canvas/rle';
import type { Size } from '../../src/canvas/view';
import { many, type Random } from './random';
import { recorder } from './recorder';

/** Some blots and some noise, down the columns. */
function pixels(random: Random, { width, height }: Size): Uint8Array {
  const data = new Uint8Array(width * height);
  const noise = random.pick([0, 0, 0.05, 0.5, 1]);
  const blots = Array.from({ length: random.pick([0, 1, 3]) }, () => random.rect({ width, height }));
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [Math.floor(at / height), at % height];
    const blot = blots.some((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
    data[at] = blot || random.next() < noise ? 1 : 0;
  }
  return data;
}

const small = (random: Random): Size => ({
  width: Math.ceil(random.spread(1, 40)),
  height: Math.ceil(random.spread(1, 40)),
});
const of = (data: Uint8Array, size: Size): Mask => maskOf({ x: 0, y: 0, ...size, data }, size);
const all = ({ width, height }: Size) =>
  Array.from({ length: width * height }, (_, at) => ({ x: Math.floor(at / height) + 0.5, y: (at % height) + 0.5 }));
const drawn = (mask: Mask): number[] => all(mask).map((point) => Number(covers(mask, point)));

describe('run lengths', () => {
  it.each(vectors.masks)('are those of pycocotools: $name', ({ size, counts, runs, area, bounds }) => {
    const [height = 0, width = 0] = size;
    const mask = decoded(counts, { width, height });
    expect(mask).not.toBeNull();
    if (!mask) return;
    expect([...mask.ends].map((end, at) => end - (mask.ends[at - 1] ?? 0))).toEqual(runs);
    expect(encoded(mask)).toBe(counts);
    expect(areaOf(mask)).toBe(area);
    expect(boundsOf(mask)).toEqual({ x: bounds[0], y: bounds[1], width: bounds[2], height: bounds[3] });
  });

  it.each(vectors.wrong)('are refused: $name', ({ size, counts }) => {
    const [height = 0, width = 0] = size;
    expect(decoded(counts, { width, height })).toBeNull();
    expect(kindOf({ kind: 'mask', size, counts })).toBeNull();
  });

  it('come back from pixels and text as they were', () => {
    many((random) => {
      const size = small(random);
      const data = pixels(random, size);
      const mask = of(data, size);
      expect(drawn(mask)).toEqual([...data]);
      expect(decoded(encoded(mask), size)).toEqual(mask);
      expect(areaOf(mask)).toBe(data.reduce((sum, each) => sum + each, 0));
      expect(maskOf(cropOf(mask), size)).toEqual(mask);
      const inside = all(size).filter((_, at) => data[at]);
      if (!inside.length) return;
      const [xs, ys] = [inside.map(({ x }) => x - 0.5), inside.map(({ y }) => y - 0.5)];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      expect(boundsOf(mask)).toEqual({ x, y, width: Math.max(...xs) + 1 - x, height: Math.max(...ys) + 1 - y });
    });
  });

  it('are joined and taken from each other', () => {
    many((random) => {
      const size = small(random);
      const [a, b] = [pixels(random, size), pixels(random, size)];
      expect(drawn(combined(of(a, size), of(b, size), 'add'))).toEqual([...a].map((each, at) => each | (b[at] ?? 0)));
      expect(drawn(combined(of(a, size), of(b, size), 'take'))).toEqual(
        [...a].map((each, at) => (each && !b[at] ? 1 : 0)),
      );
    });
  });

  it('are shifted, and cut off at the edge', () => {
    many((random) => {
      const size = small(random);
      const data = pixels(random, size);
      const [dx, dy] = [Math.round(random.between(-9, 9)), Math.round(random.between(-9, 9))];
      const before = of(data, size);
      const after = all(size).map(({ x, y }) => Number(covers(before, { x: x - dx, y: y - dy })));
      expect(drawn(shifted(before, dx, dy))).toEqual(after);
    });
  });

  it('know what lies around a point', () => {
    many((random) => {
      const size = small(random);
      const mask = of(pixels(random, size), size);
      const at = { x: random.between(0, size.width), y: random.between(0, size.height) };
      const margin = random.between(0, 6);
      const [left, right] = [Math.floor(at.x - margin), Math.floor(at.x + margin)];
      const [top, bottom] = [Math.floor(at.y - margin), Math.floor(at.y + margin)];
      const found = { inside: false, outside: false };
      for (let x = left; x <= right; x += 1)
        for (let y = top; y <= bottom; y += 1) found[covers(mask, { x, y }) ? 'inside' : 'outside'] = true;
      expect(around(mask, at, margin)).toEqual(found);
    });
  });
});

describe('an outline', () => {
  it('fills to the very pixels it goes around', () => {
    many((random) => {
      const size = small(random);
      const mask = of(pixels(random, size), size);
      const rings = contours(cropOf(mask));
      expect(filledRings(rings, size)).toEqual(mask);
      expect(rings.reduce((sum, ring) => sum + signedArea(ring), 0)).toBe(areaOf(mask));
    });
  });
});

describe('a stroke', () => {
  it('is every pixel whose centre is within half the brush of the line', () => {
    many((random) => {
      const size = { width: 50, height: 40 };
      const points = Array.from({ length: random.pick([1, 2, 4]) }, () => random.point(-5, 50));
      const diameter = random.spread(3, 30);
      const mask = strokeOf(points, diameter, size);
      const near = ({ x, y }: { x: number; y: number }): number =>
        Math.min(
          ...points.map((b, at) => {
            const a = points[at - 1] ?? b;
            const [dx, dy] = [b.x - a.x, b.y - a.y];
            const along = dx || dy ? ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy) : 0;
            const at_ = Math.max(0, Math.min(1, along));
            return Math.hypot(x - a.x - at_ * dx, y - a.y - at_ * dy);
          }),
        );
      for (const point of all(size)) {
        const away = near(point) - diameter / 2;
        if (Math.abs(away) > 1e-6) expect([point, covers(mask, point)]).toEqual([point, away < 0]);
      }
    }, 100);
  });

  it('of the smallest brush is one pixel wherever it is put down', () => {
    many((random) => {
      const size = small(random);
      const at = { x: random.between(0, size.width - 0.01), y: random.between(0, size.height - 0.01) };
      const mask = strokeOf([at], 1, size);
      expect([areaOf(mask), covers(mask, at)]).toEqual([1, true]);
    });
  });
});

describe('holes', () => {
  it('are filled, and nothing else', () => {
    const size = { width: 30, height: 20 };
    const ring = combined(strokeOf([{ x: 15, y: 10 }], 14, size), strokeOf([{ x: 15, y: 10 }], 6, size), 'take');
    expect(withoutHoles(ring)).toEqual(strokeOf([{ x: 15, y: 10 }], 14, size));
    many((random) => {
      const mask = of(pixels(random, size), size);
      const filled = withoutHoles(mask);
      expect(combined(mask, filled, 'take')).toEqual(of(new Uint8Array(600), size));
      expect(withoutHoles(filled)).toEqual(filled);
    }, 50);
  });
});

describe('the kind', () => {
  const size = { width: 200, height: 100 };
  const shape = maskShape(strokeOf([{ x: 50, y: 50 }], 20, size));
  const kind = kindOf(shape);

  it('is known, with an edge and an inside', () => {
    expect(kind?.contains(shape, { x: 50, y: 50 }, 0)).toBe(true);
    expect(kind?.onEdge(shape, { x: 50, y: 50 }, 3)).toBe(false);
    expect(kind?.onEdge(shape, { x: 60, y: 50 }, 3)).toBe(true);
    expect(kind?.contains(shape, { x: 62, y: 50 }, 0)).toBe(false);
    expect(kind?.contains(shape, { x: 62, y: 50 }, 3)).toBe(true);
  });

  it('moves by whole pixels, stays as it is, and cannot leave the picture', () => {
    const moved = kind?.move(shape, 10.4, -3.2, size) ?? shape;
    expect(maskIn(moved)).toEqual(shifted(maskIn(shape), 10, -3));
    const far = kind?.move(shape, 1000, 1000, size) ?? shape;
    expect(kind?.area(far)).toBe(kind?.area(shape));
    expect(kind?.bounds(far)).toMatchObject({ x: 180, y: 80 });
    expect(kind?.move(shape, 0.2, 0, size)).toBe(shape);
  });

  it('is painted with few lines where it is shown small, and along each pixel where it is large', () => {
    const big = maskShape(strokeOf([{ x: 2000, y: 1500 }], 2800, { width: 4000, height: 3000 }));
    const lines = (scale: number): number => {
      const { context, of: calls } = recorder();
      kindOf(big)?.fill?.(context, big, { scale, x: 0, y: 0 });
      return calls('lineTo').length;
    };
    expect(lines(0.1)).toBeLessThan(250);
    expect(lines(0.1)).toBeGreaterThan(10);
    expect(lines(4)).toBeGreaterThan(4000);
  });
});
