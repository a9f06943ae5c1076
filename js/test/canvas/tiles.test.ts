import { describe, expect, it } from 'vitest';
import { COARSE, enough, levelOf, paintDetails, TILE, wantedTiles } from '../../src/canvas/tiles';
import { fit, inSight, kept, zoomed } from '../../src/canvas/view';
import type { Detail } from '../../src/shared/tiles';
import { Random } from './random';

const PICTURE = { width: 100_000, height: 80_000 };
const STAGE = { width: 1280, height: 720 };

describe('tiles of a large picture', () => {
  it('cover what is in sight, once, and are sharp enough but no more than the screen can show', () => {
    const made = new Random(7);
    const next = (): number => made.next();
    for (let turn = 0; turn < 300; turn += 1) {
      const picture = { width: 1 + Math.floor(next() * 100_000), height: 1 + Math.floor(next() * 100_000) };
      const ratio = next() < 0.5 ? 1 : 2;
      const first = fit(picture, STAGE);
      const have = Math.min(1, first.scale * ratio);
      const at = { x: next() * STAGE.width, y: next() * STAGE.height };
      const view = kept(zoomed(first, at, 2 ** (next() * 10), picture, STAGE), picture, STAGE);
      const tiles = wantedTiles(view, picture, STAGE, ratio, have);
      const part = inSight(view, picture, STAGE);
      if (!part || enough(view, ratio, have)) {
        expect(tiles).toEqual([]);
        continue;
      }
      const level = levelOf(view, ratio, have);
      const side = TILE * 2 ** level;
      const across = Math.ceil((part.x + part.width) / side) - Math.floor(part.x / side);
      const down = Math.ceil((part.y + part.height) / side) - Math.floor(part.y / side);
      expect(tiles).toHaveLength(across * down);
      expect(new Set(tiles.map(({ region }) => region.join())).size).toBe(tiles.length);
      for (const { region, width, height } of tiles) {
        expect(region[0] % side).toBe(0);
        expect(region[0] + region[2]).toBeLessThanOrEqual(picture.width);
        expect(region[1] + region[3]).toBeLessThanOrEqual(picture.height);
        expect(width).toBeLessThanOrEqual(TILE);
        expect(height).toBeLessThanOrEqual(TILE);
      }
      if (level > 0) expect(2 ** -level).toBeGreaterThanOrEqual((view.scale * ratio) / COARSE / 1.000001);
      const pixels = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
      const edge = 2 * TILE;
      const most = (2 * STAGE.width * ratio + edge) * (2 * STAGE.height * ratio + edge);
      expect(pixels).toBeLessThanOrEqual(most);
    }
  });

  it('come from the middle outwards', () => {
    const view = { scale: 1, x: -50_000, y: -40_000 };
    const [first] = wantedTiles(view, PICTURE, STAGE, 1, 0.01);
    expect(first?.region).toEqual([50_176, 39_936, 512, 512]);
  });

  it('are not wanted where the picture is sharp as it is', () => {
    expect(wantedTiles(fit(PICTURE, STAGE), PICTURE, STAGE, 1, STAGE.height / PICTURE.height)).toEqual([]);
    expect(wantedTiles({ scale: 8, x: 0, y: 0 }, { width: 100, height: 100 }, STAGE, 1, 1)).toEqual([]);
  });

  it('of a picture that is one pixel wide stand one above the other', () => {
    const thin = { width: 1, height: 100_000 };
    const tiles = wantedTiles({ scale: 1, x: 640, y: -50_000 }, thin, STAGE, 1, 0.0072);
    expect(tiles.map(({ region }) => region[0])).toEqual(tiles.map(() => 0));
    expect(tiles.length).toBe(3);
    expect(tiles[0]).toMatchObject({ width: 1, height: 512 });
  });

  it('are painted where they are in sight, without a seam', () => {
    const drawn: number[][] = [];
    const context = { drawImage: (_: unknown, ...at: number[]) => drawn.push(at) } as never;
    const bitmap = { width: 512, height: 512 } as ImageBitmap;
    const details: Detail[] = [0, 512, 1024, 51_200].map((x) => ({ region: [x, 0, 512, 512], bitmap }));
    paintDetails(context, details, { scale: 0.7130001, x: -3.3, y: 0.4 }, STAGE, 1);
    expect(drawn).toHaveLength(3);
    for (const [at, [x, , width]] of drawn.entries()) {
      expect(Number.isInteger(x)).toBe(true);
      const next = drawn[at + 1];
      if (next) expect((x ?? 0) + (width ?? 0)).toBe(next[0]);
    }
  });
});
