"""CVAT's own XML, version 1.1 (https://docs.cvat.ai/docs/other/xml_format): “for images”, and “for video” in reading.

One file: `<meta>` with the labels, then one `<image>` for each item with the shapes on it (`shapes.py`).
Coordinates are in pixels from the top left corner, as floats; `rotation` is clockwise around the centre, in degrees.
A path that ends in `.xml` is that file; a folder gets it as `annotations.xml`, with the pictures in `images/`.

“For video” has one `<track>` for each object instead, with a shape for each frame: those that CVAT has put in between
are in the file, so nothing has to be computed. A shape with `outside="1"` says where its object is gone, and is no
object. Frames are called `frame_000000` as CVAT names their pictures, unless there is an `<image>` of this id.
"""

from ipyannotator.formats.cvat.format import Cvat

__all__ = ["Cvat"]
