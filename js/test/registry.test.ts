// @vitest-environment happy-dom
// How the widgets of a page find their session: before the canvas, after it, and after it was given up.
import 'fake-indexeddb/auto';
import type { AnyModel } from '@anywidget/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IDLE, openSession } from '../src/shared/live';
import { type Session, sessionOf, whenSession } from '../src/shared/session';
import { type Values, widget } from '../src/shared/widget';
import { FakeModel, find } from './fake';
import { FakeModel as WireModel } from './world';

/** What happened to a panel, in order. */
let log: string[];
let ends: (() => void)[];
const model = (id: string): FakeModel<Values> => new FakeModel<Values>({ session: { id } });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.stubGlobal('navigator', {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  log = [];
  ends = [];
});
afterEach(async () => {
  for (const end of ends) end();
  await vi.advanceTimersByTimeAsync(IDLE);
  for (const id of ['a', 'b']) expect(sessionOf(id)).toBeUndefined();
  vi.useRealTimers();
});

function mountPanel(session: Session, el: HTMLElement, owner: AbortSignal): void {
  log.push(`mount ${session.id}`);
  el.append('panel');
  session.on('tool', () => log.push(`tool ${session.tool}`), owner);
  owner.addEventListener('abort', () => log.push(`end ${session.id}`));
}

/** A widget that only subscribes; returns what takes it off the page. */
function panel(of = model('a'), mount = mountPanel): { el: HTMLElement; end: () => void; of: FakeModel<Values> } {
  const el = document.createElement('div');
  const end = widget<Values>(mount).render({ model: of.as(), el });
  ends.push(end);
  return { el, end, of };
}

/** The widget that opens the session and connects its model. */
function canvas(id = 'a'): { wire: WireModel; end: () => void } {
  const wire = new WireModel();
  const end = widget<Values>(
    (session, _el, owner) => session.connect(wire as unknown as AnyModel, owner),
    openSession,
  ).render({ model: model(id).as(), el: document.createElement('div') });
  ends.push(end);
  return { wire, end };
}

describe('a panel', () => {
  it('that is there before the canvas is mounted when the canvas opens the session', () => {
    const { el } = panel();
    expect([log, el.textContent]).toEqual([[], '']);
    expect(sessionOf('a')).toBeUndefined();
    canvas();
    expect([log, el.textContent]).toEqual([['mount a'], 'panel']);
  });

  it('that comes after the canvas is mounted at once, on the same session', () => {
    canvas();
    const session = sessionOf('a');
    panel();
    expect(log).toEqual(['mount a']);
    session?.setTool('pan');
    expect(log).toEqual(['mount a', 'tool pan']);
  });

  it('does not hear of other sessions', () => {
    panel();
    canvas('b');
    expect(log).toEqual([]);
  });

  it('stays as it is when the canvas is rendered again, however long that takes', async () => {
    const first = canvas();
    const session = sessionOf('a');
    panel();
    first.end();
    await vi.advanceTimersByTimeAsync(IDLE * 3);
    canvas();
    expect(sessionOf('a')).toBe(session);
    sessionOf('a')?.setTool('pan');
    expect(log).toEqual(['mount a', 'tool pan']);
  });

  it('that came too late for a session waits for the next one', async () => {
    const first = canvas();
    const session = sessionOf('a');
    first.end();
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(sessionOf('a')).toBeUndefined();
    panel();
    expect(log).toEqual([]);
    canvas();
    expect(log).toEqual(['mount a']);
    expect(sessionOf('a')).not.toBe(session);
  });

  it('that listens to nothing yet is mounted anew when its session was given up and opened again', async () => {
    const owners: AbortSignal[] = [];
    const { el } = panel(model('a'), (_session, root, owner) => {
      owners.push(owner);
      root.append('quiet');
    });
    const { end } = canvas();
    end();
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(owners.map((owner) => owner.aborted)).toEqual([true]);
    canvas();
    expect(owners.map((owner) => owner.aborted)).toEqual([true, false]);
    expect(el.textContent).toBe('quiet');
  });

  it('goes over to another session with its model', () => {
    canvas('a');
    canvas('b');
    const { of } = panel();
    of.put({ session: { id: 'b' } });
    expect(log).toEqual(['mount a', 'end a', 'mount b']);
    of.put({ session: {} });
    expect(log.at(-1)).toBe('end b');
  });

  it('is never mounted when it has gone before the session came', () => {
    const { end, of } = panel();
    end();
    canvas();
    expect(log).toEqual([]);
    expect(of.listening()).toBe(0);
  });

  it('that fails says so in its place, and leaves the others alone', () => {
    const broken = panel(model('a'), () => {
      throw new Error('no <b>room</b>');
    });
    const whole = panel();
    canvas();
    expect(find(broken.el, '[role=alert]').textContent).toBe('This part failed: Error: no <b>room</b>');
    expect(whole.el.textContent).toBe('panel');
    const said: string[] = [];
    const owner = new AbortController();
    ends.push(() => owner.abort());
    sessionOf('a')?.on('notice', ({ text }) => said.push(text), owner.signal);
    expect(said).toEqual(['no <b>room</b>']);
  });
});

it('a hundred panels that come and go, before the canvas and after it, leave no listener behind', () => {
  const changes = new Set<unknown>();
  const add = EventTarget.prototype.addEventListener;
  vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (this: EventTarget, ...args) {
    const [type, listener, options] = args;
    if (type === 'a') {
      changes.add(listener);
      const signal = typeof options === 'object' ? options.signal : undefined;
      if (signal) add.call(signal, 'abort', () => changes.delete(listener));
    }
    add.apply(this, args);
  });
  for (let n = 0; n < 100; n += 1) panel().end();
  const { end } = canvas();
  for (let n = 0; n < 100; n += 1) panel().end();
  expect(changes.size).toBe(1);
  end();
  expect(changes.size).toBe(0);
  log = [];
  sessionOf('a')?.setTool('pan');
  expect(log).toEqual([]);
});

it('whoever waits with an ended owner is not called', () => {
  canvas();
  const called = vi.fn();
  whenSession('a', AbortSignal.abort(), called);
  expect(called).not.toHaveBeenCalled();
});
