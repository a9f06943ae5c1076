// Guests of a canvas: other widgets that draw beneath its objects, and give values to what is drawn on it.
//
// Each widget's module is loaded by itself, so they meet on `globalThis`, by session, as the sessions do.
import type { ObjectData } from '../shared/protocol';
import type { View } from './view';

export interface Guest {
  /** Draw beneath the objects, in CSS pixels of the stage. */
  paint?(context: CanvasRenderingContext2D, view: View): void;
  /** Give values to an object that was drawn and is not stored yet. */
  complete?(object: ObjectData): void;
}

interface Table {
  guests: Set<Guest>;
  repaints: Set<() => void>;
}

const TABLES = Symbol.for('ipyannotator.guests');

function tableOf(session: object): Table {
  const page = globalThis as { [TABLES]?: WeakMap<object, Table> };
  page[TABLES] ??= new WeakMap();
  let table = page[TABLES].get(session);
  if (!table) {
    table = { guests: new Set(), repaints: new Set() };
    page[TABLES].set(session, table);
  }
  return table;
}

/** Be a guest of a session's canvas until `owner` ends; returns what has it painted again. */
export function visit(session: object, guest: Guest, owner: AbortSignal): () => void {
  const { guests, repaints } = tableOf(session);
  const repaint = (): void => {
    for (const each of repaints) each();
  };
  guests.add(guest);
  owner.addEventListener(
    'abort',
    () => {
      guests.delete(guest);
      repaint();
    },
    { once: true },
  );
  return repaint;
}

/** The guests of a session's canvas. */
export function guestsOf(session: object): ReadonlySet<Guest> {
  return tableOf(session).guests;
}

/** Call `repaint` when a guest wants to be drawn, until `owner` ends. */
export function host(session: object, repaint: () => void, owner: AbortSignal): void {
  const { repaints } = tableOf(session);
  repaints.add(repaint);
  owner.addEventListener('abort', () => repaints.delete(repaint), { once: true });
}
