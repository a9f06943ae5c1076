// What choosing a label does to an item, as operations. A label is an object of the kind 'whole'. Pure functions.
import type { ItemData, Json, ObjectData, Op } from '../shared/protocol';
import { freshId } from '../shared/values';

export const PART = 'labels';

/** The objects that are this label: one, or several where two people gave it at the same moment. */
export function given(objects: readonly ObjectData[], classId: string): ObjectData[] {
  return objects.filter((object) => object.shape.kind === 'whole' && object.class_id === classId);
}

export interface Choice {
  item: ItemData;
  objects: readonly ObjectData[];
  classId: string;
  /** Whether an item may have several labels. */
  multiple: boolean;
  /** Whether choosing also means that the item is done; then a label that is there stays. */
  finish: boolean;
}

/** What gives the item this label, or takes it away. */
export function chosen({ item, objects, classId, multiple, finish }: Choice): Op[] {
  const ops: Op[] = [];
  const there = given(objects, classId);
  const others = objects.filter((object) => object.shape.kind === 'whole' && object.class_id !== classId);
  if (there.length === 0) ops.push(creation(item.key, classId));
  else if (!finish) ops.push(...there.map((object) => deletion(item.key, object)));
  const stays = there.length === 0 || finish;
  if (!multiple && stays) ops.push(...others.map((object) => deletion(item.key, object)));
  if (finish && item.state !== 'done') {
    const old = item.state === 'in_progress' ? 'todo' : item.state;
    ops.push({ action: 'set', record: 'item', id: item.key, item: item.key, path: 'state', old, new: 'done' });
  }
  return ops;
}

function creation(item: string, classId: string): Op {
  const id = freshId();
  const made: { [name: string]: Json } = { id, item, shape: { kind: 'whole' }, part: PART, class_id: classId };
  return { action: 'create', record: 'object', id, item, new: made };
}

function deletion(item: string, object: ObjectData): Op {
  return { action: 'delete', record: 'object', id: object.id, item, old: { ...object } };
}
