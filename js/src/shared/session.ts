// The session: what all widgets of one annotator share in the page.
//
// Each widget's module is loaded by itself, so module variables are not shared; the sessions live in one map on
// `globalThis`. The canvas connects its model to the session (`connect`); the other widgets only subscribe.
// `live.ts` is the session that talks to a kernel.
import type { AnyModel } from '@anywidget/types';
import { LiveSession } from './live';
import type { ClassData, Current, ItemData, MediaData, ObjectData, Op } from './protocol';

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
  /** What is stored where it clashed; empty where it did not. */
  current?: Current[];
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
  /** A sharper region of the picture has come. */
  picture: undefined;
  loading: undefined;
  /** The save state, or the list of refused edits. */
  save: undefined;
  notice: { level: 'info' | 'warning' | 'error'; text: string; detail: string };
  readOnly: undefined;
  keymap: undefined;
  /** An action that the browser performs itself was asked for: `fit`, `zoom_in`, `help`, `delete`, `nudge_left`, … */
  action: string;
}

export interface Session {
  readonly id: string;
  readonly item: ItemData | null;
  readonly picture: Picture | null;
  /** A sharper picture of a part, while one is there. */
  readonly detail: Picture | null;
  /** In drawing order, with everything that waits in the outbox already applied. */
  readonly objects: readonly ObjectData[];
  readonly byId: ReadonlyMap<string, ObjectData>;
  readonly selection: ReadonlySet<string>;
  readonly classes: readonly ClassData[];
  readonly activeClass: string;
  readonly tool: string;
  readonly readOnly: boolean;
  readonly loading: boolean;
  readonly keymap: Readonly<Record<string, string>>;
  /** What the help calls an action, by its name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly save: SaveState;
  readonly refused: readonly Refused[];

  on<S extends keyof Signals>(signal: S, listener: (payload: Signals[S]) => void, owner: AbortSignal): void;

  /** The one way to edit: draws it at once, keeps it in the outbox, and sends it. One call is one undo. */
  commit(ops: Op[], selected?: string[]): void;
  select(ids: Iterable<string>): void;
  setActiveClass(id: string): void;
  setTool(name: string): void;
  /** Perform an action of the keymap: the browser's own are signalled, all others are sent to the kernel. */
  act(name: string, value?: string | number | boolean | null): void;
  /** Ask for a sharper picture of a region, in full-resolution pixels, for so many device pixels. */
  sharpen(region: [number, number, number, number], width: number, height: number): void;
  dismiss(refusedId: string): void;
  retry(refusedId: string): void;
  report(error: unknown): void;

  /** Called by the canvas: makes its model the session's line to the kernel, until `owner` ends. */
  connect(model: AnyModel, owner: AbortSignal): void;
  hello(width: number, height: number): void;
}

const SESSIONS = Symbol.for('ipyannotator.sessions');

/** The page's sessions by id, shared by all modules. */
function sessions(): Map<string, Session> {
  const page = globalThis as { [SESSIONS]?: Map<string, Session> };
  page[SESSIONS] ??= new Map();
  return page[SESSIONS];
}

/** The session of this id; made on first use, and removed when nothing has used it for a while. */
export function getSession(id: string): Session {
  const all = sessions();
  let session = all.get(id);
  if (!session) {
    const made: Session = new LiveSession(id, () => {
      if (all.get(id) === made) all.delete(id);
    });
    all.set(id, made);
    session = made;
  }
  return session;
}
