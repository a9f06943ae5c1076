// Whether the page still has its kernel, found out by asking, since a browser is told of nothing that happens while it
// sleeps.
//
// How this works. A ping goes through the widget line and must be answered. Where it is not, the server is asked over
// http for the kernel: it says that it is there, that it is gone, or that this visitor may not ask; or nothing is heard
// of the server at all. While the kernel is there but the line is silent, the host is asked to join again, since its own
// tries end after a while; when that does not help for long, the page needs a new kernel as much as if it were gone.

/** Milliseconds. */
export const BEAT = 15_000;
export const ANSWER = 5_000;
export const SHORTEST_PAUSE = 2_000;
export const LONGEST_PAUSE = 60_000;
/** How long the line may be silent while the kernel is there, and while it is there and busy. */
export const SILENCE = 30_000;
export const BUSY_SILENCE = 300_000;

/** What the server says of the kernel. */
export type Found = 'there' | 'busy' | 'gone' | 'denied' | 'away';

export type Standing =
  | { kind: 'here' }
  /** The server is not heard of; `next` is when it is asked again, in milliseconds since 1970, null while it is asked. */
  | { kind: 'away'; next: number | null }
  /** The server is there again, the line not yet. */
  | { kind: 'joining' }
  /** There is no kernel for this page any more, or no way to it. */
  | { kind: 'gone' }
  /** The server does not let this visitor in any more. */
  | { kind: 'denied' };

export interface Hooks {
  /** Send a ping; false where that is impossible because the kernel has ended. */
  ping(): boolean;
  ask(): Promise<Found>;
  /** Ask the host to open the line again. */
  rejoin(): void;
  changed(): void;
}

export class Watch {
  #standing: Standing = { kind: 'here' };
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** When the line was found silent first; null while it is not. */
  #silent: number | null = null;
  #attempt = 0;
  #asking = false;
  #dead = false;
  #closed = false;

  constructor(private readonly hooks: Hooks) {}

  get standing(): Standing {
    return this.#standing;
  }

  /** Something came from the kernel: all is well. */
  heard(): void {
    if (this.#dead || this.#closed) return;
    this.#silent = null;
    this.#attempt = 0;
    this.#stop();
    this.#become({ kind: 'here' });
  }

  /** The host says that the kernel has ended or was restarted; what it knew of this page is lost. */
  lost(): void {
    this.#dead = true;
    this.#ask();
  }

  /** Look now: it is time, or something happened after which the line may be down. */
  check(): void {
    if (this.#closed || this.#asking || this.#standing.kind === 'gone' || this.#standing.kind === 'denied') return;
    if (this.#standing.kind === 'away') {
      this.#ask();
      return;
    }
    if (this.#timer !== null) return; // an answer is awaited already
    this.#ping();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  #ping(): void {
    if (this.#dead || !this.hooks.ping()) {
      this.lost();
      return;
    }
    this.#silent ??= Date.now();
    this.#later(ANSWER, () => this.#ask());
  }

  #ask(): void {
    if (this.#closed || this.#asking) return;
    this.#stop();
    this.#asking = true;
    if (this.#standing.kind === 'away') this.#become({ kind: 'away', next: null });
    this.hooks
      .ask()
      .catch((): Found => 'away')
      .then((found) => {
        this.#asking = false;
        if (!this.#closed) this.#take(found);
      });
  }

  #take(found: Found): void {
    const heard = this.#silent === null && !this.#dead;
    if (found === 'away') {
      if (heard) return; // the line works, whatever became of the question
      const pause = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** this.#attempt);
      this.#attempt += 1;
      this.#become({ kind: 'away', next: Date.now() + pause });
      this.#later(pause, () => this.#ask());
      return;
    }
    if (found === 'gone' || found === 'denied') {
      this.#become({ kind: found });
      return;
    }
    if (this.#dead) {
      this.#become({ kind: 'gone' }); // one is there under this name, but it is another life
      return;
    }
    if (this.#silent === null) return; // as above
    if (this.#standing.kind === 'away') {
      // How long the server was away says nothing about the line.
      this.#silent = Date.now();
      this.#become({ kind: 'joining' });
    }
    this.#attempt = 0;
    if (Date.now() - this.#silent >= (found === 'busy' ? BUSY_SILENCE : SILENCE)) {
      this.#become({ kind: 'gone' });
      return;
    }
    this.hooks.rejoin();
    this.#ping();
  }

  #become(standing: Standing): void {
    const before = this.#standing;
    this.#standing = standing;
    if (before.kind !== standing.kind || before.kind === 'away') this.hooks.changed();
  }

  #later(milliseconds: number, work: () => void): void {
    this.#stop();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      work();
    }, milliseconds);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
