// Making an object of what was drawn: one edit, in the class in use.

import { defaultsOf } from '../shared/edits';
import type { ObjectData, Op, ShapeData } from '../shared/protocol';
import { freshId } from '../shared/values';
import { guestsOf } from './guests';
import { kindOf } from './kinds';
import type { Surface } from './surface';

/**
 * Make an object in the class in use. On the item on screen it is selected, but the next press inside it draws another
 * one; an item that was left gets it all the same.
 */
export function addObject(surface: Surface, shape: ShapeData, size = '', on?: string): void {
  const here = surface.session.item?.key;
  const item = on ?? here;
  if (!item || (item === here && !surface.allowed(shape.kind))) return;
  const object = newObject(surface, shape, item);
  // What is drawn is to be seen.
  if (object.class_id) surface.session.veil.put('hidden', [object.class_id], false);
  const op: Op = { action: 'create', record: 'object', id: object.id, item, new: { ...object } };
  surface.edit([op], item === here ? [object.id] : undefined);
  if (item === here) surface.set({ fresh: new Set([object.id]) });
  const kind = (kindOf(shape)?.name ?? shape.kind).replace(/^an? /, '');
  const said = [surface.nameOf(object), size].filter(Boolean).join(', ');
  surface.speak(`${kind.charAt(0).toUpperCase()}${kind.slice(1)} drawn: ${said}.`);
}

/** An object that is not stored yet, with all that one of its class has from the beginning. */
export function newObject(surface: Surface, shape: ShapeData, item: string): ObjectData {
  const { session } = surface;
  const object: ObjectData = { id: freshId(), item, shape };
  if (session.activeClass) object.class_id = session.activeClass;
  const defaults = defaultsOf(surface.used);
  if (defaults.size) object.attributes = Object.fromEntries(defaults);
  for (const guest of guestsOf(session)) guest.complete?.(object);
  return object;
}
