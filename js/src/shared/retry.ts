// A refused edit, brought up to date for another try: what the person wanted, on what is stored now.
import type { Json, ObjectData, Op } from './protocol';
import { address, type Drifts, rebase, refused as refusedDrifts } from './rebase';
import type { Scene } from './scene';
import type { Refused } from './session';
import { at, type Values } from './values';

const EXISTS = 'What it creates exists already.';

/** The operations for another try, or why there can be none. `objects` are those of its item, where it is on screen. */
export function refreshed(
  refused: Refused,
  objects: ReadonlyMap<string, ObjectData> | null,
  scene: Scene | null,
): Op[] | string {
  let drifts: Drifts = new Map();
  if (objects) {
    for (const op of refused.ops) {
      const key = address(op);
      if (op.record === 'object' && op.item === refused.item) {
        const now = objects.get(op.id) as unknown as Values | undefined;
        if (op.action === 'create' && now) return EXISTS;
        const created = refused.ops.some((other) => other.action === 'create' && address(other) === key);
        if (created) continue;
        const known = drifts.get(key) ?? { gone: !now, values: new Map<string, Json>(), clashed: new Set<string>() };
        if (now) {
          for (const [name, value] of Object.entries(now)) if (value !== undefined) known.values.set(name, value);
          if (op.action === 'set' && op.path && !op.path.includes('/'))
            known.values.set(op.path, at(now, op.path) ?? null);
        }
        drifts.set(key, known);
      } else if (op.record === 'item' && scene) {
        const { state, note } = scene.stored;
        drifts.set(key, {
          gone: false,
          values: new Map<string, Json>([
            ['state', state],
            ['note', note],
          ]),
          clashed: new Set(),
        });
      }
    }
  } else if (refused.current?.length) {
    drifts = refusedDrifts(refused.ops, refused.current);
    for (const known of drifts.values()) known.clashed.clear();
  }
  const result = rebase(refused.ops, drifts);
  return typeof result === 'string' ? result : result.ops;
}
