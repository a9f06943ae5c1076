// Masks as COCO keeps them: run lengths down the columns of the whole picture, first of what is outside. Pure.
//
// As text each length is the difference to the one before the last, five bits to a character, least significant first
// (`rleToString` of pycocotools' maskApi.c). A mask is never expanded to the picture's pixels here: everything works on
// the ends of its runs, of which the odd ones (1, 3, …) end what is inside.
import type { Rect } from './geometry';
import type { Point, Size } from './view';

export interface Mask extends Size {
  /** Where each run ends, counted in pixels down the columns; the last one is at width × height. */
  ends: Uint32Array;
}

/** COCO counts in 32 bits. */
export const MOST_PIXELS = 2 ** 32 - 1;
const [FIRST, LAST] = [48, 48 + 63];

/** The mask that a text stands for; null where it is none, or not one of this size. */
export function decoded(text: string, { width, height }: Size): Mask | null {
  const total = width * height;
  if (!sensible(width) || !sensible(height) || total > MOST_PIXELS) return null;
  const ends: number[] = [];
  let [end, before, last] = [0, 0, 0];
  for (let at = 0; at < text.length; ) {
    let [value, unit, more, code] = [0, 1, true, 0];
    while (more) {
      code = text.charCodeAt(at++);
      if (!(code >= FIRST && code <= LAST) || unit > MOST_PIXELS) return null; // NaN where the text has ended
      code -= FIRST;
      value += (code & 0x1f) * unit;
      unit *= 32;
      more = (code & 0x20) !== 0;
    }
    if (code & 0x10) value -= unit;
    if (ends.length > 2) value += before;
    if (value < 0) return null;
    [before, last] = [last, value];
    end += value;
    if (end > total) return null;
    ends.push(end);
  }
  return end === total && ends.length ? { width, height, ends: Uint32Array.from(ends) } : null;
}

const sensible = (length: number): boolean => Number.isInteger(length) && length > 0;

/** The text of a mask, as pycocotools writes it. */
export function encoded({ ends }: Mask): string {
  const parts: string[] = [];
  const length = (at: number): number => (ends[at] ?? 0) - (at > 0 ? (ends[at - 1] ?? 0) : 0);
  for (let at = 0; at < ends.length; at += 1) {
    let value = length(at) - (at > 2 ? length(at - 2) : 0);
    for (let more = true; more; ) {
      const bits = ((value % 32) + 32) % 32;
      value = Math.floor(value / 32);
      more = bits & 0x10 ? value !== -1 : value !== 0;
      parts.push(String.fromCharCode(bits + (more ? 0x20 : 0) + FIRST));
    }
  }
  return parts.join('');
}

/** Collects runs in their order; those that touch become one, empty ones none. */
export class Runs {
  readonly #ends: number[] = [0];

  constructor(private readonly size: Size) {}

  /** Add what is inside, from one pixel up to before another. */
  add(from: number, to: number): void {
    const ends = this.#ends;
    if (to <= from) return;
    if (ends.length > 1 && ends[ends.length - 1] === from) ends[ends.length - 1] = to;
    else if (ends.length === 1) ends.splice(0, 1, from, to);
    else ends.push(from, to);
  }

  get mask(): Mask {
    const { width, height } = this.size;
    const ends = [...this.#ends];
    if (ends.length === 1) ends[0] = width * height;
    else if (ends[ends.length - 1] !== width * height) ends.push(width * height);
    return { width, height, ends: Uint32Array.from(ends) };
  }
}

/** What is in one mask or the other (`add`), or in the first one alone (`take`). Both are of the same size. */
export function combined(a: Mask, b: Mask, how: 'add' | 'take'): Mask {
  const runs = new Runs(a);
  let [i, j, at] = [0, 0, 0];
  const total = a.width * a.height;
  while (at < total) {
    while ((a.ends[i] ?? total) <= at && i < a.ends.length) i += 1;
    while ((b.ends[j] ?? total) <= at && j < b.ends.length) j += 1;
    const next = Math.min(a.ends[i] ?? total, b.ends[j] ?? total);
    const [first, second] = [(i & 1) === 1, (j & 1) === 1];
    if (how === 'add' ? first || second : first && !second) runs.add(at, next);
    at = next;
  }
  return runs.mask;
}

/** Call back with each piece of a column that is inside: the column, and the rows from one up to before another. */
export function eachSpan({ ends, height }: Mask, visit: (x: number, from: number, to: number) => void): void {
  for (let at = 1; at < ends.length; at += 2) {
    let start = ends[at - 1] ?? 0;
    const end = ends[at] ?? 0;
    while (start < end) {
      const x = Math.floor(start / height);
      const stop = Math.min(end, (x + 1) * height);
      visit(x, start - x * height, stop - x * height);
      start = stop;
    }
  }
}

/** How many pixels are inside. */
export function areaOf({ ends }: Mask): number {
  let area = 0;
  for (let at = 1; at < ends.length; at += 2) area += (ends[at] ?? 0) - (ends[at - 1] ?? 0);
  return area;
}

/** The upright rectangle around what is inside; without any it has no size. */
export function boundsOf({ ends, height }: Mask): Rect {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1];
  for (let at = 1; at < ends.length; at += 2) {
    const [start, stop] = [ends[at - 1] ?? 0, (ends[at] ?? 0) - 1];
    if (stop < start) continue;
    const [first, last] = [Math.floor(start / height), Math.floor(stop / height)];
    left = Math.min(left, first);
    right = Math.max(right, last);
    top = first < last ? 0 : Math.min(top, start - first * height);
    bottom = first < last ? height - 1 : Math.max(bottom, stop - last * height);
  }
  if (right < 0) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The run that a pixel is in, counted down the columns; odd ones are inside. */
function runAt({ ends }: Mask, pixel: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) <= pixel) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a point is in a pixel of the mask. */
export function covers(mask: Mask, { x, y }: Point): boolean {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) return false;
  return (runAt(mask, column * mask.height + row) & 1) === 1;
}

/** Whether pixels that are inside, and ones that are not, lie within `margin` of a point, up, down and to the sides. */
export function around(mask: Mask, { x, y }: Point, margin: number): { inside: boolean; outside: boolean } {
  const { width, height, ends } = mask;
  const [left, right] = [Math.floor(x - margin), Math.floor(x + margin)];
  const [top, bottom] = [Math.floor(y - margin), Math.floor(y + margin)];
  const found = { inside: false, outside: left < 0 || top < 0 || right >= width || bottom >= height };
  const [first, last] = [Math.max(0, top), Math.min(height - 1, bottom)];
  for (let column = Math.max(0, left); column <= Math.min(width - 1, right) && first <= last; column += 1) {
    const end = column * height + last;
    for (let run = runAt(mask, column * height + first); ; run += 1) {
      if (run & 1) found.inside = true;
      else found.outside = true;
      if ((found.inside && found.outside) || (ends[run] ?? Infinity) > end) break;
    }
    if (found.inside && found.outside) break;
  }
  return found;
}

/** The mask shifted by whole pixels; what would leave the picture is cut off. */
export function shifted(mask: Mask, dx: number, dy: number): Mask {
  const { width, height } = mask;
  const runs = new Runs(mask);
  eachSpan(mask, (x, from, to) => {
    const column = x + dx;
    if (column < 0 || column >= width) return;
    runs.add(column * height + Math.max(0, from + dy), column * height + Math.min(height, to + dy));
  });
  return runs.mask;
}
