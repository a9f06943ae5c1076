// The session: what all widgets of one annotator share in the page, and how they find it.
//
// Each widget's module is loaded by itself, so module variables are not shared; the open sessions stand in one registry
// on `globalThis`. The canvas opens the session, since its model is the line to the kernel (`live.ts`); the other
// widgets wait for it (`whenSession`), may be there before it, and know no more of it than the interface here.
import type { AnyModel } from '@anywidget/types';
import type { Assisted, ClassData, GridNews, ItemData, Json, MediaData, ObjectData, Op, Up } from './protocol';
import type { Detail, Wanted } from './tiles';
import type { Veil } from './veil';
import type { Received } from './wire';

export type SaveState =
  | { kind: 'saved' }
  | { kind: 'saving'; count: number }
  /** No answer in time, or no kernel: `text` says which. `kept`: the outbox survives closing the page. */
  | { kind: 'offline'; count: number; kept: boolean; text: string }
  /** The kernel answers that it cannot write now (disk full, …). */
  | { kind: 'failing'; count: number; text: string };

/** An edit that could not be applied; shown until the person dismisses it, and kept across a reload. */
export interface Refused {
  id: string;
  item: string;
  reason: string;
  ops: Op[];
  time: number;
}

export interface Picture {
  bitmap: ImageBitmap;
  media: MediaData;
}

/** What may have changed; a listener is called at most once per signal per change. */
export interface Signals {
  /** Another item is on screen (item, picture and objects together). */
  item: undefined;
  /** State, note or warning of the item changed. */
  state: undefined;
  /** Objects were added, changed or removed; null for "any". */
  objects: ReadonlySet<string> | null;
  selection: undefined;
  classes: undefined;
  activeClass: undefined;
  tool: undefined;
  /** What is hidden or locked. */
  veil: undefined;
  /** Sharper parts of the picture have come, or are gone. */
  picture: undefined;
  loading: undefined;
  /** The save state, or the list of refused edits. */
  save: undefined;
  notice: { level: 'info' | 'warning' | 'error'; text: string; detail: string };
  readOnly: undefined;
  keymap: undefined;
  /** A function in Python has answered what was asked with `assist`. */
  assisted: Assisted;
  /** Of a grid: a message of the kernel. */
  grid: { news: GridNews; received: Received };
  /** Of a grid: what is stored now because of an edit; `seq` is 0 where its place in the log is not known. */
  stored: { seq: number; ops: readonly Op[] };
  /** Of a grid: what waits in the outbox may be different. */
  waiting: undefined;
  /** An action that the browser performs itself was asked for: `fit`, `zoom_in`, `help`, `delete`, `nudge_left`, … */
  action: string;
}

export interface Session {
  readonly id: string;
  readonly item: ItemData | null;
  readonly picture: Picture | null;
  /** Sharper pictures of parts, the coarse ones first. */
  readonly details: readonly Detail[];
  /** In drawing order, with everything that waits in the outbox already applied. */
  readonly objects: readonly ObjectData[];
  readonly byId: ReadonlyMap<string, ObjectData>;
  readonly selection: ReadonlySet<string>;
  readonly classes: readonly ClassData[];
  readonly activeClass: string;
  readonly tool: string;
  /** What is hidden and locked. */
  readonly veil: Veil;
  readonly readOnly: boolean;
  readonly loading: boolean;
  readonly keymap: Readonly<Record<string, string>>;
  /** What the help calls an action, by its name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly save: SaveState;
  readonly refused: readonly Refused[];
  /** What undo goes by where many items are on screen; empty where it is the one item. */
  readonly place: string;
  /** The operations that wait in the outbox, in order. */
  readonly pending: readonly (readonly Op[])[];

  on<S extends keyof Signals>(signal: S, listener: (payload: Signals[S]) => void, owner: AbortSignal): void;

  /** The one way to edit: draws it at once, keeps it in the outbox, and sends it. One call is one undo. */
  commit(ops: Op[], selected?: string[]): void;
  select(ids: Iterable<string>): void;
  setActiveClass(id: string): void;
  setTool(name: string): void;
  /** Perform an action of the keymap: the browser's own are signalled, all others are sent to the kernel. */
  act(name: string, value?: string | number | boolean | null): void;
  /** Have the kernel perform an action, in turn with the edits that wait, even where the browser has one of that name. */
  ask(name: string, value?: Json): void;
  /** Send a message that may be lost: it is asked again. Returns whether there is a line. */
  tell(message: Up): boolean;
  /** Have these parts of the picture sharper, the most urgent first; they replace those that were wanted before. */
  sharpen(wanted: readonly Wanted[]): void;
  dismiss(refusedId: string): void;
  /** Make a refused edit again, on what its item is now; only while that item is on screen. */
  retry(refusedId: string): void;
  report(error: unknown): void;

  /** Called by the canvas: makes its model the session's line to the kernel, until `owner` ends. */
  connect(model: AnyModel, owner: AbortSignal): void;
  hello(width: number, height: number): void;
}

interface Registry {
  open: Map<string, Session>;
  /** Fires an event of the session's id when it is opened and when it has ended. */
  changes: EventTarget;
}

const REGISTRY = Symbol.for('ipyannotator.sessions');

/** The page's sessions, shared by all modules. */
function registry(): Registry {
  const page = globalThis as { [REGISTRY]?: Registry };
  page[REGISTRY] ??= { open: new Map(), changes: new EventTarget() };
  return page[REGISTRY];
}

/** The open session of this id, if there is one. */
export function sessionOf(id: string): Session | undefined {
  return registry().open.get(id);
}

/** A session is open from now on: whoever waits for it gets it. */
export function enter(session: Session): void {
  const { open, changes } = registry();
  open.set(session.id, session);
  changes.dispatchEvent(new Event(session.id));
}

/** A session has ended. */
export function leave(session: Session): void {
  const { open, changes } = registry();
  if (open.get(session.id) !== session) return;
  open.delete(session.id);
  changes.dispatchEvent(new Event(session.id));
}

/**
 * Call back with the session of this id: at once where it is open, else when it is, and again when it was given up and
 * opened anew. The signal that comes with it aborts when that session or `owner` ends.
 */
export function whenSession(
  id: string,
  owner: AbortSignal,
  callback: (session: Session, owner: AbortSignal) => void,
): void {
  if (owner.aborted) return;
  let view = new AbortController();
  const follow = (): void => {
    view.abort();
    view = new AbortController();
    const session = sessionOf(id);
    if (session) callback(session, view.signal);
  };
  registry().changes.addEventListener(id, follow, { signal: owner });
  owner.addEventListener('abort', () => view.abort(), { once: true });
  follow();
}
