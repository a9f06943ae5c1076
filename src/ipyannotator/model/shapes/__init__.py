"""Geometric values, one file for each family; `base.py` says what a shape is and how to add a kind."""

from ipyannotator.model.shapes.base import (
    SHAPES,
    Bounds,
    Shape,
    UnknownShape,
    Whole,
    decode_shape,
    encode_shape,
)
from ipyannotator.model.shapes.box import Box
from ipyannotator.model.shapes.ellipse import Ellipse
from ipyannotator.model.shapes.mask import Mask
from ipyannotator.model.shapes.points import Points, Skeleton
from ipyannotator.model.shapes.polygon import Polygon, Polyline

__all__ = [
    "SHAPES", "Bounds", "Box", "Ellipse", "Mask", "Points", "Polygon", "Polyline", "Shape", "Skeleton",
    "UnknownShape", "Whole", "decode_shape", "encode_shape",
]  # fmt: skip
