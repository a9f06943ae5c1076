// The session's line to the kernel: the canvas' model, for as long as a view of it is on screen.
import type { AnyModel } from '@anywidget/types';
import type { Up } from './protocol';

export interface Hooks {
  /** A custom message has come. */
  message(content: unknown, buffers: readonly DataView[]): void;
  /** A trait of the model has another value, or the model is new. */
  traits(model: AnyModel): void;
  /** There is a model to send on, or another one. */
  opened(): void;
  /** No view is on screen any more. */
  closed(): void;
  /** The kernel died, restarted, or came back: try. */
  checked(): void;
}

const TRAITS = [
  'session',
  'classes',
  'keymap',
  'labels',
  'read_only',
  'active_class',
  'tool',
  'place',
  'hidden',
  'locked',
];

export class Link {
  /** Models by age, each with the number of views on it; the last one is the line. */
  readonly #models = new Map<AnyModel, { views: number; unlisten: () => void }>();

  constructor(private readonly hooks: Hooks) {}

  get model(): AnyModel | null {
    return [...this.#models.keys()].at(-1) ?? null;
  }

  connect(model: AnyModel, owner: AbortSignal): void {
    if (owner.aborted) return;
    const known = this.#models.get(model);
    if (known) known.views += 1;
    else this.#models.set(model, { views: 1, unlisten: this.#listen(model) });
    owner.addEventListener('abort', () => this.#leave(model), { once: true });
    if (known) return;
    this.hooks.traits(model);
    this.hooks.opened();
  }

  /** Throws where there is no kernel. */
  send(message: Up): void {
    const { model } = this;
    if (!model) throw new Error('No view of the canvas is on screen.');
    model.send(message);
  }

  /** Small view state: told to Python where somebody is there to hear it. */
  set(name: string, value: string | string[]): void {
    const { model } = this;
    if (!model || model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  }

  #listen(model: AnyModel): () => void {
    const message = (content: unknown, buffers?: DataView[]): void => this.hooks.message(content, buffers ?? []);
    const traits = (): void => {
      if (this.model === model) this.hooks.traits(model);
    };
    const check = (): void => {
      if (this.model === model) this.hooks.checked();
    };
    model.on('msg:custom', message);
    for (const name of TRAITS) model.on(`change:${name}`, traits);
    model.on('comm_live_update', check);
    return () => {
      model.off('msg:custom', message);
      for (const name of TRAITS) model.off(`change:${name}`, traits);
      model.off('comm_live_update', check);
    };
  }

  #leave(model: AnyModel): void {
    const known = this.#models.get(model);
    if (!known) return;
    known.views -= 1;
    if (known.views > 0) return;
    const wasLine = this.model === model;
    known.unlisten();
    this.#models.delete(model);
    const { model: other } = this;
    if (!wasLine) return;
    if (!other) {
      this.hooks.closed();
      return;
    }
    this.hooks.traits(other);
    this.hooks.opened();
  }
}
