// Finds the edits that sessions left behind which ended before the kernel had answered, and makes them this one's.
import { Claims, type News } from './claims';
import type { Entry, Keep, Scope } from './keep';

export interface Hooks {
  adopted(entries: Entry[]): void;
  /** Another session has seen this edit through. */
  settled(id: string): void;
  failed(error: unknown): void;
}

export class Heir {
  readonly #claims: Claims;
  #scope: Scope | null = null;
  #open = false;

  constructor(
    readonly instance: string,
    private readonly keep: Keep,
    private readonly hooks: Hooks,
  ) {
    this.#claims = new Claims(instance, (news) => this.#hear(news), hooks.failed);
  }

  /** From now on: hold the lock, and take over whatever has no living session. `adopts` is off where nothing is edited. */
  begin(scope: Scope, adopts: boolean): void {
    this.#scope = adopts ? scope : null;
    this.#open = true;
    this.#claims
      .hold()
      .then(() => this.#tell(scope, 'here'))
      .catch(this.hooks.failed);
    this.#look();
  }

  /** Let others take over. Called again whenever there is something new for them. */
  release(scope: Scope): void {
    this.#open = false;
    this.#claims.release();
    this.#tell(scope, 'released');
  }

  tellSettled(scope: Scope, id: string): void {
    this.#claims.tell({ type: 'settled', instance: this.instance, scope: name(scope), id });
  }

  close(): void {
    this.#open = false;
    this.#claims.close();
  }

  #tell(scope: Scope, type: 'here' | 'released'): void {
    this.#claims.tell({ type, instance: this.instance, scope: name(scope) });
  }

  #hear(news: News): void {
    if (news.type === 'settled') this.hooks.settled(news.id);
    else if (this.#scope && news.scope === name(this.#scope)) this.#watch(news.instance);
  }

  #look(): void {
    const scope = this.#scope;
    if (!scope) return;
    this.keep.instances(scope).then((found) => {
      for (const instance of found) this.#watch(instance);
    }, this.hooks.failed);
  }

  #watch(other: string): void {
    this.#claims.whenEnded(other, async () => {
      const scope = this.#scope;
      if (!scope || !this.#open) return;
      const entries = await this.keep.adopt(scope, other, this.instance);
      if (entries.length) this.hooks.adopted(entries);
    });
  }
}

function name({ project, author, task, layer }: Scope): string {
  return JSON.stringify([project, author, task, layer]);
}
