// Ellipses: from corner to corner of the rectangle around them; with Shift, a circle.
import { ellipseOf } from '../kinds/ellipse';
import { rectTool } from './rect';
import { TOOLS } from './tool';

TOOLS.set(
  'ellipse',
  rectTool({
    kind: 'ellipse',
    name: 'an ellipse',
    shape: ({ x, y, width, height }) =>
      ellipseOf({ cx: x + width / 2, cy: y + height / 2, rx: width / 2, ry: height / 2, angle: 0 }),
  }),
);
