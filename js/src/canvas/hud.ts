// The words on the stage: what is shown and how large, a hint, a placeholder for what cannot be shown.
import { ImageOff, TriangleAlert } from 'lucide-static';
import { coalesced, element, icon, setText } from '../shared/dom';
import { takesShape } from '../shared/edits';
import type { Session } from '../shared/session';
import { kindOf } from './kinds';
import type { Surface } from './surface';

/** Milliseconds that a hint stays, and after which a wait is shown. */
const HINT = 2500;
const PATIENCE = 150;

export class Hud {
  readonly #line = element('div', { class: 'ipya-hud', 'aria-hidden': true });
  readonly #hint = element('div', { class: 'ipya-hint-text', hidden: true, 'aria-hidden': true });
  readonly #notes = element('div', { class: 'ipya-stage-notes' });
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
    root.append(this.#missing, this.#line, this.#hint, this.#notes, this.#spoken);
    for (const signal of ['item', 'state', 'readOnly', 'picture'] as const)
      session.on(signal, () => this.#item(), owner);
    session.on('objects', () => this.#note(), owner);
    session.on('objects', () => this.refresh(), owner);
    session.on('veil', () => this.refresh(), owner);
    session.on('loading', () => this.#loading(), owner);
    session.on('activeClass', () => this.#unfit(), owner);
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

  /** Read a text out to those who do not see the stage. The same text once more must differ to be read again. */
  speak(text: string): void {
    setText(this.#spoken, this.#spoken.textContent === text ? `${text}\u00a0` : text);
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
    this.#note();
    this.#state();
    this.refresh();
  }

  /** What the person should know of the item and does not see. Written only where it has become different. */
  #note(): void {
    const texts = [this.session.item?.warning, undrawn(this.session)].filter((text) => typeof text === 'string');
    const shown = [...this.#notes.children].map(({ textContent }) => textContent);
    if (texts.length === shown.length && texts.every((text, at) => text === shown[at])) return;
    this.#notes.replaceChildren(
      ...texts.map((text) =>
        element('div', { class: 'ipya-stage-warning', role: 'note' }, icon(TriangleAlert), element('span', {}, text)),
      ),
    );
  }

  /** A class that was chosen is given to what is selected; what does not take it stays as it is, and that is said. */
  #unfit(): void {
    const { session } = this;
    const { fresh } = this.surface();
    const used = session.classes.find(({ id }) => id === session.activeClass);
    const stays = [...session.selection]
      .flatMap((id) => (fresh.has(id) ? [] : (session.byId.get(id) ?? [])))
      .find(({ class_id, shape }) => class_id !== used?.id && !takesShape(used, shape));
    if (!used || !stays) return;
    const kind = kindOf(stays.shape)?.name ?? stays.shape.kind;
    this.say(`“${used.name}” does not take ${kind}: what is selected stays “${this.surface().nameOf(stays)}”.`);
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
    parts.push(...veiled(this.session));
    setText(this.#line, parts.join(' · '));
    this.#line.hidden = parts.length === 0;
  }
}

/** How many objects are hidden and locked, in words; nothing of none. */
function veiled({ objects, veil }: Session): string[] {
  return (['hidden', 'locked'] as const).flatMap((name) => {
    const count = veil.any(name) ? objects.filter((object) => veil.on(name, object)).length : 0;
    return count ? [`${count} ${name}`] : [];
  });
}

/** Says how many objects cannot be drawn here, for want of their plugin, or null. They are kept as they are. */
function undrawn({ objects, item }: Session): string | null {
  if (!item || item.problem !== null) return null;
  const kinds = new Map<string, number>();
  for (const { shape } of objects) {
    if (shape.kind !== 'whole' && !kindOf(shape))
      kinds.set(String(shape.kind), (kinds.get(String(shape.kind)) ?? 0) + 1);
  }
  const count = [...kinds.values()].reduce((sum, each) => sum + each, 0);
  if (!count) return null;
  const what = [...kinds].map(([kind, each]) => (each > 1 ? `${each} × ${kind}` : kind)).join(', ');
  if (count === 1) return `1 object (${what}) cannot be drawn here. It is kept.`;
  return `${count} objects (${what}) cannot be drawn here. They are kept.`;
}
