// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LayerName, Layers } from '../../src/canvas/layers';
import { type Recorder, recorder } from './recorder';

const NAMES: readonly LayerName[] = ['picture', 'objects', 'active'];
const VIEW = { scale: 1, x: 0, y: 0 };

let frames: FrameRequestCallback[];
let now: number;
let owner: AbortController;
let root: HTMLElement;
let painted: LayerName[];
/** Milliseconds that painting a layer takes. */
let cost: Partial<Record<LayerName, number>>;
let failed: unknown[];
let layers: Layers;
let recorders: Recorder[];

/** Milliseconds that making what was drawn takes, after the frame's scripts. */
let making: number;
/** What waits for the end of a frame. */
let after: (() => void)[];

class Channel {
  port1 = { onmessage: (): void => {}, close: (): void => {} };
  port2 = { postMessage: () => after.push(() => this.port1.onmessage()) };
}

/** Run the frame that was asked for, and what comes after it. */
function nextFrame(): void {
  const waiting = frames;
  frames = [];
  for (const each of waiting) each(now);
  now += making;
  for (const each of after.splice(0)) each();
}

function take(): LayerName[] {
  const taken = painted;
  painted = [];
  return taken;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [frames, now, painted, cost, failed, recorders] = [[], 1000, [], {}, [], []];
  [making, after] = [0, []];
  vi.stubGlobal('MessageChannel', Channel);
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', () => {
    frames = [];
  });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(function (this: HTMLCanvasElement) {
    const made = recorder(this);
    recorders.push(made);
    return made.context as never;
  });
  [owner, root] = [new AbortController(), document.createElement('div')];
  const paint = (name: LayerName) => (): void => {
    painted.push(name);
    now += cost[name] ?? 0;
  };
  layers = new Layers(
    root,
    { picture: paint('picture'), objects: paint('objects'), active: paint('active') },
    (error) => failed.push(error),
    owner.signal,
  );
  layers.resize({ width: 900, height: 600 }, 2);
  layers.look(VIEW);
  nextFrame();
  take();
});

afterEach(() => {
  owner.abort();
  vi.useRealTimers();
});

describe('frames', () => {
  it('asks for one frame, however often something is dirty', () => {
    for (let at = 0; at < 50; at += 1) {
      layers.dirty('active');
      layers.dirty('objects', 'active');
      layers.look(VIEW);
    }
    expect(frames).toHaveLength(1);
    nextFrame();
    expect(take()).toEqual(['objects', 'active']);
    expect(frames).toHaveLength(0);
  });

  it('paints nothing when nothing has changed', () => {
    layers.look({ ...VIEW });
    nextFrame();
    expect(take()).toEqual([]);
    for (const { calls } of recorders) expect(calls.filter(({ name }) => name === 'clearRect')).toHaveLength(1);
  });

  it('paints only what is dirty', () => {
    for (const name of NAMES) {
      layers.dirty(name);
      nextFrame();
      expect(take()).toEqual([name]);
    }
  });

  it('paints all when the view moves, or the size is another', () => {
    layers.look({ scale: 2, x: 0, y: 0 });
    nextFrame();
    expect(take()).toEqual(NAMES);
    layers.resize({ width: 300, height: 200 }, 1);
    nextFrame();
    expect(take()).toEqual(NAMES);
    expect([...root.querySelectorAll('canvas')].map(({ width, height }) => [width, height])).toEqual(
      NAMES.map(() => [300, 200]),
    );
  });

  it('has as many pixels as the screen', () => {
    expect([...root.querySelectorAll('canvas')].map(({ width, height }) => [width, height])).toEqual(
      NAMES.map(() => [1800, 1200]),
    );
    for (const { of } of recorders) expect(of('setTransform').at(-1)).toEqual([2, 0, 0, 2, 0, 0]);
  });
});

describe('a slow layer', () => {
  const shifted = (): string => root.querySelectorAll('canvas')[1]?.style.transform ?? '';

  beforeEach(() => {
    cost.objects = 40;
    layers.dirty('objects');
    nextFrame();
    take();
  });

  it('is shifted while the view moves, and painted when it rests', () => {
    layers.look({ scale: 2, x: 10, y: 20 });
    nextFrame();
    expect(take()).toEqual(['picture', 'active']);
    expect(shifted()).toBe('matrix(2, 0, 0, 2, 10, 20)');
    vi.advanceTimersByTime(100);
    nextFrame();
    expect(take()).toContain('objects');
    expect(shifted()).toBe('');
  });

  it('is one whose lines take long to be made after they are drawn', () => {
    [cost.objects, making] = [1, 40];
    layers.dirty('objects');
    nextFrame();
    take();
    layers.look({ scale: 2, x: 10, y: 20 });
    nextFrame();
    expect(take()).not.toContain('objects');
  });

  it('is painted now and then during a long movement', () => {
    let count = 0;
    for (let step = 1; step <= 60; step += 1) {
      now += 16;
      layers.look({ scale: 1, x: step, y: 0 });
      nextFrame();
      count += take().filter((name) => name === 'objects').length;
    }
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(12);
  });

  it('is painted at once where its content is another', () => {
    layers.look({ scale: 2, x: 0, y: 0 });
    layers.dirty('objects');
    nextFrame();
    expect(take()).toContain('objects');
  });

  it('is not painted after the end', () => {
    layers.look({ scale: 2, x: 0, y: 0 });
    nextFrame();
    take();
    owner.abort();
    vi.advanceTimersByTime(1000);
    nextFrame();
    expect(take()).toEqual([]);
  });
});

describe('the end', () => {
  it('takes back the frame that was asked for, and the memory', () => {
    layers.dirty('active');
    owner.abort();
    expect(frames).toHaveLength(0);
    expect([...root.querySelectorAll('canvas')].map(({ width }) => width)).toEqual([0, 0, 0]);
  });

  it('reports what fails, and paints again after it', () => {
    const broken = new Error('broken');
    const paints = { picture: () => {}, objects: () => {}, active: vi.fn<() => void>() };
    paints.active.mockImplementationOnce(() => {
      throw broken;
    });
    const other = new Layers(root, paints, (error) => failed.push(error), owner.signal);
    other.dirty('active');
    nextFrame();
    expect(failed).toEqual([broken]);
    other.dirty('active');
    nextFrame();
    expect(paints.active).toHaveBeenCalledTimes(2);
  });
});
