// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import { actionOf, BEGUN, byPlace, canonical, keysFor, shortcut, shown, typing } from '../src/shared/keys';
import { box, FakeSession } from './fake';

const press = (key: string, more: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });

describe('canonical', () => {
  it.each([
    ['a', {}, 'a'],
    ['A', {}, 'a'],
    ['A', { shiftKey: true }, 'Shift+a'],
    ['z', { ctrlKey: true }, 'Ctrl+z'],
    ['z', { metaKey: true }, 'Ctrl+z'],
    ['Z', { ctrlKey: true, shiftKey: true }, 'Ctrl+Shift+z'],
    ['ArrowLeft', { shiftKey: true }, 'Shift+ArrowLeft'],
    ['?', { shiftKey: true }, '?'],
    ['+', { shiftKey: true }, '+'],
    [' ', {}, 'Space'],
    [' ', { shiftKey: true }, 'Shift+Space'],
    ['Delete', {}, 'Delete'],
    ['Enter', { altKey: true }, 'Alt+Enter'],
    ['Shift', { shiftKey: true }, ''],
    ['Dead', {}, ''],
    ['a', { isComposing: true }, ''],
  ] as const)('%s with %o is %s', (key, more, name) => {
    expect(canonical(press(key, more))).toBe(name);
  });
});

describe('actionOf', () => {
  const keymap = { b: 'box', '1': 'class_1', 'Ctrl+z': 'undo', ф: 'other' };

  it('prefers the character, then the place on the keyboard', () => {
    expect(actionOf(press('b'), keymap)).toBe('box');
    expect(actionOf(press('и', { code: 'KeyB' }), keymap)).toBe('box');
    expect(actionOf(press('я', { code: 'KeyZ', ctrlKey: true }), keymap)).toBe('undo');
    expect(actionOf(press('&', { code: 'Digit1' }), keymap)).toBe('class_1');
    expect(actionOf(press('ф', { code: 'KeyA' }), keymap)).toBe('other');
  });

  it('does not take a shifted sign for its digit, nor a Latin letter for its place', () => {
    expect(actionOf(press('!', { code: 'Digit1', shiftKey: true }), keymap)).toBe('');
    expect(byPlace(press('n', { code: 'KeyB' }))).toBe('');
  });

  it('knows no inherited names', () => {
    expect(actionOf(press('constructor'), {})).toBe('');
  });
});

describe('several keys', () => {
  const keymap = { 'Ctrl+k f': 'fit', 'Ctrl+k Ctrl+k': 'help', 'e e e': 'done', f: 'other' };
  const ctrl = { ctrlKey: true };

  it('act together, in their order', () => {
    expect(actionOf(press('k', ctrl), keymap)).toBe(BEGUN);
    expect(actionOf(press('f'), keymap)).toBe('fit');
    expect(actionOf(press('f'), keymap)).toBe('other');
    expect([press('k', ctrl), press('k', ctrl)].map((each) => actionOf(each, keymap))).toEqual([BEGUN, 'help']);
    expect(['e', 'e', 'e'].map((key) => actionOf(press(key), keymap))).toEqual([BEGUN, BEGUN, 'done']);
  });

  it('are forgotten by another key, but not by a modifier on its way', () => {
    actionOf(press('k', ctrl), keymap);
    expect(actionOf(press('Control', ctrl), keymap)).toBe('');
    expect(actionOf(press('k', ctrl), keymap)).toBe('help');
    actionOf(press('k', ctrl), keymap);
    expect(actionOf(press('x'), keymap)).toBe('');
    expect(actionOf(press('f'), keymap)).toBe('other');
  });

  it('are asked for several times by one event, and count once', () => {
    const first = press('k', ctrl);
    expect([actionOf(first, keymap), actionOf(first, keymap)]).toEqual([BEGUN, BEGUN]);
    expect(actionOf(press('f'), keymap)).toBe('fit');
  });

  it('are forgotten after a while', () => {
    const first = press('k', ctrl);
    const late = press('f');
    Object.defineProperty(late, 'timeStamp', { value: first.timeStamp + 2000 });
    actionOf(first, keymap);
    expect(actionOf(late, keymap)).toBe('other');
  });

  it('keep the notebook from acting on the first of them', () => {
    const session = new FakeSession();
    session.keymap = keymap;
    const { act } = session;
    const first = press('k', ctrl);
    expect(shortcut(first, session.as())).toBe(true);
    expect(first.defaultPrevented).toBe(true);
    expect(act).not.toHaveBeenCalled();
    shortcut(press('f'), session.as());
    expect(act).toHaveBeenCalledWith('fit');
  });

  it('are shown as they are pressed', () => {
    expect(shown('Ctrl+k f')).toBe('Ctrl+K F');
  });
});

it('lists the keys of an action, shortest first, and shows them', () => {
  expect(keysFor('delete', { Delete: 'delete', x: 'delete', y: 'other' })).toEqual(['x', 'Delete']);
  expect(['b', 'Ctrl+z', 'Shift+ArrowLeft', '+', 'Ctrl++', 'Space'].map(shown)).toEqual([
    'B',
    'Ctrl+Z',
    'Shift+←',
    '+',
    'Ctrl++',
    'Space',
  ]);
});

describe('shortcut', () => {
  it('acts, and keeps the key from the notebook', () => {
    const session = new FakeSession();
    session.keymap = { b: 'box' };
    const { act } = session;
    const event = press('b');
    const stop = vi.spyOn(event, 'stopPropagation');
    document.body.dispatchEvent(event);
    expect(shortcut(event, session.as())).toBe(true);
    expect(act).toHaveBeenCalledWith('box');
    expect(event.defaultPrevented).toBe(true);
    expect(stop).toHaveBeenCalled();
  });

  it('gives a class to what is selected', () => {
    const session = new FakeSession();
    session.keymap = { '2': 'class:id-WBC' };
    session.show([box('1', 'id-RBC')]);
    session.select(['1']);
    const event = press('2');
    document.body.dispatchEvent(event);
    expect(shortcut(event, session.as())).toBe(true);
    expect(session.activeClass).toBe('id-WBC');
    expect(session.commits[0]?.ops).toMatchObject([{ id: '1', path: 'class_id', old: 'id-RBC', new: 'id-WBC' }]);
  });

  it('leaves alone what is typed as text and what has no meaning', () => {
    const session = new FakeSession();
    session.keymap = { b: 'box' };
    const { act } = session;
    const input = document.createElement('input');
    document.body.append(input);
    const typed = press('b');
    input.dispatchEvent(typed);
    expect(typing(input)).toBe(true);
    expect(shortcut(typed, session.as())).toBe(false);
    const unknown = press('q');
    document.body.dispatchEvent(unknown);
    expect(shortcut(unknown, session.as())).toBe(false);
    expect(act).not.toHaveBeenCalled();
    expect(unknown.defaultPrevented).toBe(false);
  });
});
