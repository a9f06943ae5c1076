// What an answer of the kernel means for the outbox: who leaves it, and what becomes of the edits that wait behind.
import type { Outbox, Waiting } from './outbox';
import type { Current, Down, Op } from './protocol';
import { address, alsoRefused, amended, type Drifts, rebase, refused } from './rebase';
import type { Refusals } from './refusals';

type Answer = Extract<Down, { type: 'answer' }>;
type Notify = (level: 'info' | 'warning', text: string, detail: string) => void;

export class Answers {
  constructor(
    private readonly outbox: Outbox,
    private readonly refusals: Refusals,
    private readonly notify: Notify,
  ) {}

  /** Returns what is stored now because of the edit, or null where the edit does not wait here (any more). */
  take(answer: Answer, onScreen: string | null): { stored: readonly Op[] } | null {
    const found = this.outbox.waiting.find((one) => one.entry.id === answer.id);
    if (!found) return null;
    const sent = found.entry.change.ops;
    if (answer.status === 'ok' || answer.status === 'amended') {
      const behind = this.outbox.settle(answer.id)?.behind ?? [];
      const stored = answer.ops ?? sent;
      if (answer.ops) {
        const drifts = amended(sent, answer.ops);
        if (drifts.size && found.entry.item === onScreen) {
          this.notify('info', answer.reason || 'Your edit was altered before it was saved.', '');
        }
        this.#rebase(behind, drifts);
      }
      return { stored };
    }
    const clashed = answer.status === 'conflict' ? answer.current : [];
    const behind = this.outbox.waiting.slice(this.outbox.waiting.indexOf(found) + 1);
    const reason =
      answer.reason || (answer.status === 'conflict' ? 'Somebody else changed the same values.' : 'It was refused.');
    this.#refuse(found, reason, clashed);
    this.notify('warning', `Not saved: ${reason}`, '');
    this.#rebase(behind, refused(sent, clashed));
    return { stored: [] };
  }

  #rebase(waiting: readonly Waiting[], drifts: Drifts): void {
    for (const one of waiting) {
      if (!drifts.size) return;
      const { ops } = one.entry.change;
      const result = rebase(ops, drifts);
      if (typeof result === 'string') {
        alsoRefused(drifts, ops);
        this.#refuse(one, result);
      } else if (result.changed) {
        this.outbox.rewrite(one, result.ops);
      }
    }
  }

  #refuse({ entry }: Waiting, reason: string, clashed: readonly Current[] = []): void {
    const ops = entry.change.ops.map((op) => onCurrent(op, clashed));
    const refusal = this.refusals.entry({ ...entry, change: { ...entry.change, ops } }, reason);
    this.refusals.add(refusal);
    this.outbox.refuse(refusal, (kept) => this.refusals.stored(entry.id, kept));
  }
}

/** What was wanted, on the value that is stored now: tried again with the old one, it would only clash again. */
function onCurrent(op: Op, clashed: readonly Current[]): Op {
  if (op.action !== 'set') return op;
  const clash = clashed.find((each) => address(each) === address(op) && each.path === op.path);
  return clash ? { ...op, old: clash.value } : op;
}
