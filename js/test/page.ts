// A page with one session on it, a fake model as its line, and pictures whose decoding the test ends. The variables are
// set anew by `setUp`, before each test.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import { LiveSession } from '../src/shared/live';
import type { Down } from '../src/shared/protocol';
import type { Signals } from '../src/shared/session';
import { FakeModel, json, Locks, settle, show, until } from './world';

export const PICTURE = json('bytes');
export let model: FakeModel;
export let session: LiveSession;
export let owner: AbortController;
export let heard: string[];
export let notices: Signals['notice'][];
/** Ends the decoding of each picture, in the order in which they came. */
export let decoding: ((fail?: boolean) => void)[];
export let opened: LiveSession[];

function open(values: { [name: string]: unknown } = {}): void {
  model = new FakeModel(values);
  session = new LiveSession('s1', () => {});
  opened.push(session);
  for (const signal of [
    'item',
    'state',
    'objects',
    'selection',
    'picture',
    'loading',
    'save',
    'tool',
    'activeClass',
  ] as const) {
    session.on(signal, () => heard.push(signal), owner.signal);
  }
  session.on('notice', (notice) => notices.push(notice), owner.signal);
  session.connect(model.model, owner.signal);
}

/** Call it in a `beforeEach`: a page with a session on screen and a clock that stands. */
export function setUp(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 });
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', { locks: new Locks().page({}) });
  vi.stubGlobal('createImageBitmap', () => {
    return new Promise((resolve, reject) => {
      const bitmap = { width: 2, height: 2, close: vi.fn() };
      decoding.push((fail) => (fail ? reject(new Error('truncated')) : resolve(bitmap)));
    });
  });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  decoding = [];
  heard = [];
  notices = [];
  opened = [];
  owner = new AbortController();
  open();
}

/** Call it in an `afterEach`. */
export function tearDown(): void {
  owner.abort();
  for (const one of opened) one.close();
  vi.useRealTimers();
}

/** A view of the annotator is on screen again. */
export function renewOwner(): void {
  owner = new AbortController();
}

export function media(id: string): { id: string; region: number[]; mime: string; note: string } {
  return { id, region: [0, 0, 640, 480], mime: 'image/jpeg', note: '' };
}

export function receive(message: Down, ...buffers: DataView[]): void {
  model.receive(message, ...buffers);
}

export function showPicture(key: string, more: { [name: string]: unknown } = {}, bytes = true): void {
  receive(show(key, [], { media: media(`${key}@1`), ...more }), json([]), ...(bytes ? [PICTURE] : []));
}

export async function next(fail = false): Promise<void> {
  await until(() => decoding.length > 0, 'a picture to decode');
  decoding.shift()?.(fail);
  await settle(2);
}

export function answer(values: { [name: string]: unknown } = {}): void {
  const last = model.of('change').at(-1);
  receive({
    v: 1,
    type: 'answer',
    id: last?.change.id ?? '',
    status: 'ok',
    reason: '',
    ops: null,
    current: [],
    seq: 100 + model.of('change').length,
    ...values,
  } as Down);
}
