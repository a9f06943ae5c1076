import { describe, expect, it } from 'vitest';
import { strokeOf } from '../../src/canvas/bitmap';
import { flooded } from '../../src/canvas/flood';
import { areaOf, combined, covers } from '../../src/canvas/rle';
import { scaled } from '../../src/canvas/tools/wand';
import { many, type Random } from './random';

/** A picture of a few greys. */
function picture(random: Random) {
  const [width, height] = [Math.ceil(random.spread(1, 30)), Math.ceil(random.spread(1, 30))];
  const greys = Array.from({ length: width * height }, () => random.pick([0, 10, 10, 10, 200]));
  const data = new Uint8ClampedArray(greys.flatMap((grey) => [grey, grey, grey, 255]));
  return { width, height, greys, data };
}

describe('flooding', () => {
  it('takes what a walk from neighbour to neighbour reaches', () => {
    many((random) => {
      const { width, height, greys, data } = picture(random);
      const at = { x: Math.floor(random.between(0, width)), y: Math.floor(random.between(0, height)) };
      const tolerance = random.pick([0, 9, 10, 255]);
      const seed = greys[at.y * width + at.x] ?? 0;
      const wanted = new Set<number>();
      const walk = [at];
      for (let now = walk.pop(); now; now = walk.pop()) {
        const { x, y } = now;
        const grey = greys[y * width + x] ?? 0;
        const out = x < 0 || y < 0 || x >= width || y >= height || Math.abs(grey - seed) > tolerance;
        if (out || wanted.has(x * height + y)) continue;
        wanted.add(x * height + y);
        walk.push({ x: x + 1, y }, { x: x - 1, y }, { x, y: y + 1 }, { x, y: y - 1 });
      }
      const crop = flooded({ width, height, data }, { x: at.x + 0.5, y: at.y + 0.5 }, tolerance);
      expect([...crop.data.entries()].flatMap(([pixel, on]) => (on ? [pixel] : []))).toEqual(
        [...wanted].sort((a, b) => a - b),
      );
    }, 200);
  });

  it('takes nothing from outside', () => {
    const { data } = flooded({ width: 1, height: 1, data: new Uint8ClampedArray(4) }, { x: 2, y: 0 }, 255);
    expect([...data]).toEqual([0]);
  });
});

describe('a mask in another size', () => {
  it('has at each pixel what the coarse one has at its centre', () => {
    many((random) => {
      const coarse = random.size(2, 40);
      const fine = random.size(2, 80);
      const mask = combined(
        strokeOf([random.point(0, 30)], random.spread(2, 20), coarse),
        strokeOf([random.point(0, 30)], random.spread(2, 20), coarse),
        'add',
      );
      const found = scaled(mask, fine);
      for (let x = 0; x < fine.width; x += 1)
        for (let y = 0; y < fine.height; y += 1) {
          const at = { x: ((x + 0.5) * coarse.width) / fine.width, y: ((y + 0.5) * coarse.height) / fine.height };
          expect(covers(found, { x, y })).toBe(covers(mask, at));
        }
      expect(areaOf(scaled(mask, coarse))).toBe(areaOf(mask));
    }, 60);
  });
});
