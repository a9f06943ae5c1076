// Cut: a line across the selected polygons makes two or more of each. A drag cuts at once; clicks set the line's points.
import { isPolygon } from '../kinds/polygon';
import { cutAlong } from '../reforming';
import { pathTool } from './path';
import { TOOLS } from './tool';

TOOLS.set(
  'cut',
  pathTool({
    name: 'a cut',
    closed: false,
    least: 2,
    stroke: true,
    leaves: false,
    target(surface) {
      if (surface.editable.some(({ shape }) => isPolygon(shape))) return 'selected';
      surface.say('Select a polygon first: Ctrl with a click.');
      return null;
    },
    make(surface, points) {
      if (!cutAlong(surface, points)) {
        // Nothing of the line is of use any more, unlike the points of a shape.
        surface.set({ draft: null });
        return 'The line does not go through a selected polygon from side to side.';
      }
      return '';
    },
  }),
);
