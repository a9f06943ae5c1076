// Coming back to the same item after the page was loaded anew with another kernel: kept for this tab only.
import type { Session } from '../shared/session';

const NAME = 'ipyannotator:return';

export function leaveAt(scope: string, item: string): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify([scope, item]));
  } catch {
    // Without storage the page opens at the next item to do.
  }
}

/** The item to go back to; asked once. */
function takeUp(scope: string): string | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? 'null');
    sessionStorage.removeItem(NAME);
    if (Array.isArray(kept) && kept[0] === scope && typeof kept[1] === 'string') return kept[1];
  } catch {
    // as above
  }
  return null;
}

/** Go back to where this tab was, and call `there` when that, or what opens instead, is on screen. */
export function comeBack(session: Session, scope: string, owner: AbortSignal, there: () => void): void {
  const wanted = takeUp(scope);
  let asked = false;
  let over = false;
  const look = (): void => {
    if (over || !session.item) return;
    if (wanted !== null && session.item.key !== wanted && !asked) {
      asked = true;
      session.act('go', wanted);
      return;
    }
    over = true;
    there();
  };
  session.on('item', look, owner);
  // The item is no longer there, or nobody may open it: what is on screen is what there is.
  session.on('notice', () => asked && look(), owner);
  look();
}
