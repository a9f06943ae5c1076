// Rows of one height, of which only those in sight exist: a thin skin over @tanstack/virtual-core.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';

export interface VirtualRows {
  setCount(count: number): void;
  /** The rows that should exist now, from top to bottom. */
  indexes(): number[];
  /** The height of all rows, in pixels, with room behind them so that the last page begins with a whole row. */
  height(): number;
  /** How many rows fit on a page. */
  page(): number;
  /** Scroll just so far that the row is in sight. */
  reveal(index: number): void;
}

export function virtualRows(
  scroller: HTMLElement,
  rowHeight: number,
  changed: () => void,
  owner: AbortSignal,
): VirtualRows {
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count: 0,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    // Before the first layout a screenful is assumed, so that the first paint has rows.
    initialRect: { width: 0, height: 400 },
    onChange: () => {
      if (!owner.aborted) changed();
    },
  };
  const virtualizer = new Virtualizer(options);
  const end = virtualizer._didMount();
  virtualizer._willUpdate();
  owner.addEventListener('abort', () => end(), { once: true });
  return {
    setCount(count) {
      if (count === virtualizer.options.count) return;
      virtualizer.setOptions({ ...options, count });
      virtualizer._willUpdate();
    },
    indexes: () => virtualizer.getVirtualIndexes(),
    height() {
      const rows = virtualizer.getTotalSize();
      const room = scroller.clientHeight;
      return rows > room ? rows + (room % rowHeight) : rows;
    },
    page: () => Math.max(1, Math.floor((virtualizer.scrollRect?.height ?? 0) / rowHeight) - 1),
    reveal(index) {
      const top = index * rowHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) {
        // To a whole row: the one at the upper edge is never cut.
        scroller.scrollTop = Math.ceil((top + rowHeight - scroller.clientHeight) / rowHeight) * rowHeight;
      }
    },
  };
}
