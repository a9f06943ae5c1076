// The outline of pixels, as closed rings along their edges: outer ones and holes apart by the way they go round.
//
// Each edge between a pixel inside and one outside is walked once, with the inside on the right. Where two pixels meet
// at a corner only, the walk turns right: they are two parts, so rings touch, but never cross.
import type { Crop } from './bitmap';
import { type Pair, type Ring, simplified } from './rings';

/** Right, down, left, up; the next one is a turn to the right. */
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

/**
 * The rings around the pixels of a crop, in pixels of the picture, corners only. Outer rings go clockwise as they are
 * seen (`signedArea` > 0 with y downwards), holes the other way.
 */
export function contours({ x, y, width, height, data }: Crop): Pair[][] {
  const at = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < width && row < height && data[column * height + row] === 1;
  // The upper edges of pixels: every ring has one, walked to the right where the pixel is below.
  const walked = new Uint8Array(width * (height + 1));
  const rings: Pair[][] = [];
  for (let column = 0; column < width; column += 1) {
    const end = (column + 1) * height;
    // From piece to piece of the column, by searches that cost next to nothing.
    for (let from = data.indexOf(1, end - height); from >= 0 && from < end; ) {
      const row = from + height - end;
      const until = data.indexOf(0, from);
      from = until < 0 ? end : data.indexOf(1, until);
      if (walked[column * (height + 1) + row]) continue;
      const ring: Pair[] = [];
      let [cx, cy, way] = [column, row, 0];
      do {
        if (way === 0) walked[cx * (height + 1) + cy] = 1;
        cx += DX[way] ?? 0;
        cy += DY[way] ?? 0;
        // The pixels ahead, to the right and to the left of the way on.
        const right = at(...ahead(cx, cy, way, true));
        const left = at(...ahead(cx, cy, way, false));
        const next = right ? (left ? (way + 3) % 4 : way) : (way + 1) % 4;
        if (next !== way) ring.push([x + cx, y + cy]);
        way = next;
      } while (cx !== column || cy !== row || way !== 0);
      rings.push(ring);
    }
  }
  return rings;
}

/** The pixel ahead of a corner in a direction, on its right or left hand. */
function ahead(cx: number, cy: number, way: number, right: boolean): [number, number] {
  switch (way) {
    case 0:
      return [cx, right ? cy : cy - 1];
    case 1:
      return [right ? cx - 1 : cx, cy];
    case 2:
      return [cx - 1, right ? cy - 1 : cy];
    default:
      return [right ? cx : cx - 1, cy - 1];
  }
}

/** How far a smooth outline may be from one with its stairs cut, in pixels. */
const TOLERANCE = 0.5;

/**
 * A ring along pixels as the line that it stands for: stairs are cut half a pixel from their corners, then what is
 * nearly straight is made so. Corners between longer edges stay where they are.
 */
export function smoothed(ring: Ring): Ring {
  const cut = ring.flatMap((at, index): Pair[] => {
    const before = ring[(index || ring.length) - 1] ?? at;
    const after = ring[(index + 1) % ring.length] ?? at;
    const stair = apart(before, at) === 1 || apart(at, after) === 1;
    return stair ? [toward(at, before), toward(at, after)] : [[at[0], at[1]]];
  });
  return simplified(cut, TOLERANCE, true);
}

/** How long an edge is, which goes along one axis. */
const apart = (a: Readonly<Pair>, b: Readonly<Pair>): number => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);

const toward = (a: Readonly<Pair>, b: Readonly<Pair>): Pair => [
  a[0] + Math.sign(b[0] - a[0]) / 2,
  a[1] + Math.sign(b[1] - a[1]) / 2,
];
