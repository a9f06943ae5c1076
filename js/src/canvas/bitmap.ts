// The pixels of a part of a picture, for painting on: as large as what is painted, never as large as the picture. They
// stand down the columns, as in the run lengths that they come from and become.
import type { Rect } from './geometry';
import type { Ring } from './rings';
import { boundsOf, eachSpan, type Mask, Runs } from './rle';
import type { Point, Size } from './view';

export interface Crop extends Rect {
  /** 1 for what is inside; pixel (x, y) of the crop is at x · height + y. */
  data: Uint8Array;
}

/** The pixels of a mask within its bounds, and `more` around them. */
export function cropOf(mask: Mask, more = 0): Crop {
  const bounds = boundsOf(mask);
  const [x, y, width, height] = [bounds.x - more, bounds.y - more, bounds.width + 2 * more, bounds.height + 2 * more];
  const data = new Uint8Array(width * height);
  eachSpan(mask, (column, from, to) => {
    data.fill(1, (column - x) * height + from - y, (column - x) * height + to - y);
  });
  return { x, y, width, height, data };
}

/** The mask of a crop in a picture of some size; what is outside the picture is cut off. */
export function maskOf({ x, y, width, height, data }: Crop, size: Size): Mask {
  const runs = new Runs(size);
  const [top, bottom] = [Math.max(0, -y), Math.min(height, size.height - y)];
  for (let column = Math.max(0, -x); column < width && x + column < size.width; column += 1) {
    const [from, base] = [column * height, (x + column) * size.height + y];
    for (let row = top; row < bottom; row += 1) {
      if (!data[from + row]) continue;
      const start = row;
      while (row < bottom && data[from + row]) row += 1;
      runs.add(base + start, base + row);
    }
  }
  return runs.mask;
}

/**
 * The mask of a stroke: every pixel whose centre is within half a brush of the line through the points. A brush of one
 * pixel or less makes the pixels that the line goes through.
 */
export function strokeOf(points: readonly Point[], diameter: number, size: Size): Mask {
  const radius = Math.max(diameter / 2, 0.5);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const x = Math.max(0, Math.floor(left - radius) - 1);
  const y = Math.max(0, Math.floor(top - radius) - 1);
  const width = Math.min(size.width, Math.ceil(right + radius) + 1) - x;
  const height = Math.min(size.height, Math.ceil(bottom + radius) + 1) - y;
  if (!(width > 0 && height > 0)) return new Runs(size).mask;
  const crop = { x, y, width, height, data: new Uint8Array(width * height) };
  let before = points[0];
  for (const point of points) {
    paintLine(crop, before ?? point, point, radius);
    before = point;
  }
  return maskOf(crop, size);
}

/** Paint what is within `radius` of a line, column by column: what a line's disc leaves there is one piece. */
function paintLine(crop: Crop, a: Point, b: Point, radius: number): void {
  const { x, y, width, height, data } = crop;
  const first = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius - x));
  const last = Math.min(width - 1, Math.ceil(Math.max(a.x, b.x) + radius - x));
  for (let column = first; column <= last; column += 1) {
    const [low, high] = slice(a, b, radius, x + column + 0.5);
    const from = Math.max(0, Math.ceil(low - y - 0.5));
    const to = Math.min(height, Math.ceil(high - y - 0.5));
    if (to > from) data.fill(1, column * height + from, column * height + to);
  }
  // The pixel under the line's end is always painted: the smallest brush leaves something wherever it is put down.
  const [column, row] = [Math.floor(b.x) - x, Math.floor(b.y) - y];
  if (column >= 0 && column < width && row >= 0 && row < height) data[column * height + row] = 1;
}

/** Where the upright line at `x` enters and leaves what is within `radius` of the line from a to b. */
function slice(a: Point, b: Point, radius: number, x: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { x: cx, y: cy } of [a, b]) {
    const reach = radius * radius - (x - cx) ** 2;
    if (reach < 0) continue;
    [low, high] = [Math.min(low, cy - Math.sqrt(reach)), Math.max(high, cy + Math.sqrt(reach))];
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  if (!length) return [low, high];
  // The two long sides of the band, a radius to either side of the line.
  const [ox, oy] = [(-dy / length) * radius, (dx / length) * radius];
  for (const side of [-1, 1]) {
    const [sx, sy] = [a.x + side * ox, a.y + side * oy];
    if (dx === 0) continue;
    const along = (x - sx) / dx;
    if (along < 0 || along > 1) continue;
    const cut = sy + along * dy;
    [low, high] = [Math.min(low, cut), Math.max(high, cut)];
  }
  return [low, high];
}

/** The mask of what is inside rings, by the even-odd rule: every pixel whose centre is. */
export function filledRings(rings: readonly Ring[], size: Size): Mask {
  const cuts = new Map<number, number[]>();
  for (const ring of rings) {
    let before = ring[ring.length - 1];
    for (const at of ring) {
      if (before) cutColumns(before, at, size, cuts);
      before = at;
    }
  }
  const runs = new Runs(size);
  for (const column of [...cuts.keys()].sort((a, b) => a - b)) {
    const rows = (cuts.get(column) ?? []).sort((a, b) => a - b);
    for (let at = 0; at + 1 < rows.length; at += 2) {
      const from = Math.max(0, Math.ceil((rows[at] ?? 0) - 0.5));
      const to = Math.min(size.height, Math.ceil((rows[at + 1] ?? 0) - 0.5));
      runs.add(column * size.height + from, column * size.height + to);
    }
  }
  return runs.mask;
}

/** Note where an edge crosses the middles of the columns. */
function cutColumns(a: Ring[number], b: Ring[number], size: Size, cuts: Map<number, number[]>): void {
  const [[x0, y0], [x1, y1]] = a[0] <= b[0] ? [a, b] : [b, a];
  const first = Math.max(0, Math.ceil(x0 - 0.5));
  const last = Math.min(size.width, Math.ceil(x1 - 0.5));
  for (let column = first; column < last; column += 1) {
    const y = y0 + ((column + 0.5 - x0) * (y1 - y0)) / (x1 - x0);
    const rows = cuts.get(column);
    if (rows) rows.push(y);
    else cuts.set(column, [y]);
  }
}

/** The mask with its holes filled: all that its outline goes around. */
export function withoutHoles(mask: Mask): Mask {
  const crop = cropOf(mask, 1);
  const { width, height, data } = crop;
  // What can be reached from outside is outside; 2 marks it. Holes meet at edges, not at corners.
  const stack = [0];
  data[0] = 2;
  const reach = (at: number): void => {
    if (data[at] !== 0) return;
    data[at] = 2;
    stack.push(at);
  };
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const row = at % height;
    if (row > 0) reach(at - 1);
    if (row < height - 1) reach(at + 1);
    if (at >= height) reach(at - height);
    if (at < (width - 1) * height) reach(at + height);
  }
  for (let at = 0; at < data.length; at += 1) data[at] = data[at] === 2 ? 0 : 1;
  return maskOf(crop, mask);
}
