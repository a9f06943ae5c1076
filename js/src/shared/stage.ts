// From a `show` to the screen: waits until the picture is decoded, then hands over item, picture and objects together,
// so that what is on screen never belongs to another item. A newer `show` overtakes one that is still waiting.
import { type Bitmaps, mediaKey } from './media';
import type { Down, ItemData, Json, MediaData, ObjectData, Up } from './protocol';
import type { Picture } from './session';
import { type Detail, Tiles, type Wanted } from './tiles';

type Show = Extract<Down, { type: 'show' }>;
type Media = Extract<Down, { type: 'media' }>;

/** How long until a message that nobody answered is sent again, in milliseconds; doubled up to the longest. */
const PATIENCE = 4_000;
const LONGEST = 8_000;

export interface Hooks {
  send(message: Up): boolean;
  /** Everything is ready: show it. */
  swap(show: Show, item: ItemData, picture: Picture | null, objects: ObjectData[]): void;
  /** Sharper pictures of parts of the item on screen have come, or are gone. */
  details(details: readonly Detail[]): void;
  loading(): void;
  notice(text: string, detail: string): void;
}

export class Stage {
  loading = false;
  #turn = 0;
  #awaited: { show: Show; objects: ObjectData[]; media: MediaData } | null = null;
  #hello: { width: number; height: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shown: MediaData | null = null;
  #shownKey: string | null = null;
  readonly #tiles = new Tiles({
    ask: ({ region, width, height }) => {
      if (!this.#shown || this.#shownKey === null) return false;
      return this.hooks.send({ v: 1, type: 'media', id: this.#shown.id, key: this.#shownKey, width, height, region });
    },
    changed: () => this.hooks.details(this.#tiles.list),
    notice: (text, detail) => this.hooks.notice(text, detail),
  });

  constructor(
    private readonly bitmaps: Bitmaps,
    private readonly hooks: Hooks,
  ) {}

  /** Say that a view of this size is on screen, until a `show` comes. */
  hello(width: number, height: number): void {
    this.#hello = { width, height };
    this.again();
  }

  /** Ask for the item on screen again, as after a lost connection. */
  again(): void {
    const hello = this.#hello;
    if (hello) this.#insist({ v: 1, type: 'hello', ...hello });
  }

  /** The kernel has heard of the view, and will send what is to be seen. */
  heard(): void {
    this.#rest();
  }

  show(show: Show, objects: ObjectData[], bytes: DataView | null): void {
    this.#turn += 1;
    this.#rest();
    this.#awaited = null;
    const { media, item } = show;
    if (!media || item.problem !== null) {
      this.#swap(show, item, null, objects);
      return;
    }
    const key = mediaKey(media);
    const decoding = bytes ? this.bitmaps.add(key, bytes, media.mime) : this.bitmaps.get(key);
    const ready = this.bitmaps.ready(key);
    if (ready) {
      this.#swap(show, item, { bitmap: ready, media }, objects);
      return;
    }
    this.#awaited = { show, objects, media };
    this.#setLoading(item.key !== this.#shownKey);
    if (decoding) this.#whenDecoded(decoding, media);
    else this.#insist({ v: 1, type: 'media', id: media.id, key: item.key, ...this.#size(), region: null });
  }

  media(message: Media, bytes: DataView | null): void {
    const { id, key, region, mime, note, problem } = message;
    const media: MediaData = { id, region, mime, note };
    const awaited = this.#awaited;
    const sharper = id === this.#shown?.id && !same(region, this.#shown.region);
    if (problem !== null || !bytes) {
      if (awaited && awaited.media.id === id) this.#fail(problem ?? 'The picture came without its bytes.');
      else if (key === this.#shownKey && id === this.#shown?.id && region[2] > 0)
        this.#tiles.fail(region, problem ?? 'It came without its bytes.');
      return;
    }
    if (awaited?.media.id === id && !(sharper && awaited.show.item.key === this.#shownKey)) {
      this.#awaited = { ...awaited, media };
      this.#whenDecoded(this.bitmaps.add(mediaKey(media), bytes, mime), media);
    } else if (sharper) {
      if (note !== this.#shown?.note) this.#tiles.note(note);
      void this.#tiles.take(region, bytes, mime);
    } else {
      // Ahead of its time. What is wrong with it is said when it is to be shown.
      this.bitmaps.add(mediaKey(media), bytes, mime).catch(() => {});
    }
  }

  sharpen(wanted: readonly Wanted[]): void {
    if (!this.loading) this.#tiles.want(wanted);
  }

  close(): void {
    this.#turn += 1;
    this.#rest();
    this.#tiles.drop();
  }

  #whenDecoded(decoding: Promise<ImageBitmap>, media: MediaData): void {
    this.#rest();
    const turn = this.#turn;
    decoding.then(
      (bitmap) => {
        const awaited = this.#awaited;
        if (turn !== this.#turn || !awaited) return;
        this.#swap(awaited.show, awaited.show.item, { bitmap, media }, awaited.objects);
      },
      (error: unknown) => {
        if (turn === this.#turn) this.#fail(`The browser cannot read this picture (${media.mime}): ${text(error)}`);
      },
    );
  }

  /** The item is shown without its picture, and says why. */
  #fail(problem: string): void {
    const awaited = this.#awaited;
    if (awaited) this.#swap(awaited.show, { ...awaited.show.item, problem }, null, awaited.objects);
  }

  #swap(show: Show, item: ItemData, picture: Picture | null, objects: ObjectData[]): void {
    this.#rest();
    this.#awaited = null;
    if (this.#shownKey !== item.key || this.#shown?.id !== picture?.media.id) this.#tiles.drop();
    this.#shownKey = item.key;
    this.#shown = picture?.media ?? null;
    this.bitmaps.pin(picture ? mediaKey(picture.media) : null);
    const waited = this.loading;
    this.loading = false;
    this.hooks.swap(show, item, picture, objects);
    if (waited) this.hooks.loading();
  }

  #setLoading(loading: boolean): void {
    if (this.loading === loading) return;
    this.loading = loading;
    this.hooks.loading();
  }

  #size(): { width: number; height: number } {
    return this.#hello ?? { width: 1280, height: 720 };
  }

  /** Send now, and again until `#rest`: the message, or its answer, may be lost. */
  #insist(message: Up, wait = PATIENCE): void {
    this.#rest();
    if (!this.hooks.send(message)) return;
    this.#timer = setTimeout(() => this.#insist(message, Math.min(LONGEST, wait * 2)), wait);
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function same(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
