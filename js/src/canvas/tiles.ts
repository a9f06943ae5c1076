// The arithmetic of tiles: which parts of the picture are to be had sharper, and how they are painted. A tile of level n
// covers TILE · 2ⁿ pixels of the full resolution a side, and the grid begins at the picture's corner.
import type { Region } from '../shared/protocol';
import type { Picture } from '../shared/session';
import type { Detail, Wanted } from '../shared/tiles';
import { inSight, type Size, toStage, type View } from './view';

/** Pixels of a tile a side. */
export const TILE = 512;
/** What is drawn more than this much larger than it is, is wanted sharper. */
export const COARSE = 1.15;
const SQUARE_PIXELS = 4;

/** Pixels that a picture has for each one at full resolution, at most 1. */
export function density({ bitmap, media }: Picture): number {
  return Math.min(1, bitmap.width / media.region[2], bitmap.height / media.region[3]);
}

/** Whether the picture as a whole is sharp enough for a view, on a screen of `ratio` pixels per CSS pixel. */
export function enough(view: View, ratio: number, have: number): boolean {
  return have >= 0.99 || view.scale * ratio <= have * COARSE;
}

/** The coarsest level that is sharp enough for a view, and sharper than what is there. */
export function levelOf(view: View, ratio: number, have: number): number {
  let level = Math.max(0, Math.floor(Math.log2(COARSE / (view.scale * ratio))));
  while (level > 0 && 2 ** -level <= have * COARSE) level -= 1;
  return level;
}

/** The tiles in sight, those in the middle first; none where the picture as a whole is sharp enough. */
export function wantedTiles(view: View, picture: Size, stage: Size, ratio: number, have: number): Wanted[] {
  const part = inSight(view, picture, stage);
  if (!part || enough(view, ratio, have)) return [];
  const side = TILE * 2 ** levelOf(view, ratio, have);
  const [centerX, centerY] = [part.x + part.width / 2, part.y + part.height / 2];
  const tiles: { far: number; wanted: Wanted }[] = [];
  for (let y = Math.floor(part.y / side) * side; y < part.y + part.height; y += side) {
    for (let x = Math.floor(part.x / side) * side; x < part.x + part.width; x += side) {
      const region: Region = [x, y, Math.min(side, picture.width - x), Math.min(side, picture.height - y)];
      const far = Math.hypot(x + region[2] / 2 - centerX, y + region[3] / 2 - centerY);
      const width = Math.ceil((region[2] * TILE) / side);
      tiles.push({ far, wanted: { region, width, height: Math.ceil((region[3] * TILE) / side) } });
    }
  }
  return tiles.sort((a, b) => a.far - b.far).map(({ wanted }) => wanted);
}

/** Paint the parts in sight over the picture. Their edges lie on whole pixels of the screen, so no seam is seen. */
export function paintDetails(
  context: CanvasRenderingContext2D,
  details: readonly Detail[],
  view: View,
  stage: Size,
  ratio: number,
): void {
  const snap = (at: number): number => Math.round(at * ratio) / ratio;
  for (const { region, bitmap } of details) {
    const from = toStage(view, { x: region[0], y: region[1] });
    const to = toStage(view, { x: region[0] + region[2], y: region[1] + region[3] });
    if (to.x <= 0 || to.y <= 0 || from.x >= stage.width || from.y >= stage.height) continue;
    const [x, y] = [snap(from.x), snap(from.y)];
    const [width, height] = [snap(to.x) - x, snap(to.y) - y];
    if (!bitmap) {
      paintMissing(context, x, y, width, height);
      continue;
    }
    const enlarged = (region[2] * view.scale) / bitmap.width;
    context.imageSmoothingEnabled = enlarged < SQUARE_PIXELS;
    context.imageSmoothingQuality = enlarged < 0.5 ? 'medium' : 'low';
    context.drawImage(bitmap, x, y, width, height);
  }
}

/** The place of a part that cannot be read: crossed out. What is known of it from afar still shines through. */
function paintMissing(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.fillStyle = 'rgb(90 90 90 / 55%)';
  context.fillRect(x, y, width, height);
  context.strokeStyle = 'rgb(255 255 255 / 60%)';
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, y + height);
  context.moveTo(x + width, y);
  context.lineTo(x, y + height);
  context.stroke();
}
