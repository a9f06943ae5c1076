"""Rings of points: their size, their bounds, what of them lies in a rectangle. Pure; points are `(x, y)` in pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from ipyannotator.model.shapes.base import Bounds
from ipyannotator.model.shapes.numbers import Pair

_AT_ONCE = 512
"""Points that are compared with all of another ring at a time: a table of all would fill the memory."""


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


def bridged(rings: Sequence[Sequence[Pair]]) -> tuple[Pair, ...]:
    """Return one ring that goes along all of some: from each to the next by a line, at its nearest point, and back."""
    path = list(rings[0])
    for ring in rings[1:]:
        at, start = _nearest(path, ring)
        path[at + 1 : at + 1] = [*ring[start:], *ring[: start + 1], path[at]]
    return tuple(path)


def _nearest(path: Sequence[Pair], ring: Sequence[Pair]) -> tuple[int, int]:
    """Return the places of the two points, one of each, that are nearest to each other."""
    import numpy as np

    others = np.asarray(ring, float)
    best = (math.inf, 0, 0)
    for first in range(0, len(path), _AT_ONCE):
        some = np.asarray(path[first : first + _AT_ONCE], float)
        distances = ((some[:, None] - others[None]) ** 2).sum(-1)
        place = int(distances.argmin())
        at, start = divmod(place, len(ring))
        best = min(best, (float(distances[at, start]), first + at, start))
    return best[1], best[2]


def _side(axis: int, limit: float, *, below: bool) -> Callable[[Pair], bool]:
    return (lambda point: point[axis] <= limit) if below else (lambda point: point[axis] >= limit)


def _crossing(a: Pair, b: Pair, axis: int, limit: float) -> Pair:
    part = (limit - a[axis]) / (b[axis] - a[axis])
    other = a[1 - axis] + part * (b[1 - axis] - a[1 - axis])
    return (limit, other) if axis == 0 else (other, limit)
