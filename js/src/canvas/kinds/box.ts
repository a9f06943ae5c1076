// Boxes, upright or turned around their centre.
import type { BoxData, ShapeData } from '../../shared/protocol';
import { boxOf, contains, HANDLES, isBox, moved, resized, rounded, turnedBack } from '../geometry';
import { dragged, handlesOf, type Turned } from '../turned';
import { KINDS } from './kind';

const BY_ID = new Map(HANDLES.map((handle) => [`${handle.dx},${handle.dy}`, handle]));

const angleOf = (shape: ShapeData): number => (typeof shape.angle === 'number' ? shape.angle : 0);

const turnedOf = (box: BoxData): Turned => ({
  cx: box.x + box.width / 2,
  cy: box.y + box.height / 2,
  rx: box.width / 2,
  ry: box.height / 2,
  angle: angleOf(box),
});

KINDS.set('box', {
  name: 'a box',
  is: isBox,
  bounds(shape) {
    const box = shape as BoxData;
    const angle = angleOf(box);
    if (angle % 180 === 0) return box;
    const turn = (angle * Math.PI) / 180;
    const [cos, sin] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
    const width = box.width * cos + box.height * sin;
    const height = box.width * sin + box.height * cos;
    return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
  },
  contains(shape, point, margin) {
    return contains(shape as BoxData, turnedBack(point, shape as BoxData, angleOf(shape)), margin);
  },
  onEdge(shape, point, margin) {
    const box = shape as BoxData;
    const at = turnedBack(point, box, angleOf(box));
    const inner = {
      x: box.x + margin,
      y: box.y + margin,
      width: Math.max(0, box.width - 2 * margin),
      height: Math.max(0, box.height - 2 * margin),
    };
    return contains(box, at, margin) && !(inner.width && inner.height && contains(inner, at));
  },
  area: (shape) => (shape as BoxData).width * (shape as BoxData).height,
  enough: (shape, least) => (shape as BoxData).width >= least && (shape as BoxData).height >= least,
  handles: (shape, scale, turning = false) =>
    handlesOf(turnedOf(shape as BoxData), scale, turning || angleOf(shape) % 360 !== 0),
  move(shape, dx, dy, size) {
    const box = shape as BoxData;
    if (angleOf(box) % 180 === 0) {
      const { x, y } = moved(box, dx, dy, size);
      return { ...box, x, y };
    }
    const before = this.bounds(box);
    const after = moved(before, dx, dy, size);
    return { ...box, x: rounded(box.x + after.x - before.x), y: rounded(box.y + after.y - before.y) };
  },
  drag(shape, id, pull) {
    const handle = BY_ID.get(id);
    const box = shape as BoxData;
    if (handle && angleOf(box) % 360 === 0) return boxOf(resized(box, handle, pull.to, pull.shift, pull.size));
    const { cx, cy, rx, ry, angle } = dragged(turnedOf(box), id, pull);
    const size = { width: rounded(2 * rx), height: rounded(2 * ry) };
    return { kind: 'box', x: rounded(cx - rx), y: rounded(cy - ry), ...size, angle };
  },
  stroke(context, shape, view) {
    const box = shape as BoxData;
    const angle = angleOf(box);
    const [width, height] = [box.width * view.scale, box.height * view.scale];
    const [x, y] = [view.x + box.x * view.scale, view.y + box.y * view.scale];
    if (angle % 360 === 0) {
      context.strokeRect(x, y, width, height);
      return;
    }
    context.save();
    context.translate(x + width / 2, y + height / 2);
    context.rotate((angle * Math.PI) / 180);
    context.strokeRect(-width / 2, -height / 2, width, height);
    context.restore();
  },
});
