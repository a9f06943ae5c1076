import { describe, expect, it } from 'vitest';
import { HANDLES, type Handle, handlePoint } from '../../src/canvas/geometry';
import { handleAt, handlesOf, objectAt } from '../../src/canvas/hit';
import { kindOf } from '../../src/canvas/kinds';
import type { ObjectData } from '../../src/shared/protocol';
import { many, type Random } from './random';

function box(id: string, x: number, y: number, width: number, height: number, angle = 0): ObjectData {
  return { id, item: 'a.jpg', shape: { kind: 'box', x, y, width, height, angle } };
}

const idOf = ({ dx, dy }: Handle): string => `${dx},${dy}`;
const found = (...asked: Parameters<typeof handleAt>): string | null => handleAt(...asked)?.id ?? null;

function boxes(random: Random, count: number): ObjectData[] {
  return Array.from({ length: count }, (_, at) => {
    const { x, y, width, height } = random.rect({ width: 640, height: 480 });
    return box(`o${at}`, x, y, width, height, random.pick([0, 0, 0, 30, 90, 123]));
  });
}

describe('objectAt', () => {
  it('takes the smallest, of those whose edge is near first', () => {
    many((random) => {
      const objects = boxes(random, 20);
      const point = random.point(0, 480);
      const margin = random.between(0, 8);
      const found = objectAt(objects, point, margin);
      const there = objects.filter(({ shape }) => kindOf(shape)?.contains(shape, point, margin));
      expect(found === null).toBe(there.length === 0);
      if (!found) return;
      const near = there.filter(({ shape }) => kindOf(shape)?.onEdge(shape, point, margin));
      const rivals = near.length ? near : there;
      expect(rivals).toContain(found);
      const area = (object: ObjectData): number => kindOf(object.shape)?.area(object.shape) ?? 0;
      expect(area(found)).toBe(Math.min(...rivals.map(area)));
    });
  });

  it('reaches a small one over, and under, a large one', () => {
    const [large, small] = [box('large', 0, 0, 300, 300), box('small', 100, 100, 50, 50)];
    for (const objects of [
      [large, small],
      [small, large],
    ]) {
      expect(objectAt(objects, { x: 125, y: 125 }, 5)?.id).toBe('small');
      expect(objectAt(objects, { x: 60, y: 60 }, 5)?.id).toBe('large');
      // The edge of the large one, crossing the small one, can be gripped.
      expect(objectAt([box('small', -20, 100, 50, 50), large], { x: 0, y: 125 }, 5)?.id).toBe('large');
    }
  });

  it('takes the topmost of two that are the same', () => {
    expect(objectAt([box('under', 10, 10, 50, 50), box('over', 10, 10, 50, 50)], { x: 30, y: 30 }, 2)?.id).toBe('over');
  });

  it('passes over kinds that it does not know, and boxes without numbers', () => {
    const strange: ObjectData[] = [
      { id: 'spline', item: 'a.jpg', shape: { kind: 'spline', x: 0, y: 0, width: 100, height: 100 } },
      { id: 'broken', item: 'a.jpg', shape: { kind: 'box', x: 0, y: 0, width: '100', height: 100 } },
    ];
    expect(objectAt(strange, { x: 50, y: 50 }, 5)).toBeNull();
  });
});

describe('handlesOf', () => {
  it('leaves out the middles of edges that are short on the screen', () => {
    const { shape } = box('a', 100, 100, 60, 12);
    expect(handlesOf(shape, 2)).toHaveLength(8);
    expect(handlesOf(shape, 1).map(({ id }) => id)).toEqual(HANDLES.filter(({ dy }) => dy !== 0).map(idOf));
    expect(handlesOf(shape, 0.1).map(({ id }) => id)).toEqual(HANDLES.filter(({ dx, dy }) => dx && dy).map(idOf));
    expect(handlesOf({ kind: 'spline' }, 1)).toEqual([]);
  });
});

describe('handleAt', () => {
  it('finds each handle at its place', () => {
    const object = box('a', 100, 100, 60, 40);
    for (const handle of HANDLES) {
      const at = handlePoint({ x: 100, y: 100, width: 60, height: 40 }, handle);
      expect(found(object, { x: at.x + 2, y: at.y - 2 }, 6)).toBe(idOf(handle));
    }
    expect(found(object, { x: 130, y: 120 }, 6)).toBeNull();
  });

  it('takes the nearest of a box that is smaller than the reach', () => {
    const object = box('a', 100, 100, 4, 4);
    expect(found(object, { x: 99, y: 99 }, 6)).toBe('-1,-1');
    expect(found(object, { x: 106, y: 105 }, 6)).toBe('1,1');
  });

  it('leaves the middle of the smallest box to move it by', () => {
    const object = box('a', 100, 100, 6, 6);
    expect(found(object, { x: 103, y: 103 }, 6)).toBeNull();
    expect(found(object, { x: 102, y: 104 }, 6)).toBeNull();
    expect(found(object, { x: 101, y: 101 }, 6)).toBe('-1,-1');
    expect(found(object, { x: 107, y: 107 }, 6)).toBe('1,1');
  });

  it('reaches as far on the screen at every zoom', () => {
    const object = box('a', 100, 100, 60, 40);
    expect(found(object, { x: 90, y: 100 }, 6, 0.5)).toBe('-1,-1');
    expect(found(object, { x: 97, y: 100 }, 6, 4)).toBeNull();
  });

  it('finds those of a turned box where its corners are', () => {
    const object = box('a', 100, 100, 60, 40, 90);
    expect(found(object, { x: 150, y: 90 }, 6)).toBe('-1,-1');
    expect(found(object, { x: 100, y: 100 }, 6)).toBeNull();
  });
});
