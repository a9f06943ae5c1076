import { describe, expect, it } from 'vitest';
import {
  between,
  boxOf,
  contains,
  HANDLES,
  handlePoint,
  inside,
  isBox,
  moved,
  overlaps,
  resized,
  rounded,
  squared,
  turnedBack,
} from '../../src/canvas/geometry';
import { many } from './random';

const SIZE = { width: 640, height: 480 };

describe('moved', () => {
  it('keeps the size, and what is inside inside', () => {
    many((random) => {
      const rect = random.rect(SIZE);
      const to = moved(rect, random.between(-2000, 2000), random.between(-2000, 2000), SIZE);
      expect([to.width, to.height]).toEqual([rect.width, rect.height]);
      expect(to.x).toBeGreaterThanOrEqual(0);
      expect(to.y).toBeGreaterThanOrEqual(0);
      expect(to.x + to.width).toBeLessThanOrEqual(SIZE.width + 1e-9);
      expect(to.y + to.height).toBeLessThanOrEqual(SIZE.height + 1e-9);
    });
  });

  it('does exactly what is asked where there is room', () => {
    expect(moved({ x: 100, y: 100, width: 50, height: 40 }, -30.5, 7, SIZE)).toEqual({
      x: 69.5,
      y: 107,
      width: 50,
      height: 40,
    });
  });

  it('lets one that is outside come back, but no further out', () => {
    many((random) => {
      const rect = { ...random.point(-900, 1500), width: random.between(1, 2000), height: random.between(1, 2000) };
      const still = moved(rect, 0, 0, SIZE);
      expect(still).toEqual(rect);
      const to = moved(rect, random.between(-900, 900), 0, SIZE);
      const out = (x: number): number => Math.max(0, -x) + Math.max(0, x + rect.width - SIZE.width);
      expect(out(to.x)).toBeLessThanOrEqual(out(rect.x) + 1e-6);
    });
  });
});

describe('resized', () => {
  it('brings the handle to the point and leaves the opposite corner or edge', () => {
    many((random) => {
      const rect = random.rect(SIZE);
      const handle = random.pick(HANDLES);
      const to = random.point(0, 480);
      const result = resized(rect, handle, to, false, SIZE);
      const [left, right] = handle.dx === 0 ? [rect.x, rect.x + rect.width] : ends(rect.x, rect.width, handle.dx, to.x);
      const [top, bottom] =
        handle.dy === 0 ? [rect.y, rect.y + rect.height] : ends(rect.y, rect.height, handle.dy, to.y);
      expect(result.x).toBeCloseTo(left, 9);
      expect(result.x + result.width).toBeCloseTo(right, 9);
      expect(result.y).toBeCloseTo(top, 9);
      expect(result.y + result.height).toBeCloseTo(bottom, 9);
    });
  });

  /** From the edge that stays to the one that is dragged, in order: past the other, it flips. */
  function ends(at: number, length: number, side: number, to: number): [number, number] {
    const stays = side < 0 ? at + length : at;
    return [Math.min(stays, to), Math.max(stays, to)];
  }

  it('flips past the opposite edge', () => {
    const rect = { x: 100, y: 100, width: 50, height: 40 };
    expect(resized(rect, { dx: -1, dy: 0 }, { x: 200, y: 0 }, false, SIZE)).toEqual({
      x: 150,
      y: 100,
      width: 50,
      height: 40,
    });
    expect(resized(rect, { dx: 1, dy: 1 }, { x: 90, y: 70 }, false, SIZE)).toEqual({
      x: 90,
      y: 70,
      width: 10,
      height: 30,
    });
  });

  it('is square by its corners with Shift, and free by its edges', () => {
    many((random) => {
      const rect = random.rect(SIZE);
      const handle = random.pick(HANDLES);
      const to = random.point(0, 480);
      const result = resized(rect, handle, to, true, SIZE);
      if (handle.dx && handle.dy) expect(result.width).toBeCloseTo(result.height, 9);
      else expect(result).toEqual(resized(rect, handle, to, false, SIZE));
    });
  });
});

describe('small things', () => {
  it('a square goes the way of the point, as far as its longer side', () => {
    many((random) => {
      const [from, to] = [random.point(400, 600), random.point(400, 600)];
      const end = squared(from, to, { width: 1000, height: 1000 });
      const [dx, dy] = [end.x - from.x, end.y - from.y];
      expect(Math.abs(dx)).toBeCloseTo(Math.abs(dy), 9);
      expect(Math.abs(dx)).toBeCloseTo(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)), 9);
      expect(dx * (to.x - from.x)).toBeGreaterThanOrEqual(0);
      expect(dy * (to.y - from.y)).toBeGreaterThanOrEqual(0);
    });
  });

  it('numbers are rounded to a hundredth, and only once', () => {
    many((random) => {
      const value = random.between(-20_000, 20_000);
      expect(Math.abs(rounded(value) - value)).toBeLessThanOrEqual(0.005 + 1e-9);
      expect(rounded(rounded(value))).toBe(rounded(value));
      expect(String(rounded(value))).toMatch(/^-?\d+(\.\d{1,2})?$/);
    });
  });

  it('a square stays in the picture, as large as there is room', () => {
    many((random) => {
      const [from, to] = [inside(random.point(0, 480), SIZE), random.point(-900, 1500)];
      const end = squared(from, to, SIZE);
      expect(Math.abs(end.x - from.x)).toBeCloseTo(Math.abs(end.y - from.y), 9);
      expect(contains({ x: 0, y: 0, ...SIZE }, end, 1e-9)).toBe(true);
    });
    expect(squared({ x: 600, y: 100 }, { x: 700, y: 150 }, SIZE)).toEqual({ x: 640, y: 140 });
  });

  it('a box is rounded by its edges, so that it never leaves the picture', () => {
    many((random) => {
      const rect = between(inside(random.point(-100, 700), SIZE), inside(random.point(-100, 700), SIZE));
      const { x, y, width, height, angle } = boxOf(rect);
      for (const value of [x, y, width, height]) expect(String(value)).toMatch(/^\d+(\.\d{1,2})?$/);
      expect(rounded(x + width)).toBeLessThanOrEqual(SIZE.width);
      expect(rounded(y + height)).toBeLessThanOrEqual(SIZE.height);
      expect(Math.abs(x + width - rect.x - rect.width)).toBeLessThanOrEqual(0.005 + 1e-9);
      expect(angle).toBe(0);
    });
    expect(boxOf({ x: 100.006, y: 0, width: 539.994, height: 480 })).toEqual({
      kind: 'box',
      x: 100.01,
      y: 0,
      width: 539.99,
      height: 480,
      angle: 0,
    });
  });

  it('between two points is the same in either direction, and holds both', () => {
    many((random) => {
      const [a, b] = [random.point(0, 500), random.point(0, 500)];
      const rect = between(a, b);
      expect(rect).toEqual(between(b, a));
      expect(contains(rect, a, 1e-9) && contains(rect, b, 1e-9)).toBe(true);
    });
  });

  it('inside brings a point to the picture, and leaves one that is there', () => {
    many((random) => {
      const point = random.point(-1000, 1000);
      const at = inside(point, SIZE);
      expect(contains({ x: 0, y: 0, ...SIZE }, at)).toBe(true);
      if (contains({ x: 0, y: 0, ...SIZE }, point)) expect(at).toEqual(point);
    });
  });

  it('handles stand on the corners and the middles of the edges', () => {
    const rect = { x: 10, y: 20, width: 30, height: 40 };
    const points = HANDLES.map((handle) => Object.values(handlePoint(rect, handle)).join());
    expect(points).toEqual(['10,20', '25,20', '40,20', '10,40', '40,40', '10,60', '25,60', '40,60']);
  });

  it('two rectangles overlap where a point of one is in the other', () => {
    many((random) => {
      const [a, b] = [random.rect(SIZE), random.rect(SIZE)];
      const common =
        Math.max(a.x, b.x) <= Math.min(a.x + a.width, b.x + b.width) &&
        Math.max(a.y, b.y) <= Math.min(a.y + a.height, b.y + b.height);
      expect(overlaps(a, b)).toBe(common);
      expect(overlaps(b, a)).toBe(common);
    });
  });

  it('a shape is a box only with its numbers', () => {
    expect(isBox({ kind: 'box', x: 1, y: 2, width: 3, height: 4 })).toBe(true);
    expect(isBox({ kind: 'box', x: 1, y: 2, width: 3 })).toBe(false);
    expect(isBox({ kind: 'box', x: '1', y: 2, width: 3, height: 4 })).toBe(false);
    expect(isBox({ kind: 'polygon', x: 1, y: 2, width: 3, height: 4 })).toBe(false);
  });
});

describe('turnedBack', () => {
  it('keeps the distance to the centre, and turns by the angle', () => {
    many((random) => {
      const rect = random.rect(SIZE);
      const [point, angle] = [random.point(-200, 800), random.between(-720, 720)];
      const centre = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
      const back = turnedBack(point, rect, angle);
      const from = { x: point.x - centre.x, y: point.y - centre.y };
      const to = { x: back.x - centre.x, y: back.y - centre.y };
      expect(Math.hypot(to.x, to.y)).toBeCloseTo(Math.hypot(from.x, from.y), 6);
      const again = turnedBack(back, rect, -angle);
      expect(again.x).toBeCloseTo(point.x, 6);
      expect(again.y).toBeCloseTo(point.y, 6);
    });
  });

  it('is clockwise on the screen, where y goes down', () => {
    // Turned by 90 degrees, the right edge of an upright box is seen below its centre.
    const back = turnedBack({ x: 50, y: 90 }, { x: 0, y: 0, width: 100, height: 100 }, 90);
    expect(back.x).toBeCloseTo(90, 9);
    expect(back.y).toBeCloseTo(50, 9);
  });
});
