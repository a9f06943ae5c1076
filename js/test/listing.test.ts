import { describe, expect, it } from 'vitest';
import { listed, ORDERS } from '../src/objects/listing';
import type { ObjectData } from '../src/shared/protocol';
import { box } from './fake';

const sized = (id: string, name: string, x: number, y: number, side: number, more: Partial<ObjectData> = {}) =>
  box(id, name, { shape: { kind: 'box', x, y, width: side, height: side, angle: 0 }, ...more });

const objects = [
  sized('a', 'truck', 50, 10, 20, { attributes: { colour: 'red', tags: ['Wet', 'night'] } }),
  sized('b', 'Café', 10, 50, 30, { origin: 'model', score: 0.9, track: '7' }),
  sized('c', 'truck', 30, 30, 10, { origin: 'model', score: 0.2 }),
];
const ids = (text: string, order = 'drawn'): string[] =>
  listed(objects, { text, order }, ({ class_id }) => class_id ?? '').map(({ id }) => id);

describe('a list of objects', () => {
  it.each([
    ['', ['a', 'b', 'c']],
    ['truck', ['a', 'c']],
    ['CAFE', ['b']],
    ['#7', ['b']],
    ['model', ['b', 'c']],
    ['model truck', ['c']],
    ['red', ['a']],
    ['wet', ['a']],
    ['box', ['a', 'b', 'c']],
    ['nothing', []],
  ])('filtered by “%s”', (text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  it.each([
    ['class', ['b', 'a', 'c']],
    ['largest', ['b', 'a', 'c']],
    ['smallest', ['c', 'a', 'b']],
    ['top', ['a', 'c', 'b']],
    ['left', ['b', 'c', 'a']],
    ['doubtful', ['c', 'b', 'a']],
    ['unheard of', ['a', 'b', 'c']],
  ])('in the order %s', (order, expected) => {
    expect(ids('', order)).toEqual(expected);
  });

  it('is the same list where nothing is asked for', () => {
    expect(listed(objects, { text: ' ', order: 'drawn' }, () => '')).toBe(objects);
  });

  it('takes an order that somebody adds', () => {
    ORDERS.set('last', { label: 'Last', keys: ({ id }) => [-id.charCodeAt(0)] });
    expect(ids('', 'last')).toEqual(['c', 'b', 'a']);
    ORDERS.delete('last');
  });
});
