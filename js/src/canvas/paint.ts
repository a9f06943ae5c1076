// Drawing on a 2d context, in CSS pixels of the stage. Data reaches the screen by `fillText`, so it is only text.
import type { ClassData, ObjectData, ShapeData } from '../shared/protocol';
import type { Picture } from '../shared/session';
import { contains, overlaps, type Rect } from './geometry';
import { handlesOf } from './hit';
import { type Handle, kindOf } from './kinds';
import { type Point, type Size, toStage, type View } from './view';

/** Above so many objects in sight, the fine work is left out: casings, then name tags. */
export const FEW = 300;
const LINE = 2;
/** How much of their colour insides and outlines have, from 0 to 1, and whether the names of classes stand at them. */
export interface Ink {
  fill: number;
  outline: number;
  names: boolean;
}

export const INK: Ink = { fill: 0.2, outline: 1, names: true };
/** How much more the inside of what is selected has. */
const SELECTED = 0.15;
const CASING = 'rgba(0, 0, 0, 0.4)';
const NEUTRAL = '#9aa4ae';
const TAG_HEIGHT = 17;
const FONT = '11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
/** From this enlargement on, pixels are shown as squares. */
const SQUARE_PIXELS = 4;

/** What is drawn of the classes: name and colour by id. */
export type Palette = ReadonlyMap<string, ClassData>;

export interface Placed {
  object: ObjectData;
  shape: ShapeData;
}

export function paintPicture(context: CanvasRenderingContext2D, picture: Picture, view: View): void {
  const [x, y, width, height] = picture.media.region;
  const at = toStage(view, { x, y });
  const enlarged = (width * view.scale) / picture.bitmap.width;
  context.imageSmoothingEnabled = enlarged < SQUARE_PIXELS;
  context.imageSmoothingQuality = enlarged < 0.5 ? 'medium' : 'low';
  context.drawImage(picture.bitmap, at.x, at.y, width * view.scale, height * view.scale);
}

/** Draw many objects: outlines grouped by colour, since a change of style costs more than a line. */
export function paintObjects(
  context: CanvasRenderingContext2D,
  objects: readonly ObjectData[],
  palette: Palette,
  view: View,
  stage: Size,
  skip: ReadonlyMap<string, unknown>,
  ink: Ink = INK,
): void {
  const sheet = { x: 0, y: 0, ...stage };
  const groups = new Map<string, Placed[]>();
  let count = 0;
  for (const object of objects) {
    if (skip.has(object.id)) continue;
    const kind = kindOf(object.shape);
    if (!kind || !overlaps(sheet, onStage(kind.bounds(object.shape), view))) continue;
    const group = `${colorOf(object, palette)}${isSuggestion(object) ? '?' : ''}`;
    const list = groups.get(group);
    if (list) list.push({ object, shape: object.shape });
    else groups.set(group, [{ object, shape: object.shape }]);
    count += 1;
  }
  for (const placed of groups.values()) paintFills(context, placed, palette, view, ink.fill);
  if (ink.outline < 1) context.globalAlpha = ink.outline;
  for (const placed of groups.values()) paintGroup(context, placed, palette, view, count <= FEW);
  if (ink.outline < 1) context.globalAlpha = 1;
  if (count > FEW || !ink.names) return;
  for (const placed of groups.values()) for (const one of placed) paintTag(context, one, palette, view);
}

/** Fill what has an inside to be seen, beneath all outlines. */
function paintFills(
  context: CanvasRenderingContext2D,
  placed: readonly Placed[],
  palette: Palette,
  view: View,
  alpha: number,
): void {
  let style = '';
  for (const { object, shape } of placed) {
    const kind = kindOf(shape);
    if (!kind?.fill) continue;
    const color = colorOf(object, palette);
    if (style !== color) {
      context.globalAlpha = alpha;
      context.fillStyle = style = color;
    }
    kind.fill(context, shape, view);
  }
  if (style) context.globalAlpha = 1;
}

function paintGroup(
  context: CanvasRenderingContext2D,
  placed: readonly Placed[],
  palette: Palette,
  view: View,
  fine: boolean,
): void {
  const first = placed[0];
  if (!first) return;
  context.setLineDash(isSuggestion(first.object) ? [6, 4] : []);
  if (fine) {
    context.lineWidth = LINE + 2;
    context.strokeStyle = CASING;
    for (const { object, shape } of placed)
      kindOf(shape)?.stroke(context, shape, view, palette.get(object.class_id ?? ''));
  }
  context.lineWidth = fine ? LINE : 1;
  context.strokeStyle = colorOf(first.object, palette);
  for (const { object, shape } of placed)
    kindOf(shape)?.stroke(context, shape, view, palette.get(object.class_id ?? ''));
  context.setLineDash([]);
}

/** Many objects that are selected: a light casing and their colour, without handles and names. */
export function paintCrowd(
  context: CanvasRenderingContext2D,
  crowd: readonly Placed[],
  palette: Palette,
  view: View,
  stage: Size,
): void {
  const sheet = { x: 0, y: 0, ...stage };
  const groups = new Map<string, Placed[]>([['#ffffff', []]]);
  for (const one of crowd) {
    const kind = kindOf(one.shape);
    if (!kind || !overlaps(sheet, onStage(kind.bounds(one.shape), view))) continue;
    const color = colorOf(one.object, palette);
    groups.get('#ffffff')?.push(one);
    const list = groups.get(color);
    if (list) list.push(one);
    else groups.set(color, [one]);
  }
  context.setLineDash([]);
  for (const [color, list] of groups) {
    context.lineWidth = color === '#ffffff' ? LINE + 1 : LINE - 0.5;
    context.strokeStyle = color;
    for (const { object, shape } of list)
      kindOf(shape)?.stroke(context, shape, view, palette.get(object.class_id ?? ''));
  }
}

/** One object as it is while it is selected, moved or pointed at. */
export function paintActive(
  context: CanvasRenderingContext2D,
  placed: Placed,
  palette: Palette,
  view: View,
  look: { handles: boolean; tag: boolean; selected: boolean; handle?: string | null; turning?: boolean; ink?: Ink },
): void {
  const kind = kindOf(placed.shape);
  if (!kind) return;
  const used = palette.get(placed.object.class_id ?? '');
  if (look.selected) paintFills(context, [placed], palette, view, Math.min(1, (look.ink ?? INK).fill + SELECTED));
  context.setLineDash([]);
  context.lineWidth = LINE + 3;
  context.strokeStyle = look.selected ? '#ffffff' : CASING;
  kind.stroke(context, placed.shape, view, used);
  context.lineWidth = look.selected ? LINE + 0.5 : LINE + 1;
  context.strokeStyle = colorOf(placed.object, palette);
  if (isSuggestion(placed.object)) context.setLineDash([6, 4]);
  kind.stroke(context, placed.shape, view, used);
  context.setLineDash([]);
  if (look.tag) paintTag(context, placed, palette, view);
  if (!look.handles) return;
  const handles = handlesOf(placed.shape, view.scale, look.turning);
  for (const handle of handles) if (handle.id !== look.handle) paintHandle(context, handle, false, view);
  // The keys also reach those that there is no room for.
  const chosen = (scale: number): Handle | undefined =>
    handlesOf(placed.shape, scale, look.turning).find(({ id }) => id === look.handle);
  const last = look.handle ? (chosen(view.scale) ?? chosen(Number.POSITIVE_INFINITY)) : undefined;
  if (last) paintHandle(context, last, true, view);
}

/** A handle; the one that the keys work on is filled dark. */
function paintHandle(context: CanvasRenderingContext2D, { at, look, from }: Handle, chosen: boolean, view: View): void {
  const { x, y } = toStage(view, at);
  context.lineWidth = 1.5;
  if (from) {
    const foot = toStage(view, from);
    context.strokeStyle = '#ffffff';
    context.beginPath();
    context.moveTo(foot.x, foot.y);
    context.lineTo(x, y);
    context.stroke();
  }
  context.strokeStyle = chosen ? '#ffffff' : '#111111';
  context.fillStyle = chosen ? '#111111' : '#ffffff';
  if (look === 'square') {
    context.fillRect(x - 4, y - 4, 8, 8);
    context.strokeRect(x - 4, y - 4, 8, 8);
    return;
  }
  context.globalAlpha = look === 'small' ? 0.6 : 1;
  context.beginPath();
  context.arc(x, y, look === 'small' ? 2.5 : 4.5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.globalAlpha = 1;
}

const widths = new Map<string, number>();

function paintTag(context: CanvasRenderingContext2D, { object, shape }: Placed, palette: Palette, view: View): void {
  const kind = kindOf(shape);
  const name = object.class_id ? palette.get(object.class_id)?.name : undefined;
  if (!kind || (!name && !object.track && !isSuggestion(object))) return;
  const text = tagText(object, name ?? '');
  const box = onStage(kind.bounds(shape), view);
  context.font = FONT;
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 1000) widths.clear();
    width = context.measureText(text).width;
    widths.set(text, width);
  }
  const x = Math.max(0, box.x - LINE / 2);
  const y = box.y - TAG_HEIGHT < 0 ? Math.max(0, box.y) : box.y - TAG_HEIGHT;
  const color = colorOf(object, palette);
  context.fillStyle = color;
  context.fillRect(x, y, width + 10, TAG_HEIGHT);
  context.fillStyle = inkOn(color);
  context.textBaseline = 'middle';
  context.fillText(text, x + 5, y + TAG_HEIGHT / 2 + 0.5);
}

function tagText(object: ObjectData, name: string): string {
  const short = [...name].length > 40 ? `${[...name].slice(0, 39).join('')}…` : name;
  const called = object.track ? `${short} #${object.track}`.trim() : short;
  if (!isSuggestion(object)) return called;
  return [called, '?', typeof object.score === 'number' ? object.score.toFixed(2) : ''].filter(Boolean).join(' ');
}

/** A box that is being drawn. */
export function paintDraft(context: CanvasRenderingContext2D, rect: Rect, color: string, view: View): void {
  paintShape(context, { kind: 'box', ...rect, angle: 0 }, color, view);
}

/** A shape that is being drawn. */
export function paintShape(
  context: CanvasRenderingContext2D,
  shape: ShapeData,
  color: string,
  view: View,
  of?: ClassData,
): void {
  const kind = kindOf(shape);
  context.setLineDash([]);
  context.lineWidth = LINE + 2;
  context.strokeStyle = CASING;
  kind?.stroke(context, shape, view, of);
  context.lineWidth = LINE;
  context.strokeStyle = color;
  kind?.stroke(context, shape, view, of);
}

/** A frame for choosing what lies in it. */
export function paintMarquee(context: CanvasRenderingContext2D, rect: Rect, view: View): void {
  const { x, y, width, height } = onStage(rect, view);
  context.fillStyle = 'rgba(88, 166, 255, 0.18)';
  context.fillRect(x, y, width, height);
  context.lineWidth = 1;
  context.strokeStyle = '#58a6ff';
  context.strokeRect(x, y, width, height);
}

/** Lines across the stage through a point of it; dark and light, to be seen on anything. */
export function paintCross(context: CanvasRenderingContext2D, at: Point, stage: Size): void {
  const [x, y] = [Math.round(at.x) + 0.5, Math.round(at.y) + 0.5];
  const lines = (): void => {
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, stage.height);
    context.moveTo(0, y);
    context.lineTo(stage.width, y);
    context.stroke();
  };
  context.lineWidth = 1;
  context.setLineDash([]);
  context.strokeStyle = 'rgba(0, 0, 0, 0.55)';
  lines();
  context.setLineDash([4, 4]);
  context.strokeStyle = 'rgba(255, 255, 255, 0.85)';
  lines();
  context.setLineDash([]);
}

export function onStage(rect: Rect, view: View): Rect {
  const at = toStage(view, rect);
  return { ...at, width: rect.width * view.scale, height: rect.height * view.scale };
}

export function colorOf(object: { class_id?: string | null }, palette: Palette): string {
  return (object.class_id && palette.get(object.class_id)?.color) || NEUTRAL;
}

/** Black or white, whichever stands out more on a colour `#rrggbb` or `#rgb` (WCAG 2 relative luminance). */
export function inkOn(color: string): string {
  const digits =
    color.length === 4
      ? [...color]
          .map((digit) => digit + digit)
          .join('')
          .slice(1)
      : color;
  const light = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = light;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

export function isSuggestion(object: ObjectData): boolean {
  return object.origin === 'model';
}

/** Whether a rectangle lies wholly in another; what a marquee takes. */
export function within(inner: Rect, outer: Rect): boolean {
  return contains(outer, inner) && contains(outer, { x: inner.x + inner.width, y: inner.y + inner.height });
}
