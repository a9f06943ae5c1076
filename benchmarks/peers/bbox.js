// The page's half of jupyter-bbox-widget, with a model that keeps what it is told, as the kernel's would. It neither pans
// nor zooms.
import widget from '/bbox/main.mjs';

class Model {
  #values;
  #heard = new Map();

  constructor(values) {
    this.#values = values;
  }
  get(name) {
    return this.#values[name];
  }
  set(name, value) {
    this.#values[name] = value;
    for (const listen of this.#heard.get(`change:${name}`) ?? []) listen(this, value);
  }
  save_changes() {
    JSON.stringify(this.#values.bboxes); // what goes to the kernel is the whole list
  }
  on(name, listen) {
    this.#heard.set(name, [...(this.#heard.get(name) ?? []), listen]);
  }
  off(name, listen) {
    this.#heard.set(name, (this.#heard.get(name) ?? []).filter((each) => each !== listen));
  }
  send() {}
}

window.peer = {
  async show(photo, shapes) {
    const values = { image: '', image_url: photo, image_bytes: new DataView(new ArrayBuffer(0)), classes: ['car'] };
    const more = { label: 'car', colors: ['#1f77b4'], selected_index: -1, view_only: false, hide_buttons: true };
    const bboxes = shapes.map(({ box: [x, y, width, height] }) => ({ x, y, width, height, label: 'car' }));
    widget.render({ model: new Model({ ...values, ...more, bboxes }), el: document.getElementById('stage') });
    while (!document.querySelector('#stage img')?.complete) await watch.painted();
  },
};
