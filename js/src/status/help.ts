// What to do and the keys, in a dialog inside the annotator. The keys stand in groups, as the keymap is now; where there
// are instructions, they come first, and before the first reading the keys are folded away.
import { X } from 'lucide-static';
import { element, elementId, icon, KEEP_KEYS } from '../shared/dom';
import { keysFor, shown } from '../shared/keys';
import type { Session } from '../shared/session';
import { build, type Node } from './instructions';

type Part = Pick<Session, 'keymap' | 'labels' | 'classes'>;

/** The first group whose pattern fits has the action; the last one takes the rest. */
const GROUPS: readonly (readonly [title: string, actions: RegExp])[] = [
  ['Pictures', /^(done|skip|flag|next|previous|next_todo|first|last|save)$/],
  ['Grid', /^(cell_|mark|open)/],
  [
    'Objects',
    /^(undo|redo|delete|select_|next_object|previous_object|extend_|escape|hide|show_hidden|lock|unlock_all)/,
  ],
  ['Copies', /^(copy|cut|paste|duplicate|same_as_previous)/],
  ['Order of drawing', /^(bring_to_front|send_to_back|forward|backward)$/],
  ['Points and outlines', /^(next_handle|previous_handle|insert_handle|toggle_handle|join|subtract|simplify)$/],
  ['Masks', /^(brush_|fill_holes|to_mask|to_polygon)/],
  ['Suggestions', /^(accept|reject)/],
  ['Classes', /^(class:|filter_classes)/],
  ['Tracks', /^track_/],
  ['Crosshair', /^(corner|nudge_)/],
  ['View', /^(fit|actual_size|adjust|minimap|zoom_|pan_|fullscreen|help)/],
  ['Tools', /^tool:/],
  ['Others', /./],
];

/** Actions by group, in the order of the keymap. */
export function groups(keymap: Part['keymap']): [title: string, actions: string[]][] {
  const actions = [...new Set(Object.values(keymap))];
  const taken = new Set<string>();
  return GROUPS.map(([title, pattern]): [string, string[]] => {
    const own = actions.filter((action) => action && !taken.has(action) && pattern.test(action));
    for (const action of own) taken.add(action);
    return [title, own];
  }).filter(([, own]) => own.length > 0);
}

export function labelOf(action: string, { labels, classes }: Pick<Part, 'labels' | 'classes'>): string {
  if (Object.hasOwn(labels, action)) return labels[action] ?? action;
  const cut = action.indexOf(':');
  const [kind, name] = [action.slice(0, Math.max(0, cut)), action.slice(cut + 1)];
  if (kind === 'class') return classes.find((one) => one.id === name)?.name ?? name;
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export interface Help {
  /** Open it, or close it. */
  toggle(): void;
  /** Open it for somebody who reads this for the first time; `read` is called when it is closed. */
  open(read: () => void): void;
}

/** The dialog; it opens inside a root. */
export function help(
  session: Part,
  root: () => HTMLElement,
  owner: AbortSignal,
  instructions: () => readonly Node[] = () => [],
): Help {
  const title = elementId('help');
  const close = element(
    'button',
    { type: 'button', class: 'ipya-quiet', 'aria-label': 'Close', title: 'Close', ...KEEP_KEYS },
    icon(X),
  );
  const body = element('div', { class: 'ipya-help-body' });
  const heading = element('h2', { id: title });
  const head = element('header', {}, heading, close);
  const dialog = element('dialog', { class: 'ipya-help', 'aria-labelledby': title, ...KEEP_KEYS }, head, body);
  const start = element('button', { type: 'button', class: 'ipya-start', ...KEEP_KEYS });
  let before: Element | null = null;
  let read: (() => void) | null = null;

  const shut = (): void => {
    if (dialog.open) dialog.close();
  };
  dialog.addEventListener(
    'close',
    () => {
      dialog.remove();
      read?.();
      read = null;
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      before = null;
    },
    { signal: owner },
  );
  for (const each of [close, start]) each.addEventListener('click', shut, { signal: owner });
  // A click on the dialog itself is one on its backdrop: everything inside is a child.
  dialog.addEventListener('click', (event) => event.target === dialog && shut(), { signal: owner });
  dialog.addEventListener(
    'keydown',
    (event) => {
      // The notebook and the canvas must not hear what is typed here.
      event.stopPropagation();
      if (event.key !== 'Escape' && event.key !== '?') return;
      event.preventDefault();
      shut();
    },
    { signal: owner },
  );
  owner.addEventListener(
    'abort',
    () => {
      shut();
      dialog.remove();
    },
    { once: true },
  );

  const show = (first: boolean): void => {
    const words = instructions();
    const keys = element(
      'div',
      { class: 'ipya-help-groups' },
      ...groups(session.keymap).map(([name, actions]) => group(session, name, actions)),
    );
    heading.textContent = words.length ? 'What to do' : 'Keys';
    start.textContent = first ? 'Start' : 'Close';
    body.replaceChildren(
      ...(words.length
        ? [
            element('div', { class: 'ipya-instructions' }, ...build(words)),
            element('details', { open: !first }, element('summary', { ...KEEP_KEYS }, 'Keys'), keys),
            element('footer', {}, start),
          ]
        : [keys]),
    );
    before = document.activeElement;
    root().append(dialog);
    dialog.showModal();
    dialog.scrollTop = 0;
    (words.length ? start : close).focus({ preventScroll: true });
  };

  return {
    toggle: () => (dialog.open ? shut() : show(false)),
    open: (done) => {
      if (dialog.open || owner.aborted) return;
      read = done;
      show(true);
    },
  };
}

function group(session: Part, name: string, actions: readonly string[]): HTMLElement {
  const rows = actions.flatMap((action) => {
    const keys = keysFor(action, session.keymap).flatMap((key, place) => {
      const kbd = element('kbd', { class: 'ipya-kbd' }, shown(key));
      return place ? [' ', kbd] : [kbd];
    });
    return [element('dt', {}, ...keys), element('dd', {}, labelOf(action, session))];
  });
  return element('section', {}, element('h3', { class: 'ipya-title' }, name), element('dl', {}, ...rows));
}
