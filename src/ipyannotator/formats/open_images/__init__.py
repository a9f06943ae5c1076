"""Open Images V7: tables of boxes and of labels of whole images (https://storage.googleapis.com/openimages/web/).

    annotations/class-descriptions-boxable.csv                   LabelName and name of each class; no heads of columns
    annotations/image_ids_and_rotation.csv                       ImageID,Subset,OriginalURL,…,Rotation
    annotations/train-annotations-bbox.csv                       ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,
                                                                 IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside
    annotations/train-annotations-human-imagelabels.csv          ImageID,Source,LabelName,Confidence
    annotations/train-annotations-machine-imagelabels.csv        the same, of what has a score
    images/train/000002b66c9c498e.jpg                            the pictures, when they are copied or linked

Coordinates are fractions of the picture's width and height, from its top left corner. `Rotation` of the official lists
is how the author had held the camera; boxes and pictures are both without it. Of a flag 1 is yes, 0 no and -1 unknown,
which is no attribute at all. Confidence is 1 for what people have said; 0 of their label is “verified to be absent”.

Of a folder every table is known by the heads of its columns, and its part by the beginning of its name, so official
files, those of annotation programs, and those of challenges come in; of one image they may say something in several
places (`tables.py`). An ImageID has no folder and no ending; the names of items that cannot be found again by theirs
are in the mark (`names.py`).
"""

from ipyannotator.formats.open_images.format import OpenImages
from ipyannotator.formats.open_images.rows import ATTRIBUTES

__all__ = ["ATTRIBUTES", "OpenImages"]
