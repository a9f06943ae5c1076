"""Places in a picture as selectors of a Web Annotation, and back.

An upright box within the picture is a `FragmentSelector`, whose numbers the Media Fragments (https://www.w3.org/TR/media-frags/)
allow from 0 on; all else is an `SvgSelector`. Read is the `PointSelector` of IIIF, too. Several selectors are ways to
say one place: the richest is taken, which is the outline, unless only its box is wanted.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final
from urllib.parse import unquote

from ipyannotator.formats.base import FARTHEST, Kinds, Size
from ipyannotator.formats.values import Wrong, plain
from ipyannotator.formats.web_annotation.svg import NUMBER, SIZELESS, from_svg, to_svg
from ipyannotator.model import Box, Points, Shape
from ipyannotator.model.classes import takes

UNSIZED = "in percent of an image whose size is not known (left out)"
UNKNOWN = "with the selector {!r} (left out)"

_FRAGMENTS: Final = "http://www.w3.org/TR/media-frags/"
_FOUR = r",\s*".join([f"({NUMBER})"] * 4)
_XYWH = re.compile(rf"\bxywh=(?:(pixel|percent):)?\s*{_FOUR}\s*(?:&|$)")


def to_selector(shape: Shape) -> dict[str, str]:
    """Return the selector of a shape; raise `InvalidValue` where there is no way."""
    if isinstance(shape, Box) and not shape.angle and min(shape.x, shape.y) >= 0:
        numbers = ",".join(str(plain(value)) for value in (shape.x, shape.y, shape.width, shape.height))
        return {"type": "FragmentSelector", "conformsTo": _FRAGMENTS, "value": f"xywh=pixel:{numbers}"}
    return {"type": "SvgSelector", "value": to_svg(shape)}


def from_selectors(selectors: list[Any], size: Size | None, kinds: Kinds, lost: Counter[str]) -> list[Shape]:
    """Return the shapes of the richest selector that gives wanted ones; else of the richest that gives any.

    Args:
        selectors: at least one; a text is a fragment.
        size: of the picture, where it is known.
        kinds: the kinds that are wanted; none for all.
        lost: counts what could not be taken.

    Raises:
        Wrong: a value is not what it should be.
        MissingPackage: there is nothing to read SVG with.
    """
    found: list[tuple[list[Shape], Counter[str]]] = []
    for selector in selectors:
        told: Counter[str] = Counter()
        found.append((_shapes(selector, size, told), told))
    found.sort(key=lambda pair: not pair[0] or isinstance(pair[0][0], Box))  # stable: of equals, the first
    some = [pair for pair in found if pair[0]] or found
    wanted = (pair for pair in some if all(takes(kinds, shape) for shape in pair[0]))
    shapes, told = next(wanted, some[0])
    lost.update(told)
    return shapes


def _shapes(given: Any, size: Size | None, lost: Counter[str]) -> list[Shape]:
    selector = {"type": "FragmentSelector", "value": unquote(given)} if isinstance(given, str) else given
    if not isinstance(selector, dict):
        raise Wrong("the selector", given, "an object with its `type`")
    kind, value = selector.get("type"), selector.get("value")
    if kind == "SvgSelector":
        if not isinstance(value, str):
            raise Wrong("the value of the SvgSelector", value, "an SVG")
        return from_svg(value, lost)
    if kind == "FragmentSelector" and isinstance(value, str) and "xywh=" in value:
        return _box(value, size, lost)
    if kind == "PointSelector":  # of IIIF
        return [Points(((_number(selector, "x"), _number(selector, "y")),))]
    lost[UNKNOWN.format(str(kind)[:40])] += 1
    return []


def _number(selector: dict[str, Any], axis: str) -> float:
    value = selector.get(axis)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= FARTHEST:
        raise Wrong(f"{axis} of the PointSelector", value, "a number of pixels")
    return value


def _box(text: str, size: Size | None, lost: Counter[str]) -> list[Shape]:
    match = _XYWH.search(text)
    numbers = [float(number) for number in match.groups()[1:]] if match else []
    if match is None or not all(abs(number) <= FARTHEST for number in numbers) or min(numbers[2:]) < 0:
        raise Wrong("the fragment", text, "xywh=x,y,width,height in pixels, or xywh=percent:… of the picture")
    if match[1] == "percent":
        if size is None:
            lost[UNSIZED] += 1
            return []
        numbers = [number * side / 100 for number, side in zip(numbers, size * 2, strict=True)]
    if min(numbers[2:]) == 0:
        lost[SIZELESS] += 1
        return []
    return [Box(*map(plain, numbers))]
