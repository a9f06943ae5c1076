// What the page says when something is not as it should be, in words for people who never see code.

import type { SaveState } from '../shared/session';
import { changes } from '../shared/words';
import type { Standing } from './watch';

export interface Said {
  title: string;
  lines: string[];
  /** A line that is another every second, which no screen reader should read aloud each time. */
  countdown?: string;
  /** What the button says; empty for none. */
  button: string;
}

/** What is safe, and what waits. */
export function kept(save: SaveState, savedAt: number | null): string {
  const count = 'count' in save ? save.count : 0;
  if (!count) return 'Everything you did is saved.';
  const until = savedAt === null ? '' : `Your work up to ${clock(savedAt)} is saved; `;
  const they = count === 1 ? 'it is' : 'they are';
  const keeps = !('kept' in save) || save.kept;
  const rest = keeps
    ? `${changes(count)} ${count === 1 ? 'waits' : 'wait'} in this browser, and ${they} sent as soon as it is back.`
    : `${changes(count)} could not be kept by this browser: leave this page open.`;
  return until ? until + rest : rest.charAt(0).toUpperCase() + rest.slice(1);
}

export function said(standing: Standing, save: SaveState, savedAt: number | null, now: number): Said | null {
  const safe = kept(save, savedAt);
  switch (standing.kind) {
    case 'here':
      return null;
    case 'joining':
      return { title: 'Connecting again…', lines: [safe], button: '' };
    case 'away': {
      const seconds = standing.next === null ? 0 : Math.max(0, Math.ceil((standing.next - now) / 1000));
      const when = standing.next === null ? 'Trying now…' : `Trying again in ${seconds} s.`;
      return { title: 'The server cannot be reached.', lines: [safe], countdown: when, button: 'Try now' };
    }
    case 'gone':
      return { title: 'The connection to the server was lost', lines: [safe], button: 'Reconnect' };
    case 'denied':
      return {
        title: 'This link does not work any more',
        lines: [safe, 'Open your link again, or ask whoever sent it to you for a new one.'],
        button: 'Try again',
      };
  }
}

/** The time of day where this person is; with the day, where that was another. */
export function clock(time: number): string {
  const then = new Date(time);
  const hour = then.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
  if (then.toDateString() === new Date().toDateString()) return hour;
  return `${then.toLocaleDateString([], { weekday: 'long' })}, ${hour}`;
}

/** When today began where this person is, in seconds since 1970. */
export function midnight(): number {
  return new Date().setHours(0, 0, 0, 0) / 1000;
}
