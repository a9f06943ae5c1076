// The session that talks to a kernel: it only brings its parts together.
//
// How this works. A widget calls `commit` with operations; `doing.ts` makes a change of them (`making.ts`) and puts it
// into the outbox (`outbox.ts`), which writes it to IndexedDB (`keep.ts`) and sends it over the canvas' model
// (`link.ts`), one at a time, until it is answered. Meanwhile it is on screen: what is stored of the item (`scene.ts`)
// with what waits on top is what is seen (`view.ts`), and `screen.ts` tells the widgets what became different. The
// kernel's answer is checked (`wire.ts`) and taken in (`inbox.ts`, `answers.ts`): stored, it leaves the outbox; altered
// or refused, what waits behind it is brought up to date (`rebase.ts`), and what cannot be goes to `refusals.ts`. When
// the outbox is empty, the save state is 'saved'. An item on its way to the screen waits in `stage.ts` until its picture
// is decoded (`media.ts`). What a page left behind when it was closed, the next one inherits (`heir.ts`, `claims.ts`).
import type { AnyModel } from '@anywidget/types';
import { Answers } from './answers';
import { Doing } from './doing';
import { Emitter } from './emitter';
import { Heir } from './heir';
import { Idle } from './idle';
import { Inbox } from './inbox';
import { Keep } from './keep';
import { Link } from './link';
import { Maker, scopeOf } from './making';
import { Bitmaps } from './media';
import { Notices } from './notices';
import { Outbox } from './outbox';
import type { ClassData, ItemData, Json, ObjectData, Op, Up } from './protocol';
import { Refusals } from './refusals';
import { Screen } from './screen';
import {
  enter,
  leave,
  type Picture,
  type Refused,
  type SaveState,
  type Session,
  type Signals,
  sessionOf,
} from './session';
import { Stage } from './stage';
import type { Detail, Wanted } from './tiles';
import { Traits } from './traits';
import { equal } from './values';
import { Veil } from './veil';
import { View } from './view';
import { noKernel, notDone } from './words';

/** Milliseconds after which a session that nothing uses is given up. */
export const IDLE = 30_000;
const UNSEEN = 'This annotator is not on screen.';

/** The session of this id, opened where there is none; it is given up when nothing has used it for a while. */
export function openSession(id: string): Session {
  const known = sessionOf(id);
  if (known) return known;
  const session: LiveSession = new LiveSession(id, () => leave(session));
  enter(session);
  return session;
}

export class LiveSession implements Session {
  readonly #maker = new Maker();
  readonly #traits = new Traits();
  readonly #view = new View();
  readonly #end = new AbortController();
  readonly #signals = new Emitter<Signals>(
    (error) => this.report(error),
    () => this.#idle.rest(),
  );
  readonly #notices = new Notices(this.#signals);
  readonly #keep = new Keep();
  readonly #bitmaps = new Bitmaps();
  readonly #refusals = new Refusals(
    this.#keep,
    () => this.#signals.emit('save', undefined),
    (error) => this.#notices.unkept(error),
  );
  readonly #outbox = new Outbox(this.#keep, {
    send: (entry, seq) =>
      this.#link.send({ v: 1, type: 'change', seq, change: entry.change, selected: entry.selected }),
    changed: () => this.#saveChanged(),
    lost: () => this.#lost(noKernel()),
    failed: (error) => this.#notices.unkept(error),
  });
  readonly #answers = new Answers(this.#outbox, this.#refusals, (level, text, detail) =>
    this.#notices.add(level, text, detail),
  );
  readonly #link = new Link({
    message: (content, buffers) => this.#inbox.take(content, buffers),
    traits: (model) => this.#readTraits(model),
    opened: () => this.#opened(),
    closed: () => this.#lost(UNSEEN),
    checked: () => this.#check(),
  });
  readonly #stage = new Stage(this.#bitmaps, {
    send: (message) => this.#send(message),
    swap: (show, item, picture, objects) => {
      if (item.key !== this.item?.key) this.#doing.forget();
      this.#screen.swap(show, item, picture, objects);
    },
    details: (details) => this.#screen.sharper(details),
    loading: () => this.#signals.emit('loading', undefined),
    notice: (text, detail) => this.#notices.add('warning', text, detail),
  });
  readonly #screen = new Screen(this.#view, this.#outbox, this.#signals, () => this.#stage.again());
  readonly #inbox = new Inbox(
    {
      answers: this.#answers,
      notices: this.#notices,
      outbox: this.#outbox,
      screen: this.#screen,
      stage: this.#stage,
      view: this.#view,
    },
    {
      heard: () => this.#up(),
      settled: (id) => {
        if (this.#traits.data) this.#heir.tellSettled(scopeOf(this.#traits.data), id);
      },
      failed: (error) => this.report(error),
      assisted: (answer) => this.#signals.emit('assisted', answer),
      grid: (news, received) => this.#signals.emit('grid', { news, received }),
      stored: (seq, ops) => this.#signals.emit('stored', { seq, ops }),
    },
  );
  readonly #heir = new Heir(this.#maker.instance, this.#keep, {
    adopted: (entries) => {
      this.#outbox.adopt(entries);
      this.#screen.redraw();
    },
    settled: (id) => this.#settledElsewhere(id),
    failed: (error) => this.#notices.unkept(error),
  });
  readonly veil: Veil = new Veil(
    (name) => this.#traits[name],
    (name, ids) => this.#doing.setVeil(name, ids),
  );
  readonly #doing = new Doing(
    {
      maker: this.#maker,
      traits: this.#traits,
      veil: this.veil,
      view: this.#view,
      screen: this.#screen,
      outbox: this.#outbox,
      keep: this.#keep,
      refusals: this.#refusals,
      notices: this.#notices,
      signals: this.#signals,
    },
    {
      send: (message) => this.#send(message),
      set: (name, value) => this.#link.set(name, value),
      added: () => this.#shareIfAway(),
    },
  );

  readonly #idle: Idle = new Idle(
    IDLE,
    () => this.#end.signal.aborted || Boolean(this.#link.model || this.#signals.count()),
    () => this.#unused(),
  );
  #save: SaveState = { kind: 'saved' };

  constructor(
    readonly id: string,
    private readonly removed: () => void,
  ) {
    const warn = (event: Event): void => {
      if (this.#outbox.kept && this.#refusals.kept) return;
      event.preventDefault();
    };
    globalThis.window?.addEventListener('beforeunload', warn, { signal: this.#end.signal });
    this.#idle.rest();
  }

  get picture(): Picture | null {
    return this.#screen.picture;
  }

  get details(): readonly Detail[] {
    return this.#screen.details;
  }

  get item(): ItemData | null {
    return this.#view.item;
  }

  get objects(): readonly ObjectData[] {
    return this.#view.objects;
  }

  get byId(): ReadonlyMap<string, ObjectData> {
    return this.#view.byId;
  }

  get selection(): ReadonlySet<string> {
    return this.#view.selection;
  }

  get classes(): readonly ClassData[] {
    return this.#traits.classes;
  }

  get activeClass(): string {
    return this.#traits.activeClass;
  }

  get tool(): string {
    return this.#traits.tool;
  }

  get readOnly(): boolean {
    return this.#traits.readOnly;
  }

  get keymap(): Readonly<Record<string, string>> {
    return this.#traits.keymap;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#traits.labels;
  }

  get loading(): boolean {
    return this.#stage.loading;
  }

  get save(): SaveState {
    return this.#save;
  }

  get refused(): readonly Refused[] {
    return this.#refusals.list;
  }

  get place(): string {
    return this.#view.place;
  }

  get pending(): readonly (readonly Op[])[] {
    return this.#outbox.pending();
  }

  on<S extends keyof Signals>(signal: S, listener: (payload: Signals[S]) => void, owner: AbortSignal): void {
    this.#signals.on(signal, listener, owner);
    if (signal === 'notice') this.#notices.catchUp();
  }

  connect(model: AnyModel, owner: AbortSignal): void {
    this.#link.connect(model, owner);
  }

  hello(width: number, height: number): void {
    this.#stage.hello(width, height);
  }

  commit(ops: Op[], selected?: string[]): void {
    this.#doing.commit(ops, selected);
  }

  select(ids: Iterable<string>): void {
    if (!this.#view.select(ids)) return;
    this.#signals.emit('selection', undefined);
    this.#send({ v: 1, type: 'select', ids: [...this.selection] });
  }

  setActiveClass(id: string): void {
    this.#doing.setActiveClass(id);
  }

  setTool(name: string): void {
    this.#doing.setTool(name);
  }

  act(name: string, value: string | number | boolean | null = null): void {
    this.#doing.act(name, value);
  }

  ask(name: string, value: Json = null): void {
    this.#doing.ask(name, value);
  }

  tell(message: Up): boolean {
    return this.#send(message);
  }

  sharpen(wanted: readonly Wanted[]): void {
    this.#stage.sharpen(wanted);
  }

  dismiss(refusedId: string): void {
    this.#refusals.drop(refusedId, true);
  }

  retry(refusedId: string): void {
    this.#doing.retry(refusedId);
  }

  report(error: unknown): void {
    const said = this.#notices.error(error);
    if (said) this.#send({ v: 1, type: 'problem', ...said });
  }

  // ---- the line -------------------------------------------------------------------------------------------------

  #readTraits(model: AnyModel): void {
    const moved = this.#traits.read(model, (signal) => this.#signals.emit(signal, undefined));
    this.#view.place = this.#traits.place;
    if (moved && !this.#outbox.isDown) this.#begin();
  }

  #begin(): void {
    const { data, readOnly } = this.#traits;
    if (!data) return;
    this.#heir.begin(scopeOf(data), !readOnly);
    if (!readOnly) this.#refusals.load(scopeOf(data));
  }

  #opened(): void {
    this.#idle.rest();
    this.#begin();
    this.#outbox.up();
  }

  #check(): void {
    const live = (this.#link.model as { comm_live?: unknown } | null)?.comm_live;
    if (live === false) this.#lost(noKernel());
    else this.#stage.again(); // throws, and is heard of, where the comm is dead
  }

  /** There is no way to the kernel: say so, and let other sessions send what waits. */
  #lost(text: string): void {
    const dropped = this.#outbox.down(text);
    if (dropped.length) this.#notices.add('warning', notDone(dropped)[0], '');
    if (this.#traits.data) this.#heir.release(scopeOf(this.#traits.data));
    this.#idle.rest();
  }

  #up(): void {
    if (this.#outbox.isDown && this.#link.model) this.#opened();
  }

  /** New edits of a session that others may already have inherited from: tell them when it is written. */
  #shareIfAway(): void {
    const last = this.#outbox.waiting.at(-1);
    if (!this.#outbox.isDown || !last || !this.#traits.data) return;
    const scope = scopeOf(this.#traits.data);
    last.written.then(() => this.#heir.release(scope)).catch((error: unknown) => this.report(error));
  }

  #settledElsewhere(id: string): void {
    const done = this.#outbox.settle(id, false);
    if (!done) return;
    // How it ended, only the other session knows; the next `show` says it here.
    this.#saveChanged();
    this.#outbox.pump();
    this.#screen.redraw();
    this.#stage.again();
  }

  #send(message: Up): boolean {
    if (!this.#link.model) return false;
    try {
      this.#link.send(message);
      return true;
    } catch {
      this.#lost(noKernel());
      return false;
    }
  }

  // ---- telling --------------------------------------------------------------------------------------------------

  #saveChanged(): void {
    const save = this.#outbox.save;
    if (equal(save as unknown as Json, this.#save as unknown as Json)) return;
    this.#save = save;
    this.#signals.emit('save', undefined);
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  /** Give the session up, unless it is the only place where some edits are. */
  #unused(): void {
    if (this.#outbox.kept && this.#refusals.kept) this.close();
    else this.#idle.rest();
  }

  /** End it: nothing is kept but what stands in the outbox's database. */
  close(): void {
    this.#idle.stop();
    this.#end.abort();
    this.#outbox.close();
    this.#stage.close();
    this.#screen.close();
    this.#bitmaps.close();
    this.#heir.close();
    this.#keep.close();
    this.removed();
  }
}
