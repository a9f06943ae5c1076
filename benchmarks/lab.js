// Times what a person waits for in Lab, within the page.
(() => {
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
  const stage = () => document.querySelector('[role=application][aria-label="Annotation canvas"]');
  window.lab = {
    saved: [],
    /** Note, for each release of the mouse from now on, the milliseconds until the annotator says "saved". */
    watchSaving() {
      const status = document.querySelector('.ipyannotator [role=status]');
      let released = 0;
      let saving = false;
      // The time of the event itself, so that waiting in the page's queue counts.
      addEventListener('pointerup', (event) => { released = event.timeStamp; saving = false; }, { capture: true });
      new MutationObserver(() => {
        const { textContent } = status;
        if (textContent !== 'saved') saving = true;
        else if (saving && released) {
          this.saved.push(performance.now() - released);
          released = 0;
        }
      }).observe(status, { childList: true, characterData: true, subtree: true });
    },
    /** Press a key on the canvas; returns the milliseconds until the item of that name is painted. */
    async next(name, key) {
      const began = performance.now();
      stage().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      for (;;) {
        await painted();
        if (stage().dataset.item === name && stage().dataset.state === 'ready') return performance.now() - began;
        if (performance.now() - began > 20_000) throw new Error(`${name} is not shown after 20 s`);
      }
    },
    /** Press a key for each item as soon as it is painted, in turn; returns the milliseconds for each but the last. */
    async labelled(names, keys) {
      const took = [];
      for (let at = 0; at < names.length - 1; at += 1) {
        took.push(await this.next(names[at + 1], keys[at % keys.length]));
      }
      const key = keys[(names.length - 1) % keys.length];
      stage().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      return took;
    },
    /** Fetch a file past the cache, decode it, and paint it on a canvas; returns the milliseconds. */
    async fetched(url) {
      const canvas = document.createElement('canvas');
      canvas.width = 1280;
      canvas.height = 720;
      const began = performance.now();
      const answer = await fetch(url, { cache: 'no-store' });
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      const bitmap = await createImageBitmap(await answer.blob());
      canvas.getContext('2d').drawImage(bitmap, 0, 0, 1280, 720);
      await painted();
      return performance.now() - began;
    },
  };
})();
