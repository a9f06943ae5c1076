"""Masks: any set of pixels of an image, kept as COCO's run-length text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes import rle
from ipyannotator.model.shapes.base import SHAPES, Bounds, Shape
from ipyannotator.model.shapes.planar import shapely
from ipyannotator.model.shapes.polygon import Polygon, from_geometry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


MOST = 2**32 - 1
"""Pixels of the largest image that can have masks: COCO counts in 32 bits."""


@SHAPES.register("mask")
@dataclass(frozen=True, slots=True)
class Mask(Shape):
    """Pixels of an image: `size` is its (height, width), `counts` COCO's compressed run-length text.

    `Mask.from_array` makes one of an array; there is at least one pixel in it.
    """

    size: tuple[int, int]
    counts: str
    kind: str = field(default="mask", init=False, repr=False)

    def __post_init__(self) -> None:
        size = tuple(self.size) if isinstance(self.size, (list, tuple)) else ()
        if len(size) != 2 or not all(type(side) is int and side > 0 for side in size):  # noqa: PLR2004
            raise InvalidValue("Mask.size", self.size, "(height, width), two whole numbers of pixels above 0")
        if size[0] * size[1] > MOST:
            raise InvalidValue("Mask.size", self.size, f"at most {MOST:,} pixels, as COCO's text can hold")
        object.__setattr__(self, "size", size)
        if not rle.area(self._runs):
            raise InvalidValue("Mask.counts", self.counts, "at least one pixel", "Delete the object instead.")

    @classmethod
    def from_array(cls, array: Any) -> Mask:
        """Return the mask of an array of shape (height, width); what is not 0 is inside.

        Raises:
            InvalidValue: it has another shape, or nothing is inside.
        """
        import numpy as np

        values = np.asarray(array)
        if values.ndim != 2 or not values.size:  # noqa: PLR2004 - rows and columns
            raise InvalidValue(
                "The array of a mask", values.shape, "one of shape (height, width) with at least one pixel"
            )
        height, width = values.shape
        return cls((height, width), rle.encode(rle.runs_of(values)))

    def to_array(self) -> NDArray[np.bool_]:
        """Return an array of shape (height, width)."""
        return rle.expand(self._runs, self.size)

    def __repr__(self) -> str:
        height, width = self.size
        return f"<Mask of {self.measure():,.0f} pixels on {width} × {height}>"

    def misfit(self, width: float, height: float) -> str:
        """Return why it has no place on an image of a width and height in pixels: it is one of an image of its size."""
        own = f"{self.size[1]} × {self.size[0]}"
        return "" if self.size == (height, width) else f"is a mask of an image of {own} pixels"

    def bounds(self) -> Bounds:
        """Return the smallest rectangle around its pixels."""
        return rle.bounds(self._runs, self.size[0])

    def measure(self) -> float:
        """Return how many pixels are in it."""
        return float(rle.area(self._runs))

    def clipped(self, width: float, height: float) -> Mask | None:
        """Return the part in an image of this size, in pixels, as a mask of that image; None where nothing is left."""
        import numpy as np

        rows, columns = int(height), int(width)
        if (rows, columns) == self.size:
            return self
        array = self.to_array()[:rows, :columns]
        if not array.any():
            return None
        whole = np.zeros((rows, columns), bool)
        whole[: array.shape[0], : array.shape[1]] = array
        return Mask.from_array(whole)

    def to_polygons(self, tolerance: float = 0.0) -> list[Polygon]:
        """Return its parts as polygons with holes, along the edges of the pixels.

        Args:
            tolerance: how many pixels an outline may be off, to have fewer points.
        """
        import numpy as np

        plane = shapely()
        array = np.pad(self.to_array(), ((1, 1), (0, 0))).astype(np.int8)
        steps = np.diff(array, axis=0).T
        column, top = np.nonzero(steps == 1)
        _, bottom = np.nonzero(steps == -1)
        area = plane.union_all(plane.box(column, top, column + 1, bottom))
        return from_geometry(plane.simplify(area, tolerance, preserve_topology=True))

    @property
    def _runs(self) -> Any:
        return rle.decode(self.counts, self.size)
