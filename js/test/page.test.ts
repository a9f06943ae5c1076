// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount, type PageValues, default as page } from '../src/page';
import { ANSWER } from '../src/page/watch';
import type { SaveState } from '../src/shared/session';
import { FakeModel, FakeSession, find } from './fake';

interface Sent {
  type: string;
  n: number;
  midnight: number;
  was?: string;
  item?: string;
}

/** A model with a line to a kernel. */
class Line extends FakeModel<PageValues> {
  readonly sent: Sent[] = [];
  comm_live = true;
  readonly reconnect = vi.fn(async () => {});
  readonly widget_manager = { kernel: { reconnect: this.reconnect } };
  private readonly heard = new Set<(content: unknown) => void>();
  private readonly died = new Set<() => void>();
  send(message: Sent): void {
    this.sent.push(message);
  }
  override on(event: string, handler: () => void): void {
    if (event === 'msg:custom') this.heard.add(handler as (content: unknown) => void);
    else if (event === 'comm_live_update') this.died.add(handler);
    else super.on(event, handler);
  }
  override off(event: string, handler: () => void): void {
    if (event === 'msg:custom') this.heard.delete(handler as (content: unknown) => void);
    else if (event === 'comm_live_update') this.died.delete(handler);
    else super.off(event, handler);
  }
  answer(item = ''): void {
    for (const handler of this.heard) handler({ type: 'alive', n: this.sent.length, item });
  }
  /** The kernel ends, and the host says so. */
  die(): void {
    this.comm_live = false;
    for (const handler of this.died) handler();
  }
  override listening(): number {
    return super.listening() + this.heard.size + this.died.size;
  }
}

let owner: AbortController;
let el: HTMLElement;
let status: number;
let reload: ReturnType<typeof vi.fn>;

type Opened = FakeSession & { save: SaveState };

function open(holder = 'h1', finished: PageValues['finished'] = {}): { session: Opened; model: Line } {
  owner.abort();
  owner = new AbortController();
  document.body.replaceChildren();
  for (const [id, text] of [
    ['jupyter-config-data', JSON.stringify({ baseUrl: '/ann', kernelId: 'k-1' })],
    ['ipyannotator-veil', 'Opening…'],
  ]) {
    const made = document.createElement('div');
    made.id = id ?? '';
    made.textContent = text ?? '';
    document.body.append(made);
  }
  el = document.createElement('div');
  document.body.append(el);
  const session = Object.assign(new FakeSession(), { save: { kind: 'saved' } as SaveState });
  const model = new Line({
    session: { id: 's', project: 'p', task: 't', layer: 'main', author: { id: 'ann', name: 'Ann' } },
    title: 'Cells',
    holder,
    finished,
    problem: {},
  });
  mount(session.as(), el, owner.signal, model.as());
  return { session, model };
}

const modal = (): HTMLDialogElement => find<HTMLDialogElement>(el, 'dialog');
const banner = (): HTMLElement => find(el, '.ipya-page-banner');
const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  owner = new AbortController();
  sessionStorage.clear();
  status = 200;
  vi.stubGlobal(
    'fetch',
    vi.fn(async (url: string) => {
      expect(url).toBe('/ann/api/kernels/k-1');
      if (status === 0) throw new TypeError('Failed to fetch');
      return { status, ok: status === 200, type: 'basic', json: async () => ({ execution_state: 'idle' }) };
    }),
  );
  reload = vi.fn();
  vi.spyOn(window.location, 'reload').mockImplementation(reload as unknown as () => void);
});
afterEach(() => {
  owner.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a page that is opened', () => {
  it('says that it is there, and lifts the veil when the item is on screen', () => {
    const { session, model } = open();
    expect(model.sent).toMatchObject([{ type: 'alive', n: 1, was: '', item: '' }]);
    expect(model.sent[0]?.midnight).toBeLessThanOrEqual(Date.now() / 1000);
    model.answer('b.jpg');
    expect(document.getElementById('ipyannotator-veil')).not.toBeNull();
    session.item = { ...(session.item as NonNullable<typeof session.item>), key: 'b.jpg' };
    session.emit('item', undefined);
    expect(document.getElementById('ipyannotator-veil')).toBeNull();
  });

  it('names the page that was in its tab before, and nobody else’s', () => {
    open('h1');
    expect(open('h2').model.sent[0]).toMatchObject({ was: 'h1', item: '' });
    sessionStorage.setItem('ipyannotator:tab', JSON.stringify(['another scope', 'h9', 'x']));
    expect(open('h3').model.sent[0]).toMatchObject({ was: '', item: '' });
    sessionStorage.setItem('ipyannotator:tab', '{broken');
    expect(open('h4').model.sent[0]).toMatchObject({ was: '', item: '' });
  });
});

describe('a kernel that is gone', () => {
  it('is told of when the page becomes visible, and one click loads the page at the same item', async () => {
    const { session, model } = open('h1');
    model.answer();
    status = 404;
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(ANSWER);
    expect(modal().open).toBe(true);
    expect(modal().textContent).toContain('Everything you did is saved.');
    session.save = { kind: 'offline', count: 2, kept: true, text: '' };
    session.emit('save', undefined);
    expect(modal().textContent).toContain('2 changes wait in this browser');
    find<HTMLButtonElement>(modal(), 'button').click();
    await pass(0);
    expect(reload).toHaveBeenCalledOnce();
    expect(open('h2').model.sent[0]).toMatchObject({ was: 'h1', item: 'a.jpg' });
  });

  it('cannot be closed by Escape', async () => {
    const { model } = open();
    status = 404;
    model.die();
    await pass(0);
    expect(modal().open).toBe(true);
    const cancel = new Event('cancel', { cancelable: true });
    modal().dispatchEvent(cancel);
    expect(cancel.defaultPrevented).toBe(true);
  });

  it('is not left for the browser’s own error page while the server is away too', async () => {
    const { model } = open();
    status = 404;
    model.die();
    await pass(0);
    status = 0;
    find<HTMLButtonElement>(modal(), 'button').click();
    await pass(0);
    expect(reload).not.toHaveBeenCalled();
    expect(modal().textContent).toContain('The server cannot be reached at the moment.');
    expect(find<HTMLButtonElement>(modal(), 'button').disabled).toBe(false);
  });
});

describe('a server that is away', () => {
  it('is counted down to, and joined again without a new page', async () => {
    const { model } = open();
    model.answer();
    status = 0;
    window.dispatchEvent(new Event('online'));
    await pass(ANSWER);
    expect(banner().hidden).toBe(false);
    expect(banner().textContent).toContain('Trying again in 2 s.');
    await pass(1_000);
    expect(banner().textContent).toContain('Trying again in 1 s.');
    expect(find(banner(), '[role=timer]').getAttribute('aria-live'), 'nobody hears it every second').toBe('off');
    status = 200;
    find<HTMLButtonElement>(banner(), 'button').click();
    await pass(0);
    expect(banner().textContent).toContain('Connecting again…');
    expect(model.reconnect).toHaveBeenCalled();
    model.answer();
    expect(banner().hidden).toBe(true);
  });
});

describe('all is done', () => {
  it('fills the page, until somebody wants to look again, and comes back when it is said anew', () => {
    const { model } = open('h1', { title: 'All 50 done', lines: ['Thank you, <b>Ann</b>.'] });
    const card = find(el, '.ipya-page-finished');
    expect(card.hidden).toBe(false);
    expect(card.textContent).toContain('Thank you, <b>Ann</b>.');
    find<HTMLButtonElement>(card, 'button').click();
    expect(card.hidden).toBe(true);
    model.put({ finished: { title: 'All 50 done', lines: [] } });
    expect(card.hidden).toBe(false);
    model.put({ finished: {} });
    expect(card.hidden).toBe(true);
  });
});

describe('keys', () => {
  it('work before anything was clicked', () => {
    const { session } = open();
    session.keymap = { d: 'next' };
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'd', bubbles: true }));
    expect(session.act).toHaveBeenCalledWith('next');
  });

  it('do not reach what is behind an open dialog, which has a name', async () => {
    const { session, model } = open();
    session.keymap = { d: 'next' };
    model.die();
    status = 404;
    await pass(0);
    expect(modal().open).toBe(true);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'd', bubbles: true }));
    expect(session.act).not.toHaveBeenCalled();
    const name = document.getElementById(modal().getAttribute('aria-labelledby') ?? '');
    expect(name?.textContent).toBe('The connection to the server was lost');
  });
});

describe('a page that could not be opened', () => {
  it('says why, as text', () => {
    open();
    const model = new Line({
      session: {},
      title: 'Cells',
      holder: '',
      finished: {},
      problem: { title: 'The page could not be opened', lines: ['Why.'], detail: '<img src=x>' },
    });
    const end = page.render({ model: model.as(), el });
    expect(el.textContent).toContain('Why.');
    expect(el.querySelector('img')).toBeNull();
    expect(document.title).toBe('Cells');
    expect(document.getElementById('ipyannotator-veil')).toBeNull();
    find<HTMLButtonElement>(el, 'button').click();
    expect(reload).toHaveBeenCalledOnce();
    end();
  });
});

describe('the end', () => {
  it('leaves nothing behind', async () => {
    const { session, model } = open();
    status = 0;
    window.dispatchEvent(new Event('online'));
    await pass(ANSWER);
    owner.abort();
    expect([session.listening(), model.listening(), vi.getTimerCount()]).toEqual([0, 0, 0]);
  });
});
