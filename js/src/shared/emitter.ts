// Signals with an owner: a listener ends with the `AbortSignal` that it was added with, so nothing is ever left behind.

type Listener<P> = (payload: P) => void;

export class Emitter<S extends object> {
  readonly #listeners = new Map<keyof S, Set<Listener<never>>>();
  readonly #owned = new WeakMap<AbortSignal, [keyof S, Listener<never>][]>();

  /**
   * Args: `failed` is given what a listener throws, so that one broken listener does not stop the others; `emptied` is
   * called when the last listener has gone.
   */
  constructor(
    private readonly failed: (error: unknown) => void,
    private readonly emptied: () => void = () => {},
  ) {}

  /** How many listeners there are, of one signal or of all. */
  count(signal?: keyof S): number {
    if (signal !== undefined) return this.#listeners.get(signal)?.size ?? 0;
    let all = 0;
    for (const set of this.#listeners.values()) all += set.size;
    return all;
  }

  on<K extends keyof S>(signal: K, listener: Listener<S[K]>, owner: AbortSignal): void {
    if (owner.aborted) return;
    let set = this.#listeners.get(signal);
    if (!set) {
      set = new Set();
      this.#listeners.set(signal, set);
    }
    // A wrapper of its own, so that one function added by two owners is two listeners.
    const own: Listener<S[K]> = (payload) => listener(payload);
    set.add(own as Listener<never>);
    this.#ends(owner).push([signal, own as Listener<never>]);
  }

  /** What ends with an owner; one listener on its signal is enough for all of it. */
  #ends(owner: AbortSignal): [keyof S, Listener<never>][] {
    let ends = this.#owned.get(owner);
    if (ends) return ends;
    ends = [];
    this.#owned.set(owner, ends);
    const all = ends;
    owner.addEventListener(
      'abort',
      () => {
        for (const [signal, listener] of all) this.#listeners.get(signal)?.delete(listener);
        if (this.count() === 0) this.emptied();
      },
      { once: true },
    );
    return ends;
  }

  emit<K extends keyof S>(signal: K, payload: S[K]): void {
    for (const listener of [...(this.#listeners.get(signal) ?? [])]) {
      try {
        (listener as Listener<S[K]>)(payload);
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
