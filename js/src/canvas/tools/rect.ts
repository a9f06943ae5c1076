// What is drawn from corner to corner: by a drag, or with the keys by one corner and then the other.
import type { ClassData, ShapeData } from '../../shared/protocol';
import { addObject } from '../adding';
import type { Draft } from '../draft';
import { between, inside, type Rect, squared } from '../geometry';
import { paintShape } from '../paint';
import { toEdge } from '../snapping';
import type { Surface } from '../surface';
import { type Point, type View, whole } from '../view';
import { hold, holdAt, holdCursor } from './holding';
import { choose, far, type Gesture, least, objectUnder, type Tool, type Touch } from './tool';

/** How a rectangle becomes a shape of some kind. */
export interface RectKind {
  /** The kind of shape, and what one is called in a sentence: `a box`. */
  kind: string;
  name: string;
  /** The shape in a rectangle, of the class in use; null where there is none of that class. */
  shape(rect: Rect, used: ClassData | undefined): ShapeData | null;
}

/** A rectangle that is being drawn. */
export class RectDraft implements Draft {
  constructor(
    private readonly surface: Surface,
    private readonly how: RectKind,
    /** The first corner, where the second is set by keys. */
    readonly corner: Point | null,
    public rect: Rect | null = null,
  ) {}

  paint(context: CanvasRenderingContext2D, view: View, color: string): void {
    const { corner } = this;
    const dot = corner && { ...corner, width: 0.01, height: 0.01 };
    const rect = this.rect ?? dot;
    const { used } = this.surface;
    const shape = rect && this.how.shape(rect, used);
    if (shape) paintShape(context, shape, color, view, used);
  }

  follow(to: Point): void {
    const { corner, surface } = this;
    if (corner && surface.picture) this.rect = between(corner, inside(whole(to), surface.picture));
  }

  finish(): void {
    if (this.rect) add(this.surface, this.how, this.rect, 1);
    else this.surface.set({ draft: null });
  }
}

function add(surface: Surface, how: RectKind, rect: Rect, smallest: number): void {
  surface.set({ draft: null });
  if (rect.width < smallest || rect.height < smallest) {
    surface.say(`Too small for ${how.name}.`);
    return;
  }
  const { used } = surface;
  const shape = how.shape(rect, used);
  if (!shape) surface.say(`“${used?.name ?? 'no class'}” has no template for ${how.name}. Choose another class.`);
  else addObject(surface, shape, `${Math.round(rect.width)} by ${Math.round(rect.height)} pixels`);
}

/** A tool that draws rectangles, and takes hold of what is selected. */
export function rectTool(how: RectKind): Tool {
  function* draw(surface: Surface, press: Touch): Gesture {
    const { picture } = surface;
    if (!picture) return;
    const from = inside(toEdge(surface, press), picture);
    const draft = new RectDraft(surface, how, null);
    try {
      for (;;) {
        const touch: Touch = yield;
        const at = inside(toEdge(surface, touch), picture);
        const to = touch.shift ? squared(from, at, picture) : at;
        const dragged = far(press, touch) && surface.view;
        draft.rect = dragged && surface.allowed(how.kind) ? between(from, to) : null;
        surface.set({ draft: draft.rect && draft });
        if (touch.kind !== 'release') continue;
        const { rect } = draft;
        if (rect) add(surface, how, rect, least(surface));
        else if (!far(press, touch)) choose(surface, objectUnder(surface, press), press);
        return;
      }
    } finally {
      surface.set({ draft: null });
    }
  }

  return {
    cross: true,
    makes: how.kind,
    cursor: (surface, touch) => holdCursor(surface, touch) ?? (surface.session.readOnly ? 'default' : 'crosshair'),
    press(surface, touch) {
      surface.set({ draft: null }); // the hand goes on where the keys began
      const held = holdAt(surface, touch);
      return held ? hold(surface, touch, held) : draw(surface, touch);
    },
    mark(surface, at) {
      const { draft } = surface;
      if (draft instanceof RectDraft && draft.corner) {
        draft.follow(at);
        draft.finish();
      } else if (surface.allowed(how.kind)) {
        surface.set({ draft: new RectDraft(surface, how, at) });
        surface.say(`First corner at ${at.x}, ${at.y}. Move with the arrows, then press Space again.`);
      }
    },
  };
}
