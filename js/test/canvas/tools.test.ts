// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { TOOLS, type Tool } from '../../src/canvas/tools';
import { box } from '../fake';
import { drawn, lead, type Scene, scene, touch } from './surface';

const square = (id: string, x: number, y: number, side: number) =>
  box(id, 'id-car', { shape: { kind: 'box', x, y, width: side, height: side, angle: 0 } });
const tool = (name: string): Tool => {
  const found = TOOLS.get(name);
  if (!found) throw new Error(`no tool ${name}`);
  return found;
};

let it_: Scene;
const press = (name: string, x: number, y: number, more = {}) =>
  tool(name).press(it_.surface, touch('press', x, y, more));
const commits = () => it_.session.commits;
const onlyOp = () => {
  expect(commits()).toHaveLength(1);
  expect(commits()[0]?.ops).toHaveLength(1);
  return commits()[0]?.ops[0];
};

beforeEach(() => {
  it_ = scene([square('a', 100, 100, 50), square('b', 300, 100, 50)]);
});

describe('drawing', () => {
  it('is one commit when the button is released, and none before', () => {
    const gesture = press('box', 400, 200);
    gesture.next();
    for (let at = 1; at <= 50; at += 1) gesture.next(touch('move', 400 + at, 200 + at));
    expect(commits()).toHaveLength(0);
    expect(drawn(it_.surface).rect).toEqual({ x: 400, y: 200, width: 50, height: 50 });
    expect(gesture.next(touch('release', 460, 230)).done).toBe(true);
    expect(onlyOp()).toMatchObject({
      action: 'create',
      record: 'object',
      item: 'a.jpg',
      new: { shape: { kind: 'box', x: 400, y: 200, width: 60, height: 30, angle: 0 } },
    });
    expect(it_.surface.draft).toBeNull();
  });

  it('has the class in use, or none', () => {
    it_.session.activeClass = 'id-car';
    lead(press('box', 400, 200), [[450, 250]]);
    expect(onlyOp()?.new).toMatchObject({ class_id: 'id-car' });
    it_.session.commits.length = 0;
    it_.session.activeClass = '';
    lead(press('box', 400, 300), [[450, 350]]);
    expect(onlyOp()?.new).not.toHaveProperty('class_id');
  });

  it('has what its class says of new ones', () => {
    const car = { id: 'id-car', name: 'car', color: '#0072b2', key: '1', order: 1, retired: false };
    const seen = { name: 'seen', type: 'flag', default: false } as const;
    it_.session.classes = [{ ...car, attributes: [seen, { name: 'colour', type: 'text' }] }];
    it_.session.activeClass = 'id-car';
    lead(press('box', 400, 200), [[450, 250]]);
    expect(onlyOp()?.new).toMatchObject({ attributes: { seen: false } });
    expect(Object.keys((onlyOp()?.new as { attributes: object } | undefined)?.attributes ?? {})).toEqual(['seen']);
  });

  it('selects what was drawn', () => {
    lead(press('box', 400, 200), [[450, 250]]);
    expect([...it_.session.selection]).toEqual([onlyOp()?.id]);
    expect(commits()[0]?.selected).toEqual([onlyOp()?.id]);
  });

  it('is clipped to the picture', () => {
    lead(press('box', 600, 400), [
      [700, 450],
      [900, 900],
    ]);
    expect(onlyOp()?.new).toMatchObject({ shape: { x: 600, y: 400, width: 40, height: 80 } });
  });

  it('is square with Shift, also at the edge of the picture', () => {
    lead(press('box', 600, 400), [[900, 420]], { shift: true });
    expect(onlyOp()?.new).toMatchObject({ shape: { x: 600, y: 400, width: 40, height: 40 } });
  });

  it('is nothing when it is cancelled', () => {
    const gesture = press('box', 400, 200);
    gesture.next();
    gesture.next(touch('move', 500, 300));
    gesture.return();
    expect(commits()).toHaveLength(0);
    expect(it_.surface.draft).toBeNull();
  });

  it('of less than three pixels of the screen is no box, and says so', () => {
    lead(press('box', 400, 200), [[500, 201]]);
    expect(commits()).toHaveLength(0);
    expect(it_.said).toEqual(['Too small for a box.']);
  });

  it('without moving is a click, which selects', () => {
    lead(press('box', 125, 125), [[125, 125]]);
    expect(commits()).toHaveLength(0);
    expect([...it_.session.selection]).toEqual(['a']);
    lead(press('box', 500, 400), [[500, 400]]);
    expect(it_.session.selection.size).toBe(0);
  });

  it('goes on inside a box that was just drawn', () => {
    lead(press('box', 400, 200), [[500, 300]]);
    lead(press('box', 430, 230), [[450, 250]]);
    expect(commits().map(({ ops }) => ops[0]?.action)).toEqual(['create', 'create']);
  });

  it.each([
    ['readOnly', 'Explore only shows. Switch to Create to annotate.'],
    ['loading', 'The next picture is on its way.'],
  ] as const)('does not happen while %s, and says why', (name, text) => {
    it_.session[name] = true;
    lead(press('box', 400, 200), [
      [450, 250],
      [500, 300],
    ]);
    expect(commits()).toHaveLength(0);
    expect(new Set(it_.said)).toEqual(new Set([text]));
  });
});

describe('moving', () => {
  beforeEach(() => it_.session.select(['a']));

  it('is one commit with old and new shape', () => {
    const points = Array.from({ length: 60 }, (_, at) => [125 + at, 125] as const);
    expect(lead(press('box', 125, 125), points)).toBe(true);
    const op = onlyOp();
    expect(op).toMatchObject({ action: 'set', id: 'a', path: 'shape' });
    expect(op?.old).toMatchObject({ x: 100, y: 100 });
    expect(op?.new).toMatchObject({ x: 159, y: 100, width: 50, height: 50 });
  });

  it('lifts the object while it lasts', () => {
    const gesture = press('box', 125, 125);
    gesture.next();
    gesture.next(touch('move', 145, 125));
    expect(it_.surface.lifted.get('a')).toMatchObject({ x: 120 });
    expect(it_.session.byId.get('a')?.shape).toMatchObject({ x: 100 });
    gesture.return();
    expect(it_.surface.lifted.size).toBe(0);
    expect(commits()).toHaveLength(0);
  });

  it('stops at the edge', () => {
    lead(press('box', 125, 125), [[-500, 125]]);
    expect(onlyOp()?.new).toMatchObject({ x: 0, y: 100, width: 50 });
  });

  it('keeps to one direction with Shift', () => {
    lead(press('box', 125, 125), [[175, 135]], { shift: true });
    expect(onlyOp()?.new).toMatchObject({ x: 150, y: 100 });
  });

  it('moves all that is selected in one commit, and keeps them as they are to each other', () => {
    it_.session.select(['a', 'b']);
    lead(press('select', 125, 125), [[-500, 130]]);
    expect(commits()).toHaveLength(1);
    expect(commits()[0]?.ops.map(({ id, new: shape }) => [id, (shape as { x: number }).x])).toEqual([
      ['a', 0],
      ['b', 200],
    ]);
  });

  it('back to where it was is no commit', () => {
    lead(press('box', 125, 125), [
      [200, 200],
      [125, 125],
    ]);
    expect(commits()).toHaveLength(0);
    expect(it_.surface.lifted.size).toBe(0);
  });
});

describe('resizing', () => {
  beforeEach(() => it_.session.select(['a']));

  it.each([
    [100, 100, 90, 80, { x: 90, y: 80, width: 60, height: 70 }],
    [125, 100, 90, 80, { x: 100, y: 80, width: 50, height: 70 }],
    [150, 100, 160, 80, { x: 100, y: 80, width: 60, height: 70 }],
    [100, 125, 90, 80, { x: 90, y: 100, width: 60, height: 50 }],
    [150, 125, 160, 80, { x: 100, y: 100, width: 60, height: 50 }],
    [100, 150, 90, 180, { x: 90, y: 100, width: 60, height: 80 }],
    [125, 150, 90, 180, { x: 100, y: 100, width: 50, height: 80 }],
    [150, 150, 160, 180, { x: 100, y: 100, width: 60, height: 80 }],
  ])('by the handle at %d, %d is one commit', (x, y, toX, toY, shape) => {
    lead(press('box', x, y), [
      [x, y],
      [toX, toY],
    ]);
    expect(onlyOp()).toMatchObject({ action: 'set', id: 'a', path: 'shape', new: { kind: 'box', ...shape, angle: 0 } });
  });

  it('flips past the other side, and is clipped to the picture', () => {
    lead(press('box', 100, 125), [[900, 125]]);
    expect(onlyOp()?.new).toMatchObject({ x: 150, width: 490 });
  });

  it('to less than three pixels of the screen does nothing, and says so', () => {
    lead(press('box', 100, 125), [[149, 125]]);
    expect(commits()).toHaveLength(0);
    expect(it_.said).toEqual(['Too small for a box.']);
  });

  it('is nothing when it is cancelled, or when it was a click', () => {
    const gesture = press('box', 100, 100);
    gesture.next();
    gesture.next(touch('move', 50, 50));
    gesture.return();
    lead(press('box', 100, 100), [[100, 100]]);
    expect(commits()).toHaveLength(0);
    expect(it_.surface.lifted.size).toBe(0);
  });

  it('does not happen in explore', () => {
    it_.session.readOnly = true;
    lead(press('box', 100, 100), [[50, 50]]);
    expect(commits()).toHaveLength(0);
  });
});

describe('selecting', () => {
  it('by a frame takes what lies wholly in it, and is no commit', () => {
    lead(press('select', 90, 90), [
      [200, 120],
      [200, 200],
    ]);
    expect([...it_.session.selection]).toEqual(['a']);
    lead(press('select', 290, 90, { shift: true }), [[400, 200]], { shift: true });
    expect([...it_.session.selection]).toEqual(['a', 'b']);
    lead(press('select', 500, 300), [[600, 400]]);
    expect(it_.session.selection.size).toBe(0);
    expect(commits()).toHaveLength(0);
    expect(it_.surface.marquee).toBeNull();
  });

  it('by a frame that is cancelled changes nothing', () => {
    it_.session.select(['b']);
    const gesture = press('select', 90, 90);
    gesture.next();
    gesture.next(touch('move', 500, 400));
    expect(it_.surface.marquee).not.toBeNull();
    gesture.return();
    expect([...it_.session.selection]).toEqual(['b']);
    expect(it_.surface.marquee).toBeNull();
  });

  it('by Ctrl adds and takes away', () => {
    lead(press('box', 125, 125), [[125, 125]]);
    lead(press('box', 325, 125, { toggle: true }), [[325, 125]], { toggle: true });
    expect([...it_.session.selection]).toEqual(['a', 'b']);
    lead(press('box', 125, 125, { toggle: true }), [[125, 125]], { toggle: true });
    expect([...it_.session.selection]).toEqual(['b']);
  });

  it('with the select tool drags at once', () => {
    lead(press('select', 325, 125), [[345, 125]]);
    expect([...it_.session.selection]).toEqual(['b']);
    expect(onlyOp()?.new).toMatchObject({ x: 320 });
  });
});

describe('panning', () => {
  it('moves the view with the hand, and edits nothing', () => {
    it_.surface.zoom(4);
    const before = it_.surface.view;
    lead(press('pan', 300, 200), [
      [310, 200],
      [320, 210],
    ]);
    expect(it_.surface.view?.x).toBeCloseTo((before?.x ?? 0) + 25, 6);
    expect(it_.surface.view?.y).toBeCloseTo((before?.y ?? 0) + 12.5, 6);
    expect(commits()).toHaveLength(0);
  });

  it('without moving selects', () => {
    lead(press('pan', 125, 125), [[125, 125]]);
    expect([...it_.session.selection]).toEqual(['a']);
  });
});

describe('cursors', () => {
  const cursor = (name: string, x: number, y: number) => tool(name).cursor(it_.surface, touch('move', x, y));

  it('say what a press would do', () => {
    expect(cursor('box', 125, 125)).toBe('crosshair');
    expect(cursor('select', 125, 125)).toBe('pointer');
    expect(cursor('select', 500, 400)).toBe('default');
    expect(cursor('pan', 125, 125)).toBe('grab');
    it_.session.select(['a']);
    expect(cursor('box', 125, 125)).toBe('move');
    expect(cursor('box', 100, 100)).toBe('nwse-resize');
    expect(cursor('box', 150, 100)).toBe('nesw-resize');
    expect(cursor('box', 125, 100)).toBe('ns-resize');
    expect(cursor('box', 100, 125)).toBe('ew-resize');
    it_.session.readOnly = true;
    expect(cursor('box', 125, 125)).toBe('default');
  });
});
