import { describe, expect, it } from 'vitest';
import {
  colorOf,
  inkOn,
  paintActive,
  paintCross,
  paintCrowd,
  paintDraft,
  paintMarquee,
  paintObjects,
  paintPicture,
  within,
} from '../../src/canvas/paint';
import type { ClassData, ObjectData } from '../../src/shared/protocol';
import { box, named } from '../fake';
import { many, Random } from './random';
import { type Recorder, recorder } from './recorder';

const STAGE = { width: 900, height: 600 };
const WHOLE = { scale: 1, x: 0, y: 0 };
const PALETTE = new Map<string, ClassData>(
  [named('car', 0, { color: '#0072b2' }), named('bus', 1, { color: '#f0e442' })].map((each) => [each.id, each]),
);

function objects(count: number, more: (at: number) => Partial<ObjectData> = () => ({})): ObjectData[] {
  const random = new Random(count);
  return Array.from({ length: count }, (_, at) => {
    const shape = { kind: 'box', ...random.rect(STAGE), angle: 0 };
    return box(`o${at}`, random.pick(['id-car', 'id-bus', null]), { shape, ...more(at) });
  });
}

function painted(list: readonly ObjectData[], skip = new Map<string, unknown>(), view = WHOLE): Recorder {
  const made = recorder();
  paintObjects(made.context, list, PALETTE, view, STAGE, skip);
  return made;
}

/** WCAG 2: how far apart two colours are, from 1 to 21. */
function contrast(a: string, b: string): number {
  const light = (color: string): number => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
    const [red = 0, green = 0, blue = 0] = parts.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [light(a), light(b)].sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

describe('inkOn', () => {
  it('can be read on every colour: at least 4.5 to 1, and better than the other ink', () => {
    many((random) => {
      const color = `#${Math.floor(random.next() * 2 ** 24)
        .toString(16)
        .padStart(6, '0')}`;
      const ink = inkOn(color);
      const other = ink === '#000000' ? '#ffffff' : '#000000';
      expect(contrast(color, ink)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color, ink)).toBeGreaterThanOrEqual(contrast(color, other) - 0.1);
    });
  });

  it('reads short colours, and has an answer for any other', () => {
    expect(inkOn('#fff')).toBe('#000000');
    expect(inkOn('#000')).toBe('#ffffff');
    expect(inkOn('tomato')).toMatch(/^#(000000|ffffff)$/);
  });
});

describe('paintObjects', () => {
  it('changes its style for a colour, not for an object', () => {
    const few = painted(objects(1000));
    const many_ = painted(objects(10_000));
    expect(many_.sets.length).toBe(few.sets.length);
    // Three colours, each with a width and a colour.
    expect(many_.sets.length).toBeLessThanOrEqual(3 * 2);
    expect(many_.of('setLineDash').length).toBeLessThanOrEqual(3 * 2);
  });

  it('draws every object once when there are many, and with a casing when there are few', () => {
    expect(painted(objects(1000)).of('strokeRect')).toHaveLength(1000);
    expect(painted(objects(300)).of('strokeRect')).toHaveLength(600);
  });

  it('names few, and none when there are many', () => {
    const named_ = (count: number): number =>
      painted(objects(count, () => ({ class_id: 'id-car' }))).of('fillText').length;
    expect(named_(300)).toBe(300);
    expect(named_(301)).toBe(0);
  });

  it('leaves out what is lifted, and what is out of sight', () => {
    const list = [box('a', 'id-car'), box('b', 'id-car'), box('c', null)];
    expect(painted(list, new Map([['b', null]])).of('strokeRect')).toHaveLength(4);
    expect(painted(list, new Map(), { scale: 1, x: 2000, y: 0 }).of('strokeRect')).toHaveLength(0);
    // Many of which few are in sight are few.
    const far = objects(2000, (at) => ({
      shape: { kind: 'box', x: at * 1000, y: 0, width: 10, height: 10, angle: 0 },
    }));
    expect(painted(far).of('strokeRect')).toHaveLength(2);
  });

  it('dashes what a model suggests, and nothing else', () => {
    const made = painted([box('a', 'id-car'), box('b', 'id-car', { origin: 'model', score: 0.876 })]);
    expect(made.of('setLineDash').filter(([dash]) => (dash as number[]).length)).toHaveLength(1);
    expect(made.of('fillText').map(([text]) => text)).toEqual(['car', 'car ? 0.88']);
    expect(made.of('setLineDash').at(-1)).toEqual([[]]);
  });

  it('passes over kinds that it does not know', () => {
    expect(painted([box('a', null, { shape: { kind: 'spline' } })]).of('strokeRect')).toHaveLength(0);
  });

  it('draws names as text, cut to forty characters', () => {
    const name = `<img src=x onerror=alert(1)> ${'😀'.repeat(40)}`;
    const palette = new Map([['id', { ...named('x', 0), id: 'id', name }]]);
    const { context, of } = recorder();
    paintObjects(context, [box('a', 'id')], palette, WHOLE, STAGE, new Map());
    const [[text]] = of('fillText') as [[string]];
    expect(text.startsWith('<img src=x onerror=alert(1)> ')).toBe(true);
    expect([...text]).toHaveLength(40);
    expect(text.endsWith('…')).toBe(true);
  });

  it('keeps names on the stage', () => {
    const shape = { kind: 'box', x: -20, y: 3, width: 100, height: 50, angle: 0 };
    const [[, x, y]] = painted([box('a', 'id-car', { shape })]).of('fillText') as [[string, number, number]];
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
  });
});

describe('the rest', () => {
  const look = { handles: true, tag: true, selected: true };

  it('shows a selected object with eight handles and its name', () => {
    const { context, of } = recorder();
    const object = box('a', 'id-car');
    paintActive(context, { object, shape: object.shape }, PALETTE, WHOLE, look);
    expect(of('strokeRect')).toHaveLength(2 + 8);
    expect(of('fillRect')).toHaveLength(8 + 1);
    expect(of('fillText').map(([text]) => text)).toEqual(['car']);
  });

  it('shows it where it is being moved to', () => {
    const { context, of } = recorder();
    const shape = { kind: 'box', x: 200, y: 100, width: 30, height: 40, angle: 0 };
    paintActive(context, { object: box('a', null), shape }, PALETTE, WHOLE, { ...look, handles: false });
    expect(of('strokeRect')).toEqual([
      [200, 100, 30, 40],
      [200, 100, 30, 40],
    ]);
  });

  it('places the picture by its region, and shows pixels as squares from four times on', () => {
    const bitmap = { width: 320, height: 240 } as ImageBitmap;
    const media = { id: 'm', region: [100, 50, 320, 240] as [number, number, number, number], mime: '', note: '' };
    const { context, of } = recorder();
    paintPicture(context, { bitmap, media }, { scale: 2, x: 10, y: 20 });
    expect(of('drawImage')).toEqual([[bitmap, 210, 120, 640, 480]]);
    expect(of('imageSmoothingEnabled')).toEqual([[true]]);
    paintPicture(context, { bitmap, media }, { scale: 4, x: 0, y: 0 });
    expect(of('imageSmoothingEnabled').at(-1)).toEqual([false]);
  });

  it('draws the crosshair across the whole stage', () => {
    const { context, of } = recorder();
    paintCross(context, { x: 100.2, y: 50.7 }, STAGE);
    expect(of('moveTo')).toContainEqual([100.5, 0]);
    expect(of('lineTo')).toContainEqual([100.5, 600]);
    expect(of('lineTo')).toContainEqual([900, 51.5]);
  });

  it('draws a draft and a frame in stage pixels', () => {
    const { context, of } = recorder();
    const view = { scale: 2, x: 1, y: 1 };
    paintDraft(context, { x: 10, y: 10, width: 20, height: 5 }, '#112233', view);
    paintMarquee(context, { x: 10, y: 10, width: 20, height: 5 }, view);
    for (const rect of [...of('strokeRect'), ...of('fillRect')]) expect(rect).toEqual([21, 21, 40, 10]);
    expect(of('strokeStyle')).toContainEqual(['#112233']);
  });

  it('gives an object without a known class a neutral colour', () => {
    expect(colorOf({ class_id: 'id-car' }, PALETTE)).toBe('#0072b2');
    const neutral = colorOf({}, PALETTE);
    expect(colorOf({ class_id: 'gone' }, PALETTE)).toBe(neutral);
    expect(colorOf({ class_id: null }, PALETTE)).toBe(neutral);
  });

  it('a frame takes what lies wholly in it', () => {
    const frame = { x: 0, y: 0, width: 100, height: 100 };
    expect(within({ x: 0, y: 0, width: 100, height: 100 }, frame)).toBe(true);
    expect(within({ x: 50, y: 50, width: 51, height: 10 }, frame)).toBe(false);
  });
});

describe('paintCrowd', () => {
  it('changes its style for a colour, not for an object', () => {
    const styles = (count: number): number => {
      const { context, sets } = recorder();
      const crowd = objects(count).map((object) => ({ object, shape: object.shape }));
      paintCrowd(context, crowd, PALETTE, WHOLE, STAGE);
      return sets.length;
    };
    expect(styles(5000)).toBe(styles(500));
    expect(styles(5000)).toBe(4 * 2);
  });
});

describe('the id of a track', () => {
  const texts = (more: Partial<ObjectData>): unknown[] =>
    painted([box('a', 'id-car', more)])
      .of('fillText')
      .map(([text]) => text);

  it('stands beside the name of the class, and alone where there is none', () => {
    expect(texts({ track: '3' })).toEqual(['car #3']);
    expect(texts({ track: null })).toEqual(['car']);
    expect(texts({ track: '3', class_id: null })).toEqual(['#3']);
    expect(texts({ track: '3', origin: 'model', score: 0.5 })).toEqual(['car #3 ? 0.50']);
  });
});
