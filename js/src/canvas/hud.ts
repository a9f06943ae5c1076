// The words on the stage: what is shown and how large, a hint, a placeholder for what cannot be shown.
import { ImageOff, TriangleAlert } from 'lucide-static';
import { coalesced, element, icon, setText } from '../shared/dom';
import type { Session } from '../shared/session';
import type { Surface } from './surface';

/** Milliseconds that a hint stays, and after which a wait is shown. */
const HINT = 2500;
const PATIENCE = 150;

export class Hud {
  readonly #line = element('div', { class: 'ipya-hud', 'aria-hidden': true });
  readonly #hint = element('div', { class: 'ipya-hint-text', hidden: true, 'aria-hidden': true });
  readonly #warning = element('div', { class: 'ipya-stage-warning', role: 'note', hidden: true });
  readonly #missing = element('div', { class: 'ipya-missing', hidden: true });
  readonly #spoken = element('div', { class: 'ipya-spoken', 'aria-live': 'polite' });
  #hintTimer: ReturnType<typeof setTimeout> | null = null;
  #waitTimer: ReturnType<typeof setTimeout> | null = null;
  /** Have the line written in the next frame. */
  readonly refresh: () => void;

  constructor(
    private readonly session: Session,
    private readonly root: HTMLElement,
    owner: AbortSignal,
    private readonly surface: () => Surface,
  ) {
    this.refresh = coalesced(() => this.#write(), owner);
    root.append(this.#missing, this.#line, this.#hint, this.#warning, this.#spoken);
    for (const signal of ['item', 'state', 'readOnly', 'picture'] as const)
      session.on(signal, () => this.#item(), owner);
    session.on('loading', () => this.#loading(), owner);
    owner.addEventListener(
      'abort',
      () => {
        for (const timer of [this.#hintTimer, this.#waitTimer]) if (timer) clearTimeout(timer);
      },
      { once: true },
    );
    this.#item();
    this.#loading();
  }

  /** Read a text out to those who do not see the stage. */
  speak(text: string): void {
    setText(this.#spoken, text);
  }

  /** Show a text for a moment, and read it out. */
  say(text: string): void {
    this.speak(text);
    setText(this.#hint, text);
    this.#hint.hidden = false;
    if (this.#hintTimer) clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => {
      this.#hint.hidden = true;
    }, HINT);
  }

  #item(): void {
    const { item } = this.session;
    const problem = item?.problem ?? null;
    this.#missing.hidden = problem === null;
    if (problem !== null) {
      this.#missing.replaceChildren(
        icon(ImageOff),
        element('p', {}, problem),
        element('p', { class: 'ipya-missing-remedy' }, 'This item can be skipped.'),
      );
    }
    this.#warning.hidden = !item?.warning;
    if (item?.warning) this.#warning.replaceChildren(icon(TriangleAlert), element('span', {}, item.warning));
    this.#state();
    this.refresh();
  }

  /** What the stage shows, for tests and for styles. */
  #state(): void {
    const { item, loading } = this.session;
    const state = loading || !item ? 'loading' : item.problem !== null ? 'problem' : 'ready';
    this.root.dataset.state = state;
    this.root.dataset.item = item?.name ?? '';
    this.root.setAttribute('aria-busy', String(state === 'loading'));
  }

  #loading(): void {
    this.#state();
    if (this.#waitTimer) clearTimeout(this.#waitTimer);
    this.#waitTimer = null;
    this.root.classList.remove('ipya-waiting');
    if (this.session.loading) {
      this.#waitTimer = setTimeout(() => this.root.classList.add('ipya-waiting'), PATIENCE);
    }
  }

  #write(): void {
    const { item, picture } = this.session;
    const { view, cross } = this.surface();
    const parts = item ? [item.name] : [];
    if (item?.width) parts.push(`${item.width} × ${item.height}`);
    if (view) parts.push(`${Math.round(view.scale * 100)} %`);
    if (cross && view) parts.push(`${Math.floor(cross.x)}, ${Math.floor(cross.y)}`);
    if (picture?.media.note) parts.push(picture.media.note);
    setText(this.#line, parts.join(' · '));
    this.#line.hidden = parts.length === 0;
  }
}
