// The session that talks to a kernel: brings together the line, the outbox, the stage and the scene.
import type { AnyModel } from '@anywidget/types';
import { IN_TURN, isOwn } from './actions';
import { Answers } from './answers';
import { Emitter } from './emitter';
import { Heir } from './heir';
import { type Entry, Keep } from './keep';
import { Link } from './link';
import { Maker, scopeOf } from './making';
import { Bitmaps } from './media';
import { Notices } from './notices';
import { Outbox } from './outbox';
import type { ClassData, Down, ItemData, Json, ObjectData, Op, Up } from './protocol';
import { Refusals } from './refusals';
import { refreshed } from './retry';
import type { Picture, Refused, SaveState, Session, Signals } from './session';
import { Stage } from './stage';
import { Traits } from './traits';
import { equal } from './values';
import { View } from './view';
import { receive } from './wire';

/** Milliseconds after which a session that nothing uses is given up. */
export const IDLE = 30_000;
/** Milliseconds between two questions for an item that does not fit what is reported of it. */
const DOUBT = 2_000;
const NO_KERNEL = 'There is no kernel: it ended or was restarted. Run the cell again; what waits is sent then.';
const UNSEEN = 'This annotator is not on screen.';
export class LiveSession implements Session {
  picture: Picture | null = null;
  detail: Picture | null = null;
  readonly #maker = new Maker();
  readonly #traits = new Traits();
  readonly #view = new View();
  readonly #end = new AbortController();
  readonly #signals = new Emitter<Signals>(
    (error) => this.report(error),
    () => this.#rest(),
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
    lost: () => this.#lost(NO_KERNEL),
    failed: (error) => this.#notices.unkept(error),
  });
  readonly #answers = new Answers(this.#outbox, this.#refusals, (level, text, detail) =>
    this.#notices.add(level, text, detail),
  );
  readonly #link = new Link({
    message: (content, buffers) => this.#message(content, buffers),
    traits: (model) => this.#readTraits(model),
    opened: () => this.#opened(),
    closed: () => this.#lost(UNSEEN),
    checked: () => this.#check(),
  });
  readonly #stage = new Stage(this.#bitmaps, {
    send: (message) => this.#send(message),
    swap: (show, item, picture, objects) => this.#swap(show, item, picture, objects),
    detail: (picture) => {
      this.detail = picture;
      this.#signals.emit('picture', undefined);
    },
    loading: () => this.#signals.emit('loading', undefined),
    notice: (text, detail) => this.#notices.add('warning', text, detail),
  });
  readonly #heir = new Heir(this.#maker.instance, this.#keep, {
    adopted: (entries) => {
      this.#outbox.adopt(entries);
      this.#redraw();
    },
    settled: (id) => this.#settledElsewhere(id),
    failed: (error) => this.#notices.unkept(error),
  });

  #save: SaveState = { kind: 'saved' };
  #takenBack: Entry[] = [];
  #asking: ReturnType<typeof setTimeout> | null = null;
  #idle: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly id: string,
    private readonly removed: () => void,
  ) {
    const warn = (event: Event): void => {
      if (this.#outbox.kept && this.#refusals.kept) return;
      event.preventDefault();
    };
    globalThis.window?.addEventListener('beforeunload', warn, { signal: this.#end.signal });
    this.#rest();
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
    const { item } = this;
    const { data } = this.#traits;
    if (!ops.length) return;
    if (this.readOnly) {
      this.#notices.add(
        'warning',
        'Nothing can be changed here.',
        'This step only shows; open the task with create() to annotate.',
      );
    } else if (!item || !data) {
      this.#notices.add('error', 'The edit was not made: no item is on screen yet.', '');
    } else {
      this.#takenBack = [];
      if (selected) this.#view.selection = new Set(selected);
      // An edit names its item: one may be finished when another item is on screen already.
      const key = ops[0]?.item ?? item.key;
      this.#outbox.add(this.#maker.entry(data, key, ops, selected ?? [...this.selection]));
      this.#redraw(selected !== undefined);
      this.#shareIfAway();
    }
  }

  select(ids: Iterable<string>): void {
    const next = new Set([...ids].filter((id) => this.byId.has(id)));
    if (sameSet(next, this.selection)) return;
    this.#view.selection = next;
    this.#signals.emit('selection', undefined);
    this.#send({ v: 1, type: 'select', ids: [...next] });
  }

  setActiveClass(id: string): void {
    if (this.activeClass === id) return;
    this.#traits.activeClass = id;
    this.#signals.emit('activeClass', undefined);
    this.#link.set('active_class', id);
  }

  setTool(name: string): void {
    if (this.tool === name) return;
    this.#traits.tool = name;
    this.#signals.emit('tool', undefined);
    this.#link.set('tool', name);
  }

  act(name: string, value: string | number | boolean | null = null): void {
    const wait = IN_TURN.get(name);
    if (name.startsWith('tool:')) this.setTool(name.slice('tool:'.length));
    else if (name.startsWith('class:')) this.setActiveClass(name.slice('class:'.length));
    else if (isOwn(name)) this.#signals.emit('action', name);
    else if (wait === undefined) this.#ask(name, value);
    else if (!(this.#stuck() && this.#actHere(name))) this.#askInTurn(name, value, wait);
  }

  sharpen(region: [number, number, number, number], width: number, height: number): void {
    this.#stage.sharpen(region, width, height);
  }

  dismiss(refusedId: string): void {
    this.#refusals.drop(refusedId, true);
  }

  retry(refusedId: string): void {
    const refused = this.#refusals.get(refusedId);
    const { data } = this.#traits;
    if (!refused || !data || this.readOnly) return;
    const ops = refreshed(refused, this.item?.key === refused.item ? this.byId : null, this.#view.scene);
    if (typeof ops === 'string') {
      this.#notices.add('warning', 'This edit cannot be made any more.', ops);
      return;
    }
    const entry = this.#maker.entry(data, refused.item, ops, [...this.selection]);
    this.#refusals.drop(refusedId, false);
    this.#outbox.add(entry, this.#keep.retry(entry, refusedId));
    this.#redraw();
    this.#shareIfAway();
  }

  report(error: unknown): void {
    const said = this.#notices.error(error);
    if (said) this.#send({ v: 1, type: 'problem', ...said });
  }

  // ---- messages -------------------------------------------------------------------------------------------------

  #message(content: unknown, buffers: readonly DataView[]): void {
    try {
      const { message, objects, ops, bytes } = receive(content, buffers);
      const wasOffline = this.#outbox.offline;
      this.#up();
      switch (message.type) {
        case 'show':
          this.#outbox.proceed();
          this.#stage.show(message, objects, bytes);
          break;
        case 'patch':
          this.#patched(message, ops);
          break;
        case 'answer':
          this.#answered(message, wasOffline);
          break;
        case 'failed':
          this.#outbox.postpone(message.id, message.reason);
          break;
        case 'media':
          this.#stage.media(message, bytes);
          break;
        case 'notice':
          this.#outbox.proceed();
          this.#notices.add(message.level, message.text, message.detail);
          break;
      }
    } catch (error) {
      this.report(error);
    }
  }

  #swap(show: Extract<Down, { type: 'show' }>, item: ItemData, picture: Picture | null, objects: ObjectData[]): void {
    const before = this.item;
    const same = before?.key === item.key;
    const still =
      same &&
      this.picture?.bitmap === picture?.bitmap &&
      before.width === item.width &&
      before.height === item.height &&
      before.problem === item.problem;
    this.picture = picture;
    this.#view.show(item, objects, show.seq);
    if (!same) {
      this.#takenBack = [];
      this.#view.selection = new Set(show.selected);
    }
    if (still) {
      this.#redraw();
    } else {
      this.#view.redraw(this.#outbox.pending());
      this.#signals.emit('item', undefined);
    }
  }

  #patched(message: Extract<Down, { type: 'patch' }>, ops: Op[]): void {
    this.#view.fold({ seq: message.seq, ops, echo: true });
    if (message.selected && message.item === this.item?.key) this.#view.selection = new Set(message.selected);
    this.#redraw(message.selected !== undefined);
    this.#outbox.proceed();
    this.#askAgainIfDoubtful();
  }

  #answered(answer: Extract<Down, { type: 'answer' }>, wasOffline: boolean): void {
    const done = this.#answers.take(answer, this.item?.key ?? null);
    if (done) {
      if (done.stored.length) this.#view.fold({ seq: answer.seq, ops: done.stored, echo: false });
      this.#view.scene?.correct(answer.current);
      this.#redraw();
      if (this.#traits.data) this.#heir.tellSettled(scopeOf(this.#traits.data), answer.id);
    }
    this.#outbox.pump();
    // Others' changes may have been lost while nothing was heard.
    if (wasOffline) this.#stage.again();
    else this.#askAgainIfDoubtful();
  }

  #settledElsewhere(id: string): void {
    const done = this.#outbox.settle(id, false);
    if (!done) return;
    // How it ended, only the other session knows; the next `show` says it here.
    this.#saveChanged();
    this.#outbox.pump();
    this.#redraw();
    this.#stage.again();
  }

  /** Something was missed: ask for the item again, but not all the time. */
  #askAgainIfDoubtful(): void {
    const doubtful = this.#view.scene?.doubtful && !this.#outbox.waiting.length;
    if (!doubtful || this.#asking !== null) return;
    this.#asking = setTimeout(() => {
      this.#asking = null;
      this.#askAgainIfDoubtful();
    }, DOUBT);
    this.#stage.again();
  }

  // ---- the line -------------------------------------------------------------------------------------------------

  #readTraits(model: AnyModel): void {
    const moved = this.#traits.read(model, (signal) => this.#signals.emit(signal, undefined));
    if (moved && !this.#outbox.isDown) this.#begin();
  }

  #begin(): void {
    const { data, readOnly } = this.#traits;
    if (!data) return;
    this.#heir.begin(scopeOf(data), !readOnly);
    if (!readOnly) this.#refusals.load(scopeOf(data));
  }

  #opened(): void {
    this.#rest();
    this.#begin();
    this.#outbox.up();
  }

  #check(): void {
    const live = (this.#link.model as { comm_live?: unknown } | null)?.comm_live;
    if (live === false) this.#lost(NO_KERNEL);
    else this.#stage.again(); // throws, and is heard of, where the comm is dead
  }

  /** There is no way to the kernel: say so, and let other sessions send what waits. */
  #lost(text: string): void {
    const dropped = this.#outbox.down(text);
    if (dropped.length) this.#notices.add('warning', `Not done, for there is no kernel: ${dropped.join(', ')}.`, '');
    if (this.#traits.data) this.#heir.release(scopeOf(this.#traits.data));
    this.#rest();
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

  #send(message: Up): boolean {
    if (!this.#link.model) return false;
    try {
      this.#link.send(message);
      return true;
    } catch {
      this.#lost(NO_KERNEL);
      return false;
    }
  }

  #ask(name: string, value: string | number | boolean | null): void {
    if (!this.#send({ v: 1, type: 'action', name, value })) {
      this.#notices.add('warning', `Not done, for there is no kernel: ${name}.`, 'Run the cell again.');
    }
  }

  #askInTurn(name: string, value: string | number | boolean | null, wait: boolean): void {
    if (this.#outbox.isDown) this.#ask(name, value);
    else this.#outbox.inTurn(name, () => this.#ask(name, value), wait);
  }

  /** Whether nothing of what waits gets through at present. */
  #stuck(): boolean {
    return this.#outbox.offline || this.#save.kind === 'failing';
  }

  /** Undo and redo within the outbox, while no kernel can do it. Returns whether that was possible. */
  #actHere(name: string): boolean {
    const key = this.item?.key;
    const { data } = this.#traits;
    if (key === undefined || !data) return false;
    if (name === 'undo') {
      const entry = this.#outbox.takeBack(key, this.#maker.instance);
      if (!entry) return false;
      this.#takenBack.push(entry);
    } else if (name === 'redo') {
      const entry = this.#takenBack.pop();
      if (!entry) return false;
      this.#outbox.add(this.#maker.entry(data, key, entry.change.ops, entry.selected));
      this.#shareIfAway();
    } else {
      return false;
    }
    this.#redraw();
    return true;
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  /** Put together what is stored and what waits, and say what became different. */
  #redraw(selectionTold = false): void {
    const { ids, state, deselected } = this.#view.redraw(this.#outbox.pending());
    if (ids.size) this.#signals.emit('objects', ids);
    if (state) this.#signals.emit('state', undefined);
    if (selectionTold || deselected) this.#signals.emit('selection', undefined);
  }

  // ---- telling --------------------------------------------------------------------------------------------------

  #saveChanged(): void {
    const save = this.#outbox.save;
    if (equal(save as unknown as Json, this.#save as unknown as Json)) return;
    this.#save = save;
    this.#signals.emit('save', undefined);
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  /** Give the session up when nothing has used it for a while. */
  #rest(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#end.signal.aborted || this.#link.model || this.#signals.count()) return;
    this.#idle = setTimeout(() => {
      if (this.#link.model || this.#signals.count()) return;
      if (!this.#outbox.kept || !this.#refusals.kept)
        this.#rest(); // the only place where these edits are
      else this.close();
    }, IDLE);
  }

  /** End it: nothing is kept but what stands in the outbox's database. */
  close(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.#end.abort();
    this.#outbox.close();
    this.#stage.close();
    this.#bitmaps.close();
    this.#heir.close();
    this.#keep.close();
    this.removed();
  }
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
