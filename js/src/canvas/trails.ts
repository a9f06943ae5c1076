// Trajectories: a line through the centres of a track's boxes, solid up to the frame on screen, lighter after it, dotted
// where the track has no box for a while.
import { type Point, toStage, type View } from './view';

/** The centre of a box on a frame, in pixels of the picture. */
export interface Stop extends Point {
  frame: number;
}

export interface Trail {
  color: string;
  /** By frame. */
  stops: readonly Stop[];
}

const LINE = 2;
const CASING = 'rgba(0, 0, 0, 0.45)';
/** How much of the colour the frames to come have. */
const LIGHTER = 0.45;
/** CSS pixels between stops from which on each is marked. */
const ROOMY = 7;

/** A part of a trail that is drawn in one style. */
export interface Stretch {
  future: boolean;
  gap: boolean;
  points: Point[];
}

/**
 * Cut a trail into stretches on the stage: at the frame on screen, and where frames lie between two stops. Stops nearer
 * to the last one than a pixel are left out, so a long clip costs no more than what can be seen of it.
 */
export function stretches(stops: readonly Stop[], frame: number, view: View): Stretch[] {
  const found: Stretch[] = [];
  let last: Point | null = null;
  let before: Stop | null = null;
  for (const stop of stops) {
    const at = toStage(view, stop);
    if (!before || !last) {
      [before, last] = [stop, at];
      continue;
    }
    const future = stop.frame > frame;
    const gap = stop.frame - before.frame > 1;
    const current = found.at(-1);
    const near = Math.abs(at.x - last.x) < 1 && Math.abs(at.y - last.y) < 1;
    if (current && current.future === future && current.gap === gap) {
      if (near && stop !== stops.at(-1)) {
        before = stop;
        continue;
      }
      current.points.push(at);
    } else {
      found.push({ future, gap, points: [last, at] });
    }
    [before, last] = [stop, at];
  }
  return found;
}

export function paintTrail(context: CanvasRenderingContext2D, trail: Trail, frame: number, view: View): void {
  context.save();
  context.lineJoin = context.lineCap = 'round';
  for (const { future, gap, points } of stretches(trail.stops, frame, view)) {
    context.setLineDash(gap ? [1, 6] : []);
    context.globalAlpha = future ? LIGHTER : 1;
    if (!future && !gap) line(context, points, LINE + 2, CASING);
    line(context, points, LINE, trail.color);
  }
  context.setLineDash([]);
  paintStops(context, trail, frame, view);
  context.restore();
}

function line(context: CanvasRenderingContext2D, points: readonly Point[], width: number, color: string): void {
  context.lineWidth = width;
  context.strokeStyle = color;
  context.beginPath();
  for (const [at, { x, y }] of points.entries()) at ? context.lineTo(x, y) : context.moveTo(x, y);
  context.stroke();
}

/** A dot for each stop that has room for one, and a ring where the track is now. */
function paintStops(context: CanvasRenderingContext2D, { color, stops }: Trail, frame: number, view: View): void {
  let last: Point | null = null;
  for (const stop of stops) {
    const at = toStage(view, stop);
    const now = stop.frame === frame;
    if (!now && last && Math.hypot(at.x - last.x, at.y - last.y) < ROOMY) continue;
    last = at;
    context.globalAlpha = stop.frame > frame ? LIGHTER : 1;
    context.beginPath();
    context.arc(at.x, at.y, now ? 4.5 : 2.5, 0, 2 * Math.PI);
    context.fillStyle = now ? '#ffffff' : color;
    context.fill();
    if (!now) continue;
    context.lineWidth = LINE;
    context.strokeStyle = color;
    context.stroke();
  }
}
