// Masks: pixels of the picture, kept as COCO keeps them. They are painted by their outline, at the level of detail that
// the view can show: no bitmap is kept of any.
import type { ShapeData } from '../../shared/protocol';
import { type Crop, cropOf } from '../bitmap';
import { contours, smoothed } from '../contour';
import { moved } from '../geometry';
import type { Ring } from '../rings';
import { areaOf, around, boundsOf, covers, decoded, eachSpan, encoded, type Mask, shifted } from '../rle';
import type { View } from '../view';
import { KINDS, remembered } from './kind';

export interface MaskData extends ShapeData {
  kind: 'mask';
  /** Height and width of the picture, in its pixels. */
  size: [height: number, width: number];
  /** The run lengths as COCO's compressed text. */
  counts: string;
}

/** From this enlargement on, the outline follows each pixel. */
const EXACT = 3;
/** Above so many cells an outline is made of larger ones. */
const CELLS = 2 ** 26;

/** What a shape's runs say; null where they are malformed, or not those of a picture of its size. */
const read: (shape: ShapeData) => { mask: Mask; bounds: ReturnType<typeof boundsOf>; area: number } | null = remembered(
  ({ size, counts }) => {
    if (!Array.isArray(size) || size.length !== 2 || typeof counts !== 'string') return null;
    const mask = decoded(counts, { height: Number(size[0]), width: Number(size[1]) });
    return mask && { mask, bounds: boundsOf(mask), area: areaOf(mask) };
  },
);

/** The runs of a mask; of a shape that is none, those of nothing. */
export function maskIn(shape: ShapeData): Mask {
  return read(shape)?.mask ?? { width: 0, height: 0, ends: Uint32Array.of(0) };
}

export function maskShape(mask: Mask): MaskData {
  return { kind: 'mask', size: [mask.height, mask.width], counts: encoded(mask) };
}

/** The pixels of a mask in cells of some pixels; a cell is in where any of its pixels is, so that thin things stay. */
function cells(mask: Mask, side: number): Crop {
  if (side === 1) return cropOf(mask);
  const bounds = boundsOf(mask);
  const [x, y] = [Math.floor(bounds.x / side), Math.floor(bounds.y / side)];
  const width = Math.ceil((bounds.x + bounds.width) / side) - x;
  const height = Math.ceil((bounds.y + bounds.height) / side) - y;
  const data = new Uint8Array(width * height);
  eachSpan(mask, (column, from, to) => {
    const base = (Math.floor(column / side) - x) * height - y;
    data.fill(1, base + Math.floor(from / side), base + Math.ceil(to / side));
  });
  return { x, y, width, height, data };
}

/** The level of detail of the last look at each shape: views change for all of them together. */
const seen = new WeakMap<ShapeData, { level: number; rings: readonly Ring[] }>();

/** The outline at a scale of the view, in pixels of the picture. */
function outline(shape: ShapeData, scale: number): readonly Ring[] {
  const found = read(shape);
  if (!found) return [];
  let side = 1;
  while (side * 2 * scale <= 1) side *= 2;
  const { width, height } = found.bounds;
  while ((width / side) * (height / side) > CELLS) side *= 2;
  const exact = side === 1 && scale >= EXACT;
  const level = exact ? 0 : side;
  const known = seen.get(shape);
  if (known?.level === level) return known.rings;
  const rings = contours(cells(found.mask, side)).map((ring) => {
    const smooth = exact ? ring : smoothed(ring);
    return side === 1 ? smooth : smooth.map(([x, y]): [number, number] => [x * side, y * side]);
  });
  seen.set(shape, { level, rings });
  return rings;
}

function trace(context: CanvasRenderingContext2D, shape: ShapeData, { x, y, scale }: View): void {
  context.beginPath();
  for (const ring of outline(shape, scale)) {
    ring.forEach((at, index) => {
      const [left, top] = [x + at[0] * scale, y + at[1] * scale];
      if (index) context.lineTo(left, top);
      else context.moveTo(left, top);
    });
    context.closePath();
  }
}

KINDS.set('mask', {
  name: 'a mask',
  is: (shape) => read(shape) !== null,
  bounds: (shape) => read(shape)?.bounds ?? { x: 0, y: 0, width: 0, height: 0 },
  contains(shape, point, margin) {
    const mask = maskIn(shape);
    return covers(mask, point) || (margin > 0 && around(mask, point, margin).inside);
  },
  onEdge(shape, point, margin) {
    const { inside, outside } = around(maskIn(shape), point, margin);
    return inside && outside;
  },
  area: (shape) => read(shape)?.area ?? 0,
  handles: () => [],
  move(shape, dx, dy, size) {
    const before = this.bounds(shape);
    const after = moved(before, Math.round(dx), Math.round(dy), size);
    if (after.x === before.x && after.y === before.y) return shape;
    return maskShape(shifted(maskIn(shape), after.x - before.x, after.y - before.y));
  },
  drag: (shape) => shape,
  stroke(context, shape, view) {
    trace(context, shape, view);
    context.stroke();
  },
  fill(context, shape, view) {
    trace(context, shape, view);
    context.fill('evenodd');
  },
});
