// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClassData, ObjectData, Op } from '../src/shared/protocol';
import type { Refused, SaveState, Session, Signals } from '../src/shared/session';

const { mount, saveText } = await import('../src/status');
const { groups, labelOf } = await import('../src/status/help');
const { summary } = await import('../src/status/refused');
const { SHOWN } = await import('../src/status/toasts');

/** What the status part needs of a session. */
class FakeSession {
  save: SaveState = { kind: 'saved' };
  item: { key: string } | null = { key: 'a.jpg' };
  place = '';
  readOnly = false;
  refused: readonly Refused[] = [];
  byId = new Map<string, ObjectData>();
  keymap: Record<string, string> = {
    d: 'next',
    'Ctrl+z': 'undo',
    '?': 'help',
    'Shift+Enter': 'fullscreen',
    '1': 'class:c1',
  };
  labels: Record<string, string> = { next: 'Next', undo: 'Undo', help: 'Show the keys', fullscreen: 'Full screen' };
  classes = [{ id: 'c1', name: '<img src=x onerror=alert(1)>', color: '#fff', key: '1', order: 0, retired: false }];
  readonly acts: string[] = [];
  readonly retry = vi.fn();
  readonly dismiss = vi.fn();
  readonly report = vi.fn();
  readonly listeners = new Map<string, Set<(payload: never) => void>>();

  on<S extends keyof Signals>(signal: S, listener: (payload: Signals[S]) => void, owner: AbortSignal): void {
    const all = this.listeners.get(signal) ?? new Set();
    this.listeners.set(signal, all.add(listener));
    owner.addEventListener('abort', () => all.delete(listener));
  }

  emit<S extends keyof Signals>(signal: S, payload: Signals[S]): void {
    for (const listener of this.listeners.get(signal) ?? []) (listener as (payload: Signals[S]) => void)(payload);
  }

  act(name: string): void {
    this.acts.push(name);
    if (name === 'help' || name === 'fullscreen') this.emit('action', name);
  }

  become(save: SaveState): void {
    this.save = save;
    this.emit('save', undefined);
  }

  refuse(...refused: Refused[]): void {
    this.refused = refused;
    this.emit('save', undefined);
  }
}

let session: FakeSession;
let owner: AbortController;
let root: HTMLElement;
let el: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  session = new FakeSession();
  owner = new AbortController();
  root = document.createElement('div');
  root.className = 'ipyannotator';
  el = document.createElement('div');
  root.append(el);
  document.body.replaceChildren(root);
  mount(session as unknown as Session, el, owner.signal);
});
afterEach(() => {
  owner.abort();
  vi.useRealTimers();
});

function find(selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}

const refusal: Refused = {
  id: 'r1',
  item: 'a.jpg',
  reason: 'too <b>small</b>',
  ops: [{ action: 'set', record: 'object', id: 'o1', item: 'a.jpg', path: 'shape', old: null, new: null }],
  time: 1,
};

describe('the save state', () => {
  it.each<[SaveState, string]>([
    [{ kind: 'saved' }, 'saved'],
    [{ kind: 'saving', count: 2 }, 'saving…'],
    [{ kind: 'offline', count: 3, kept: true, text: 'x' }, 'offline – 3 unsaved'],
    [{ kind: 'offline', count: 3, kept: false, text: 'x' }, 'offline – 3 unsaved, not kept if you close'],
    [{ kind: 'offline', count: 0, kept: true, text: 'x' }, 'offline'],
    [{ kind: 'failing', count: 3, text: 'disk full' }, 'cannot save – 3 unsaved'],
  ])('%o is said as %s', (save, text) => {
    expect(saveText(save)).toBe(text);
    session.become(save);
    expect(find('[role=status]').textContent).toBe(text);
  });

  it('marks the annotator while nobody hears it', () => {
    session.become({ kind: 'offline', count: 1, kept: true, text: 'no kernel' });
    expect(root.classList.contains('ipya-offline')).toBe(true);
    expect(find('.ipya-save-reason').textContent).toBe('no kernel');
    session.become({ kind: 'saved' });
    expect(root.classList.contains('ipya-offline')).toBe(false);
  });

  it('says once why it cannot save', () => {
    for (const count of [1, 2]) session.become({ kind: 'failing', count, text: 'The disk is full.' });
    const alerts = [...root.querySelectorAll('[role=alert]')].map((one) => one.textContent);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain('Cannot save: The disk is full.');
  });
});

describe('what was refused', () => {
  it('is listed with its reason, as text', () => {
    expect(find('.ipya-refused').hidden).toBe(true);
    session.refuse(refusal, { ...refusal, id: 'r2' });
    const chip = find('.ipya-refused-chip');
    expect(chip.textContent).toBe('2 not saved');
    expect(chip.getAttribute('aria-expanded')).toBe('false');
    chip.click();
    expect(chip.getAttribute('aria-expanded')).toBe('true');
    const list = find('.ipya-refused-list');
    expect(list.hidden).toBe(false);
    expect(list.textContent).toContain('too <b>small</b>');
    const [retry, dismiss] = [...list.querySelectorAll('button')];
    retry?.click();
    dismiss?.click();
    expect(session.retry).toHaveBeenCalledWith('r1');
    expect(session.dismiss).toHaveBeenCalledWith('r1');
    session.refuse();
    expect(find('.ipya-refused').hidden).toBe(true);
    expect(list.hidden).toBe(true);
  });

  it('can be tried again only while its item is on screen, and says so', () => {
    session.refuse(refusal);
    const retry = (): HTMLButtonElement => find('.ipya-refused-list button') as HTMLButtonElement;
    expect([retry().textContent, retry().disabled, find('.ipya-refused-remedy').textContent]).toEqual([
      'Retry',
      false,
      '',
    ]);
    session.item = { key: 'b.jpg' };
    session.emit('item', undefined);
    expect([retry().disabled, find('.ipya-refused-remedy').textContent]).toEqual([true, 'open a.jpg first']);
    retry().click();
    expect(session.retry).not.toHaveBeenCalled();
    session.item = { key: 'a.jpg' };
    session.emit('item', undefined);
    retry().click();
    expect(session.retry).toHaveBeenCalledWith('r1');
    session.readOnly = true;
    session.emit('readOnly', undefined);
    expect([retry().disabled, find('.ipya-refused-remedy').textContent]).toEqual([true, 'switch to Create first']);
  });

  it('of a grid names its items, in the grid and outside', () => {
    const ops = ['a', 'b', 'c', 'd', 'd'].map((item) => ({ ...refusal.ops[0], item }) as Refused['ops'][number]);
    session.refuse({ ...refusal, item: '/grid', ops });
    const said = (): (string | null)[] =>
      ['.ipya-refused-what b', '.ipya-refused-remedy'].map((part) => find(part).textContent);
    expect(said()).toEqual(['a, b, c, 1 more', 'open its grid first']);
    session.place = '/grid';
    session.emit('item', undefined);
    expect(said()).toEqual(['a, b, c, 1 more', '']);
  });

  it('is told in a few words', () => {
    const known = { byId: new Map<string, ObjectData>(), classes: [{ id: 'c', name: 'car' }] as ClassData[] };
    const say = (ops: Op[]): string => summary(ops, known);
    expect(say(refusal.ops)).toBe('change of shape of object');
    expect(say([{ action: 'create', record: 'object', id: 'a' }])).toBe('new object');
    expect(say([{ action: 'create', record: 'object', id: 'a', new: { class_id: 'c' } }])).toBe('new “car”');
    expect(
      say([
        { action: 'delete', record: 'object', id: 'a' },
        { action: 'delete', record: 'object', id: 'b' },
      ]),
    ).toBe('deletion of object and 1 more');
    known.byId.set('a', { id: 'a', item: 'a.jpg', shape: { kind: 'box' }, class_id: 'c' });
    expect(say([{ action: 'set', record: 'object', id: 'a', path: 'class_id' }])).toBe('change of class of “car”');
  });
});

describe('notices', () => {
  it('stand in the annotator until they are dismissed, as text', () => {
    session.emit('notice', { level: 'error', text: '<i>broken</i>', detail: 'Traceback' });
    session.emit('notice', { level: 'error', text: '<i>broken</i>', detail: 'Traceback' });
    const toast = find('.ipya-toast');
    expect(toast.textContent).toContain('<i>broken</i> ×2');
    expect(toast.textContent).toContain('Traceback');
    vi.advanceTimersByTime(SHOWN * 10);
    expect(root.querySelectorAll('.ipya-toast')).toHaveLength(1);
    find('[aria-label="Dismiss notice"]').click();
    expect(root.querySelectorAll('.ipya-toast')).toHaveLength(0);
  });

  it('of information go by themselves', () => {
    session.emit('notice', { level: 'info', text: 'hello', detail: '' });
    expect(root.querySelectorAll('.ipya-toast')).toHaveLength(1);
    vi.advanceTimersByTime(SHOWN);
    expect(root.querySelectorAll('.ipya-toast')).toHaveLength(0);
  });

  it('do not bury the screen', () => {
    for (let n = 0; n < 20; n += 1) session.emit('notice', { level: 'error', text: `error ${n}`, detail: '' });
    expect(root.querySelectorAll('.ipya-toast').length).toBe(5);
    expect(root.textContent).toContain('error 19');
  });
});

describe('the keys', () => {
  it('are shown in a dialog that Escape closes and that gives the focus back', () => {
    const button = find('[aria-label="Keyboard help"]');
    button.focus();
    button.click();
    const dialog = find('dialog');
    expect((dialog as HTMLDialogElement).open).toBe(true);
    expect(dialog.textContent).toContain('Ctrl+Z');
    expect(dialog.textContent).toContain('Undo');
    expect(dialog.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(dialog.querySelector('img')).toBeNull();
    const outside = vi.fn();
    root.addEventListener('keydown', outside);
    document.activeElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
    );
    expect(root.querySelector('dialog')).toBeNull();
    expect(document.activeElement).toBe(button);
    expect(outside).not.toHaveBeenCalled();
  });

  it('stand in groups, every action once', () => {
    expect(groups({ a: 'next', b: 'tool:box', c: 'call:x', d: 'next' })).toEqual([
      ['Pictures', ['next']],
      ['Tools', ['tool:box']],
      ['Others', ['call:x']],
    ]);
    expect(labelOf('zoom_in', { labels: {}, classes: [] })).toBe('Zoom in');
    expect(labelOf('tool:magic_wand', { labels: {}, classes: [] })).toBe('Magic wand');
  });

  it('work from the buttons too', () => {
    find('[aria-label="Full screen"]').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'd', bubbles: true, cancelable: true }),
    );
    expect(session.acts).toEqual(['next']);
  });
});

describe('full screen', () => {
  it('is asked of the whole annotator; what the browser says against it is reported', async () => {
    const ask = vi.fn(() => Promise.reject(new Error('not allowed')));
    root.requestFullscreen = ask;
    find('[aria-label="Full screen"]').click();
    expect(ask).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(session.report).toHaveBeenCalled());
  });
});

describe('undo and redo of the frame', () => {
  it.each(['undo', 'redo'])('%s goes through the session, and not to the kernel', (name) => {
    const button = document.createElement('button');
    button.className = `ipya-${name}`;
    const kernel = vi.fn();
    button.addEventListener('click', kernel);
    root.append(button);
    button.click();
    expect(kernel).not.toHaveBeenCalled();
    expect(session.acts).toEqual([name]);
  });

  it('of another annotator is left alone', () => {
    const other = document.createElement('div');
    other.className = 'ipyannotator';
    const button = document.createElement('button');
    button.className = 'ipya-undo';
    const kernel = vi.fn();
    button.addEventListener('click', kernel);
    other.append(button);
    document.body.append(other);
    button.click();
    expect(kernel).toHaveBeenCalledOnce();
    expect(session.acts).toEqual([]);
  });
});

describe('the end', () => {
  it('leaves nothing behind', () => {
    session.become({ kind: 'offline', count: 1, kept: true, text: '' });
    session.emit('notice', { level: 'info', text: 'hello', detail: '' });
    find('[aria-label="Keyboard help"]').click();
    owner.abort();
    expect(root.querySelector('dialog')).toBeNull();
    expect(root.querySelector('.ipya-toasts')).toBeNull();
    expect(root.classList.contains('ipya-offline')).toBe(false);
    expect([...session.listeners.values()].reduce((sum, all) => sum + all.size, 0)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
