import { describe, expect, it } from 'vitest';
import {
  centred,
  fit,
  inSight,
  kept,
  LARGEST,
  panned,
  shift,
  toPicture,
  toStage,
  type View,
  zoomed,
} from '../../src/canvas/view';
import { many } from './random';

const STAGE = { width: 900, height: 600 };

/** How many CSS pixels of the picture are in sight, across and down. */
function seen(view: View, picture: { width: number; height: number }, stage = STAGE): [number, number] {
  const span = (at: number, length: number, room: number): number => Math.min(room, at + length) - Math.max(0, at);
  return [
    span(view.x, picture.width * view.scale, stage.width),
    span(view.y, picture.height * view.scale, stage.height),
  ];
}

describe('fit', () => {
  it('shows all of the picture, centred, touching the stage on two sides', () => {
    many((random) => {
      const [picture, stage] = [random.size(20), random.size(64, 4000)];
      const view = fit(picture, stage);
      const [width, height] = [picture.width * view.scale, picture.height * view.scale];
      expect(width).toBeLessThanOrEqual(stage.width + 1e-6);
      expect(height).toBeLessThanOrEqual(stage.height + 1e-6);
      expect(view.x + width / 2).toBeCloseTo(stage.width / 2, 6);
      expect(view.y + height / 2).toBeCloseTo(stage.height / 2, 6);
      const slack = Math.min(stage.width - width, stage.height - height);
      expect(view.scale === LARGEST || Math.abs(slack) < 1e-6).toBe(true);
    });
  });

  it('does not enlarge a picture of one pixel beyond all measure', () => {
    expect(fit({ width: 100, height: 100 }, STAGE, 1).scale).toBe(1);
    expect(fit({ width: 10_000, height: 100 }, STAGE, 1).scale).toBe(fit({ width: 10_000, height: 100 }, STAGE).scale);
    expect(fit({ width: 1, height: 1 }, STAGE)).toEqual({ scale: LARGEST, x: 418, y: 268 });
  });

  it('centred at a scale of its own may be larger than the stage', () => {
    expect(centred({ width: 2000, height: 300 }, STAGE, 1)).toEqual({ scale: 1, x: -550, y: 150 });
  });
});

describe('points', () => {
  it('go to the picture and back', () => {
    many((random) => {
      const [view, point] = [random.view(), random.point(-500, 5000)];
      const back = toPicture(view, toStage(view, point));
      expect(back.x).toBeCloseTo(point.x, 5);
      expect(back.y).toBeCloseTo(point.y, 5);
    });
  });
});

describe('zoomed', () => {
  it('keeps the point of the picture under the cursor, wherever the cursor is on the picture', () => {
    many((random) => {
      const picture = random.size(200, 8000);
      const view = fit(picture, STAGE);
      const at = toStage(view, {
        x: random.between(0.1, 0.9) * picture.width,
        y: random.between(0.1, 0.9) * picture.height,
      });
      const under = toPicture(view, at);
      const closer = zoomed(view, at, random.between(1, 4), picture, STAGE);
      const still = toStage(closer, under);
      expect(still.x).toBeCloseTo(at.x, 6);
      expect(still.y).toBeCloseTo(at.y, 6);
    });
  });

  it('comes back to the same view by the opposite step', () => {
    many((random) => {
      const picture = random.size(200, 8000);
      const view = fit(picture, STAGE);
      const at = toStage(view, { x: picture.width / 2, y: picture.height / 2 });
      const back = zoomed(zoomed(view, at, 1.7, picture, STAGE), at, 1 / 1.7, picture, STAGE);
      expect(back.scale).toBeCloseTo(view.scale, 9);
      expect(back.x).toBeCloseTo(view.x, 6);
      expect(back.y).toBeCloseTo(view.y, 6);
    });
  });

  it('stays between a quarter of the whole and the largest', () => {
    many((random) => {
      const picture = random.size();
      let view = fit(picture, STAGE);
      const smallest = Math.min(view.scale / 4, 1);
      for (let step = 0; step < 20; step += 1) {
        view = zoomed(view, random.point(0, 600), random.spread(0.05, 20), picture, STAGE);
        expect(view.scale).toBeGreaterThanOrEqual(smallest);
        expect(view.scale).toBeLessThanOrEqual(LARGEST);
      }
    }, 100);
  });
});

describe('kept', () => {
  it('never loses the picture, whatever is asked for', () => {
    many((random) => {
      const [picture, stage] = [random.size(), random.size(64, 4000)];
      const view = kept({ scale: random.spread(0.001, 64), ...random.point(-1e6, 1e6) }, picture, stage);
      const [across, down] = seen(view, picture, stage);
      // 48 CSS pixels; of a picture that is smaller, half of it.
      const least = (length: number, room: number): number => Math.min(48, length / 2, room / 2) - 1e-6;
      expect(across).toBeGreaterThanOrEqual(least(picture.width * view.scale, stage.width));
      expect(down).toBeGreaterThanOrEqual(least(picture.height * view.scale, stage.height));
    });
  });

  it('leaves a view alone in which the picture is well in sight, and its own result', () => {
    many((random) => {
      const picture = random.size(100, 8000);
      const view = fit(picture, STAGE);
      expect(kept(view, picture, STAGE)).toEqual(view);
      const once = kept(random.view(), picture, STAGE);
      expect(kept(once, picture, STAGE)).toEqual(once);
    });
  });

  it('stops a pan at the edge', () => {
    const picture = { width: 900, height: 600 };
    const view = panned(fit(picture, STAGE), 5000, -5000, picture, STAGE);
    expect(view).toEqual({ scale: 1, x: 852, y: -552 });
  });
});

describe('inSight', () => {
  it('is the part of the picture on the stage, and never outside of the picture', () => {
    many((random) => {
      const picture = random.size();
      const view = kept(random.view(), picture, STAGE);
      const part = inSight(view, picture, STAGE);
      expect(part).not.toBeNull();
      if (!part) return;
      expect(part.x).toBeGreaterThanOrEqual(0);
      expect(part.y).toBeGreaterThanOrEqual(0);
      expect(part.x + part.width).toBeLessThanOrEqual(picture.width + 1e-6);
      expect(part.y + part.height).toBeLessThanOrEqual(picture.height + 1e-6);
      const [across, down] = seen(view, picture);
      expect(part.width * view.scale).toBeCloseTo(across, 4);
      expect(part.height * view.scale).toBeCloseTo(down, 4);
    });
  });

  it('is null where the picture is beside the stage', () => {
    expect(inSight({ scale: 1, x: 1000, y: 0 }, { width: 50, height: 50 }, STAGE)).toBeNull();
  });
});

describe('shift', () => {
  it('brings what was painted in one view to where it stands in another', () => {
    many((random) => {
      const [painted, view, point] = [random.view(), random.view(), random.point(0, 2000)];
      const was = toStage(painted, point);
      const { scale, x, y } = shift(painted, view);
      const now = toStage(view, point);
      const off = 1e-7 * (Math.abs(now.x) + Math.abs(now.y) + Math.abs(was.x * scale) + Math.abs(was.y * scale) + 1);
      expect(Math.abs(x + was.x * scale - now.x)).toBeLessThan(off);
      expect(Math.abs(y + was.y * scale - now.y)).toBeLessThan(off);
    });
  });
});
