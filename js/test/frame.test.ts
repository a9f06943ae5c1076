// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeModel, FakeSession, find, frame, press } from './fake';

const { attend } = await import('../src/frame');

let session: FakeSession;
let owner: AbortController;
let root: HTMLElement;
let model: FakeModel<{ session: object; stage: [number, number] }>;

/** As ipywidgets 8 makes them. */
const BUTTON = ['lm-Widget', 'jupyter-widgets', 'jupyter-button', 'widget-button'];
function button(text: string, ...classes: string[]): HTMLButtonElement {
  const made = document.createElement('button');
  made.classList.add(...BUTTON, ...classes);
  made.textContent = text;
  made.title = text;
  return made;
}

beforeEach(() => {
  session = new FakeSession();
  session.keymap = { d: 'next', Enter: 'done', ArrowLeft: 'nudge_left' };
  owner = new AbortController();
  model = new FakeModel({ session: {}, stage: [0, 0] });
  root = document.createElement('div');
  const slider = document.createElement('div');
  slider.className = 'widget-slider ipya-name--Image-number';
  const handle = document.createElement('div');
  handle.setAttribute('role', 'slider');
  handle.tabIndex = 0;
  slider.append(handle);
  const text = document.createElement('input');
  text.type = 'text';
  const steps = document.createElement('div');
  steps.className = 'widget-toggle-buttons ipya-name--Step';
  steps.append(button('Explore', 'widget-toggle-button'), button('Create', 'widget-toggle-button', 'mod-active'));
  root.append(
    button('Next', 'ipya-name--Next', 'ipya-action--next'),
    button('Done', 'ipya-action--done'),
    slider,
    text,
    steps,
  );
  document.body.replaceChildren(root);
  attend(session.as(), root, owner.signal, model.as());
});
afterEach(() => owner.abort());

const next = (): HTMLButtonElement => find<HTMLButtonElement>(root, '.ipya-action--next');
const handle = (): HTMLElement => find(root, '[role=slider]');

describe('names', () => {
  it('are given to controls and groups', () => {
    expect(handle().getAttribute('aria-label')).toBe('Image number');
    expect(next().getAttribute('aria-label')).toBe('Next');
    const steps = find(root, '.widget-toggle-buttons');
    expect([steps.getAttribute('role'), steps.getAttribute('aria-label')]).toEqual(['group', 'Step']);
    expect([...steps.children].map((each) => each.getAttribute('aria-pressed'))).toEqual(['false', 'true']);
  });

  it('reach what comes later, and follow the keymap without piling up', async () => {
    expect(next().title).toBe('Next (D)');
    session.keymap = { x: 'next' };
    session.emit('keymap', undefined);
    await frame();
    expect([next().title, next().dataset['key']]).toEqual(['Next (X)', 'X']);
    next().title = 'Onwards'; // as ipywidgets does for a new tooltip
    await frame();
    expect(next().title).toBe('Onwards (X)');
    const added = button('Skip', 'ipya-name--Skip', 'ipya-action--skip');
    root.append(added);
    await frame();
    expect(added.getAttribute('aria-label')).toBe('Skip');
    expect(added.title).toBe('Skip');
  });

  it('show Enter as a sign', () => {
    expect(find(root, '.ipya-action--done').dataset['key']).toBe('⏎');
  });
});

describe('keys', () => {
  it('act wherever the focus is, and stay from the notebook', () => {
    const outside = vi.fn();
    document.body.addEventListener('keydown', outside, { signal: owner.signal });
    expect(press(next(), 'd').defaultPrevented).toBe(true);
    expect(session.act).toHaveBeenCalledWith('next');
    expect(outside).not.toHaveBeenCalled();
  });

  it('are left to the control that has a use for them', () => {
    expect(press(next(), 'Enter').defaultPrevented).toBe(false);
    expect(press(handle(), 'ArrowLeft').defaultPrevented).toBe(false);
    press(find(root, 'input'), 'd');
    expect(session.act).not.toHaveBeenCalled();
    press(handle(), 'd');
    expect(session.act).toHaveBeenCalledWith('next');
  });

  it('are kept on whatever gets the focus', () => {
    next().focus();
    next().dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    expect(next().dataset['lmSuppressShortcuts']).toBe('true');
  });
});

it('sets the size of the stage', () => {
  expect(root.hasAttribute('data-sized')).toBe(false);
  model.put({ stage: [800, 600] });
  expect(root.style.getPropertyValue('--ipya-stage-height')).toBe('600px');
  expect(root.hasAttribute('data-sized')).toBe(true);
  model.put({ stage: [0, 0] });
  expect(root.style.getPropertyValue('--ipya-stage-height')).toBe('');
});

it('leaves nothing behind', () => {
  owner.abort();
  expect(session.listening()).toBe(0);
  expect(model.listening()).toBe(0);
  press(next(), 'd');
  expect(session.act).not.toHaveBeenCalled();
});
