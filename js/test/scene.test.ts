import { describe, expect, it } from 'vitest';
import type { ItemData, Json, ObjectData, Op } from '../src/shared/protocol';
import { alsoRefused, amended, GONE, OVERTAKEN, rebase, refused } from '../src/shared/rebase';
import { inOrder, Scene } from '../src/shared/scene';
import { agree, at, equal, freshId, put } from '../src/shared/values';
import { box, create, erase, move } from './world';

const item: ItemData = {
  key: 'a.jpg',
  name: 'a.jpg',
  index: 0,
  total: 1,
  state: 'todo',
  note: '',
  width: 640,
  height: 480,
  problem: null,
  warning: null,
};

/** An edit as the one before it left the object. */
function moved(object: ObjectData, x: number): ObjectData {
  return { ...object, shape: { ...object.shape, x } };
}

function xs(scene: Scene, pending: Op[][] = []): [string, Json | undefined][] {
  return inOrder(scene.seen(pending).objects).map((object) => [object.id, object.shape.x]);
}

describe('values', () => {
  it('compare as JSON', () => {
    expect(equal({ a: [1, { b: null }] }, { a: [1, {}] })).toBe(true);
    expect(equal({ a: 1 }, { a: 2 })).toBe(false);
    expect(equal([1, 2], [1])).toBe(false);
    expect(equal(null, undefined)).toBe(true);
    expect(agree({ x: 1, angle: 0 }, { x: 1 })).toBe(true);
    expect(agree({ x: 1 }, { x: 2 })).toBe(false);
  });

  it('are read and written by path', () => {
    const record = { shape: { x: 1, y: 2 }, class_id: 'c' };
    expect(at(record, 'shape/x')).toBe(1);
    expect(at(record, 'shape/constructor')).toBeUndefined();
    expect(put(record, 'shape/x', 5)).toEqual({ shape: { x: 5, y: 2 }, class_id: 'c' });
    expect(put(record, 'attributes/a/b', 1)).toEqual({ ...record, attributes: { 'a/b': 1 } });
    expect(put({ attributes: { a: 1 } }, 'attributes/a', null)).toEqual({ attributes: {} });
    expect(record).toEqual({ shape: { x: 1, y: 2 }, class_id: 'c' });
  });

  it('give ids where randomUUID is missing', () => {
    const uuid = crypto.randomUUID;
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    const ids = new Set(Array.from({ length: 100 }, freshId));
    Object.defineProperty(crypto, 'randomUUID', { value: uuid, configurable: true });
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the scene', () => {
  const a = box('a', 1);
  const b = box('b', 2, { order: 2 });

  it('shows what is stored with what waits on top, in drawing order', () => {
    const scene = new Scene(item, [b, a], 5);
    const c = box('c', 3, { order: 0 });
    expect(xs(scene, [[move(a, 10)], [create(c)], [erase(b)]])).toEqual([
      ['c', 3],
      ['a', 10],
    ]);
    expect(xs(scene)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('takes reports in the order of the log, however they come', () => {
    const scene = new Scene(item, [a], 5);
    scene.fold({ seq: 8, ops: [move(moved(a, 7), 8)], echo: true });
    scene.fold({ seq: 6, ops: [move(a, 6)], echo: false });
    scene.fold({ seq: 7, ops: [move(moved(a, 6), 7)], echo: true });
    expect(xs(scene)).toEqual([['a', 8]]);
    expect(scene.doubtful).toBe(false);
  });

  it('is not taken back by the late echo of an own edit', () => {
    const scene = new Scene(item, [a], 5);
    scene.fold({ seq: 6, ops: [move(a, 10)], echo: false });
    scene.fold({ seq: 7, ops: [move(moved(a, 10), 20)], echo: false });
    scene.fold({ seq: 7, ops: [move(a, 10)], echo: true });
    expect(xs(scene)).toEqual([['a', 20]]);
  });

  it('knows when it has missed something', () => {
    const scene = new Scene(item, [a], 5);
    scene.fold({ seq: 9, ops: [move(moved(a, 50), 60)], echo: true });
    expect(scene.doubtful).toBe(true);
    scene.fold({ seq: 8, ops: [move(a, 50)], echo: true });
    expect(scene.doubtful).toBe(false);
    expect(xs(scene)).toEqual([['a', 60]]);
  });

  it('leaves alone what its base contains, and other items', () => {
    const scene = new Scene(item, [a], 5);
    scene.fold({ seq: 5, ops: [erase(a)], echo: true });
    scene.fold({ seq: 6, ops: [{ ...erase(a), item: 'b.jpg' }], echo: true });
    expect(xs(scene)).toEqual([['a', 1]]);
  });

  it('says "in progress" of what is to do and has something on it', () => {
    expect(new Scene(item, [], 0).seen([]).item.state).toBe('todo');
    expect(new Scene(item, [], 0).seen([[create(a)]]).item.state).toBe('in_progress');
    expect(new Scene({ ...item, state: 'in_progress' }, [a], 0).seen([[erase(a)]]).item.state).toBe('todo');
    expect(new Scene({ ...item, state: 'in_progress' }, [], 0).seen([]).item.state).toBe('in_progress');
    expect(new Scene({ ...item, state: 'done' }, [a], 0).seen([]).item.state).toBe('done');
  });

  it('keeps only so many steps, and loses none', () => {
    const scene = new Scene(item, [a], 0);
    let now = a;
    for (let seq = 1; seq <= 1_000; seq += 1) {
      scene.fold({ seq, ops: [move(now, seq * 10)], echo: true });
      now = moved(now, seq * 10);
    }
    expect(xs(scene)).toEqual([['a', 10_000]]);
    expect(scene.doubtful).toBe(false);
  });

  it('takes over what the kernel says is stored', () => {
    const scene = new Scene(item, [a, b], 5);
    const clash = { record: 'object', item: 'a.jpg' };
    scene.correct([
      { ...clash, id: 'a', path: 'shape', value: { ...a.shape, x: 77 } },
      { ...clash, id: 'b', path: '', value: null },
    ]);
    expect(xs(scene)).toEqual([['a', 77]]);
  });
});

describe('rebasing', () => {
  const a = box('a', 1);

  it('rewrites old values along a chain after an amendment', () => {
    const sent = create(a);
    const stored = create(moved(a, 5));
    const drifts = amended([sent], [stored]);
    const first = rebase([move(a, 10)], drifts);
    expect(first).toEqual({ ops: [{ ...move(a, 10), old: { ...a.shape, x: 5 } }], changed: true });
    const second = rebase([move(moved(a, 10), 20)], drifts);
    expect(second).toMatchObject({ changed: false });
  });

  it('rewrites parts of a whole, and wholes by their parts', () => {
    const part = (old: number, value: number): Op => ({
      action: 'set',
      record: 'object',
      id: 'a',
      item: 'a.jpg',
      path: 'shape/x',
      old,
      new: value,
    });
    const byWhole = amended([move(a, 10)], [move(a, 12)]);
    expect(rebase([part(10, 20)], byWhole)).toEqual({ ops: [part(12, 20)], changed: true });
    expect(rebase([part(20, 30)], byWhole)).toEqual({ ops: [part(20, 30)], changed: false });
    const byPart = amended([part(1, 10)], [part(1, 12)]);
    expect(rebase([move(moved(a, 10), 20)], byPart)).toEqual({ ops: [move(moved(a, 12), 20)], changed: true });
  });

  it('takes an operation that a hook left out as not done', () => {
    const other = box('o', 9);
    const drifts = amended([create(a), create(other)], [create(a)]);
    expect(rebase([move(other, 10)], drifts)).toBe(GONE);
    expect(rebase([move(a, 10)], drifts)).toEqual({ ops: [move(a, 10)], changed: false });
  });

  it('refuses what was to change an object that was refused, and all that follows on it', () => {
    const drifts = refused([create(a)]);
    expect(rebase([move(a, 10)], drifts)).toBe(GONE);
    alsoRefused(drifts, [move(a, 10)]);
    expect(rebase([erase(moved(a, 10))], drifts)).toBe(GONE);
    expect(rebase([create(box('o', 1))], drifts)).toEqual({ ops: [create(box('o', 1))], changed: false });
  });

  it('goes on from the stored value after a refusal', () => {
    const drifts = refused([move(a, 10)]);
    expect(rebase([move(moved(a, 10), 20)], drifts)).toEqual({ ops: [move(a, 20)], changed: true });
    expect(rebase([erase(moved(a, 20))], refused([move(a, 20)]))).toEqual({ ops: [erase(a)], changed: true });
  });

  it('does not overwrite somebody else by the next edit in the chain', () => {
    const current = [{ record: 'object', id: 'a', item: 'a.jpg', path: 'shape', value: { ...a.shape, x: 99 } }];
    const drifts = refused([move(a, 10)], current);
    expect(rebase([move(moved(a, 10), 20)], drifts)).toBe(OVERTAKEN);
    const relabel: Op = {
      action: 'set',
      record: 'object',
      id: 'a',
      item: 'a.jpg',
      path: 'class_id',
      old: null,
      new: 'c',
    };
    expect(rebase([relabel], drifts)).toEqual({ ops: [relabel], changed: false });
    const gone = refused([move(a, 10)], [{ ...(current[0] as (typeof current)[0]), value: null as never }]);
    expect(rebase([relabel], gone)).toBe(GONE);
  });
});
