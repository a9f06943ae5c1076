import { describe, expect, it } from 'vitest';
import { curve, inkOf, trimmed } from '../../src/canvas/adjust';
import { hasMore, mapSize, panTo } from '../../src/canvas/minimap';
import { fit, inSight, panned, zoomed } from '../../src/canvas/view';

const STAGE = { width: 900, height: 600 };

describe('the curve of brightness, contrast, gamma and inversion', () => {
  it('is none where nothing is changed', () => {
    expect(curve({})).toBeNull();
    expect(curve({ brightness: 0, contrast: 0, gamma: 1, invert: false, window: [1, 2] })).toBeNull();
  });

  it('never falls, and stays between black and white', () => {
    for (const brightness of [-100, -30, 0, 70])
      for (const contrast of [-100, -50, 0, 40, 100])
        for (const gamma of [0.1, 0.5, 1, 4]) {
          const values = curve({ brightness, contrast, gamma }) ?? [0, 1];
          for (const [at, value] of values.entries()) {
            expect(value).toBeGreaterThanOrEqual(values[at - 1] ?? 0);
            expect(value).toBeLessThanOrEqual(1);
          }
          const turned = curve({ brightness, contrast, gamma, invert: true }) ?? [];
          for (const [at, value] of values.entries())
            if (turned.length === values.length) expect(turned[at]).toBeCloseTo(1 - value, 3);
        }
  });

  it('does what its parts are called', () => {
    const middle = (values: number[] | null): number => values?.[32] ?? 0.5;
    expect(middle(curve({ brightness: 20 }))).toBeCloseTo(0.7);
    expect(middle(curve({ gamma: 2 }))).toBeCloseTo(Math.SQRT1_2, 3);
    expect(new Set(curve({ contrast: -100 }))).toEqual(new Set([0.5]));
    expect(curve({ contrast: 100 })?.[12]).toBe(0);
  });

  it('leaves how objects are drawn as it is, unless something is said of that', () => {
    expect(inkOf({})).toEqual({ fill: 0.2, outline: 1, names: true });
    expect(inkOf({ fill: 0, outline: 40, names: false })).toEqual({ fill: 0, outline: 0.4, names: false });
    expect(trimmed({ fill: 20, outline: 40, names: true })).toEqual({ outline: 40 });
    expect(trimmed({ names: false })).toEqual({ names: false });
  });

  it('keeps in the trait what changes something only', () => {
    expect(trimmed({ brightness: 0, contrast: 3, gamma: 1, invert: false, window: null, channels: [] })).toEqual({
      contrast: 3,
    });
    expect(trimmed({ window: [0, 5], channels: ['#ff0000', ''] })).toEqual({
      window: [0, 5],
      channels: ['#ff0000', ''],
    });
  });
});

describe('the small map', () => {
  it('is there where something is out of sight', () => {
    const picture = { width: 8000, height: 6000 };
    const whole = fit(picture, STAGE);
    expect(hasMore(whole, picture, STAGE)).toBe(false);
    expect(hasMore(zoomed(whole, { x: 450, y: 300 }, 1.2, picture, STAGE), picture, STAGE)).toBe(true);
    expect(hasMore(panned(whole, 200, 0, picture, STAGE), picture, STAGE)).toBe(true);
  });

  it('can be gripped, however thin the picture is', () => {
    expect(mapSize({ width: 1, height: 100_000 })).toEqual({ width: 12, height: 150 });
    expect(mapSize({ width: 8000, height: 4000 })).toEqual({ width: 150, height: 75 });
  });

  it('brings the point that was pressed to the middle of the stage', () => {
    const picture = { width: 8000, height: 6000 };
    const view = { scale: 1, x: -100, y: -100 };
    const by = panTo({ x: 75, y: 56 }, mapSize(picture), view, picture, STAGE);
    const part = inSight(panned(view, by.x, by.y, picture, STAGE), picture, STAGE);
    expect((part?.x ?? 0) + 450).toBeCloseTo(4000);
    expect((part?.y ?? 0) + 300).toBeCloseTo((56 / mapSize(picture).height) * 6000);
  });
});
