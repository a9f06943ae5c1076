// Annotorious on an `<img>`, as its documentation has it. It neither pans nor zooms there.
const img = document.createElement('img');
img.width = 1280;
img.height = 720;
document.getElementById('stage').append(img);

function boundsOf(ring) {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) };
}

function selectorOf({ box, ring }) {
  if (ring) return { type: 'POLYGON', geometry: { points: ring, bounds: boundsOf(ring) } };
  const [x, y, w, h] = box;
  return { type: 'RECTANGLE', geometry: { x, y, w, h, bounds: { minX: x, minY: y, maxX: x + w, maxY: y + h } } };
}

window.peer = {
  async show(photo, shapes) {
    img.src = photo;
    await img.decode();
    const annotator = window.Annotorious.createImageAnnotator(img, { autoSave: false });
    const annotations = shapes.map((shape, at) => {
      const id = `o${at}`;
      return { id, bodies: [], target: { annotation: id, selector: selectorOf(shape) } };
    });
    annotator.setAnnotations(annotations);
    window.annotator = annotator;
  },
};
