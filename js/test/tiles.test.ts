import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Region } from '../src/shared/protocol';
import { Tiles, type Wanted } from '../src/shared/tiles';

const BYTES = new DataView(new ArrayBuffer(4));
const EACH = 100 * 100 * 4;

function tile(x: number, y = 0): Wanted {
  return { region: [x, y, 100, 100], width: 100, height: 100 };
}

interface Bitmap {
  width: number;
  height: number;
  close: ReturnType<typeof vi.fn>;
}

let asked: number[];
let line: boolean;
let made: Bitmap[];
let notices: string[];
let tiles: Tiles;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, line, made, notices] = [[], true, [], []];
  tiles = new Tiles(
    {
      ask: ({ region }) => line && asked.push(region[0]) > 0,
      changed: () => {},
      notice: (text, detail) => notices.push(`${text} ${detail}`.trim()),
    },
    10 * EACH,
    async () => {
      const bitmap = { width: 100, height: 100, close: vi.fn() };
      made.push(bitmap);
      return bitmap as unknown as ImageBitmap;
    },
  );
});

afterEach(() => vi.useRealTimers());

const come = (x: number): Promise<void> => tiles.take([x, 0, 100, 100], BYTES, 'image/png');

describe('the sharper parts', () => {
  it('are asked for a few at a time; what went out of sight is never asked for', async () => {
    tiles.want([0, 1, 2, 3, 4, 5].map((x) => tile(x)));
    expect(asked).toEqual([0, 1, 2, 3]);
    tiles.want([tile(9)]);
    await come(0);
    expect(asked).toEqual([0, 1, 2, 3, 9]);
    for (const x of [1, 2, 3, 9]) await come(x);
    expect(asked).toEqual([0, 1, 2, 3, 9]);
  });

  it('are not asked for twice', async () => {
    tiles.want([tile(0), tile(1)]);
    tiles.want([tile(0), tile(1)]);
    await come(0);
    tiles.want([tile(0), tile(1)]);
    expect(asked).toEqual([0, 1]);
  });

  it('are asked for again where the answer is lost, while they are in sight', () => {
    tiles.want([tile(0), tile(1)]);
    tiles.want([tile(1)]);
    vi.advanceTimersByTime(10_001);
    expect(asked).toEqual([0, 1, 1]);
  });

  it('wait where there is no line', async () => {
    line = false;
    tiles.want([tile(0)]);
    line = true;
    tiles.want([tile(0)]);
    expect(asked).toEqual([0]);
  });

  it('stay within a bound of bytes; those in sight stay', async () => {
    tiles.want([tile(0)]);
    for (let x = 0; x < 30; x += 1) await come(x);
    expect(tiles.bytes).toBe(10 * EACH);
    expect(tiles.list.map(({ region }) => region[0])).toContain(0);
    expect(tiles.list.map(({ region }) => region[0])).toContain(29);
    expect(made.filter(({ close }) => close.mock.calls.length)).toHaveLength(20);
  });

  it('are listed the coarse ones first', async () => {
    const coarse: Region = [0, 0, 400, 400];
    await come(0);
    await tiles.take(coarse, BYTES, 'image/png');
    expect(tiles.list.map(({ region }) => region[2])).toEqual([400, 100]);
  });

  it('say once why one cannot be read, mark its place, and the rest comes', async () => {
    tiles.want([0, 1, 2].map((x) => tile(x)));
    tiles.fail([0, 0, 100, 100], 'Tile 7 is damaged.');
    tiles.fail([1, 0, 100, 100], 'Tile 7 is damaged.');
    await come(2);
    expect(notices).toEqual(['A part of this picture cannot be read. Tile 7 is damaged.']);
    expect(tiles.list.map(({ bitmap }) => bitmap === null)).toEqual([true, true, false]);
  });

  it('are let go of with the picture, also what is being decoded', async () => {
    await come(0);
    const late = come(1);
    tiles.drop();
    await late;
    expect(tiles.list).toEqual([]);
    expect(tiles.bytes).toBe(0);
    expect(made.every(({ close }) => close.mock.calls.length === 1)).toBe(true);
  });
});
