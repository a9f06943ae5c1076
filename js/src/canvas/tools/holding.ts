// Taking hold of what is selected: its handles reshape it, the rest of it moves it. All tools that draw share this, so
// that what was just drawn can be corrected without another tool.
import type { ObjectData, ShapeData } from '../../shared/protocol';
import { inside } from '../geometry';
import { handleAt } from '../hit';
import { type Handle, kindOf, movedTogether } from '../kinds';
import { reshaped } from '../reshaping';
import { toEdge, toVertex } from '../snapping';
import type { Surface } from '../surface';
import type { Point } from '../view';
import { choose, far, type Gesture, least, objectUnder, type Touch } from './tool';

/** What is held: an object, perhaps by one of its handles. */
export interface Held {
  object: ObjectData;
  handle: Handle | null;
}

/**
 * What a press would take hold of: a handle of the one object that is selected, or something selected itself, by its
 * edge, and with `inner` by its inside too. Null where nothing.
 */
export function holdAt(surface: Surface, touch: Touch, inner = true): Held | null {
  const { view, session } = surface;
  if (!view || session.readOnly || touch.toggle) return null;
  const margin = touch.reach / view.scale;
  const objects = surface.editable;
  const only = session.selection.size === 1 ? objects[0] : undefined;
  const handle = only ? handleAt(only, touch.point, touch.reach, view.scale, surface.turns(only)) : null;
  if (only && handle) return { object: only, handle };
  for (const object of objects) {
    const kind = kindOf(object.shape);
    if (!kind) continue;
    const moves = inner && !surface.fresh.has(object.id);
    const on = moves
      ? kind.contains(object.shape, touch.point, margin)
      : kind.onEdge(object.shape, touch.point, margin);
    if (on) return { object, handle: null };
  }
  return null;
}

/** The cursor over what a press would take hold of; null over anything else. */
export function holdCursor(surface: Surface, touch: Touch): string | null {
  const held = holdAt(surface, touch);
  return held && (held.handle?.cursor ?? 'move');
}

export function hold(surface: Surface, press: Touch, { object, handle }: Held): Gesture {
  return handle ? reshape(surface, press, object, handle) : move(surface, press);
}

/** Move what is selected. */
export function* move(surface: Surface, press: Touch): Gesture {
  const { picture } = surface;
  const held = new Map(surface.editable.map((object) => [object.id, object]));
  const before = new Map(surface.editable.map(({ id, shape }) => [id, shape]));
  if (!picture || !surface.allowed()) return;
  try {
    for (;;) {
      const touch: Touch = yield;
      const [dx, dy] = straight(touch.point.x - press.point.x, touch.point.y - press.point.y, touch.shift);
      const shapes = far(press, touch) ? movedTogether(before, dx, dy, picture) : new Map<string, ShapeData>();
      if (touch.kind !== 'release') {
        surface.lift(shapes);
        continue;
      }
      if (shapes.size) surface.edit(reshaped(surface, shapes, held));
      else choose(surface, objectUnder(surface, press), press);
      return;
    }
  } finally {
    surface.lift(new Map());
  }
}

/** Drag a handle; a click on it only chooses it, for the keys. */
function* reshape(surface: Surface, press: Touch, object: ObjectData, handle: Handle): Gesture {
  const { picture } = surface;
  const kind = kindOf(object.shape);
  if (!picture || !kind || !surface.allowed()) return;
  try {
    for (;;) {
      const touch: Touch = yield;
      const pull = { to: pulled(surface, touch, object, handle), shift: touch.shift, size: picture };
      const shape = kind.drag(object.shape, handle.id, pull);
      const enough = kind.enough?.(shape, least(surface)) ?? true;
      if (touch.kind !== 'release') {
        if (enough) surface.lift(new Map([[object.id, shape]]));
        continue;
      }
      if (!far(press, touch)) surface.set({ handle: handle.look === 'small' ? null : handle.id });
      else if (enough) surface.edit(reshaped(surface, new Map([[object.id, shape]]), new Map([[object.id, object]])));
      else surface.say(`Too small for ${kind.name}.`);
      return;
    }
  } finally {
    surface.lift(new Map());
  }
}

/** Where a handle is dragged to: into the picture, and where it is near something, onto that. */
function pulled(surface: Surface, touch: Touch, object: ObjectData, { look }: Handle): Point {
  if (look === 'turn' || !surface.picture) return touch.point;
  return inside(look === 'square' ? toEdge(surface, touch) : toVertex(surface, touch, object.id), surface.picture);
}

function straight(dx: number, dy: number, wanted: boolean): [number, number] {
  if (!wanted) return [dx, dy];
  return Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
}
