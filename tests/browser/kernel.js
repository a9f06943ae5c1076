// The kernel's end of the canvas: a model as anywidget gives one, which records what is sent, and answers edits.
import canvas from '/static/canvas.js';

const clone = (value) => JSON.parse(JSON.stringify(value));

class Model {
  constructor(values) {
    this.values = values;
    this.handlers = new Map();
    this.comm_live = true;
  }
  get(name) {
    return this.values[name];
  }
  set(name, value) {
    kernel.set.push([name, value]);
    this.put({ [name]: value });
  }
  put(values) {
    Object.assign(this.values, values);
    for (const name of Object.keys(values)) this.fire(`change:${name}`);
  }
  save_changes() {}
  send(message) {
    const copy = clone(message);
    kernel.sent.push(copy);
    if (copy.type === 'change' && kernel.answering) setTimeout(() => kernel.answer(copy.change.id), kernel.latency);
  }
  on(name, handler) {
    this.handlers.set(name, (this.handlers.get(name) ?? new Set()).add(handler));
  }
  off(name, handler) {
    this.handlers.get(name)?.delete(handler);
  }
  fire(name, ...values) {
    for (const handler of [...(this.handlers.get(name) ?? [])]) handler(...values);
  }
}

const views = [];
/** A task of its own, after the frame that is being made has been painted. */
const afterFrame = () =>
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

const kernel = {
  /** What the browser has sent, in order; and the traits that it has set. */
  sent: [],
  set: [],
  answering: true,
  /** Milliseconds between an edit and its answer. */
  latency: 0,
  seq: 1000,
  answered: 0,
  model: null,

  mount(values, width, height) {
    this.model ??= new Model(values);
    const el = document.createElement('div');
    el.style.cssText = `width: ${width}px; height: ${height}px`;
    document.querySelector('#host').append(el);
    views.push({ el, end: canvas.render({ model: this.model, el }) });
  },
  unmount() {
    const { el, end } = views.pop();
    end();
    el.remove();
    if (!views.length) this.model = null;
  },
  resize(width, height) {
    for (const { el } of views) Object.assign(el.style, { width: `${width}px`, height: `${height}px` });
  },
  put(values) {
    this.model.put(values);
  },
  deliver(content, buffers = []) {
    const views = buffers.map((text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return new DataView(bytes.buffer);
    });
    this.model.fire('msg:custom', { v: 1, ...content }, views);
  },
  answer(id, more = {}) {
    this.seq += 1;
    this.answered += 1;
    const answer = { type: 'answer', id, status: 'ok', reason: '', ops: null, current: [], seq: this.seq };
    this.model?.fire('msg:custom', { v: 1, ...answer, ...more }, []);
  },

  /** Deliver a `show`; returns the milliseconds until its objects are painted. */
  async show(content, buffers) {
    const stage = document.querySelector('.ipya-stage');
    const views = buffers.map((text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return new DataView(bytes.buffer);
    });
    await afterFrame();
    const before = probe.paints()[1];
    const began = performance.now();
    this.model.fire('msg:custom', { v: 1, ...content }, views);
    const there = () => stage.dataset.item === content.item.name && stage.dataset.state !== 'loading';
    for (;;) {
      await afterFrame();
      if (there() && probe.paints()[1] > before) return performance.now() - began;
      if (performance.now() - began > 20_000) throw new Error(`${content.item.name} is not shown after 20 s`);
    }
  },
  /** Wait until nothing is left to be painted; returns how often each layer was. */
  async settled() {
    for (let paints = probe.paints(), still = 0; still < 2; ) {
      await afterFrame();
      const now = probe.paints();
      still = now.every((count, at) => count === paints[at]) ? still + 1 : 0;
      paints = now;
    }
    return probe.paints();
  },

  frames: [],
  /** Note the time of every frame until `frames` is asked for. */
  watchFrames() {
    this.frames = [];
    const turn = ++this.watching;
    const note = (time) => {
      if (turn !== this.watching) return;
      this.frames.push(time);
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  },
  watching: 0,
  /** Milliseconds between the frames. */
  endFrames() {
    this.watching += 1;
    return this.frames.slice(1).map((time, at) => time - this.frames[at]);
  },
};
window.kernel = kernel;
document.documentElement.dataset.loaded = 'true';
