// What the page knows of the tracks: all of them with their frames, the centres of those that are drawn, and what is
// near the frame on screen. It takes in the kernel's messages, and touches no DOM.
import type { Stop } from '../canvas/trails';
import type { Near } from './continuing';

export interface Track {
  id: string;
  classId: string | null;
  /** Frames from 0. */
  first: number;
  last: number;
  boxes: number;
}

type Row = [id: string, classId: string | null, first: number, last: number, boxes: number];
type Center = [frame: number] | [frame: number, x: number, y: number];
type NearRow = [track: string, classId: string | null, frame: number, l: number, t: number, r: number, b: number];

/** The centres on one block of frames. */
type BlockRow = [id: string, block: number, centers: Center[]];

/** What the kernel says; the data come in a buffer of JSON. */
export type News =
  | { type: 'tracks'; number: number; complete: boolean }
  | { type: 'changed'; number: number }
  | { type: 'centers'; number: number }
  | { type: 'here'; number: number; item: string; frame: number };

export type Said = 'all' | 'some' | 'drawn' | 'here' | 'missed';

/** How many items' places are remembered: the kernel tells of one before it is on screen. */
const PLACES = 8;
/** Frames before and after, within which a track is drawn. */
export const REACH = 10;
/** Frames before and after, on which it is drawn: more hides the picture. */
export const SPAN = 200;
/** Frames whose centres are asked for together; the kernel has the same number. */
export const BLOCK = 512;

export class Book {
  complete = false;
  /** By first frame. */
  list: readonly Track[] = [];
  byId: ReadonlyMap<string, Track> = new Map();
  /** Of the item on screen; -1 while it is not known. */
  frame = -1;
  near: readonly Near[] = [];
  #number = 0;
  #places = new Map<string, { frame: number; near: Near[] }>();
  /** The centres by track and block; a block that was asked for and is not here yet has none. */
  #blocks = new Map<string, Map<number, readonly Stop[]>>();

  /** Take in a message; `missed` where one before it did not come, and all must be asked for. */
  take(news: News, data: unknown): Said {
    const missed = news.type !== 'tracks' && news.number !== this.#number + 1;
    this.#number = news.number;
    if (missed) return 'missed';
    if (news.type === 'tracks') {
      this.complete = news.complete;
      this.#blocks.clear();
      this.#keep(new Map((data as Row[]).map((row) => [row[0], trackOf(row)])));
      return 'all';
    }
    if (news.type === 'here') {
      const near = (data as NearRow[]).map(([track, classId, frame, ...edges]) => ({ track, classId, frame, edges }));
      this.#places.delete(news.item);
      this.#places.set(news.item, { frame: news.frame, near });
      const [oldest] = this.#places.keys();
      if (this.#places.size > PLACES && oldest !== undefined) this.#places.delete(oldest);
      return 'here';
    }
    if (news.type === 'centers') {
      for (const [id, block, centers] of data as BlockRow[]) this.#blocks.get(id)?.set(block, stopsOf(centers));
      return 'drawn';
    }
    const { tracks, gone, centers } = data as { tracks: Row[]; gone: string[]; centers: Record<string, Center[]> };
    const next = new Map(this.byId);
    for (const row of tracks) next.set(row[0], trackOf(row));
    for (const id of gone) {
      next.delete(id);
      this.#blocks.delete(id);
    }
    for (const [id, changed] of Object.entries(centers)) {
      const blocks = this.#blocks.get(id) ?? new Map<number, readonly Stop[]>();
      for (const [block, known] of blocks) {
        const mine = changed.filter(([frame]) => Math.floor(frame / BLOCK) === block);
        if (mine.length) blocks.set(block, merged(known, mine));
      }
    }
    this.#keep(next);
    return 'some';
  }

  /** This item is on screen. */
  show(item: string): void {
    const place = this.#places.get(item);
    this.frame = place?.frame ?? -1;
    this.near = place?.near ?? [];
  }

  /** The centres of a track's boxes near the frame on screen, by frame, as far as they are here. */
  stops(id: string): Stop[] {
    const blocks = this.#blocks.get(id);
    const found: Stop[] = [];
    if (!blocks) return found;
    for (let block = blockOf(this.frame - SPAN); block <= blockOf(this.frame + SPAN); block += 1) {
      for (const stop of blocks.get(block) ?? []) if (Math.abs(stop.frame - this.frame) <= SPAN) found.push(stop);
    }
    return found;
  }

  /** The blocks that are to be drawn and were not asked for yet; from now on they were. */
  wanted(tracks: readonly Track[]): [id: string, block: number][] {
    const found: [string, number][] = [];
    for (const { id, first, last } of tracks) {
      const blocks = this.#blocks.get(id) ?? new Map<number, readonly Stop[]>();
      this.#blocks.set(id, blocks);
      const from = blockOf(Math.max(first, this.frame - SPAN));
      for (let block = from; block <= blockOf(Math.min(last, this.frame + SPAN)); block += 1) {
        if (blocks.has(block)) continue;
        blocks.set(block, []);
        found.push([id, block]);
      }
    }
    return found;
  }

  /** The tracks that are on the frame on screen, pass it unseen, or end or begin near it. */
  around(): Track[] {
    if (this.frame < 0) return [];
    return this.list.filter(({ first, last }) => first - REACH <= this.frame && this.frame <= last + REACH);
  }

  #keep(tracks: Map<string, Track>): void {
    this.byId = tracks;
    this.list = [...tracks.values()].sort((a, b) => a.first - b.first || natural(a.id, b.id));
  }
}

function blockOf(frame: number): number {
  return Math.floor(Math.max(0, frame) / BLOCK);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

function natural(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : 1);
}

function trackOf([id, classId, first, last, boxes]: Row): Track {
  return { id, classId, first, last, boxes };
}

function stopsOf(centers: readonly Center[]): Stop[] {
  return centers.flatMap(([frame, x, y]) => (x === undefined || y === undefined ? [] : [{ frame, x, y }]));
}

/** Stops with some of them changed; a frame without a centre has none any more. */
export function merged(stops: readonly Stop[], changed: readonly Center[]): Stop[] {
  const frames = new Set(changed.map(([frame]) => frame));
  const kept = stops.filter(({ frame }) => !frames.has(frame));
  return [...kept, ...stopsOf(changed)].sort((a, b) => a.frame - b.frame);
}
