"""One annotated thing of CVAT as an XML element: its shape, its attributes.

Pixels of a `<mask>` are run lengths along the rows of a crop, the first of them of pixels outside. Joints of a
`<skeleton>` are `<points>` with the name of the joint as their label; `outside` is an absent one, `occluded` a hidden.

Attributes are texts in CVAT, and flags, numbers and lists here. So a text that is JSON in its shortest form is read
as what it says (`true`, `5`, `2.50` is none), and any other as a text; a text that would be read as something else,
or that has spaces around it, is written in the quotes of JSON. So everything comes back as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from ipyannotator.errors import InvalidValue
from ipyannotator.formats.base import FARTHEST, Size
from ipyannotator.formats.values import Wrong, plain
from ipyannotator.model import (
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Shape,
    Skeleton,
    SkeletonTemplate,
    Whole,
)
from ipyannotator.model.shapes import rle
from ipyannotator.model.shapes.mask import MOST

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OCCLUDED = "occluded"
"""The attribute that CVAT has a place of its own for."""

LARGEST = 1 << 28
"""Pixels of the largest crop of a mask that is unpacked: a few bytes of text can claim any number."""

_UNWRITABLE: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""

_DIGITS = 9
"""Decimals of a difference that are meant; what is behind them comes from counting in binary."""

Joints = Mapping[str, SkeletonTemplate]


# ---- texts ----------------------------------------------------------------------------------------------------------


def text(value: str) -> str:
    """Return a text as it stands in an element or between quotes; raise `InvalidValue` for what XML cannot write."""
    if not _writable(value):
        raise InvalidValue("A text in CVAT's XML", value, "one without control characters", "Rename it.")
    return escape(value, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"})


def value_of(said: str) -> Any:
    """Return what the text of an attribute says."""
    said = said.strip()  # a printer that indents texts as well
    try:
        value = json.loads(said)
        return value if said in (_json(value, plain_text=True), _json(value, plain_text=False)) else said
    except (ValueError, RecursionError):
        return said


def said_of(name: str, value: Any) -> str:
    """Return the text that says a value; raise `InvalidValue` where JSON cannot."""
    if isinstance(value, str) and _writable(value) and value_of(value) == value:
        return value
    try:
        said = _json(value, plain_text=True)
        return said if _writable(said) else _json(value, plain_text=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"The attribute {name!r}", value, "a value that JSON can say") from error


def _json(value: Any, *, plain_text: bool) -> str:
    return json.dumps(value, ensure_ascii=not plain_text, separators=(",", ":"), allow_nan=False)


def _writable(value: str) -> bool:
    return _UNWRITABLE.search(value) is None


# ---- writing --------------------------------------------------------------------------------------------------------


def element(shape: Shape, label: str, attributes: Mapping[str, Any], joints: Joints) -> str:
    """Return one thing as lines of XML.

    Args:
        shape: in pixels.
        label: the name of its class.
        attributes: its values by name.
        joints: the joints of skeletons by the name of their class.

    Raises:
        InvalidValue: XML cannot write a text, or the format has no such shape.
    """
    hidden = attributes.get(OCCLUDED) is True
    tag, values, inner = _described(shape, joints.get(label))
    head = {"label": label, "source": "manual"}
    if not isinstance(shape, Whole):
        head |= {OCCLUDED: str(int(hidden)), **values, "z_order": "0"}
    inner += [
        f'<attribute name="{text(name)}">{text(said_of(name, value))}</attribute>'
        for name, value in attributes.items()
        if not (hidden and name == OCCLUDED and head.get(OCCLUDED))
    ]
    said = "".join(f' {name}="{text(value)}"' for name, value in head.items())
    lines = "".join(f"      {line}\n" for line in inner)
    return f"    <{tag}{said}>\n{lines}    </{tag}>\n"


def _described(shape: Shape, template: SkeletonTemplate | None) -> tuple[str, dict[str, str], list[str]]:
    """Return the element's name, the values in its head, and the elements within."""
    if isinstance(shape, Box):
        sides = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
        return (
            "box",
            _numbers(("xtl", "ytl", "xbr", "ybr"), sides) | _turn(shape.angle),
            [],
        )
    if isinstance(shape, Ellipse):
        sides = (shape.cx, shape.cy, shape.rx, shape.ry)
        return "ellipse", _numbers(("cx", "cy", "rx", "ry"), sides) | _turn(shape.angle), []
    if isinstance(shape, (Polygon, Polyline, Points)):
        if isinstance(shape, Polygon) and shape.holes:
            raise InvalidValue("The polygon to write", shape, "one without holes")
        pairs = ";".join(f"{plain(x)},{plain(y)}" for x, y in shape.points)
        return shape.kind, {"points": pairs}, []
    if isinstance(shape, Mask):
        return "mask", _runs(shape), []
    if isinstance(shape, Skeleton):
        return "skeleton", {}, _points(shape, template)
    if isinstance(shape, Whole):
        return "tag", {}, []
    raise InvalidValue("The shape to write", shape, "one that CVAT has")


def _numbers(names: tuple[str, ...], values: tuple[float, ...]) -> dict[str, str]:
    return {name: str(plain(value)) for name, value in zip(names, values, strict=True)}


def _turn(angle: float) -> dict[str, str]:
    return (
        {"rotation": str(plain(angle % 360))} if angle else {}
    )  # CVAT refuses less than 0 and more than 360


def _runs(shape: Mask) -> dict[str, str]:
    left, top, right, bottom = map(int, shape.bounds())
    crop = shape.to_array()[top:bottom, left:right]
    runs = rle.runs_of(crop.T)  # it counts down the columns, and CVAT along the rows
    return {
        "rle": ", ".join(map(str, runs.tolist())),
        "left": str(left), "top": str(top), "width": str(right - left), "height": str(bottom - top),
    }  # fmt: skip


def _points(shape: Skeleton, template: SkeletonTemplate | None) -> list[str]:
    names = template.joints if template else tuple(map(str, range(1, len(shape.joints) + 1)))
    if len(names) != len(shape.joints):
        raise InvalidValue(
            "The skeleton to write", shape, f"one with the {len(names)} joints {', '.join(names)}"
        )
    return [
        f'<points label="{text(name)}" outside="{int(seen == 0)}" occluded="{int(seen == 1)}" points="{plain(x)},{plain(y)}">'
        "</points>"
        for name, (x, y, seen) in zip(names, shape.joints, strict=True)
    ]


# ---- reading --------------------------------------------------------------------------------------------------------


def shape_of(given: Element, size: Size | None, template: SkeletonTemplate | None) -> Shape | None:
    """Return the shape of an element; None where it has no extent.

    Args:
        given: an element whose name is in `TAGS`.
        size: of its image in pixels; a mask needs it.
        template: the joints of its class, where the file says them.

    Raises:
        Wrong: a value is not what the format says.
    """
    if given.tag == "mask":
        return _mask(given, size)
    if given.tag == "skeleton":
        return _skeleton(given, template)
    return _PLAIN[given.tag](given)


def attributes_of(given: Element) -> dict[str, Any]:
    """Return the attributes of an element, `occluded` among them; raise `Wrong` for one without a name."""
    found: dict[str, Any] = {OCCLUDED: True} if flag(given, OCCLUDED) else {}
    for each in given.iterfind("attribute"):
        name = each.get("name")
        if name is None:
            raise Wrong("attribute", each.text, "one with a name")
        found[name] = value_of(each.text or "")
    return found


def flag(given: Element, name: str) -> bool:
    """Return whether a flag is set; raise `Wrong` where it is none."""
    said = given.get(name, "0").strip().lower()
    if said not in ("0", "1", "false", "true"):
        raise Wrong(name, given.get(name), "0 or 1")
    return said in ("1", "true")


def number(given: Element, name: str, fallback: str | None = None) -> float:
    """Return a number; raise `Wrong` where it is none, or beyond all pictures."""
    return _number(name, given.get(name, fallback))


def whole(given: Element, name: str, fallback: str | None = None) -> int:
    """Return a whole number that is not negative; raise `Wrong` where it is none."""
    found = number(given, name, fallback)
    if found < 0 or not found.is_integer():
        raise Wrong(name, given.get(name), "a whole number, at least 0")
    return int(found)


def _number(name: str, said: str | None) -> float:
    try:
        found = float(said or "")
    except ValueError:
        found = FARTHEST * 2
    if not abs(found) <= FARTHEST:  # so that NaN is refused as well
        raise Wrong(name, said, f"a number, at most {FARTHEST:,.0f}")
    return found


def _pairs(given: Element) -> list[tuple[float, float]]:
    said = given.get("points", "")
    found = []
    for pair in filter(None, said.strip().rstrip(";").split(";")):
        values = pair.split(",")
        if len(values) != 2:  # noqa: PLR2004 - x and y
            raise Wrong("points", pair, "x,y in pixels, with ; between the points")
        found.append((_number("points", values[0]), _number("points", values[1])))
    if not found:
        raise Wrong("points", given.get("points"), "x,y in pixels, with ; between the points")
    return found


def _box(given: Element) -> Shape | None:
    left, top, right, bottom = (number(given, name) for name in ("xtl", "ytl", "xbr", "ybr"))
    if right < left:
        raise Wrong("xbr", given.get("xbr"), f"at least xtl, {given.get('xtl')}")
    if bottom < top:
        raise Wrong("ybr", given.get("ybr"), f"at least ytl, {given.get('ytl')}")
    if right == left or bottom == top:
        return None
    return Box(left, top, _span(left, right), _span(top, bottom), number(given, "rotation", "0"))


def _span(first: float, last: float) -> float:
    return round(last - first, _DIGITS) or last - first


def _ellipse(given: Element) -> Shape | None:
    cx, cy, rx, ry = (number(given, name) for name in ("cx", "cy", "rx", "ry"))
    for name, half in (("rx", rx), ("ry", ry)):
        if half < 0:
            raise Wrong(name, given.get(name), "at least 0 pixels")
    return Ellipse(cx, cy, rx, ry, number(given, "rotation", "0")) if rx and ry else None


def _drawn(kind: Callable[[Any], Shape]) -> Callable[[Element], Shape | None]:
    def read(given: Element) -> Shape | None:
        try:
            return kind(_pairs(given))
        except InvalidValue:  # too few points, or all of them on one spot
            return None

    return read


def _mask(given: Element, size: Size | None) -> Shape | None:
    import numpy as np

    if size is None:
        raise Wrong("rle", _short(given.get("rle")), "an image with a width and a height around it")
    left, top, width, height = (whole(given, name) for name in ("left", "top", "width", "height"))
    if left + width > size[0] or top + height > size[1] or size[0] * size[1] > MOST:
        raise Wrong(
            "width and height", [width, height], f"a crop within its image of {size[0]} × {size[1]} pixels"
        )
    if width * height > LARGEST:
        raise Wrong("width and height", [width, height], f"a crop of at most {LARGEST:,} pixels")
    expected = f"run lengths of {width} × {height} pixels, with commas between them"
    try:
        runs = np.array([int(part) for part in (given.get("rle") or "").split(",")], dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise Wrong("rle", _short(given.get("rle")), expected) from error
    # Each below the sum, so that the sum does not wrap around.
    if runs.min() < 0 or runs.max() > width * height or int(runs.sum()) != width * height:
        raise Wrong("rle", _short(given.get("rle")), expected)
    if not rle.area(runs):
        return None
    crop = rle.expand(runs, (width, height)).T
    # Where pixels begin and end down each column of the crop, as positions down the columns of the image: so no
    # array of the image's size is needed.
    steps = np.diff(np.pad(crop, ((1, 1), (0, 0))).astype(np.int8), axis=0).T
    edges = [
        (left + columns) * size[1] + top + rows
        for columns, rows in (np.nonzero(steps == step) for step in (1, -1))
    ]
    begins, ends = (
        np.setdiff1d(edges[0], edges[1]),
        np.setdiff1d(edges[1], edges[0]),
    )  # a column may go on in the next
    total = size[0] * size[1]
    flat = np.concatenate(([0], np.stack((begins, ends), 1).ravel(), [total] if ends[-1] < total else []))
    return Mask((size[1], size[0]), rle.encode(np.diff(flat).astype(np.int64)))


def _short(said: str | None) -> str | None:
    return said if said is None else said[:40]


def _skeleton(given: Element, template: SkeletonTemplate | None) -> Shape | None:
    joints: dict[str, tuple[float, float, int]] = {}
    for each in given.iterfind("points"):
        name = each.get("label")
        if name is None or name in joints or (template and name not in template.joints):
            known = (
                f"each of: {', '.join(template.joints)}, once" if template else "each joint once, by its name"
            )
            raise Wrong("points label", name, known)
        pairs = _pairs(each)
        if len(pairs) != 1:
            raise Wrong("points", each.get("points"), "one x,y in pixels for a joint")
        seen = 0 if flag(each, "outside") else 1 if flag(each, OCCLUDED) else 2
        joints[name] = (*pairs[0], seen)
    if not joints:
        return None
    names = template.joints if template else tuple(joints)
    return Skeleton(tuple(joints.get(name, (0.0, 0.0, 0)) for name in names))


def _tag(_: Element) -> Shape | None:
    return Whole()


_PLAIN: Final[dict[str, Callable[[Element], Shape | None]]] = {
    "box": _box,
    "ellipse": _ellipse,
    "polygon": _drawn(Polygon),
    "polyline": _drawn(Polyline),
    "points": _drawn(Points),
    "tag": _tag,
}
TAGS: Final = frozenset({*_PLAIN, "mask", "skeleton"})
"""The elements that are shapes."""
