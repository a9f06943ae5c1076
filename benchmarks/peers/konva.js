// Konva, as its documentation has it: the picture on a layer that does not listen, shapes that can be dragged on another,
// the stage dragged to pan, the wheel to zoom at the pointer; with `lifting`, what is pressed goes to a layer of its own
// until it is released (its stress test of 10,000 shapes).
const { Konva } = window;
const scale = 1280 / 1920;
const lifting = new URLSearchParams(location.search).has('lifting');

const stage = new Konva.Stage({ container: 'stage', width: 1280, height: 720, draggable: true });
const pictures = new Konva.Layer({ listening: false, scaleX: scale, scaleY: scale });
const layer = new Konva.Layer({ scaleX: scale, scaleY: scale });
const lifted = new Konva.Layer({ scaleX: scale, scaleY: scale });
stage.add(pictures, layer);
if (lifting) stage.add(lifted);

const look = { stroke: '#0072b2', strokeWidth: 2, draggable: true, perfectDrawEnabled: false };

function shapeOf({ box, ring }) {
  if (ring) return new Konva.Line({ points: ring.flat(), closed: true, ...look });
  const [x, y, width, height] = box;
  return new Konva.Rect({ x, y, width, height, ...look });
}

if (lifting) {
  stage.on('mousedown', ({ target }) => {
    if (target === stage) return;
    target.moveTo(lifted);
    target.startDrag();
  });
  stage.on('dragend', ({ target }) => {
    if (target !== stage) target.moveTo(layer);
  });
}

stage.on('wheel', ({ evt }) => {
  evt.preventDefault();
  const before = stage.scaleX();
  const pointer = stage.getPointerPosition();
  const to = { x: (pointer.x - stage.x()) / before, y: (pointer.y - stage.y()) / before };
  const after = before * Math.exp(-evt.deltaY * 0.0022);
  stage.scale({ x: after, y: after });
  stage.position({ x: pointer.x - to.x * after, y: pointer.y - to.y * after });
});

window.peer = {
  async show(photo, shapes) {
    pictures.add(new Konva.Image({ image: await createImageBitmap(await (await fetch(photo)).blob()) }));
    layer.add(...shapes.map(shapeOf));
  },
};
