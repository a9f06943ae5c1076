// The cells in the page: rows that are used again and again, and written only where something is different.
import { element, safeColor, setAttribute, setText } from '../shared/dom';
import type { CellData, ClassData } from '../shared/protocol';
import { BORDER, GAP, placed } from './geometry';
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
}

/** Around a caption: it is cut at its front, and its signs stay where they belong. */
const LEFT_TO_RIGHT = '\u200e';

export class CellView {
  readonly root: HTMLElement;
  readonly #problem = element('span', { class: 'ipya-cell-problem' });
  readonly #badge = element('span', { class: 'ipya-cell-badge', 'aria-hidden': true });
  readonly #chip = element('span', { class: 'ipya-chip ipya-cell-chip' });
  readonly #caption = element('span', { class: 'ipya-cell-caption' });
  /** What is drawn of it on the row's canvas. */
  drawn: Thumb | undefined;
  crop = '';
  #color = '';

  constructor(private readonly prefix: string) {
    const words = element('span', { class: 'ipya-cell-words', 'aria-hidden': true }, this.#chip, this.#caption);
    this.#chip.hidden = true;
    this.root = element('div', { class: 'ipya-cell', role: 'gridcell' }, this.#problem, this.#badge, words);
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
    setText(this.#caption, cell ? LEFT_TO_RIGHT + cell.caption + LEFT_TO_RIGHT : '');
    setText(this.#problem, problem);
    this.#setColor(of ? safeColor(of.color) : '');
  }

  #setColor(color: string): void {
    if (color === this.#color) return;
    this.#color = color;
    this.#chip.hidden = !color;
    this.#chip.style.background = color;
  }
}

/** What a screen reader says of a cell besides its name. */
function describe(cell: CellData, of: ClassData | undefined, problem: string): string {
  return [of?.name, cell.caption, problem].filter(Boolean).join(', ');
}

/** One row. Its pictures are on one canvas: a canvas for each cell would be a layer for each. */
export class RowView {
  readonly root: HTMLElement;
  readonly cells: CellView[] = [];
  row = -1;
  #top = -1;
  readonly #canvas = element('canvas', { class: 'ipya-cell-pictures', 'aria-hidden': true });
  readonly #context = this.#canvas.getContext('2d');
  readonly #line = element('div', { class: 'ipya-cell-row', role: 'row' });
  #laid = '';
  #step = 0;
  #picture = 0;

  constructor(private readonly prefix: string) {
    this.root = element('div', { class: 'ipya-cell-place', role: 'presentation' }, this.#canvas, this.#line);
  }

  /** Place the row, with so many cells of this width and their pictures' side, in CSS pixels. */
  place(row: number, top: number, count: number, width: number, picture: number): void {
    if (this.row !== row) {
      this.row = row;
      setAttribute(this.#line, 'aria-rowindex', row + 1);
    }
    if (this.#top !== top) {
      this.#top = top;
      this.root.style.transform = `translateY(${top}px)`;
    }
    while (this.cells.length < count) {
      const made = new CellView(this.prefix);
      setAttribute(made.root, 'aria-colindex', this.cells.length + 1);
      this.cells.push(made);
      this.#line.append(made.root);
    }
    while (this.cells.length > count) this.#clear(this.cells.length - 1, this.cells.pop());
    const laid = [count, width, picture, devicePixelRatio].join();
    if (laid === this.#laid) return;
    this.#laid = laid;
    const wide = Math.max(1, count * (width + GAP) - GAP);
    this.#canvas.width = Math.round(wide * devicePixelRatio);
    this.#canvas.height = Math.round(picture * devicePixelRatio);
    this.#canvas.style.width = `${wide}px`;
    this.#canvas.style.height = `${picture}px`;
    this.#step = width + GAP;
    this.#picture = picture;
    for (const cell of this.cells) cell.drawn = undefined;
  }

  show(column: number, look: Look): void {
    const view = this.cells[column];
    if (!view) return;
    view.show(look);
    const { cell, thumb } = look;
    const shown = thumb?.bitmap && !cell?.gone ? thumb : undefined;
    const crop = cell?.crop?.join() ?? '';
    if (view.drawn === shown && view.crop === crop) return;
    if (view.drawn) this.#clear(column);
    view.drawn = shown;
    view.crop = crop;
    const context = this.#context;
    if (!shown?.bitmap || !shown.region || !context) return;
    const [x, y, width, height] = placed(shown.region, cell?.crop ?? null, this.#picture);
    const ratio = devicePixelRatio;
    const left = Math.round((column * this.#step + BORDER) * ratio);
    // What is shown goes to whole pixels of the item, which may be a little beyond its place.
    context.save();
    context.beginPath();
    context.rect(left, 0, Math.round(this.#picture * ratio), this.#canvas.height);
    context.clip();
    context.imageSmoothingQuality = 'medium';
    context.drawImage(
      shown.bitmap,
      left + Math.round(x * ratio),
      Math.round(y * ratio),
      Math.round(width * ratio),
      Math.round(height * ratio),
    );
    context.restore();
  }

  #clear(column: number, removed?: CellView): void {
    removed?.root.remove();
    const left = Math.round(column * this.#step * devicePixelRatio);
    this.#context?.clearRect(left, 0, Math.round(this.#step * devicePixelRatio), this.#canvas.height);
  }
}
