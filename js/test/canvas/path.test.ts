// @vitest-environment happy-dom
// Drawing point by point, and what is made of polygons.
import { beforeEach, describe, expect, it } from 'vitest';
import { Keyboard } from '../../src/canvas/keyboard';
import { TOOLS, type Touch } from '../../src/canvas/tools';
import type { ObjectData, Op } from '../../src/shared/protocol';
import { box } from '../fake';
import { lead, type Scene, scene, touch } from './surface';

type Pair = [number, number];
const ring = (x: number, y: number, side: number): Pair[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];
const polygon = (id: string, points: Pair[], more: Partial<ObjectData> = {}): ObjectData =>
  box(id, 'id-car', { shape: { kind: 'polygon', points, holes: [] }, ...more });

let it_: Scene;
let keyboard: Keyboard;
const click = (name: string, x: number, y: number, more: Partial<Touch> = {}): void => {
  const gesture = TOOLS.get(name)?.press(it_.surface, touch('press', x, y, more));
  if (gesture) lead(gesture, [[x, y]], more);
};
const drag = (name: string, ...points: Pair[]): void => {
  const [[x, y], ...rest] = points as [Pair, ...Pair[]];
  const gesture = TOOLS.get(name)?.press(it_.surface, touch('press', x, y));
  if (gesture) lead(gesture, rest);
};
const points = (op: Op | undefined): Pair[] => (op?.new as { points?: Pair[] } | undefined)?.points ?? [];
const ops = (): Op[] => it_.session.commits.flatMap((commit) => commit.ops);
const made = (): Pair[] => ((ops()[0]?.new as unknown as ObjectData | undefined)?.shape.points ?? []) as Pair[];

const begin = (objects: ObjectData[] = []): void => {
  it_ = scene(objects);
  keyboard = new Keyboard(it_.surface, { perform: () => {} }, { busy: false, cancel: () => false }, it_.owner.signal);
};
beforeEach(() => begin());

describe('a polygon', () => {
  const three: Pair[] = [
    [100, 100],
    [200, 100],
    [200, 200],
  ];

  it.each([
    ['its first vertex', () => click('polygon', 101, 101)],
    ['its last vertex', () => click('polygon', 200, 200)],
    ['Enter', () => keyboard.before('done')],
  ])('is closed by %s, as one commit', (_, close) => {
    for (const [x, y] of three) click('polygon', x, y);
    expect(it_.session.commits).toHaveLength(0);
    close();
    expect(it_.session.commits).toHaveLength(1);
    expect(ops()).toMatchObject([
      { action: 'create', item: 'a.jpg', new: { shape: { kind: 'polygon', points: three, holes: [] } } },
    ]);
    expect(it_.surface.draft).toBeNull();
    expect([...it_.session.selection]).toEqual([ops()[0]?.id]);
  });

  it('is not closed by too few points, which stay', () => {
    click('polygon', 100, 100);
    click('polygon', 200, 100);
    keyboard.before('done');
    expect(it_.said.at(-1)).toBe('A polygon needs 3 points; there are 2.');
    click('polygon', 200, 200);
    keyboard.before('done');
    expect(made()).toEqual(three);
  });

  it('loses its last vertex by Backspace, and its first one with all of it', () => {
    for (const [x, y] of three) click('polygon', x, y);
    keyboard.before('delete');
    click('polygon', 250, 250);
    keyboard.before('done');
    expect(made()).toEqual([...three.slice(0, 2), [250, 250]]);
    click('polygon', 400, 300);
    expect(keyboard.before('undo')).toBe(true);
    expect(it_.surface.draft).toBeNull();
  });

  it('is forgotten by Escape', () => {
    for (const [x, y] of three) click('polygon', x, y);
    keyboard.perform('escape');
    expect(it_.surface.draft).toBeNull();
    expect(ops()).toEqual([]);
  });

  it('is made on its own item when the person goes on', () => {
    for (const [x, y] of three) click('polygon', x, y);
    it_.session.item = { ...(it_.session.item as NonNullable<typeof it_.session.item>), key: 'b.jpg' };
    it_.surface.leave();
    expect(ops()).toMatchObject([{ action: 'create', item: 'a.jpg', new: { item: 'a.jpg' } }]);
    expect(it_.said.at(-1)).toContain('item before');
  });

  it('is told to cross itself, and kept', () => {
    for (const [x, y] of [
      [100, 100],
      [200, 200],
      [200, 100],
      [100, 200],
    ] as Pair[])
      click('polygon', x, y);
    keyboard.before('done');
    expect(ops()).toHaveLength(1);
    expect(it_.said.at(-1)).toContain('crosses itself');
  });

  it('goes by multiples of 45° with Shift, and stays in the picture', () => {
    click('polygon', 100, 100);
    click('polygon', 200, 110, { shift: true });
    click('polygon', 900, 470, { alt: true });
    keyboard.before('done');
    expect(made()).toEqual([
      [100, 100],
      [200, 100],
      [640, 470],
    ]);
  });

  it('is drawn freehand with few points, and closed where it began', () => {
    const round = Array.from({ length: 200 }, (_, at): Pair => {
      const angle = (at / 199) * 2 * Math.PI;
      return [300 + 100 * Math.cos(angle), 200 + 100 * Math.sin(angle)];
    });
    drag('polygon', ...round);
    expect(ops()).toHaveLength(1);
    expect(made().length).toBeGreaterThan(8);
    expect(made().length).toBeLessThan(40);
  });

  it('may be drawn by clicks and freehand, and a stroke is one step back', () => {
    click('polygon', 100, 100);
    drag('polygon', [150, 100], [170, 140], [200, 100], [240, 150]);
    click('polygon', 100, 300);
    keyboard.before('delete');
    keyboard.before('delete');
    click('polygon', 300, 100);
    click('polygon', 100, 300);
    keyboard.before('done');
    expect(made()).toEqual([
      [100, 100],
      [300, 100],
      [100, 300],
    ]);
  });

  it('is drawn by keys alone', () => {
    const { surface, session } = it_;
    session.tool = 'polygon';
    for (const [x, y] of three) {
      surface.set({ cross: { x, y } });
      keyboard.perform('corner');
    }
    surface.set({ cross: { x: 100, y: 100 } });
    keyboard.perform('corner');
    expect(made()).toEqual(three);
  });

  it('is not begun where nothing can be drawn', () => {
    it_.session.readOnly = true;
    click('polygon', 100, 100);
    expect(it_.surface.draft).toBeNull();
  });
});

describe('a hole', () => {
  beforeEach(() => {
    begin([polygon('a', ring(100, 100, 200))]);
    it_.session.select(['a']);
  });

  it('is drawn with Alt inside the selected polygon, as one change of its shape', () => {
    click('polygon', 150, 150, { alt: true });
    click('polygon', 200, 150);
    click('polygon', 200, 200);
    keyboard.before('done');
    const hole = [
      [150, 150],
      [200, 150],
      [200, 200],
    ];
    expect(ops()).toMatchObject([
      { action: 'set', id: 'a', path: 'shape', new: { points: ring(100, 100, 200), holes: [hole] } },
    ]);
  });

  it('must lie inside, and can be corrected', () => {
    click('polygon', 150, 150, { alt: true });
    click('polygon', 200, 150);
    click('polygon', 400, 200);
    keyboard.before('done');
    expect(ops()).toEqual([]);
    expect(it_.said.at(-1)).toContain('inside');
    keyboard.before('delete');
    click('polygon', 200, 200);
    keyboard.before('done');
    expect(ops()).toHaveLength(1);
  });
});

describe('cut', () => {
  beforeEach(() => begin([polygon('a', ring(100, 100, 100), { attributes: { colour: 'red' } })]));

  it('makes two of one, of the same class and attributes, in one commit', () => {
    it_.session.select(['a']);
    drag('cut', [50, 150], [120, 150], [250, 150]);
    expect(it_.session.commits).toHaveLength(1);
    expect(ops().map(({ action }) => action)).toEqual(['set', 'create']);
    expect(ops()[1]?.new).toMatchObject({ class_id: 'id-car', attributes: { colour: 'red' } });
    expect(it_.said.at(-1)).toBe('Cut into 2.');
  });

  it('goes by clicks and Enter too', () => {
    it_.session.select(['a']);
    click('cut', 150, 50);
    click('cut', 150, 250);
    keyboard.before('done');
    expect(ops()).toHaveLength(2);
  });

  it('says what is missing', () => {
    drag('cut', [50, 150], [250, 150]);
    expect(it_.said.at(-1)).toContain('Select a polygon');
    it_.session.select(['a']);
    drag('cut', [50, 150], [150, 150]);
    expect(it_.said.at(-1)).toContain('from side to side');
    expect(ops()).toEqual([]);
    expect(it_.surface.draft).toBeNull();
  });
});

describe('the actions', () => {
  const perform = (name: string, ...ids: string[]): void => {
    it_.session.select(ids);
    keyboard.perform(name);
  };

  it('join what overlaps, in one commit', () => {
    begin([polygon('a', ring(100, 100, 100)), polygon('b', ring(150, 100, 100))]);
    perform('join', 'a', 'b');
    expect(it_.session.commits).toHaveLength(1);
    expect(ops()).toMatchObject([
      { action: 'set', id: 'a', path: 'shape' },
      { action: 'delete', id: 'b' },
    ]);
  });

  it('do not join what is apart, or of different classes', () => {
    begin([
      polygon('a', ring(100, 100, 50)),
      polygon('b', ring(300, 100, 50)),
      polygon('c', ring(120, 100, 50), { class_id: 'id-bus' }),
    ]);
    perform('join', 'a');
    expect(it_.said.at(-1)).toContain('two polygons');
    perform('join', 'a', 'b');
    expect(it_.said.at(-1)).toContain('do not all touch');
    perform('join', 'a', 'c');
    expect(it_.said.at(-1)).toContain('different classes');
    expect(ops()).toEqual([]);
  });

  it('take away from the first that was selected', () => {
    begin([polygon('a', ring(100, 100, 100)), polygon('b', ring(120, 120, 20))]);
    perform('subtract', 'a', 'b');
    expect(ops()).toHaveLength(1);
    expect(ops()[0]).toMatchObject({ action: 'set', id: 'a', new: { holes: [expect.any(Array)] } });
    perform('subtract');
    begin([polygon('a', ring(100, 100, 100)), polygon('b', ring(120, 120, 20)), polygon('c', ring(300, 300, 9))]);
    perform('subtract', 'a', 'c');
    expect(it_.said.at(-1)).toContain('do not overlap');
    it_.session.select([]);
    perform('subtract', 'b', 'a');
    expect(it_.said.at(-1)).toContain('Nothing of it');
    expect(ops()).toEqual([]);
  });

  it('simplify, and say how many points are left', () => {
    const round = Array.from({ length: 300 }, (_, at): Pair => {
      const angle = (at / 300) * 2 * Math.PI;
      return [300 + 100 * Math.cos(angle), 200 + 100 * Math.sin(angle)];
    });
    begin([polygon('a', round)]);
    perform('simplify', 'a');
    const first = points(ops()[0]).length;
    expect(first).toBeLessThan(60);
    expect(it_.said.at(-1)).toBe(`${first} of 300 points are left.`);
    it_.session.show([polygon('a', points(ops()[0]))]);
    perform('simplify', 'a');
    expect(points(ops()[1]).length).toBeLessThan(first);
  });
});
