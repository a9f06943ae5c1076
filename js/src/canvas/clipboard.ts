// Copy, cut, paste and duplicate, between images, annotators, tabs and notebooks.
//
// What is copied stands in the page, for every annotator on it, and as text in the system's clipboard, for every other
// page. The text comes and goes by the browser's own events, which need no permission. A copy has shape, class and
// attributes; it is a new object of the person who pastes it, so score, track and who made it stay with the original.
import { deleteObjects, isWholeOnly } from '../shared/edits';
import type { ClassData, Json, ObjectData, Op, ShapeData } from '../shared/protocol';
import { freshId, isRecord } from '../shared/values';
import { guestsOf } from './guests';
import { kindOf, movedTogether } from './kinds';
import type { Surface } from './surface';
import { unlocked } from './veiling';
import type { Point, Size } from './view';

const MARK = 'ipyannotator';
const VERSION = 1;
/** How far from the original a copy on the same image is put, in CSS pixels. */
const STEP = 10;
/** What a reviewer said of the original does not hold for a copy. */
const REVIEW = 'review';

/** One object as it is copied: its class by name, as another task has other ids. */
interface Copied {
  shape: ShapeData;
  label: string | null;
  attributes: { [name: string]: Json };
}

interface Held {
  /** What was copied, as the text of the clipboard. */
  text: string;
  /** The item that it stands on already, and how often it was pasted there. */
  item: string;
  times: number;
}

const HELD = Symbol.for('ipyannotator.clipboard');
/** Each widget's module is loaded by itself, so what is held stands on `globalThis`. */
const page = globalThis as { [HELD]?: Held };

/** What the text of a clipboard says; null where it is not ours. */
export function read(text: string): Copied[] | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(data) || data[MARK] !== VERSION || !Array.isArray(data.objects)) return null;
  return data.objects.flatMap((each): Copied[] => {
    if (!isRecord(each) || !isRecord(each.shape) || typeof each.shape.kind !== 'string') return [];
    const label = typeof each.label === 'string' ? each.label : null;
    const attributes = isRecord(each.attributes) ? each.attributes : {};
    return [{ shape: each.shape as ShapeData, label, attributes }];
  });
}

/** The text for objects. */
export function written(objects: readonly ObjectData[], classes: readonly ClassData[]): string {
  const copied = objects.map(({ shape, class_id, attributes }): Copied => {
    const { [REVIEW]: _, ...kept } = attributes ?? {};
    return { shape, label: classes.find(({ id }) => id === class_id)?.name ?? null, attributes: kept };
  });
  return JSON.stringify({ [MARK]: VERSION, objects: copied });
}

export class Clipboard {
  /** Whether the next paste is meant for the crosshair. */
  #here = false;

  constructor(
    private readonly surface: Surface,
    stage: HTMLElement,
    owner: AbortSignal,
  ) {
    const on = (name: 'copy' | 'cut' | 'paste', listener: (event: ClipboardEvent) => void): void =>
      stage.addEventListener(
        name,
        (event) => {
          event.preventDefault();
          event.stopPropagation(); // a notebook would copy or paste cells
          listener(event);
        },
        { signal: owner },
      );
    on('copy', (event) => this.copy(event.clipboardData));
    on('cut', (event) => this.cut(event.clipboardData));
    on('paste', (event) => this.paste(event.clipboardData?.getData('text/plain') ?? ''));
  }

  /** What the keys ask for. The browser's own keys go on to its own events, which have the clipboard. */
  key(event: KeyboardEvent, action: string): boolean {
    const own = (event.ctrlKey || event.metaKey) && ['c', 'x', 'v'].includes(event.key.toLowerCase());
    if (!own || !['copy', 'cut', 'paste', 'paste_here'].includes(action)) return false;
    this.#here = action === 'paste_here';
    event.stopPropagation();
    return true;
  }

  perform(action: string): void {
    if (action === 'copy') this.copy(null);
    else if (action === 'cut') this.cut(null);
    else if (action === 'duplicate') this.duplicate();
    else {
      this.#here = action === 'paste_here';
      this.paste('');
    }
  }

  copy(data: DataTransfer | null, selected = this.surface.selected): boolean {
    const { surface } = this;
    const { session } = surface;
    if (!selected.length) {
      surface.say('Select what is to be copied first.');
      return false;
    }
    const text = written(selected, session.classes);
    page[HELD] = { text, item: session.item?.key ?? '', times: 0 };
    if (data) data.setData('text/plain', text);
    // By another key than the browser's there is no event; where writing is not allowed, the page's own copy remains.
    else navigator.clipboard?.writeText(text).catch(() => {});
    surface.say(selected.length === 1 ? 'Copied.' : `${selected.length} objects are copied.`);
    return true;
  }

  cut(data: DataTransfer | null): void {
    const { surface } = this;
    const { editable } = surface;
    if (!surface.allowed() || !unlocked(surface) || !this.copy(data, editable)) return;
    if (page[HELD]) page[HELD].item = ''; // where it was, it is no more: pasted there, it stands as it did
    deleteObjects(
      surface.session,
      editable.map(({ id }) => id),
    );
  }

  paste(text: string): void {
    const { surface } = this;
    const { picture, session } = surface;
    const here = this.#here ? surface.cross : null;
    this.#here = false;
    if (!picture || !surface.allowed()) return;
    const ours = read(text);
    const held = page[HELD];
    // A text of somebody else's is the newest copy there is: what was copied here before is not meant.
    const copied = text ? ours : held ? read(held.text) : null;
    if (!copied) {
      surface.say(text ? 'What was copied are no objects of an annotator.' : 'Nothing was copied yet.');
      return;
    }
    const same = held && (!ours || text === held.text) ? held : null;
    const again = same?.item === session.item?.key;
    if (same) [same.item, same.times] = [session.item?.key ?? '', again ? same.times + 1 : 0];
    this.#add(copied, { here, steps: again && same ? same.times : 0 });
  }

  duplicate(): void {
    const { surface } = this;
    const { session, selected } = surface;
    if (!surface.allowed()) return;
    if (!selected.length) surface.say('Select what is to be duplicated first.');
    else this.#add(read(written(selected, session.classes)) ?? [], { here: null, steps: 1 });
  }

  /** Make objects of what was copied, in one edit. */
  #add(copied: readonly Copied[], where: { here: Point | null; steps: number }): void {
    const { surface } = this;
    const { picture, session } = surface;
    const { item } = session;
    if (!picture || !item) return;
    const left = new Map<string, number>();
    const leave = (why: string): void => void left.set(why, (left.get(why) ?? 0) + 1);
    const shapes = new Map<string, ShapeData>();
    const objects = new Map<string, ObjectData>();
    for (const each of copied) {
      const used = session.classes.find((data) => !data.retired && data.name === each.label);
      const why = misfit(each.shape, used, picture);
      if (why) {
        leave(why);
        continue;
      }
      if (each.label !== null && !used) leave('without a class, as there is none of its name here');
      const object: ObjectData = { id: freshId(), item: item.key, shape: each.shape };
      if (used) object.class_id = used.id;
      if (Object.keys(each.attributes).length) object.attributes = each.attributes;
      for (const guest of guestsOf(session)) guest.complete?.(object);
      shapes.set(object.id, each.shape);
      objects.set(object.id, object);
    }
    const placed = this.#placed(shapes, where, picture);
    const ops: Op[] = [...objects.values()].map((object) => {
      const shape = placed.get(object.id) ?? object.shape;
      const { id } = object;
      return { action: 'create', record: 'object', id, item: item.key, new: { ...object, shape } };
    });
    surface.edit(ops, [...objects.keys()]);
    const said = [ops.length === 1 ? '1 object is pasted' : `${ops.length} objects are pasted`];
    for (const [why, count] of left) said.push(`${count} ${why}`);
    if (left.size || !ops.length) surface.say(`${said.join('; ')}.`);
    else surface.speak(`${said[0]}.`);
  }

  /** Where copies are put: around the crosshair, beside the original, or at the same place, and always in the picture. */
  #placed(
    shapes: ReadonlyMap<string, ShapeData>,
    { here, steps }: { here: Point | null; steps: number },
    size: Size,
  ): Map<string, ShapeData> {
    const { view } = this.surface;
    if (here) {
      const boxes = [...shapes.values()].map((shape) => kindOf(shape)?.bounds(shape)).filter((each) => each != null);
      const left = Math.min(...boxes.map(({ x }) => x));
      const right = Math.max(...boxes.map(({ x, width }) => x + width));
      const top = Math.min(...boxes.map(({ y }) => y));
      const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
      return movedTogether(shapes, here.x - (left + right) / 2, here.y - (top + bottom) / 2, size);
    }
    const by = (steps * STEP) / (view?.scale ?? 1);
    if (by) return movedTogether(shapes, by, by, size);
    // At the same place on a smaller picture: each as far as it must be moved to be in it.
    return new Map([...shapes].map(([id, shape]) => [id, within(shape, size)]));
  }
}

/** A shape moved into a picture, where it is not in it. */
function within(shape: ShapeData, size: Size): ShapeData {
  const kind = kindOf(shape);
  if (!kind) return shape;
  const { x, y, width, height } = kind.bounds(shape);
  const by = (at: number, length: number, room: number): number => Math.max(-at, 0) + Math.min(room - at - length, 0);
  const [dx, dy] = [by(x, width, size.width), by(y, height, size.height)];
  return dx || dy ? kind.move(shape, dx, dy, size) : shape;
}

/** Why something cannot be pasted here; empty where it can. */
function misfit(shape: ShapeData, used: ClassData | undefined, size: Size): string {
  const kind = kindOf(shape);
  if (!kind || !(kind.enough?.(shape, Number.MIN_VALUE) ?? true)) return 'left out, as this annotator cannot draw it';
  if (used && isWholeOnly(used)) return 'left out, as its class here is of whole images';
  const taken = used?.shapes ?? [];
  const fits = !taken.length || taken.includes(shape.kind) || (shape.kind === 'box' && taken.includes('rotated_box'));
  if (!fits) return 'left out, as its class here does not take such shapes';
  const other = shape.kind === 'mask' && JSON.stringify(shape.size) !== JSON.stringify([size.height, size.width]);
  if (other) return 'left out, as a mask is of a picture of its own size';
  const { width, height } = kind.bounds(shape);
  return width > size.width || height > size.height ? 'left out, as this picture is too small for it' : '';
}
