// Times what a person waits for, within the page: from an event to the frame in which its effect is painted.
(() => {
  /** Resolves in a task of its own after the frame that is being made, when that was painted. */
  const painted = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          resolve();
        };
        port2.postMessage(null);
      });
    });
  const found = {};
  window.watch = {
    painted,
    /** Note, for each event of a kind from now on, the milliseconds from its handling to the painted frame. */
    event(kind) {
      found[kind] = [];
      const noted = found[kind];
      addEventListener(
        kind,
        () => {
          const began = performance.now();
          painted().then(() => noted.push(performance.now() - began));
        },
        { capture: true, passive: true },
      );
    },
    /** Forget what was noted. */
    clear() {
      for (const list of Object.values(found)) list.length = 0;
    },
    /** Return what was noted of a kind, when all of it is. */
    async times(kind) {
      await painted();
      await painted();
      return found[kind];
    },
  };
})();
