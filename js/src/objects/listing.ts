// Which objects are listed, and in which order: a text that they must have, and what they go by. Pure functions.
import { kindOf } from '../canvas/kinds';
import { fold } from '../shared/fold';
import type { ObjectData } from '../shared/protocol';

/** What a list is made by. */
export interface Listing {
  /** Words that each object must have, in its class, track, shape or attributes; nothing for all. */
  text: string;
  /** The name of an order. */
  order: string;
}

type Key = number | string;
type NameOf = (object: ObjectData) => string;

const bounds = ({ shape }: ObjectData): { x: number; y: number } => kindOf(shape)?.bounds(shape) ?? { x: 0, y: 0 };

/** What the list calls an order, and the keys that objects go by in it; without keys, as they are drawn. */
export interface Order {
  label: string;
  keys?: (object: ObjectData, nameOf: NameOf) => Key[];
}

/** By name; the first one is the list's own. */
export const ORDERS = new Map<string, Order>([
  ['drawn', { label: 'As drawn' }],
  ['class', { label: 'By class', keys: (object, nameOf) => [fold(nameOf(object))] }],
  ['largest', { label: 'Largest first', keys: ({ shape }) => [-(kindOf(shape)?.area(shape) ?? 0)] }],
  ['smallest', { label: 'Smallest first', keys: ({ shape }) => [kindOf(shape)?.area(shape) ?? 0] }],
  ['top', { label: 'From the top', keys: (object) => [bounds(object).y, bounds(object).x] }],
  ['left', { label: 'From the left', keys: (object) => [bounds(object).x, bounds(object).y] }],
  ['doubtful', { label: 'Least sure first', keys: ({ score }) => [score ?? Number.POSITIVE_INFINITY] }],
]);

/** The objects of a list, in its order; the same array where all of them are listed as they are drawn. */
export function listed(
  objects: readonly ObjectData[],
  { text, order }: Listing,
  nameOf: NameOf,
): readonly ObjectData[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const found = words.length ? objects.filter((object) => has(object, words, nameOf)) : objects;
  const keysOf = ORDERS.get(order)?.keys;
  if (!keysOf) return found;
  const keyed = found.map((object) => ({ object, keys: keysOf(object, nameOf) }));
  return keyed.sort((a, b) => compare(a.keys, b.keys)).map(({ object }) => object);
}

/** Whether an object has each of some words, anywhere in what is known of it. */
function has(object: ObjectData, words: readonly string[], nameOf: NameOf): boolean {
  const { shape, track, origin, attributes = {} } = object;
  const values = Object.values(attributes).flat().map(String);
  const text = fold([nameOf(object), track ? `#${track}` : '', shape.kind, origin ?? '', ...values].join(' '));
  return words.every((word) => text.includes(word));
}

function compare(a: readonly Key[], b: readonly Key[]): number {
  for (const [at, one] of a.entries()) {
    const other = b[at] ?? one;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
