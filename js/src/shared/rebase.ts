// Brings edits that wait up to date when one before them ended otherwise than the browser had drawn it.
//
// How this works. A `Drift` says, for one record, where what is stored differs from what the waiting edits believe:
// values by path, or that the record does not exist. Old values are rewritten from it, so that the kernel does not
// take the person's own chain of edits for somebody else's; new values are the person's and stay. Where an edit was
// overtaken by somebody else (`clashed`), what was built on it would now overwrite that somebody, so it is refused too.
import type { Current, Json, Op } from './protocol';
import { isGone } from './scene';
import { equal, isRecord, put, split, type Values, withKey } from './values';

export interface Drift {
  gone: boolean;
  values: Map<string, Json>;
  /** Paths that somebody else has changed; an empty one is the whole record. */
  clashed: Set<string>;
}

export type Drifts = Map<string, Drift>;

export const GONE = 'What it changes was not saved, or does not exist any more.';
export const OVERTAKEN = 'It builds on an edit that was not saved, because somebody else had changed the same values.';

export function address(op: { record: string; id: string; item?: string }): string {
  return JSON.stringify([op.record, op.item ?? '', op.id]);
}

/** The values that these operations found: what is stored when they are taken back. */
export function undone(ops: readonly Op[]): Drifts {
  const found: Drifts = new Map();
  for (const op of [...ops].reverse()) {
    if (op.action === 'create') found.set(address(op), drift(true));
    else if (op.action === 'delete') found.set(address(op), drift(false, op.old));
    else write(open(found, op), op.path ?? '', op.old ?? null);
  }
  return found;
}

/** The values that these operations left behind. */
export function left(ops: readonly Op[]): Drifts {
  const found: Drifts = new Map();
  for (const op of ops) {
    if (op.action === 'create') found.set(address(op), drift(false, op.new));
    else if (op.action === 'delete') found.set(address(op), drift(true));
    else write(open(found, op), op.path ?? '', op.new ?? null);
  }
  return found;
}

/** How the stored operations differ from the ones that were sent. */
export function amended(sent: readonly Op[], stored: readonly Op[]): Drifts {
  const believed = left(sent);
  const before = undone(sent);
  const created = new Set(stored.filter((op) => op.action === 'create').map(address));
  const found: Drifts = new Map();
  const actual = left(stored);
  for (const [key, ours] of believed) {
    const theirs = actual.get(key);
    if (!theirs) {
      const was = before.get(key);
      if (was) found.set(key, was);
      continue;
    }
    const differs = drift(theirs.gone);
    if (theirs.gone !== ours.gone) {
      for (const [path, value] of theirs.values) differs.values.set(path, value);
      found.set(key, differs);
      continue;
    }
    for (const path of new Set([...ours.values.keys(), ...theirs.values.keys()])) {
      let now = read(theirs.values, path);
      if (now === undefined) now = created.has(key) ? null : (read(before.get(key)?.values ?? new Map(), path) ?? null);
      if (!equal(now, read(ours.values, path))) differs.values.set(path, now);
    }
    if (differs.values.size) found.set(key, differs);
  }
  for (const [key, theirs] of actual) if (!believed.has(key)) found.set(key, theirs);
  return found;
}

/** What is stored where these operations were refused. With `current`, somebody else had changed those values. */
export function refused(ops: readonly Op[], current: readonly Current[] = []): Drifts {
  const found = undone(ops);
  for (const clash of current) {
    const { path, value } = clash;
    const whole = path === '' || isGone(path, value);
    const one = whole ? drift(isGone(path, value), value) : open(found, clash);
    if (!whole) write(one, path, value);
    one.clashed.add(whole ? '' : path);
    found.set(address(clash), one);
  }
  return found;
}

/** Add to the drifts that another edit, which was to follow, is refused as well; what is known already stays. */
export function alsoRefused(drifts: Drifts, ops: readonly Op[]): void {
  for (const [key, was] of undone(ops)) {
    const known = drifts.get(key);
    if (!known) {
      drifts.set(key, was);
    } else if (!known.gone && !was.gone) {
      const values = new Map(was.values);
      const merged = { ...known, values };
      for (const [path, value] of known.values) write(merged, path, value);
      known.values = values;
    } else if (was.gone && !known.clashed.size) {
      known.gone = true;
    }
  }
}

export interface Rebased {
  ops: Op[];
  changed: boolean;
}

/**
 * Rewrite the old values of a waiting edit, and take out of the drifts what it settles.
 *
 * Returns the reason, in words, where it can no longer apply; then the drifts are as they were.
 */
export function rebase(ops: readonly Op[], drifts: Drifts): Rebased | string {
  const work = clone(drifts);
  let changed = false;
  const result: Op[] = [];
  for (const op of ops) {
    const key = address(op);
    const known = work.get(key);
    if (!known) {
      result.push(op);
      continue;
    }
    if (op.action === 'create') {
      work.delete(key);
      result.push(op);
      continue;
    }
    if (known.gone) return GONE;
    if (touches(known.clashed, op.action === 'delete' ? '' : (op.path ?? ''))) return OVERTAKEN;
    const old = op.action === 'delete' ? oldRecord(op.old, known.values) : oldValue(op, known.values);
    if (!equal(old, op.old)) changed = true;
    result.push(equal(old, op.old) ? op : { ...op, old });
    if (op.action === 'delete') work.delete(key);
    else settle(known, op.path ?? '', op.new ?? null);
  }
  drifts.clear();
  for (const [key, value] of work) drifts.set(key, value);
  return { ops: result, changed };
}

function drift(gone: boolean, record?: Json): Drift {
  const values = new Map(!gone && isRecord(record) ? Object.entries(record) : []);
  return { gone, values, clashed: new Set() };
}

function open(drifts: Drifts, op: { record: string; id: string; item?: string }): Drift {
  const key = address(op);
  let found = drifts.get(key);
  if (!found) {
    found = drift(false);
    drifts.set(key, found);
  }
  found.gone = false;
  return found;
}

function read(values: ReadonlyMap<string, Json>, path: string): Json | undefined {
  if (values.has(path)) return values.get(path);
  const [head, tail] = split(path);
  const whole = tail ? values.get(head) : undefined;
  return isRecord(whole) ? (whole[tail] ?? null) : undefined;
}

function write({ values }: Drift, path: string, value: Json): void {
  const [head, tail] = split(path);
  const whole = tail ? values.get(head) : undefined;
  if (isRecord(whole)) {
    values.set(head, withKey(whole, tail, value));
    return;
  }
  for (const known of [...values.keys()]) if (!tail && split(known)[0] === head) values.delete(known);
  values.set(path, value);
}

function oldValue(op: Op, values: ReadonlyMap<string, Json>): Json {
  const path = op.path ?? '';
  const known = read(values, path);
  if (known !== undefined) return known;
  let old: Json = op.old ?? null;
  for (const [inner, value] of values) {
    const [head, tail] = split(inner);
    if (tail && head === path && isRecord(old)) old = withKey(old, tail, value);
  }
  return old;
}

function oldRecord(old: Json | undefined, values: ReadonlyMap<string, Json>): Json {
  if (!isRecord(old)) return old ?? null;
  let record: Values = old;
  for (const [path, value] of values) if (Object.hasOwn(old, split(path)[0])) record = put(record, path, value);
  return record as { [name: string]: Json };
}

/** After a `set`, both sides agree on its path again. */
function settle(known: Drift, path: string, value: Json): void {
  const [head, tail] = split(path);
  if (tail && known.values.has(head)) write(known, path, value);
  else
    for (const each of [...known.values.keys()])
      if (each === path || (!tail && split(each)[0] === head)) known.values.delete(each);
  for (const each of [...known.clashed])
    if (each === path || (!tail && split(each)[0] === head)) known.clashed.delete(each);
}

function touches(clashed: ReadonlySet<string>, path: string): boolean {
  for (const each of clashed) {
    if (each === '' || path === '' || each === path) return true;
    if (each.startsWith(`${path}/`) || path.startsWith(`${each}/`)) return true;
  }
  return false;
}

function clone(drifts: Drifts): Drifts {
  return new Map(
    [...drifts].map(([key, one]) => [
      key,
      { gone: one.gone, values: new Map(one.values), clashed: new Set(one.clashed) },
    ]),
  );
}
