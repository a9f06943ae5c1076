// The cells in the page: rows that are used again and again, and written only where something is different.
import { element, safeColor, setAttribute, setText } from '../shared/dom';
import type { CellData, ClassData } from '../shared/protocol';
import { placed } from './geometry';
import type { Mark } from './marks';
import type { Thumb } from './thumbs';

/** What a cell is to show. */
export interface Look {
  at: number;
  cell: CellData | undefined;
  thumb: Thumb | undefined;
  mark: Mark | undefined;
  marked: boolean;
  cursor: boolean;
  of: ClassData | undefined;
  /** Side of the picture, in CSS pixels. */
  picture: number;
  ratio: number;
}

export class CellView {
  readonly root: HTMLElement;
  readonly #canvas = element('canvas', { class: 'ipya-cell-picture', 'aria-hidden': true });
  readonly #context = this.#canvas.getContext('2d');
  readonly #problem = element('span', { class: 'ipya-cell-problem' });
  readonly #badge = element('span', { class: 'ipya-cell-badge', 'aria-hidden': true });
  readonly #chip = element('span', { class: 'ipya-chip ipya-cell-chip' });
  readonly #caption = element('span', { class: 'ipya-cell-caption' });
  #drawn: Thumb | undefined;
  #crop = '';
  #side = 0;
  #color = '';

  constructor(private readonly prefix: string) {
    const words = element('span', { class: 'ipya-cell-words', 'aria-hidden': true }, this.#chip, this.#caption);
    this.root = element(
      'div',
      { class: 'ipya-cell', role: 'gridcell' },
      this.#canvas,
      this.#problem,
      this.#badge,
      words,
    );
  }

  show(look: Look): void {
    const { at, cell, thumb, mark, marked, of } = look;
    const { root } = this;
    if (root.dataset['at'] !== String(at)) {
      root.dataset['at'] = String(at);
      root.id = `${this.prefix}-${at}`;
    }
    setAttribute(root, 'aria-selected', mark ? marked : null);
    setAttribute(root, 'data-cursor', look.cursor || null);
    setAttribute(root, 'data-good', mark?.good || null);
    setAttribute(root, 'data-gone', cell?.gone || null);
    const problem = cell?.gone ? 'deleted' : (thumb?.problem ?? '');
    setAttribute(root, 'data-blank', !problem && !thumb?.bitmap ? true : null);
    setAttribute(root, 'aria-label', cell?.name ?? 'not loaded yet');
    setAttribute(root, 'title', cell ? [cell.name, of?.name, problem].filter(Boolean).join('\n') : null);
    setAttribute(root, 'aria-description', cell ? describe(cell, of, problem) : null);
    setText(this.#badge, marked ? (mark?.badge ?? '') : '');
    setText(this.#caption, cell?.caption ?? '');
    setText(this.#problem, problem);
    this.#setColor(of ? safeColor(of.color) : '');
    this.#draw(look, cell?.gone ? undefined : thumb);
  }

  #setColor(color: string): void {
    if (color === this.#color) return;
    this.#color = color;
    this.#chip.hidden = !color;
    this.#chip.style.background = color;
  }

  #draw({ cell, picture, ratio }: Look, thumb: Thumb | undefined): void {
    const side = Math.max(1, Math.round(picture * ratio));
    const crop = cell?.crop?.join() ?? '';
    const shown = thumb?.bitmap ? thumb : undefined;
    if (this.#drawn === shown && this.#side === side && (!shown || this.#crop === crop)) return;
    const context = this.#context;
    if (this.#side !== side) {
      this.#canvas.width = this.#canvas.height = side;
      this.#side = side;
    } else {
      context?.clearRect(0, 0, side, side);
    }
    this.#drawn = shown;
    this.#crop = crop;
    if (!shown?.bitmap || !shown.region || !context) return;
    context.imageSmoothingQuality = 'medium';
    context.drawImage(shown.bitmap, ...placed(shown.region, cell?.crop ?? null, side));
  }
}

/** What a screen reader says of a cell besides its name. */
function describe(cell: CellData, of: ClassData | undefined, problem: string): string {
  return [of?.name, cell.caption, problem].filter(Boolean).join(', ');
}

export class RowView {
  readonly root = element('div', { class: 'ipya-cell-row', role: 'row' });
  readonly cells: CellView[] = [];
  row = -1;
  #top = -1;

  constructor(private readonly prefix: string) {}

  /** Place the row, with so many cells. */
  place(row: number, top: number, count: number): void {
    if (this.row !== row) {
      this.row = row;
      setAttribute(this.root, 'aria-rowindex', row + 1);
    }
    if (this.#top !== top) {
      this.#top = top;
      this.root.style.transform = `translateY(${top}px)`;
    }
    while (this.cells.length < count) {
      const made = new CellView(this.prefix);
      setAttribute(made.root, 'aria-colindex', this.cells.length + 1);
      this.cells.push(made);
      this.root.append(made.root);
    }
    while (this.cells.length > count) this.cells.pop()?.root.remove();
  }
}
