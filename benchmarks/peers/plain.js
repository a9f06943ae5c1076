// The physical floor: a 2d canvas that paints the picture and all rings again for every frame that is asked for.
const scale = 1280 / 1920;

const stage = document.getElementById('stage');
const canvas = document.createElement('canvas');
canvas.width = 1280;
canvas.height = 720;
stage.append(canvas);
const context = canvas.getContext('2d');
const state = { shapes: [], photo: null, x: 0, y: 0, zoom: 1, carried: [0, 0] };
let frame = 0;

function trace(ring) {
  context.beginPath();
  for (const [x, y] of ring) context.lineTo(x, y);
  context.closePath();
}

function paint() {
  frame = 0;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, 1280, 720);
  const by = scale * state.zoom;
  context.setTransform(by, 0, 0, by, state.x, state.y);
  context.drawImage(state.photo, 0, 0);
  context.strokeStyle = '#0072b2';
  context.fillStyle = 'rgba(0, 114, 178, 0.4)';
  context.lineWidth = 2;
  const last = state.shapes.length - 1;
  state.shapes.forEach((shape, at) => {
    if (at === last) context.translate(...state.carried);
    if (shape.ring) {
      trace(shape.ring);
      if (shape.filled) context.fill();
      else context.stroke();
    } else context.strokeRect(...shape.box);
  });
}

const request = () => {
  frame ||= requestAnimationFrame(paint);
};
let held = 0;
canvas.addEventListener('pointerdown', (event) => {
  held = event.button === 1 ? 2 : 1;
});
canvas.addEventListener('pointermove', (event) => {
  if (held === 2) {
    state.x += event.movementX;
    state.y += event.movementY;
  } else if (held === 1) {
    state.carried[0] += event.movementX / scale;
    state.carried[1] += event.movementY / scale;
  } else return;
  request();
});
addEventListener('pointerup', () => {
  held = 0;
  request();
});
canvas.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    state.zoom *= Math.exp(-event.deltaY * 0.0022);
    request();
  },
  { passive: false },
);

window.peer = {
  async show(photo, shapes) {
    state.photo = await createImageBitmap(await (await fetch(photo)).blob());
    state.shapes = shapes;
    request();
  },
};
