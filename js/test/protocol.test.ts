// The examples that both sides share: what comes down is understood, what must be refused is refused in words, and the
// session sends what the examples say.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveSession } from '../src/shared/live';
import type { Down, ItemData, ObjectData, Op, Up } from '../src/shared/protocol';
import type { Signals } from '../src/shared/session';
import { FakeModel, json, Locks, settle, until } from './world';

interface Example {
  note: string;
  direction: 'up' | 'down';
  message: { [name: string]: unknown };
  buffers: unknown[];
  refused?: string;
}

declare global {
  interface ImportMeta {
    glob(pattern: string, options: { eager: true; import: 'default' }): { [path: string]: Example[] };
  }
}

const files = import.meta.glob('../../tests/protocol/*.json', { eager: true, import: 'default' });
const examples = (type: string, direction: 'up' | 'down'): Example[] => {
  const found = (files[`../../tests/protocol/${type}.json`] ?? []).filter((one) => one.direction === direction);
  if (!found.length) throw new Error(`no examples of ${type} ${direction}`);
  return found;
};

function buffer(value: unknown): DataView {
  const { base64 } = (value ?? {}) as { base64?: string };
  if (typeof base64 !== 'string') return json(value);
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer);
}

let model: FakeModel;
let session: LiveSession;
let owner: AbortController;
let notices: Signals['notice'][];

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: new Locks().page({}) });
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    const head = new Uint8Array(await blob.arrayBuffer());
    if (head[0] !== 0x89) throw new Error('not a PNG');
    return { width: 1, height: 1, close: () => {} };
  });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  model = new FakeModel();
  owner = new AbortController();
  session = new LiveSession('s1', () => {});
  notices = [];
  session.on('notice', (notice) => notices.push(notice), owner.signal);
  session.connect(model.model, owner.signal);
});
afterEach(() => {
  owner.abort();
  session.close();
});

function receive({ message, buffers }: Example): void {
  model.receive(message, ...buffers.map(buffer));
}

async function onScreen(example = examples('show', 'down')[0] as Example): Promise<void> {
  receive(example);
  await until(() => session.item !== null, 'the item');
}

it('has examples of every type', () => {
  const types = (direction: string): string[] => [
    ...new Set(
      Object.values(files)
        .flat()
        .filter((one) => one.direction === direction && one.refused === undefined)
        .map((one) => String(one.message.type)),
    ),
  ];
  const up: Up['type'][] = ['action', 'assist', 'change', 'hello', 'media', 'problem', 'select'];
  const down: Down['type'][] = ['answer', 'assisted', 'failed', 'media', 'notice', 'patch', 'show'];
  expect(types('up').sort()).toEqual(up);
  expect(types('down').sort()).toEqual(down);
});

describe('down', () => {
  it.each(examples('show', 'down').map((one) => [one.note, one] as const))('show: %s', async (_, example) => {
    const { item, media, selected } = example.message as { item: ItemData; media: object | null; selected: string[] };
    receive(example);
    if (media && example.buffers.length < 2) {
      // Sent before, says the kernel; this page has lost it and asks.
      await until(() => model.of('media').length === 1, 'the question');
      const { id, region } = media as { id: string; region: number[] };
      const known = examples('show', 'down')[0]?.buffers[1];
      model.receive(
        { v: 1, type: 'media', id, key: item.key, region, mime: 'image/png', note: '', problem: null },
        buffer(known),
      );
    }
    await until(() => session.item !== null, 'the item');
    expect(session.item).toEqual(item);
    expect(session.objects).toEqual(example.buffers[0]);
    expect([...session.selection]).toEqual(selected);
    expect(session.picture?.media ?? null).toEqual(media);
    expect(session.loading).toBe(false);
    expect(notices).toEqual([]);
  });

  it.each(examples('patch', 'down').map((one) => [one.note, one] as const))('patch: %s', async (_, example) => {
    const [first] = examples('show', 'down');
    const ops = example.buffers[0] as Op[];
    const creates = ops.some((op) => op.action === 'create');
    await onScreen({ ...first, buffers: [creates ? [] : first?.buffers[0], first?.buffers[1]] } as Example);
    receive(example);
    for (const op of ops) {
      const object = session.byId.get(op.id) as unknown as { [name: string]: unknown } | undefined;
      if (op.record === 'object' && op.action === 'delete') expect(object).toBeUndefined();
      else if (op.record === 'object' && op.action === 'create') expect(object).toEqual(op.new);
      else if (op.record === 'object') expect(object?.[op.path ?? '']).toEqual(op.new);
      else if (op.record === 'item')
        expect((session.item as unknown as { [name: string]: unknown })[op.path ?? '']).toEqual(op.new);
    }
    if (example.message.selected) expect([...session.selection]).toEqual(example.message.selected);
    expect(notices).toEqual([]);
  });

  it.each(examples('answer', 'down').map((one) => [one.note, one] as const))('answer: %s', async (_, example) => {
    const [first] = examples('show', 'down');
    const { status, reason } = example.message as { status: string; reason: string };
    const [drawn, moved] = examples('change', 'up');
    const sent = (example.message.id === 'c0ffee01' ? drawn : moved)?.message.change as { ops: Op[] };
    const creates = sent.ops[0]?.action === 'create';
    await onScreen({ ...first, buffers: [creates ? [] : first?.buffers[0], first?.buffers[1]] } as Example);
    session.commit(sent.ops, ['o1']);
    const { id } = model.of('change')[0]?.change ?? { id: '' };
    expect(session.save).toEqual({ kind: 'saving', count: 1 });
    receive({ ...example, message: { ...example.message, id } });
    expect(session.save).toEqual({ kind: 'saved' });
    expect(session.refused.map((one) => one.reason)).toEqual(status === 'ok' || status === 'amended' ? [] : [reason]);
    const [clash] = example.message.current as { value: unknown }[];
    const object = session.byId.get('o1');
    const stored = (example.message.ops as Op[] | null)?.[0]?.new;
    if (status === 'rejected' || clash?.value === null) expect(object).toBeUndefined();
    else if (status === 'conflict') expect(object?.shape).toEqual(clash?.value);
    else expect(object).toEqual(stored ?? sent.ops[0]?.new);
  });

  it.each(examples('media', 'down').map((one) => [one.note, one] as const))('media: %s', async (_, example) => {
    await onScreen();
    receive(example);
    const { key, region } = example.message as { key: string; region: number[] };
    if (key === session.item?.key) await until(() => session.details.length > 0, 'the sharper region');
    await settle();
    expect(session.details[0]?.region ?? null).toEqual(key === session.item?.key ? region : null);
    expect(session.item?.problem).toBeNull();
    expect(notices).toEqual([]);
  });

  it.each(examples('notice', 'down').map((one) => [one.note, one] as const))('notice: %s', (_, example) => {
    receive(example);
    const { level, text, detail } = example.message;
    expect(notices).toEqual([{ level, text, detail }]);
  });

  it.each(examples('assisted', 'down').map((one) => [one.note, one] as const))('assisted: %s', (_, example) => {
    const answers: Signals['assisted'][] = [];
    session.on('assisted', (answer) => answers.push(answer), owner.signal);
    receive(example);
    expect(answers).toEqual([example.message]);
    expect(notices).toEqual([]);
  });

  it('failed: the edit is kept, and the reason shown', async () => {
    const [example] = examples('failed', 'down');
    const [first] = examples('show', 'down');
    await onScreen({ ...first, buffers: [[], first?.buffers[1]] } as Example);
    const { ops } = (examples('change', 'up')[0] as Example).message.change as { ops: Op[] };
    session.commit(ops);
    receive({ ...example, message: { ...example?.message, id: model.of('change')[0]?.change.id } } as Example);
    expect(session.save).toEqual({ kind: 'failing', count: 1, text: example?.message.reason });
    expect(session.objects).toHaveLength(1);
  });
});

describe('up', () => {
  it.each(examples('change', 'up').map((one) => [one.note, one] as const))('change: %s', async (_, example) => {
    const { change, selected } = example.message as { change: { item: string; ops: Op[] }; selected: string[] };
    const creates = change.ops[0]?.action === 'create';
    const [first] = examples('show', 'down');
    const objects = (creates ? [] : first?.buffers[0]) as ObjectData[];
    await onScreen({
      ...first,
      message: { ...first?.message, item: { ...(first?.message.item as object), key: change.item } },
      buffers: [objects, first?.buffers[1]],
    } as Example);
    session.commit(change.ops, selected);
    const [sent] = model.of('change');
    const fresh = { id: sent?.change.id, time: sent?.change.time };
    expect(sent).toEqual({ ...example.message, seq: 1, change: { ...change, ...fresh } });
    expect(fresh.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each(examples('hello', 'up').map((one) => [one.note, one] as const))('hello: %s', (_, { message }) => {
    session.hello(message.width as number, message.height as number);
    expect(model.sent).toEqual([message]);
  });

  it.each(examples('action', 'up').map((one) => [one.note, one] as const))('action: %s', (_, { message }) => {
    session.act(String(message.name), message.value as string | number | null);
    expect(model.sent).toEqual([message]);
  });

  it('select', async () => {
    const [first] = examples('show', 'down');
    const [object] = (first?.buffers[0] ?? []) as ObjectData[];
    await onScreen({ ...first, buffers: [[object, { ...object, id: 'o2' }], first?.buffers[1]] } as Example);
    for (const { message } of examples('select', 'up')) session.select(message.ids as string[]);
    expect(model.of('select')).toEqual(examples('select', 'up').map((one) => one.message));
  });

  it('media', async () => {
    const [whole, sharper] = examples('media', 'up').map((one) => one.message);
    session.hello(1600, 900);
    const [first, again] = examples('show', 'down');
    receive(again as Example);
    expect(model.of('media')).toEqual([whole]);
    await onScreen(first);
    session.sharpen([{ region: sharper?.region as [number, number, number, number], width: 1600, height: 900 }]);
    expect(model.of('media')).toEqual([whole, sharper]);
  });

  it.each(examples('assist', 'up').map((one) => [one.note, one] as const))('assist: %s', (_, { message }) => {
    expect(session.tell(message as unknown as Up)).toBe(true);
    expect(model.sent).toEqual([message]);
  });

  it('problem', () => {
    const [example] = examples('problem', 'up');
    const error = new Error(String(example?.message.text));
    error.stack = String(example?.message.stack);
    session.report(error);
    expect(model.sent).toEqual([example?.message]);
    expect(notices).toEqual([{ level: 'error', text: error.message, detail: error.stack }]);
  });
});

describe('refused', () => {
  it.each(examples('refused', 'down').map((one) => [one.note, one] as const))('%s', (_, example) => {
    receive(example);
    expect(notices).toHaveLength(1);
    expect(notices[0]?.level).toBe('error');
    expect(notices[0]?.text).toContain(example.refused);
    expect(model.of('problem')).toHaveLength(1);
  });
});
