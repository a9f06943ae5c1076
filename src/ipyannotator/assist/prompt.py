"""What an assistant is asked: points on a thing, points beside it, a box around it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Shape

_POINT = 3
"""How many values a point of a message has."""


class Prompt(NamedTuple):
    """What a person points at, in pixels of the full-resolution image.

    Attributes:
        points: `(x, y, positive)`: a click on the thing, or, where `positive` is false, on what does not belong to it.
        box: `(x, y, width, height)` around the thing, or None.
    """

    points: tuple[tuple[float, float, bool], ...] = ()
    box: tuple[float, float, float, float] | None = None

    def pixels(self, width: int, height: int, *, positive: bool) -> list[tuple[int, int]]:
        """Return the columns and rows of the points of one kind that are on an image of this size."""
        found = [(math.floor(x), math.floor(y)) for x, y, kind in self.points if kind == positive]
        return [(x, y) for x, y in found if 0 <= x < width and 0 <= y < height]

    def inside(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """Return the box in whole pixels within an image of this size, `(left, top, right, bottom)`.

        None where there is no box, or nothing of the image in it.
        """
        if self.box is None:
            return None
        x, y, wide, high = self.box
        left, top = max(0, math.floor(x)), max(0, math.floor(y))
        right, bottom = min(width, math.ceil(x + wide)), min(height, math.ceil(y + high))
        return (left, top, right, bottom) if left < right and top < bottom else None


Assistant = Callable[[Item, Prompt], "Shape | None"]
"""Is called with the item on screen and what the person points at, on a thread of its own; returns a shape, or None."""


def prompt_of(points: Any, box: Any) -> Prompt:
    """Return the prompt of a message; raise `InvalidValue` where it is none."""
    if not isinstance(points, list) or not all(_is_point(each) for each in points):
        raise InvalidValue("The points", points, "a list of [x, y, positive]")
    if box is not None and (not _are_numbers(box, 4) or min(box[2:]) <= 0):
        raise InvalidValue("The box", box, "[x, y, width, height] with a size above 0, or null")
    if not points and box is None:
        raise InvalidValue("The prompt", points, "at least a point or a box")
    given = tuple((float(x), float(y), positive) for x, y, positive in points)
    return Prompt(
        given, None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    )


def _is_point(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != _POINT:
        return False
    return isinstance(value[-1], bool) and _are_numbers(value[:-1], _POINT - 1)


def _are_numbers(values: Any, count: int) -> bool:
    return isinstance(values, Sequence) and len(values) == count and _finite(values)


def _finite(values: Iterable[Any]) -> bool:
    return all(
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        for value in values
    )
