// From pointer events to gestures: one pointer drives the gesture of the tool, two fingers zoom and pan, the middle
// button pans with any tool, the wheel zooms. The pointer is captured, so a release outside is not lost.
import { inside } from './geometry';
import type { Surface } from './surface';
import { type Gesture, pan, TOOLS, type Tool, type Touch } from './tools';
import type { Point } from './view';

/** How near is near enough, in CSS pixels: for a mouse or pen, and for a finger. */
const REACH = 6;
const FINGER = 14;
/** One notch of a wheel (100 pixels) zooms by this power of e. */
const NOTCH = 0.0022;
const LINE_HEIGHT = 16;

export class Pointers {
  #gesture: Gesture | null = null;
  readonly #down = new Map<number, Point>();
  /** While two fingers are down; `null` after a pinch until all are up. */
  #pinching = false;

  constructor(
    private readonly surface: Surface,
    private readonly root: HTMLElement,
    owner: AbortSignal,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
      options: AddEventListenerOptions = {},
    ): void => root.addEventListener(name, listener, { ...options, signal: owner });
    on('pointerdown', (event) => this.#press(event));
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#release(event));
    on('pointercancel', (event) => this.#lost(event));
    on('lostpointercapture', (event) => this.#lost(event));
    on('pointerleave', () => surface.set(surface.draft ? { hover: null } : { hover: null, cross: null }));
    on('wheel', (event) => this.#wheel(event), { passive: false });
    on('contextmenu', (event) => {
      event.preventDefault();
      event.stopPropagation();
    });
    owner.addEventListener('abort', () => this.cancel(), { once: true });
  }

  /** Whether a button or finger is down on the stage, and does something. */
  get busy(): boolean {
    return this.#gesture !== null;
  }

  /** End the gesture under way without its effect; returns whether there was one. */
  cancel(): boolean {
    const gesture = this.#gesture;
    this.#gesture = null;
    gesture?.return();
    return gesture !== null;
  }

  #tool(): Tool | undefined {
    return TOOLS.get(this.surface.session.tool);
  }

  #press(event: PointerEvent): void {
    const other = event.button === 2 && this.#tool()?.right === true;
    if ((event.button > 1 && !other) || (event.target as Element).closest('button, input, a')) return;
    event.preventDefault(); // no text selection, no autoscroll; focus is ours to give
    this.root.focus({ preventScroll: true });
    this.#down.set(event.pointerId, this.#at(event));
    this.root.setPointerCapture(event.pointerId);
    if (this.#down.size > 1) {
      this.cancel();
      this.#pinching = true;
      return;
    }
    if (!this.surface.view || this.#gesture) return;
    const touch = this.#touch(event, 'press');
    const gesture = event.button === 1 ? pan(this.surface, touch) : this.#tool()?.press(this.surface, touch);
    if (!gesture) {
      this.surface.say(`There is no tool ${this.surface.session.tool} here.`);
      return;
    }
    this.#gesture = gesture;
    this.#step(undefined);
  }

  #move(event: PointerEvent): void {
    if (this.#pinching) {
      this.#pinch(event);
      return;
    }
    if (this.#gesture) this.#step(this.#touch(event, 'move'));
    else this.#point(this.#touch(event, 'move'));
    this.#cross(event);
  }

  /** Bring the crosshair under the pointer. After the step: what stands under it may have moved. */
  #cross(event: MouseEvent): void {
    const { surface } = this;
    const { picture, draft } = surface;
    const finger = event instanceof PointerEvent && event.pointerType === 'touch';
    if (!picture || !surface.view || surface.locked || finger || !this.#tool()?.cross) {
      surface.set({ cross: null });
      return;
    }
    const cross = surface.toPicture(this.#at(event));
    if (!this.#gesture) draft?.follow?.(inside(cross, picture), event.shiftKey);
    surface.set({ cross });
  }

  #release(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
    if (this.#pinching) {
      this.#pinching = this.#down.size > 0;
      return;
    }
    if (this.#gesture) this.#step(this.#touch(event, 'release'));
  }

  #lost(event: PointerEvent): void {
    if (!this.#down.delete(event.pointerId)) return; // the capture ends after every release
    this.#pinching &&= this.#down.size > 0;
    this.cancel();
  }

  #step(touch: Touch | undefined): void {
    const gesture = this.#gesture;
    if (!gesture) return;
    try {
      const { done } = touch ? gesture.next(touch) : gesture.next(undefined as unknown as Touch);
      if (done && this.#gesture === gesture) this.#gesture = null;
    } catch (error) {
      this.#gesture = null;
      this.surface.session.report(error);
    }
  }

  /** Nothing is pressed: show what a press would do. */
  #point(touch: Touch): void {
    const tool = this.#tool();
    const cursor = tool && this.surface.view ? tool.cursor(this.surface, touch) : 'default';
    if (this.root.style.cursor !== cursor) this.root.style.cursor = cursor;
    const hover = this.surface.under(touch.point, touch.reach);
    if (hover !== this.surface.hover) this.surface.set({ hover });
  }

  #pinch(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    if (!before || !other) return;
    const now = this.#at(event);
    this.#down.set(event.pointerId, now);
    const spread = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y) || 1;
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.surface.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    this.surface.zoom(spread(now, other) / spread(before, other), middle);
  }

  #wheel(event: WheelEvent): void {
    if (!this.surface.view) return;
    event.preventDefault();
    event.stopPropagation();
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_HEIGHT : event.deltaMode ? this.surface.stage.height : 1;
    // A pinch on a touchpad arrives as a wheel with Ctrl and small steps.
    const delta = Math.max(-300, Math.min(300, event.deltaY * unit)) * (event.ctrlKey ? 4 : 1);
    const { wheel } = this.#tool() ?? {};
    if (event.altKey && wheel) wheel(this.surface, Math.sign(delta));
    else if (event.shiftKey) this.surface.pan(-delta, 0);
    else this.surface.zoom(Math.exp(-delta * NOTCH), this.#at(event));
    this.#cross(event);
  }

  #touch(event: PointerEvent, kind: Touch['kind']): Touch {
    const at = this.#at(event);
    return {
      kind,
      at,
      point: this.surface.toPicture(at),
      shift: event.shiftKey,
      toggle: event.ctrlKey || event.metaKey,
      alt: event.altKey || (event.buttons & 2) !== 0,
      reach: event.pointerType === 'touch' ? FINGER : REACH,
    };
  }

  #at(event: MouseEvent): Point {
    const { left, top } = this.root.getBoundingClientRect();
    return { x: event.clientX - left - this.root.clientLeft, y: event.clientY - top - this.root.clientTop };
  }
}
