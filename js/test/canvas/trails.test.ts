import { describe, expect, it } from 'vitest';
import { paintTrail, type Stop, stretches } from '../../src/canvas/trails';
import { recorder } from './recorder';

const VIEW = { scale: 2, x: 10, y: 0 };
const stops = (...frames: number[]): Stop[] => frames.map((frame) => ({ frame, x: frame * 10, y: 5 }));

describe('the stretches of a trajectory', () => {
  const kinds = (list: Stop[], frame: number): string[] =>
    stretches(list, frame, VIEW).map(
      ({ future, gap, points }) => `${future ? 'after' : 'until'}${gap ? ' gap' : ''} ${points.length}`,
    );

  it('part at the frame on screen', () => {
    expect(kinds(stops(0, 1, 2, 3, 4), 2)).toEqual(['until 3', 'after 3']);
    expect(kinds(stops(0, 1, 2), 9)).toEqual(['until 3']);
    expect(kinds(stops(0, 1, 2), -1)).toEqual(['after 3']);
  });

  it('part where the track has no box', () => {
    expect(kinds(stops(0, 1, 5, 6), 3)).toEqual(['until 2', 'after gap 2', 'after 2']);
    expect(kinds(stops(0, 5, 9), 9)).toEqual(['until gap 3']);
  });

  it('run through the centres on the stage', () => {
    expect(stretches(stops(0, 1), 1, VIEW)[0]?.points).toEqual([
      { x: 10, y: 10 },
      { x: 30, y: 10 },
    ]);
  });

  it('leave out what is nearer than a pixel, and keep the end', () => {
    const list = Array.from({ length: 1000 }, (_, frame) => ({ frame, x: frame / 100, y: 0 }));
    const [only] = stretches(list, 2000, VIEW);
    expect(only?.points.length).toBeLessThan(25);
    expect(only?.points.at(-1)?.x).toBeCloseTo(10 + 2 * 9.99);
  });

  it('are none for a single box', () => {
    expect(stretches(stops(3), 3, VIEW)).toEqual([]);
  });
});

describe('a trajectory', () => {
  it('is solid in the past, lighter in the future, and leaves the pen as it was', () => {
    const made = recorder();
    paintTrail(made.context, { color: '#123456', stops: stops(0, 1, 2) }, 1, VIEW);
    expect(made.of('globalAlpha').flat()).toEqual([1, 0.45, 1, 1, 0.45]);
    expect(made.of('strokeStyle').flat()).toEqual(['rgba(0, 0, 0, 0.45)', '#123456', '#123456', '#123456']);
    expect(made.of('arc').map(([x]) => x)).toEqual([10, 30, 50]);
    const names = made.calls.map(({ name }) => name);
    expect([names[0], names.at(-1)]).toEqual(['save', 'restore']);
  });
});
