import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IDLE, LiveSession, openSession } from '../src/shared/live';
import type { Down } from '../src/shared/protocol';
import { sessionOf } from '../src/shared/session';
import {
  answer,
  decoding,
  heard,
  media,
  model,
  next,
  notices,
  opened,
  owner,
  PICTURE,
  receive,
  renewOwner,
  session,
  setUp,
  showPicture,
  tearDown,
} from './page';
import { box, create, FakeModel, json, settle, show, until } from './world';

beforeEach(setUp);
afterEach(tearDown);

describe('what is on screen', () => {
  it('changes item, picture and objects together, when the picture is ready', async () => {
    showPicture('a.jpg');
    expect(session.item).toBeNull();
    expect(session.loading).toBe(true);
    await next();
    expect([session.item?.key, session.picture?.media.id, session.loading]).toEqual(['a.jpg', 'a.jpg@1', false]);
    heard.length = 0;
    receive(show('b.jpg', [], { media: media('b.jpg@1') }), json([box('o1', 1, { item: 'b.jpg' })]), PICTURE);
    expect([session.item?.key, session.objects.length, session.loading]).toEqual(['a.jpg', 0, true]);
    await next();
    expect([session.item?.key, session.objects.length, session.loading]).toEqual(['b.jpg', 1, false]);
    expect(session.picture?.media.id).toBe('b.jpg@1');
    expect(heard).toEqual(['loading', 'item', 'loading']);
  });

  it('is the newest: one that is overtaken never shows', async () => {
    showPicture('a.jpg');
    showPicture('b.jpg');
    await until(() => decoding.length === 2, 'both decoding');
    const [a, b] = decoding.splice(0);
    b?.();
    await settle(2);
    expect(session.item?.key).toBe('b.jpg');
    a?.();
    await settle(2);
    expect(session.item?.key).toBe('b.jpg');
    expect(heard.filter((signal) => signal === 'item')).toHaveLength(1);
  });

  it('comes at once where the picture was sent ahead', async () => {
    const { id, ...rest } = media('b.jpg@1');
    receive({ v: 1, type: 'media', id, key: 'b.jpg', ...rest, problem: null } as Down, PICTURE);
    await next();
    showPicture('b.jpg', {}, false);
    expect(session.item?.key).toBe('b.jpg');
    expect(heard).toEqual(['item']);
    expect(model.of('media')).toEqual([]);
  });

  it('is asked for, again and again, where it is not there', async () => {
    showPicture('a.jpg', {}, false);
    await vi.advanceTimersByTimeAsync(13_000);
    expect(model.of('media').length).toBe(3);
    const { id, ...rest } = media('a.jpg@1');
    receive({ v: 1, type: 'media', id, key: 'a.jpg', ...rest, problem: null } as Down, PICTURE);
    await next();
    expect(session.item?.key).toBe('a.jpg');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(model.of('media').length).toBe(3);
  });

  it('says what is wrong where the browser cannot read it', async () => {
    showPicture('a.jpg');
    await next(true);
    expect(session.item?.problem).toContain('truncated');
    expect(session.picture).toBeNull();
    expect(session.loading).toBe(false);
    showPicture('b.jpg', {}, false);
    const gone = { v: 1, type: 'media', id: 'b.jpg@1', key: 'b.jpg', region: [0, 0, 0, 0], mime: '', note: '' };
    receive({ ...gone, problem: 'The file is missing.' } as Down);
    expect([session.item?.key, session.item?.problem]).toEqual(['b.jpg', 'The file is missing.']);
  });

  it('contains what was answered while its picture was on its way', async () => {
    showPicture('a.jpg', { seq: 5 });
    receive({ v: 1, type: 'patch', item: 'a.jpg', seq: 6 }, json([create(box('o1', 1))]));
    await next();
    expect(session.objects.map((object) => object.id)).toEqual(['o1']);
  });

  it('is not another item when the same is shown again', async () => {
    receive(show('a.jpg', [], { seq: 1 }), json([box('o1', 1)]));
    session.select(['o1']);
    heard.length = 0;
    receive(show('a.jpg', [], { seq: 2 }), json([box('o1', 5)]));
    expect(heard).not.toContain('item');
    expect(heard).toContain('objects');
    expect([...session.selection]).toEqual(['o1']);
  });

  it('gets a sharper part, until another picture comes', async () => {
    showPicture('a.jpg');
    await next();
    session.sharpen([{ region: [0, 0, 10, 10], width: 100, height: 100 }]);
    const { id, ...rest } = media('a.jpg@1');
    receive({ v: 1, type: 'media', id, key: 'a.jpg', ...rest, region: [0, 0, 10, 10], problem: null } as Down, PICTURE);
    await next();
    const sharp = session.details[0]?.bitmap;
    expect(session.details[0]?.region).toEqual([0, 0, 10, 10]);
    showPicture('b.jpg');
    await next();
    expect(session.details).toEqual([]);
    expect(sharp?.close).toHaveBeenCalled();
  });

  it('is asked for until it comes', async () => {
    session.hello(10, 10);
    await vi.advanceTimersByTimeAsync(13_000);
    expect(model.of('hello').length).toBe(3);
    receive(show('a.jpg', []), json([]));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(model.of('hello').length).toBe(3);
  });
});

describe('errors', () => {
  it('are shown and told to the kernel, once in a while', () => {
    for (let n = 0; n < 100; n += 1) session.report(new Error('paint failed'));
    expect(notices).toHaveLength(1);
    expect(model.of('problem')).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    session.report(new Error('paint failed'));
    expect(notices).toHaveLength(2);
  });

  it('of a listener do not stop the others', () => {
    const seen: string[] = [];
    session.on('tool', () => { throw new Error('broken panel'); }, owner.signal); // biome-ignore format: short
    session.on('tool', () => seen.push('tool'), owner.signal);
    session.setTool('select');
    expect(seen).toEqual(['tool']);
    expect(notices.map((one) => one.text)).toEqual(['broken panel']);
  });

  it('before anybody listens are kept for who comes', () => {
    const early = new LiveSession('s2', () => {});
    opened.push(early);
    early.report('too early');
    const said: string[] = [];
    early.on('notice', ({ text }) => said.push(text), owner.signal);
    expect(said).toEqual(['too early']);
  });
});

describe('the life of a session', () => {
  it('is one for all modules of the page, until nothing uses it', async () => {
    const one = openSession('x');
    expect(openSession('x')).toBe(one);
    expect(sessionOf('x')).toBe(one);
    const user = new AbortController();
    one.on('tool', () => {}, user.signal);
    await vi.advanceTimersByTimeAsync(IDLE * 3);
    expect(openSession('x')).toBe(one);
    user.abort();
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(sessionOf('x')).toBeUndefined();
    expect(openSession('x')).not.toBe(one);
    await vi.advanceTimersByTimeAsync(IDLE);
    expect(sessionOf('x')).toBeUndefined();
  });

  it('listens to a model as long as a view of it is there', () => {
    const views = [new AbortController(), new AbortController()];
    const other = new FakeModel();
    for (const view of views) session.connect(other.model, view.signal);
    const once = other.count();
    expect(once).toBeGreaterThan(0);
    views[0]?.abort();
    expect(other.count()).toBe(once);
    views[1]?.abort();
    expect(other.count()).toBe(0);
    expect(model.count()).toBe(once);
    owner.abort();
    expect(model.count()).toBe(0);
  });

  it('goes on with what waits when a view is there again', () => {
    receive(show('a.jpg', []), json([]));
    owner.abort();
    renewOwner();
    session.commit([create(box('o1', 1))]);
    expect(session.save).toMatchObject({ kind: 'offline', count: 1 });
    session.connect(model.model, owner.signal);
    expect(model.of('change')).toHaveLength(1);
    answer();
    expect(session.save).toEqual({ kind: 'saved' });
  });
});
