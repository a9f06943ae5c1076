// Coming back to the same item after the page was loaded anew with another kernel. What is needed for it is kept for
// this tab only: which page it was, whose lease ends with it, and, where the person pressed Reconnect, which item.
import type { Session } from '../shared/session';

const NAME = 'ipyannotator:tab';

export interface Before {
  /** What the page before called itself. */
  was: string;
  /** The item to go back to; empty where the kernel decides. */
  item: string;
}

/** From now on this tab has this page, on this item where it is to come back to one. */
export function keepPlace(scope: string, holder: string, item: string): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify([scope, holder, item]));
  } catch {
    // Without storage a page that is loaded anew opens at the next item to do.
  }
}

/** What this tab had before; nothing where it is new, or had somebody else's page. */
export function lastPlace(scope: string): Before {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    if (Array.isArray(kept) && kept[0] === scope && typeof kept[1] === 'string' && typeof kept[2] === 'string')
      return { was: kept[1], item: kept[2] };
  } catch {
    // as above
  }
  return { was: '', item: '' };
}

/** Call `there` when the item that the kernel named is on screen; an empty name is anything. */
export function whenShown(session: Session, item: string, owner: AbortSignal, there: () => void): void {
  let over = false;
  const look = (): void => {
    if (over || (item && session.item?.key !== item)) return;
    over = true;
    there();
  };
  session.on('item', look, owner);
  look();
}
