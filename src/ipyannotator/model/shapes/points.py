"""Places without an inside: points, and skeletons of joints."""

from __future__ import annotations

from dataclasses import dataclass, field

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes import rings
from ipyannotator.model.shapes.base import SHAPES, Bounds, Shape
from ipyannotator.model.shapes.numbers import Pair, pairs, triples

ABSENT, HIDDEN, VISIBLE = 0, 1, 2
"""The visibility of a joint, as in COCO."""


@SHAPES.register("points")
@dataclass(frozen=True, slots=True)
class Points(Shape):
    """One point or several, in pixels."""

    points: tuple[Pair, ...]
    kind: str = field(default="points", init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", pairs("Points.points", self.points, 1))

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around them; of one point it has no extent."""
        return rings.bounds_of(self.points)

    def measure(self) -> float:
        """Return 0: points have no extent."""
        return 0.0

    def clipped(self, width: float, height: float) -> Points | None:
        """Return the points in an image of this size, in pixels; None where none is."""
        left = tuple((x, y) for x, y in self.points if 0 <= x <= width and 0 <= y <= height)
        return Points(left) if left else None


@SHAPES.register("skeleton")
@dataclass(frozen=True, slots=True)
class Skeleton(Shape):
    """Joints `(x, y, visibility)`, in the order of the class's template; x and y in pixels.

    The visibility is COCO's: 2 visible, 1 hidden, 0 absent. An absent joint keeps a place, so that it can be brought back.
    """

    joints: tuple[tuple[float, float, int], ...]
    kind: str = field(default="skeleton", init=False, repr=False)

    def __post_init__(self) -> None:
        joints = triples("Skeleton.joints", self.joints)
        for joint in joints:
            if joint[2] not in (ABSENT, HIDDEN, VISIBLE):
                raise InvalidValue(
                    "The visibility of a joint", joint[2], "2 (visible), 1 (hidden) or 0 (absent)"
                )
        object.__setattr__(self, "joints", tuple((x, y, int(v)) for x, y, v in joints))

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around the joints that are there; of none, around all places."""
        return rings.bounds_of([joint for joint in self.joints if joint[2] != ABSENT] or self.joints)

    def clipped(self, width: float, height: float) -> Skeleton | None:
        """Return it with the joints outside an image of this size, in pixels, as absent; None where none is left."""
        joints = tuple(
            (x, y, seen) if 0 <= x <= width and 0 <= y <= height else (x, y, ABSENT)
            for x, y, seen in self.joints
        )
        if joints == self.joints:
            return None if self.misfit(width, height) else self
        return Skeleton(joints) if any(joint[2] for joint in joints) else None

    def measure(self) -> float:
        """Return the area of its bounds in square pixels."""
        left, top, right, bottom = self.bounds()
        return (right - left) * (bottom - top)
