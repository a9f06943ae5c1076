"""Shapes as the SVG of a Web Annotation's `SvgSelector`, and back; x and y are pixels of the whole picture.

Written is what Annotorious can read, with the attributes in its order: `<polygon>`, `<ellipse>`, a `<path>` of several
rings for holes and an open one for a line. Points are parts of a path without a length, which SVG draws as dots. A box
is a polygon too, told from others by `data-angle`, the degrees that it is turned by.

Read are `<rect>`, `<circle>`, `<line>` and `<polyline>` besides, and curves, as short lines. Of transforms those that
keep angles are read: x and y are one complex number here, and such a transform is a product and a sum. Rings of a path
whose bounds overlap are one polygon by the even-odd rule, the first of them its outline; others are polygons apart.
"""

from __future__ import annotations

import cmath
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ipyannotator.errors import InvalidValue, MissingPackage
from ipyannotator.formats.base import FARTHEST
from ipyannotator.formats.values import Wrong, opened, plain
from ipyannotator.model import Box, Ellipse, Points, Polygon, Polyline, Shape
from ipyannotator.model.shapes.rings import bounds_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIZELESS = "without a size (left out)"
SHAPELESS = "with an SVG that has no shape (left out)"
SKEWED = "with a transform that changes angles (left out)"
ARCS = "with arcs in a path (left out)"

NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
"""A number of SVG, as a regular expression."""

_LENGTH = re.compile(rf"\s*({NUMBER})(?:px)?\s*")
_LIST = re.compile(rf"({NUMBER})|[\s,]+|(.)", re.DOTALL)
_COMMAND = re.compile(r"([A-DF-Za-df-z])([^A-DF-Za-df-z]*)")
_TRANSFORM = re.compile(r"\s*([A-Za-z]+)\s*\(([^()]*)\)[\s,]*")
_UNSEEN = frozenset({"defs", "clipPath", "mask", "symbol", "marker", "pattern"})
"""Elements whose content is not drawn where it stands."""

_NUMBERS: Final = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "z": 0}
"""How many numbers follow a command of a path."""
_CURVE: Final = 16
"""Lines that a piece of a curve becomes."""
_CLOSE: Final = 1e-3
"""Pixels by which the corners of a box may be off."""

_Pair = tuple[float, float]
_Turn = tuple[complex, complex, float]
"""A transform that keeps angles: it brings z to `turn[0] * z + turn[1]`, and turns by so many degrees."""
_STILL: Final[_Turn] = (1 + 0j, 0j, 0.0)
_Ring = tuple[list[complex], bool]
"""A part of a path: its points, and whether it is closed."""


def to_svg(shape: Shape) -> str:
    """Return a shape as an SVG; raise `InvalidValue` where there is no way."""
    if isinstance(shape, Box):
        inner = f'<polygon points="{_joined(shape.corners())}" data-angle="{plain(shape.angle)}"/>'
    elif isinstance(shape, Polygon) and shape.holes:
        rings = " ".join(f"{_line(ring)} Z" for ring in (shape.points, *shape.holes))
        inner = f'<path d="{rings}" fill-rule="evenodd"/>'
    elif isinstance(shape, Polygon):
        inner = f'<polygon points="{_joined(shape.points)}"/>'
    elif isinstance(shape, Polyline):
        inner = f'<path d="{_line(shape.points)}" fill="none"/>'
    elif isinstance(shape, Points):
        inner = f'<path d="{" ".join(_line((point, point)) for point in shape.points)}" fill="none"/>'
    elif isinstance(shape, Ellipse):
        places = " ".join(f'{name}="{plain(getattr(shape, name))}"' for name in ("cx", "cy", "rx", "ry"))
        turn = f"rotate({plain(shape.angle)} {plain(shape.cx)} {plain(shape.cy)})"
        inner = f'<ellipse {places} transform="{turn}"/>' if shape.angle else f"<ellipse {places}/>"
    else:
        raise InvalidValue("The shape to write", shape, "a box, polygon, polyline, ellipse, or points")
    # Annotorious 3 finds an ellipse only where the namespace is not said, as it writes it itself.
    space = "" if isinstance(shape, Ellipse) else ' xmlns="http://www.w3.org/2000/svg"'
    return f"<svg{space}>{inner}</svg>"


def from_svg(text: str, lost: Counter[str]) -> list[Shape]:
    """Return the shapes of an SVG, in its order.

    Args:
        text: the SVG.
        lost: counts what has no shape.

    Raises:
        Wrong: it is no SVG, or a number in it is none.
        MissingPackage: there is nothing to read XML with.
    """
    found: list[Shape] = []
    before = sum(lost.values())
    todo: list[tuple[Element, _Turn]] = [(_parsed(text), _STILL)]
    while todo:  # no recursion: whoever made it says how deep it goes
        element, outer = todo.pop()
        name = str(element.tag).rpartition("}")[2]
        if name in _UNSEEN:
            continue
        turn = _turned(element.get("transform") or "", outer)
        if turn is None:
            lost[SKEWED] += 1
            continue
        if name in _WAYS:
            found += _WAYS[name](element, turn, lost)
        todo += [(inner, turn) for inner in reversed(element)]
    if not found and sum(lost.values()) == before:
        lost[SHAPELESS] += 1
    return found


# ---- writing --------------------------------------------------------------------------------------------------------


def _joined(points: Sequence[_Pair]) -> str:
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in points)


def _line(points: Sequence[_Pair]) -> str:
    return "M" + " L".join(f"{plain(x)} {plain(y)}" for x, y in points)


# ---- reading: XML and numbers ---------------------------------------------------------------------------------------


def _parsed(text: str) -> Element:
    try:
        from defusedxml import DefusedXmlException, ElementTree
    except ImportError as error:
        what = "Web Annotations with SVG need defusedxml: pip install 'ipyannotator[formats]'."
        raise MissingPackage(what) from error
    try:
        root: Element = ElementTree.fromstring(text.strip(), forbid_dtd=True)
    except DefusedXmlException as error:
        expected = f"SVG without a document type or entities, which could be an attack ({error})"
        raise Wrong("SVG", text, expected) from error
    except (ElementTree.ParseError, ValueError) as error:
        raise Wrong("SVG", text, f"well-formed ({error})") from error
    return root


def _checked(what: str, text: str) -> float:
    number = float(text)
    if not abs(number) <= FARTHEST:
        raise Wrong(what, text, "a number of pixels")
    return number


def _length(element: Element, name: str) -> float:
    """Return an attribute in pixels; 0 where it is not there, as SVG has it. A side or radius is not negative."""
    text = element.get(name, "0")
    match = _LENGTH.fullmatch(text)
    if match is None or (name in {"width", "height", "r", "rx", "ry"} and float(match[1]) < 0):
        raise Wrong(name, text, "a number of pixels")
    return _checked(name, match[1])


def _numbers(what: str, text: str) -> list[float]:
    """Return the numbers of a list, parted by commas, spaces, or nothing but a sign."""
    found = []
    for number, other in _LIST.findall(text):
        if other:
            raise Wrong(what, text, "numbers")
        if number:
            found.append(_checked(what, number))
    return found


def _turned(text: str, outer: _Turn) -> _Turn | None:
    """Return the transform of an element within another; None where it does not keep angles."""
    at = 0
    while at < len(text.rstrip()):
        match = _TRANSFORM.match(text, at)
        inner = None if match is None else _similarity(match[1], _numbers("transform", match[2]))
        if match is None or inner is None:
            return None
        outer = outer[0] * inner[0], outer[0] * inner[1] + outer[1], outer[2] + inner[2]
        if not all(abs(part) <= FARTHEST for place in outer[:2] for part in (place.real, place.imag)):
            return None  # transforms within transforms, until no number is left
        at = match.end()
    return outer


def _similarity(name: str, given: list[float]) -> _Turn | None:
    if name == "rotate" and len(given) in {1, 3}:
        turn, middle = cmath.rect(1, math.radians(given[0])), complex(*given[1:])
        return turn, middle - turn * middle, given[0]
    if name == "translate" and len(given) in {1, 2}:
        return 1 + 0j, complex(*given), 0.0
    if name == "scale" and len(given) in {1, 2} and given[0] == given[-1] > 0:
        return complex(given[0]), 0j, 0.0
    if name == "matrix" and len(given) == 6 and given[0] == given[3] and given[1] == -given[2]:  # noqa: PLR2004
        turn = complex(*given[:2])
        return turn, complex(*given[4:]), round(math.degrees(cmath.phase(turn)), 9)
    return None


# ---- reading: shapes ------------------------------------------------------------------------------------------------


def _made(lost: Counter[str], kind: Callable[..., Shape], *values: object) -> list[Shape]:
    try:
        return [kind(*values)]
    except InvalidValue:  # its numbers are sound, so it has no extent: a click without a drag
        lost[SIZELESS] += 1
        return []


def _scale(turn: _Turn) -> float:
    """Return by how much a transform makes larger; of a mere rotation exactly 1."""
    scale = abs(turn[0])
    return 1.0 if math.isclose(scale, 1, rel_tol=1e-12) else scale


def _rect(element: Element, turn: _Turn, lost: Counter[str]) -> list[Shape]:
    x, y, width, height = (_length(element, name) for name in ("x", "y", "width", "height"))
    if turn == _STILL:  # as it stands, to the last digit
        return _made(lost, Box, x, y, width, height)
    middle, scale = turn[0] * complex(x + width / 2, y + height / 2) + turn[1], _scale(turn)
    return _made(lost, _around, middle, width * scale, height * scale, turn[2])


def _around(middle: complex, width: float, height: float, angle: float) -> Box:
    return Box(middle.real - width / 2, middle.imag - height / 2, width, height, plain(angle))


def _ellipse(element: Element, turn: _Turn, lost: Counter[str]) -> list[Shape]:
    radii = ("r", "r") if str(element.tag).endswith("circle") else ("rx", "ry")
    cx, cy, rx, ry = (_length(element, name) for name in ("cx", "cy", *radii))
    middle, scale = turn[0] * complex(cx, cy) + turn[1], _scale(turn)
    angle = 0 if radii[0] == "r" else plain(turn[2])
    return _made(lost, Ellipse, middle.real, middle.imag, rx * scale, ry * scale, angle)


def _corners(element: Element) -> list[complex]:
    given = _numbers("points", element.get("points", ""))
    if len(given) % 2:
        raise Wrong("points", element.get("points"), "pairs of numbers")
    return [complex(*pair) for pair in zip(given[::2], given[1::2], strict=True)]


def _polygon(element: Element, turn: _Turn, lost: Counter[str]) -> list[Shape]:
    points = _moved(_corners(element), turn)
    said = _LENGTH.fullmatch(element.get("data-angle", ""))
    if said is not None and len(points) == 4:  # noqa: PLR2004 - corners
        first, second, third, fourth = (complex(*point) for point in points)
        angle = _checked("data-angle", said[1]) + turn[2]
        sides = abs(second - first), abs(fourth - first)
        if min(sides) > 0:
            box = _around((first + second + third + fourth) / 4, *sides, angle)
            # Another program may have moved a corner and kept the attribute.
            if all(math.dist(*pair) < _CLOSE for pair in zip(box.corners(), points, strict=True)):
                return [box]
    return _made(lost, Polygon, opened(points))


def _moved(points: Sequence[complex], turn: _Turn) -> tuple[_Pair, ...]:
    if turn != _STILL:
        points = [turn[0] * point + turn[1] for point in points]
    return tuple((point.real, point.imag) for point in points)


def _polyline(element: Element, turn: _Turn, lost: Counter[str]) -> list[Shape]:
    if str(element.tag).endswith("polyline"):
        points = _corners(element)
    else:
        ends = [[_length(element, f"{axis}{at}") for axis in "xy"] for at in (1, 2)]
        points = [complex(*end) for end in ends]
    return _made(lost, Polyline, _moved(points, turn))


# ---- reading: paths -------------------------------------------------------------------------------------------------


def _path(element: Element, turn: _Turn, lost: Counter[str]) -> list[Shape]:
    text = element.get("d", "").strip()
    if re.search("[Aa]", text):
        lost[ARCS] += 1
        return []
    lined = element.get("fill") == "none"
    parts = [(_moved(points, turn), closed) for points, closed in _rings(text)]
    dots = tuple(points[0] for points, _ in parts if len({*points}) == 1)
    if parts and len(dots) == len(parts):
        return [Points(dots)]
    found: list[Shape] = []
    groups: list[list[tuple[_Pair, ...]]] = []
    for points, closed in parts:
        ring = closed or (opened(points) != points and not lined)
        if not ring:
            found += _made(lost, Polyline, points)
            continue
        left, top, right, bottom = bounds_of(points)
        if left == right or top == bottom:
            lost[SIZELESS] += 1
            continue
        group = next((group for group in groups if _overlap(group, points)), None)
        if group is None:
            groups.append([opened(points)])
        else:
            group.append(opened(points))
    for outline, *holes in groups:
        found += _made(lost, Polygon, outline, tuple(holes))
    return found


def _overlap(group: list[tuple[_Pair, ...]], ring: tuple[_Pair, ...]) -> bool:
    one, other = bounds_of(group[0]), bounds_of(ring)
    return (
        one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    )


def _rings(text: str) -> Iterator[_Ring]:
    """Yield the parts of a path."""
    points: list[complex] = []
    at = start = control = 0j
    last = ""
    for command, values in _commands(text):
        kind = command.lower()
        if kind == "m" or (last == "z" and kind != "z"):  # after its end a ring goes on from its start
            if points:
                yield points, False
            points = [start]
        if kind == "z":
            if points:
                yield points, True
            points, at = [], start
        else:
            base = at if command.islower() else 0j
            some = _places(kind, values, at, base)
            if kind in "st":
                some.insert(0, 2 * at - control if last in {"s": "cs", "t": "qt"}[kind] and last else at)
            control = some[-2] if kind in "csqt" else at
            if kind == "m":
                points, start = some[:], some[0]
            else:
                points += _bent([at, *some]) if kind in "csqt" else some
            at = some[-1]
        last = kind
    if points:
        yield points, False


def _commands(text: str) -> Iterator[tuple[str, list[float]]]:
    """Yield each command of a path with the numbers it takes once: `l` with six of them is three lines."""
    first = True
    rest = _COMMAND.sub("", text)
    for command, some in _COMMAND.findall(text):
        numbers = _numbers("d", some)
        size = _NUMBERS.get(command.lower())
        if size is None or rest.strip() or (first and command not in "mM") or bool(numbers) != bool(size):
            raise Wrong("d", text, "a path, its commands with their numbers, M first")
        if size and len(numbers) % size:
            raise Wrong("d", text, f"{size} numbers for each {command}, or a multiple of them")
        first = False
        for start in range(0, len(numbers), size) if size else (0,):
            yield command, numbers[start : start + size]
            command = {"m": "l", "M": "L"}.get(command, command)  # noqa: PLW2901 - more places are lines


def _places(kind: str, values: list[float], at: complex, base: complex) -> list[complex]:
    if kind == "h":
        return [complex(base.real + values[0], at.imag)]
    if kind == "v":
        return [complex(at.real, base.imag + values[0])]
    return [base + complex(*pair) for pair in zip(values[::2], values[1::2], strict=True)]


def _bent(places: list[complex]) -> list[complex]:
    """Return points on the Bézier curve of a start, controls and an end, without the start (de Casteljau)."""
    found = []
    for step in range(1, _CURVE):
        some, part = places, step / _CURVE
        while len(some) > 1:
            some = [one + (other - one) * part for one, other in pairwise(some)]
        found += some
    return [*found, places[-1]]


_WAYS: Final[dict[str, Callable[[Element, _Turn, Counter[str]], list[Shape]]]] = {
    "rect": _rect, "circle": _ellipse, "ellipse": _ellipse, "polygon": _polygon, "polyline": _polyline, "line": _polyline,
    "path": _path,
}  # fmt: skip
"""By element: what makes shapes of it; what has no extent is counted."""
