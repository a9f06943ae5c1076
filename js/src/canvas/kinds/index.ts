// The kinds of shape that the canvas draws. To add one, write its file beside these and name it here.
import './box';
import './ellipse';
import './mask';
import './points';
import './polygon';
import './polyline';
import './skeleton';

export { type Handle, KINDS, kindOf, movedTogether, type Pull, type Reshaped, type ShapeKind } from './kind';
