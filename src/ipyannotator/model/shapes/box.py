"""Boxes, upright or turned around their centre."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes.base import SHAPES, Bounds, Shape
from ipyannotator.model.shapes.numbers import are_plain, number


@SHAPES.register("box")
@dataclass(frozen=True, slots=True)
class Box(Shape):
    """A box: top-left corner and size in pixels, turned by `angle` degrees clockwise around its centre."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    kind: str = field(default="box", init=False, repr=False)

    def __post_init__(self) -> None:
        values = (self.x, self.y, self.width, self.height, self.angle)
        if are_plain(values) and self.width > 0 and self.height > 0:
            return
        for name, value in zip(("x", "y", "width", "height", "angle"), values, strict=True):
            number(f"Box.{name}", value)
        for name in ("width", "height"):
            if getattr(self, name) <= 0:
                raise InvalidValue(f"Box.{name}", getattr(self, name), "more than 0 pixels")

    def bounds(self) -> Bounds:
        """Return the upright rectangle that holds the box, its rotation included."""
        if self.angle % 180 == 0:
            return Bounds(self.x, self.y, self.x + self.width, self.y + self.height)
        turn = math.radians(self.angle)
        cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
        half_w = (self.width * cos + self.height * sin) / 2
        half_h = (self.width * sin + self.height * cos) / 2
        mid_x, mid_y = self.x + self.width / 2, self.y + self.height / 2
        return Bounds(mid_x - half_w, mid_y - half_h, mid_x + half_w, mid_y + half_h)

    def measure(self) -> float:
        """Return the area in square pixels."""
        return self.width * self.height

    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return its four corners, from its own top left on, clockwise, in pixels."""
        turn = math.radians(self.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        mid_x, mid_y = self.x + self.width / 2, self.y + self.height / 2
        offsets = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        halves = ((a * self.width / 2, b * self.height / 2) for a, b in offsets)
        return tuple((mid_x + dx * cos - dy * sin, mid_y + dx * sin + dy * cos) for dx, dy in halves)

    def clipped(self, width: float, height: float) -> Box | None:
        """Return the part in an image of this size; a turned box is left as it is where any of it is inside."""
        left, top, right, bottom = self.bounds()
        if self.angle % 180:
            return self if right > 0 and bottom > 0 and left < width and top < height else None
        left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height)
        if right <= left or bottom <= top:
            return None
        inside = (left, top, right, bottom) == self.bounds()
        return self if inside else Box(left, top, right - left, bottom - top, self.angle)
