// The promise itself: whatever happens to the wire, the page and the kernel, every edit ends exactly once in the store
// or in the list of refused edits, and the screen ends up with what is stored.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveSession } from '../src/shared/live';
import type { ObjectData, Op, Up } from '../src/shared/protocol';
import { box, create, erase, FakeModel, json, Kernel, Locks, move, random, settle, until } from './world';

declare const process: { env: { [name: string]: string | undefined } };

const KEY = 'a.jpg';
let locks: Locks;
const pages: Page[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 });
  vi.stubGlobal('indexedDB', new IDBFactory());
  locks = new Locks();
});
afterEach(() => {
  for (const page of pages.splice(0)) page.session.close();
  vi.useRealTimers();
});

/** One page load with one session in it. */
class Page {
  readonly model = new FakeModel();
  readonly owner = new AbortController();
  readonly session: LiveSession;
  readonly notices: string[] = [];

  constructor(transmit: (page: Page, message: Up) => void) {
    vi.stubGlobal('navigator', { locks: locks.page(this) });
    this.session = new LiveSession('s1', () => {});
    pages.push(this);
    this.model.transmit = (message) => transmit(this, message);
    this.session.on('notice', ({ text }) => this.notices.push(text), this.owner.signal);
    this.session.connect(this.model.model, this.owner.signal);
    this.session.hello(100, 100);
  }

  /** The tab is closed: nothing of it is heard again, and its locks are free. */
  close(): void {
    this.model.transmit = () => {};
    locks.end(this);
  }
}

interface Faults {
  lose: number;
  repeat: number;
  /** Milliseconds, at most. */
  delay: number;
}

/** A kernel behind a wire that loses, repeats, delays and reorders, in both directions. */
class Wire {
  readonly kernel = new Kernel();
  faults: Faults = { lose: 0, repeat: 0, delay: 0 };
  page: Page | null = null;

  constructor(private readonly chance: () => number) {}

  open(): Page {
    this.page = new Page((page, message) => this.#carry(() => this.#receive(page, message)));
    return this.page;
  }

  /** Somebody else edits. */
  remote(ops: Op[]): void {
    if (this.kernel.perform(ops).length) throw new Error('the test itself clashed');
    const seq = this.kernel.seq;
    this.#carry(() => this.page?.model.receive({ v: 1, type: 'patch', item: KEY, seq }, json(ops)));
  }

  #receive(page: Page, message: Up): void {
    if (message.type === 'hello') {
      const { message: shown, buffers } = this.kernel.show(KEY);
      this.#carry(() => this.#deliver(page, shown, buffers));
    } else if (message.type === 'change') {
      const { answer, patch } = this.kernel.apply(message.change);
      this.#carry(() => this.#deliver(page, answer, []));
      if (patch) this.#carry(() => this.#deliver(page, patch.message, [json(patch.ops)]));
    }
  }

  #deliver(page: Page, message: unknown, buffers: DataView[]): void {
    if (page === this.page) page.model.receive(message, ...buffers);
  }

  #carry(arrive: () => void): void {
    const copies = this.chance() < this.faults.lose ? 0 : this.chance() < this.faults.repeat ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      setTimeout(arrive, this.faults.delay ? Math.floor(this.chance() * this.faults.delay) : 0);
    }
  }
}

async function pass(milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    await vi.advanceTimersByTimeAsync(Math.min(250, end - Date.now()));
    await settle(4);
  }
}

async function untilSaved(page: Page): Promise<void> {
  for (let turn = 0; turn < 400 && page.session.save.kind !== 'saved'; turn += 1) await pass(500);
  expect(page.session.save).toEqual({ kind: 'saved' });
}

/** Each edit has a number of its own, which stands in its new x. */
function numbers(ops: readonly Op[]): number[] {
  return ops.flatMap((op) => {
    if (op.action === 'delete') return [];
    const shape = op.action === 'create' ? (op.new as unknown as ObjectData).shape : (op.new as { x?: number } | null);
    return typeof shape?.x === 'number' ? [shape.x] : [];
  });
}

async function waitingInDatabase(): Promise<unknown[]> {
  const db = await openDB('ipyannotator', 1);
  const all = await db.getAll('outbox');
  db.close();
  return all;
}

const TRIALS = Number(process.env.IPYANNOTATOR_TRIALS ?? 25);

describe('under a bad wire', () => {
  it.each(Array.from({ length: TRIALS }, (_, seed) => seed + 1))(
    'every edit ends exactly once (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const wire = new Wire(chance);
      const withHook = chance() < 0.5;
      if (withHook) {
        wire.kernel.hook = (change) => {
          const [n = 0] = numbers(change.ops);
          if (n % 7 === 3) return `${n} is refused`;
          if (n % 5 !== 2) return null;
          return change.ops.map((op) => {
            if (op.action === 'set' && op.path === 'shape') return { ...op, new: { ...(op.new as object), width: 99 } };
            if (op.action !== 'create') return op;
            const made = op.new as unknown as ObjectData;
            return { ...op, new: { ...made, shape: { ...made.shape, width: 99 } } as never };
          });
        };
      }
      let page = wire.open();
      for (let turn = 0; turn < 400 && !page.session.item; turn += 1) await pass(500);
      expect(page.session.item?.key).toBe(KEY);
      wire.faults = { lose: 0.25, repeat: 0.2, delay: 3_000 };

      let n = 0;
      let remotes = 0;
      const committed: number[] = [];
      for (let act = 0; act < 25; act += 1) {
        const dice = chance();
        const objects = [...page.session.objects];
        const any = objects[Math.floor(chance() * objects.length)];
        if (dice < 0.1) {
          page.close();
          if (chance() < 0.3) await settle(1);
          page = wire.open();
          for (let turn = 0; turn < 400 && !page.session.item; turn += 1) await pass(500);
        } else if (dice < 0.2) {
          const stored = [...wire.kernel.objects(KEY).values()];
          const one = stored[Math.floor(chance() * stored.length)];
          remotes += 1;
          if (one) wire.remote([chance() < 0.3 ? erase(one) : move(one, -remotes)]);
        } else if (dice < 0.25 && any) {
          page.session.commit([erase(any)], []);
        } else if (dice < 0.6 && any) {
          n += 1;
          committed.push(n);
          page.session.commit([move(any, n)]);
        } else {
          n += 1;
          committed.push(n);
          page.session.commit([create(box(`o${n}`, n))], [`o${n}`]);
        }
        if (chance() < 0.5) await pass(Math.floor(chance() * 4_000));
      }
      wire.faults = { lose: 0, repeat: 0, delay: 0 };
      await untilSaved(page);
      // What was on its way has come; a new page has the whole truth, also about what was refused.
      await pass(20_000);
      expect(page.session.save).toEqual({ kind: 'saved' });

      const stored = numbers(wire.kernel.log).filter((value) => value > 0);
      const refused = numbers(page.session.refused.flatMap((one) => one.ops));
      expect([...stored, ...refused].sort((a, b) => a - b)).toEqual(committed);
      expect(await waitingInDatabase()).toEqual([]);
      page.session.hello(100, 100);
      await pass(500);
      expect(sorted(page.session.objects)).toEqual(sorted([...wire.kernel.objects(KEY).values()]));
    },
  );
});

describe('under a slow wire that repeats and reorders, but loses nothing', () => {
  it.each(Array.from({ length: TRIALS }, (_, seed) => seed + 1))(
    'the screen ends up right by itself (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const wire = new Wire(chance);
      const page = wire.open();
      await pass(500);
      wire.faults = { lose: 0, repeat: 0.2, delay: 800 };
      for (let n = 1; n <= 25; n += 1) {
        const stored = [...wire.kernel.objects(KEY).values()];
        const other = stored[Math.floor(chance() * stored.length)];
        const own = page.session.objects[Math.floor(chance() * page.session.objects.length)];
        const dice = chance();
        if (dice < 0.3 && other) wire.remote([move(other, -n)]);
        else if (dice < 0.4 && other) wire.remote([erase(other)]);
        else if (dice < 0.5) wire.remote([create(box(`r${n}`, -n))]);
        else if (dice < 0.6 && own) page.session.commit([erase(own)], []);
        else if (dice < 0.8 && own) page.session.commit([move(own, n)]);
        else page.session.commit([create(box(`o${n}`, n))]);
        await pass(Math.floor(chance() * 1_000));
      }
      await untilSaved(page);
      await pass(5_000);
      expect(sorted(page.session.objects)).toEqual(sorted([...wire.kernel.objects(KEY).values()]));
    },
  );
});

function sorted(objects: readonly ObjectData[]): ObjectData[] {
  return [...objects].sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('a page that goes away', () => {
  it('leaves its edits to the next one, which sends them before its own', async () => {
    const wire = new Wire(random(1));
    const first = wire.open();
    await pass(500);
    wire.faults.lose = 1;
    for (const n of [1, 2, 3]) first.session.commit([create(box(`o${n}`, n))]);
    await settle();
    first.close();
    wire.faults.lose = 0;
    const second = wire.open();
    await until(() => second.session.save.kind === 'saving', 'adoption');
    second.session.hello(100, 100);
    await pass(500);
    await untilSaved(second);
    expect(numbers(wire.kernel.log)).toEqual([1, 2, 3]);
    expect(second.session.objects.map((object) => object.id)).toEqual(['o1', 'o2', 'o3']);
  });

  it('is not robbed while it lives', async () => {
    const wire = new Wire(random(1));
    const first = wire.open();
    await pass(500);
    wire.faults.lose = 1;
    first.session.commit([create(box('o1', 1))]);
    await settle();
    const second = wire.open();
    await settle();
    expect(second.session.save).toEqual({ kind: 'saved' });
    first.close();
    await until(() => second.session.save.kind === 'saving', 'adoption as soon as the lock is free');
  });

  it('keeps what was refused for the next one', async () => {
    const wire = new Wire(random(1));
    wire.kernel.hook = () => 'too small';
    const first = wire.open();
    await pass(500);
    first.session.commit([create(box('o1', 1))]);
    await untilSaved(first);
    expect(first.session.refused.map((one) => one.reason)).toEqual(['too small']);
    await settle();
    first.close();
    const second = wire.open();
    await until(() => second.session.refused.length === 1, 'the refused edit');
    second.session.dismiss(second.session.refused[0]?.id ?? '');
    await settle();
    second.close();
    const third = wire.open();
    await pass(500);
    expect(third.session.refused).toEqual([]);
  });

  it('without Web Locks everything is taken over, and still applied once', async () => {
    const wire = new Wire(random(1));
    vi.stubGlobal('navigator', {});
    const first = wire.open();
    await pass(500);
    wire.faults.lose = 1;
    first.session.commit([create(box('o1', 1))]);
    await settle();
    wire.faults.lose = 0;
    const second = wire.open();
    await untilSaved(second);
    await pass(20_000);
    expect(numbers(wire.kernel.log)).toEqual([1]);
  });
});

describe('a dead kernel', () => {
  it('hands its edits to the session of the cell that is run again, in the same page', async () => {
    const wire = new Wire(random(1));
    const first = wire.open();
    await pass(500);
    first.model.dead = true;
    first.model.fire('comm_live_update');
    expect(first.session.save).toMatchObject({ kind: 'offline', count: 0 });
    for (const n of [1, 2]) first.session.commit([create(box(`o${n}`, n))]);
    expect(first.session.save).toMatchObject({ kind: 'offline', count: 2 });
    await until(() => first.session.save.kind === 'offline' && first.session.save.kept, 'written');
    const second = wire.open();
    await pass(500);
    await untilSaved(second);
    expect(numbers(wire.kernel.log)).toEqual([1, 2]);
    await until(() => first.session.save.kind === 'offline' && first.session.save.count === 0, 'the news');
    // Whatever is drawn in the old output goes the same way.
    first.session.commit([create(box('o3', 3))]);
    await until(() => second.session.save.kind === 'saving', 'the news of a new edit');
    await untilSaved(second);
    expect(numbers(wire.kernel.log)).toEqual([1, 2, 3]);
  });

  it('lets the person undo and redo within the outbox', async () => {
    const wire = new Wire(random(1));
    const page = wire.open();
    await pass(500);
    page.model.dead = true;
    page.session.commit([create(box('o1', 1))]); // this one is tried, and may have arrived
    page.session.commit([create(box('o2', 2))]);
    page.session.commit([create(box('o3', 3))]);
    page.session.act('undo');
    page.session.act('undo');
    expect(page.session.objects.map((object) => object.id)).toEqual(['o1']);
    page.session.act('undo');
    expect(page.session.objects.map((object) => object.id)).toEqual(['o1']);
    expect(page.notices.at(-1)).toContain('undo');
    page.session.act('redo');
    expect(page.session.objects.map((object) => object.id)).toEqual(['o1', 'o2']);
    page.close();
    await settle();
    const next = wire.open();
    await pass(500);
    await untilSaved(next);
    expect(numbers(wire.kernel.log)).toEqual([1, 2]);
  });
});

describe('without IndexedDB', () => {
  it('says so, warns on leaving, and works', async () => {
    const asked: Event[] = [];
    const page = new EventTarget();
    vi.stubGlobal('window', page);
    vi.stubGlobal('indexedDB', undefined);
    const wire = new Wire(random(1));
    const { session, notices, model } = wire.open();
    await pass(500);
    expect(notices).toEqual(['This browser keeps no edits for later: stay on the page until everything is saved.']);
    model.dead = true;
    session.commit([create(box('o1', 1))]);
    await settle();
    expect(session.save).toMatchObject({ kind: 'offline', count: 1, kept: false });
    const leave = (): Event => {
      const event = new Event('beforeunload', { cancelable: true });
      asked.push(event);
      page.dispatchEvent(event);
      return event;
    };
    expect(leave().defaultPrevented).toBe(true);
    model.dead = false;
    model.fire('comm_live_update');
    await pass(5_000);
    expect(session.save).toEqual({ kind: 'saved' });
    expect(leave().defaultPrevented).toBe(false);
    expect(numbers(wire.kernel.log)).toEqual([1]);
  });
});

describe('a kernel that cannot write', () => {
  it('is asked again until it can', async () => {
    const wire = new Wire(random(1));
    const page = wire.open();
    await pass(500);
    wire.kernel.full = true;
    page.session.commit([create(box('o1', 1))]);
    await pass(500);
    expect(page.session.save).toEqual({ kind: 'failing', count: 1, text: 'The disk is full.' });
    await pass(30_000);
    expect(page.model.of('change').length).toBeLessThan(9);
    wire.kernel.full = false;
    await untilSaved(page);
    expect(numbers(wire.kernel.log)).toEqual([1]);
  });
});
