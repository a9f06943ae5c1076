"""Annotators: one file per pair of input and output."""

from ipyannotator.pairs import explore, image_bbox
from ipyannotator.pairs.base import PAIRS, BaseAnnotator

__all__ = ["PAIRS", "BaseAnnotator", "explore", "image_bbox"]
