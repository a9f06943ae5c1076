// What is done with tracks: which are chosen, which one the next box continues, and what the buttons ask the kernel for.
import { kindOf } from '../canvas/kinds';
import type { ObjectData } from '../shared/protocol';
import type { Session } from '../shared/session';
import type { Book } from './book';
import { type Choice, nextNumber, trackFor } from './continuing';

/** What is chosen outlives the widget: rendered again, it stands as it did. */
const CHECKED = new WeakMap<Session, Set<string>>();

export class Desk {
  /** The next box begins a track, whatever else is so. */
  fresh = false;
  readonly checked: Set<string>;
  /** Ids that were given to boxes and are not in the book yet. */
  readonly #given = new Set<string>();
  /** The ids that tracks were given, by the one they had: they stay chosen. */
  readonly #renamed = new Map<string, string>();

  constructor(
    private readonly session: Session,
    private readonly book: Book,
  ) {
    this.checked = CHECKED.get(session) ?? new Set();
    CHECKED.set(session, this.checked);
  }

  /** The one track that is chosen; null where it is none, or several. */
  get chosen(): string | null {
    const [only, second] = this.checked;
    return only !== undefined && second === undefined ? only : null;
  }

  /** The tracks of the frame on screen. */
  get here(): Set<string> {
    return new Set(this.session.objects.flatMap(({ track }) => track ?? []));
  }

  get next(): string {
    return nextNumber([...this.book.byId.keys(), ...this.here, ...this.#given]);
  }

  toggle(id: string): void {
    if (!this.checked.delete(id)) this.checked.add(id);
    this.fresh = false;
  }

  /** The next box begins a track; asked for again, it does not. */
  begin(): void {
    this.fresh = !this.fresh;
    if (this.fresh) this.checked.clear();
  }

  /** The book has changed: what is not there any more is not chosen either. */
  followed(): void {
    for (const id of [...this.checked]) {
      if (this.book.byId.has(id)) continue;
      this.checked.delete(id);
      const name = this.#renamed.get(id);
      if (name !== undefined && this.book.byId.has(name)) this.checked.add(name);
    }
    for (const id of this.#given) if (this.book.byId.has(id)) this.#given.delete(id);
  }

  /** Give a box that was drawn its track. Where not all is known yet, the kernel does. */
  complete(object: ObjectData): void {
    const kind = kindOf(object.shape);
    if (!this.book.complete || !kind || object.track) return;
    const { x, y, width, height } = kind.bounds(object.shape);
    object.track = trackFor([x, y, x + width, y + height], object.class_id ?? null, this.#choice());
    if (!this.book.byId.has(object.track)) this.#given.add(object.track);
    this.fresh = false;
  }

  /** What the next box will be, for the person. */
  hint(): string {
    if (!this.book.complete) return 'Reading the tracks…';
    const { chosen, here, near, next, fresh } = this.#choice();
    if (!fresh && chosen !== null && !here.has(chosen)) return `Next box: continues #${chosen}`;
    const continuable = !fresh && near.some(({ track }) => !here.has(track));
    return continuable ? `Next box: by overlap, else new #${next}` : `Next box: new track #${next}`;
  }

  join(): void {
    if (this.checked.size > 1) this.session.ask('join_tracks', [...this.checked]);
  }

  split(): void {
    if (this.chosen !== null) this.session.ask('split_track', this.chosen);
  }

  rename(name: string): void {
    const wanted = name.trim();
    if (this.chosen === null || !wanted) return;
    this.#renamed.set(this.chosen, wanted);
    this.session.ask('rename_track', [this.chosen, wanted]);
  }

  remove(): void {
    if (this.checked.size) this.session.ask('delete_tracks', [...this.checked]);
  }

  #choice(): Choice {
    return { chosen: this.chosen, fresh: this.fresh, here: this.here, near: this.book.near, next: this.next };
  }
}
