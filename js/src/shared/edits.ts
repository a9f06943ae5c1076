// The edits that several widgets offer, as one commit each: choose a class, delete objects.
import type { ClassData, Json, ObjectData, Op, ShapeData } from './protocol';
import type { Session } from './session';

/** What the class of an object that has none is called. */
export const NO_CLASS = 'no class';

export type Editable = Pick<
  Session,
  'item' | 'objects' | 'byId' | 'selection' | 'classes' | 'veil' | 'readOnly' | 'commit' | 'setActiveClass'
>;

/** Whether objects of a class are labels of the whole image only: there is nothing to draw with it. */
export function isWholeOnly({ shapes }: ClassData): boolean {
  return shapes?.length ? shapes.every((kind) => kind === 'whole') : false;
}

/** What a class says of new objects: the attributes that have a default, by name. */
export function defaultsOf(data: ClassData | undefined): Map<string, Json> {
  const named = (data?.attributes ?? []).map((each): [string, Json] => [each.name, each.default ?? null]);
  return new Map(named.filter(([, value]) => value !== null));
}

/** Whether objects of a class may have a shape; one that says nothing of shapes takes all. */
export function takesShape(data: ClassData | undefined, { kind, angle }: ShapeData): boolean {
  const { shapes } = data ?? {};
  if (!shapes?.length) return true;
  if (kind === 'box')
    return shapes.includes('rotated_box') || (Number(angle ?? 0) % 180 === 0 && shapes.includes('box'));
  return shapes.includes(kind);
}

/**
 * Make a class the active one, and give it to the selected objects. Those of a shape that it does not take stay what
 * they are, as do locked ones: one who has just drawn a polygon, and goes on with skeletons, does not mean the polygon.
 */
export function chooseClass(session: Editable, classId: string): void {
  giveClass(session, classId, session.selection);
  session.setActiveClass(classId);
}

/** Give a class to objects, as far as it takes their shape and they are not locked: one edit. */
export function giveClass(session: Editable, classId: string, ids: Iterable<string>): void {
  const { item } = session;
  if (!item || session.readOnly) return;
  const ops: Op[] = [];
  const chosen = session.classes.find((data) => data.id === classId);
  const defaults = defaultsOf(chosen);
  for (const id of ids) {
    const object = session.byId.get(id);
    const old = object?.class_id ?? null;
    if (!object || old === classId || !takesShape(chosen, object.shape)) continue;
    if (session.veil.on('locked', object)) continue;
    const op = { action: 'set', record: 'object', id, item: item.key } as const;
    ops.push({ ...op, path: 'class_id', old, new: classId });
    for (const [name, value] of defaults) {
      if ((object.attributes?.[name] ?? null) === null)
        ops.push({ ...op, path: `attributes/${name}`, old: null, new: value });
    }
  }
  if (ops.length) session.commit(ops);
}

/** What a person sets of an object when they correct it: not a reviewer's mark, nor how it is drawn. */
const CORRECTED = /^(shape|class_id|track|attributes(?!\/review$))(\/|$)/;

/** The edits, and what accepts the suggestions among the objects that they correct: a person stands for those now. */
export function withAcceptance(ops: Op[], byId: ReadonlyMap<string, ObjectData>): Op[] {
  const accepted = new Map<string, Op>();
  for (const { action, record, id, item = '', path = '' } of ops) {
    if (record !== 'object' || byId.get(id)?.origin !== 'model') continue;
    if (action === 'delete' || path === 'origin') accepted.delete(id);
    else if (action === 'set' && CORRECTED.test(path))
      accepted.set(id, { action: 'set', record: 'object', id, item, path: 'origin', old: 'model', new: 'human' });
  }
  return accepted.size ? [...ops, ...accepted.values()] : ops;
}

/** Delete objects, in one undo. `selected` is what is selected afterwards. */
export function deleteObjects(session: Editable, ids: Iterable<string>, selected?: string[]): void {
  const { item } = session;
  if (!item || session.readOnly) return;
  const ops: Op[] = [];
  for (const id of ids) {
    const object = session.byId.get(id);
    if (object) ops.push({ action: 'delete', record: 'object', id, item: item.key, old: { ...object } });
  }
  if (!ops.length) return;
  const gone = new Set(ops.map((op) => op.id));
  session.commit(ops, selected ?? [...session.selection].filter((id) => !gone.has(id)));
}
