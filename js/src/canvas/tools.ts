// The tools, by name. A gesture reads from top to bottom: press, moves, release; it is a generator that gets one
// pointer event after the other, and is ended early (its `finally` runs) when the gesture is cancelled.
import type { ObjectData, ShapeData } from '../shared/protocol';
import { between, boxOf, type Handle, inside, type Rect, squared } from './geometry';
import { guestsOf } from './guests';
import { handleAt } from './hit';
import { within } from './paint';
import { kindOf, movedTogether } from './shapes';
import type { Surface } from './surface';
import type { Point } from './view';

/** One event of a pointer. */
export interface Touch {
  kind: 'press' | 'move' | 'release';
  /** On the stage, in CSS pixels. */
  at: Point;
  /** In the picture, in its pixels. */
  point: Point;
  shift: boolean;
  /** Ctrl, or Cmd on a Mac. */
  toggle: boolean;
  /** How near counts as on it, in CSS pixels: more for a finger. */
  reach: number;
}

export type Gesture = Generator<undefined, void, Touch>;

export interface Tool {
  /** The CSS cursor over a point. */
  cursor(surface: Surface, touch: Touch): string;
  /** Whether crossing lines follow the pointer. */
  cross: boolean;
  press(surface: Surface, press: Touch): Gesture;
}

export const TOOLS = new Map<string, Tool>();

/** Fewer CSS pixels than this are a click, not a drag. */
const CLICK = 3;

export function* pan(surface: Surface, press: Touch): Gesture {
  let last = press;
  while (last.kind !== 'release') {
    const touch: Touch = yield;
    surface.pan(touch.at.x - last.at.x, touch.at.y - last.at.y);
    last = touch;
  }
}

function* draw(surface: Surface, press: Touch): Gesture {
  const { picture } = surface;
  if (!picture) return;
  const from = inside(press.point, picture);
  try {
    for (;;) {
      const touch: Touch = yield;
      const to = inside(touch.shift ? squared(from, inside(touch.point, picture), picture) : touch.point, picture);
      const dragged = far(press, touch) && surface.view;
      surface.set({ draft: dragged && surface.allowed() ? between(from, to) : null });
      if (touch.kind !== 'release') continue;
      const rect = surface.draft;
      surface.set({ draft: null });
      const least = CLICK / (surface.view?.scale ?? 1);
      if (rect && rect.width >= least && rect.height >= least) addBox(surface, rect);
      else if (!far(press, touch)) choose(surface, objectUnder(surface, press), press);
      else if (!surface.locked) surface.say('Too small for a box.');
      return;
    }
  } finally {
    surface.set({ draft: null });
  }
}

/** Make a box in the class in use; it is selected, but the next press inside it draws another one. */
export function addBox(surface: Surface, rect: Rect): void {
  const { session } = surface;
  const { item } = session;
  if (!item || !surface.allowed()) return;
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const object: ObjectData = { id, item: item.key, shape: boxOf(rect) };
  if (session.activeClass) object.class_id = session.activeClass;
  for (const guest of guestsOf(session)) guest.complete?.(object);
  surface.edit([{ action: 'create', record: 'object', id, item: item.key, new: { ...object } }], [id]);
  surface.set({ fresh: new Set([id]) });
  surface.speak(
    `Box drawn: ${surface.nameOf(object)}, ${Math.round(rect.width)} by ${Math.round(rect.height)} pixels.`,
  );
}

function* move(surface: Surface, press: Touch): Gesture {
  const { picture } = surface;
  const before = new Map(surface.selected.map(({ id, shape }) => [id, shape]));
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
      if (shapes.size) surface.edit(surface.reshaped(shapes));
      else choose(surface, objectUnder(surface, press), press);
      return;
    }
  } finally {
    surface.lift(new Map());
  }
}

function* resize(surface: Surface, press: Touch, object: ObjectData, handle: Handle): Gesture {
  const { picture } = surface;
  const kind = kindOf(object.shape);
  if (!picture || !kind || !surface.allowed()) return;
  try {
    for (;;) {
      const touch: Touch = yield;
      const least = CLICK / (surface.view?.scale ?? 1);
      const shape = kind.resize(object.shape, handle, inside(touch.point, picture), touch.shift, picture);
      const bounds = kind.bounds(shape);
      const shapes = new Map(bounds.width >= least && bounds.height >= least ? [[object.id, shape]] : []);
      if (touch.kind !== 'release') {
        if (shapes.size) surface.lift(shapes);
        continue;
      }
      if (!far(press, touch)) return;
      if (shapes.size) surface.edit(surface.reshaped(shapes));
      else surface.say('Too small for a box.');
      return;
    }
  } finally {
    surface.lift(new Map());
  }
}

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
      const inFrame = session.objects.filter(({ shape }) => {
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

/** Select what was clicked: alone, or with Shift or Ctrl beside the rest; nothing clears the selection. */
function choose(surface: Surface, object: ObjectData | null, touch: Touch): void {
  const { session } = surface;
  surface.set({ fresh: new Set() });
  if (!object) {
    if (!touch.shift && !touch.toggle) surface.select([]);
    return;
  }
  const next = new Set(touch.shift || touch.toggle ? session.selection : []);
  if (next.has(object.id)) next.delete(object.id);
  else next.add(object.id);
  surface.select(next);
}

/** What a press would do with the one object that is selected: resize it, move it, or nothing. */
function grip(surface: Surface, touch: Touch, inner: boolean): { object: ObjectData; handle: Handle | null } | null {
  const { view, session } = surface;
  if (!view || session.readOnly || touch.toggle) return null;
  const margin = touch.reach / view.scale;
  const objects = surface.selected;
  const only = objects.length === 1 ? objects[0] : undefined;
  const handle = only ? handleAt(only, touch.point, touch.reach, view.scale) : null;
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

function* grab(surface: Surface, press: Touch, held: { object: ObjectData; handle: Handle | null }): Gesture {
  if (held.handle) yield* resize(surface, press, held.object, held.handle);
  else yield* move(surface, press);
}

function objectUnder(surface: Surface, touch: Touch): ObjectData | null {
  const id = surface.under(touch.point, touch.reach);
  return id === null ? null : (surface.session.byId.get(id) ?? null);
}

function far(press: Touch, touch: Touch): boolean {
  return Math.max(Math.abs(touch.at.x - press.at.x), Math.abs(touch.at.y - press.at.y)) >= CLICK;
}

function straight(dx: number, dy: number, wanted: boolean): [number, number] {
  if (!wanted) return [dx, dy];
  return Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
}

const CURSORS = new Map([
  ['-1,-1', 'nwse-resize'],
  ['1,1', 'nwse-resize'],
  ['1,-1', 'nesw-resize'],
  ['-1,1', 'nesw-resize'],
  ['0,-1', 'ns-resize'],
  ['0,1', 'ns-resize'],
  ['-1,0', 'ew-resize'],
  ['1,0', 'ew-resize'],
]);

function gripCursor(surface: Surface, touch: Touch): string | null {
  const held = grip(surface, touch, true);
  if (!held) return null;
  return held.handle ? (CURSORS.get(`${held.handle.dx},${held.handle.dy}`) ?? 'move') : 'move';
}

TOOLS.set('box', {
  cross: true,
  cursor: (surface, touch) => gripCursor(surface, touch) ?? (surface.session.readOnly ? 'default' : 'crosshair'),
  press(surface, touch) {
    const held = grip(surface, touch, true);
    return held ? grab(surface, touch, held) : draw(surface, touch);
  },
});

TOOLS.set('select', {
  cross: false,
  cursor: (surface, touch) => gripCursor(surface, touch) ?? (objectUnder(surface, touch) ? 'pointer' : 'default'),
  press(surface, touch) {
    const held = grip(surface, touch, true);
    if (held) return grab(surface, touch, held);
    const object = objectUnder(surface, touch);
    if (!object || touch.shift || touch.toggle) return marquee(surface, touch);
    surface.select([object.id]);
    surface.set({ fresh: new Set() });
    return surface.session.readOnly ? marquee(surface, touch) : move(surface, touch);
  },
});

TOOLS.set('pan', {
  cross: false,
  cursor: () => 'grab',
  press(surface, touch) {
    return panOrChoose(surface, touch);
  },
});

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
