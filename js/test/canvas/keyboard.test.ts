// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Keyboard } from '../../src/canvas/keyboard';
import { box } from '../fake';
import { drawn, type Scene, scene } from './surface';

const square = (id: string, x: number, y: number, side: number) =>
  box(id, 'id-car', { shape: { kind: 'box', x, y, width: side, height: side, angle: 0 } });

let it_: Scene;
let keyboard: Keyboard;
let cancelled: ReturnType<typeof vi.fn<() => boolean>>;
const commits = () => it_.session.commits;
const perform = (...names: string[]): void => {
  for (const name of names) keyboard.perform(name);
};
const cross = () => it_.surface.cross;

beforeEach(() => {
  vi.useFakeTimers();
  it_ = scene([square('a', 100, 100, 50), square('b', 300, 100, 50)]);
  cancelled = vi.fn<() => boolean>(() => false);
  keyboard = new Keyboard(it_.surface, { perform: vi.fn() }, { busy: false, cancel: cancelled }, it_.owner.signal);
});

afterEach(() => {
  it_.owner.abort();
  vi.useRealTimers();
});

describe('nudging', () => {
  beforeEach(() => it_.session.select(['a']));

  it('makes one commit of many presses, when they are over', () => {
    perform('nudge_right', 'nudge_right', 'nudge_down', 'nudge_right_far');
    vi.advanceTimersByTime(399);
    perform('nudge_right');
    vi.advanceTimersByTime(399);
    expect(commits()).toHaveLength(0);
    expect(it_.surface.lifted.get('a')).toMatchObject({ x: 113, y: 101 });
    vi.advanceTimersByTime(1);
    expect(commits()).toHaveLength(1);
    expect(commits()[0]?.ops).toHaveLength(1);
    expect(commits()[0]?.ops[0]).toMatchObject({ id: 'a', old: { x: 100, y: 100 }, new: { x: 113, y: 101 } });
    expect(it_.surface.lifted.size).toBe(0);
  });

  it('there and back is no commit', () => {
    perform('nudge_right', 'nudge_left');
    vi.advanceTimersByTime(1000);
    expect(commits()).toHaveLength(0);
  });

  it('stops at the edge, and comes back at once', () => {
    for (let at = 0; at < 20; at += 1) perform('nudge_left_far');
    perform('nudge_right');
    expect(it_.surface.lifted.get('a')).toMatchObject({ x: 1 });
  });

  it('moves all that is selected together', () => {
    it_.session.select(['a', 'b']);
    for (let at = 0; at < 20; at += 1) perform('nudge_left_far');
    keyboard.settle();
    expect(commits()[0]?.ops.map((op) => (op.new as { x: number }).x)).toEqual([0, 200]);
  });

  it.each(['delete', 'escape', 'fit', 'next_object'])('is made an edit before %s', (name) => {
    perform('nudge_right', name);
    expect(commits()[0]?.ops[0]).toMatchObject({ action: 'set', id: 'a', new: { x: 101 } });
  });

  it('is made an edit before a key that the kernel serves, and not by another nudge', () => {
    perform('nudge_right');
    keyboard.before('nudge_up');
    keyboard.before('');
    expect(commits()).toHaveLength(0);
    keyboard.before('undo');
    expect(commits()).toHaveLength(1);
  });

  it('is made an edit when something else is selected, and when the canvas goes', () => {
    perform('nudge_right');
    it_.session.select(['b']);
    expect(commits()[0]?.ops[0]).toMatchObject({ id: 'a', new: { x: 101 } });
    perform('nudge_down');
    it_.owner.abort();
    expect(commits()[1]?.ops[0]).toMatchObject({ id: 'b', new: { y: 101 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is an edit of its own item when another one comes on screen', () => {
    perform('nudge_right');
    const { item } = it_.session;
    if (item) it_.session.item = { ...item, key: 'b.jpg', name: 'b.jpg' };
    it_.session.show([]);
    it_.session.emit('item', undefined);
    expect(commits()).toHaveLength(1);
    expect(commits()[0]?.ops[0]).toMatchObject({ item: 'a.jpg', id: 'a', old: { x: 100 }, new: { x: 101 } });
    vi.advanceTimersByTime(1000);
    expect(commits()).toHaveLength(1);
  });

  it('leaves alone what somebody deleted in the meantime', () => {
    perform('nudge_right');
    it_.session.show([square('b', 300, 100, 50)]);
    vi.advanceTimersByTime(1000);
    expect(commits()).toHaveLength(0);
  });

  it('does nothing in explore, and says why', () => {
    it_.session.readOnly = true;
    perform('nudge_right');
    vi.advanceTimersByTime(1000);
    expect(commits()).toHaveLength(0);
    expect(it_.said).toEqual(['Explore only shows. Switch to Create to annotate.']);
  });
});

describe('a box by keys', () => {
  it('is one commit, from corner to corner', () => {
    it_.surface.set({ cross: { x: 200.4, y: 199.6 } });
    perform('corner', 'nudge_right_far', 'nudge_right_far', 'nudge_down_far', 'nudge_left');
    expect(drawn(it_.surface).rect).toEqual({ x: 200, y: 200, width: 19, height: 10 });
    expect(commits()).toHaveLength(0);
    perform('corner');
    expect(commits()).toHaveLength(1);
    expect(commits()[0]?.ops[0]).toMatchObject({
      action: 'create',
      new: { shape: { kind: 'box', x: 200, y: 200, width: 19, height: 10, angle: 0 } },
    });
    expect(it_.surface.draft).toBeNull();
  });

  it('begins in the middle of what is in sight', () => {
    perform('nudge_right');
    expect(cross()).toEqual({ x: 321, y: 240 });
  });

  it('stays in the picture, wherever the mouse was', () => {
    it_.surface.set({ cross: { x: -30, y: 900 } });
    perform('corner');
    expect(drawn(it_.surface).corner).toEqual({ x: 0, y: 480 });
    for (let at = 0; at < 80; at += 1) perform('nudge_right_far', 'nudge_up_far');
    perform('corner');
    expect(commits()[0]?.ops[0]?.new).toMatchObject({ shape: { x: 0, y: 0, width: 640, height: 480 } });
  });

  it('can be drawn with something selected, and right after another one', () => {
    it_.session.select(['a']);
    it_.surface.set({ cross: { x: 200, y: 200 } });
    perform('corner', 'nudge_right_far', 'nudge_down_far', 'corner');
    // It is selected, but fresh: the arrows move the crosshair.
    perform('nudge_right', 'corner', 'nudge_right_far', 'nudge_down_far', 'corner');
    vi.advanceTimersByTime(1000);
    expect(commits().map(({ ops }) => ops[0]?.action)).toEqual(['create', 'create']);
    expect(commits()[1]?.ops[0]?.new).toMatchObject({ shape: { x: 211, y: 210 } });
  });

  it('of no size is none, and says so', () => {
    perform('corner', 'nudge_right', 'corner');
    expect(commits()).toHaveLength(0);
    expect(it_.said.at(-1)).toBe('Too small for a box.');
  });

  it('is forgotten with Escape, and the next Escape selects nothing', () => {
    it_.session.select(['a']);
    perform('corner', 'nudge_right_far', 'escape');
    expect(it_.surface.draft).toBeNull();
    expect(it_.session.selection.size).toBe(1);
    perform('escape');
    expect(it_.session.selection.size).toBe(0);
    expect(commits()).toHaveLength(0);
  });

  it('does not begin in explore', () => {
    it_.session.readOnly = true;
    perform('corner');
    expect(it_.surface.draft).toBeNull();
    expect(it_.said).toHaveLength(1);
  });

  it('takes the view along', () => {
    it_.surface.zoom(8, { x: 450, y: 300 });
    const before = it_.surface.view;
    for (let at = 0; at < 10; at += 1) perform('nudge_right_far');
    expect(it_.surface.view?.x).toBeLessThan(before?.x ?? 0);
    expect(it_.surface.toPicture({ x: 900, y: 0 }).x).toBeGreaterThanOrEqual(cross()?.x ?? Number.POSITIVE_INFINITY);
  });
});

describe('the rest', () => {
  it('Escape ends a gesture first', () => {
    it_.session.select(['a']);
    cancelled.mockReturnValueOnce(true);
    perform('escape');
    expect(it_.session.selection.size).toBe(1);
  });

  it('Delete is one commit, and none without a selection or in explore', () => {
    perform('delete');
    expect(commits()).toHaveLength(0);
    perform('select_all', 'delete');
    expect(commits()).toHaveLength(1);
    expect(commits()[0]?.ops.map(({ action, id }) => [action, id])).toEqual([
      ['delete', 'a'],
      ['delete', 'b'],
    ]);
    it_.session.show([square('c', 0, 0, 9)]);
    it_.session.readOnly = true;
    perform('select_all', 'delete');
    expect(commits()).toHaveLength(1);
    expect(it_.said).toHaveLength(1);
  });

  it('goes through the objects in both directions, and around', () => {
    const seen = (name: string): string[] => {
      perform(name);
      return [...it_.session.selection];
    };
    expect([seen('next_object'), seen('next_object'), seen('next_object')]).toEqual([['a'], ['b'], ['a']]);
    expect([seen('previous_object'), seen('previous_object')]).toEqual([['b'], ['a']]);
    expect(it_.spoken.at(-1)).toBe('Selected no class, 1 of 2.');
  });

  it('goes to the last object first when going back', () => {
    perform('previous_object');
    expect([...it_.session.selection]).toEqual(['b']);
  });

  it('hears the session, and no longer when the canvas is gone', () => {
    it_.session.emit('action', 'select_all');
    expect(it_.session.selection.size).toBe(2);
    it_.owner.abort();
    it_.session.emit('action', 'escape');
    expect(it_.session.selection.size).toBe(2);
  });

  it('passes over what is not the canvas’s', () => {
    expect(() => perform('help', 'nudge_sideways', '')).not.toThrow();
    expect(commits()).toHaveLength(0);
  });
});
