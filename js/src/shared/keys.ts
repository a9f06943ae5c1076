// Names of keys, as the keymap spells them, and what a key press asks for.
//
// `Ctrl+z`, `Ctrl+Shift+z`, `Shift+ArrowLeft`, `a`, `?`, `Space`, `Delete`. Ctrl and the Mac's Meta are one. For a
// letter Shift is named (`Shift+a`) and Caps Lock does not count; for other characters the character says it (`?`).
// `Ctrl+k f` is two keys, one after the other.
import { setAttribute } from './dom';
import { chooseClass, type Editable, isWholeOnly } from './edits';

/** What a shortcut needs of the session. */
export interface KeyTarget extends Editable {
  readonly keymap: Readonly<Record<string, string>>;
  act(name: string): void;
}

const MODIFIERS = new Set(['Control', 'Meta', 'Alt', 'Shift', 'AltGraph', 'CapsLock', 'Fn', 'OS', 'NumLock']);
const NAMES = new Map([
  [' ', 'Space'],
  ['Spacebar', 'Space'],
  ['Esc', 'Escape'],
  ['Del', 'Delete'],
]);

/** The name of the pressed key with its modifiers; empty for a modifier alone, a dead key, or while composing. */
export function canonical(event: KeyboardEvent): string {
  const { key } = event;
  if (!key || event.isComposing || MODIFIERS.has(key)) return '';
  if (key === 'Dead' || key === 'Process' || key === 'Unidentified') return '';
  return modified(event, NAMES.get(key) ?? key);
}

/**
 * The name that the key has on a Latin keyboard, by its place: so that `b` and `1` work on a Cyrillic or French one,
 * where the map has nothing for the character that was typed. Empty where the place says nothing new.
 */
export function byPlace(event: KeyboardEvent): string {
  if (event.isComposing || event.key.length !== 1) return '';
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter && !/^[a-z]$/i.test(event.key)) return modified(event, letter.toLowerCase());
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1];
  if (digit && !event.shiftKey && !/^[0-9]$/.test(event.key)) return modified(event, digit);
  return '';
}

function modified(event: KeyboardEvent, name: string): string {
  const character = [...name].length === 1;
  const letter = character && name.toLowerCase() !== name.toUpperCase();
  // AltGr arrives as Ctrl and Alt together on some systems; there it makes the character, it modifies nothing.
  const graph = character && event.getModifierState?.('AltGraph');
  const parts: string[] = [];
  if ((event.ctrlKey || event.metaKey) && !graph) parts.push('Ctrl');
  if (event.altKey && !graph) parts.push('Alt');
  if (event.shiftKey && (!character || letter)) parts.push('Shift');
  parts.push(letter ? name.toLowerCase() : name);
  return parts.join('+');
}

/** The action of a key that begins others, and does nothing itself. */
export const BEGUN = 'begun';
/** Milliseconds in which the next key must follow. */
const SOON = 1500;
const asked = new WeakMap<KeyboardEvent, string>();
let begun = '';
let until = 0;

/** The action that the keymap has for this key press, together with those right before it, or an empty string. */
export function actionOf(event: KeyboardEvent, keymap: Readonly<Record<string, string>>): string {
  const known = asked.get(event); // several ask for one event, and it may be the second key of two once only
  if (known !== undefined) return known;
  const action = found(event, keymap);
  asked.set(event, action);
  return action;
}

function found(event: KeyboardEvent, keymap: Readonly<Record<string, string>>): string {
  const names = [canonical(event), byPlace(event)].filter(Boolean);
  if (!names.length) return ''; // a modifier alone ends nothing
  const before = event.timeStamp < until ? begun : '';
  begun = '';
  for (const start of before ? [`${before} `, ''] : [''])
    for (const name of names) {
      const keys = start + name;
      if (Object.hasOwn(keymap, keys)) return keymap[keys] ?? '';
      if (!Object.keys(keymap).some((key) => key.startsWith(`${keys} `))) continue;
      begun = keys;
      until = event.timeStamp + SOON;
      return BEGUN;
    }
  return '';
}

/** The keys that the keymap has for an action, shortest first. */
export function keysFor(action: string, keymap: Readonly<Record<string, string>>): string[] {
  return Object.keys(keymap)
    .filter((key) => keymap[key] === action)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

const SIGNS = new Map([
  ['ArrowLeft', '←'],
  ['ArrowRight', '→'],
  ['ArrowUp', '↑'],
  ['ArrowDown', '↓'],
  ['Escape', 'Esc'],
  ['Delete', 'Del'],
]);

/** A key as it is shown to people: `Ctrl+Z`, `Shift+←`, `B`. */
export function shown(key: string): string {
  return key.split(' ').map(one).join(' ');
}

function one(key: string): string {
  const cut = key.lastIndexOf('+', key.length - 2);
  const [head, last] = cut < 0 ? ['', key] : [key.slice(0, cut + 1), key.slice(cut + 1)];
  return head + (SIGNS.get(last) ?? ([...last].length === 1 ? last.toUpperCase() : last));
}

/**
 * Say on a control which key does the same: after its name in the tooltip, and to screen readers. Returns the key as it
 * is shown; empty where there is none.
 */
export function showKey(control: Element, name: string, action: string, keymap: KeyTarget['keymap']): string {
  const key = keysFor(action, keymap)[0];
  setAttribute(control, 'title', key ? `${name} (${shown(key)})` : name);
  setAttribute(control, 'aria-keyshortcuts', key?.replace('Ctrl', 'Control'));
  return key ? shown(key) : '';
}

/** Whether keys typed here are text: an input for text, a text area, a drop-down, or anything editable. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !['button', 'checkbox', 'radio', 'range', 'color', 'submit', 'reset'].includes(target.type);
}

/** Stop the browser and the notebook from acting on a key that was handled. */
export function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

/** Perform what the keymap has for this key, unless it is typed as text; returns whether it was handled. */
export function shortcut(event: KeyboardEvent, target: KeyTarget): boolean {
  if (event.defaultPrevented || typing(event.target)) return false;
  const action = actionOf(event, target.keymap);
  if (!action) return false;
  swallow(event);
  perform(target, action);
  return true;
}

/** On a button: Enter and Space press it, which the browser does; everything else is a shortcut. */
export function shortcutOnButton(event: KeyboardEvent, target: KeyTarget): void {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  if (plain && (event.key === 'Enter' || event.key === ' ')) event.stopPropagation();
  else shortcut(event, target);
}

/** Perform an action of the keymap. A class goes to the selected objects too, as by a click on its name; of labels
 * of the whole image, it is given or taken away. */
export function perform(target: KeyTarget, action: string): void {
  if (action === BEGUN) return;
  const id = action.startsWith('class:') ? action.slice('class:'.length) : '';
  const data = target.classes.find((each) => each.id === id);
  if (data && isWholeOnly(data)) target.act(`whole:${id}`);
  else if (id) chooseClass(target, id);
  else target.act(action);
}
