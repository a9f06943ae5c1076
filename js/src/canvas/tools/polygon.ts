// Polygons, point by point or freehand. With Alt at the first click inside the selected polygon, a hole of it.
import { addObject } from '../adding';
import { isPolygon, polygonOf, ringsOf } from '../kinds/polygon';
import { cutHole } from '../reforming';
import { crosses, insideRings } from '../rings';
import { pathTool } from './path';
import { TOOLS } from './tool';

TOOLS.set(
  'polygon',
  pathTool({
    name: 'a polygon',
    makes: 'polygon',
    closed: true,
    least: 3,
    leaves: true,
    target(surface, touch) {
      const [only, ...more] = surface.editable;
      if (!touch?.alt || !only || more.length || !isPolygon(only.shape)) return '';
      return insideRings(ringsOf(only.shape), touch.point) ? only.id : '';
    },
    make(surface, points, target, item) {
      if (target) {
        const why = cutHole(surface, target, points);
        if (!why) surface.say('A hole was cut.');
        return why;
      }
      addObject(surface, polygonOf([points]), `${points.length} points`, item);
      // It may be meant, and is kept: what is inside then is what an odd number of its edges is around.
      if (crosses([points])) surface.say('This polygon crosses itself. It was kept as drawn.');
      return '';
    },
  }),
);
