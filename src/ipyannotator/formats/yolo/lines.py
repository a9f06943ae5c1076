"""The numbers of one line of YOLO's labels, each way: boxes, outlines, keypoints, turned boxes.

    class  x y width height                     a box: its centre and size
    class  x1 y1 x2 y2 x3 y3 …                  an outline
    class  x y width height  x1 y1 v1 x2 y2 v2 …   keypoints, after their box; v as in COCO
    class  x1 y1 x2 y2 x3 y3 x4 y4              a turned box, where the data set is one of those

All but the class and v are fractions of the image's width and height.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from ipyannotator.formats.base import Size
from ipyannotator.model import Box, Polygon, Shape, Skeleton

CORNERS = 8
"""Numbers of a turned box."""

_ROUND = 4
"""Decimals of a pixel that are kept, so that what was read, written and read again stays what it is."""
_SQUARE = 0.01
"""By how much of its side a corner may be off for four corners to be a box."""


class Joints(NamedTuple):
    """How a data set writes keypoints: how many there are, and whether each has a third number."""

    number: int
    values: int

    @property
    def numbers(self) -> int:
        """How many numbers of a line they are."""
        return self.number * self.values


# ---- writing --------------------------------------------------------------------------------------------------------


def box(shape: Shape, size: Size, _: int) -> list[float]:
    """Return centre and size of a box."""
    left, top, right, bottom = shape.bounds()
    return [
        (left + right) / 2 / size[0], (top + bottom) / 2 / size[1], (right - left) / size[0], (bottom - top) / size[1],
    ]  # fmt: skip


def outline(shape: Shape, size: Size, _: int) -> list[float]:
    """Return the points of a polygon."""
    return _fractions(shape.points if isinstance(shape, Polygon) else (), size)


def corners(shape: Shape, size: Size, _: int) -> list[float]:
    """Return the corners of a box, clockwise from its own top left."""
    return _fractions(shape.corners() if isinstance(shape, Box) else (), size)


def keypoints(shape: Shape, size: Size, count: int) -> list[float]:
    """Return the box of a skeleton and its joints; joints that it lacks of `count` are absent."""
    found = list(shape.joints) if isinstance(shape, Skeleton) else []
    found += [(0.0, 0.0, 0)] * (count - len(found))
    left, top, right, bottom = shape.bounds()
    around = Box(
        left, top, max(right - left, 1), max(bottom - top, 1)
    )  # of one joint it would have no extent
    joints = [
        value
        for x, y, seen in found
        for value in ((x / size[0], y / size[1], seen) if seen else (0.0, 0.0, 0))
    ]
    return [*box(around, size, count), *joints]


def _fractions(points: Sequence[tuple[float, float]], size: Size) -> list[float]:
    return [value / side for point in points for value, side in zip(point, size, strict=True)]


# ---- reading --------------------------------------------------------------------------------------------------------


def pixels(fraction: float, side: int) -> float:
    """Return a fraction of a side as pixels; within a millionth of the side of a whole pixel it is that."""
    value = round(fraction * side, _ROUND)
    whole = round(value)
    return float(whole) if abs(value - whole) <= side * 1e-6 else value


def points(values: Sequence[float], size: Size) -> list[tuple[float, float]]:
    """Return points in pixels."""
    return [(pixels(x, size[0]), pixels(y, size[1])) for x, y in zip(values[::2], values[1::2], strict=True)]


def skeleton(values: Sequence[float], size: Size, joints: Joints) -> Skeleton | None:
    """Return the keypoints of a line, without their box; None where none is there."""
    found = []
    for at in range(0, joints.numbers, joints.values):
        x, y, *rest = values[at : at + joints.values]
        seen = int(rest[0]) if rest else 2 * bool(x or y)
        found.append((pixels(x, size[0]), pixels(y, size[1]), seen))
    return Skeleton(tuple(found)) if any(joint[2] for joint in found) else None


def turned(values: Sequence[float], size: Size) -> tuple[Box | None, bool]:
    """Return the box that four corners, one after the other around it, are nearest to, and whether they are one."""
    given = [(x * size[0], y * size[1]) for x, y in zip(values[::2], values[1::2], strict=True)]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = given
    across = ((bx - ax + cx - dx) / 2, (by - ay + cy - dy) / 2)
    down = ((dx - ax + cx - bx) / 2, (dy - ay + cy - by) / 2)
    width, height = math.hypot(*across), math.hypot(*down)
    if not width or not height:
        return None, False
    angle = math.degrees(math.atan2(across[1], across[0]))
    middle_x, middle_y = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    rounded = [
        round(value, _ROUND) for value in (middle_x - width / 2, middle_y - height / 2, width, height, angle)
    ]
    made = Box(*rounded)
    slack = _SQUARE * max(width, height) + _SQUARE
    return made, all(min(math.dist(one, other) for other in made.corners()) <= slack for one in given)
