import { describe, expect, it } from 'vitest';
import { HANDLES } from '../../src/canvas/geometry';
import { kindOf } from '../../src/canvas/kinds';
import { boxThrough } from '../../src/canvas/tools/rotated';
import { boundsOf, dragged, handlesOf, outside, straight, type Turned, within } from '../../src/canvas/turned';
import type { ShapeData } from '../../src/shared/protocol';
import { many, type Random } from './random';

const SIZE = { width: 640, height: 480 };
const pull = (x: number, y: number, shift = false) => ({ to: { x, y }, shift, size: SIZE });

function randomTurned(random: Random): Turned {
  return {
    cx: random.between(100, 500),
    cy: random.between(100, 400),
    rx: random.between(5, 90),
    ry: random.between(5, 90),
    angle: random.pick([0, 90, 45, random.between(-180, 180)]),
  };
}

describe('a turned rectangle', () => {
  it('leads a point into its frame and back', () => {
    many((random) => {
      const of = randomTurned(random);
      const point = random.point(0, 640);
      const back = outside(of, within(of, point));
      expect([back.x, back.y].map((each) => each.toFixed(6))).toEqual([point.x.toFixed(6), point.y.toFixed(6)]);
    });
  });

  it('keeps the opposite corner where it is, and brings the dragged one to the pointer', () => {
    many((random) => {
      const of = randomTurned(random);
      const { dx, dy } = random.pick(HANDLES.filter((each) => each.dx && each.dy));
      const to = random.point(0, 640);
      const next = dragged(of, `${dx},${dy}`, pull(to.x, to.y));
      const still = outside(of, { x: -dx * of.rx, y: -dy * of.ry });
      const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => outside(next, { x: x * next.rx, y: y * next.ry })));
      for (const point of [still, to])
        expect(Math.min(...corners.map(({ x, y }) => Math.hypot(x - point.x, y - point.y)))).toBeLessThan(1e-6);
      expect(next.angle).toBe(of.angle);
    });
  });

  it('turns towards the pointer, in steps with Shift, around its centre', () => {
    const of = { cx: 100, cy: 100, rx: 40, ry: 20, angle: 0 };
    expect(dragged(of, 'turn', pull(150, 100))).toEqual({ ...of, angle: 90 });
    expect(dragged(of, 'turn', pull(100, 150)).angle).toBe(180);
    expect(dragged(of, 'turn', pull(60, 99)).angle).toBe(-88.6);
    expect(dragged(of, 'turn', pull(60, 99, true)).angle).toBe(-90);
  });

  it('has a handle to turn by only where it may be turned', () => {
    const of = { cx: 100, cy: 100, rx: 40, ry: 20, angle: 0 };
    expect(handlesOf(of, 2, false)).toHaveLength(8);
    expect(handlesOf(of, 2, true).at(-1)).toMatchObject({ id: 'turn', at: { x: 100, y: 68 } });
  });

  it('has an angle above -180 and up to 180 degrees', () => {
    many((random) => {
      const angle = random.between(-2000, 2000);
      expect(straight(angle)).toBeGreaterThan(-180);
      expect(straight(angle)).toBeLessThanOrEqual(180);
    });
    expect([straight(-180), straight(540), straight(360)]).toEqual([180, 180, 0]);
  });
});

describe('a box through three points', () => {
  it('has its edge from the first to the second, and reaches the third', () => {
    many((random) => {
      const [a, b, c] = [random.point(0, 480), random.point(0, 480), random.point(0, 480)];
      const box = boxThrough(a, b, c);
      if (!box || box.height < 1) return;
      const of = {
        cx: box.x + box.width / 2,
        cy: box.y + box.height / 2,
        rx: box.width / 2,
        ry: box.height / 2,
        angle: box.angle,
      };
      const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => outside(of, { x: x * of.rx, y: y * of.ry })));
      for (const point of [a, b])
        expect(Math.min(...corners.map(({ x, y }) => Math.hypot(x - point.x, y - point.y)))).toBeLessThan(0.2);
      expect(Math.abs(Math.abs(within(of, c).y) - of.ry)).toBeLessThan(0.2);
    });
  });
});

describe('an ellipse', () => {
  const kind = kindOf({ kind: 'ellipse', cx: 1, cy: 1, rx: 1, ry: 1, angle: 0 });
  if (!kind) throw new Error('ellipses are known');
  const ellipse = (of: Turned): ShapeData => ({ kind: 'ellipse', ...of });

  it('has bounds that its outline touches on all sides and never leaves', () => {
    many((random) => {
      const of = randomTurned(random);
      const { x, y, width, height } = kind.bounds(ellipse(of));
      const outline = Array.from({ length: 3600 }, (_, at) => {
        const turn = (at * Math.PI) / 1800;
        return outside(of, { x: of.rx * Math.cos(turn), y: of.ry * Math.sin(turn) });
      });
      const [xs, ys] = [outline.map((each) => each.x), outline.map((each) => each.y)];
      expect(Math.min(...xs)).toBeCloseTo(x, 2);
      expect(Math.max(...xs)).toBeCloseTo(x + width, 2);
      expect(Math.min(...ys)).toBeCloseTo(y, 2);
      expect(Math.max(...ys)).toBeCloseTo(y + height, 2);
      const all = boundsOf(of);
      expect(all.width).toBeGreaterThanOrEqual(width - 1e-9);
    });
  });

  it('contains its centre and no corner of the rectangle around it', () => {
    many((random) => {
      const of = randomTurned(random);
      expect(kind.contains(ellipse(of), { x: of.cx, y: of.cy }, 0)).toBe(true);
      expect(kind.contains(ellipse(of), outside(of, { x: of.rx, y: of.ry }), 0)).toBe(false);
      expect(kind.onEdge(ellipse(of), outside(of, { x: of.rx, y: 0 }), 1)).toBe(true);
    });
  });

  it('stays in the picture when it is moved', () => {
    many((random) => {
      const moved = kind.move(
        ellipse(randomTurned(random)),
        random.between(-999, 999),
        random.between(-999, 999),
        SIZE,
      );
      const { x, y, width, height } = kind.bounds(moved);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(-0.01);
      expect(x + width).toBeLessThanOrEqual(SIZE.width + 0.01);
      expect(y + height).toBeLessThanOrEqual(SIZE.height + 0.01);
    });
  });
});

describe('points', () => {
  const shape: ShapeData = {
    kind: 'points',
    points: [
      [10, 10],
      [30, 20],
    ],
  };
  const kind = kindOf(shape);

  it('gain one by a key and lose one, but never the last', () => {
    const more = kind?.insert?.(shape, '0');
    expect(more).toEqual({
      shape: {
        kind: 'points',
        points: [
          [10, 10],
          [20, 15],
          [30, 20],
        ],
      },
      handle: '1',
    });
    expect(kind?.remove?.(shape, '1')).toEqual({ kind: 'points', points: [[10, 10]] });
    expect(kind?.remove?.({ kind: 'points', points: [[1, 2]] }, '0')).toBeNull();
  });

  it('are near themselves only', () => {
    expect(kind?.contains(shape, { x: 13, y: 10 }, 5)).toBe(true);
    expect(kind?.contains(shape, { x: 20, y: 15 }, 5)).toBe(false);
  });

  it('are none without numbers', () => {
    for (const points of [[], [['a', 1]], [[1]], 'x', null]) expect(kindOf({ kind: 'points', points })).toBeNull();
  });
});

describe('a skeleton', () => {
  const shape: ShapeData = {
    kind: 'skeleton',
    joints: [
      [10, 10, 2],
      [30, 40, 1],
      [99, 99, 0],
    ],
  };
  const kind = kindOf(shape);

  it('is around the joints that are there', () => {
    expect(kind?.bounds(shape)).toEqual({ x: 10, y: 10, width: 20, height: 30 });
  });

  it('has joints that are seen, hidden, absent, and seen again', () => {
    const words: string[] = [];
    let now = shape;
    for (let at = 0; at < 3; at += 1) {
      const next = kind?.toggle?.(now, '0');
      if (!next) throw new Error('joints can be changed');
      words.push(next.said);
      now = next.shape;
    }
    expect(words).toEqual(['hidden', 'absent', 'visible']);
    expect(now).toEqual(shape);
  });

  it('has an absent joint back when it is dragged', () => {
    expect(kind?.drag(shape, '2', pull(50, 60))).toMatchObject({
      joints: [
        [10, 10, 2],
        [30, 40, 1],
        [50, 60, 2],
      ],
    });
  });

  it('is none with another visibility', () => {
    expect(kindOf({ kind: 'skeleton', joints: [[1, 2, 3]] })).toBeNull();
  });
});
