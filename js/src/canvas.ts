// The canvas: the drawing surface, put together from the view, the tools, the keys and the words on it. It is also
// the session's line to the kernel: its model carries the messages.
import './canvas.css';
import type { AnyModel } from '@anywidget/types';
import { type Adjust, adjusting } from './canvas/adjust';
import { Clipboard } from './canvas/clipboard';
import { Hud } from './canvas/hud';
import { Keyboard } from './canvas/keyboard';
import { Minimap } from './canvas/minimap';
import { Pointers } from './canvas/pointer';
import { Surface } from './canvas/surface';
import type { Size } from './canvas/view';
import { element, KEEP_KEYS } from './shared/dom';
import { actionOf, shortcut, swallow } from './shared/keys';
import { openSession } from './shared/live';
import type { Session } from './shared/session';
import { acting } from './shared/views';
import { type Values, widget } from './shared/widget';

/** How much larger the surface must have become before pictures are asked for anew. */
const GROWN = 1.25;

interface CanvasValues extends Values {
  /** Whether small pictures are enlarged to fill the surface. */
  enlarge?: boolean;
  /** How the picture is looked at. */
  adjust: Adjust;
}

function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<CanvasValues>): void {
  const stage = element('div', {
    class: 'ipya ipya-stage',
    role: 'application',
    tabindex: 0,
    'aria-label': 'Annotation canvas',
    'aria-roledescription': 'drawing surface',
    ...KEEP_KEYS,
  });
  el.replaceChildren(stage);
  session.connect(model as unknown as AnyModel, owner);

  const surface: Surface = new Surface(
    session,
    stage,
    owner,
    () => {
      hud.refresh();
      minimap.refresh();
    },
    (text) => hud.say(text),
    (text) => hud.speak(text),
  );
  surface.enlarge = model.get('enlarge') !== false;
  const hud: Hud = new Hud(session, stage, owner, () => surface);
  const acts = acting(session, stage, owner);
  const minimap: Minimap = new Minimap(session, stage, owner, acts, () => surface);
  adjusting(session, stage, owner, model, acts, (ink) => {
    surface.ink = ink;
  });
  const pointers = new Pointers(surface, stage, owner);
  const clipboard = new Clipboard(surface, stage, owner);
  const keyboard = new Keyboard(surface, clipboard, pointers, owner, acts);
  stage.addEventListener(
    'keydown',
    (event) => {
      const action = actionOf(event, session.keymap);
      if (keyboard.before(action)) swallow(event);
      else if (!clipboard.key(event, action)) shortcut(event, session);
    },
    { signal: owner },
  );
  // Whatever else is done, Undo with the mouse for one, comes after what was nudged.
  for (const name of ['pointerdown', 'focusout'] as const)
    stage.addEventListener(name, () => keyboard.settle(), { signal: owner, capture: true });
  // The button for it is Python's, which knows nothing of what is not finished yet.
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element ? event.target.closest('.ipya-action--undo') : null;
      if (!button?.closest('.ipyannotator')?.contains(stage)) return;
      if (acts() && keyboard.before('undo')) swallow(event);
    },
    { signal: owner, capture: true },
  );
  session.on('item', () => pointers.cancel(), owner);
  session.on('tool', () => pointers.cancel(), owner);

  let told = { width: 0, height: 0 };
  const resize = ({ width, height }: Size): void => {
    if (!width || !height) return; // hidden: a tab, a collapsed output
    surface.resize({ width, height }, devicePixelRatio);
    const pixels = { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
    if (pixels.width > told.width * GROWN || pixels.height > told.height * GROWN) {
      told = pixels;
      session.hello(pixels.width, pixels.height);
    }
  };
  const observer = new ResizeObserver(([entry]) => entry && resize(entry.contentRect));
  observer.observe(stage);
  // A window that goes to another screen keeps its size, and has other pixels.
  const watchPixels = (): void =>
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      'change',
      () => {
        resize(surface.stage);
        watchPixels();
      },
      { once: true, signal: owner },
    );
  watchPixels();
  owner.addEventListener('abort', () => observer.disconnect(), { once: true });
}

export default widget<CanvasValues>(mount, openSession);
