// The hand: it moves the picture. The middle button does so with any tool.
import type { Surface } from '../surface';
import { choose, far, type Gesture, objectUnder, TOOLS, type Touch } from './tool';

export function* pan(surface: Surface, press: Touch): Gesture {
  let last = press;
  while (last.kind !== 'release') {
    const touch: Touch = yield;
    surface.pan(touch.at.x - last.at.x, touch.at.y - last.at.y);
    last = touch;
  }
}

/** Drag moves the picture; a click still selects, so that explore can be read by pointing. */
function* panOrChoose(surface: Surface, press: Touch): Gesture {
  let last = press;
  while (last.kind !== 'release') {
    const touch: Touch = yield;
    if (far(press, touch)) surface.pan(touch.at.x - last.at.x, touch.at.y - last.at.y);
    last = touch;
  }
  if (!far(press, last)) choose(surface, objectUnder(surface, press), press);
}

TOOLS.set('pan', { cross: false, cursor: () => 'grab', press: panOrChoose });
