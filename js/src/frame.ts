// What the frame needs in the page and ipywidgets cannot do: keys that work wherever the focus is, names for screen
// readers, pressed states. Python says what by CSS classes (`widgets/marks.py`), so it holds for anybody's widgets:
//
//   ipya-name--Image-number   the accessible name of the control in this widget (hyphens are spaces)
//   ipya-action--next         the action it stands for: its keys are shown in the tooltip and on the button
//
// It is mounted in the frame's last box, invisible, and finds the frame around it once it is on the page.
import './frame.css';
import type { AnyModel } from '@anywidget/types';
import { coalesced, element, KEEP_KEYS, setAttribute } from './shared/dom';
import { shortcut, showKey } from './shared/keys';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';

export interface FrameValues extends Values {
  /** Width and height of the stage at opening, in CSS pixels; 0 for the room there is. */
  stage: [number, number];
}

const CONTROL = '[role="slider"], input, select, textarea, button';
const MARKED = '[class*="ipya-name--"], [class*="ipya-action--"]';
const PRESSED = '.widget-toggle-button, .jupyter-widget-toggle-button';

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<FrameValues>): void {
  const probe = element('div', { class: 'ipya-frame-probe', 'aria-hidden': true });
  el.replaceChildren(probe);
  // The observer reports when the element has got a place on the page; then its surroundings exist.
  const observer = new ResizeObserver(() => {
    const root = el.closest<HTMLElement>('.ipyannotator');
    if (!root) return;
    observer.disconnect();
    attend(session, root, owner, model);
  });
  observer.observe(probe);
  owner.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** Look after one frame on the page, until `owner` ends. */
export function attend(session: Session, root: HTMLElement, owner: AbortSignal, model: AnyModel<FrameValues>): void {
  const size = (): void => {
    for (const [at, name] of ['--ipya-stage-width', '--ipya-stage-height'].entries()) {
      const wanted = model.get('stage')[at];
      if (wanted) root.style.setProperty(name, `${wanted}px`);
      else root.style.removeProperty(name);
    }
    root.toggleAttribute(
      'data-sized',
      model.get('stage').some((length) => length > 0),
    );
  };
  const dress = (): void => {
    for (const marked of root.querySelectorAll<HTMLElement>(MARKED)) name(marked, session);
    for (const toggle of root.querySelectorAll(PRESSED)) {
      setAttribute(toggle, 'aria-pressed', toggle.classList.contains('mod-active'));
    }
  };
  const later = coalesced(dress, owner);

  root.addEventListener(
    'focusin',
    ({ target }) => {
      for (const [attribute, value] of Object.entries(KEEP_KEYS)) setAttribute(target as Element, attribute, value);
    },
    { signal: owner },
  );
  root.addEventListener(
    'keydown',
    (event) => {
      if (ownsKey(event.target as Element, event)) event.stopPropagation();
      else shortcut(event, session);
    },
    { signal: owner },
  );

  // Our own parts write their names themselves, and often: only what ipywidgets does matters here.
  const watch = new MutationObserver((records) => {
    const foreign = ({ target }: MutationRecord): boolean => !(target instanceof Element && target.closest('.ipya'));
    if (records.some(foreign)) later();
  });
  watch.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['class', 'title'] });
  owner.addEventListener('abort', () => watch.disconnect(), { once: true });

  session.on('keymap', later, owner);
  model.on('change:stage', size);
  owner.addEventListener('abort', () => model.off('change:stage', size), { once: true });
  size();
  dress();
}

/** Whether the focused control acts on this key by itself. */
function ownsKey(target: Element, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (target.matches('button, a[href], summary')) return event.key === 'Enter' || event.key === ' ';
  if (target.matches('[role="slider"], input[type="range"]')) return /^(Arrow|Page|Home$|End$)/.test(event.key);
  return false;
}

function name(marked: HTMLElement, session: Session): void {
  let label = '';
  let action = '';
  for (const each of marked.classList) {
    if (each.startsWith('ipya-name--')) label = each.slice(11).replaceAll('-', ' ');
    if (each.startsWith('ipya-action--')) action = each.slice(13);
  }
  const control = marked.matches(CONTROL)
    ? marked
    : marked.matches('[class*="toggle-buttons"]')
      ? null
      : marked.querySelector<HTMLElement>(CONTROL);
  if (label) {
    setAttribute(control ?? marked, 'aria-label', label);
    if (!control) setAttribute(marked, 'role', 'group');
  }
  if (!action || !control) return;
  // ipywidgets writes the tooltip too: what is not what was shown here is its new text.
  const before =
    control.dataset['tip'] !== undefined && control.title === control.dataset['shown']
      ? control.dataset['tip']
      : control.title;
  const tip = before || label;
  const key = showKey(control, tip, action, session.keymap);
  setAttribute(control, 'data-key', key === 'Enter' ? '⏎' : key || null);
  control.dataset['tip'] = tip;
  control.dataset['shown'] = control.title;
}

export default widget<FrameValues>(mount);
