// Boxes at any angle: one edge is drawn, then the other edge is set; by a drag and a click, or by three points.
import type { BoxData } from '../../shared/protocol';
import { addObject } from '../adding';
import type { Draft } from '../draft';
import { inside, rounded } from '../geometry';
import { paintShape } from '../paint';
import type { Surface } from '../surface';
import { straight } from '../turned';
import type { Point, View } from '../view';
import { hold, holdAt, holdCursor } from './holding';
import { choose, far, type Gesture, least, objectUnder, TOOLS, type Touch } from './tool';

/** Steps of the first edge's angle while Shift is held, in degrees. */
const STEP = 15;

/** The box with an edge from `a` to `b`, as wide as it takes to reach `c`; null where it has no size. */
export function boxThrough(a: Point, b: Point, c: Point): BoxData | null {
  const width = Math.hypot(b.x - a.x, b.y - a.y);
  if (!width) return null;
  const [ux, uy] = [(b.x - a.x) / width, (b.y - a.y) / width];
  const reach = (c.x - a.x) * -uy + (c.y - a.y) * ux;
  const height = Math.abs(reach);
  const [cx, cy] = [(a.x + b.x) / 2 - (uy * reach) / 2, (a.y + b.y) / 2 + (ux * reach) / 2];
  const size = { width: rounded(width), height: rounded(height) };
  return {
    kind: 'box',
    x: rounded(cx - width / 2),
    y: rounded(cy - height / 2),
    ...size,
    angle: straight((Math.atan2(uy, ux) * 180) / Math.PI),
  };
}

class EdgeDraft implements Draft {
  b: Point | null = null;
  #to: Point;

  constructor(
    private readonly surface: Surface,
    readonly a: Point,
  ) {
    this.#to = a;
  }

  /** Set the next point; the third makes the box. */
  set(point: Point, shift: boolean): void {
    if (!this.b) {
      const b = stepped(this.a, point, shift);
      if (Math.hypot(b.x - this.a.x, b.y - this.a.y) >= least(this.surface)) this.b = b;
      this.follow(point, shift);
      return;
    }
    const box = boxThrough(this.a, this.b, point);
    if (!box || box.height < least(this.surface)) {
      this.surface.say('Too small for a box.');
      return;
    }
    this.surface.set({ draft: null });
    addObject(this.surface, box, `${Math.round(box.width)} by ${Math.round(box.height)} pixels, ${box.angle}°`);
  }

  follow(to: Point, shift: boolean): void {
    this.#to = this.b ? to : stepped(this.a, to, shift);
    this.surface.layers.dirty('active');
  }

  back(): boolean {
    const had = this.b !== null;
    this.b = null;
    return had;
  }

  paint(context: CanvasRenderingContext2D, view: View, color: string): void {
    const box = boxThrough(this.a, this.b ?? this.#to, this.b ? this.#to : this.a);
    if (box) paintShape(context, box, color, view);
  }
}

/** The second end of an edge; with Shift at a multiple of some degrees. */
function stepped(from: Point, to: Point, shift: boolean): Point {
  if (!shift) return to;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const step = (STEP * Math.PI) / 180;
  const angle = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / step) * step;
  return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
}

function* draw(surface: Surface, press: Touch): Gesture {
  const { picture } = surface;
  if (!picture || !surface.allowed('box')) return;
  const known = surface.draft instanceof EdgeDraft ? surface.draft : null;
  const draft = known ?? new EdgeDraft(surface, inside(press.point, picture));
  let kept = known !== null;
  try {
    for (;;) {
      const touch: Touch = yield;
      const to = inside(touch.point, picture);
      if (known || far(press, touch)) surface.set({ draft });
      draft.follow(to, touch.shift);
      if (touch.kind !== 'release') continue;
      kept = true;
      if (known || far(press, touch)) draft.set(to, touch.shift);
      else if (objectUnder(surface, press)) choose(surface, objectUnder(surface, press), press);
      else surface.set({ draft });
      return;
    }
  } finally {
    if (!kept) surface.set({ draft: null });
  }
}

TOOLS.set('rotated_box', {
  cross: true,
  makes: 'box',
  cursor: (surface, touch) => holdCursor(surface, touch) ?? (surface.session.readOnly ? 'default' : 'crosshair'),
  press(surface, touch) {
    const held = surface.draft ? null : holdAt(surface, touch);
    return held ? hold(surface, touch, held) : draw(surface, touch);
  },
  mark(surface, at) {
    if (surface.draft instanceof EdgeDraft) surface.draft.set(at, false);
    else if (surface.allowed('box')) {
      surface.set({ draft: new EdgeDraft(surface, at) });
      surface.say(`First end of an edge at ${at.x}, ${at.y}. Set the second end, then the other side, with Space.`);
    }
  },
});
