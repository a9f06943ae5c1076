// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guestsOf } from '../src/canvas/guests';
import type { TracksValues } from '../src/tracks';
import { Book, merged, type News } from '../src/tracks/book';
import { type Choice, nextNumber, overlap, trackFor } from '../src/tracks/continuing';
import { box, FakeModel, FakeSession, find, frame, named, press } from './fake';

const { mount } = await import('../src/tracks');

describe('which track a box belongs to', () => {
  const choice: Choice = {
    chosen: null,
    fresh: false,
    here: new Set(),
    near: [
      { track: '1', classId: 'car', frame: 4, edges: [0, 0, 10, 10] },
      { track: '2', classId: 'car', frame: 4, edges: [4, 0, 14, 10] },
      { track: '3', classId: 'bus', frame: 4, edges: [0, 0, 10, 10] },
    ],
    next: '9',
  };
  const given = (more: Partial<Choice>): string => trackFor([1, 0, 11, 10], 'car', { ...choice, ...more });

  it('is the one that it overlaps most, of its class', () => {
    expect(given({})).toBe('1');
    expect(trackFor([5, 0, 15, 10], 'car', choice)).toBe('2');
    expect(trackFor([1, 0, 11, 10], 'bus', choice)).toBe('3');
  });

  it('is none that has a box on this frame', () => {
    expect(given({ here: new Set(['1']) })).toBe('2');
    expect(given({ here: new Set(['1', '2']) })).toBe('9');
    expect(given({ here: new Set(['1']), chosen: '1' })).toBe('2');
  });

  it('is the one that the person chose, wherever the box is', () => {
    expect(trackFor([500, 500, 510, 510], 'car', { ...choice, chosen: '3' })).toBe('3');
  });

  it('is a new one where nothing is near, or where it was asked for', () => {
    expect(trackFor([50, 0, 60, 10], 'car', choice)).toBe('9');
    expect(given({ fresh: true, chosen: '1' })).toBe('9');
  });

  it('is a new one where they hardly overlap', () => {
    expect(trackFor([9, 9, 30, 30], 'car', choice)).toBe('9');
    expect(overlap([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3);
    expect(overlap([0, 0, 2, 2], [2, 0, 3, 2])).toBe(0);
  });

  it('counts on from the highest number; names and what is too long to count do not', () => {
    expect(nextNumber([])).toBe('1');
    expect(nextNumber(['2', '10', '9', 'car 12', '3b'])).toBe('11');
    expect(nextNumber(['20210101120000123456', '4'])).toBe('5');
  });
});

describe('the book of tracks', () => {
  let book: Book;
  let number = 0;
  const take = (news: { type: News['type']; [name: string]: unknown }, data: unknown): string => {
    number += 1;
    return book.take({ number, ...news } as unknown as News, data);
  };
  beforeEach(() => {
    book = new Book();
    take({ type: 'tracks', complete: true }, [
      ['10', 'c', 0, 9, 10],
      ['2', null, 0, 3, 4],
      ['b', 'c', 40, 50, 2],
    ]);
  });

  it('lists them by frame, as people count', () => {
    expect(book.list.map(({ id }) => id)).toEqual(['2', '10', 'b']);
  });

  it('knows which are near the frame on screen', () => {
    const at = (frame: number): string[] => {
      take({ type: 'here', item: `${frame}`, frame }, []);
      book.show(`${frame}`);
      return book.around().map(({ id }) => id);
    };
    expect([at(2), at(13), at(14), at(30), at(45)]).toEqual([['2', '10'], ['2', '10'], ['10'], ['b'], ['b']]);
  });

  it('stays where it is until the next item is on screen', () => {
    take({ type: 'here', item: 'a', frame: 0 }, []);
    book.show('a');
    take({ type: 'here', item: 'b', frame: 40 }, [['10', 'c', 39, 0, 0, 5, 5]]);
    expect([book.frame, book.near.length]).toEqual([0, 0]);
    book.show('b');
    expect([book.frame, book.near.length]).toEqual([40, 1]);
    book.show('nobody told of it');
    expect([book.frame, book.near.length]).toEqual([-1, 0]);
  });

  it('asks for the blocks of frames that are to be drawn, each once', () => {
    take({ type: 'tracks', complete: true }, [
      ['a', 'c', 0, 9999, 10000],
      ['b', 'c', 500, 520, 21],
    ]);
    take({ type: 'here', item: 'x', frame: 400 }, []);
    book.show('x');
    expect(book.wanted(book.list)).toEqual([
      ['a', 0],
      ['a', 1],
      ['b', 0],
      ['b', 1],
    ]);
    expect(book.wanted(book.list)).toEqual([]);
    take({ type: 'here', item: 'y', frame: 900 }, []);
    book.show('y');
    expect(book.wanted(book.list)).toEqual([['a', 2]]);
  });

  it('takes in what changed, of what is drawn', () => {
    take({ type: 'here', item: 'x', frame: 2 }, []);
    book.show('x');
    book.wanted(book.list);
    take({ type: 'centers' }, [
      [
        '10',
        0,
        [
          [0, 1, 1],
          [2, 3, 3],
          [300, 3, 3],
        ],
      ],
    ]);
    const data = {
      tracks: [['10', 'c', 0, 4, 3]],
      gone: ['2'],
      centers: {
        '10': [[2], [1, 2, 2], [4, 5, 5]],
        b: [[600, 1, 1]],
      },
    };
    expect(take({ type: 'changed' }, data)).toBe('some');
    expect(book.list.map(({ id, last }) => [id, last])).toEqual([
      ['10', 4],
      ['b', 50],
    ]);
    expect(book.stops('10')).toEqual([
      { frame: 0, x: 1, y: 1 },
      { frame: 1, x: 2, y: 2 },
      { frame: 4, x: 5, y: 5 },
    ]);
    expect(book.stops('b')).toEqual([]);
  });

  it('notices that something did not come', () => {
    number += 1;
    expect(take({ type: 'here', item: 'x', frame: 0 }, [])).toBe('missed');
    expect(take({ type: 'tracks', complete: true }, [])).toBe('all');
  });

  it('merges centres by frame', () => {
    expect(
      merged(
        [{ frame: 3, x: 0, y: 0 }],
        [
          [3, 1, 1],
          [1, 2, 2],
        ],
      ).map((stop) => stop.frame),
    ).toEqual([1, 3]);
  });
});

class Model extends FakeModel<TracksValues> {
  readonly sent: unknown[] = [];
  #hear: (news: News, buffers: DataView[]) => void = () => {};
  #number = 0;
  override on(event: string, handler: (...args: never[]) => void): void {
    if (event === 'msg:custom') this.#hear = handler as unknown as typeof this.hear;
    super.on(event, handler as () => void);
  }
  hear = (news: News, buffers: DataView[]): void => this.#hear(news, buffers);
  override set<K extends keyof TracksValues>(key: K, value: TracksValues[K]): void {
    this.put({ [key]: value } as Partial<TracksValues>);
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  say(news: { type: News['type']; [name: string]: unknown }, data: unknown): void {
    this.#number += 1;
    const bytes = new TextEncoder().encode(JSON.stringify(data));
    this.hear({ number: this.#number, ...news } as unknown as News, [new DataView(bytes.buffer)]);
  }
}

describe('the panel', () => {
  let session: FakeSession & { ask: ReturnType<typeof vi.fn> };
  let model: Model;
  let owner: AbortController;
  let el: HTMLElement;
  const options = (): HTMLElement[] => [...el.querySelectorAll<HTMLElement>('[role=option]')];
  const tool = (name: string): HTMLButtonElement => {
    const found = [...el.querySelectorAll('button')].find((each) => each.textContent?.trim() === name);
    if (!found) throw new Error(`There is no ${name}`);
    return found;
  };
  const check = (at: number): void => options()[at]?.querySelector('input')?.click();
  const hint = (): string => find(el, '.ipya-track-hint').textContent ?? '';
  const complete = (x: number): string | null | undefined => {
    const drawn = box('new', 'id-car', { shape: { kind: 'box', x, y: 0, width: 10, height: 10, angle: 0 } });
    for (const guest of guestsOf(session)) guest.complete?.(drawn);
    return drawn.track;
  };

  beforeEach(async () => {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
    session = Object.assign(new FakeSession(), { ask: vi.fn() });
    session.classes = [named('car', 1), named('bus', 2)];
    session.keymap = { n: 'track_new', j: 'track_join', t: 'track_trails' };
    model = new Model({ session: {}, trails: true });
    owner = new AbortController();
    el = document.createElement('div');
    document.body.replaceChildren(el);
    mount(session.as(), el, owner.signal, model.as());
    model.say({ type: 'tracks', complete: true }, [
      ['1', 'id-car', 0, 3, 4],
      ['2', 'id-bus', 0, 9, 8],
      ['3', 'id-car', 6, 6, 1],
    ]);
    model.say({ type: 'here', item: 'a.jpg', frame: 4 }, [['1', 'id-car', 3, 0, 0, 10, 10]]);
    session.show([box('o', 'id-bus', { track: '2' })]);
    await frame();
  });
  afterEach(() => {
    owner.abort();
    vi.restoreAllMocks();
  });

  it('says hello, and asks for what is to be drawn, once', () => {
    expect(model.sent).toEqual([
      { type: 'hello' },
      {
        type: 'draw',
        blocks: [
          ['1', 0],
          ['2', 0],
          ['3', 0],
        ],
      },
    ]);
    session.emit('item', undefined);
    expect(model.sent).toHaveLength(2);
  });

  it('lists them with class and frames', () => {
    expect(options().map((each) => each.textContent)).toEqual(['#1car1–4', '#2bus1–10', '#3car7']);
    expect(options().map((each) => each.dataset['here'])).toEqual(['false', 'true', 'false']);
    expect(options()[1]?.title).toContain('8 boxes on 1–10, without one on 2 between');
    expect(find(el, '.ipya-total').textContent).toBe('3');
  });

  it('goes to the first frame by a click and by Enter, and checks by its box and by Space', async () => {
    options()[2]?.click();
    expect(session.act).toHaveBeenCalledWith('open_track', '3');
    const list = find(el, '[role=listbox]');
    press(list, 'ArrowUp');
    press(list, 'Enter');
    expect(session.act).toHaveBeenLastCalledWith('open_track', '2');
    press(list, ' ');
    check(0);
    await frame();
    expect(options().map((each) => each.getAttribute('aria-selected'))).toEqual(['true', 'true', 'false']);
    expect(session.act).toHaveBeenCalledTimes(2);
  });

  it('offers what can be done with what is checked', async () => {
    const off = (name: string): boolean => tool(name).getAttribute('aria-disabled') === 'true';
    const able = (): string[] => ['Join', 'Split', 'Rename', 'Delete'].filter((name) => !off(name));
    expect(able()).toEqual([]);
    for (const name of ['Join', 'Split', 'Rename', 'Delete']) tool(name).click();
    expect(session.ask).not.toHaveBeenCalled();
    expect(find(el, '.ipya-track-rename').hidden).toBe(true);
    check(0);
    await frame();
    expect(able()).toEqual(['Split', 'Rename', 'Delete']);
    tool('Split').click();
    expect(session.ask).toHaveBeenCalledWith('split_track', '1');
    check(2);
    await frame();
    expect(able()).toEqual(['Join', 'Delete']);
    session.emit('action', 'track_join');
    expect(session.ask).toHaveBeenLastCalledWith('join_tracks', ['1', '3']);
    tool('Delete').click();
    expect(session.ask).toHaveBeenLastCalledWith('delete_tracks', ['1', '3']);
    model.say({ type: 'changed' }, { tracks: [], gone: ['3'], centers: {} });
    await frame();
    expect(able()).toEqual(['Split', 'Rename', 'Delete']);
  });

  it('renames by typing', async () => {
    check(0);
    await frame();
    tool('Rename').click();
    const name = find<HTMLInputElement>(el, '.ipya-track-rename');
    expect([name.hidden, name.value]).toEqual([false, '1']);
    name.value = ' 12 ';
    press(name, 'Enter');
    expect(session.ask).toHaveBeenCalledWith('rename_track', ['1', '12']);
    expect(name.hidden).toBe(true);
    model.say({ type: 'changed' }, { tracks: [['12', 'id-car', 0, 3, 4]], gone: ['1'], centers: {} });
    await frame();
    const chosen = options().filter((each) => each.getAttribute('aria-selected') === 'true');
    expect(chosen.map((each) => each.textContent)).toEqual(['#12car1–4']);
    tool('Rename').click();
    expect(name.value).toBe('12');
    press(name, 'Escape');
    expect(session.ask).toHaveBeenCalledTimes(1);
  });

  it('gives what is drawn its track, and says before which', async () => {
    expect(hint()).toBe('Next box: by overlap, else new #4');
    expect(complete(1)).toBe('1');
    expect(complete(300)).toBe('4');
    expect(complete(600)).toBe('5');
    session.emit('action', 'track_new');
    await frame();
    expect(hint()).toBe('Next box: new track #6');
    expect(complete(1)).toBe('6');
    check(2);
    await frame();
    expect(hint()).toBe('Next box: continues #3');
    expect(complete(300)).toBe('3');
  });

  it('gives none before it knows them all: the kernel does', async () => {
    model.say({ type: 'tracks', complete: false }, []);
    await frame();
    expect(hint()).toBe('Reading the tracks…');
    expect(complete(1)).toBeUndefined();
  });

  it('asks again for everything where a message did not come', () => {
    model.say({ type: 'changed', number: 99 }, { tracks: [], gone: [], centers: {} });
    expect(model.sent.at(-1)).toEqual({ type: 'hello' });
  });

  it('switches trajectories by its key, and asks for none while they are off', async () => {
    session.emit('action', 'track_trails');
    expect(model.get('trails')).toBe(false);
    expect(model.saved).toBe(1);
    await frame();
    expect(find<HTMLInputElement>(el, '.ipya-trails input').checked).toBe(false);
    model.say({ type: 'tracks', complete: true }, [['8', null, 0, 9, 10]]);
    expect(model.sent).toHaveLength(2);
  });

  it('changes nothing in explore', async () => {
    session.readOnly = true;
    session.emit('readOnly', undefined);
    await frame();
    expect(find(el, '[role=toolbar]').hidden).toBe(true);
    press(find(el, '[role=listbox]'), ' ');
    session.emit('action', 'track_join');
    session.emit('action', 'track_new');
    expect(session.ask).not.toHaveBeenCalled();
    expect(options().some((each) => each.getAttribute('aria-selected') === 'true')).toBe(false);
    options()[2]?.click();
    expect(session.act).toHaveBeenCalledWith('open_track', '3');
  });

  it('ends with its view', () => {
    owner.abort();
    expect([session.listening(), model.listening(), guestsOf(session).size]).toEqual([0, 0, 0]);
  });
});
