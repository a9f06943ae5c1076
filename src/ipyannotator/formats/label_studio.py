"""Label Studio's JSON: a list of tasks, one for each image, with the regions that somebody has drawn on it.

Coordinates are per cent of the image's width and height. A turned box is turned around its own top left corner there, an
ellipse around its centre. A region without a class is a `rectangle`, `polygon` or `ellipse`, one with a class a
`rectanglelabels` and so on; `choices` are labels of the whole image. Attributes stand in `meta`, beside which Label Studio
itself keeps what it shows there.

In reading, of several annotations of an image the first is taken that was not cancelled, and without one the first
prediction. A picture that was uploaded has eight digits before its name, and one of a local storage is in the query of
its address: neither is part of its name here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import (
    FARTHEST,
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Losses,
    Reading,
    Sample,
    Size,
    SizeOf,
    Thing,
    images_mode,
    is_file,
)
from ipyannotator.formats.placing import check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.formats.values import Wrong, decoded, plain, reduced
from ipyannotator.model import Box, Ellipse, Points, Polygon, Shape, Whole

OTHERS = "annotations of an image that has one already (left out)"
UNKNOWN = "of the type {!r} (left out)"
SIZELESS = "without a size (left out)"
FURTHER = "with further classes (the first was taken)"

_UPLOADED = re.compile(r"(?<=/)[0-9a-f]{8}-(?=[^/]+$)")
_WHOLE = "annotations.json"
_HEAD = 1 << 16
"""Bytes of a file that are looked at to tell whether it is Label Studio's."""
_DIGITS = 6
"""Decimals of a pixel that are kept: per cent of a side are no round numbers."""


class _Region(msgspec.Struct):
    type: str = ""
    value: dict[str, Any] = {}
    original_width: float | None = None
    original_height: float | None = None
    score: float | None = None
    meta: dict[str, Any] | None = None


class _Annotation(msgspec.Struct):
    result: list[_Region] = []
    was_cancelled: bool | None = None


class _Task(msgspec.Struct):
    data: dict[str, Any]
    annotations: list[_Annotation] | None = None
    predictions: list[_Annotation] | None = None
    completions: list[_Annotation] | None = None


class LabelStudio:
    """Label Studio: boxes, outlines, ellipses and labels of the whole image in one JSON file."""

    name = "label-studio"
    title = "Label Studio"
    file = ".json"
    holds = Holds(
        frozenset({"box", "polygon", "ellipse", "whole"}), angle=True, holes=False, unlabelled=True, scores=True,
        attributes=True, splits=False, numbers=False,
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder with one at its top."""
        try:
            return any(_looks(file) for file in _files(path))
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - a region has one kind
        """Read a file, or those at the top of a folder; see `Format.read`."""
        files = [path] if path.is_file() else [file for file in _files(path) if _looks(file)]
        if not files:
            raise FormatError(f"There is no JSON of Label Studio in {path}. Nothing was taken in.")
        tasks = [
            (file, decoded(read_bytes(file), list[_Task], str(file), "a list of Label Studio's tasks"))
            for file in files
        ]

        def samples(lost: Losses) -> Iterator[Sample]:
            for file, some in tasks:
                for at, task in enumerate(some):
                    with lost.noting():
                        yield _sample(f"{file}, [{at}]", task, size, lost)

        names = dict.fromkeys(
            name
            for _, some in tasks
            for task in some
            for each in _wanted(task, None)
            for name in _labels(each)
        )
        return Reading(list(names), samples, sum(len(some) for _, some in tasks))

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with it and the pictures; see `Format.write`."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            with staged_file(path, self.title, replace=path.is_file() and _looks(path)) as target:
                _write(target, content.samples)
            return {}
        with staged_folder(path, self.name, mode, {}) as place, place.open(_WHOLE) as target:

            def placed() -> Iterator[Sample]:
                for sample in content.samples:
                    place.image(f"images/{check_inside(sample.name)}", sample)
                    yield sample

            _write(target, placed())
        return {}


FORMATS.register("label-studio")(LabelStudio())


# ---- writing --------------------------------------------------------------------------------------------------------


def _write(target: IO[bytes], samples: Any) -> None:
    target.write(b"[")
    for at, sample in enumerate(samples):
        name = check_inside(sample.name)
        if not sample.width or not sample.height:
            raise InvalidValue(
                f"The size of {name!r}", (sample.width, sample.height), "width and height in pixels"
            )
        size = (sample.width, sample.height)
        regions = [_row(f"{at + 1}-{number}", thing, size) for number, thing in enumerate(sample.things, 1)]
        task = {"id": at + 1, "data": {"image": name}, "annotations": [{"id": at + 1, "result": regions}]}
        target.write((b",\n" if at else b"\n") + msgspec.json.encode(task))
    target.write(b"\n]\n")


def _row(number: str, thing: Thing, size: Size) -> dict[str, Any]:
    kind, value = _value(thing.shape, size)
    if kind == "choices":
        if thing.label is None:
            raise InvalidValue("The label of a whole image", None, "a class")
        value["choices"] = [thing.label]
    elif thing.label is not None:
        kind = f"{kind}labels"
        value[kind] = [thing.label]
    row: dict[str, Any] = {
        "id": number, "type": kind, "from_name": "choice" if kind == "choices" else "label", "to_name": "image",
        "original_width": size[0], "original_height": size[1], "image_rotation": 0, "value": value,
    }  # fmt: skip
    if thing.score is not None:
        row["score"] = thing.score
    if thing.attributes:
        row["meta"] = {"attributes": dict(thing.attributes)}
    return row


def _value(shape: Shape, size: Size) -> tuple[str, dict[str, Any]]:
    """Return the type of a region and what it says of a shape."""
    width, height = (100 / side for side in size)
    if isinstance(shape, Box):
        x, y = shape.corners()[0]
        return "rectangle", {
            "x": x * width, "y": y * height, "width": shape.width * width, "height": shape.height * height,
            "rotation": plain(shape.angle),
        }  # fmt: skip
    if isinstance(shape, Polygon):
        return "polygon", {"points": [[x * width, y * height] for x, y in shape.points], "closed": True}
    if isinstance(shape, Ellipse):
        return "ellipse", {
            "x": shape.cx * width, "y": shape.cy * height, "radiusX": shape.rx * width, "radiusY": shape.ry * height,
            "rotation": plain(shape.angle),
        }  # fmt: skip
    if isinstance(shape, Whole):
        return "choices", {}
    raise InvalidValue("The object to write", shape, "a box, polygon, ellipse or label of the whole image")


# ---- reading --------------------------------------------------------------------------------------------------------


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.glob("*.json"))


def _looks(path: Path) -> bool:
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    # An empty list is one of no tasks.
    return head[:1] == b"[" and (b'"data"' in head or head[1:].strip() == b"]")


def _wanted(task: _Task, lost: Losses | None) -> list[_Region]:
    """Return the regions of the annotation of a task that is taken."""
    done = [each for each in task.annotations or task.completions or [] if not each.was_cancelled]
    found = done or (task.predictions or [])[:1]
    if lost is not None and len(found) > 1:
        lost[OTHERS] += len(found) - 1
    return found[0].result if found else []


def _sample(where: str, task: _Task, size: SizeOf | None, lost: Losses) -> Sample:
    name = _name(where, task.data)
    regions = _wanted(task, lost)
    sides = next(
        (
            (each.original_width, each.original_height)
            for each in regions
            if each.original_width and each.original_height
        ),
        (size(name) if size else None) or (None, None),
    )
    width, height = (None if side is None else round(side) for side in sides)
    things = []
    for at, region in enumerate(regions):
        try:
            thing = _thing(region, (width, height) if width and height else None, lost)
        except (Wrong, InvalidValue) as error:
            said = str(InvalidValue(*error.args)) if isinstance(error, Wrong) else str(error)
            raise FormatError(f"{where}, result[{at}]: {said} Nothing was taken in.") from error
        if thing is not None:
            things.append(thing)
    return Sample(name, width, height, tuple(things))


def _name(where: str, data: dict[str, Any]) -> str:
    given = data.get("image") or next(
        (value for value in data.values() if isinstance(value, str) and value), None
    )
    if not isinstance(given, str) or not given:
        raise FormatError(
            f"{where}.data is {str(data)[:60]!r}, expected the address of an image. Nothing was taken in."
        )
    parts = urlsplit(given)
    local = parse_qs(parts.query).get("d")
    if local:
        return reduced(local[0])
    served = parts.scheme in ("http", "https") or parts.path.startswith("/data/")
    return reduced(_UPLOADED.sub("", unquote(parts.path)) if served else given)


def _labels(region: _Region) -> list[str]:
    """Return the classes of a region: the texts of the list that is called like its type."""
    named = (
        region.value.get(region.type) if region.type.endswith("labels") or region.type == "choices" else None
    )
    return (
        [name for name in named if isinstance(name, str) and name.strip()] if isinstance(named, list) else []
    )


def _thing(region: _Region, size: Size | None, lost: Losses) -> Thing | None:
    kind = region.type.removesuffix("labels")
    labels = _labels(region)
    read = READERS.get(kind)
    if read is None or (kind == "choices" and not labels):
        lost[UNKNOWN.format(region.type[:40])] += 1
        return None
    if len(labels) > 1:
        lost[FURTHER] += 1
    if size is None and kind != "choices":
        raise Wrong("original_width and original_height", None, "the size of the image in pixels")
    shape = read(region.value, size or (1, 1))
    if shape is None:
        lost[SIZELESS] += 1
        return None
    if region.score is not None and not 0 <= region.score <= 1:
        raise Wrong("score", region.score, "a number from 0 to 1")
    attributes = (region.meta or {}).get("attributes")
    return Thing(
        shape,
        labels[0] if labels else None,
        region.score,
        attributes=attributes if isinstance(attributes, dict) else {},
    )


def _number(value: dict[str, Any], name: str, side: int = 100, default: float | None = None) -> float:
    """Return a number of a region, of per cent as pixels of a side."""
    given = value.get(name, default)
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not abs(given) <= FARTHEST:
        raise Wrong(f"value.{name}", given, "a number")
    return round(given * side / 100, _DIGITS)


def _box(value: dict[str, Any], size: Size) -> Shape | None:
    x, width = (_number(value, name, size[0]) for name in ("x", "width"))
    y, height = (_number(value, name, size[1]) for name in ("y", "height"))
    if width < 0 or height < 0:
        raise Wrong("value.width and value.height", [width, height], "pixels, not less than 0")
    if not width or not height:
        return None
    angle = _number(value, "rotation", default=0.0)
    turn = math.radians(angle)
    # From the corner that it is turned around to the middle that ours are.
    middle_x = x + (width * math.cos(turn) - height * math.sin(turn)) / 2
    middle_y = y + (width * math.sin(turn) + height * math.cos(turn)) / 2
    left, top = (
        round(middle - side / 2, _DIGITS) for middle, side in ((middle_x, width), (middle_y, height))
    )
    return Box(left, top, width, height, angle)


def _polygon(value: dict[str, Any], size: Size) -> Shape | None:
    given = value.get("points")
    if not isinstance(given, list) or not all(isinstance(point, list) and len(point) == 2 for point in given):  # noqa: PLR2004 - x and y
        raise Wrong("value.points", str(given)[:60], "a list of pairs of numbers")
    points = [
        tuple(_number({"points": each}, "points", side) for each, side in zip(point, size, strict=True))
        for point in given
    ]
    try:
        return Polygon(tuple(points))  # type: ignore[arg-type] # they are pairs
    except InvalidValue:  # a line or a point
        return None


def _ellipse(value: dict[str, Any], size: Size) -> Shape | None:
    x, radius_x = (_number(value, name, size[0]) for name in ("x", "radiusX"))
    y, radius_y = (_number(value, name, size[1]) for name in ("y", "radiusY"))
    if radius_x <= 0 or radius_y <= 0:
        return None
    return Ellipse(x, y, radius_x, radius_y, _number(value, "rotation", default=0.0))


def _point(value: dict[str, Any], size: Size) -> Shape | None:
    return Points(((_number(value, "x", size[0]), _number(value, "y", size[1])),))


READERS: Final[dict[str, Callable[[dict[str, Any], Size], Shape | None]]] = {
    "rectangle": _box,
    "polygon": _polygon,
    "ellipse": _ellipse,
    "keypoint": _point,
    "choices": lambda _value, _size: Whole(),
}
"""What the types of regions are here."""
