"""Ellipses, upright or turned; a circle is one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes.base import SHAPES, Bounds, Shape
from ipyannotator.model.shapes.numbers import number

if TYPE_CHECKING:
    from ipyannotator.model.shapes.polygon import Polygon


@SHAPES.register("ellipse")
@dataclass(frozen=True, slots=True)
class Ellipse(Shape):
    """An ellipse: centre and half axes in pixels, turned by `angle` degrees clockwise."""

    cx: float
    cy: float
    rx: float
    ry: float
    angle: float = 0.0
    kind: str = field(default="ellipse", init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("cx", "cy", "rx", "ry", "angle"):
            number(f"Ellipse.{name}", getattr(self, name))
        for name in ("rx", "ry"):
            if getattr(self, name) <= 0:
                raise InvalidValue(f"Ellipse.{name}", getattr(self, name), "more than 0 pixels")

    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around it."""
        turn = math.radians(self.angle % 180)
        half_w = math.hypot(self.rx * math.cos(turn), self.ry * math.sin(turn))
        half_h = math.hypot(self.rx * math.sin(turn), self.ry * math.cos(turn))
        return Bounds(self.cx - half_w, self.cy - half_h, self.cx + half_w, self.cy + half_h)

    def measure(self) -> float:
        """Return the area in square pixels."""
        return math.pi * self.rx * self.ry

    def to_polygon(self, points: int = 64) -> Polygon:
        """Return a polygon with so many points on it, which covers a little less."""
        from ipyannotator.model.shapes.polygon import Polygon

        turn = math.radians(self.angle % 360)
        cosine, sine = math.cos(turn), math.sin(turn)
        found = []
        for at in range(points):
            x = self.rx * math.cos(2 * math.pi * at / points)
            y = self.ry * math.sin(2 * math.pi * at / points)
            found.append((self.cx + x * cosine - y * sine, self.cy + x * sine + y * cosine))
        return Polygon(tuple(found))
