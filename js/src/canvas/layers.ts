// The stack of canvases: picture, objects, and what is active on top. Each is repainted only when it must be, at most
// once a frame; while the view moves, a layer that is slow to paint is shifted as it is, and painted when at rest.
import { element } from '../shared/dom';
import { type Size, shift, type View } from './view';

export type Paint = (context: CanvasRenderingContext2D) => void;

const NAMES = ['picture', 'objects', 'active'] as const;
export type LayerName = (typeof NAMES)[number];

/** Milliseconds that a frame may take with a paint of a layer in it, for that to be made in every frame of a movement. */
const CHEAP = 10;
/** Milliseconds after which a movement is at rest, and after which a slow layer is painted during one. */
const REST = 90;
const STALE = 160;

interface Layer {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  dirty: boolean;
  painted: View | null;
  cost: number;
  at: number;
}

export class Layers {
  stage: Size = { width: 0, height: 0 };
  readonly #layers = new Map<LayerName, Layer>();
  #view: View | null = null;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | null = null;
  #ratio = 1;
  readonly #after = new MessageChannel();
  /** The layers that were painted in the frame under way, and what drawing each took; when the frame began. */
  #made: [Layer, number][] = [];
  #began = 0;

  constructor(
    root: HTMLElement,
    private readonly paints: Record<LayerName, Paint>,
    private readonly failed: (error: unknown) => void,
    private readonly owner: AbortSignal,
  ) {
    for (const name of NAMES) {
      const canvas = element('canvas', { class: 'ipya-layer', 'aria-hidden': true });
      const context = canvas.getContext('2d');
      if (!context) throw new Error('This browser gives no 2d canvas.');
      this.#layers.set(name, { canvas, context, dirty: true, painted: null, cost: 0, at: 0 });
      root.append(canvas);
    }
    this.#after.port1.onmessage = () => this.#share(performance.now() - this.#began);
    owner.addEventListener(
      'abort',
      () => {
        cancelAnimationFrame(this.#frame);
        this.#after.port1.close();
        if (this.#rest) clearTimeout(this.#rest);
        // A canvas that is let go of keeps its memory until collected; without a size it has none.
        for (const { canvas } of this.#layers.values()) canvas.width = canvas.height = 0;
      },
      { once: true },
    );
  }

  /** Take a new size in CSS pixels, and the screen's pixels per CSS pixel. */
  resize(stage: Size, ratio: number): void {
    this.stage = stage;
    this.#ratio = ratio;
    for (const { canvas } of this.#layers.values()) {
      canvas.width = Math.round(stage.width * ratio);
      canvas.height = Math.round(stage.height * ratio);
    }
    this.dirty(...NAMES);
  }

  /** Have layers painted in the next frame. */
  dirty(...names: LayerName[]): void {
    for (const name of names) {
      const layer = this.#layers.get(name);
      if (layer) layer.dirty = true;
    }
    this.#request();
  }

  /** Show another view; null shows nothing. */
  look(view: View | null): void {
    this.#view = view;
    this.#request();
  }

  #request(): void {
    if (this.owner.aborted) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#began = performance.now();
      this.#made = [];
      try {
        for (const name of NAMES) this.#bring(name);
      } catch (error) {
        this.failed(error);
      }
      if (this.#made.length) this.#after.port2.postMessage(null);
    });
  }

  /**
   * Say what the layers of a frame cost. A context only notes what is drawn on it; without a graphics card the lines are
   * made when the frame ends, and take longer than the noting. So the whole frame is timed, to the task after it, and
   * each layer has a share of it as large as that of its drawing.
   */
  #share(taken: number): void {
    const drawing = this.#made.reduce((sum, [, cost]) => sum + cost, 0);
    for (const [layer, cost] of this.#made) layer.cost = drawing ? (taken * cost) / drawing : taken / this.#made.length;
    this.#made = [];
  }

  #bring(name: LayerName): void {
    const layer = this.#layers.get(name);
    const view = this.#view;
    if (!layer) return;
    const moved = !same(layer.painted, view);
    if (!layer.dirty && !moved) return;
    const now = performance.now();
    if (!layer.dirty && layer.painted && view && layer.cost > CHEAP && now - layer.at < STALE) {
      const { scale, x, y } = shift(layer.painted, view);
      layer.canvas.style.transform = `matrix(${scale}, 0, 0, ${scale}, ${x}, ${y})`;
      if (this.#rest) clearTimeout(this.#rest);
      this.#rest = setTimeout(() => this.dirty('picture', 'objects'), REST);
      return;
    }
    const { canvas, context } = layer;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    if (canvas.style.transform) canvas.style.transform = '';
    layer.dirty = false;
    layer.painted = view;
    this.paints[name](context);
    layer.at = performance.now();
    this.#made.push([layer, layer.at - now]);
  }
}

function same(a: View | null, b: View | null): boolean {
  return a === b || (a !== null && b !== null && a.scale === b.scale && a.x === b.x && a.y === b.y);
}
