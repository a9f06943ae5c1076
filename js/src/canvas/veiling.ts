// Hiding and locking what is selected, by keys; the lists do the same by their buttons, for classes too.
import { keysFor, shown } from '../shared/keys';
import type { ObjectData } from '../shared/protocol';
import type { VeilName } from '../shared/veil';
import type { Surface } from './surface';

/** The actions of the keymap that are these. */
export const VEILING: ReadonlyMap<string, (surface: Surface) => void> = new Map([
  ['hide', hide],
  ['show_hidden', showHidden],
  ['lock', lock],
  ['unlock_all', unlockAll],
]);

/**
 * Hide what is selected. It is not selected any more then: nobody should move or delete what is not seen. What was
 * hidden before, and is selected in the list, is shown again.
 */
function hide(surface: Surface): void {
  const { session, selected } = surface;
  const { veil } = session;
  const first = ready(surface, 'hidden');
  if (!first) return;
  const on = !selected.every((object) => veil.on('hidden', object));
  veil.put('hidden', session.selection, on);
  if (on) session.select([]);
  const back = keysFor('show_hidden', session.keymap)[0];
  const count = selected.length === 1 ? surface.nameOf(first) : `${selected.length} objects`;
  surface.say(on ? `Hidden: ${count}.${back ? ` ${shown(back)} shows all.` : ''}` : `Shown again: ${count}.`);
}

/** Lock what is selected, or unlock it where all of it is locked. */
function lock(surface: Surface): void {
  const { session, selected } = surface;
  const { veil } = session;
  const first = ready(surface, 'locked');
  if (!first) return;
  const on = !selected.every((object) => veil.on('locked', object));
  veil.put('locked', session.selection, on);
  const count = selected.length === 1 ? surface.nameOf(first) : `${selected.length} objects`;
  surface.say(`${on ? 'Locked' : 'Unlocked'}: ${count}.`);
}

/** The first of what is selected, where something can be done about that here; else it is said why not. */
function ready(surface: Surface, name: VeilName): ObjectData | null {
  const { session, selected } = surface;
  const [first] = selected;
  const what = name === 'hidden' ? 'hidden' : 'locked';
  if (!first) surface.say(`Select what is to be ${what} first.`);
  else if (selected.every(({ class_id }) => class_id && session.veil.has(name, class_id)))
    surface.say(
      `All of “${surface.nameOf({ class_id: first.class_id ?? null })}” is ${what}: see the list of classes.`,
    );
  else return first;
  return null;
}

function showHidden(surface: Surface): void {
  const { session } = surface;
  const any = session.veil.any('hidden');
  session.veil.clear('hidden');
  surface.say(any ? 'Everything is shown.' : 'Nothing is hidden.');
}

function unlockAll(surface: Surface): void {
  const { session } = surface;
  const any = session.veil.any('locked');
  session.veil.clear('locked');
  surface.say(any ? 'Everything is unlocked.' : 'Nothing is locked.');
}

/** Whether something may be changed of what is selected; where all of it is locked, that is said. */
export function unlocked(surface: Surface): boolean {
  const locked = surface.selected.length > 0 && !surface.editable.length;
  const key = keysFor('lock', surface.session.keymap)[0];
  if (locked) surface.say(`It is locked.${key ? ` ${shown(key)} unlocks it.` : ''}`);
  return !locked;
}
