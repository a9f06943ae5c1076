"""What is declared of a class: its colour and key, the shapes that it takes, its attributes, its skeleton."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from ipyannotator.errors import InvalidValue
from ipyannotator.model.attributes import Attribute, attributes_of
from ipyannotator.model.friendly import friendly, lean
from ipyannotator.model.shapes import SHAPES, Shape

KINDS: Final = (
    "box", "rotated_box", "polygon", "polyline", "points", "skeleton", "ellipse", "mask", "whole",
)  # fmt: skip
"""What can be offered to be drawn. A `rotated_box` is a box at any angle, a `box` an upright one; a circle is an
ellipse; `whole` is a label of the whole image."""


@friendly
@dataclass(frozen=True)
class SkeletonTemplate:
    """The joints of a skeleton, as COCO's keypoints: what all skeletons of a class have in common.

    Attributes:
        joints: their names, in the order of the values.
        edges: pairs of names, the bones between them.
        layout: where each joint is in a new skeleton, as `(x, y)` from 0 to 1 within its bounds; empty for a circle.
    """

    joints: tuple[str, ...]
    edges: tuple[tuple[str, str], ...] = ()
    layout: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        joints = _list("SkeletonTemplate.joints", self.joints, "a list of names")
        if not joints or not all(isinstance(name, str) and name.strip() for name in joints):
            raise InvalidValue("SkeletonTemplate.joints", joints, "a list of names that are not empty")
        _once("SkeletonTemplate.joints", joints)
        edges = tuple(
            _pair("SkeletonTemplate.edges", edge, "pairs of names of joints")
            for edge in _list("SkeletonTemplate.edges", self.edges, "a list of pairs of names")
        )
        for edge in edges:
            if edge[0] == edge[1] or not {*edge} <= {*joints}:
                expected = f"two different ones of: {', '.join(map(str, joints))}"
                raise InvalidValue("An edge of SkeletonTemplate.edges", edge, expected)
        layout = tuple(
            _pair("SkeletonTemplate.layout", place, "pairs (x, y)")
            for place in _list("SkeletonTemplate.layout", self.layout, "a list of pairs (x, y)")
        )
        if layout and len(layout) != len(joints):
            raise InvalidValue(
                "SkeletonTemplate.layout", layout, f"a place for each of the {len(joints)} joints"
            )
        for place in layout:
            if not all(_is_part(value) for value in place):
                raise InvalidValue("A place of SkeletonTemplate.layout", place, "(x, y), each from 0 to 1")
        object.__setattr__(self, "joints", joints)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "layout", layout)

    def data(self) -> dict[str, Any]:
        """Return its JSON form, which a class of the schema keeps; without defaults."""
        return cast("dict[str, Any]", lean(self))


@friendly
@dataclass(frozen=True)
class ObjectClass:
    """A class of objects, with what is declared of it.

    Attributes:
        name: what stands on the screen and in files.
        color: `#rrggbb`, or a name such as `orange`; empty for one of its own.
        key: the key that chooses it, as `c` or `Shift+c`; empty for a digit while there are some.
        shapes: the kinds of shape that it takes; empty for all that are on offer.
        attributes: what is said of its objects, besides what is said of all objects.
        skeleton: the joints of its skeletons; needed where it takes a skeleton.
    """

    name: str
    color: str = ""
    key: str = ""
    shapes: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    skeleton: SkeletonTemplate | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        what = f"The class {self.name!r}"
        skeleton = self.skeleton
        if isinstance(skeleton, Mapping):
            skeleton = SkeletonTemplate(**skeleton)
        if skeleton is not None and not isinstance(skeleton, SkeletonTemplate):
            raise InvalidValue(f"{what}: skeleton", skeleton, "a SkeletonTemplate, or None")
        shapes = kinds_of(f"{what}: shapes", self.shapes)
        if "skeleton" in shapes and skeleton is None:
            remedy = "Give it skeleton=SkeletonTemplate(joints=[…], edges=[…])."
            raise InvalidValue(f"{what}: skeleton", None, "its joints, since it takes skeletons", remedy)
        if not isinstance(self.key, str) or self.key != self.key.strip():
            raise InvalidValue(f"{what}: key", self.key, "a key such as 'c' or 'Shift+c', or an empty text")
        object.__setattr__(self, "color", check_color(f"{what}: color", self.color))
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "attributes", attributes_of(f"{what}: attributes", self.attributes))
        object.__setattr__(self, "skeleton", skeleton)

    def values(self) -> dict[str, Any]:
        """Return what a record of the schema is to say of it besides its key: all of it, but a colour only if given."""
        return {
            **({"color": self.color} if self.color else {}),
            "shapes": list(self.shapes),
            "attributes": [each.data() for each in self.attributes],
            "skeleton": None if self.skeleton is None else self.skeleton.data(),
        }


def kinds_of(what: str, given: Any) -> tuple[str, ...]:
    """Return kinds of shape that were given, each once; ours, and everybody's that are registered."""
    kinds = _list(what, given, "a list of kinds of shape")
    for kind in kinds:
        if not isinstance(kind, str) or (kind not in KINDS and kind not in SHAPES):
            near = difflib.get_close_matches(str(kind), KINDS, 1)
            others = sorted(str(each) for each in SHAPES if each not in KINDS)
            expected = f"one of: {', '.join([*KINDS, *others])}"
            raise InvalidValue(what, kind, expected, f"Did you mean {near[0]!r}?" if near else "")
    _once(what, kinds)
    return cast("tuple[str, ...]", kinds)


def takes(kinds: Iterable[str], shape: Shape) -> bool:
    """Tell whether a shape is of one of these kinds; where there are none, every one is."""
    kinds = tuple(kinds)
    if kinds and shape.kind == "box":
        return "rotated_box" in kinds or ("box" in kinds and getattr(shape, "angle", 0) % 180 == 0)
    return not kinds or shape.kind in kinds


def check_name(name: object) -> str:
    """Return a class name; raise `InvalidValue` where it is no text or empty."""
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue("The class name", name, "a text that is not empty")
    return name


def check_color(what: str, color: Any) -> str:
    """Return a colour as `#rrggbb`; raise `InvalidValue` where it is none. An empty text stays so."""
    if color == "":
        return ""
    if isinstance(color, str) and re.fullmatch("#[0-9a-fA-F]{6}", color):
        return color.lower()
    if isinstance(color, str):
        from PIL import ImageColor  # only for colours by name

        try:
            return "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(color))
        except ValueError:
            pass
    raise InvalidValue(what, color, "a colour such as '#d55e00' or 'orange'")


def _list(what: str, given: Any, expected: str) -> tuple[Any, ...]:
    if isinstance(given, str) or not isinstance(given, (list, tuple)):
        raise InvalidValue(what, given, expected)
    return tuple(given)


def _pair(what: str, given: Any, expected: str) -> tuple[Any, Any]:
    pair = _list(what, given, expected)
    if len(pair) != 2:  # noqa: PLR2004 - a pair
        raise InvalidValue(what, given, expected)
    return pair


def _once(what: str, names: tuple[Any, ...]) -> None:
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidValue(what, names, "each name once", f"Twice: {', '.join(twice)}.")


def _is_part(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return number and 0 <= value <= 1
