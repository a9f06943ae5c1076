"""Polygons, with or without holes, and lines.

A self-crossing polygon is kept as it was drawn: what is inside is counted by the even-odd rule, as on the screen.
`is_simple` says so, and `repaired` gives what is inside as polygons that do not cross. What needs more than counting is
done by Shapely, which is imported where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes import rings
from ipyannotator.model.shapes.base import SHAPES, Bounds, Shape
from ipyannotator.model.shapes.box import Box
from ipyannotator.model.shapes.numbers import Pair, pairs
from ipyannotator.model.shapes.planar import shapely

if TYPE_CHECKING:
    from ipyannotator.model.shapes.mask import Mask


@SHAPES.register("polygon")
@dataclass(frozen=True, slots=True)
class Polygon(Shape):
    """A polygon: its corners in pixels, at least three, and holes in it. The first point is not repeated at the end.

    Points may be given as lists, tuples, or arrays of shape (n, 2).
    """

    points: tuple[Pair, ...]
    holes: tuple[tuple[Pair, ...], ...] = ()
    kind: str = field(default="polygon", init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _ring("Polygon.points", self.points))
        if isinstance(self.holes, str) or not isinstance(self.holes, Iterable):
            raise InvalidValue("Polygon.holes", self.holes, "a list of lists of points")
        holes = tuple(_ring("A hole of Polygon.holes", hole) for hole in self.holes)
        object.__setattr__(self, "holes", holes)

    @classmethod
    def from_box(cls, box: Box) -> Polygon:
        """Return the four corners of a box."""
        return cls(box.corners())

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around it."""
        return rings.bounds_of(self.points)

    def measure(self) -> float:
        """Return the area in square pixels, without the holes."""
        return max(0.0, rings.area(self.points) - sum(map(rings.area, self.holes)))

    def clipped(self, width: float, height: float) -> Polygon | None:
        """Return the part in an image of this size, in pixels; None where nothing is left."""
        left, top, right, bottom = self.bounds()
        if left >= 0 and top >= 0 and right <= width and bottom <= height:
            return self
        points = rings.cut(self.points, width, height)
        if not _is_ring(points):
            return None
        holes = (rings.cut(hole, width, height) for hole in self.holes)
        return Polygon(points, tuple(hole for hole in holes if _is_ring(hole)))

    @property
    def is_simple(self) -> bool:
        """Whether its outline crosses neither itself nor a hole."""
        return bool(shapely().is_valid(self._area()))

    def repaired(self) -> list[Polygon]:
        """Return what is inside, by the even-odd rule, as polygons that do not cross themselves."""
        return [self] if self.is_simple else from_geometry(shapely().make_valid(self._area()))

    def simplified(self, tolerance: float) -> Polygon:
        """Return it with fewer points, none of the old ones being further off than so many pixels."""
        found = from_geometry(shapely().simplify(self._area(), tolerance, preserve_topology=True))
        return found[0] if len(found) == 1 else self

    def to_mask(self, height: int, width: int) -> Mask:
        """Return the pixels of an image of this size whose centre is inside, by the even-odd rule.

        Raises:
            InvalidValue: there is none.
        """
        from ipyannotator.model.shapes.filling import filled
        from ipyannotator.model.shapes.mask import Mask

        return Mask.from_array(filled((self.points, *self.holes), height, width))

    def _area(self) -> Any:
        return shapely().Polygon(self.points, self.holes)


@SHAPES.register("polyline")
@dataclass(frozen=True, slots=True)
class Polyline(Shape):
    """A line through at least two points, in pixels."""

    points: tuple[Pair, ...]
    kind: str = field(default="polyline", init=False, repr=False)

    def __post_init__(self) -> None:
        points = pairs("Polyline.points", self.points, 2)
        if len(set(points)) < 2:  # noqa: PLR2004 - a line has two ends
            raise InvalidValue("Polyline.points", self.points, "at least two different points")
        object.__setattr__(self, "points", points)

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around it."""
        return rings.bounds_of(self.points)

    def measure(self) -> float:
        """Return the length in pixels."""
        return rings.length(self.points)


def _ring(what: str, given: Any) -> tuple[Pair, ...]:
    points = pairs(what, given, 3)
    if not _is_ring(points):
        raise InvalidValue(what, given, "points that have an extent in both directions")
    return points


def _is_ring(points: tuple[Pair, ...]) -> bool:
    if len(points) < 3:  # noqa: PLR2004 - a triangle
        return False
    left, top, right, bottom = rings.bounds_of(points)
    return right > left and bottom > top


def from_geometry(geometry: Any) -> list[Polygon]:
    """Return the polygons of a Shapely geometry; lines and points in it are left out."""
    found = []
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type in ("MultiPolygon", "GeometryCollection"):
            found += from_geometry(part)
        elif part.geom_type == "Polygon" and not part.is_empty and part.area > math.ulp(1):
            points, *holes = ([*ring.coords][:-1] for ring in (part.exterior, *part.interiors))
            found.append(Polygon(tuple(points), tuple(map(tuple, holes))))
    return found
