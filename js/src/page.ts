// The web page around an annotator, for people who never see code: it says when the connection is lost and brings it
// back with one click, on the same item; that all is done; and, where nothing could be opened, why. It tells the kernel
// every now and then that somebody is here.
import './page.css';
import type { AnyModel } from '@anywidget/types';
import { CircleAlert, CircleCheck, CloudOff } from 'lucide-static';
import { keepPlace, lastPlace, whenShown } from './page/return';
import { ask, isDead, place, rejoin } from './page/server';
import { BEAT, Watch } from './page/watch';
import { midnight, said } from './page/words';
import { element, elementId, icon, KEEP_KEYS, setText } from './shared/dom';
import { shortcut } from './shared/keys';
import type { SessionData } from './shared/protocol';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';
import { markPage } from './shared/words';

export interface PageValues extends Values {
  /** What the browser's tab says. */
  title: string;
  /** What the kernel calls this page. */
  holder: string;
  /** Empty, or what to say when nothing is left to do. */
  finished: { title?: string; lines?: string[] };
  /** Empty, or why there is no annotator. */
  problem: { title?: string; lines?: string[]; detail?: string };
}

/** The template's picture of an annotator that is still coming; it goes when the real one is there. */
function unveil(): void {
  document.getElementById('ipyannotator-veil')?.remove();
}

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<PageValues>): void {
  const at = place();
  const scope = scopeOf(model.get('session'));
  let savedAt: number | null = null;
  let number = 0;
  const before = lastPlace(scope);
  keepPlace(scope, model.get('holder'), '');

  const watch = new Watch({
    ping: () => {
      if (isDead(model as AnyModel)) return false;
      number += 1;
      try {
        model.send({ type: 'alive', n: number, midnight: midnight(), ...(number === 1 ? before : {}) });
      } catch {
        return false;
      }
      return true;
    },
    ask: () => ask(at),
    rejoin: () => rejoin(model as AnyModel),
    changed: () => show(),
  });

  const banner = new Card('ipya-page-banner', CloudOff, owner);
  const dialog = new Card('ipya-page-card', CloudOff, owner);
  const finish = new Card('ipya-page-card', CircleCheck, owner);
  finish.root.classList.add('ipya-page-finished');
  const modal = modalOf(dialog);
  el.replaceChildren(banner.root, modal, finish.root);
  banner.root.hidden = true;
  finish.root.hidden = true;

  const show = (): void => {
    const { standing } = watch;
    const words = said(standing, session.save, savedAt, Date.now());
    const ends = standing.kind === 'gone' || standing.kind === 'denied';
    banner.root.hidden = !words || ends;
    if (words) (ends ? dialog : banner).say(words.title, words.lines, words.button, words.countdown);
    if (words && ends && !modal.open) modal.showModal();
    if (!ends && modal.open) modal.close();
    tick(standing.kind === 'away' && standing.next !== null);
  };
  let ticking: ReturnType<typeof setInterval> | null = null;
  const tick = (wanted: boolean): void => {
    if (wanted && ticking === null) ticking = setInterval(show, 1_000);
    if (wanted || ticking === null) return;
    clearInterval(ticking);
    ticking = null;
  };

  banner.onPress(() => watch.check());
  dialog.onPress(() => {
    dialog.busy('Reconnecting…');
    // Loading a page that cannot be reached would leave the person with the browser's own error.
    ask(at)
      .catch(() => 'away' as const)
      .then((found) => {
        if (owner.aborted) return;
        if (found === 'away') {
          show();
          dialog.add('The server cannot be reached at the moment. Try again in a minute.');
          return;
        }
        keepPlace(scope, model.get('holder'), session.item?.key ?? '');
        location.reload();
      });
  });

  /** When it is said anew, it comes back though it was closed before. */
  const showFinished = (): void => {
    const { title, lines } = model.get('finished');
    finish.root.hidden = !title;
    if (title) finish.say(title, lines ?? [], 'Look through them again');
    if (title) finish.focus();
  };
  finish.onPress(() => {
    finish.root.hidden = true;
  });

  const note = (): void => {
    if (session.save.kind === 'saved' && watch.standing.kind === 'here') savedAt = Date.now();
  };
  let answered = false;
  const heard = (content: unknown): void => {
    watch.heard();
    note();
    if (answered) return;
    answered = true;
    const { item } = (content ?? {}) as { item?: unknown };
    whenShown(session, typeof item === 'string' ? item : '', owner, unveil);
  };
  const look = (): void => {
    if (document.visibilityState === 'visible') watch.check();
  };
  const died = (): void => {
    if (isDead(model as AnyModel)) watch.lost();
  };

  model.on('msg:custom', heard);
  model.on('comm_live_update', died);
  model.on('change:finished', showFinished);
  session.on(
    'save',
    () => {
      note();
      // Edits that get no answer are a sign, too.
      if (session.save.kind === 'offline') look();
      show();
    },
    owner,
  );
  // Nothing else is on the page: its keys work before anything was clicked, too.
  document.addEventListener(
    'keydown',
    (event) => {
      // A click on the words of a dialog takes the focus to the body, and what is behind it must not hear the keys.
      const covered = !finish.root.hidden || document.querySelector('dialog[open]') !== null;
      if (event.target === document.body && !covered) shortcut(event, session);
    },
    { signal: owner },
  );
  // What a laptop does after the night: the page thaws, becomes visible, has a network again. Frozen timers know nothing.
  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, look, { signal: owner });
  for (const event of ['online', 'pageshow', 'focus']) window.addEventListener(event, look, { signal: owner });
  // Also in the background, where the browser lets it happen less often: whoever has the page open has the item.
  const beat = setInterval(() => watch.check(), BEAT);
  owner.addEventListener(
    'abort',
    () => {
      clearInterval(beat);
      tick(false);
      watch.close();
      model.off('msg:custom', heard);
      model.off('comm_live_update', died);
      model.off('change:finished', showFinished);
    },
    { once: true },
  );
  showFinished();
  note();
  watch.check();
}

/** A title, a few lines and a button. */
class Card {
  readonly root: HTMLElement;
  /** The id of the title. */
  readonly titled: string;
  readonly #title: HTMLElement;
  readonly #lines = element('div', { class: 'ipya-page-lines' });
  readonly #countdown = element('p', { class: 'ipya-page-countdown', role: 'timer', 'aria-live': 'off', hidden: true });
  readonly #button: HTMLButtonElement;
  #press: () => void = () => {};

  constructor(kind: string, svg: string, owner: AbortSignal) {
    this.titled = elementId('page');
    this.#title = element('h2', { id: this.titled });
    this.#button = element('button', { type: 'button', class: 'ipya-page-button', ...KEEP_KEYS });
    this.#button.addEventListener('click', () => this.#press(), { signal: owner });
    this.root = element(
      'section',
      { class: `ipya ${kind}`, role: 'alert', 'aria-labelledby': this.titled },
      icon(svg),
      element('div', { class: 'ipya-page-words' }, this.#title, this.#lines, this.#countdown),
      this.#button,
    );
  }

  say(title: string, lines: readonly string[], button: string, countdown = ''): void {
    setText(this.#title, title);
    setText(this.#countdown, countdown);
    this.#countdown.hidden = !countdown;
    const there = [...this.#lines.children].map((line) => line.textContent);
    if (there.length !== lines.length || there.some((line, place) => line !== lines[place])) {
      this.#lines.replaceChildren(...lines.map((line) => element('p', {}, line)));
    }
    setText(this.#button, button);
    this.#button.hidden = !button;
    this.#button.disabled = false;
  }

  add(line: string): void {
    this.#lines.append(element('p', {}, line));
  }

  busy(text: string): void {
    setText(this.#button, text);
    this.#button.disabled = true;
  }

  onPress(press: () => void): void {
    this.#press = press;
  }

  focus(): void {
    this.#button.focus({ preventScroll: true });
  }
}

function modalOf(card: Card): HTMLDialogElement {
  const made = element('dialog', { class: 'ipya-page-modal', 'aria-labelledby': card.titled }, card.root);
  // There is nothing behind it that would work.
  made.addEventListener('cancel', (event) => event.preventDefault());
  made.addEventListener('keydown', (event) => event.stopPropagation());
  return made;
}

function scopeOf({ project = '', task = '', layer = '', author }: Partial<SessionData>): string {
  return JSON.stringify([project, task, layer, author?.id ?? '']);
}

/** Say why there is no annotator. */
function tell(problem: PageValues['problem'], el: HTMLElement, owner: AbortSignal): void {
  const card = new Card('ipya-page-card', CircleAlert, owner);
  card.root.classList.add('ipya-page-finished', 'ipya-page-problem');
  card.say(problem.title ?? '', problem.lines ?? [], 'Try again');
  card.onPress(() => location.reload());
  if (problem.detail) {
    card.root.append(
      element(
        'details',
        { class: 'ipya-page-detail' },
        element('summary', {}, 'For whoever looks after this page'),
        element('pre', {}, problem.detail),
      ),
    );
  }
  el.replaceChildren(card.root);
  unveil();
}

const live = widget<PageValues>(mount);

export default {
  render(context: { model: AnyModel<PageValues>; el: HTMLElement }): () => void {
    markPage();
    const { model, el } = context;
    document.title = model.get('title');
    if (!model.get('problem').title) return live.render(context);
    const owner = new AbortController();
    tell(model.get('problem'), el, owner.signal);
    return () => owner.abort();
  },
};
