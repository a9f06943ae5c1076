// Points: a click makes one; with Shift it is added to the points that are selected.
import { addObject } from '../adding';
import { inside } from '../geometry';
import { type PointsData, pointsOf } from '../kinds/points';
import { reshaped } from '../reshaping';
import type { Surface } from '../surface';
import type { Point } from '../view';
import { hold, holdAt, holdCursor } from './holding';
import { type Gesture, TOOLS, type Touch } from './tool';

function* place(surface: Surface, press: Touch): Gesture {
  let last = press;
  while (last.kind !== 'release') last = yield; // where the button is let go of, as for a finger that slides to its place
  add(surface, last.point, press.shift);
}

function add(surface: Surface, point: Point, more: boolean): void {
  const { picture, selected } = surface;
  if (!picture || !surface.allowed('points')) return;
  const at = inside(point, picture);
  const [only, ...others] = selected;
  if (more && only?.shape.kind === 'points' && !others.length) {
    const points = (only.shape as PointsData).points.map(([x, y]) => ({ x, y }));
    surface.edit(reshaped(surface, new Map([[only.id, pointsOf([...points, at])]])));
    surface.speak(`Point ${points.length + 1} of ${surface.nameOf(only)}.`);
  } else {
    addObject(surface, pointsOf([at]), `${Math.round(at.x)}, ${Math.round(at.y)}`);
  }
}

TOOLS.set('points', {
  cross: true,
  makes: 'points',
  cursor: (surface, touch) =>
    (touch.shift ? null : holdCursor(surface, touch)) ?? (surface.session.readOnly ? 'default' : 'crosshair'),
  press(surface, touch) {
    const held = touch.shift ? null : holdAt(surface, touch, false);
    return held ? hold(surface, touch, held) : place(surface, touch);
  },
  mark: (surface, at) => add(surface, at, false),
});
