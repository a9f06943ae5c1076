// Select: click an object or draw a frame around several; what is selected is moved and reshaped.
import { between } from '../geometry';
import { kindOf } from '../kinds';
import { within } from '../paint';
import type { Surface } from '../surface';
import { hold, holdAt, holdCursor, move } from './holding';
import { choose, far, type Gesture, objectUnder, TOOLS, type Touch } from './tool';

function* marquee(surface: Surface, press: Touch): Gesture {
  const { session } = surface;
  try {
    for (;;) {
      const touch: Touch = yield;
      const frame = between(press.point, touch.point);
      surface.set({ marquee: far(press, touch) ? frame : null });
      if (touch.kind !== 'release') continue;
      if (!far(press, touch)) {
        choose(surface, objectUnder(surface, press), press);
        return;
      }
      const inFrame = surface.reachable.filter(({ shape }) => {
        const bounds = kindOf(shape)?.bounds(shape);
        return bounds && within(bounds, frame);
      });
      const before = press.shift || press.toggle ? session.selection : [];
      surface.select([...before, ...inFrame.map(({ id }) => id)]);
      return;
    }
  } finally {
    surface.set({ marquee: null });
  }
}

TOOLS.set('select', {
  cross: false,
  cursor: (surface, touch) => holdCursor(surface, touch) ?? (objectUnder(surface, touch) ? 'pointer' : 'default'),
  press(surface, touch) {
    const held = holdAt(surface, touch);
    if (held) return hold(surface, touch, held);
    const object = objectUnder(surface, touch);
    if (!object || touch.shift || touch.toggle) return marquee(surface, touch);
    surface.select([object.id]);
    surface.set({ fresh: new Set() });
    return surface.session.readOnly ? marquee(surface, touch) : move(surface, touch);
  },
});
