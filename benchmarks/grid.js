// Watches a scroll from within the page: how long each frame took, and how long a cell in sight had no picture.
(() => {
  const pause = () => new Promise(requestAnimationFrame);
  window.scrolling = {
    /** Milliseconds from now until every cell in sight has its picture. */
    async firstScreen() {
      const began = performance.now();
      for (;;) {
        const cells = document.querySelectorAll('.ipya-cell[aria-description]');
        if (cells.length && desk.blank() === 0) return performance.now() - began;
        if (performance.now() - began > 60_000) throw new Error('the first screen does not come');
        await pause();
      }
    },
    /**
     * Scroll an element from its top to its end in so many milliseconds, at an even pace.
     *
     * Returns the milliseconds between frames, and those for which a cell in sight was blank, for each that was.
     */
    async through(selector, cell, time) {
      const root = document.querySelector(selector);
      root.scrollTop = 0;
      await pause();
      const box = root.getBoundingClientRect();
      const frames = [];
      const blanks = [];
      const since = new Map();
      let last = await pause();
      const began = last;
      for (;;) {
        const now = await pause();
        frames.push(now - last);
        last = now;
        const seen = new Set();
        for (const each of cell ? root.querySelectorAll(`${cell}[data-blank]`) : []) {
          const { top, bottom } = each.getBoundingClientRect();
          if (bottom <= box.top || top >= box.bottom) continue;
          seen.add(each.dataset.at);
          if (!since.has(each.dataset.at)) since.set(each.dataset.at, now);
        }
        for (const [at, start] of since) {
          if (seen.has(at)) continue;
          blanks.push(now - start);
          since.delete(at);
        }
        const range = root.scrollHeight - root.clientHeight;
        if (now - began > time && root.scrollTop >= range - 1) break;
        root.scrollTop = Math.min(range, (range * (now - began)) / time);
      }
      for (const start of since.values()) blanks.push(last - start);
      return { frames, blanks };
    },
  };
})();
