// Assist: a function in Python makes a shape of what one points at. A click points at it, with Alt or the right button
// at what does not belong to it, a drag draws a box around it; every answer is shown at once, and Enter takes it.
import type { Assisted, Region, ShapeData } from '../../shared/protocol';
import { freshId } from '../../shared/values';
import { addObject } from '../adding';
import type { Draft } from '../draft';
import { between, inside, rounded } from '../geometry';
import { kindOf } from '../kinds';
import { paintMarquee, paintShape } from '../paint';
import type { Surface } from '../surface';
import { type Point, toStage, type View } from '../view';
import { far, type Gesture, TOOLS, type Touch } from './tool';

const HELP = 'Enter takes it, a click adds, Alt and a click takes away, Esc drops it.';

class AssistDraft implements Draft {
  /** The box that is being drawn. */
  frame: Region | null = null;
  #box: Region | null = null;
  #points: [x: number, y: number, positive: boolean][] = [];
  #shape: ShapeData | null = null;
  /** The id of the question that is not answered yet. */
  #asked = '';
  readonly #item: string;
  readonly #end = new AbortController();

  constructor(private readonly surface: Surface) {
    const { session } = surface;
    this.#item = session.item?.key ?? '';
    session.on('assisted', (answer) => this.#answered(answer), this.#end.signal);
  }

  point(at: Point, positive: boolean): void {
    this.#points.push([rounded(at.x), rounded(at.y), positive]);
    this.#ask();
  }

  box(box: Region): void {
    this.#box = box;
    this.#ask();
  }

  back(): boolean {
    if (this.#points.length) this.#points.pop();
    else this.#box = null;
    if (!this.#points.length && !this.#box) return false;
    this.#ask();
    return true;
  }

  finish(): void {
    const { surface } = this;
    const shape = this.#shape;
    if (!shape) {
      surface.say(this.#asked ? 'There is no answer yet.' : 'There is nothing to take yet.');
      return;
    }
    if (!surface.allowed(shape.kind)) return;
    surface.set({ draft: null });
    addObject(surface, shape, '', this.#item);
  }

  leave(): void {
    if (this.#shape) addObject(this.surface, this.#shape, '', this.#item);
  }

  end(): void {
    this.#end.abort();
  }

  paint(context: CanvasRenderingContext2D, view: View, color: string): void {
    const shape = this.#shape;
    if (shape) {
      context.globalAlpha = 0.35;
      context.fillStyle = color;
      kindOf(shape)?.fill?.(context, shape, view);
      context.globalAlpha = 1;
      paintShape(context, shape, color, view, this.surface.used);
    }
    const box = this.frame ?? this.#box;
    if (box) paintMarquee(context, { x: box[0], y: box[1], width: box[2], height: box[3] }, view);
    for (const [px, py, positive] of this.#points) {
      const { x, y } = toStage(view, { x: px, y: py });
      // A plus or a minus, so that colour is not the only sign.
      context.lineWidth = 1.5;
      context.strokeStyle = '#ffffff';
      context.fillStyle = positive ? '#007a52' : '#b3261e';
      context.beginPath();
      context.arc(x, y, 7, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      context.beginPath();
      context.moveTo(x - 3.5, y);
      context.lineTo(x + 3.5, y);
      if (positive) {
        context.moveTo(x, y - 3.5);
        context.lineTo(x, y + 3.5);
      }
      context.stroke();
    }
  }

  #ask(): void {
    const { surface } = this;
    this.#asked = freshId();
    const question = { id: this.#asked, item: this.#item, points: [...this.#points], box: this.#box };
    surface.layers.dirty('active');
    if (surface.session.tell({ v: 1, type: 'assist', ...question })) surface.say('Asking…');
    else {
      this.#asked = '';
      surface.say('There is no kernel to ask.');
    }
  }

  #answered({ id, shape, problem }: Assisted): void {
    if (id !== this.#asked) return;
    this.#asked = '';
    const { surface } = this;
    if (problem !== null) {
      surface.say(problem);
      return;
    }
    this.#shape = shape && kindOf(shape) ? shape : null;
    if (shape && !this.#shape) surface.say(`The answer is ${shape.kind}, which cannot be drawn here.`);
    else surface.say(shape ? HELP : 'Nothing was found there.');
    surface.layers.dirty('active');
  }
}

function draftOf(surface: Surface): AssistDraft {
  const { draft } = surface;
  if (draft instanceof AssistDraft) return draft;
  const made = new AssistDraft(surface);
  surface.set({ draft: made });
  return made;
}

function* prompt(surface: Surface, press: Touch): Gesture {
  const { picture } = surface;
  if (!picture || !surface.allowed()) return;
  const draft = draftOf(surface);
  const from = inside(press.point, picture);
  try {
    for (;;) {
      const touch: Touch = yield;
      const { x, y, width, height } = between(from, inside(touch.point, picture));
      const region: Region = [rounded(x), rounded(y), rounded(width), rounded(height)];
      draft.frame = far(press, touch) && !press.alt ? region : null;
      surface.layers.dirty('active');
      if (touch.kind !== 'release') continue;
      if (draft.frame && width && height) draft.box(region);
      else draft.point(from, !press.alt);
      return;
    }
  } finally {
    draft.frame = null;
  }
}

TOOLS.set('assist', {
  cross: true,
  right: true,
  cursor: (surface) => (surface.session.readOnly ? 'default' : 'crosshair'),
  press: prompt,
  mark(surface, at) {
    if (surface.allowed()) draftOf(surface).point(at, true);
  },
});
