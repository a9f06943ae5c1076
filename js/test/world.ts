// A page and a kernel without a browser: Web Locks that end with their page, a model with an unreliable wire, and a
// kernel that applies changes as `model/change.py` does, by comparing values.
import type { AnyModel } from '@anywidget/types';
import type { Current, Down, Json, ObjectData, Op, SessionData, Up, WireChange } from '../src/shared/protocol';
import { agree, at, equal, put, type Values } from '../src/shared/values';

export const AUTHOR: SessionData = {
  id: 's1',
  project: 'p1',
  task: 'boxes',
  layer: 'main',
  author: { id: 'ann', name: 'Ann' },
};

/** Node's: a turn of the event loop, which the fake clock leaves alone. */
declare const setImmediate: (callback: (value: unknown) => void) => void;

type Listener = (...args: never[]) => void;

/** A model of anywidget. `transmit` gets what the session sends; it may throw, as a dead comm does. */
export class FakeModel {
  readonly sent: Up[] = [];
  readonly saved: string[] = [];
  readonly values: { [name: string]: unknown };
  dead = false;
  transmit: (message: Up) => void = () => {};
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(values: { [name: string]: unknown } = {}) {
    this.values = {
      session: AUTHOR,
      classes: [],
      keymap: {},
      labels: {},
      read_only: false,
      active_class: '',
      tool: 'box',
      ...values,
    };
  }

  get model(): AnyModel {
    return this as unknown as AnyModel;
  }

  get(name: string): unknown {
    return this.values[name];
  }

  set(name: string, value: unknown): void {
    this.values[name] = value;
    this.saved.push(name);
    this.fire(`change:${name}`);
  }

  save_changes(): void {}

  send(message: Up): void {
    if (this.dead) throw new Error('Cannot send message: the comm is closed');
    // What crosses the wire is JSON.
    const copy = JSON.parse(JSON.stringify(message)) as Up;
    this.sent.push(copy);
    this.transmit(copy);
  }

  on(name: string, listener: Listener): void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener));
  }

  off(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  count(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  fire(name: string, ...args: unknown[]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as (...args: unknown[]) => void)(...args);
  }

  receive(message: unknown, ...buffers: DataView[]): void {
    this.fire('msg:custom', message, buffers);
  }

  of<T extends Up['type']>(type: T): Extract<Up, { type: T }>[] {
    return this.sent.filter((message): message is Extract<Up, { type: T }> => message.type === type);
  }
}

export function json(value: unknown): DataView {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return new DataView(bytes.buffer);
}

export function show(key: string, objects: ObjectData[], more: { [name: string]: unknown } = {}): Down {
  const item = { key, name: key, index: 0, total: 2, state: 'todo', note: '', width: 640, height: 480 };
  return {
    v: 1,
    type: 'show',
    item: { ...item, problem: null, warning: null, ...(more.item as object) },
    media: (more.media ?? null) as null,
    selected: [],
    seq: (more.seq as number | undefined) ?? objects.length,
  } as Down;
}

export function box(id: string, x: number, more: Partial<ObjectData> = {}): ObjectData {
  const shape = { kind: 'box', x, y: 10, width: 30, height: 40, angle: 0 };
  return { id, item: 'a.jpg', shape, order: 1, ...more };
}

export function create(object: ObjectData): Op {
  return { action: 'create', record: 'object', id: object.id, item: object.item, new: object as unknown as Json };
}

export function move(object: ObjectData, x: number): Op {
  const shape = { ...object.shape, x };
  return {
    action: 'set',
    record: 'object',
    id: object.id,
    item: object.item,
    path: 'shape',
    old: object.shape,
    new: shape,
  };
}

export function erase(object: ObjectData): Op {
  return { action: 'delete', record: 'object', id: object.id, item: object.item, old: object as unknown as Json };
}

// ---- locks -----------------------------------------------------------------------------------------------------

interface Request {
  page: object;
  callback: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  granted?: () => void;
}

/** The Web Locks of one origin; each page has its own door to them, and its locks end with it. */
export class Locks {
  readonly #held = new Map<string, object>();
  readonly #queue = new Map<string, Request[]>();
  readonly #gone = new Set<object>();

  page(page: object): LockManager {
    const request = (name: string, options: { signal?: AbortSignal }, callback: () => unknown): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const made: Request = { page, callback, resolve, reject };
        this.#queue.set(name, [...(this.#queue.get(name) ?? []), made]);
        const withdraw = (): void => {
          const queue = this.#queue.get(name) ?? [];
          if (!queue.includes(made)) return;
          this.#queue.set(
            name,
            queue.filter((one) => one !== made),
          );
          reject(new DOMException('aborted', 'AbortError'));
        };
        options.signal?.addEventListener('abort', withdraw);
        made.granted = () => options.signal?.removeEventListener('abort', withdraw);
        queueMicrotask(() => this.#grant(name));
      });
    return { request } as unknown as LockManager;
  }

  /** The page is closed: whatever it held is free. */
  end(page: object): void {
    this.#gone.add(page);
    for (const [name, holder] of [...this.#held]) {
      if (holder !== page) continue;
      this.#held.delete(name);
      this.#grant(name);
    }
  }

  held(): number {
    return this.#held.size;
  }

  #grant(name: string): void {
    if (this.#held.has(name)) return;
    const next = this.#queue.get(name)?.shift();
    if (!next) return;
    if (this.#gone.has(next.page)) {
      this.#grant(name);
      return;
    }
    next.granted?.();
    this.#held.set(name, next.page);
    Promise.resolve(next.callback())
      .then(next.resolve, next.reject)
      .finally(() => {
        if (this.#held.get(name) !== next.page) return;
        this.#held.delete(name);
        this.#grant(name);
      });
  }
}

// ---- the kernel ------------------------------------------------------------------------------------------------

export type Hook = (change: WireChange) => Op[] | string | null;

type Answer = Extract<Down, { type: 'answer' }>;

/** Applies changes as the store does. A hook may return other operations, or a text to refuse. */
export class Kernel {
  readonly items = new Map<string, Map<string, ObjectData>>();
  readonly answers = new Map<string, Answer>();
  /** Every operation that was stored, in order. */
  readonly log: Op[] = [];
  seq = 0;
  full = false;
  hook: Hook = () => null;

  objects(key: string): Map<string, ObjectData> {
    let found = this.items.get(key);
    if (!found) {
      found = new Map();
      this.items.set(key, found);
    }
    return found;
  }

  show(key: string): { message: Down; buffers: DataView[] } {
    const objects = [...this.objects(key).values()];
    return { message: show(key, objects, { seq: this.seq }), buffers: [json(objects)] };
  }

  /** Returns the answer, and the patch that goes to everybody who looks at the item. */
  apply(change: WireChange): { answer: Down; patch: { message: Down; ops: Op[] } | null } {
    if (this.full) return { answer: { v: 1, type: 'failed', id: change.id, reason: 'The disk is full.' }, patch: null };
    const known = this.answers.get(change.id);
    if (known) return { answer: known, patch: null };
    const answer: Answer = {
      v: 1,
      type: 'answer',
      id: change.id,
      status: 'ok',
      reason: '',
      ops: null,
      current: [],
      seq: 0,
    };
    const hooked = this.hook(change);
    let ops = change.ops;
    if (typeof hooked === 'string') {
      answer.status = 'rejected';
      answer.reason = hooked;
    } else {
      if (hooked) ops = hooked;
      answer.current = this.perform(ops);
      if (answer.current.length) {
        answer.status = 'conflict';
        answer.reason = 'Changed by somebody else in the meantime.';
      } else if (hooked) {
        answer.status = 'amended';
        answer.ops = hooked;
      }
    }
    let patch: { message: Down; ops: Op[] } | null = null;
    if (answer.status === 'ok' || answer.status === 'amended') {
      answer.seq = this.seq;
      patch = { message: { v: 1, type: 'patch', item: change.item, seq: this.seq }, ops };
    }
    this.answers.set(change.id, answer);
    return { answer, patch };
  }

  /** All of the operations, or none and the clashes. */
  perform(ops: readonly Op[]): Current[] {
    const before = new Map([...this.items].map(([key, objects]) => [key, new Map(objects)]));
    const clashes = ops.flatMap((op) => this.#one(op) ?? []);
    if (clashes.length) {
      this.items.clear();
      for (const [key, objects] of before) this.items.set(key, objects);
      return clashes;
    }
    this.seq += 1;
    this.log.push(...ops);
    return [];
  }

  #one(op: Op): Current | null {
    const item = op.item ?? '';
    const objects = this.objects(item);
    const now = objects.get(op.id) as unknown as Values | undefined;
    const clash = (path: string, value: Json): Current => ({ record: op.record, id: op.id, item, path, value });
    if (op.action === 'create') {
      if (now) return clash('', now as Json);
      objects.set(op.id, op.new as unknown as ObjectData);
    } else if (op.action === 'delete') {
      if (!now || !agree(now as Json, op.old)) return clash('', (now as Json | undefined) ?? null);
      objects.delete(op.id);
    } else {
      const path = op.path ?? '';
      if (!now) return clash(path, null);
      const value = at(now, path) ?? null;
      if (!equal(value, op.old)) return clash(path, value);
      objects.set(op.id, put(now, path, op.new ?? null) as unknown as ObjectData);
    }
    return null;
  }
}

/** Reproducible random numbers (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Let promises, IndexedDB and channels run until `done`, without time passing. */
export async function until(done: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 2_000; turn += 1) {
    if (done()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`never came: ${what}`);
}

/** Let what is on its way run. */
export async function settle(turns = 12): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
