// A draft: something that is being drawn and is not an object yet. It may take one gesture or many, by hand or by keys.
import type { Point, View } from './view';

export interface Draft {
  /** Draw it, in CSS pixels of the stage, in the colour of the class in use. */
  paint(context: CanvasRenderingContext2D, view: View, color: string): void;
  /** The pointer or the crosshair is at a point of the picture, with nothing pressed. */
  follow?(to: Point, shift: boolean): void;
  /** Make an object of it, as by Enter. */
  finish?(): void;
  /** Take its last step back, as by Undo or Backspace; returns whether there was one. Without steps it ends. */
  back?(): boolean;
  /**
   * The person goes on to another item or tool. What is far enough to be an object is made one; nothing that was drawn
   * is thrown away. Without it, the draft is forgotten.
   */
  leave?(): void;
  /** It is on screen no more, however it ended. */
  end?(): void;
}
