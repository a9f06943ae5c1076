// Skeletons: a rectangle is drawn, and the template of the class in use fills it; its joints are then dragged.
import { skeletonIn } from '../kinds/skeleton';
import { rectTool } from './rect';
import { TOOLS } from './tool';

TOOLS.set('skeleton', rectTool({ kind: 'skeleton', name: 'a skeleton', shape: skeletonIn }));
