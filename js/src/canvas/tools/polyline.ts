// Polylines, point by point or freehand.
import { addObject } from '../adding';
import { polylineOf } from '../kinds/polyline';
import { pathTool } from './path';
import { TOOLS } from './tool';

TOOLS.set(
  'polyline',
  pathTool({
    name: 'a polyline',
    makes: 'polyline',
    closed: false,
    least: 2,
    leaves: true,
    make(surface, points, _, item) {
      addObject(surface, polylineOf([points]), `${points.length} points`, item);
      return '';
    },
  }),
);
