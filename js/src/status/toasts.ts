// Notices over the annotator, each until it is dismissed; an information goes by itself.
import { X } from 'lucide-static';
import { element, icon, KEEP_KEYS, setText } from '../shared/dom';
import type { Signals } from '../shared/session';

type Notice = Signals['notice'];

/** Milliseconds that an information stays. */
export const SHOWN = 6_000;
const MOST = 5;

interface Toast {
  made: HTMLElement;
  count: HTMLElement;
  times: number;
  timer: ReturnType<typeof setTimeout> | null;
}

export class Toasts {
  readonly element = element('div', { class: 'ipya-toasts', role: 'log', 'aria-label': 'Notices' });
  readonly #toasts = new Map<string, Toast>();

  constructor(private readonly owner: AbortSignal) {
    owner.addEventListener(
      'abort',
      () => {
        for (const key of [...this.#toasts.keys()]) this.#drop(key);
        this.element.remove();
      },
      { once: true },
    );
  }

  add(notice: Notice): void {
    const key = `${notice.level}\n${notice.text}`;
    const known = this.#toasts.get(key);
    if (known) {
      known.times += 1;
      setText(known.count, ` ×${known.times}`);
      this.#expire(key, known, notice);
      return;
    }
    for (const oldest of this.#toasts.keys()) {
      if (this.#toasts.size < MOST) break;
      this.#drop(oldest);
    }
    const count = element('span', { class: 'ipya-toast-count' });
    const close = element(
      'button',
      { type: 'button', class: 'ipya-quiet', 'aria-label': 'Dismiss notice', title: 'Dismiss', ...KEEP_KEYS },
      icon(X),
    );
    close.addEventListener('click', () => this.#drop(key), { signal: this.owner });
    const words = element('div', { class: 'ipya-toast-text' }, element('span', {}, notice.text), count);
    if (notice.detail) {
      words.append(
        element('details', {}, element('summary', { ...KEEP_KEYS }, 'Details'), element('pre', {}, notice.detail)),
      );
    }
    const made = element(
      'div',
      { class: 'ipya-toast', 'data-level': notice.level, role: notice.level === 'info' ? null : 'alert' },
      words,
      close,
    );
    const toast: Toast = { made, count, times: 1, timer: null };
    this.#toasts.set(key, toast);
    this.#expire(key, toast, notice);
    this.element.append(made);
  }

  #expire(key: string, toast: Toast, notice: Notice): void {
    if (toast.timer !== null) clearTimeout(toast.timer);
    toast.timer = notice.level === 'info' ? setTimeout(() => this.#drop(key), SHOWN) : null;
  }

  #drop(key: string): void {
    const toast = this.#toasts.get(key);
    if (!toast) return;
    if (toast.timer !== null) clearTimeout(toast.timer);
    this.#toasts.delete(key);
    toast.made.remove();
  }
}
