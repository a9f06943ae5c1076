import { describe, expect, it } from 'vitest';
import { Bitmaps, mediaKey } from '../src/shared/media';
import { settle } from './world';

class FakeBitmap {
  closed = false;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {}
  close(): void {
    this.closed = true;
  }
}

const BYTES = new DataView(new ArrayBuffer(4));

function bitmaps(budget: number): { kept: Bitmaps; made: FakeBitmap[] } {
  const made: FakeBitmap[] = [];
  const kept = new Bitmaps(budget, async (_, mime) => {
    if (mime === 'broken') throw new Error('cannot decode');
    const bitmap = new FakeBitmap(10, 10);
    made.push(bitmap);
    return bitmap as unknown as ImageBitmap;
  });
  return { kept, made };
}

describe('the pictures', () => {
  it('are decoded once', async () => {
    const { kept, made } = bitmaps(10_000);
    const [one, two] = await Promise.all([kept.add('a', BYTES, 'x'), kept.add('a', BYTES, 'x')]);
    expect(one).toBe(two);
    expect(made).toHaveLength(1);
    expect(kept.ready('a')).toBe(one);
    expect(kept.ready('b')).toBeNull();
    expect(kept.get('b')).toBeUndefined();
  });

  it('are given up by age within the bound, never the one on screen', async () => {
    const { kept, made } = bitmaps(1_200); // three of 400 bytes
    for (const key of ['a', 'b', 'c']) await kept.add(key, BYTES, 'x');
    kept.pin('a');
    kept.ready('b');
    await kept.add('d', BYTES, 'x');
    expect(made.map((one) => one.closed)).toEqual([false, false, true, false]);
    expect(kept.get('c')).toBeUndefined();
    await kept.add('e', BYTES, 'x');
    expect(made.map((one) => one.closed)).toEqual([false, true, true, false, false]);
    expect(kept.bytes).toBe(1_200);
  });

  it('that cannot be decoded are not kept', async () => {
    const { kept } = bitmaps(1_000);
    await expect(kept.add('a', BYTES, 'broken')).rejects.toThrow('cannot decode');
    await settle(1);
    expect(kept.get('a')).toBeUndefined();
    expect(kept.bytes).toBe(0);
  });

  it('are all freed at the end, also those that are still being decoded', async () => {
    const { kept, made } = bitmaps(1_000);
    await kept.add('a', BYTES, 'x');
    const late = kept.add('b', BYTES, 'x');
    kept.close();
    await late;
    expect(made.map((one) => one.closed)).toEqual([true, true]);
  });

  it('are named by rendering and region', () => {
    expect(mediaKey({ id: 'a', region: [0, 0, 1, 1] })).not.toBe(mediaKey({ id: 'a', region: [0, 0, 1, 2] }));
  });
});
