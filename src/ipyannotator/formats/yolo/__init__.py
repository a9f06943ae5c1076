"""YOLO: `data.yaml`, `images/` and `labels/` (https://docs.ultralytics.com/datasets/).

For each image one text file of the same name under `labels/`, one line per object: the class's number from 0, then
fractions of the image's width and height, which differ by what is to be learned (`lines.py`): boxes, outlines,
keypoints, turned boxes. Each is a format of its own. An image without objects has an empty
file. Written with ten decimals at most; in reading, an edge that is within a millionth of the image's size of a whole
pixel is that pixel, since six decimals are common.

`reading.py` has the reading, which knows more layouts than the one that is written.
"""

from ipyannotator.formats.yolo.format import Yolo

__all__ = ["Yolo"]
