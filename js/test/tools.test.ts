// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeModel, FakeSession, find, frame, press } from './fake';

const { mount } = await import('../src/tools');

const KEYMAP = { v: 'tool:select', b: 'tool:box', h: 'tool:pan', f: 'fit', '0': 'actual_size', d: 'next' };
let session: FakeSession;
let owner: AbortController;
let el: HTMLElement;
let model: FakeModel<{ session: object; tools: string[] }>;
const button = (name: string): HTMLButtonElement => find<HTMLButtonElement>(el, `[aria-label="${name}"]`);

beforeEach(() => {
  session = new FakeSession();
  session.keymap = KEYMAP;
  owner = new AbortController();
  model = new FakeModel({ session: {}, tools: ['select', 'box', 'pan'] });
  el = document.createElement('div');
  document.body.replaceChildren(el);
  mount(session.as(), el, owner.signal, model.as());
});

describe('the rail', () => {
  it('shows the tools with their keys, the one in use pressed', () => {
    expect([...el.querySelectorAll('button')].map((each) => each.title)).toEqual([
      'Select (V)',
      'Box (B)',
      'Pan (H)',
      'Fit (F)',
      'Actual size (0)',
      'Brightness and contrast',
    ]);
    expect(button('Box').getAttribute('aria-pressed')).toBe('true');
    expect(button('Fit').hasAttribute('aria-pressed')).toBe(false);
    session.setTool('pan');
    expect(button('Box').getAttribute('aria-pressed')).toBe('false');
    expect(button('Pan').getAttribute('aria-pressed')).toBe('true');
  });

  it('chooses a tool, and asks for a view', () => {
    button('Select').click();
    expect(session.tool).toBe('select');
    button('Actual size').click();
    expect(session.act).toHaveBeenCalledWith('actual_size');
  });

  it('follows the keymap', () => {
    session.keymap = { q: 'tool:box' };
    session.emit('keymap', undefined);
    expect(button('Box').title).toBe('Box (Q)');
    expect(button('Pan').title).toBe('Pan');
  });

  it('offers no tool that edits where nothing can be changed', () => {
    session.readOnly = true;
    session.emit('readOnly', undefined);
    expect(button('Box').hidden).toBe(true);
    expect(button('Pan').hidden).toBe(false);
  });

  it('shows a tool that Python registered', () => {
    model.put({ tools: ['select', 'magic_wand'] });
    expect(button('Magic wand').title).toBe('Magic wand');
    button('Magic wand').click();
    expect(session.tool).toBe('magic_wand');
  });

  it('is one stop for Tab, moves by arrows, and passes other keys to the keymap', async () => {
    const stops = (): number => [...el.querySelectorAll('button')].filter((each) => each.tabIndex === 0).length;
    expect(stops()).toBe(1);
    button('Box').focus();
    const event = press(button('Box'), 'ArrowDown');
    expect(event.defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(button('Pan'));
    expect(stops()).toBe(1);
    press(button('Pan'), 'd');
    expect(session.act).toHaveBeenCalledWith('next');
    await frame();
  });

  it('keeps the notebook from its keys, on each focusable element', () => {
    for (const each of el.querySelectorAll('button')) expect(each.dataset['lmSuppressShortcuts']).toBe('true');
  });

  it('leaves nothing behind', () => {
    expect(session.listening()).toBeGreaterThan(0);
    owner.abort();
    expect(session.listening()).toBe(0);
    expect(model.listening()).toBe(0);
  });
});
