// The view: where the picture stands on the stage, and how large. Pure; lengths on the stage are CSS pixels, in the
// picture full-resolution pixels. A point p of the picture is at (x + p.x · scale, y + p.y · scale) of the stage.

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface View {
  scale: number;
  x: number;
  y: number;
}

export const LARGEST = 64;
/** How much of the picture, or of the stage where that is smaller, always stays in sight, in CSS pixels. */
const IN_SIGHT = 48;

/** The view that shows all of the picture, centred; as large as it goes, or as `most` allows. */
export function fit(picture: Size, stage: Size, most = LARGEST): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, most);
  return centred(picture, stage, scale);
}

export function centred(picture: Size, stage: Size, scale: number): View {
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

export function toPicture(view: View, point: Point): Point {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

export function toStage(view: View, point: Point): Point {
  return { x: view.x + point.x * view.scale, y: view.y + point.y * view.scale };
}

/** The nearest whole pixel. */
export function whole({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}

/** Zoom by a factor such that the point of the picture under `at` stays there. */
export function zoomed(view: View, at: Point, factor: number, picture: Size, stage: Size): View {
  const smallest = Math.min(fit(picture, stage).scale / 4, 1);
  const scale = Math.min(LARGEST, Math.max(smallest, view.scale * factor));
  const still = toPicture(view, at);
  return kept({ scale, x: at.x - still.x * scale, y: at.y - still.y * scale }, picture, stage);
}

export function panned(view: View, dx: number, dy: number, picture: Size, stage: Size): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage);
}

/** Move the view so that the picture cannot get lost. */
export function kept(view: View, picture: Size, stage: Size): View {
  const place = (at: number, length: number, room: number): number => {
    const margin = Math.min(IN_SIGHT, length / 2, room / 2);
    return Math.min(room - margin, Math.max(margin - length, at));
  };
  return {
    scale: view.scale,
    x: place(view.x, picture.width * view.scale, stage.width),
    y: place(view.y, picture.height * view.scale, stage.height),
  };
}

/** The part of the picture that is in sight, in its pixels; null where none is. */
export function inSight(view: View, picture: Size, stage: Size): ({ x: number; y: number } & Size) | null {
  const from = toPicture(view, { x: 0, y: 0 });
  const to = toPicture(view, { x: stage.width, y: stage.height });
  const x = Math.max(0, from.x);
  const y = Math.max(0, from.y);
  const width = Math.min(picture.width, to.x) - x;
  const height = Math.min(picture.height, to.y) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** How far to shift and scale what was painted in one view so that it stands as in another. */
export function shift(painted: View, view: View): { scale: number; x: number; y: number } {
  const scale = view.scale / painted.scale;
  return { scale, x: view.x - painted.x * scale, y: view.y - painted.y * scale };
}
