// What the person is told: kept until somebody shows it, and not repeated in every frame.
import type { Emitter } from './emitter';
import type { Signals } from './session';

type Notice = Signals['notice'];

/** Milliseconds for which the same error is not said again. */
const QUIET = 2_000;
const UNSAID = 20;

export class Notices {
  #unsaid: Notice[] = [];
  readonly #reported = new Map<string, number>();
  #unkeptSaid = false;

  constructor(private readonly signals: Emitter<Signals>) {}

  add(level: Notice['level'], text: string, detail = ''): void {
    const notice = { level, text, detail };
    if (this.signals.count('notice')) this.signals.emit('notice', notice);
    else if (this.#unsaid.length < UNSAID) this.#unsaid.push(notice);
  }

  /** Somebody listens now. */
  catchUp(): void {
    for (const notice of this.#unsaid.splice(0)) this.signals.emit('notice', notice);
  }

  /** Show an error; returns it in words, or null where it was shown a moment ago. */
  error(error: unknown): { text: string; stack: string } | null {
    const text = error instanceof Error ? error.message || error.name : String(error);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const now = Date.now();
    const last = this.#reported.get(text) ?? 0;
    this.#reported.set(text, now);
    if (now - last < QUIET) return null;
    console.error(error);
    this.add('error', text, stack);
    return { text, stack };
  }

  /** IndexedDB is missing or has failed; said once. */
  unkept(error: unknown): void {
    if (this.#unkeptSaid) return;
    this.#unkeptSaid = true;
    const detail = error instanceof Error ? error.message : String(error);
    this.add('warning', 'This browser keeps no edits for later: stay on the page until everything is saved.', detail);
  }
}
