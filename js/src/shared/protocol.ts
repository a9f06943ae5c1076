// The wire protocol, version 1: the types of docs/protocol.md. Nothing but types and the version.

export const VERSION = 1;

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Op {
  action: 'create' | 'delete' | 'set';
  record: 'item' | 'object' | 'field' | 'class' | (string & {});
  id: string;
  item?: string;
  path?: string;
  old?: Json;
  new?: Json;
}

export interface WireChange {
  id: string;
  task: string;
  item: string;
  ops: Op[];
  origin: 'human';
  /** Seconds since 1970. */
  time: number;
}

/** A geometric value; `kind` names it. Pixels of the full-resolution image, y down. */
export interface ShapeData {
  kind: string;
  [name: string]: Json;
}

export interface BoxData extends ShapeData {
  kind: 'box';
  x: number;
  y: number;
  width: number;
  height: number;
  /** Degrees, clockwise, around the centre. */
  angle: number;
}

/** The JSON form of a Python `ObjectRecord`; values that equal their default may be absent. */
export interface ObjectData {
  id: string;
  item: string;
  shape: ShapeData;
  part?: string;
  class_id?: string | null;
  attributes?: { [name: string]: Json };
  score?: number | null;
  track?: string | null;
  origin?: 'human' | 'model' | 'import' | 'file';
  author?: string;
  order?: number;
}

/** What is said of each object of a class; values that equal their default may be absent. */
export interface AttributeData {
  name: string;
  type?: 'choice' | 'choices' | 'number' | 'text' | 'flag';
  choices?: string[];
  /** The value that a new object gets; absent for none. */
  default?: Json;
  required?: boolean;
  min?: number;
  max?: number;
  step?: number;
}

export interface ClassData {
  id: string;
  name: string;
  color: string;
  key: string;
  order: number;
  retired: boolean;
  /** The kinds of shape that it takes; empty or absent for all. */
  shapes?: string[];
  /** What is said of its objects; empty or absent for nothing. */
  attributes?: AttributeData[];
  /** The joints of its skeletons. */
  skeleton?: Json;
}

/** What is stored of the item's state, plus `in_progress`, which is `todo` with something on it. */
export type State = 'todo' | 'in_progress' | 'done' | 'skipped' | 'flagged';

export interface ItemData {
  key: string;
  name: string;
  /** From 0. */
  index: number;
  total: number;
  state: State;
  note: string;
  /** Full-resolution pixels; 0 where there is a problem. */
  width: number;
  height: number;
  problem: string | null;
  warning: string | null;
}

export type Region = [x: number, y: number, width: number, height: number];

export interface MediaData {
  id: string;
  region: Region;
  mime: string;
  note: string;
}

/** What a cell of a grid says: an object of an item, or a whole item where `object` is empty. */
export interface CellData {
  item: string;
  object: string;
  name: string;
  caption: string;
  class_id: string | null;
  /** What is stored at the place of its mark. */
  value: Json;
  /** What is shown of the item, in full-resolution pixels; null for all of it. */
  crop: Region | null;
  /** The object does not exist any more. */
  gone: boolean;
}

/** A small picture for the cells of an item with this crop. */
export interface ThumbData {
  item: string;
  crop: Region | null;
  /** The most pixels a side that were asked for. */
  size: number;
  /** What it shows, in full-resolution pixels; null where there is a problem. */
  region: Region | null;
  mime: string;
  problem: string | null;
}

export interface SessionData {
  id: string;
  project: string;
  task: string;
  layer: string;
  author: { id: string; name: string };
}

export type Up =
  | { v: 1; type: 'hello'; width: number; height: number }
  | { v: 1; type: 'change'; seq: number; change: WireChange; selected: string[] }
  | { v: 1; type: 'select'; ids: string[] }
  | { v: 1; type: 'action'; name: string; value?: Json }
  | { v: 1; type: 'media'; id: string; key: string; width: number; height: number; region: Region | null }
  | { v: 1; type: 'cells'; version: number; from: number; to: number }
  | { v: 1; type: 'thumbs'; size: number; heard: number | null; wanted: { item: string; crop: Region | null }[] }
  | {
      v: 1;
      type: 'assist';
      id: string;
      item: string;
      points: [x: number, y: number, positive: boolean][];
      box: Region | null;
    }
  | { v: 1; type: 'problem'; text: string; stack: string };

/** A value of a record that clashed: what is stored now. `path` is empty for a whole record, `value` null if gone. */
export interface Current {
  record: string;
  id: string;
  item: string;
  path: string;
  value: Json;
}

export type Down =
  | { v: 1; type: 'show'; item: ItemData; media: MediaData | null; selected: string[]; seq: number }
  | { v: 1; type: 'patch'; item: string; seq: number; selected?: string[] }
  | {
      v: 1;
      type: 'answer';
      id: string;
      status: 'ok' | 'amended' | 'rejected' | 'conflict';
      reason: string;
      ops: Op[] | null;
      current: Current[];
      seq: number;
    }
  | { v: 1; type: 'failed'; id: string; reason: string }
  | {
      v: 1;
      type: 'media';
      id: string;
      key: string;
      region: Region;
      mime: string;
      note: string;
      problem: string | null;
    }
  | Assisted
  | GridNews
  | { v: 1; type: 'notice'; level: 'info' | 'warning' | 'error'; text: string; detail: string };

/** What a function makes of the points and the box of `assist`; `shape` is null where it makes nothing of them. */
export interface Assisted {
  v: 1;
  type: 'assisted';
  id: string;
  item: string;
  shape: ShapeData | null;
  problem: string | null;
}

/** What the kernel says of a grid. */
export type GridNews =
  | {
      v: 1;
      type: 'fill';
      version: number;
      count: number;
      total: number;
      offset: number;
      complete: boolean;
      at: number | null;
    }
  | { v: 1; type: 'cells'; version: number; from: number | null; seq: number }
  | { v: 1; type: 'thumbs'; batch: number; thumbs: ThumbData[] }
  | { v: 1; type: 'drop'; before: number; version: number; total: number; at: number[] };
