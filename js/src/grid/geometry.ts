// Where cells are: pure functions, without DOM. Lengths are CSS pixels.

/** Between cells, and around all of them. */
export const GAP = 8;
export const EDGE = 12;
/** The line of words under a picture. */
export const WORDS = 20;
/** The border of a cell, on each side. */
export const BORDER = 1;
/** Browsers have no elements of any height: a longer list is scrolled through in larger steps. */
export const TALLEST = 8_000_000;

export interface Sheet {
  columns: number;
  rows: number;
  /** Side of a picture. */
  picture: number;
  /** Of a cell. */
  width: number;
  height: number;
  /** Where the first of a row begins. */
  left: number;
  /** From the top of a row to that of the next. */
  step: number;
  /** Height of all rows, as they would be. */
  full: number;
  /** Height of the element that is scrolled. */
  scrolled: number;
}

/**
 * Arrange cells in a box.
 *
 * Args: `size` is the least side of a picture; `pages` the columns and rows of a page, 0 where all is scrolled.
 */
export function arrange(
  box: { width: number; height: number },
  count: number,
  size: number,
  pages: readonly [columns: number, rows: number] = [0, 0],
): Sheet {
  const room = Math.max(box.width - 2 * EDGE, 48);
  const cell = Math.min(size + 2 * BORDER, room);
  const columns = pages[0] || Math.max(1, Math.floor((room + GAP) / (cell + GAP)));
  let width = Math.floor((room - (columns - 1) * GAP) / columns);
  if (pages[0] && pages[1]) {
    // A page is seen whole, where there is room for it.
    const high = Math.floor((box.height - 2 * EDGE + GAP) / pages[1]) - GAP - WORDS;
    width = Math.max(Math.min(width, high), Math.min(width, 48));
  }
  const picture = Math.max(width - 2 * BORDER, 8);
  const height = picture + WORDS + 2 * BORDER;
  const step = height + GAP;
  const rows = Math.ceil(count / columns);
  const full = rows ? 2 * EDGE + rows * step - GAP : 0;
  const left = EDGE + Math.max(0, Math.floor((room - columns * (width + GAP) + GAP) / 2));
  return { columns, rows, picture, width, height, left, step, full, scrolled: Math.min(full, TALLEST) };
}

/** How far the rows are moved up, for a place of the scroll bar, and back. */
export function toRows({ full, scrolled }: Sheet, top: number, high: number): number {
  const range = scrolled - high;
  return full === scrolled || range <= 0 ? top : (top / range) * (full - high);
}

export function toScroll({ full, scrolled }: Sheet, top: number, high: number): number {
  const range = full - high;
  return full === scrolled || range <= 0 ? top : (top / range) * (scrolled - high);
}

/** The rows in sight, from the first to behind the last. */
export function inSight({ rows, step }: Sheet, top: number, high: number): [from: number, to: number] {
  const from = Math.max(0, Math.floor((top - EDGE) / step));
  const to = Math.ceil((top + high - EDGE) / step);
  return [Math.min(from, rows), Math.max(Math.min(to, rows), Math.min(from, rows))];
}

/** The top at which a row is seen whole, as near to the present one as can be. */
export function revealing({ step, height, full }: Sheet, row: number, top: number, high: number): number {
  const upper = row * step;
  const lower = row * step + height + 2 * EDGE - high;
  const wanted = upper < top ? upper : Math.max(top, lower);
  return Math.max(0, Math.min(wanted, Math.max(0, full - high)));
}

/** Where the keyboard goes from a cell; `page` is how many rows are seen whole. */
export function moved(action: string, at: number, { columns }: Sheet, count: number, page: number): number {
  const last = count - 1;
  const by = (rows: number): number => {
    const to = at + rows * columns;
    if (to < 0) return at % columns;
    // From the last row but one into a short last row: to its end.
    return to > last ? (Math.floor(at / columns) < Math.floor(last / columns) ? last : at) : to;
  };
  switch (action) {
    case 'cell_left':
      return Math.max(0, at - 1);
    case 'cell_right':
      return Math.min(last, at + 1);
    case 'cell_up':
      return by(-1) === at % columns && at < columns ? at : by(-1);
    case 'cell_down':
      return by(1);
    case 'cell_page_up':
      return by(-Math.max(1, page));
    case 'cell_page_down':
      return by(Math.max(1, page));
    case 'cell_first':
      return 0;
    case 'cell_last':
      return last;
    default:
      return at;
  }
}

/** The pixels a side that a small picture is asked for, to be drawn on so many device pixels. */
export function pixels(wanted: number): number {
  return [64, 96, 128, 192].find((step) => step >= wanted) ?? 256;
}

/** Where a small picture of a region is drawn in a square of this side that shows a crop, or all of an item. */
export function placed(
  region: readonly number[],
  crop: readonly number[] | null,
  side: number,
): [x: number, y: number, width: number, height: number] {
  const [x = 0, y = 0, width = 1, height = 1] = region;
  if (!crop) {
    const scale = side / Math.max(width, height);
    return [(side - width * scale) / 2, (side - height * scale) / 2, width * scale, height * scale];
  }
  const scale = side / Math.max(crop[2] ?? 1, crop[3] ?? 1, 1e-6);
  return [(x - (crop[0] ?? 0)) * scale, (y - (crop[1] ?? 0)) * scale, width * scale, height * scale];
}
