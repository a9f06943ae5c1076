// In what order classes are listed, and which of them a typed text means. Pure functions.
import { fold } from '../shared/fold';
import type { ClassData } from '../shared/protocol';

/** The order of recent classes is kept while an item is on screen, so that nothing moves under the pointer. */
export interface Order {
  recent: readonly string[];
  item: string | undefined;
}

/** The classes with the recent ones first, each part in the order of the schema; retired ones last. */
export function order(classes: readonly ClassData[], recent: readonly string[]): ClassData[] {
  const rank = (data: ClassData): number => {
    if (data.retired) return Number.MAX_SAFE_INTEGER;
    const at = recent.indexOf(data.id);
    return at < 0 ? recent.length : at;
  };
  return [...classes].sort((a, b) => rank(a) - rank(b) || a.order - b.order || (a.name < b.name ? -1 : 1));
}

/**
 * The classes that a typed text means, best first: named exactly so, then beginning so, then with a word that
 * begins so, then containing it; ties stay in the given order. All of them where nothing is typed.
 */
export function matching(classes: readonly ClassData[], typed: string): ClassData[] {
  const wanted = fold(typed.trim());
  if (!wanted) return [...classes];
  const ranked = classes.map((data) => ({ data, rank: closeness(fold(data.name), wanted) }));
  return ranked
    .filter(({ rank }) => rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .map(({ data }) => data);
}

function closeness(name: string, wanted: string): number {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  const at = name.indexOf(wanted);
  if (at < 0) return 4;
  return /[\s_\-/.]/.test(name.charAt(at - 1)) ? 2 : 3;
}
