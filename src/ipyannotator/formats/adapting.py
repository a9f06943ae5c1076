"""Shapes of one kind as shapes of another: for a format, or a task, that takes only some kinds.

What loses least comes first: a box is a polygon of four corners, an ellipse nearly one of sixty-four; pixels are what
is left of an outline; and the box around it is what is left of anything that covers something.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from ipyannotator.errors import InvalidValue, MissingPackage
from ipyannotator.formats.base import Size
from ipyannotator.model import Box, Ellipse, Mask, Polygon, Shape
from ipyannotator.model.classes import takes

Way = Callable[[Shape, Size | None], Shape | None]
"""Makes a shape of another one on an image of a size; None where it cannot."""


def _corners(shape: Shape, _: Size | None) -> Shape | None:
    return Polygon.from_box(shape) if isinstance(shape, Box) else None


def _outline(shape: Shape, _: Size | None) -> Shape | None:
    if isinstance(shape, Ellipse):
        return shape.to_polygon()
    if not isinstance(shape, Mask):
        return None
    try:
        parts = shape.to_polygons()
    except MissingPackage:
        return None
    return parts[0] if len(parts) == 1 else None


def _pixels(shape: Shape, size: Size | None) -> Shape | None:
    if isinstance(shape, Ellipse):
        shape = shape.to_polygon()
    elif isinstance(shape, Box):
        shape = Polygon.from_box(shape)
    if size is None or not isinstance(shape, Polygon):
        return None
    try:
        return shape.to_mask(size[1], size[0])
    except InvalidValue:  # it covers the centre of no pixel
        return None


def _bounds(shape: Shape, _: Size | None) -> Shape | None:
    left, top, right, bottom = shape.bounds()
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


WAYS: Final[dict[str, dict[str, Way]]] = {
    "box": {"polygon": _corners, "mask": _pixels, "box": _bounds},
    "ellipse": {"polygon": _outline, "mask": _pixels, "box": _bounds},
    "polygon": {"mask": _pixels, "box": _bounds},
    "mask": {"polygon": _outline, "box": _bounds},
    "skeleton": {"box": _bounds},
}
"""By kind: what can be made of it, and how, the best first. Another kind of shape may add its own."""


def adapt(shape: Shape, kinds: Collection[str], size: Size | None) -> Shape | None:
    """Return a shape as one of some kinds; None where there is no way.

    Args:
        shape: what there is.
        kinds: the kinds that are taken; `rotated_box` is a box at any angle. None at all takes every one.
        size: of the image in pixels, where it is known: pixels need it.
    """
    if takes(kinds, shape):
        return shape
    if shape.kind == "box" and "box" in kinds:
        return _bounds(shape, size)  # who takes boxes wants a box
    for kind, way in WAYS.get(shape.kind, {}).items():
        if kind in kinds or (kind == "box" and "rotated_box" in kinds):
            made = way(shape, size)
            if made is not None:
                return made
    return None
