// Reads a message of the kernel and its buffers; what is not as `docs/protocol.md` says is refused in words.
import { type CellData, type Down, type ObjectData, type Op, type ThumbData, VERSION } from './protocol';

/** A message that cannot be used; the text is for the person. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

export interface Received {
  message: Down;
  /** Of `show`. */
  objects: ObjectData[];
  /** Of `patch`. */
  ops: Op[];
  /** The picture's bytes, where they came along. */
  bytes: DataView | null;
  /** Of `cells`. */
  cells: CellData[];
  /** Of `thumbs`: the bytes of those that have no problem, in order. */
  pictures: readonly DataView[];
}

type Fields = { readonly [name: string]: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'any' };

/** What each type must have; everything else is the business of who handles it. */
const TYPES: { readonly [type in Down['type']]: Fields } = {
  show: { item: 'object', media: 'any', selected: 'array', seq: 'number' },
  patch: { item: 'string', seq: 'number' },
  answer: { id: 'string', status: 'string', reason: 'string', current: 'array', seq: 'number' },
  failed: { id: 'string', reason: 'string' },
  media: { id: 'string', key: 'string', region: 'array', mime: 'string' },
  assisted: { id: 'string', item: 'string', shape: 'any', problem: 'any' },
  notice: { level: 'string', text: 'string', detail: 'string' },
  fill: { version: 'number', count: 'number', total: 'number', offset: 'number', complete: 'boolean', at: 'any' },
  cells: { version: 'number', from: 'any', seq: 'number' },
  thumbs: { batch: 'number', thumbs: 'array' },
  drop: { before: 'number', version: 'number', total: 'number', at: 'array' },
};
const STATUSES = new Set(['ok', 'amended', 'rejected', 'conflict']);

export function receive(content: unknown, buffers: readonly DataView[]): Received {
  if (typeof content !== 'object' || content === null)
    throw new WireError('The kernel sent a message that is no object.');
  const message = content as { [name: string]: unknown };
  const { v, type } = message;
  if (typeof v !== 'number') throw new WireError('The kernel sent a message without a version.');
  if (v > VERSION) {
    throw new WireError(
      `The kernel speaks version ${v} of the protocol, this page version ${VERSION}. Reload the page to get the page of that version.`,
    );
  }
  if (typeof type !== 'string' || !Object.hasOwn(TYPES, type)) {
    throw new WireError(`The kernel sent a message of the unknown type ${JSON.stringify(type)}.`);
  }
  for (const [name, kind] of Object.entries(TYPES[type as Down['type']])) {
    const value = message[name];
    const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    if (value === undefined || (kind !== 'any' && found !== kind)) {
      throw new WireError(`The kernel's message ${type} has ${name} = ${JSON.stringify(value)}, expected ${kind}.`);
    }
  }
  if (type === 'answer' && !STATUSES.has(String(message.status))) {
    throw new WireError(`The kernel answered with the unknown status ${JSON.stringify(message.status)}.`);
  }
  const received: Received = {
    message: content as Down,
    objects: [],
    ops: [],
    bytes: null,
    cells: [],
    pictures: [],
  };
  if (type === 'show') {
    received.objects = array<ObjectData>(buffers[0], 'show', 'objects');
    received.bytes = buffers[1] ?? null;
  } else if (type === 'patch') {
    received.ops = array<Op>(buffers[0], 'patch', 'operations');
  } else if (type === 'cells') {
    received.cells = array<CellData>(buffers[0], 'cells', 'cells');
  } else if (type === 'thumbs') {
    const wanted = (message.thumbs as ThumbData[]).filter(({ problem }) => typeof problem !== 'string').length;
    if (buffers.length !== wanted)
      throw new WireError(`The kernel sent ${buffers.length} small pictures, and said ${wanted}.`);
    received.pictures = buffers;
  } else if (type === 'media') {
    received.bytes = buffers[0] ?? null;
    const { problem } = message;
    if (typeof problem !== 'string' && !received.bytes)
      throw new WireError('The kernel sent a picture without its bytes.');
  }
  return received;
}

function array<T>(buffer: DataView | undefined, type: string, what: string): T[] {
  if (!buffer) throw new WireError(`The kernel's message ${type} came without its ${what}.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(buffer));
  } catch (error) {
    throw new WireError(`The ${what} of the kernel's message ${type} cannot be read: ${String(error)}`);
  }
  if (!Array.isArray(value)) throw new WireError(`The ${what} of the kernel's message ${type} are no array.`);
  return value as T[];
}
