// What the person does: edits, other tries of refused edits, and actions. Each edit goes into the outbox and is drawn at
// once; an action is performed here or asked of the kernel, in turn with the edits that wait.
import { IN_TURN, isOwn } from './actions';
import { withAcceptance } from './edits';
import type { Emitter } from './emitter';
import type { Entry, Keep } from './keep';
import type { Maker } from './making';
import type { Notices } from './notices';
import type { Outbox } from './outbox';
import type { Json, ObjectData, Op, Up } from './protocol';
import { type Refusals, refreshed } from './refusals';
import type { Screen } from './screen';
import type { Signals } from './session';
import type { Traits } from './traits';
import { equal } from './values';
import type { Veil, VeilName } from './veil';
import type { View } from './view';
import { notDone } from './words';

export interface Parts {
  maker: Maker;
  traits: Traits;
  veil: Veil;
  view: View;
  screen: Screen;
  outbox: Outbox;
  keep: Keep;
  refusals: Refusals;
  notices: Notices;
  signals: Emitter<Signals>;
}

export interface Hooks {
  /** Returns whether there was a way to the kernel. */
  send(message: Up): boolean;
  /** Tell Python a trait's new value. */
  set(name: 'tool' | 'active_class' | VeilName, value: string | string[]): void;
  /** An edit waits in the outbox. */
  added(): void;
}

type Value = string | number | boolean | null;

export class Doing {
  /** What was undone within the outbox on this item, for a redo. */
  #takenBack: Entry[] = [];

  constructor(
    private readonly parts: Parts,
    private readonly hooks: Hooks,
  ) {}

  commit(ops: Op[], selected?: string[]): void {
    const { maker, traits, veil, view, screen, outbox, notices } = this.parts;
    if (!ops.length) return;
    if (traits.readOnly) {
      notices.add(
        'warning',
        'Nothing can be changed here.',
        'This step only shows; open the task with create() to annotate.',
      );
    } else if (view.where === null || !traits.data) {
      notices.add('error', 'The edit was not made: no item is on screen yet.', '');
    } else if (ops.some((op) => changesLocked(op, veil, view.byId.get(op.id)))) {
      notices.add('warning', 'Nothing was changed: it is locked.', 'Unlock the object, or its class, in the lists.');
    } else {
      this.forget();
      if (selected) view.selection = new Set(selected);
      // An edit names its item: one may be finished when another item is on screen already.
      const key = view.place || (ops[0]?.item ?? view.where);
      const all = withAcceptance(ops, view.byId);
      outbox.add(maker.entry(traits.data, key, all, selected ?? [...view.selection]));
      screen.redraw(selected !== undefined);
      this.hooks.added();
    }
  }

  /** Make a refused edit again, on what its item is now: only while that is on screen, else nobody here knows it. */
  retry(refusedId: string): void {
    const { maker, traits, view, screen, outbox, keep, refusals, notices } = this.parts;
    const refused = refusals.get(refusedId);
    if (!refused || !traits.data || traits.readOnly || view.where !== refused.item) return;
    // In a grid nothing is known of the items but what the cells say; the kernel compares the values anyway.
    const ops = view.scene ? refreshed(refused, view.byId, view.scene) : [...refused.ops];
    if (typeof ops === 'string') {
      notices.add('warning', 'This edit cannot be made any more.', ops);
      return;
    }
    const entry = maker.entry(traits.data, refused.item, ops, [...view.selection]);
    refusals.drop(refusedId, false);
    outbox.add(entry, keep.retry(entry, refusedId));
    screen.redraw();
    this.hooks.added();
  }

  setActiveClass(id: string): void {
    const { traits, signals } = this.parts;
    if (traits.activeClass === id) return;
    traits.activeClass = id;
    signals.emit('activeClass', undefined);
    this.hooks.set('active_class', id);
  }

  setTool(name: string): void {
    const { traits, signals } = this.parts;
    if (traits.tool === name) return;
    traits.tool = name;
    signals.emit('tool', undefined);
    this.hooks.set('tool', name);
  }

  setVeil(name: VeilName, ids: string[]): void {
    const { traits, signals } = this.parts;
    if (equal(ids, [...traits[name]])) return;
    traits[name] = ids;
    signals.emit('veil', undefined);
    this.hooks.set(name, ids);
  }

  act(name: string, value: Value): void {
    const wait = IN_TURN.get(name);
    if (name.startsWith('tool:')) this.setTool(name.slice('tool:'.length));
    else if (name.startsWith('class:')) this.setActiveClass(name.slice('class:'.length));
    else if (isOwn(name)) this.parts.signals.emit('action', name);
    else if (wait === undefined) this.#ask(name, value);
    else if (!(this.#stuck() && this.#actHere(name))) this.#askInTurn(name, value, wait);
  }

  /** Have the kernel perform an action, in turn with the edits that wait. */
  ask(name: string, value: Json): void {
    this.#askInTurn(name, value, IN_TURN.get(name) ?? false);
  }

  /** Nothing can be redone here any more. */
  forget(): void {
    this.#takenBack = [];
  }

  #ask(name: string, value: Json): void {
    if (!this.hooks.send({ v: 1, type: 'action', name, value })) {
      this.parts.notices.add('warning', ...notDone([name]));
    }
  }

  #askInTurn(name: string, value: Json, wait: boolean): void {
    const { outbox } = this.parts;
    if (outbox.isDown) this.#ask(name, value);
    else outbox.inTurn(name, () => this.#ask(name, value), wait);
  }

  /** Whether nothing of what waits gets through at present. */
  #stuck(): boolean {
    const { outbox } = this.parts;
    return outbox.offline || outbox.save.kind === 'failing';
  }

  /** Undo and redo within the outbox, while no kernel can do it. Returns whether that was possible. */
  #actHere(name: string): boolean {
    const { maker, traits, view, screen, outbox } = this.parts;
    const key = view.where;
    if (key === null || !traits.data) return false;
    if (name === 'undo') {
      const entry = outbox.takeBack(key, maker.instance);
      if (!entry) return false;
      this.#takenBack.push(entry);
    } else if (name === 'redo') {
      const entry = this.#takenBack.pop();
      if (!entry) return false;
      outbox.add(maker.entry(traits.data, key, entry.change.ops, entry.selected));
      this.hooks.added();
    } else {
      return false;
    }
    screen.redraw();
    return true;
  }
}

/** Whether an operation changes what is locked; that others are drawn above or beneath it does not. */
function changesLocked({ record, path }: Op, veil: Veil, object: ObjectData | undefined): boolean {
  return record === 'object' && path !== 'order' && object !== undefined && veil.on('locked', object);
}
