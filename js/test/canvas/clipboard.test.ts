// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { Clipboard, read, written } from '../../src/canvas/clipboard';
import type { ClassData, ObjectData } from '../../src/shared/protocol';
import { box } from '../fake';
import { type Scene, scene } from './surface';

const data = (id: string, more: Partial<ClassData> = {}): ClassData => ({
  id,
  name: id.replace('id-', ''),
  color: '#0072b2',
  key: '',
  order: 1,
  retired: false,
  ...more,
});
const square = (id: string, x: number, y: number, side: number, more: Partial<ObjectData> = {}) =>
  box(id, 'id-car', { shape: { kind: 'box', x, y, width: side, height: side, angle: 0 }, ...more });

let it_: Scene;
let clipboard: Clipboard;
const open = (objects: ObjectData[], classes = [data('id-car')]): void => {
  it_ = scene(objects);
  it_.session.classes = classes;
  clipboard = new Clipboard(it_.surface, it_.root, it_.owner.signal);
};
const ops = () => it_.session.commits.at(-1)?.ops ?? [];
const made = () => ops().map((op) => op.new as unknown as ObjectData);
const places = () => made().map(({ shape }) => [shape.x, shape.y]);

beforeEach(() => {
  (globalThis as Record<symbol, unknown>)[Symbol.for('ipyannotator.clipboard')] = undefined;
  open([square('a', 100, 100, 50), square('b', 300, 100, 50)]);
});

describe('copy and paste', () => {
  it('makes new objects beside the originals, in one commit, each time a step further', () => {
    it_.session.select(['a', 'b']);
    clipboard.perform('copy');
    clipboard.perform('paste');
    expect(it_.session.commits).toHaveLength(1);
    expect(places()).toEqual([
      [108, 108],
      [308, 108],
    ]);
    expect(made().map(({ id }) => id)).toEqual([...it_.session.selection]);
    clipboard.perform('paste');
    expect(places()).toEqual([
      [116, 116],
      [316, 116],
    ]);
  });

  it('is at the same place on another image', () => {
    it_.session.select(['a']);
    clipboard.perform('copy');
    open([]);
    if (it_.session.item) it_.session.item = { ...it_.session.item, key: 'b.jpg' };
    clipboard.perform('paste');
    expect(places()).toEqual([[100, 100]]);
    expect(ops()[0]?.item).toBe('b.jpg');
  });

  it('keeps class and attributes, and neither score nor track, author or a reviewer’s mark', () => {
    const attributes = { colour: 'red', review: 'wrong' };
    open([square('a', 1, 1, 50, { attributes, score: 0.5, track: '7', author: 'bob', origin: 'model' })]);
    it_.session.select(['a']);
    clipboard.perform('copy');
    clipboard.perform('paste');
    const [copy] = made();
    expect(copy).toMatchObject({ class_id: 'id-car', attributes: { colour: 'red' } });
    for (const name of ['score', 'track', 'author', 'origin']) expect(copy).not.toHaveProperty(name);
    expect(Object.keys(copy?.attributes ?? {})).toEqual(['colour']);
  });

  it('finds the class by its name, as another task has another id for it, and says where there is none', () => {
    it_.session.select(['a']);
    clipboard.perform('copy');
    open([], [data('other', { name: 'car' })]);
    clipboard.perform('paste');
    expect(made()[0]?.class_id).toBe('other');
    open([], [data('other', { name: 'bus' })]);
    clipboard.perform('paste');
    expect(made()[0]).not.toHaveProperty('class_id');
    expect(it_.said.at(-1)).toBe('1 object is pasted; 1 without a class, as there is none of its name here.');
  });

  it('is around the crosshair where that is asked for', () => {
    it_.session.select(['a', 'b']);
    clipboard.perform('copy');
    it_.surface.set({ cross: { x: 320, y: 400 } });
    clipboard.perform('paste_here');
    expect(places()).toEqual([
      [195, 375],
      [395, 375],
    ]);
  });

  it('of what was cut is where it was', () => {
    it_.session.select(['a']);
    clipboard.perform('cut');
    expect(ops().map(({ action, id }) => [action, id])).toEqual([['delete', 'a']]);
    clipboard.perform('paste');
    expect(places()).toEqual([[100, 100]]);
  });

  it('moves into the picture what would lie outside it, and leaves out what is too large or of other pixels', () => {
    const text = written(
      [
        square('a', 620, 470, 50),
        square('b', 0, 0, 900),
        { ...square('c', 0, 0, 9), shape: { kind: 'mask', size: [4, 5], counts: '05' } },
        { ...square('d', 0, 0, 9), shape: { kind: 'spline' } },
      ],
      [data('id-car')],
    );
    clipboard.paste(text);
    expect(places()).toEqual([[590, 430]]);
    expect(it_.said.at(-1)).toContain('1 left out, as this picture is too small for it');
    expect(it_.said.at(-1)).toContain('cannot draw it');
  });

  it.each([
    ['', 'Nothing was copied yet.'],
    ['hello', 'What was copied are no objects of an annotator.'],
    ['{"objects": []}', 'What was copied are no objects of an annotator.'],
    ['{"ipyannotator": 99, "objects": []}', 'What was copied are no objects of an annotator.'],
    ['{"ipyannotator": 1, "objects": [{"shape": 5}, 7, null]}', '0 objects are pasted.'],
  ])('of %j does nothing and says why', (text, words) => {
    clipboard.paste(text);
    expect(it_.session.commits.flatMap((commit) => commit.ops)).toEqual([]);
    expect(it_.said.at(-1)).toBe(words);
  });

  it('of somebody else’s text does not bring back what was copied here before', () => {
    it_.session.select(['a']);
    clipboard.perform('copy');
    clipboard.paste('hello');
    expect(it_.session.commits).toHaveLength(0);
    expect(it_.said.at(-1)).toBe('What was copied are no objects of an annotator.');
  });

  it('leaves out what has no size', () => {
    const shape = { kind: 'box', x: 1, y: 1, width: -5, height: 0, angle: 0 };
    clipboard.paste(written([{ ...square('a', 0, 0, 9), shape }], []));
    expect(ops()).toEqual([]);
    expect(it_.said.at(-1)).toBe('0 objects are pasted; 1 left out, as this annotator cannot draw it.');
  });

  it('does nothing in explore but copy', () => {
    it_.session.readOnly = true;
    it_.session.select(['a']);
    for (const action of ['copy', 'paste', 'cut', 'duplicate']) clipboard.perform(action);
    expect(it_.session.commits).toHaveLength(0);
    expect(it_.said[0]).toBe('Copied.');
  });

  it('duplicates beside the original, and leaves what was copied as it is', () => {
    it_.session.select(['b']);
    clipboard.perform('copy');
    it_.session.select(['a']);
    clipboard.perform('duplicate');
    expect(places()).toEqual([[108, 108]]);
    clipboard.perform('paste');
    expect(places()).toEqual([[308, 108]]);
  });
});

describe('the text of a clipboard', () => {
  it('comes back as it was written', () => {
    const [copied] = read(written([square('a', 1, 2, 3, { attributes: { x: [1] } })], [data('id-car')])) ?? [];
    expect(copied).toEqual({
      shape: { kind: 'box', x: 1, y: 2, width: 3, height: 3, angle: 0 },
      label: 'car',
      attributes: { x: [1] },
    });
  });
});
