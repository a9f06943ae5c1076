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

    def clipped(self, width: float, height: float) -> Shape | None:
        """Return what of the shape lies in an image of a width and height in pixels; None where nothing does.

        Here: all of it, where any of it does. A shape that can be cut says more.
        """
        return None if self.misfit(width, height) else self

    def misfit(self, width: float, height: float) -> str:
        """Return why it has no place on an image of a width and height in pixels; empty where it has, if only in part."""
        left, top, right, bottom = self.bounds()
        inside = right >= 0 and bottom >= 0 and left <= width and top <= height
        return "" if inside else "lies outside the image"


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
