import { describe, expect, it } from 'vitest';
import { arranged, reordering, type Way } from '../../src/canvas/ordering';
import type { ObjectData } from '../../src/shared/protocol';
import { many } from './random';

const object = (id: string, order: number): ObjectData => ({ id, item: 'a.jpg', shape: { kind: 'box' }, order });
const row = (names: string, orders?: number[]): ObjectData[] =>
  [...names].map((id, at) => object(id, orders?.[at] ?? (at + 1) * 1000));
const moved = (names: string, chosen: string, way: Way): string =>
  arranged(row(names), new Set(chosen), way)
    .map(({ id }) => id)
    .join('');

describe('the order of drawing', () => {
  it.each([
    ['b', 'bring_to_front', 'acdeb'],
    ['bd', 'bring_to_front', 'acebd'],
    ['d', 'send_to_back', 'dabce'],
    ['bd', 'send_to_back', 'bdace'],
    ['b', 'forward', 'acbde'],
    ['bc', 'forward', 'adbce'],
    ['bd', 'forward', 'acbed'],
    ['e', 'forward', 'abcde'],
    ['b', 'backward', 'bacde'],
    ['bc', 'backward', 'bcade'],
    ['bd', 'backward', 'badce'],
    ['a', 'backward', 'abcde'],
  ] as const)('of %s %s', (chosen, way, wanted) => {
    expect(moved('abcde', chosen, way)).toBe(wanted);
  });

  it('is reached by as few places as can be, and none where nothing is another', () => {
    const objects = row('abcde');
    expect(reordering(objects, new Set('b'))).toEqual([]);
    const ops = reordering(arranged(objects, new Set('b'), 'bring_to_front'), new Set('b'));
    expect(ops).toEqual([
      { action: 'set', record: 'object', id: 'b', item: 'a.jpg', path: 'order', old: 2000, new: 5001 },
    ]);
  });

  it('is the wanted one, whatever the places were, also where there was no room', () => {
    many((random) => {
      const orders = Array.from({ length: 8 }, () => Math.round(random.between(0, 12))).sort((a, b) => a - b);
      const objects = row('abcdefgh', orders);
      const moving = new Set(objects.filter(() => random.between(0, 1) < 0.4).map(({ id }) => id));
      const way = random.pick<Way>(['bring_to_front', 'send_to_back', 'forward', 'backward']);
      const wanted = arranged(objects, moving, way);
      const places = new Map(objects.map(({ id, order }) => [id, order ?? 0]));
      for (const op of reordering(wanted, moving)) {
        expect(op.old).toBe(places.get(op.id));
        places.set(op.id, Number(op.new));
      }
      const inOrder = wanted.map(({ id }) => places.get(id) ?? 0);
      const rises = inOrder.every((place, at) => at === 0 || place >= (inOrder[at - 1] ?? 0));
      expect(rises).toBe(true);
      for (const place of inOrder) expect(Number.isSafeInteger(place)).toBe(true);
    });
  });
});
