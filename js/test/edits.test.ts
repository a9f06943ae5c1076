import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseClass, type Editable } from '../src/shared/edits';
import type { ClassData, Op } from '../src/shared/protocol';
import { answer, heard, model, notices, owner, receive, session, setUp, tearDown } from './page';
import { box, create, erase, json, Kernel, move, settle, show } from './world';

beforeEach(setUp);
afterEach(tearDown);

describe('an edit', () => {
  const a = box('a', 1);
  beforeEach(() => {
    receive(show('a.jpg', [], { seq: 1 }), json([a]));
    heard.length = 0;
  });

  it('is drawn at once, and is one message', () => {
    session.commit([create(box('o1', 5)), move(a, 7)], ['o1']);
    expect(session.byId.get('a')?.shape.x).toBe(7);
    expect([...session.selection]).toEqual(['o1']);
    expect(model.sent).toHaveLength(1);
    expect(heard.sort()).toEqual(['objects', 'save', 'selection']);
    expect(session.save).toEqual({ kind: 'saving', count: 1 });
  });

  it('names only what became different', () => {
    const ids: (ReadonlySet<string> | null)[] = [];
    session.on('objects', (changed) => ids.push(changed), owner.signal);
    session.commit([move(a, 7)]);
    answer();
    session.commit([create(box('o1', 5))]);
    expect(ids.map((one) => [...(one ?? [])])).toEqual([['a'], ['o1']]);
  });

  it('of a suggestion accepts it, in the same message', () => {
    receive(show('a.jpg', [], { seq: 2 }), json([{ ...a, origin: 'model', score: 0.7 }]));
    session.commit([move(a, 7)]);
    expect(session.byId.get('a')?.origin).toBe('human');
    const [change] = model.of('change');
    expect(change?.change.ops.map(({ path, new: value }) => [path, value]).at(-1)).toEqual(['origin', 'human']);
    expect(change?.change.ops).toHaveLength(2);
  });

  it.each([
    ['a reviewer’s mark', { path: 'attributes/review', old: null, new: 'wrong' }],
    ['its place in the drawing order', { path: 'order', old: 0, new: 5 }],
  ])('accepts no suggestion where it is %s', (_, values) => {
    receive(show('a.jpg', [], { seq: 2 }), json([{ ...a, origin: 'model' }]));
    session.commit([{ action: 'set', record: 'object', id: 'a', item: 'a.jpg', ...values }]);
    expect(session.byId.get('a')?.origin).toBe('model');
    session.commit([erase(a)]);
    expect(session.byId.has('a')).toBe(false);
    expect(session.pending.flat()).toHaveLength(2);
  });

  it('waits for the one before it', () => {
    for (const x of [2, 3, 4]) session.commit([move({ ...a, shape: { ...a.shape, x: x - 1 } }, x)]);
    expect(model.of('change')).toHaveLength(1);
    answer();
    answer();
    expect(model.of('change').map((one) => one.seq)).toEqual([1, 2, 3]);
    answer();
    expect(session.save).toEqual({ kind: 'saved' });
    expect(session.byId.get('a')?.shape.x).toBe(4);
  });

  it('is sent again with the same id, and the screen says that nobody answers', async () => {
    session.commit([move(a, 2)]);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(session.save).toEqual({ kind: 'saving', count: 1 });
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(session.save).toMatchObject({ kind: 'offline', count: 1, kept: true });
    await vi.advanceTimersByTimeAsync(60_000);
    const sent = model.of('change');
    expect(sent.length).toBeGreaterThan(6);
    expect(new Set(sent.map((one) => JSON.stringify(one))).size).toBe(1);
    answer();
    expect(session.save).toEqual({ kind: 'saved' });
    answer();
    expect(session.save).toEqual({ kind: 'saved' });
  });

  it('that a hook altered takes the stored form, and the next one goes on from it', () => {
    session.commit([create(box('o1', 5))]);
    session.commit([move(box('o1', 5), 6)]);
    const stored = box('o1', 5, { shape: { ...a.shape, x: 5, width: 99 } });
    answer({ status: 'amended', ops: [create(stored)], reason: 'too narrow' });
    expect(model.of('change')[1]?.change.ops[0]?.old).toMatchObject({ x: 5, width: 99 });
    expect(notices).toEqual([{ level: 'info', text: 'too narrow', detail: '' }]);
  });

  it('that was refused goes with all that was built on it, with reasons', () => {
    session.commit([create(box('o1', 5))], ['o1']);
    session.commit([move(box('o1', 5), 6)]);
    session.commit([move(a, 9)]);
    answer({ status: 'rejected', reason: 'too small' });
    expect(session.refused.map((one) => one.reason)).toEqual([
      'too small',
      'What it changes was not saved, or does not exist any more.',
    ]);
    expect(session.byId.has('o1')).toBe(false);
    expect([...session.selection]).toEqual([]);
    expect(model.of('change').at(-1)?.change.ops).toEqual([move(a, 9)]);
  });

  it('that clashed shows what is stored, and can be made again on it', async () => {
    session.commit([move(a, 9)]);
    const value = { ...a.shape, x: 50 };
    answer({ status: 'conflict', current: [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value }] });
    expect(session.byId.get('a')?.shape.x).toBe(50);
    const [refused] = session.refused;
    session.retry(refused?.id ?? '');
    expect(session.refused).toEqual([]);
    const [op] = model.of('change')[1]?.change.ops ?? [];
    expect([op?.old, op?.new]).toEqual([value, { ...a.shape, x: 9 }]);
    expect(model.of('change')[1]?.change.id).not.toBe(refused?.id);
    expect(session.byId.get('a')?.shape.x).toBe(9);
    answer();
    expect(session.save).toEqual({ kind: 'saved' });
  });

  it('can be made again only while its item is on screen', () => {
    session.commit([move(a, 9)]);
    const value = { ...a.shape, x: 50 };
    answer({ status: 'conflict', current: [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value }] });
    receive(show('b.jpg', []), json([]));
    const id = session.refused[0]?.id ?? '';
    session.retry(id);
    expect(session.refused).toHaveLength(1);
    expect(model.of('change')).toHaveLength(1);
    // Somebody has moved it again since: the other try goes on from there.
    const now = { ...a, shape: { ...a.shape, x: 70 } };
    receive(show('a.jpg', [], { seq: 300 }), json([now]));
    session.retry(id);
    expect(session.refused).toEqual([]);
    const [op] = model.of('change')[1]?.change.ops ?? [];
    expect([op?.old, op?.new]).toEqual([now.shape, { ...a.shape, x: 9 }]);
  });

  it('that cannot be made again stays on the list', () => {
    session.commit([move(a, 9)]);
    answer({ status: 'conflict', current: [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value: null }] });
    expect(session.byId.has('a')).toBe(false);
    session.retry(session.refused[0]?.id ?? '');
    expect(session.refused).toHaveLength(1);
    expect(notices.at(-1)?.text).toContain('cannot be made');
  });

  it('of an item that has been left does not touch the next one', () => {
    session.commit([move(a, 9)]);
    receive(show('b.jpg', []), json([box('o9', 3, { item: 'b.jpg' })]));
    expect(session.objects.map((object) => object.id)).toEqual(['o9']);
    answer({ seq: 8 });
    expect(session.objects.map((object) => object.id)).toEqual(['o9']);
    // The item is shown as it was read before the answer.
    receive(show('a.jpg', [], { seq: 7 }), json([a]));
    expect(session.byId.get('a')?.shape.x).toBe(9);
  });

  it('is refused where nothing can be changed', () => {
    model.set('read_only', true);
    session.commit([move(a, 9)]);
    expect(session.byId.get('a')?.shape.x).toBe(1);
    expect(model.sent).toEqual([]);
    expect(notices).toHaveLength(1);
  });

  it('is refused where it is locked, though others may be drawn above it', () => {
    model.set('locked', ['a']);
    session.commit([move(a, 9), create(box('o1', 5))]);
    expect([session.byId.get('a')?.shape.x, session.byId.has('o1')]).toEqual([1, false]);
    expect(notices).toHaveLength(1);
    session.commit([{ action: 'set', record: 'object', id: 'a', item: 'a.jpg', path: 'order', old: 0, new: 7 }]);
    model.set('locked', []);
    session.commit([move(a, 9)]);
    expect(model.of('change').map(({ change }) => change.ops[0]?.path)).toEqual(['order']);
    expect(session.byId.get('a')?.shape.x).toBe(9);
    expect(notices).toHaveLength(1);
  });

  it('gets an order, so that everybody draws it in the same place', () => {
    const { order: _, ...bare } = box('o1', 5);
    session.commit([create(bare), create({ ...bare, id: 'o2' })]);
    expect(session.objects.map((object) => object.id)).toEqual(['a', 'o1', 'o2']);
    const orders = model.of('change')[0]?.change.ops.map((op) => (op.new as { order?: number }).order);
    expect(orders).toEqual([1_800_000_000_000_000, 1_800_000_000_000_001]);
  });
});

describe("others' edits", () => {
  const a = box('a', 1);

  it('come in under what waits', () => {
    receive(show('a.jpg', [], { seq: 1 }), json([a]));
    session.commit([move(a, 9)]);
    const shape = { ...a.shape, x: 3 };
    const ops: Op[] = [{ ...move(a, 3) }, { ...move(a, 0), path: 'class_id', old: null, new: 'c' }];
    receive({ v: 1, type: 'patch', item: 'a.jpg', seq: 2 }, json(ops));
    expect(session.byId.get('a')).toMatchObject({ shape: { x: 9 }, class_id: 'c' });
    answer({
      status: 'conflict',
      current: [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value: shape }],
    });
    expect(session.byId.get('a')?.shape.x).toBe(3);
  });

  it('that clashed make the page ask again, for what is stored may be newer than the answer', () => {
    session.hello(10, 10);
    receive(show('a.jpg', [], { seq: 1 }), json([a]));
    session.commit([move(a, 9)]);
    receive({ v: 1, type: 'patch', item: 'a.jpg', seq: 3 }, json([{ ...erase(a), old: { id: 'a' } }]));
    const value = { ...a.shape, x: 3 };
    answer({ status: 'conflict', current: [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value }] });
    expect(session.byId.has('a')).toBe(false);
    expect(model.of('hello')).toHaveLength(2);
  });

  it('make the page ask again where something was missed', () => {
    receive(show('a.jpg', [], { seq: 1 }), json([a]));
    session.hello(10, 10);
    receive(show('a.jpg', [], { seq: 1 }), json([a]));
    receive({ v: 1, type: 'patch', item: 'a.jpg', seq: 9 }, json([move(box('a', 50), 60)]));
    expect(model.of('hello')).toHaveLength(2);
  });
});

describe('actions', () => {
  const a = box('a', 1);
  beforeEach(() => receive(show('a.jpg', [], { seq: 1 }), json([a])));

  it('of the browser are signalled, all others are sent', () => {
    const own: string[] = [];
    session.on('action', (name) => own.push(name), owner.signal);
    for (const name of ['fit', 'nudge_left_far', 'corner', 'help', 'zoom_in', 'filter_classes', 'done', 'call:x'])
      session.act(name);
    expect(own).toEqual(['fit', 'nudge_left_far', 'corner', 'help', 'zoom_in', 'filter_classes']);
    expect(model.of('action').map((one) => one.name)).toEqual(['done', 'call:x']);
  });

  it('tool and class act here at once, also without a kernel', () => {
    model.dead = true;
    session.act('tool:select');
    session.act('class:c2');
    expect([session.tool, session.activeClass]).toEqual(['select', 'c2']);
    expect(model.saved).toEqual(['tool', 'active_class']);
    expect(heard).toEqual(expect.arrayContaining(['tool', 'activeClass']));
    model.set('tool', 'box');
    expect(session.tool).toBe('box');
  });

  it('undo waits for the edits before it, and the edits after it wait for its effect', async () => {
    session.commit([move(a, 2)]);
    session.act('undo');
    session.commit([create(box('o1', 5))]);
    session.act('next');
    expect(model.sent.map((one) => one.type)).toEqual(['change', 'action']); // moving on waits for nothing
    answer();
    expect(model.of('action').map((one) => one.name)).toEqual(['next', 'undo']);
    expect(model.of('change')).toHaveLength(1);
    receive({ v: 1, type: 'patch', item: 'a.jpg', seq: 102 }, json([move(box('a', 2), 1)]));
    expect(model.of('change')).toHaveLength(2);
    expect(session.byId.get('a')?.shape.x).toBe(1);
  });

  it('undo whose effect nobody sees holds nothing up for long', async () => {
    session.act('undo');
    session.commit([move(a, 2)]);
    expect(model.of('change')).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(model.of('change')).toHaveLength(1);
  });

  it('without a kernel say so', () => {
    model.dead = true;
    session.act('next');
    expect(notices.at(-1)?.text).toContain('next');
    expect(session.save).toMatchObject({ kind: 'offline', count: 0 });
  });
});

describe('the kernel of the tests', () => {
  it('applies as the real one does', () => {
    const kernel = new Kernel();
    const a = box('a', 1);
    expect(kernel.perform([create(a)])).toEqual([]);
    expect(kernel.perform([create(a)])).toHaveLength(1);
    expect(kernel.perform([move(a, 2), move(a, 3)])).toHaveLength(1);
    expect(kernel.objects('a.jpg').get('a')?.shape.x).toBe(1);
    expect(kernel.perform([erase(a)])).toEqual([]);
    expect(kernel.perform([erase(a)])).toEqual([{ record: 'object', id: 'a', item: 'a.jpg', path: '', value: null }]);
  });
});

describe('a class that is chosen', () => {
  const shapes = {
    box: { ...box('a', 1).shape },
    turned: { ...box('b', 1).shape, angle: 30 },
    polygon: { kind: 'polygon' },
  };

  it.each([
    [['box'], ['box']],
    [['rotated_box'], ['box', 'turned']],
    [['polygon', 'mask'], ['polygon']],
    [['skeleton'], []],
    [[], ['box', 'turned', 'polygon']],
  ])('of %s is given to what it takes of what is selected', (taken, given) => {
    const objects = Object.entries(shapes).map(([id, shape]) => ({ ...box(id, 1), id, shape, class_id: 'old' }));
    const commit = vi.fn();
    const setActiveClass = vi.fn();
    const target = {
      item: { key: 'a.jpg' },
      classes: [{ id: 'new', name: 'new', shapes: taken } as unknown as ClassData],
      objects,
      byId: new Map(objects.map((object) => [object.id, object])),
      selection: new Set(Object.keys(shapes)),
      veil: { on: () => false },
      readOnly: false,
      commit,
      setActiveClass,
    } as unknown as Editable;
    chooseClass(target, 'new');
    expect((commit.mock.calls[0]?.[0] ?? []).map(({ id }: Op) => id)).toEqual(given);
    expect(setActiveClass).toHaveBeenCalledWith('new');
  });
});
