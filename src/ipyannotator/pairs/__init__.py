"""Annotators: one file per pair of input and output, and per view of a step."""

from ipyannotator.pairs import capture, explore, image_bbox, image_label, image_shapes, video_bbox
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.view import View

__all__ = [
    "PAIRS",
    "BaseAnnotator",
    "View",
    "capture",
    "explore",
    "image_bbox",
    "image_label",
    "image_shapes",
    "video_bbox",
]
