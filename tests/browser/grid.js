// The page's end of a wire (wire.py): a model as anywidget gives one, whose messages and traits go over a WebSocket.
import grid from '/static/grid.js';

class Model {
  constructor(socket) {
    this.socket = socket;
    this.values = {};
    this.handlers = new Map();
    this.dirty = new Set();
    this.comm_live = true;
    /** The message whose buffers are still to come. */
    this.head = null;
    this.buffers = [];
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.hear(data);
  }
  hear(data) {
    if (typeof data === 'string') {
      this.head = JSON.parse(data);
      this.buffers = [];
    } else {
      this.buffers.push(new DataView(data));
    }
    if (this.buffers.length < this.head.buffers) return;
    const { message, traits } = this.head;
    if (message) {
      desk.got.push(message.type);
      this.fire('msg:custom', message, this.buffers);
    }
    for (const [name, value] of Object.entries(traits ?? {})) {
      this.values[name] = value;
      this.fire(`change:${name}`);
    }
    if (traits) desk.ready();
  }
  get(name) {
    return this.values[name];
  }
  set(name, value) {
    this.values[name] = value;
    this.dirty.add(name);
    this.fire(`change:${name}`);
  }
  save_changes() {
    const traits = Object.fromEntries([...this.dirty].map((name) => [name, this.values[name]]));
    this.dirty.clear();
    this.socket.send(JSON.stringify({ traits }));
  }
  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) throw new Error('Cannot send: the comm is closed');
    this.socket.send(JSON.stringify({ message }));
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
const desk = {
  got: [],
  model: null,
  ready: () => {},
  /** Open the line; resolves when the traits are there. */
  open() {
    return new Promise((resolve) => {
      this.ready = resolve;
      this.model = new Model(new WebSocket(`ws://${location.host}/line`));
    });
  },
  mount(width, height) {
    const el = document.createElement('div');
    el.style.cssText = `width: ${width}px; height: ${height}px`;
    document.querySelector('#host').append(el);
    views.push({ el, end: grid.render({ model: this.model, el }) });
  },
  unmount() {
    const { el, end } = views.pop();
    end();
    el.remove();
  },
  resize(width, height) {
    for (const { el } of views) Object.assign(el.style, { width: `${width}px`, height: `${height}px` });
  },
  /** How many cells in sight have no picture. */
  blank(root = document.querySelector('.ipya-cells')) {
    const { top, bottom } = root.getBoundingClientRect();
    return [...root.querySelectorAll('.ipya-cell')].filter((cell) => {
      const place = cell.getBoundingClientRect();
      return cell.hasAttribute('data-blank') && place.bottom > top && place.top < bottom;
    }).length;
  },
};
window.desk = desk;
document.documentElement.dataset.loaded = 'true';
