// Decoded pictures, kept under their id within a bound of bytes. The one on screen is never given up.

/** Bytes of decoded pixels. */
export const BUDGET = 400e6;

interface Kept {
  decoding: Promise<ImageBitmap>;
  bitmap: ImageBitmap | null;
}

export async function decode(bytes: DataView, mime: string): Promise<ImageBitmap> {
  // The copy ends the hold on the message's buffer, which may be shared and large.
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return createImageBitmap(new Blob([copy], { type: mime }));
}

/** The name under which one rendering of a region is kept. */
export function mediaKey({ id, region }: { id: string; region: readonly number[] }): string {
  return `${id}@${region.join(',')}`;
}

export class Bitmaps {
  readonly #kept = new Map<string, Kept>();
  #pinned: string | null = null;
  #bytes = 0;
  #closed = false;

  constructor(
    private readonly budget: number = BUDGET,
    private readonly decoder: (bytes: DataView, mime: string) => Promise<ImageBitmap> = decode,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** The picture where it is decoded already. */
  ready(key: string): ImageBitmap | null {
    const kept = this.#kept.get(key);
    if (!kept?.bitmap) return null;
    this.#touch(key, kept);
    return kept.bitmap;
  }

  /** The picture, or the promise of one that is being decoded; undefined where it must be asked for. */
  get(key: string): Promise<ImageBitmap> | undefined {
    const kept = this.#kept.get(key);
    if (kept) this.#touch(key, kept);
    return kept?.decoding;
  }

  /** Decode ahead. A picture that cannot be decoded is not kept; whoever waits for it gets the error. */
  add(key: string, bytes: DataView, mime: string): Promise<ImageBitmap> {
    const known = this.get(key);
    if (known) return known;
    const kept: Kept = { decoding: this.decoder(bytes, mime), bitmap: null };
    this.#kept.set(key, kept);
    kept.decoding.then(
      (bitmap) => {
        if (this.#closed || this.#kept.get(key) !== kept) {
          bitmap.close();
          return;
        }
        kept.bitmap = bitmap;
        this.#bytes += size(bitmap);
        this.#evict(key);
      },
      () => {
        if (this.#kept.get(key) === kept) this.#kept.delete(key);
      },
    );
    return kept.decoding;
  }

  /** This one is on screen: it stays, however large. */
  pin(key: string | null): void {
    this.#pinned = key;
    this.#evict(key);
  }

  close(): void {
    this.#closed = true;
    for (const { bitmap } of this.#kept.values()) bitmap?.close();
    this.#kept.clear();
    this.#bytes = 0;
  }

  #touch(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
  }

  #evict(newest: string | null): void {
    for (const [key, { bitmap }] of this.#kept) {
      if (this.#bytes <= this.budget) return;
      // The newest has just come and somebody may wait for it.
      if (!bitmap || key === this.#pinned || key === newest) continue;
      this.#kept.delete(key);
      this.#bytes -= size(bitmap);
      bitmap.close();
    }
  }
}

function size(bitmap: ImageBitmap): number {
  return bitmap.width * bitmap.height * 4;
}
