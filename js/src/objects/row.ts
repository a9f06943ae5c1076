// One row of the list: an option for screen readers, with its buttons beside it.
import { X } from 'lucide-static';
import { element, icon, KEEP_KEYS, safeColor, setAttribute, setText } from '../shared/dom';
import type { ClassData, ObjectData } from '../shared/protocol';
import type { Session } from '../shared/session';
import { veilButtons } from '../shared/veilbuttons';
import { describe } from './describe';

export const ROW_HEIGHT = 28;

/** What a row is told besides its object. */
export interface Place {
  /** From 0, and among how many. */
  index: number;
  count: number;
  /** What its object is called, and the class of it. */
  called: string;
  data: ClassData | undefined;
  /** Whether the keyboard is on it. */
  cursor: boolean;
}

export interface Handlers {
  click(index: number, event: MouseEvent): void;
  /** The class is to be chosen in the row. */
  rename(index: number): void;
  remove(index: number): void;
}

export class Row {
  index = -1;
  readonly #chip = element('span', { class: 'ipya-chip' });
  readonly #name = element('span', { class: 'ipya-object-name' });
  readonly #geometry = element('span', { class: 'ipya-geometry' });
  readonly option = element('div', { class: 'ipya-object', role: 'option' }, this.#chip, this.#name, this.#geometry);
  readonly #remove = element('button', { type: 'button', class: 'ipya-remove', tabindex: -1, ...KEEP_KEYS }, icon(X));
  readonly #veil;
  readonly root;

  constructor(
    private readonly session: Session,
    private readonly prefix: string,
    handlers: Handlers,
    owner: AbortSignal,
  ) {
    this.#veil = veilButtons(session, owner);
    const buttons = element('span', { class: 'ipya-object-buttons', role: 'none' }, this.#remove);
    this.root = element('div', { class: 'ipya-object-row', role: 'none' }, this.option, this.#veil.root, buttons);
    this.option.addEventListener('click', (event) => handlers.click(this.index, event), { signal: owner });
    this.option.addEventListener('dblclick', () => handlers.rename(this.index), { signal: owner });
    this.#remove.addEventListener('click', () => handlers.remove(this.index), { signal: owner });
  }

  write(object: ObjectData, { index, count, called, data, cursor }: Place): void {
    const { option, session } = this;
    if (this.index !== index) {
      this.index = index;
      this.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      setAttribute(option, 'aria-posinset', index + 1);
      option.id = `${this.prefix}-${index}`;
    }
    const color = safeColor(data?.color ?? '');
    if (this.#chip.dataset['color'] !== color) {
      this.#chip.dataset['color'] = color;
      this.#chip.style.background = color;
    }
    const guess = object.origin === 'model' ? ' ?' : '';
    const score = guess && typeof object.score === 'number' ? ` ${object.score.toFixed(2)}` : '';
    setText(this.#name, called + guess + score);
    setAttribute(this.#name, 'title', called);
    setAttribute(this.#name, 'data-none', object.class_id ? null : true);
    setText(this.#geometry, describe(object.shape));
    setAttribute(option, 'aria-selected', session.selection.has(object.id));
    setAttribute(option, 'aria-setsize', count);
    setAttribute(option, 'data-cursor', cursor || null);
    setAttribute(option, 'data-hidden', session.veil.on('hidden', object) || null);
    this.#veil.write({ id: object.id, class_id: object.class_id ?? null, called: `${called} ${index + 1}` });
    setAttribute(this.#remove, 'aria-label', `Delete ${called} ${index + 1}`);
    setAttribute(this.#remove, 'title', 'Delete');
    setAttribute(this.#remove, 'hidden', session.readOnly);
    setAttribute(this.#remove, 'disabled', session.veil.on('locked', object));
  }
}
