// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount, type StatusValues } from '../src/status';
import { build, type Instructions } from '../src/status/instructions';
import { FakeModel, FakeSession, find, press } from './fake';

const OBSERVE = globalThis.ResizeObserver;
/** Tells at once that the element has got a place. */
class Placed {
  constructor(private readonly tell: () => void) {}
  observe(): void {
    this.tell();
  }
  disconnect(): void {}
}

let owner: AbortController;
let root: HTMLElement;

function open(instructions: Instructions, author = 'ann'): { session: FakeSession; model: FakeModel<StatusValues> } {
  owner.abort();
  owner = new AbortController();
  root = document.createElement('div');
  root.className = 'ipyannotator';
  const el = document.createElement('div');
  root.append(el);
  document.body.replaceChildren(root);
  const session = Object.assign(new FakeSession(), { save: { kind: 'saved' }, refused: [], labels: {} });
  session.keymap = { d: 'next', '?': 'help' };
  const model = new FakeModel<StatusValues>({
    session: { id: 's', project: 'p', task: 't', layer: 'main', author: { id: author, name: author } },
    instructions,
  });
  mount(session.as(), el, owner.signal, model.as());
  return { session, model };
}

const dialog = (): HTMLDialogElement | null => root.querySelector('dialog');
const TEXT: Instructions = { version: 'one', body: [{ tag: 'p', children: ['Draw every cell.'] }] };

beforeEach(() => {
  globalThis.ResizeObserver = Placed as unknown as typeof ResizeObserver;
  owner = new AbortController();
  localStorage.clear();
});
afterEach(() => {
  owner.abort();
  globalThis.ResizeObserver = OBSERVE;
});

describe('what to do', () => {
  it('is shown at first, once per person and text', () => {
    open(TEXT);
    expect(dialog()?.textContent).toContain('Draw every cell.');
    expect(find<HTMLDetailsElement>(root, 'details').open).toBe(false);
    find<HTMLButtonElement>(root, '.ipya-start').click();
    expect(dialog()).toBeNull();
    open(TEXT);
    expect(dialog()).toBeNull();
    open(TEXT, 'bob');
    expect(dialog()).not.toBeNull();
    open({ ...TEXT, version: 'two' });
    expect(dialog()).not.toBeNull();
  });

  it('is not counted as read before it was closed', () => {
    open(TEXT);
    open(TEXT);
    expect(dialog()).not.toBeNull();
  });

  it('comes first in the help, before the keys', () => {
    const { session } = open(TEXT);
    press(find(root, '.ipya-start'), 'Escape');
    expect(dialog()).toBeNull();
    session.emit('action', 'help');
    expect(find(root, 'h2').textContent).toBe('What to do');
    expect(find<HTMLDetailsElement>(root, 'details').open).toBe(true);
    expect(dialog()?.textContent).toMatch(/Draw every cell\..*Next/s);
  });

  it('is shown when it changes under the hand', () => {
    const { model } = open({});
    expect(dialog()).toBeNull();
    model.put({ instructions: TEXT });
    expect(dialog()?.textContent).toContain('Draw every cell.');
  });

  it('leaves the keys as they were where nobody wrote anything', () => {
    const { session } = open({});
    session.emit('action', 'help');
    expect(find(root, 'h2').textContent).toBe('Keys');
    expect(root.querySelector('details')).toBeNull();
  });
});

describe('the tree', () => {
  it('makes elements from a list, and text of all else', () => {
    const box = document.createElement('div');
    box.append(
      ...build([
        { tag: 'script', children: ['alert(1)'] },
        { tag: 'p', children: ['<b>a</b>', { tag: 'strong', children: ['c'] }] },
        { tag: 'a', href: 'javascript:alert(1)', children: ['no'] },
        { tag: 'a', href: 'https://a.example', children: ['yes'] },
        { tag: 'img', src: 'data:image/svg+xml;base64,AAAA', alt: 'words' },
        { tag: 'img', src: 'data:image/png;base64,AAAA', alt: 'picture' },
        { tag: 'ol', start: 3, children: [{ tag: 'li', children: ['x'] }] },
      ]),
    );
    expect([...box.querySelectorAll('*')].map((one) => one.tagName.toLowerCase())).toEqual([
      'p',
      'strong',
      'a',
      'img',
      'ol',
      'li',
    ]);
    expect(box.textContent).toBe('alert(1)<b>a</b>cnoyeswordsx');
    const link = find<HTMLAnchorElement>(box, 'a');
    expect([link.getAttribute('href'), link.target, link.rel]).toEqual([
      'https://a.example',
      '_blank',
      'noopener noreferrer',
    ]);
    expect(find(box, 'ol').getAttribute('start')).toBe('3');
  });
});
