// The order in which objects are drawn, and with it which one is on top: one edit that sets as few places as it can.
import type { ObjectData, Op } from '../shared/protocol';

/** The way between two places where all are numbered anew, so that there is room again. */
const ROOM = 1024;

/** Where the selected ones go. */
export type Way = 'bring_to_front' | 'send_to_back' | 'forward' | 'backward';
export const WAYS: readonly Way[] = ['bring_to_front', 'send_to_back', 'forward', 'backward'];

/** Objects in another order: what is selected goes one way, and stays as it is to itself. */
export function arranged(objects: readonly ObjectData[], selected: ReadonlySet<string>, way: Way): ObjectData[] {
  const chosen = objects.filter(({ id }) => selected.has(id));
  const others = objects.filter(({ id }) => !selected.has(id));
  if (way === 'bring_to_front') return [...others, ...chosen];
  if (way === 'send_to_back') return [...chosen, ...others];
  const order = way === 'forward' ? [...objects].reverse() : [...objects];
  // From the end that they go to: each passes the one beside it, unless that goes the same way.
  for (let at = 1; at < order.length; at += 1) {
    const [before, here] = [order[at - 1], order[at]];
    if (before && here && selected.has(here.id) && !selected.has(before.id))
      [order[at - 1], order[at]] = [here, before];
  }
  return way === 'forward' ? order.reverse() : order;
}

/** The operations that bring objects into an order, in which only those that are moving have another place. */
export function reordering(wanted: readonly ObjectData[], moving: ReadonlySet<string>): Op[] {
  const still = (at: number): boolean => !moving.has(wanted[at]?.id ?? '');
  const orders = new Map(wanted.map((object) => [object.id, object.order ?? 0]));
  for (let at = 0; at < wanted.length; at += 1) {
    const object = wanted[at];
    if (!object || still(at)) continue;
    const low = at > 0 ? (orders.get(wanted[at - 1]?.id ?? '') ?? 0) : null;
    let next = at + 1;
    while (next < wanted.length && !still(next)) next += 1;
    const high = next < wanted.length ? (orders.get(wanted[next]?.id ?? '') ?? 0) : null;
    const own = orders.get(object.id) ?? 0;
    if ((low === null || low < own) && (high === null || own < high)) continue; // it stands there already
    const between = middle(low, high, next - at);
    if (between === null) return renumbered(wanted);
    orders.set(object.id, between);
  }
  return changed(wanted, orders);
}

/** A whole number between two, with room for as many as are to come; null where there is none. */
function middle(low: number | null, high: number | null, coming: number): number | null {
  if (low === null && high === null) return 0;
  if (low === null) return (high ?? 0) - coming;
  if (high === null) return low + 1;
  const step = Math.floor((high - low) / (coming + 1));
  return step >= 1 ? low + step : null;
}

function renumbered(wanted: readonly ObjectData[]): Op[] {
  const first = Math.min(...wanted.map(({ order }) => order ?? 0));
  return changed(wanted, new Map(wanted.map(({ id }, at) => [id, first + at * ROOM])));
}

function changed(wanted: readonly ObjectData[], orders: ReadonlyMap<string, number>): Op[] {
  return wanted.flatMap(({ id, item, order }): Op[] => {
    const [old, next] = [order ?? 0, orders.get(id) ?? 0];
    return old === next ? [] : [{ action: 'set', record: 'object', id, item, path: 'order', old, new: next }];
  });
}
