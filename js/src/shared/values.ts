// Pure helpers on JSON values and on records with paths such as `class_id` and `shape/x`.
import type { Json } from './protocol';

export type Values = { readonly [name: string]: Json | undefined };

export function isRecord(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON; null and absent are one. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  return compare(a, b, false);
}

/**
 * Whether two values can be the same thing: like `equal`, but names that only one of two objects has do not count,
 * since values that equal their default may be left out.
 */
export function agree(a: Json | undefined, b: Json | undefined): boolean {
  return compare(a, b, true);
}

function compare(a: Json | undefined, b: Json | undefined, lenient: boolean): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, at) => compare(value, b[at], lenient));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (lenient && !(Object.hasOwn(a, name) && Object.hasOwn(b, name))) continue;
    if (!compare(a[name], b[name], lenient)) return false;
  }
  return true;
}

export function split(path: string): [head: string, tail: string] {
  const cut = path.indexOf('/');
  return cut < 0 ? [path, ''] : [path.slice(0, cut), path.slice(cut + 1)];
}

/** The value at a path; undefined where there is none. */
export function at(record: Values, path: string): Json | undefined {
  const [head, tail] = split(path);
  const value = Object.hasOwn(record, head) ? record[head] : undefined;
  if (!tail) return value;
  return isRecord(value) && Object.hasOwn(value, tail) ? value[tail] : undefined;
}

/** The record with another value at a path; null after a slash takes the key away. */
export function put<R extends Values>(record: R, path: string, value: Json): R {
  const [head, tail] = split(path);
  if (!tail) return { ...record, [head]: value };
  const now = record[head];
  return { ...record, [head]: withKey(isRecord(now) ? now : {}, tail, value) };
}

/** The mapping with another value of one key; null takes the key away. */
export function withKey(mapping: { [name: string]: Json }, key: string, value: Json): { [name: string]: Json } {
  const changed = { ...mapping };
  if (value === null) delete changed[key];
  else changed[key] = value;
  return changed;
}

/** A fresh id; `randomUUID` is missing on plain http to another host. */
export function freshId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID().replaceAll('-', '');
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
