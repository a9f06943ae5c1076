// Which track a box that is drawn belongs to.
//
// A person who follows one thing chooses its track, and every box continues it. Who draws all things of a frame chooses
// nothing: a box continues the track whose nearest box it covers best. What continues nothing begins a track, and so
// does what is drawn after "New track". On its frame a track has one box, so one that has it already is not continued.

/** The edges of a box in pixels of the picture. */
export type Edges = readonly [left: number, top: number, right: number, bottom: number];

/** The nearest box of a track that is near the frame on screen. */
export interface Near {
  track: string;
  classId: string | null;
  frame: number;
  edges: Edges;
}

export interface Choice {
  /** The one track that the person has chosen, or null. */
  chosen: string | null;
  /** Whether the next box is to begin a track. */
  fresh: boolean;
  /** The tracks that have a box on this frame. */
  here: ReadonlySet<string>;
  near: readonly Near[];
  /** The id of a new track. */
  next: string;
}

/** How much of what two boxes cover together both must cover, to be the same thing some frames later. */
const ALIKE = 0.2;

export function trackFor(edges: Edges, classId: string | null, choice: Choice): string {
  const { chosen, fresh, here, near, next } = choice;
  if (fresh) return next;
  if (chosen !== null && !here.has(chosen)) return chosen;
  let best: string | null = null;
  let most = ALIKE;
  for (const each of near) {
    if (here.has(each.track) || (each.classId !== null && classId !== null && each.classId !== classId)) continue;
    const alike = overlap(edges, each.edges);
    if (alike > most) [best, most] = [each.track, alike];
  }
  return best ?? next;
}

/** Intersection over union, 0 to 1. */
export function overlap(a: Edges, b: Edges): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (area(a) + area(b) - both);
}

function area([left, top, right, bottom]: Edges): number {
  return (right - left) * (bottom - top);
}

/** Ids that count: what is longer is not exact here, and is taken for a name. The kernel counts alike. */
const NUMBER = /^[0-9]{1,15}$/;

/** One more than the highest number among ids; `1` where none is a number. */
export function nextNumber(ids: Iterable<string>): string {
  let highest = 0;
  for (const id of ids) if (NUMBER.test(id)) highest = Math.max(highest, Number(id));
  return String(highest + 1);
}
