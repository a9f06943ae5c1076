"""Rings of points: their size, their bounds, what of them lies in a rectangle. Pure; points are `(x, y)` in pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from ipyannotator.model.shapes.base import Bounds
from ipyannotator.model.shapes.numbers import Pair


def bounds_of(points: Iterable[Sequence[float]]) -> Bounds:
    """Return the smallest upright rectangle around points."""
    xs, ys = zip(*((point[0], point[1]) for point in points), strict=True)
    return Bounds(min(xs), min(ys), max(xs), max(ys))


def area(ring: Sequence[Pair]) -> float:
    """Return the area inside a ring by the shoelace formula, in square pixels; never negative."""
    around = (*ring, ring[0])
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(around))) / 2


def length(points: Sequence[Pair]) -> float:
    """Return the length of the line through points, in pixels."""
    return sum(math.dist(a, b) for a, b in pairwise(points))


def cut(ring: Sequence[Pair], width: float, height: float) -> tuple[Pair, ...]:
    """Return the part of a ring in an image of this size (Sutherland and Hodgman, 1974); empty where nothing is left.

    What lies outside in the middle of a ring leaves an edge along the border.
    """
    found = list(ring)
    for axis, limit, below in ((0, 0.0, False), (0, width, True), (1, 0.0, False), (1, height, True)):
        inside = _side(axis, limit, below=below)
        before, found = found, []
        for a, b in pairwise((before[-1], *before)) if before else ():
            if inside(a) != inside(b):
                found.append(_crossing(a, b, axis, limit))
            if inside(b):
                found.append(b)
    return tuple(found)


def _side(axis: int, limit: float, *, below: bool) -> Callable[[Pair], bool]:
    return (lambda point: point[axis] <= limit) if below else (lambda point: point[axis] >= limit)


def _crossing(a: Pair, b: Pair, axis: int, limit: float) -> Pair:
    part = (limit - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + part * (b[1 - axis] - a[1 - axis])
    return (limit, other) if axis == 0 else (other, limit)
