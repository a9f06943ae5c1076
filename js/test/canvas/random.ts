// Random values that are the same in every run.
import type { Point, Size, View } from '../../src/canvas/view';

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Small and large alike. */
  spread(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  pick<T>(values: readonly T[]): T {
    const picked = values[Math.floor(this.next() * values.length)];
    if (picked === undefined) throw new Error('There is nothing to pick from.');
    return picked;
  }

  size(low = 1, high = 20_000): Size {
    return { width: Math.ceil(this.spread(low, high)), height: Math.ceil(this.spread(low, high)) };
  }

  point(low: number, high: number): Point {
    return { x: this.between(low, high), y: this.between(low, high) };
  }

  view(): View {
    return { scale: this.spread(0.01, 64), ...this.point(-3000, 3000) };
  }

  rect(size: Size): { x: number; y: number } & Size {
    const [a, b] = [this.between(0, size.width), this.between(0, size.width)];
    const [c, d] = [this.between(0, size.height), this.between(0, size.height)];
    return { x: Math.min(a, b), y: Math.min(c, d), width: Math.abs(a - b), height: Math.abs(c - d) };
  }
}

/** Run a check with many seeds; a failure names the seed. */
export function many(check: (random: Random) => void, times = 500): void {
  for (let seed = 1; seed <= times; seed += 1) {
    try {
      check(new Random(seed));
    } catch (error) {
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
}
