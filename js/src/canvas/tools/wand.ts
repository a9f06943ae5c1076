// Magic wand: a click takes what is of one colour around it; a drag to the right takes colours that differ more, to the
// left less, while one sees it. With Shift it is added to the mask that is selected, with Alt or the right button taken
// away from it. It sees the picture as it was sent; where that is coarser than the file, so is the outline.
import { maskOf } from '../bitmap';
import type { Draft } from '../draft';
import { flooded, type Pixels } from '../flood';
import { kindOf } from '../kinds';
import { maskIn, maskShape } from '../kinds/mask';
import { paintShape } from '../paint';
import { eachSpan, type Mask, MOST_PIXELS, Runs } from '../rle';
import type { Surface } from '../surface';
import type { Point, Size, View } from '../view';
import { change } from './brush';
import { type Gesture, TOOLS, type Touch } from './tool';

/** How much a channel may differ at first, of 255; and per CSS pixel of a drag. */
const TOLERANCE = 24;
const PER_PIXEL = 0.4;

/** The pixels of each bitmap that the wand was used on, for as long as the bitmap is there. */
const PIXELS = new WeakMap<ImageBitmap, Pixels>();

function pixelsOf(bitmap: ImageBitmap): Pixels | null {
  const known = PIXELS.get(bitmap);
  if (known) return known;
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(bitmap, 0, 0);
  const pixels = { width, height, data: context.getImageData(0, 0, width, height).data };
  PIXELS.set(bitmap, pixels);
  return pixels;
}

/** A mask in a picture of another size: each of its pixels has the value of the one at its centre. */
export function scaled(mask: Mask, size: Size): Mask {
  if (mask.width === size.width && mask.height === size.height) return mask;
  const [fx, fy] = [size.width / mask.width, size.height / mask.height];
  const edge = (at: number, factor: number, most: number): number =>
    Math.min(most, Math.max(0, Math.ceil(at * factor - 0.5)));
  const columns = new Map<number, [number, number][]>();
  eachSpan(mask, (x, from, to) => {
    const span: [number, number] = [edge(from, fy, size.height), edge(to, fy, size.height)];
    const spans = columns.get(x);
    if (spans) spans.push(span);
    else columns.set(x, [span]);
  });
  const runs = new Runs(size);
  for (const [x, spans] of columns) {
    for (let column = edge(x, fx, size.width); column < edge(x + 1, fx, size.width); column += 1)
      for (const [from, to] of spans) runs.add(column * size.height + from, column * size.height + to);
  }
  return runs.mask;
}

/** What the wand would take, as it is shown while the button is down. */
class Taken implements Draft {
  /** In pixels of the bitmap. */
  mask: Mask | null = null;

  constructor(
    private readonly surface: Surface,
    private readonly pixels: Pixels,
    private readonly from: Point,
  ) {}

  take(tolerance: number): void {
    this.mask = maskOf(flooded(this.pixels, this.from, tolerance), this.pixels);
  }

  paint(context: CanvasRenderingContext2D, view: View, color: string): void {
    const { picture } = this.surface;
    if (!picture || !this.mask) return;
    const shape = maskShape(this.mask);
    const shown = { ...view, scale: (view.scale * picture.width) / this.pixels.width };
    context.globalAlpha = 0.35;
    context.fillStyle = color;
    kindOf(shape)?.fill?.(context, shape, shown);
    context.globalAlpha = 1;
    paintShape(context, shape, color, shown);
  }
}

/** What a click at a point would take; null where it cannot, which is said. */
function begun(surface: Surface, point: Point): Taken | null {
  const { picture, session } = surface;
  if (!picture || !surface.allowed('mask')) return null;
  const shown = session.picture;
  const pixels = shown && pixelsOf(shown.bitmap);
  if (!pixels || picture.width * picture.height > MOST_PIXELS) {
    surface.say('The wand cannot see this picture.');
    return null;
  }
  const at = { x: (point.x * pixels.width) / picture.width, y: (point.y * pixels.height) / picture.height };
  const taken = new Taken(surface, pixels, at);
  taken.take(TOLERANCE);
  return taken;
}

function apply(surface: Surface, taken: Taken, how: 'new' | 'add' | 'take'): void {
  const { picture, selected } = surface;
  if (!picture || !taken.mask) return;
  const pixels = scaled(taken.mask, picture);
  const [only, ...others] = selected;
  const { width, height } =
    only?.shape.kind === 'mask' && !others.length ? maskIn(only.shape) : { width: 0, height: 0 };
  const on = only && width === picture.width && height === picture.height ? only : null;
  if (how === 'take' && !on) surface.say('Select the mask to take from first.');
  else change(surface, pixels, how === 'take' ? 'take' : 'add', how === 'new' ? null : on);
  const coarse = picture.width / taken.mask.width;
  if (coarse > 1.01) surface.say(`Seen at 1 : ${coarse.toFixed(1)}. Correct the outline with the brush.`);
}

function* wave(surface: Surface, press: Touch): Gesture {
  const draft = begun(surface, press.point);
  if (!draft) return;
  try {
    surface.set({ draft });
    let tolerance = TOLERANCE;
    for (;;) {
      const touch: Touch = yield;
      const wanted = Math.round(Math.min(255, Math.max(0, TOLERANCE + (touch.at.x - press.at.x) * PER_PIXEL)));
      if (wanted !== tolerance) {
        tolerance = wanted;
        draft.take(tolerance);
        surface.set({ draft });
      }
      if (touch.kind !== 'release') continue;
      surface.set({ draft: null });
      apply(surface, draft, press.alt ? 'take' : press.shift ? 'add' : 'new');
      return;
    }
  } finally {
    surface.set({ draft: null });
  }
}

TOOLS.set('wand', {
  cross: true,
  makes: 'mask',
  right: true,
  cursor: (surface) => (surface.session.readOnly ? 'default' : 'crosshair'),
  press: wave,
  mark(surface, at) {
    const taken = begun(surface, at);
    if (taken) apply(surface, taken, 'new');
  },
});
