import { describe, expect, it } from 'vitest';
import {
  arrange,
  EDGE,
  GAP,
  inSight,
  moved,
  pixels,
  placed,
  revealing,
  TALLEST,
  toRows,
  toScroll,
} from '../../src/grid/geometry';

const BOX = { width: 1008, height: 600 };

describe('arranging', () => {
  it('fills the width with whole cells of at least the size', () => {
    for (const width of [120, 360, 700, 1008, 2500]) {
      for (const size of [48, 96, 320]) {
        const sheet = arrange({ width, height: 600 }, 1000, size);
        expect(sheet.columns * (sheet.width + GAP) - GAP).toBeLessThanOrEqual(width - 2 * EDGE);
        if (sheet.columns > 1) expect(sheet.picture).toBeGreaterThanOrEqual(size);
        expect(sheet.rows).toBe(Math.ceil(1000 / sheet.columns));
        expect(sheet.left).toBeGreaterThanOrEqual(EDGE);
      }
    }
  });

  it('shows a page whole where there is room, and never a picture of nothing', () => {
    const sheet = arrange(BOX, 6, 96, [3, 2]);
    expect([sheet.columns, sheet.rows]).toEqual([3, 2]);
    expect(sheet.full).toBeLessThanOrEqual(BOX.height);
    expect(arrange({ width: 100, height: 50 }, 100, 96, [10, 10]).picture).toBeGreaterThan(0);
  });

  it('is nothing without cells', () => {
    expect(arrange(BOX, 0, 96)).toMatchObject({ rows: 0, full: 0, scrolled: 0 });
  });

  it('scrolls through more rows than an element can be high', () => {
    const sheet = arrange(BOX, 1_000_000, 96);
    expect(sheet.full).toBeGreaterThan(TALLEST);
    expect(sheet.scrolled).toBe(TALLEST);
    expect(toRows(sheet, 0, BOX.height)).toBe(0);
    expect(toRows(sheet, TALLEST - BOX.height, BOX.height)).toBeCloseTo(sheet.full - BOX.height);
    for (const top of [0, 12_345, 1_000_000]) expect(toRows(sheet, toScroll(sheet, top, 600), 600)).toBeCloseTo(top);
    const short = arrange(BOX, 100, 96);
    expect(toRows(short, 77, 600)).toBe(77);
  });
});

describe('in sight', () => {
  const sheet = arrange(BOX, 1000, 96);

  it('has every row that is seen in part, and no other', () => {
    for (let top = 0; top < sheet.full - 600; top += 37) {
      const [from, to] = inSight(sheet, top, 600);
      for (let row = 0; row < sheet.rows; row += 1) {
        const upper = EDGE + row * sheet.step;
        const seen = upper + sheet.height > top && upper < top + 600;
        if (seen) expect(row >= from && row < to).toBe(true);
        // The gap below a row may count as its own.
        if (row < from - 1 || row >= to + 1) expect(seen).toBe(false);
      }
    }
  });

  it('is revealed by scrolling no more than is needed', () => {
    expect(revealing(sheet, 2, 0, 600)).toBe(0);
    const down = revealing(sheet, 50, 0, 600);
    expect(EDGE + 50 * sheet.step + sheet.height).toBeLessThanOrEqual(down + 600);
    expect(revealing(sheet, 50, down, 600)).toBe(down);
    expect(revealing(sheet, 10, down, 600)).toBe(10 * sheet.step);
    expect(revealing(sheet, 0, down, 600)).toBe(0);
  });
});

it('keys move within the list', () => {
  const sheet = { ...arrange(BOX, 21, 96), columns: 5 };
  const go = (action: string, at: number): number => moved(action, at, sheet, 21, 2);
  expect([go('cell_left', 0), go('cell_right', 20), go('cell_up', 3), go('cell_down', 20)]).toEqual([0, 20, 3, 20]);
  expect([go('cell_down', 1), go('cell_up', 6), go('cell_first', 9), go('cell_last', 9)]).toEqual([6, 1, 0, 20]);
  expect(go('cell_down', 18)).toBe(20); // the last row is short
  expect([go('cell_page_down', 1), go('cell_page_up', 13), go('cell_page_up', 2)]).toEqual([11, 3, 2]);
});

it('pictures are asked for in steps, and none larger than the kernel makes', () => {
  expect([1, 64, 65, 100, 130, 193, 900].map(pixels)).toEqual([64, 64, 96, 128, 192, 256, 256]);
});

it('a picture is drawn where its region is in the crop', () => {
  expect(placed([0, 10, 45, 50], [-5, 10, 50, 50], 100)).toEqual([10, 0, 90, 100]);
  expect(placed([0, 0, 640, 480], null, 64)).toEqual([0, 8, 64, 48]);
});
