// A surface with a session that is not a kernel's, on canvases that only note what is drawn.
import { vi } from 'vitest';
import type { Rect } from '../../src/canvas/geometry';
import { Surface } from '../../src/canvas/surface';
import type { Gesture, Touch } from '../../src/canvas/tools';
import { RectDraft } from '../../src/canvas/tools/rect';
import { fit, type Point } from '../../src/canvas/view';
import type { ObjectData, Op } from '../../src/shared/protocol';
import type { Picture } from '../../src/shared/session';
import type { Detail } from '../../src/shared/tiles';
import { FakeSession } from '../fake';
import { type Recorder, recorder } from './recorder';

export const STAGE = { width: 900, height: 600 };

/** What the canvas asks of a session besides what the panels do. */
export class CanvasSession extends FakeSession {
  picture: Picture | null = null;
  details: Detail[] = [];
  readonly sharpen = vi.fn();

  override commit(ops: Op[], selected?: string[]): void {
    const made = ops.filter((op) => op.action === 'create').map((op) => op.new as unknown as ObjectData);
    if (made.length) this.show([...this.objects, ...made]);
    super.commit(ops, selected);
  }
}

export interface Scene {
  session: CanvasSession;
  surface: Surface;
  root: HTMLElement;
  owner: AbortController;
  moved: ReturnType<typeof vi.fn<() => void>>;
  said: string[];
  spoken: string[];
  /** What was drawn: picture, objects, active. */
  layers: [Recorder, Recorder, Recorder];
}

/** A picture of 640 × 480 on a stage of 900 × 600, shown whole: 1.25 CSS pixels per pixel, 50 from the left. */
export function scene(objects: ObjectData[] = []): Scene {
  const recorders: Recorder[] = [];
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(function (this: HTMLCanvasElement) {
    const made = recorder(this);
    recorders.push(made);
    return made.context as never;
  });
  const session = new CanvasSession();
  session.show(objects);
  const [owner, root] = [new AbortController(), document.createElement('div')];
  document.body.replaceChildren(root);
  const moved = vi.fn<() => void>();
  const [said, spoken]: [string[], string[]] = [[], []];
  const surface = new Surface(
    session.as(),
    root,
    owner.signal,
    moved,
    (text) => said.push(text),
    (text) => spoken.push(text),
  );
  surface.resize(STAGE, 1);
  return { session, surface, root, owner, moved, said, spoken, layers: recorders as Scene['layers'] };
}

/** A touch at a point of the picture, while all of it is shown. */
export function touch(kind: Touch['kind'], x: number, y: number, more: Partial<Touch> = {}): Touch {
  const { scale, x: left, y: top } = fit({ width: 640, height: 480 }, STAGE);
  const at = { x: left + x * scale, y: top + y * scale };
  return { kind, at, point: { x, y }, shift: false, toggle: false, alt: false, reach: 6, ...more };
}

/** Lead a gesture through points; the last one is the release. Returns whether it has ended. */
export function lead(
  gesture: Gesture,
  points: readonly (readonly [number, number])[],
  more: Partial<Touch> = {},
): boolean {
  let done = gesture.next().done ?? false;
  points.forEach(([x, y], at) => {
    const kind = at === points.length - 1 ? 'release' : 'move';
    if (!done) done = gesture.next(touch(kind, x, y, more)).done ?? false;
  });
  return done;
}

/** The rectangle that is being drawn, and where its first corner was set by keys. */
export function drawn({ draft }: Surface): { rect: Rect | null; corner: Point | null } {
  return draft instanceof RectDraft ? { rect: draft.rect, corner: draft.corner } : { rect: null, corner: null };
}
