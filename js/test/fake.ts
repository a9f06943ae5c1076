// A session without kernel and outbox, for the tests of the panels: edits are applied at once, everything is noted.
import type { AnyModel } from '@anywidget/types';
import { vi } from 'vitest';
import type { ClassData, ObjectData, Op } from '../src/shared/protocol';
import type { Session, Signals } from '../src/shared/session';
import { Veil } from '../src/shared/veil';

export class FakeSession {
  readonly id = 'fake';
  item: Session['item'] = {
    key: 'a.jpg',
    name: 'a.jpg',
    index: 0,
    total: 3,
    state: 'todo',
    note: '',
    width: 640,
    height: 480,
    problem: null,
    warning: null,
  };
  objects: ObjectData[] = [];
  byId = new Map<string, ObjectData>();
  selection: ReadonlySet<string> = new Set();
  classes: ClassData[] = [];
  activeClass = '';
  tool = 'box';
  hidden: readonly string[] = [];
  locked: readonly string[] = [];
  readonly veil = new Veil(
    (name) => this[name],
    (name, ids) => {
      this[name] = ids;
      this.emit('veil', undefined);
    },
  );
  readOnly = false;
  loading = false;
  keymap: Record<string, string> = {};
  readonly commits: { ops: Op[]; selected: string[] | undefined }[] = [];
  readonly act = vi.fn();
  readonly report = vi.fn();
  private readonly listeners = new Map<string, Set<(payload: never) => void>>();

  on<S extends keyof Signals>(signal: S, listener: (payload: Signals[S]) => void, owner: AbortSignal): void {
    const all = this.listeners.get(signal) ?? new Set();
    this.listeners.set(signal, all);
    all.add(listener);
    owner.addEventListener('abort', () => all.delete(listener));
  }

  emit<S extends keyof Signals>(signal: S, payload: Signals[S]): void {
    for (const listener of this.listeners.get(signal) ?? []) (listener as (payload: Signals[S]) => void)(payload);
  }

  listening(): number {
    return [...this.listeners.values()].reduce((sum, all) => sum + all.size, 0);
  }

  show(objects: ObjectData[]): void {
    this.objects = objects;
    this.byId = new Map(objects.map((object) => [object.id, object]));
    this.emit('objects', null);
  }

  commit(ops: Op[], selected?: string[]): void {
    this.commits.push({ ops, selected });
    const gone = new Set(ops.filter((op) => op.action === 'delete').map((op) => op.id));
    const kept = this.objects.filter((object) => !gone.has(object.id));
    this.show(
      kept.map((object) => {
        const mine = ops.filter((op) => op.action === 'set' && op.id === object.id);
        return Object.assign({ ...object }, ...mine.map((op) => ({ [op.path ?? '']: op.new }))) as ObjectData;
      }),
    );
    if (selected) this.select(selected);
  }

  select(ids: Iterable<string>): void {
    this.selection = new Set(ids);
    this.emit('selection', undefined);
  }

  setActiveClass(id: string): void {
    this.activeClass = id;
    this.emit('activeClass', undefined);
  }

  setTool(name: string): void {
    this.tool = name;
    this.emit('tool', undefined);
  }

  as(): Session {
    return this as unknown as Session;
  }
}

export function box(id: string, class_id: string | null = null, more: Partial<ObjectData> = {}): ObjectData {
  const shape = { kind: 'box', x: 10.4, y: 20.6, width: 30, height: 40, angle: 0 };
  return { id, item: 'a.jpg', shape, class_id, ...more };
}

export function named(name: string, order: number, more: Partial<ClassData> = {}): ClassData {
  return {
    id: `id-${name}`,
    name,
    color: '#d55e00',
    key: order < 10 ? String(order) : '',
    order,
    retired: false,
    ...more,
  };
}

/** A model with traits and nothing else. */
export class FakeModel<V extends object> {
  private readonly handlers = new Map<string, Set<() => void>>();
  constructor(private values: V) {}
  get<K extends keyof V>(key: K): V[K] {
    return this.values[key];
  }
  put(values: Partial<V>): void {
    this.values = { ...this.values, ...values };
    for (const key of Object.keys(values)) for (const handler of this.handlers.get(`change:${key}`) ?? []) handler();
  }
  on(event: string, handler: () => void): void {
    this.handlers.set(event, (this.handlers.get(event) ?? new Set()).add(handler));
  }
  off(event: string, handler: () => void): void {
    this.handlers.get(event)?.delete(handler);
  }
  /** What a widget sets itself; without telling the widget, which is what `save_changes` comes to. */
  set<K extends keyof V>(key: K, value: V[K]): void {
    this.values = { ...this.values, [key]: value };
  }
  save_changes(): void {
    this.saved += 1;
  }
  saved = 0;
  listening(): number {
    return [...this.handlers.values()].reduce((sum, all) => sum + all.size, 0);
  }
  as(): AnyModel<V> {
    return this as unknown as AnyModel<V>;
  }
}

/** Wait until the browser has drawn, so that what was put off to a frame has happened. */
export function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}

export function press(target: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

export function find<E extends Element = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`Nothing matches ${selector}`);
  return found;
}
