"""Geometric values, registered by kind.

A shape is a frozen value in pixels of the full-resolution image: origin top left, y down, angles in degrees
clockwise. To add a kind, write a frozen dataclass with a `kind` field and register it:

    @SHAPES.register("circle")
    @dataclass(frozen=True, slots=True)
    class Circle(Shape): ...

A kind that nobody registered is kept as `UnknownShape`, with its data as they came, so nothing is ever lost.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.registry import Registry

SHAPES: Registry[type[Shape]] = Registry("shape", "ipyannotator.shapes")


class Bounds(NamedTuple):
    """The smallest upright rectangle around a shape, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Shape(ABC):
    """What every shape can tell about itself."""

    __slots__ = ()
    kind: str

    @abstractmethod
    def bounds(self) -> Bounds:
        """Return the smallest upright rectangle around the shape."""

    @abstractmethod
    def measure(self) -> float:
        """Return the size: an area in square pixels, or a length in pixels."""


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
        for name in ("x", "y", "width", "height", "angle"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise InvalidValue(f"Box.{name}", value, "a finite number of pixels")
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


@SHAPES.register("whole")
@dataclass(frozen=True, slots=True)
class Whole(Shape):
    """The whole item: what is said of it, a label for one, has no place of its own."""

    kind: str = field(default="whole", init=False, repr=False)

    def bounds(self) -> Bounds:
        """Return an unbounded rectangle: cut to an image, it is the image."""
        return Bounds(-math.inf, -math.inf, math.inf, math.inf)

    def measure(self) -> float:
        """Return infinity: it is never smaller than something on the item."""
        return math.inf


@dataclass(frozen=True, slots=True)
class UnknownShape(Shape):
    """A shape whose kind is not registered here: kept as it came, shown as a placeholder."""

    kind: str
    data: dict[str, Any]

    def bounds(self) -> Bounds:
        """Return an empty rectangle: nothing is known about the extent."""
        return Bounds(0.0, 0.0, 0.0, 0.0)

    def measure(self) -> float:
        """Return 0: nothing is known about the size."""
        return 0.0


def encode_shape(shape: Shape) -> dict[str, Any]:
    """Return the shape as JSON values, `kind` among them."""
    if isinstance(shape, UnknownShape):
        return shape.data
    encoded: dict[str, Any] = msgspec.to_builtins(shape)
    return encoded


def decode_shape(data: Any) -> Shape:
    """Return the shape of JSON values; raise `InvalidValue` where a known kind has wrong values."""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise InvalidValue("The shape", data, "a mapping with a 'kind'")
    kind = data["kind"]
    if kind not in SHAPES:
        return UnknownShape(kind, data)
    values = {name: value for name, value in data.items() if name != "kind"}
    try:
        return SHAPES.get(kind)(**values)
    except TypeError as error:
        raise InvalidValue(f"The shape of kind {kind!r}", data, f"its fields ({error})") from error
