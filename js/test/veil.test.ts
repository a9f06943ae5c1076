import { describe, expect, it, vi } from 'vitest';
import { Veil, type VeilName } from '../src/shared/veil';
import { box } from './fake';

function veil(): { veil: Veil; lists: Record<VeilName, readonly string[]> } {
  const lists: Record<VeilName, readonly string[]> = { hidden: [], locked: [] };
  const made = new Veil(
    (name) => lists[name],
    (name, ids) => {
      lists[name] = ids;
    },
  );
  return { veil: made, lists };
}
const objects = [box('a', 'car'), box('b', 'bus'), box('c')];

describe('what is hidden', () => {
  it('is hidden by itself or with its class', () => {
    const { veil: made } = veil();
    made.put('hidden', ['a'], true);
    made.put('hidden', ['bus'], true);
    expect(objects.map((each) => made.on('hidden', each))).toEqual([true, true, false]);
    expect(made.shown(objects).map(({ id }) => id)).toEqual(['c']);
    expect(objects.some((each) => made.on('locked', each))).toBe(false);
  });

  it('is shown again', () => {
    const { veil: made, lists } = veil();
    made.put('hidden', ['a', 'b', 'b'], true);
    made.put('hidden', ['a'], false);
    expect(lists.hidden).toEqual(['b']);
    made.clear('hidden');
    expect(made.any('hidden')).toBe(false);
    expect(made.shown(objects)).toBe(objects);
  });

  it('is looked for once, until the objects or the list are others', () => {
    const { veil: made } = veil();
    made.put('hidden', ['car'], true);
    const first = made.shown(objects);
    expect(made.shown(objects)).toBe(first);
    expect(made.shown([...objects])).not.toBe(first);
    made.put('hidden', ['bus'], true);
    expect(made.shown(objects).map(({ id }) => id)).toEqual(['c']);
  });
});

it('says nothing where there is nothing to clear', () => {
  const write = vi.fn();
  new Veil(() => [], write).clear('locked');
  expect(write).not.toHaveBeenCalled();
});
