import { describe, expect, it } from 'vitest';
import { rounded } from '../../src/canvas/geometry';
import { kindOf, movedTogether, type ShapeKind } from '../../src/canvas/kinds';
import type { BoxData } from '../../src/shared/protocol';
import { many, type Random } from './random';
import { recorder } from './recorder';

const SIZE = { width: 640, height: 480 };

function kind(shape: BoxData): ShapeKind {
  const found = kindOf(shape);
  if (!found) throw new Error('boxes are known');
  return found;
}

function randomBox(random: Random): BoxData {
  return { kind: 'box', ...random.rect(SIZE), angle: random.pick([0, 90, 180, random.between(-360, 360)]) };
}

/** The corners of a box as it stands, turned. */
function corners({ x, y, width, height, angle }: BoxData): { x: number; y: number }[] {
  const turn = (angle * Math.PI) / 180;
  const [cx, cy] = [x + width / 2, y + height / 2];
  return [-1, 1].flatMap((a) =>
    [-1, 1].map((b) => {
      const [dx, dy] = [(a * width) / 2, (b * height) / 2];
      return { x: cx + dx * Math.cos(turn) - dy * Math.sin(turn), y: cy + dx * Math.sin(turn) + dy * Math.cos(turn) };
    }),
  );
}

describe('a box', () => {
  it('has bounds that touch its corners on all sides', () => {
    many((random) => {
      const shape = randomBox(random);
      const bounds = kind(shape).bounds(shape);
      const [xs, ys] = [corners(shape).map(({ x }) => x), corners(shape).map(({ y }) => y)];
      expect(bounds.x).toBeCloseTo(Math.min(...xs), 6);
      expect(bounds.y).toBeCloseTo(Math.min(...ys), 6);
      expect(bounds.x + bounds.width).toBeCloseTo(Math.max(...xs), 6);
      expect(bounds.y + bounds.height).toBeCloseTo(Math.max(...ys), 6);
    });
  });

  it('contains its corners and its centre, and no point beyond its bounds', () => {
    many((random) => {
      const shape = randomBox(random);
      const centre = { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
      for (const point of [...corners(shape), centre]) expect(kind(shape).contains(shape, point, 1e-6)).toBe(true);
      const bounds = kind(shape).bounds(shape);
      expect(kind(shape).contains(shape, { x: bounds.x - 1, y: bounds.y - 1 }, 0)).toBe(false);
    });
  });

  it('has an edge: the corners are on it, the centre only where the margin reaches it', () => {
    many((random) => {
      const shape = randomBox(random);
      const margin = random.between(0.5, 10);
      const centre = { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
      for (const corner of corners(shape)) expect(kind(shape).onEdge(shape, corner, margin)).toBe(true);
      const wide = Math.min(shape.width, shape.height) > 2 * margin;
      expect(kind(shape).onEdge(shape, centre, margin)).toBe(!wide);
    });
  });

  it('keeps its angle when it is moved', () => {
    const shape: BoxData = { kind: 'box', x: 100, y: 100, width: 50, height: 20, angle: 33 };
    expect(kind(shape).move(shape, 5, -3, SIZE)).toEqual({ ...shape, x: 105, y: 97 });
  });

  it('has eight handles while it stands upright', () => {
    const shape: BoxData = { kind: 'box', x: 100, y: 100, width: 50, height: 20, angle: 0 };
    expect(kind(shape).handles(shape, 2)).toHaveLength(8);
    expect(kind(shape).handles({ ...shape, angle: 360 }, 2)).toHaveLength(8);
    expect(
      kind(shape)
        .handles(shape, 2, true)
        .map(({ look }) => look),
    ).toContain('turn');
  });

  it('is turned once it stands at an angle, and then always can be', () => {
    const shape: BoxData = { kind: 'box', x: 100, y: 100, width: 50, height: 20, angle: 1 };
    expect(
      kind(shape)
        .handles(shape, 2)
        .filter(({ look }) => look === 'turn'),
    ).toHaveLength(1);
  });

  it('is stroked where it stands, turned around its centre', () => {
    const { context, calls } = recorder();
    const shape: BoxData = { kind: 'box', x: 10, y: 20, width: 30, height: 40, angle: 0 };
    const view = { scale: 2, x: 5, y: 7 };
    kind(shape).stroke(context, shape, view);
    kind(shape).stroke(context, { ...shape, angle: 45 }, view);
    expect(calls.map(({ name, values }) => [name, ...values])).toEqual([
      ['strokeRect', 25, 47, 60, 80],
      ['save'],
      ['translate', 55, 87],
      ['rotate', Math.PI / 4],
      ['strokeRect', -30, -40, 60, 80],
      ['restore'],
    ]);
  });

  it('is known only with its numbers', () => {
    expect(kindOf({ kind: 'box', x: null, y: 1, width: 1, height: 1 })).toBeNull();
    expect(kindOf({ kind: 'spline' })).toBeNull();
  });
});

describe('movedTogether', () => {
  it('keeps shapes as they are to each other, and all of them in the picture', () => {
    many((random) => {
      const shapes = new Map<string, BoxData>();
      for (let at = 0; at < 5; at += 1) {
        const { x, y, width, height } = random.rect({ width: 300, height: 200 });
        shapes.set(`o${at}`, { kind: 'box', x: rounded(x), y: rounded(y), width, height, angle: 0 });
      }
      const [dx, dy] = [random.between(-900, 900), random.between(-900, 900)];
      const moved = movedTogether(shapes, dx, dy, SIZE);
      expect(moved.size).toBe(5);
      const ways = [...moved].map(([id, to]) => {
        const from = shapes.get(id);
        return [Number(to.x) - (from?.x ?? 0), Number(to.y) - (from?.y ?? 0)];
      });
      // Places are rounded to a hundredth, each for itself.
      for (const way of ways)
        for (const at of [0, 1]) expect(Math.abs((way[at] ?? 0) - (ways[0]?.[at] ?? 0))).toBeLessThan(0.011);
      for (const to of moved.values()) {
        expect(Number(to.x)).toBeGreaterThanOrEqual(0);
        expect(Number(to.y)).toBeGreaterThanOrEqual(0);
        expect(Number(to.x) + Number(to.width)).toBeLessThanOrEqual(SIZE.width + 1e-9);
        expect(Number(to.y) + Number(to.height)).toBeLessThanOrEqual(SIZE.height + 1e-9);
      }
    });
  });

  it('leaves out kinds that it does not know', () => {
    expect(movedTogether(new Map([['a', { kind: 'spline' }]]), 5, 5, SIZE).size).toBe(0);
  });

  it('keeps a turned box inside by what is seen of it', () => {
    const shape: BoxData = { kind: 'box', x: 300, y: 200, width: 100, height: 20, angle: 90 };
    const { x, y } = kind(shape).move(shape, -1000, -1000, SIZE);
    // It is seen 20 wide and 100 high, around the same centre.
    expect([x, y]).toEqual([-40, 40]);
  });
});
