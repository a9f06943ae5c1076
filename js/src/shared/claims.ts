// Which session instance is alive: each holds a Web Lock for its life, so that another can tell that it ended, however
// it ended. And a channel on which the sessions of all pages tell each other what they did with the shared outbox.
//
// Without Web Locks (plain http to another host) everybody counts as ended: the entries are then sent more than once,
// which ids make harmless.

export type News =
  | { type: 'here'; instance: string; scope: string }
  | { type: 'released'; instance: string; scope: string }
  | { type: 'settled'; instance: string; scope: string; id: string };

const PREFIX = 'ipyannotator:';

export class Claims {
  readonly #locks: LockManager | null;
  readonly #channel: BroadcastChannel | null;
  readonly #end = new AbortController();
  readonly #watched = new Set<string>();
  #holding: AbortController | null = null;
  #release: (() => void) | null = null;

  /** Args: `heard` is told what the other sessions say; `failed` what goes wrong. */
  constructor(
    readonly instance: string,
    heard: (news: News) => void,
    private readonly failed: (error: unknown) => void,
  ) {
    this.#locks = globalThis.navigator?.locks ?? null;
    this.#channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('ipyannotator') : null;
    this.#channel?.addEventListener('message', ({ data }) => heard(data as News), { signal: this.#end.signal });
    // In Node an open channel would keep the process alive; browsers have no such method.
    (this.#channel as { unref?: () => void } | null)?.unref?.();
  }

  tell(news: News): void {
    if (!this.#end.signal.aborted) this.#channel?.postMessage(news);
  }

  /** Hold the own lock until `release`; resolves as soon as it is held. */
  hold(): Promise<void> {
    if (!this.#locks || this.#holding || this.#end.signal.aborted) return Promise.resolve();
    const wanted = new AbortController();
    this.#holding = wanted;
    return new Promise((held) => {
      this.#request(this.instance, wanted.signal, () => {
        held();
        if (wanted.signal.aborted) return undefined;
        return new Promise<void>((release) => {
          this.#release = release;
        });
      });
    });
  }

  release(): void {
    this.#holding?.abort();
    this.#holding = null;
    this.#release?.();
    this.#release = null;
  }

  /** Call `ended` as soon as the other instance's lock is free, and keep it from others meanwhile. */
  whenEnded(other: string, ended: () => Promise<void>): void {
    if (other === this.instance || this.#watched.has(other) || this.#end.signal.aborted) return;
    if (!this.#locks) {
      ended().catch(this.failed);
      return;
    }
    this.#watched.add(other);
    this.#request(other, this.#end.signal, async () => {
      this.#watched.delete(other);
      await ended();
    });
  }

  close(): void {
    this.release();
    this.#end.abort();
    this.#channel?.close();
  }

  #request(name: string, signal: AbortSignal, granted: () => Promise<void> | undefined): void {
    this.#locks
      ?.request(PREFIX + name, { signal }, async () => granted())
      .catch((error: unknown) => {
        this.#watched.delete(name);
        if (!signal.aborted) this.failed(error);
      });
  }
}
