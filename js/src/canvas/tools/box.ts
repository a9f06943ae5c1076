// Boxes: from corner to corner.
import { boxOf } from '../geometry';
import { rectTool } from './rect';
import { TOOLS } from './tool';

TOOLS.set('box', rectTool({ kind: 'box', name: 'a box', shape: boxOf }));
