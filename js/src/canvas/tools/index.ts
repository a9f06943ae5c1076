// The tools of the canvas. To add one, write its file beside these and name it here.
import './assist';
import './box';
import './brush';
import './cut';
import './ellipse';
import './hand';
import './points';
import './polygon';
import './polyline';
import './rotated';
import './select';
import './skeleton';
import './wand';

export { pan } from './hand';
export { type Gesture, TOOLS, type Tool, type Touch } from './tool';
