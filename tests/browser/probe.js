// Watches what a widget holds of the page. Loaded before everything else, so that nothing escapes it.
(() => {
  const listeners = new Map();
  const observed = new Map();
  const paints = new WeakMap(); // the probe itself must not hold what it counts

  const remember = (target, type, listener, options) => {
    const capture = typeof options === 'object' ? Boolean(options?.capture) : Boolean(options);
    const record = { target, type, listener, capture };
    const same = (one) =>
      one.target === target && one.type === type && one.listener === listener && one.capture === capture;
    if ([...listeners.values()].some(same)) return;
    const key = Symbol(type);
    listeners.set(key, record);
    options?.signal?.addEventListener('abort', () => listeners.delete(key), { once: true });
  };
  for (const target of [window, document, document.documentElement]) {
    const add = target.addEventListener.bind(target);
    const remove = target.removeEventListener.bind(target);
    target.addEventListener = (type, listener, options) => {
      if (options?.signal?.aborted) return;
      remember(target, type, listener, options);
      add(type, listener, options);
    };
    target.removeEventListener = (type, listener, options) => {
      const capture = typeof options === 'object' ? Boolean(options?.capture) : Boolean(options);
      for (const [key, one] of listeners) {
        if (one.target === target && one.type === type && one.listener === listener && one.capture === capture)
          listeners.delete(key);
      }
      remove(type, listener, options);
    };
  }

  const Original = window.ResizeObserver;
  window.ResizeObserver = class extends Original {
    observe(target, options) {
      observed.set(this, (observed.get(this) ?? new Set()).add(target));
      super.observe(target, options);
    }
    unobserve(target) {
      observed.get(this)?.delete(target);
      super.unobserve(target);
    }
    disconnect() {
      observed.delete(this);
      super.disconnect();
    }
  };

  // Each layer clears itself before it is painted.
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...rect) {
    paints.set(this.canvas, (paints.get(this.canvas) ?? 0) + 1);
    return clear.apply(this, rect);
  };

  const layers = () => [...document.querySelectorAll('.ipya-layer')];
  window.probe = {
    held() {
      const observers = [...observed.values()].reduce((sum, targets) => sum + targets.size, 0);
      const sessions = globalThis[Symbol.for('ipyannotator.sessions')];
      return {
        canvases: document.querySelectorAll('canvas').length,
        listeners: [...listeners.values()].map(({ type }) => type).sort(),
        observers,
        sessions: sessions?.open.size ?? 0,
      };
    },
    /** How often each layer was painted: picture, objects, active. */
    paints: () => layers().map((canvas) => paints.get(canvas) ?? 0),
  };
})();
