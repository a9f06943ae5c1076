// Skeletons: joints with a place and a visibility, in the order of their class's template, and the bones between them.
import type { ClassData, ShapeData } from '../../shared/protocol';
import { type Rect, rounded } from '../geometry';
import { around } from '../rings';
import { way } from '../turned';
import { type Point, toStage } from '../view';
import { type Handle, KINDS } from './kind';
import { isPair } from './points';

/** As in COCO. An absent joint keeps its last place, so that it can be brought back. */
const [ABSENT, HIDDEN, VISIBLE] = [0, 1, 2] as const;
const WORDS = new Map([
  [ABSENT, 'absent'],
  [HIDDEN, 'hidden'],
  [VISIBLE, 'visible'],
]);
/** What comes after a visibility, when it is changed by a key. */
const AFTER = new Map([
  [VISIBLE, HIDDEN],
  [HIDDEN, ABSENT],
  [ABSENT, VISIBLE],
]);
const RADIUS = 4;

type Joint = [x: number, y: number, v: number];

export interface SkeletonData extends ShapeData {
  kind: 'skeleton';
  joints: Joint[];
}

/** A class's template: names of joints, pairs of names, and places from 0 to 1. */
interface Template {
  joints: readonly string[];
  edges?: readonly (readonly [string, string])[];
  layout?: readonly (readonly [number, number])[];
}

function isSkeleton(shape: ShapeData): shape is SkeletonData {
  const { joints } = shape;
  return Array.isArray(joints) && joints.length > 0 && joints.every((each) => isPair(each) && AFTER.has(visible(each)));
}

const visible = (joint: readonly unknown[]): 0 | 1 | 2 => joint[2] as 0 | 1 | 2;
const of = (shape: ShapeData): readonly Joint[] => (shape as SkeletonData).joints;
/** The joints that are there; of a skeleton without any, the places of all. */
const there = (shape: ShapeData): readonly Joint[] => {
  const found = of(shape).filter((joint) => visible(joint) !== ABSENT);
  return found.length ? found : of(shape);
};

function templateOf(used: ClassData | undefined): Template | null {
  const skeleton = used?.skeleton as Template | null | undefined;
  return skeleton?.joints?.length ? skeleton : null;
}

function edgesOf(used: ClassData | undefined): [number, number][] {
  const template = templateOf(used);
  if (!template) return [];
  return (template.edges ?? []).map(([a, b]) => [template.joints.indexOf(a), template.joints.indexOf(b)]);
}

/** A new skeleton of a class in a rectangle; null where the class has no joints. Without a layout, on a circle. */
export function skeletonIn(rect: Rect, used: ClassData | undefined): SkeletonData | null {
  const template = templateOf(used);
  if (!template) return null;
  const joints = template.joints.map((_, at): Joint => {
    const turn = (2 * Math.PI * at) / template.joints.length - Math.PI / 2;
    const [x, y] = template.layout?.[at] ?? [0.5 + Math.cos(turn) / 2, 0.5 + Math.sin(turn) / 2];
    return [rounded(rect.x + x * rect.width), rounded(rect.y + y * rect.height), VISIBLE];
  });
  return { kind: 'skeleton', joints };
}

const withJoint = (shape: ShapeData, id: string, change: (joint: Joint) => Joint): SkeletonData => ({
  ...(shape as SkeletonData),
  joints: of(shape).map((joint, at) => (String(at) === id ? change(joint) : joint)),
});

function nearBones(shape: ShapeData, point: Point, margin: number): boolean {
  return there(shape).some(([x, y]) => Math.hypot(x - point.x, y - point.y) <= margin);
}

KINDS.set('skeleton', {
  name: 'a skeleton',
  is: isSkeleton,
  bounds: (shape) => around(there(shape).map(([x, y]) => [x, y])),
  contains(shape, point, margin) {
    const { x, y, width, height } = this.bounds(shape);
    return (
      point.x >= x - margin && point.x <= x + width + margin && point.y >= y - margin && point.y <= y + height + margin
    );
  },
  onEdge: nearBones,
  area(shape) {
    const { width, height } = this.bounds(shape);
    return width * height;
  },
  handles: (shape): Handle[] =>
    of(shape).map((joint, at) => ({
      id: String(at),
      at: { x: joint[0], y: joint[1] },
      cursor: 'move',
      look: visible(joint) === ABSENT ? 'small' : 'dot',
    })),
  move(shape, dx, dy, size) {
    const by = way(this.bounds(shape), dx, dy, size);
    const joints = of(shape).map(([x, y, v]): Joint => [rounded(x + by.x), rounded(y + by.y), v]);
    return { ...shape, joints };
  },
  drag: (shape, id, { to }) =>
    withJoint(shape, id, ([, , v]) => [rounded(to.x), rounded(to.y), v === ABSENT ? VISIBLE : v]),
  toggle(shape, id) {
    const joint = of(shape)[Number(id)];
    const next = joint && AFTER.get(visible(joint));
    if (next === undefined) return null;
    return { shape: withJoint(shape, id, ([x, y]) => [x, y, next]), said: WORDS.get(next) ?? '' };
  },
  nameHandle: (id, used) => templateOf(used)?.joints[Number(id)] ?? '',
  stroke(context, shape, view, used) {
    const joints = of(shape);
    const seen = (at: number): Point | null => {
      const joint = joints[at];
      return joint && visible(joint) !== ABSENT ? toStage(view, { x: joint[0], y: joint[1] }) : null;
    };
    context.beginPath();
    for (const [a, b] of edgesOf(used)) {
      const [from, to] = [seen(a), seen(b)];
      if (!from || !to) continue;
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    // A joint that is hidden is a ring with nothing in it; one that is seen is filled below.
    for (const at of joints.keys()) {
      const place = seen(at);
      if (!place) continue;
      context.moveTo(place.x + RADIUS, place.y);
      context.arc(place.x, place.y, RADIUS, 0, 2 * Math.PI);
    }
    context.stroke();
  },
  fill(context, shape, view) {
    const alpha = context.globalAlpha;
    context.globalAlpha = 1;
    for (const joint of of(shape)) {
      if (visible(joint) !== VISIBLE) continue;
      const { x, y } = toStage(view, { x: joint[0], y: joint[1] });
      context.beginPath();
      context.arc(x, y, RADIUS, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = alpha;
  },
});
