// The small pictures of a grid: asked of the kernel, decoded off the main thread, and kept within bounds.
//
// How this works. Whoever draws says what is in sight; what of it is not there is asked for, and that question replaces
// the one before. The kernel numbers its batches, and hears with each question which was the last that came: so what is
// on its way is not made twice. When nothing comes for a while, everything is asked for anew.
import type { Region, ThumbData } from '../shared/protocol';
import { Decoder } from './decoder';

/** Milliseconds between two questions; and until one that nobody answered is asked again. */
const BETWEEN = 60;
const PATIENCE = 2_000;
/** Bytes of decoded pictures. */
const ROOM = 96 << 20;

export interface Thumb {
  bitmap: ImageBitmap | null;
  size: number;
  region: Region | null;
  problem: string | null;
}

export interface Wish {
  name: string;
  item: string;
  crop: Region | null;
}

export interface Hooks {
  ask(size: number, heard: number | null, wanted: { item: string; crop: Region | null }[]): void;
  /** Something has come. */
  changed(): void;
}

export function pictureName(item: string, crop: Region | null): string {
  return crop ? `${item}\0${crop.join()}` : item;
}

export class Thumbs {
  readonly #kept = new Map<string, Thumb>();
  readonly #decoding = new Map<string, number>();
  readonly #decoder = new Decoder();
  readonly #wishes = new Map<object, readonly Wish[]>();
  #bytes = 0;
  #size = 128;
  #heard: number | null = null;
  #asked = '';
  #askedAt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #due = 0;
  #closed = false;

  constructor(private readonly hooks: Hooks) {}

  get(name: string): Thumb | undefined {
    return this.#kept.get(name);
  }

  /** Say what a view has in sight, the most urgent first, at so many pixels a side. */
  want(view: object, wishes: readonly Wish[], size: number): void {
    this.#wishes.set(view, wishes);
    this.#size = size;
    this.#plan(BETWEEN - (performance.now() - this.#askedAt));
  }

  leave(view: object): void {
    this.#wishes.delete(view);
  }

  /** The kernel may have forgotten the question. */
  again(): void {
    this.#heard = null;
    this.#asked = '';
    this.#plan(0);
  }

  take(batch: number, thumbs: readonly ThumbData[], bytes: readonly DataView[]): void {
    this.#heard = Math.max(this.#heard ?? 0, batch);
    let next = 0;
    for (const thumb of thumbs) {
      const name = pictureName(thumb.item, thumb.crop);
      const { size, region, problem } = thumb;
      const data = problem === null ? bytes[next++] : undefined;
      if (!data) this.#keep(name, { bitmap: null, size, region, problem: problem ?? 'It came without its bytes.' });
      else this.#decode(name, data, thumb);
    }
    this.hooks.changed();
  }

  close(): void {
    this.#closed = true;
    this.#decoder.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { bitmap } of this.#kept.values()) bitmap?.close();
    this.#kept.clear();
    this.#wishes.clear();
  }

  #decode(name: string, bytes: DataView, { mime, size, region }: ThumbData): void {
    this.#decoding.set(name, size);
    this.#decoder.decode(bytes, mime, (bitmap) => {
      if (this.#decoding.get(name) === size) this.#decoding.delete(name);
      this.#keep(name, {
        bitmap,
        size,
        region,
        problem: bitmap ? null : `The browser cannot read this picture (${mime}).`,
      });
      this.hooks.changed();
    });
  }

  #keep(name: string, thumb: Thumb): void {
    const before = this.#kept.get(name);
    if (this.#closed || (before?.bitmap && before.size > thumb.size)) {
      thumb.bitmap?.close();
      return;
    }
    this.#drop(name);
    this.#kept.set(name, thumb);
    this.#bytes += weight(thumb);
    if (this.#bytes <= ROOM) return;
    const seen = new Set([...this.#wishes.values()].flatMap((wishes) => wishes.map((wish) => wish.name)));
    for (const old of [...this.#kept.keys()]) {
      if (this.#bytes <= ROOM) return;
      if (!seen.has(old)) this.#drop(old);
    }
  }

  #drop(name: string): void {
    const thumb = this.#kept.get(name);
    if (!thumb) return;
    this.#kept.delete(name);
    this.#bytes -= weight(thumb);
    thumb.bitmap?.close();
  }

  #plan(wait: number): void {
    const due = performance.now() + Math.max(0, wait);
    if (this.#timer !== null) {
      if (this.#due <= due) return;
      clearTimeout(this.#timer);
    }
    this.#due = due;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#ask();
      },
      Math.max(0, wait),
    );
  }

  #ask(): void {
    if (this.#closed) return;
    const blank: Wish[] = [];
    const coarse: Wish[] = [];
    const named = new Set<string>();
    for (const wishes of this.#wishes.values()) {
      for (const wish of wishes) {
        const { name } = wish;
        if (named.has(name) || (this.#decoding.get(name) ?? 0) >= this.#size) continue;
        named.add(name);
        const thumb = this.#kept.get(name);
        if (!thumb) blank.push(wish);
        else if (thumb.size < this.#size && thumb.problem === null) coarse.push(wish);
      }
    }
    const wanted = [...blank, ...coarse];
    const question = wanted.length ? `${this.#size} ${wanted.map(({ name }) => name).join('\n')}` : '';
    const now = performance.now();
    const same = question === this.#asked;
    const late = now - this.#askedAt > PATIENCE;
    if (question && (!same || late)) {
      if (same) this.#heard = null; // what was on its way is lost
      this.#asked = question;
      this.#askedAt = now;
      const asked = wanted.map(({ item, crop }) => ({ item, crop }));
      this.hooks.ask(this.#size, this.#heard, asked);
    }
    // An empty question has been answered by what came meanwhile.
    if (question) this.#plan(PATIENCE + 50);
    else this.#asked = '';
  }
}

function weight({ bitmap }: Thumb): number {
  return bitmap ? bitmap.width * bitmap.height * 4 : 0;
}
