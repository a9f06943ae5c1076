// Polylines, point by point or freehand.
import { polylineOf } from '../kinds/polyline';
import { addOn, pathTool } from './path';
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
      addOn(surface, polylineOf([points]), item, 'Polyline drawn');
      return '';
    },
  }),
);
