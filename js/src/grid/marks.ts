// What is seen of a cell: what is stored, with the edits that wait on top; and the edits that mark it.
import type { CellData, Json, Op } from '../shared/protocol';
import { equal } from '../shared/values';

export interface Mark {
  record: 'object' | 'field';
  /** Of a field, its name. */
  id: string;
  path: string;
  value: Json;
  badge: string;
  /** A choice, rather than something wrong. */
  good: boolean;
}

/** By the kind of cell. */
export interface Marks {
  object?: Mark;
  item?: Mark;
}

export function markOf(cell: { object: string }, marks: Marks): Mark | undefined {
  return cell.object ? marks.object : marks.item;
}

export function isMarked(cell: CellData, marks: Marks): boolean {
  const mark = markOf(cell, marks);
  return mark !== undefined && !cell.gone && equal(cell.value, mark.value);
}

/** The name under which a cell is known. */
export function nameOf(item: string, object: string): string {
  return `${item}\0${object}`;
}

/** The cell that an operation is about; null where it is none's. */
export function target(op: Op): string | null {
  if (op.record === 'object') return nameOf(op.item ?? '', op.id);
  return op.record === 'field' ? nameOf(op.item ?? '', '') : null;
}

/** The cell after an operation; the same one where it says nothing of it. */
export function applied(cell: CellData, op: Op, marks: Marks): CellData {
  if (op.record === 'object' && op.action !== 'set') return { ...cell, gone: op.action === 'delete' };
  if (op.action !== 'set') return cell;
  const mark = markOf(cell, marks);
  const value = op.new ?? null;
  if (mark && mark.record === op.record && mark.path === op.path && (op.record === 'object' || mark.id === op.id))
    return { ...cell, value };
  if (op.record === 'object' && op.path === 'class_id')
    return { ...cell, class_id: typeof value === 'string' ? value : null };
  return cell;
}

/** The operations that mark cells, or take their marks away; those that are so already need none. */
export function marking(cells: Iterable<CellData>, marks: Marks, on: boolean): Op[] {
  const ops: Op[] = [];
  for (const cell of cells) {
    const mark = markOf(cell, marks);
    if (!mark || cell.gone || isMarked(cell, marks) === on) continue;
    const id = mark.record === 'object' ? cell.object : mark.id;
    const value = on ? mark.value : null;
    ops.push({
      action: 'set',
      record: mark.record,
      id,
      item: cell.item,
      path: mark.path,
      old: cell.value,
      new: value,
    });
  }
  return ops;
}
