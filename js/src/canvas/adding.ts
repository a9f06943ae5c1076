// Making an object of what was drawn: one edit, in the class in use.

import { defaultsOf } from '../shared/edits';
import type { ObjectData, ShapeData } from '../shared/protocol';
import { freshId } from '../shared/values';
import { guestsOf } from './guests';
import { kindOf } from './kinds';
import type { Surface } from './surface';

/** Make an object in the class in use; it is selected, but the next press inside it draws another one. */
export function addObject(surface: Surface, shape: ShapeData, size = ''): void {
  const { item } = surface.session;
  if (!item || !surface.allowed(shape.kind)) return;
  const object = newObject(surface, shape, item.key);
  surface.edit(
    [{ action: 'create', record: 'object', id: object.id, item: item.key, new: { ...object } }],
    [object.id],
  );
  surface.set({ fresh: new Set([object.id]) });
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
