// The right end of the header: whether everything is saved, what could not be, full screen and the keys. It also
// shows the notices over the annotator, and marks the annotator while no kernel hears it.
import './status.css';
import type { AnyModel } from '@anywidget/types';
import { CircleQuestionMark, Keyboard, Maximize } from 'lucide-static';
import { element, icon, KEEP_KEYS, setAttribute, setText } from './shared/dom';
import { shortcutOnButton, showKey } from './shared/keys';
import type { SaveState, Session } from './shared/session';
import { acting } from './shared/views';
import { type Values, widget } from './shared/widget';
import { changes, onPage } from './shared/words';
import { help } from './status/help';
import { type Instructions, Reading } from './status/instructions';
import { refusedList } from './status/refused';
import { Toasts } from './status/toasts';

export interface StatusValues extends Values {
  /** What to do; empty where nobody wrote anything. */
  instructions?: Instructions;
}

const UNDO = '.ipya-undo, .ipya-action--undo';
const TAKEN = `${UNDO}, .ipya-redo, .ipya-action--redo`;

/** The words of the save state; tests and screen readers go by them. Where nothing can be changed, that is said. */
export function saveText(save: SaveState, readOnly = false): string {
  if (readOnly && save.kind === 'saved') return 'read-only';
  if (onPage()) return plainText(save);
  switch (save.kind) {
    case 'saved':
      return 'saved';
    case 'saving':
      return 'saving…';
    case 'offline':
      if (save.count === 0) return 'offline';
      return `offline – ${save.count} unsaved${save.kept ? '' : ', not kept if you close'}`;
    case 'failing':
      return `cannot save – ${save.count} unsaved`;
  }
}

/** The same for people who never heard of a kernel. */
function plainText(save: SaveState): string {
  switch (save.kind) {
    case 'saved':
      return 'saved';
    case 'saving':
      return 'saving…';
    case 'offline':
      if (save.count === 0) return 'not connected';
      return save.kept
        ? `not connected – ${changes(save.count)} kept in this browser`
        : `not connected – ${changes(save.count)} lost if you close this page`;
    case 'failing':
      return `cannot save now – ${changes(save.count)} kept in this browser`;
  }
}

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model?: AnyModel<StatusValues>): void {
  // The frame may be built around this part later, so it is looked for when it is needed.
  const root = (): HTMLElement => el.closest<HTMLElement>('.ipyannotator') ?? el;
  const state = element('span', { class: 'ipya-save-state', role: 'status' });
  const reason = element('span', { class: 'ipya-save-reason' });
  const toasts = new Toasts(owner);
  const instructions = (): Instructions => model?.get('instructions') ?? {};
  const dialog = help(session, root, owner, () => instructions().body ?? []);
  const fullscreen = button('Full screen', Maximize, () => session.act('fullscreen'));
  const keys = button('Keyboard help', Keyboard, () => session.act('help'));
  const bar = element(
    'div',
    { class: 'ipya ipya-status' },
    state,
    reason,
    refusedList(session, owner),
    fullscreen,
    keys,
  );
  el.replaceChildren(bar);

  function button(label: string, svg: string, act: () => void): HTMLButtonElement {
    const made = element(
      'button',
      { type: 'button', class: 'ipya-quiet', 'aria-label': label, ...KEEP_KEYS },
      icon(svg),
    );
    made.addEventListener('click', act, { signal: owner });
    return made;
  }

  /** Show what to do, where this person has not read it as it is now. */
  function greet(model: AnyModel<StatusValues>): void {
    let reading: Reading | null = null;
    const show = (): void => {
      showKeys();
      const { version } = instructions();
      const { project = '', task = '', author } = model.get('session');
      reading = new Reading(project, task, author?.id ?? '');
      if (!version || reading.has(version) || !el.isConnected) return;
      waiting.disconnect();
      dialog.open(() => reading?.keep(version));
    };
    const waiting = new ResizeObserver(show);
    waiting.observe(el);
    model.on('change:instructions', show);
    owner.addEventListener(
      'abort',
      () => {
        waiting.disconnect();
        model.off('change:instructions', show);
      },
      { once: true },
    );
  }

  let marked: HTMLElement | null = null;
  let failing = '';
  const showSave = (): void => {
    const { save } = session;
    setText(state, saveText(save, session.readOnly));
    setAttribute(state, 'data-kind', session.readOnly && save.kind === 'saved' ? 'read-only' : save.kind);
    const why = 'text' in save ? save.text : '';
    setText(reason, why);
    setAttribute(state, 'title', why || (save.kind === 'saved' ? 'Everything is saved by itself.' : null));
    setAttribute(reason, 'title', why || null);
    mark();
    // Once per cause: it goes on until somebody does something about it.
    const now = save.kind === 'failing' ? save.text : '';
    if (now && now !== failing) {
      toasts.add({ level: 'error', text: `Cannot save: ${now}`, detail: 'Your edits are kept, and tried again.' });
    }
    failing = now;
  };
  const mark = (): void => {
    const frame = root();
    if (marked && marked !== frame) marked.classList.remove('ipya-offline');
    frame.classList.toggle('ipya-offline', session.save.kind === 'offline');
    marked = frame;
    if (toasts.element.parentElement !== frame) frame.append(toasts.element);
  };
  const showKeys = (): void => {
    showKey(fullscreen, 'Full screen', 'fullscreen', session.keymap);
    const name = instructions().version ? 'What to do' : 'Keyboard help';
    if (keys.getAttribute('aria-label') !== name) {
      keys.setAttribute('aria-label', name);
      keys.replaceChildren(icon(name === 'What to do' ? CircleQuestionMark : Keyboard));
    }
    showKey(keys, name, 'help', session.keymap);
  };
  const showFullscreen = (): void => {
    setAttribute(fullscreen, 'aria-pressed', document.fullscreenElement === root());
  };
  const toggleFullscreen = (): void => {
    const done = document.fullscreenElement ? document.exitFullscreen() : root().requestFullscreen();
    done.catch((error: unknown) => session.report(error));
  };

  const acts = acting(session, el.closest<HTMLElement>('.ipyannotator') ?? el, owner);

  session.on('save', showSave, owner);
  session.on('readOnly', showSave, owner);
  session.on('keymap', showKeys, owner);
  session.on('notice', (notice) => toasts.add(notice), owner);
  session.on(
    'action',
    (name) => {
      if (!acts()) return;
      if (name === 'help') dialog.toggle();
      else if (name === 'fullscreen') toggleFullscreen();
    },
    owner,
  );
  bar.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });
  document.addEventListener('fullscreenchange', showFullscreen, { signal: owner });
  // The buttons Undo and Redo are the kernel's; edits that wait here must be counted in, so the session takes the click.
  document.addEventListener(
    'click',
    (event) => {
      const { target } = event;
      const pressed = target instanceof Element ? target.closest(TAKEN) : null;
      if (!pressed || pressed.closest('.ipyannotator') !== el.closest('.ipyannotator')) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      session.act(pressed.matches(UNDO) ? 'undo' : 'redo');
    },
    { capture: true, signal: owner },
  );
  // It is not in the page yet when it is rendered; its first size says that it is.
  const attached = new ResizeObserver(mark);
  attached.observe(el);
  if (model) greet(model);
  owner.addEventListener(
    'abort',
    () => {
      attached.disconnect();
      marked?.classList.remove('ipya-offline');
    },
    { once: true },
  );
  showSave();
  showKeys();
  showFullscreen();
}

export default widget<StatusValues>(mount);
