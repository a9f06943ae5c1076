// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { toEdge, toVertex } from '../../src/canvas/snapping';
import { box } from '../fake';
import { scene } from './surface';

// 1.25 CSS pixels per pixel: six of them are 4.8 of the picture.
const square = box('a', 'id-car', { shape: { kind: 'box', x: 100, y: 100, width: 50, height: 50, angle: 0 } });
const at = (x: number, y: number, alt = false) => ({ point: { x, y }, alt });

describe('snapping', () => {
  it('is to the edge of the picture, each side for itself', () => {
    const { surface } = scene();
    expect(toEdge(surface, at(4, 200))).toEqual({ x: 0, y: 200 });
    expect(toEdge(surface, at(637, 476))).toEqual({ x: 640, y: 480 });
    expect(toEdge(surface, at(644, -3))).toEqual({ x: 640, y: 0 });
    expect(toEdge(surface, at(5, 474))).toEqual({ x: 5, y: 474 });
  });

  it('is to the nearest corner of another object before the edge, and never to its own', () => {
    const { surface } = scene([square]);
    expect(toVertex(surface, at(103, 97))).toEqual({ x: 100, y: 100 });
    expect(toVertex(surface, at(147, 152))).toEqual({ x: 150, y: 150 });
    expect(toVertex(surface, at(110, 110))).toEqual({ x: 110, y: 110 });
    expect(toVertex(surface, at(103, 97), 'a')).toEqual({ x: 103, y: 97 });
    expect(toVertex(surface, at(2, 300))).toEqual({ x: 0, y: 300 });
  });

  it('is closer on the screen, however much is enlarged', () => {
    const { surface } = scene([square]);
    surface.zoom(4, { x: 50, y: 0 });
    expect(toVertex(surface, at(103, 97))).toEqual({ x: 103, y: 97 });
    expect(toVertex(surface, at(101, 100))).toEqual({ x: 100, y: 100 });
  });

  it('is off while Alt is held', () => {
    const { surface } = scene([square]);
    expect(toVertex(surface, at(103, 97, true))).toEqual({ x: 103, y: 97 });
    expect(toEdge(surface, at(4, 200, true))).toEqual({ x: 4, y: 200 });
  });
});
