// Giving up what nobody has used for a while.

export class Idle {
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly milliseconds: number,
    private readonly used: () => boolean,
    private readonly unused: () => void,
  ) {}

  /** Whether it is used may be different: begin to wait, or wait no more. */
  rest(): void {
    this.stop();
    if (this.used()) return;
    this.#timer = setTimeout(() => {
      if (!this.used()) this.unused();
    }, this.milliseconds);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
