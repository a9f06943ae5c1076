// Brush and eraser: a stroke is one change. What is painted is shown as a line while the button is down, and becomes
// pixels when it is let go of; so a stroke costs the same on any picture.
//
// With one mask selected the brush goes on with it; with none it begins another one, in the class in use. Without a
// selection the eraser takes the mask that it is put down on. With Shift the stroke begins with a straight line from
// where the last one ended. Alt or the right button erases while the brush is on.
import { safeColor } from '../../shared/dom';
import { deleteObjects } from '../../shared/edits';
import type { ObjectData } from '../../shared/protocol';
import type { Session } from '../../shared/session';
import { addObject } from '../adding';
import { strokeOf } from '../bitmap';
import type { Draft } from '../draft';
import { kindOf } from '../kinds';
import { maskIn, maskShape } from '../kinds/mask';
import { reshaped } from '../reshaping';
import { areaOf, combined, type Mask, MOST_PIXELS } from '../rle';
import type { Surface } from '../surface';
import { type Point, toStage, type View } from '../view';
import { type Gesture, objectUnder, TOOLS, type Tool, type Touch } from './tool';

/** What a brush is at first, in CSS pixels; then it keeps its size in the picture, so that strokes stay alike. */
const AT_FIRST = 24;
const [SMALLEST, LARGEST] = [1, 2000];
const STEP = 1.25;
/** How much of its colour a stroke has while it is painted. */
const FILL = 0.5;

interface Brush {
  /** The diameter in pixels of the picture. */
  size: number;
  /** Where the last stroke ended, and on which item. */
  last: { item: string; at: Point } | null;
}
const BRUSHES = new WeakMap<Session, Brush>();

function brushOf({ session, view }: Surface): Brush {
  let brush = BRUSHES.get(session);
  if (!brush) {
    brush = { size: Math.max(SMALLEST, Math.round(AT_FIRST / (view?.scale ?? 1))), last: null };
    BRUSHES.set(session, brush);
  }
  return brush;
}

/** Make the brush larger or smaller by some steps. */
export function resizeBrush(surface: Surface, steps: number): void {
  const brush = brushOf(surface);
  const next = Math.round(brush.size * STEP ** steps);
  const changed = next === brush.size ? next + Math.sign(steps) : next;
  brush.size = Math.min(LARGEST, Math.max(SMALLEST, changed));
  surface.say(`Brush of ${brush.size} ${brush.size === 1 ? 'pixel' : 'pixels'}.`);
  surface.layers.dirty('active');
}

/** The stroke as it is while the button is down. */
class Stroke implements Draft {
  readonly points: Point[] = [];

  constructor(
    readonly size: number,
    readonly erases: boolean,
    /** That of the mask that is painted on; null is that of the class in use. */
    private readonly color: string | null,
  ) {}

  paint(context: CanvasRenderingContext2D, view: View, inUse: string): void {
    const [first] = this.points;
    if (!first) return;
    context.save();
    context.setLineDash([]);
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.max(1, this.size * view.scale);
    context.strokeStyle = this.color ?? inUse;
    // What is being erased stands on this layer while it is, without anything beneath it.
    if (this.erases) context.globalCompositeOperation = 'destination-out';
    else context.globalAlpha = FILL;
    context.beginPath();
    const start = toStage(view, first);
    context.moveTo(start.x, start.y);
    for (const point of this.points) {
      const { x, y } = toStage(view, point);
      context.lineTo(x, y);
    }
    context.stroke();
    context.restore();
  }
}

/** The mask that a stroke is about: the one that is selected, or for an eraser the one under it. */
function masked(surface: Surface, erases: boolean, under: ObjectData | null): ObjectData | null {
  const [only, ...others] = surface.editable;
  if (only?.shape.kind === 'mask' && !others.length && kindOf(only.shape)) return only;
  return erases && under?.shape.kind === 'mask' ? under : null;
}

function ready(surface: Surface, erases: boolean, on: ObjectData | null): boolean {
  const { picture } = surface;
  if (!picture || !surface.allowed(on ? undefined : 'mask')) return false;
  if (erases && !on) surface.say('Select the mask to erase from, or begin on it.');
  else if (picture.width * picture.height > MOST_PIXELS) surface.say('This picture is too large for masks.');
  else if (on && !fits(maskIn(on.shape), surface))
    surface.say('This mask is of a picture of another size. It is kept as it is.');
  else return true;
  return false;
}

const fits = ({ width, height }: Mask, { picture }: Surface): boolean =>
  width === picture?.width && height === picture.height;

function colorOn({ session }: Surface, { class_id }: ObjectData): string | null {
  const color = session.classes.find(({ id }) => id === class_id)?.color;
  return color ? safeColor(color) : null;
}

/** Make a change of a stroke. */
function apply(surface: Surface, points: readonly Point[], size: number, erases: boolean, on: ObjectData | null): void {
  const { picture } = surface;
  if (!picture) return;
  change(surface, strokeOf(points, size, picture), erases ? 'take' : 'add', on);
}

/** Add pixels to a mask or take them away; without a mask they become one. A mask of which nothing is left is deleted. */
export function change(surface: Surface, pixels: Mask, how: 'add' | 'take', on: ObjectData | null): void {
  const { session } = surface;
  if (!on) {
    const area = areaOf(pixels);
    if (how === 'add' && area) addObject(surface, maskShape(pixels), `${area} pixels`);
    return;
  }
  const object = session.byId.get(on.id);
  if (!object) {
    surface.say('The mask is gone by now.');
    return;
  }
  const mask = combined(maskIn(object.shape), pixels, how);
  const area = areaOf(mask);
  if (!area) {
    deleteObjects(session, [object.id], []);
    surface.say(`Nothing is left of ${surface.nameOf(object)}: it is deleted.`);
    return;
  }
  surface.edit(reshaped(surface, new Map([[object.id, maskShape(mask)]])), [object.id]);
  surface.speak(`${surface.nameOf(object)}: ${area} pixels.`);
}

function* paint(surface: Surface, press: Touch, erases: boolean): Gesture {
  const { session } = surface;
  const on = masked(surface, erases, objectUnder(surface, press));
  if (!ready(surface, erases, on)) return;
  const brush = brushOf(surface);
  const item = session.item?.key ?? '';
  const draft = new Stroke(brush.size, erases, on && colorOn(surface, on));
  if (press.shift && brush.last?.item === item) draft.points.push(brush.last.at);
  draft.points.push(press.point);
  try {
    if (on && !session.selection.has(on.id)) surface.select([on.id]);
    if (on) surface.lift(new Map([[on.id, on.shape]]));
    surface.set({ draft });
    for (;;) {
      const touch: Touch = yield;
      const before = draft.points[draft.points.length - 1];
      if (before?.x !== touch.point.x || before.y !== touch.point.y) draft.points.push(touch.point);
      surface.set({ draft });
      if (touch.kind !== 'release') continue;
      brush.last = { item, at: touch.point };
      apply(surface, draft.points, brush.size, erases, on);
      return;
    }
  } finally {
    surface.lift(new Map());
    surface.set({ draft: null });
  }
}

/** A circle as large as the brush; dark and light, to be seen on anything. */
function ring(surface: Surface, context: CanvasRenderingContext2D, at: Point): void {
  const { view } = surface;
  if (!view) return;
  const { x, y } = toStage(view, at);
  const radius = Math.max(2, (brushOf(surface).size * view.scale) / 2);
  context.setLineDash([]);
  for (const [width, color] of [
    [3, 'rgba(0, 0, 0, 0.55)'],
    [1, '#ffffff'],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

function brush(erases: boolean): Tool {
  return {
    cross: true,
    ...(erases ? {} : { makes: 'mask' }),
    cursor: (surface) => (surface.session.readOnly ? 'default' : 'none'),
    point: ring,
    right: true,
    wheel: (surface, by) => resizeBrush(surface, -by),
    press: (surface, touch) => paint(surface, touch, erases || touch.alt),
    mark(surface, at) {
      const id = surface.under(at, 0);
      const on = masked(surface, erases, id === null ? null : (surface.session.byId.get(id) ?? null));
      if (ready(surface, erases, on)) apply(surface, [at], brushOf(surface).size, erases, on);
    },
  };
}

TOOLS.set('brush', brush(false));
TOOLS.set('eraser', brush(true));
