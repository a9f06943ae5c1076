"""COCO: one JSON file with images, annotations and categories (https://cocodataset.org/#format-data).

Boxes are `[x, y, width, height]` in pixels from the top left corner, as floats; polygons are lists of coordinates,
masks run-length text, skeletons keypoints (`shapes.py`). Category, image and annotation ids
begin at 1, since evaluation takes an annotation of id 0 for none. A path that ends in `.json` is one file; a folder
gets `images/` and `annotations/instances_<split>.json`, `instances_default.json` without splits.

Beyond the standard: `score` and `attributes` of an annotation are written where there are any, as other tools do.
"""

from ipyannotator.formats.coco.format import CROWD, Coco

__all__ = ["CROWD", "Coco"]
