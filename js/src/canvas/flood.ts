// What is of one colour and hangs together: the pixels that can be reached from one of them, to the sides, up and down,
// over pixels that differ from the first one by no more than a tolerance in any channel. Pure.
import type { Crop } from './bitmap';
import type { Point, Size } from './view';

export interface Pixels extends Size {
  /** Red, green, blue and alpha, row by row, as a canvas has them. */
  data: Uint8ClampedArray;
}

/** Flood from a pixel; the crop is all of the picture, and down the columns. Line by line, so each is looked at once. */
export function flooded({ data, width, height }: Pixels, at: Point, tolerance: number): Crop {
  const filled = new Uint8Array(width * height);
  const crop: Crop = { x: 0, y: 0, width, height, data: filled };
  const [sx, sy] = [Math.floor(at.x), Math.floor(at.y)];
  if (sx < 0 || sy < 0 || sx >= width || sy >= height) return crop;
  const seed = (sy * width + sx) * 4;
  const [red, green, blue] = [data[seed] ?? 0, data[seed + 1] ?? 0, data[seed + 2] ?? 0];
  const free = (x: number, y: number): boolean => {
    if (filled[x * height + y]) return false;
    const pixel = (y * width + x) * 4;
    return (
      Math.abs((data[pixel] ?? 0) - red) <= tolerance &&
      Math.abs((data[pixel + 1] ?? 0) - green) <= tolerance &&
      Math.abs((data[pixel + 2] ?? 0) - blue) <= tolerance
    );
  };
  const stack = [sx, sy];
  while (stack.length) {
    const y = stack.pop() ?? 0;
    const x = stack.pop() ?? 0;
    if (!free(x, y)) continue;
    let [left, right] = [x, x];
    while (left > 0 && free(left - 1, y)) left -= 1;
    while (right < width - 1 && free(right + 1, y)) right += 1;
    for (let column = left; column <= right; column += 1) filled[column * height + y] = 1;
    for (const row of [y - 1, y + 1]) {
      if (row < 0 || row >= height) continue;
      // One seed for each piece of the next line.
      for (let column = left, before = false; column <= right; column += 1) {
        const now = free(column, row);
        if (now && !before) stack.push(column, row);
        before = now;
      }
    }
  }
  return crop;
}
