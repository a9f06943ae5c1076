"""Reading and writing other programs' files: one file, or one folder, per format."""

from ipyannotator.formats import (
    coco,
    cvat,
    folders,
    hugging_face,
    label_studio,
    labelme,
    masks,
    mot,
    open_images,
    tables,
    via,
    voc,
    web_annotation,
    yolo,
)
from ipyannotator.formats.base import FORMATS, Content, Format, Holds, Reading, Sample, Thing, find_format

__all__ = [
    "FORMATS", "Content", "Format", "Holds", "Reading", "Sample", "Thing", "coco", "cvat", "find_format", "folders", "hugging_face", "label_studio", "labelme", "masks", "mot", "open_images", "tables", "via", "voc", "web_annotation", "yolo",
]  # fmt: skip
