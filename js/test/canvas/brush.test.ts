// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { strokeOf } from '../../src/canvas/bitmap';
import { CONVERTING } from '../../src/canvas/converting';
import { maskIn, maskShape } from '../../src/canvas/kinds/mask';
import { areaOf, combined, covers, shifted } from '../../src/canvas/rle';
import { TOOLS } from '../../src/canvas/tools';
import { resizeBrush } from '../../src/canvas/tools/brush';
import type { ObjectData, ShapeData } from '../../src/shared/protocol';
import { box } from '../fake';
import { lead, type Scene, scene, touch } from './surface';

const SIZE = { width: 640, height: 480 };
const disc = (x: number, y: number, diameter: number) => strokeOf([{ x, y }], diameter, SIZE);
const masked = (id: string, shape: ShapeData = maskShape(disc(100, 100, 40)), more: Partial<ObjectData> = {}) =>
  box(id, 'id-car', { shape, ...more });

let it_: Scene;
const press = (name: string, x: number, y: number, more = {}) => {
  const gesture = TOOLS.get(name)?.press(it_.surface, touch('press', x, y, more));
  if (!gesture) throw new Error(`no tool ${name}`);
  return gesture;
};
const ops = () => it_.session.commits.flatMap((commit) => commit.ops);
const convert = (name: string) => CONVERTING.get(name)?.(it_.surface);

beforeEach(() => {
  it_ = scene([masked('a')]);
});

describe('the brush', () => {
  it('makes a mask of a stroke, in one change when the button is let go of', () => {
    const gesture = press('brush', 300, 200);
    gesture.next();
    gesture.next(touch('move', 350, 200));
    expect(ops()).toEqual([]);
    expect(it_.surface.draft).not.toBeNull();
    gesture.next(touch('release', 400, 200));
    // 24 CSS pixels are 19 pixels of the picture at 1.25.
    const wanted = strokeOf(
      [
        { x: 300, y: 200 },
        { x: 400, y: 200 },
      ],
      19,
      SIZE,
    );
    expect(ops()).toMatchObject([{ action: 'create', new: { shape: maskShape(wanted) } }]);
    expect(it_.surface.draft).toBeNull();
    expect(it_.surface.lifted.size).toBe(0);
  });

  it('goes on with the one mask that is selected', () => {
    it_.session.select(['a']);
    lead(press('brush', 130, 100), [[130, 100]]);
    const wanted = combined(disc(100, 100, 40), disc(130, 100, 19), 'add');
    expect(ops()).toMatchObject([{ action: 'set', id: 'a', path: 'shape', new: maskShape(wanted) }]);
  });

  it('erases with Alt, and with the eraser, which takes the mask that it is put down on', () => {
    for (const [name, more] of [
      ['brush', { alt: true }],
      ['eraser', {}],
    ] as const) {
      it_ = scene([masked('a')]);
      lead(press(name, 100, 100, more), [[100, 100]]);
      const wanted = combined(disc(100, 100, 40), disc(100, 100, 19), 'take');
      expect(ops()).toMatchObject([{ action: 'set', id: 'a', path: 'shape', new: maskShape(wanted) }]);
    }
  });

  it('deletes a mask of which nothing is left, in one change, and says so', () => {
    it_ = scene([masked('a', maskShape(disc(100, 100, 10)))]);
    it_.session.select(['a']);
    lead(press('eraser', 100, 100), [[100, 100]]);
    expect(ops()).toMatchObject([{ action: 'delete', id: 'a' }]);
    expect(it_.said.at(-1)).toMatch(/^Nothing is left/);
  });

  it('says what to do where the eraser has nothing to erase from', () => {
    lead(press('eraser', 500, 300), [[510, 300]]);
    expect(ops()).toEqual([]);
    expect(it_.said).toEqual(['Select the mask to erase from, or begin on it.']);
  });

  it('draws a straight line from the end of the last stroke with Shift', () => {
    lead(press('brush', 300, 200), [[300, 200]]);
    lead(press('brush', 400, 300, { shift: true }), [[400, 300]]);
    const shape = it_.session.objects.at(-1)?.shape;
    expect(it_.session.objects).toHaveLength(2);
    expect(shape && covers(maskIn(shape), { x: 350, y: 250 })).toBe(true);
  });

  it('stamps at the crosshair, and is resized by a quarter, at least by a pixel', () => {
    resizeBrush(it_.surface, 1);
    expect(it_.said).toEqual(['Brush of 24 pixels.']);
    for (let step = 0; step < 40; step += 1) resizeBrush(it_.surface, -1);
    expect(it_.said.at(-1)).toBe('Brush of 1 pixel.');
    TOOLS.get('brush')?.mark?.(it_.surface, { x: 320, y: 240 });
    const shape = it_.session.objects.at(-1)?.shape;
    expect(shape && areaOf(maskIn(shape))).toBe(1);
  });

  it('leaves a mask of another size as it is', () => {
    const other = maskShape(strokeOf([{ x: 10, y: 10 }], 5, { width: 30, height: 30 }));
    it_ = scene([masked('a', other)]);
    it_.session.select(['a']);
    lead(press('brush', 10, 10), [[20, 20]]);
    expect(ops()).toEqual([]);
    expect(it_.said.at(-1)).toMatch(/another size/);
  });

  it('leaves nothing behind when it is cancelled', () => {
    it_.session.select(['a']);
    const gesture = press('brush', 100, 100);
    gesture.next();
    gesture.next(touch('move', 200, 100));
    gesture.return();
    expect(ops()).toEqual([]);
    expect([it_.surface.draft, it_.surface.lifted.size]).toEqual([null, 0]);
  });
});

describe('converting', () => {
  it('makes a mask of a polygon with a hole, a turned box and an ellipse, in one change', () => {
    const polygon = {
      kind: 'polygon',
      points: [
        [10, 10],
        [30, 10],
        [30, 30],
        [10, 30],
      ],
      holes: [
        [
          [15, 15],
          [20, 15],
          [20, 20],
          [15, 20],
        ],
      ],
    }; // prettier-ignore
    const turned = { kind: 'box', x: 100, y: 100, width: 40, height: 20, angle: 90 };
    const ellipse = { kind: 'ellipse', cx: 300, cy: 200, rx: 30, ry: 20, angle: 0 };
    it_ = scene([masked('p', polygon), masked('b', turned), masked('e', ellipse)]);
    it_.session.select(['p', 'b', 'e']);
    convert('to_mask');
    expect(it_.session.commits).toHaveLength(1);
    const [p, b, e] = ops().map((op) => maskIn(op.new as ShapeData));
    expect(p && areaOf(p)).toBe(400 - 25);
    expect(b && areaOf(b)).toBe(800);
    expect(b && covers(b, { x: 120, y: 91 })).toBe(true);
    expect(Math.abs((e ? areaOf(e) : 0) - Math.PI * 600)).toBeLessThan(12);
  });

  it('makes a polygon of each part of a mask, with its holes, all else kept', () => {
    const ring = combined(disc(100, 100, 60), disc(100, 100, 30), 'take');
    const parts = combined(combined(ring, disc(100, 100, 10), 'add'), shifted(ring, 200, 0), 'add');
    it_ = scene([masked('a', maskShape(parts), { score: 0.5, attributes: { seen: true } })]);
    it_.session.select(['a']);
    convert('to_polygon');
    expect(it_.session.commits).toHaveLength(1);
    expect(ops().map(({ action }) => action)).toEqual(['set', 'create', 'create']);
    const found = it_.session.objects.filter(({ shape }) => shape.kind === 'polygon');
    expect(found.map(({ shape }) => (shape.holes as unknown[]).length)).toEqual([1, 1, 0]);
    for (const object of found)
      expect(object).toMatchObject({ class_id: 'id-car', score: 0.5, attributes: { seen: true } });
    // There and back, no pixel is further off than the outline may be.
    it_.session.select(found.map(({ id }) => id));
    convert('to_mask');
    const back = it_.session.objects.map(({ shape }) => maskIn(shape)).reduce((a, b) => combined(a, b, 'add'));
    const off = areaOf(combined(back, parts, 'take')) + areaOf(combined(parts, back, 'take'));
    expect(off / areaOf(parts)).toBeLessThan(0.04);
  });

  it('fills holes, and says where there are none', () => {
    it_ = scene([masked('a', maskShape(combined(disc(100, 100, 60), disc(100, 100, 30), 'take')))]);
    it_.session.select(['a']);
    convert('fill_holes');
    expect(ops()).toMatchObject([{ action: 'set', id: 'a', new: maskShape(disc(100, 100, 60)) }]);
    convert('fill_holes');
    expect(ops()).toHaveLength(1);
    expect(it_.said.at(-1)).toBe('There are no holes to fill.');
  });
});
