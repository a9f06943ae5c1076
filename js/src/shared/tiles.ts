// The sharper parts of the picture on screen: asked for a few at a time, the middle of the sight first, kept within a
// bound of bytes. What goes out of sight before its turn is never asked for.
import { decode } from './media';
import type { Region } from './protocol';

/** A part that would be sharper than what is there: full-resolution pixels, and the pixels that it takes to be sharp. */
export interface Wanted {
  region: Region;
  width: number;
  height: number;
}

/** A part that is there; without a bitmap where it cannot be read. */
export interface Detail {
  region: Region;
  bitmap: ImageBitmap | null;
}

/** Questions that are on their way at once: the kernel works on two, and finds the next two waiting. */
const AT_ONCE = 4;
/** Milliseconds after which a question counts as lost. */
const PATIENCE = 10_000;
/** Bytes of decoded pixels that are kept beyond what is in sight. */
export const ROOM = 96e6;

export interface TileHooks {
  /** Ask the kernel; returns whether there is a line. */
  ask(wanted: Wanted): boolean;
  changed(): void;
  notice(text: string, detail: string): void;
}

export class Tiles {
  readonly #here = new Map<string, Detail>();
  readonly #asked = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #said = new Set<string>();
  #waiting: Wanted[] = [];
  #sight = new Map<string, Wanted>();
  #turn = 0;
  #bytes = 0;

  constructor(
    private readonly hooks: TileHooks,
    private readonly room: number = ROOM,
    private readonly decoder: typeof decode = decode,
  ) {}

  /** Bytes of decoded pixels. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Those that are there, the coarse ones first: in this order the finest is seen. */
  get list(): Detail[] {
    return [...this.#here.values()].sort((a, b) => b.region[2] * b.region[3] - a.region[2] * a.region[3]);
  }

  /** These are in sight, the most urgent first; what was wanted before and is not among them is not asked for. */
  want(wanted: readonly Wanted[]): void {
    this.#sight = new Map(wanted.map((each) => [nameOf(each.region), each]));
    for (const name of this.#sight.keys()) this.#touch(name);
    this.#waiting = wanted.filter(({ region }) => !this.#here.has(nameOf(region)) && !this.#asked.has(nameOf(region)));
    this.#pump();
  }

  async take(region: Region, bytes: DataView, mime: string): Promise<void> {
    const turn = this.#turn;
    try {
      const bitmap = await this.decoder(bytes, mime);
      if (turn === this.#turn) this.#put(region, bitmap);
      else bitmap.close();
    } catch (error) {
      if (turn === this.#turn) this.fail(region, error instanceof Error ? error.message : String(error));
    }
  }

  /** A part that cannot be read: its place is marked, and the reason said once. */
  fail(region: Region, why: string): void {
    this.#put(region, null);
    this.note(why, 'A part of this picture cannot be read.');
  }

  /** What the kernel says of a part, once for each picture. */
  note(text: string, title = ''): void {
    if (!text || this.#said.has(text)) return;
    this.#said.add(text);
    this.hooks.notice(title || text, title ? text : '');
  }

  /** Another picture is on screen. */
  drop(): void {
    this.#turn += 1;
    this.#waiting = [];
    this.#sight.clear();
    this.#said.clear();
    for (const timer of this.#asked.values()) clearTimeout(timer);
    this.#asked.clear();
    if (!this.#here.size) return;
    for (const { bitmap } of this.#here.values()) bitmap?.close();
    this.#here.clear();
    this.#bytes = 0;
    this.hooks.changed();
  }

  #put(region: Region, bitmap: ImageBitmap | null): void {
    const name = nameOf(region);
    this.#answered(name);
    this.#remove(name);
    this.#here.set(name, { region, bitmap });
    this.#bytes += size(bitmap);
    for (const each of this.#here.keys()) {
      if (this.#bytes <= this.room) break;
      if (each !== name && !this.#sight.has(each)) this.#remove(each);
    }
    this.hooks.changed();
    this.#pump();
  }

  #remove(name: string): void {
    const known = this.#here.get(name);
    if (!known) return;
    this.#here.delete(name);
    this.#bytes -= size(known.bitmap);
    known.bitmap?.close();
  }

  #touch(name: string): void {
    const known = this.#here.get(name);
    if (!known) return;
    this.#here.delete(name);
    this.#here.set(name, known);
  }

  #answered(name: string): void {
    clearTimeout(this.#asked.get(name));
    this.#asked.delete(name);
  }

  #pump(): void {
    while (this.#asked.size < AT_ONCE) {
      const next = this.#waiting.shift();
      if (!next || !this.hooks.ask(next)) return;
      const name = nameOf(next.region);
      this.#asked.set(
        name,
        setTimeout(() => {
          this.#asked.delete(name);
          const still = this.#sight.get(name);
          if (still) this.#waiting.push(still);
          this.#pump();
        }, PATIENCE),
      );
    }
  }
}

const nameOf = (region: Region): string => region.join(',');

function size(bitmap: ImageBitmap | null): number {
  return bitmap ? bitmap.width * bitmap.height * 4 : 0;
}
