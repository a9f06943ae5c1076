import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER, BUSY_SILENCE, type Found, LONGEST_PAUSE, SHORTEST_PAUSE, SILENCE, Watch } from '../src/page/watch';
import { clock, kept, said } from '../src/page/words';

let answers: Found[];
let pings: number;
let asked: number;
let rejoined: number;
let alive: boolean;
let watch: Watch;
const seen: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  [pings, asked, rejoined, alive] = [0, 0, 0, true];
  seen.length = 0;
  watch = new Watch({
    ping: () => {
      pings += 1;
      return alive;
    },
    ask: async () => {
      asked += 1;
      return answers.length > 1 ? (answers.shift() as Found) : (answers[0] ?? 'there');
    },
    rejoin: () => {
      rejoined += 1;
    },
    changed: () => seen.push(watch.standing.kind),
  });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

describe('while the kernel answers', () => {
  it('nothing is said and the server is not asked', async () => {
    watch.check();
    watch.heard();
    await pass(ANSWER * 10);
    expect([pings, asked, seen]).toEqual([1, 0, []]);
  });

  it('one question at a time is enough', async () => {
    for (let n = 0; n < 5; n += 1) watch.check();
    expect(pings).toBe(1);
  });
});

describe('a kernel that has ended', () => {
  it('is found when the page wakes up', async () => {
    answers = ['gone'];
    watch.check();
    await pass(ANSWER);
    expect(watch.standing).toEqual({ kind: 'gone' });
    watch.check();
    await pass(LONGEST_PAUSE);
    expect([pings, asked]).toEqual([1, 1]);
  });

  it('is gone at once where the host says so, though a restarted one is there under its name', async () => {
    alive = false;
    watch.check();
    await pass(0);
    expect(watch.standing).toEqual({ kind: 'gone' });
    watch.heard();
    expect(watch.standing).toEqual({ kind: 'gone' });
  });

  it('while the server is away is told of when the server is back', async () => {
    answers = ['away', 'there'];
    watch.lost();
    await pass(0);
    expect(watch.standing.kind).toBe('away');
    await pass(SHORTEST_PAUSE);
    expect(watch.standing.kind).toBe('gone');
  });
});

describe('a server that is away', () => {
  it('is asked again with growing pauses, and at once when somebody wants to', async () => {
    answers = ['away'];
    watch.check();
    await pass(ANSWER);
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const { standing } = watch;
      if (standing.kind !== 'away' || standing.next === null) throw new Error('not away');
      pauses.push(standing.next - Date.now());
      await pass(standing.next - Date.now());
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
    const before = asked;
    watch.check();
    await pass(0);
    expect(asked).toBe(before + 1);
  });

  it('and comes back is joined again; nothing is lost', async () => {
    answers = ['away', 'there'];
    watch.check();
    await pass(ANSWER);
    await pass(SHORTEST_PAUSE);
    expect(watch.standing.kind).toBe('joining');
    expect([rejoined, pings]).toEqual([1, 2]);
    watch.heard();
    expect(watch.standing.kind).toBe('here');
  });
});

it('the line answers after all while the server is asked in vain: nothing is said, then or later', async () => {
  let refuse = (): void => {};
  const slow = new Watch({
    ping: () => true,
    ask: () => new Promise((_, reject) => (refuse = () => reject(new TypeError('Failed to fetch')))),
    rejoin: () => {},
    changed: () => seen.push(slow.standing.kind),
  });
  slow.check();
  await pass(ANSWER);
  slow.heard();
  refuse();
  await pass(LONGEST_PAUSE);
  expect([slow.standing.kind, seen]).toEqual(['here', []]);
  slow.close();
});

describe('a line that stays silent while the kernel is there', () => {
  it('is opened again, and given up after a while', async () => {
    watch.check();
    await pass(SILENCE - 1);
    expect(watch.standing.kind).toBe('here');
    expect(rejoined).toBeGreaterThan(1);
    await pass(ANSWER + 1);
    expect(watch.standing.kind).toBe('gone');
  });

  it('is waited for much longer where the kernel is busy', async () => {
    answers = ['busy'];
    watch.check();
    await pass(BUSY_SILENCE - 1);
    expect(watch.standing.kind).toBe('here');
    await pass(ANSWER + 1);
    expect(watch.standing.kind).toBe('gone');
  });

  it('has as long after a night in which the server was away', async () => {
    answers = ['away', 'there'];
    watch.check();
    await pass(ANSWER);
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    await pass(SHORTEST_PAUSE);
    expect(watch.standing.kind).toBe('joining');
  });
});

describe('a visitor who may not enter any more', () => {
  it('is told so', async () => {
    answers = ['denied'];
    watch.check();
    await pass(ANSWER);
    expect(said(watch.standing, { kind: 'saved' }, null, 0)?.title).toBe('This link does not work any more');
  });
});

describe('the end', () => {
  it('leaves no timer behind', async () => {
    watch.check();
    watch.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the words', () => {
  const at = new Date(2026, 10, 22, 10, 42).getTime();
  it('say what is safe and what waits', () => {
    vi.setSystemTime(at + 60_000);
    expect(kept({ kind: 'saved' }, at)).toBe('Everything you did is saved.');
    expect(kept({ kind: 'offline', count: 0, kept: true, text: '' }, at)).toBe('Everything you did is saved.');
    expect(kept({ kind: 'offline', count: 2, kept: true, text: '' }, at)).toBe(
      `Your work up to ${clock(at)} is saved; 2 changes wait in this browser, and they are sent as soon as it is back.`,
    );
    expect(kept({ kind: 'saving', count: 1 }, null)).toBe(
      '1 change waits in this browser, and it is sent as soon as it is back.',
    );
    expect(kept({ kind: 'offline', count: 1, kept: false, text: '' }, at)).toContain('leave this page open');
    expect(clock(at)).toMatch(/10.42/);
    expect(clock(at - 86_400_000)).toMatch(/Saturday/);
  });

  it('count down', () => {
    const words = said({ kind: 'away', next: 12_000 }, { kind: 'saved' }, null, 500);
    expect(words?.countdown).toBe('Trying again in 12 s.');
    expect(said({ kind: 'here' }, { kind: 'saved' }, null, 0)).toBeNull();
    for (const kind of ['gone', 'denied', 'joining'] as const) {
      expect(JSON.stringify(said({ kind }, { kind: 'saved' }, null, 0))).not.toMatch(/kernel|cell/i);
    }
  });
});
