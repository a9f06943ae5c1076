// The shelf on a live session with a fake model: the example messages of the grid, edits that wait, and lost messages.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isMarked, type Marks, marking } from '../../src/grid/marks';
import { type Shelf, shelfOf, type Viewer } from '../../src/grid/shelf';
import { pictureName } from '../../src/grid/thumbs';
import { LiveSession } from '../../src/shared/live';
import type { CellData, Down, Op } from '../../src/shared/protocol';
import { FakeModel, json, Locks, settle, until } from '../world';

interface Example {
  note: string;
  message: { [name: string]: unknown };
  buffers: unknown[];
}

const files = import.meta.glob('../../../tests/protocol/grid/*.json', {
  eager: true,
  import: 'default',
}) as unknown as {
  [path: string]: Example[];
};
const of = (direction: string, type: string): Example[] =>
  (files[`../../../tests/protocol/grid/${direction}.json`] ?? []).filter(({ message }) => message['type'] === type);

const MARKS: Marks = {
  object: { record: 'object', id: '', path: 'attributes/review', value: 'wrong', badge: 'wrong', good: false },
  item: { record: 'field', id: 'review', path: 'value', value: true, badge: 'chosen', good: true },
};

let model: FakeModel;
let session: LiveSession;
let owner: AbortController;
let shelf: Shelf;
let view: Viewer & { heard: unknown[] };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: 1_800_000_000_000 });
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', { locks: new Locks().page({}) });
  vi.stubGlobal('Worker', undefined);
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    const head = new Uint8Array(await blob.arrayBuffer());
    if (head[0] !== 0x89) throw new Error('not a PNG');
    return { width: 1, height: 1, close: vi.fn() };
  });
  model = new FakeModel({ place: '/grid' });
  owner = new AbortController();
  session = new LiveSession('s1', () => {});
  session.connect(model.model, owner.signal);
  const heard: unknown[] = [];
  view = {
    heard,
    range: [0, 4],
    changed: () => {},
    filled: (other, at) => heard.push(['filled', other, at]),
    dropped: (at) => heard.push(['dropped', at]),
  };
  shelf = shelfOf(session, view, owner.signal);
  shelf.marks = MARKS;
});
afterEach(() => {
  owner.abort();
  session.close();
  vi.useRealTimers();
});

function receive({ message, buffers }: Example): void {
  const data = buffers.map((value) => {
    const { base64 } = value as { base64?: string };
    if (base64 === undefined) return json(value);
    return new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
  });
  model.receive(message, ...data);
}

function filled(): void {
  for (const example of of('down', 'fill')) receive(example);
  for (const example of of('down', 'cells').slice(0, 1)) receive(example);
}

function answer(values: { [name: string]: unknown } = {}): void {
  const { change } = model.of('change').at(-1) ?? { change: { id: '' } };
  const plain = { v: 1, type: 'answer', id: change.id, status: 'ok', reason: '', ops: null, current: [], seq: 20 };
  model.receive({ ...plain, ...values } as Down);
}

function markFirst(on: boolean): Op[] {
  const ops = marking([shelf.cell(0) as CellData], MARKS, on);
  session.commit(ops);
  return ops;
}

describe('the examples', () => {
  it('of lists and cells are taken in', () => {
    filled();
    expect(view.heard).toEqual([
      ['filled', true, 0],
      ['filled', false, null],
    ]);
    expect([shelf.version, shelf.count, shelf.total, shelf.complete]).toEqual([1, 4, 4, true]);
    const [cells] = of('down', 'cells').map(({ buffers }) => buffers[0] as CellData[]);
    expect(shelf.cell(0)).toEqual(cells?.[0]);
    expect(isMarked(shelf.cell(0) as CellData, MARKS)).toBe(true);
    expect(shelf.cell(2)?.gone).toBe(true);
    expect(shelf.cell(3)).toBeUndefined();
    receive(of('down', 'cells')[1] as Example);
    expect(isMarked(shelf.cell(0) as CellData, MARKS)).toBe(false);
  });

  it('of pictures are decoded, and what cannot be shown says so', async () => {
    filled();
    receive(of('down', 'thumbs')[0] as Example);
    const name = pictureName('a.jpg', [-5.5, 10, 50, 50]);
    await until(() => shelf.thumb(name) !== undefined, 'the picture');
    expect(shelf.thumb(name)).toMatchObject({ region: [0, 10, 45, 50], size: 128, problem: null });
    expect(shelf.thumb('c.jpg')).toMatchObject({ bitmap: null, problem: expect.stringContaining('empty') });
  });

  it('of what is taken out move the others up', () => {
    filled();
    receive(of('down', 'drop')[0] as Example);
    expect([shelf.version, shelf.count]).toEqual([2, 3]);
    expect(view.heard.at(-1)).toEqual(['dropped', [1]]);
    expect(shelf.cell(1)?.object).toBe('o9');
    receive(of('down', 'drop')[0] as Example); // of another list: something was missed
    expect(model.of('hello')).toHaveLength(1);
  });

  it('are what the page sends', () => {
    filled();
    shelf.need(0, 4);
    const [asked] = model.of('cells');
    expect(Object.keys(asked ?? {})).toEqual(Object.keys(of('up', 'cells')[0]?.message ?? {}));
    shelf.want(view, [{ name: 'b.jpg', item: 'b.jpg', crop: null }], 128);
    vi.advanceTimersByTime(100);
    const [wanted] = model.of('thumbs');
    expect(new Set(Object.keys(wanted ?? {}))).toEqual(new Set(Object.keys(of('up', 'thumbs')[0]?.message ?? {})));
    receive(of('down', 'cells')[1] as Example);
    markFirst(true);
    const [example] = of('up', 'change').map(({ message }) => message['change'] as { ops: Op[] });
    expect(model.of('change')[0]?.change).toMatchObject({ item: '/grid', ops: example?.ops });
  });
});

describe('a mark', () => {
  const marked = (): boolean => isMarked(shelf.cell(0) as CellData, MARKS);

  it('is seen at once, and stays while the kernel has answered and not yet said so', () => {
    filled();
    markFirst(false);
    expect(marked()).toBe(false);
    answer({ seq: 20 });
    expect(session.save.kind).toBe('saved');
    expect(marked()).toBe(false);
    // What was read before the edit was stored comes late.
    receive(of('down', 'cells')[0] as Example);
    expect(marked()).toBe(false);
    const later = structuredClone(of('down', 'cells')[0]) as Example;
    later.message['seq'] = 21;
    receive(later);
    expect(marked(), 'somebody has marked it again').toBe(true);
  });

  it('goes back where it is refused, with the reason, and may be tried again', async () => {
    filled();
    markFirst(false);
    answer({ status: 'rejected', reason: 'It is right.' });
    expect(marked()).toBe(true);
    expect(session.refused.map(({ item, reason }) => [item, reason])).toEqual([['/grid', 'It is right.']]);
    await settle();
    session.retry(session.refused[0]?.id ?? '');
    expect(marked()).toBe(false);
    expect(model.of('change')).toHaveLength(2);
  });

  it('that clashes gives way to what is stored', () => {
    filled();
    markFirst(false);
    const current = [{ record: 'object', id: 'o1', item: 'a.jpg', path: 'attributes/review', value: 'fine' }];
    answer({ status: 'conflict', reason: 'changed', current, seq: 0 });
    expect(shelf.cell(0)?.value).toBe('fine');
  });

  it('that clashed may be tried again on what is stored, and does not clash for ever', async () => {
    filled();
    const wanted = markFirst(false);
    const current = [{ record: 'object', id: 'o1', item: 'a.jpg', path: 'attributes/review', value: 'fine' }];
    answer({ status: 'conflict', reason: 'changed', current, seq: 0 });
    await settle();
    session.retry(session.refused[0]?.id ?? '');
    const again = model.of('change').at(-1)?.change as unknown as { ops: Op[] };
    expect(again.ops).toEqual(wanted.map((op) => ({ ...op, old: 'fine' })));
  });

  it('and an action on marks keep their order', () => {
    filled();
    markFirst(false);
    session.ask('delete');
    expect(model.of('action')).toEqual([]);
    answer();
    expect(model.of('action').map(({ name }) => name)).toEqual(['delete']);
  });

  it('is undone in the outbox while no kernel answers', () => {
    filled();
    model.dead = true;
    markFirst(false);
    markFirst(true);
    session.act('undo');
    expect(marked()).toBe(false);
    session.act('redo');
    expect(marked()).toBe(true);
  });
});

describe('what is asked for', () => {
  it('is asked again when nothing comes, and not before', () => {
    filled();
    shelf.need(0, 4);
    shelf.need(0, 4);
    expect(model.of('cells')).toHaveLength(1);
    vi.advanceTimersByTime(2_100);
    shelf.need(0, 4);
    expect(model.of('cells')).toHaveLength(2);
  });

  it('of pictures says which batch has come; when all is lost, that nothing has', () => {
    filled();
    const wishes = [{ name: 'b.jpg', item: 'b.jpg', crop: null }];
    shelf.want(view, wishes, 128);
    vi.advanceTimersByTime(100);
    receive(of('down', 'thumbs')[0] as Example);
    shelf.want(view, [...wishes, { name: 'd.jpg', item: 'd.jpg', crop: null }], 128);
    vi.advanceTimersByTime(100);
    expect(model.of('thumbs').map(({ heard, wanted }) => [heard, wanted.length])).toEqual([
      [null, 1],
      [1, 2],
    ]);
    vi.advanceTimersByTime(2_200);
    expect(model.of('thumbs').at(-1)?.heard).toBe(null);
  });

  it('ends with the last view', () => {
    filled();
    shelf.want(view, [{ name: 'b.jpg', item: 'b.jpg', crop: null }], 128);
    owner.abort();
    vi.advanceTimersByTime(10_000);
    expect(model.of('thumbs')).toEqual([]);
  });
});
