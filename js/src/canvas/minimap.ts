// The small map of the picture, in a corner of the stage while not all of it is in sight: a frame says what is, and is
// dragged to look elsewhere. It is painted when the view or the picture has changed, and at no other time.
import { coalesced, element } from '../shared/dom';
import type { Session } from '../shared/session';
import type { Surface } from './surface';
import { inSight, type Point, type Size, type View } from './view';

/** The longest side, in CSS pixels, and the shortest, so that a thin picture can be gripped. */
const LONGEST = 150;
const SHORTEST = 12;

/** Whoever has hidden the map does not want it on the next picture either. */
const HIDDEN = new WeakSet<Session>();

/** The size of the map of a picture. */
export function mapSize({ width, height }: Size): Size {
  const scale = LONGEST / Math.max(width, height);
  return {
    width: Math.max(SHORTEST, Math.round(width * scale)),
    height: Math.max(SHORTEST, Math.round(height * scale)),
  };
}

/** Whether something of the picture, more than a pixel of the stage, is out of sight. */
export function hasMore(view: View, picture: Size, stage: Size): boolean {
  const right = view.x + picture.width * view.scale;
  const bottom = view.y + picture.height * view.scale;
  return view.x < -1 || view.y < -1 || right > stage.width + 1 || bottom > stage.height + 1;
}

/** How far to pan so that a point of the map comes to the middle of the stage, in CSS pixels. */
export function panTo(at: Point, map: Size, view: View, picture: Size, stage: Size): Point {
  const [x, y] = [(at.x / map.width) * picture.width, (at.y / map.height) * picture.height];
  return { x: stage.width / 2 - (view.x + x * view.scale), y: stage.height / 2 - (view.y + y * view.scale) };
}

export class Minimap {
  readonly #canvas = element('canvas', { class: 'ipya-minimap', 'aria-hidden': true, hidden: true });
  readonly refresh: () => void;
  #dragging = false;

  constructor(
    private readonly session: Session,
    root: HTMLElement,
    owner: AbortSignal,
    acts: () => boolean,
    private readonly surface: () => Surface,
  ) {
    this.refresh = coalesced(() => this.#paint(), owner);
    root.append(this.#canvas);
    const listen = { signal: owner };
    this.#canvas.addEventListener('pointerdown', (event) => this.#press(event), listen);
    this.#canvas.addEventListener('pointermove', (event) => this.#drag(event), listen);
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      this.#canvas.addEventListener(name, (event) => this.#release(event), listen);
    session.on('action', (name) => name === 'minimap' && acts() && this.#toggle(), owner);
    for (const signal of ['item', 'picture'] as const) session.on(signal, this.refresh, owner);
    owner.addEventListener('abort', () => Object.assign(this.#canvas, { width: 0, height: 0 }), { once: true });
  }

  #toggle(): void {
    if (!HIDDEN.delete(this.session)) HIDDEN.add(this.session);
    this.#paint();
  }

  #press(event: PointerEvent): void {
    event.stopPropagation();
    event.preventDefault();
    if (event.button !== 0) return;
    this.#dragging = true;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#drag(event);
  }

  #drag(event: PointerEvent): void {
    event.stopPropagation();
    const { view, picture, stage } = this.surface();
    if (!this.#dragging || !view || !picture) return;
    const place = this.#canvas.getBoundingClientRect();
    const at = { x: event.clientX - place.x, y: event.clientY - place.y };
    const { x, y } = panTo(at, { width: place.width, height: place.height }, view, picture, stage);
    this.surface().pan(x, y);
  }

  #release(event: PointerEvent): void {
    event.stopPropagation();
    this.#dragging = false;
  }

  #paint(): void {
    const { view, picture, stage } = this.surface();
    const shown = this.session.picture;
    const part = view && picture && inSight(view, picture, stage);
    const hidden = HIDDEN.has(this.session) || !part || !shown || !(this.#dragging || hasMore(view, picture, stage));
    this.#canvas.hidden = hidden;
    const context = hidden ? null : this.#canvas.getContext('2d');
    if (!context || !part || !picture || !shown) return;
    const size = mapSize(picture);
    const ratio = devicePixelRatio;
    this.#canvas.style.width = `${size.width}px`;
    this.#canvas.style.height = `${size.height}px`;
    this.#canvas.width = Math.round(size.width * ratio);
    this.#canvas.height = Math.round(size.height * ratio);
    context.scale(ratio, ratio);
    context.imageSmoothingQuality = 'low';
    context.drawImage(shown.bitmap, 0, 0, size.width, size.height);
    const [across, down] = [size.width / picture.width, size.height / picture.height];
    const [x, y, width, height] = [part.x * across, part.y * down, part.width * across, part.height * down];
    context.fillStyle = 'rgb(0 0 0 / 45%)';
    context.beginPath();
    context.rect(0, 0, size.width, size.height);
    context.rect(x, y, width, height);
    context.fill('evenodd');
    context.lineWidth = 1.5;
    context.strokeStyle = '#fff';
    const [wide, high] = [Math.max(3, width - 1.5), Math.max(3, height - 1.5)];
    context.strokeRect(x + 0.75, y + 0.75, wide, high);
  }
}
