"""VGG Image Annotator, versions 1 and 2: one JSON or CSV file (https://www.robots.ox.ac.uk/~vgg/software/via/).

    {"a.jpg1234": {"filename": "a.jpg", "size": 1234, "file_attributes": {}, "regions": [
        {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
         "region_attributes": {"label": "car"}}]}}

Read are annotations as JSON, the project (whose `_via_img_metadata` is the same), and annotations as CSV, a row for
each region; written are annotations as JSON, alone or in a folder beside the pictures. Coordinates are in pixels from
the top left corner of the picture as the browser shows it, after EXIF orientation; `theta` of an ellipse is in radians,
clockwise. Sizes of images are not in it, `size` is that of the file in bytes, by which VIA tells two of one name apart.

Nothing in a file says which attribute of a region is its class: `NAMES` are looked for, and else the only one that is
a text is taken. An object of several points is several regions with one `GROUP`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

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
    SizeOf,
    Thing,
    images_mode,
    is_file,
)
from ipyannotator.formats.placing import Place, check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.formats.values import Wrong, decoded, opened, plain, reduced
from ipyannotator.model import Box, Ellipse, Points, Polygon, Polyline, Shape

NAMES: Final = ("label", "class", "name", "type", "category")
"""What the attribute that is the class is called, the likeliest first; capitals do not matter."""

GROUP = "ipyannotator_points"
"""The attribute of regions that are points of one object."""

KEPT = "label (attribute)"
"""What an attribute `label` is written as, since `label` is the class."""

SIZELESS = "without a size (left out)"
SHAPELESS = "without a place (left out)"
UNKNOWN = "of the shape {!r} (left out)"
FILES = "images with attributes of the file (not taken)"

_WHOLE = "via_annotations.json"
_HEAD = 1 << 16
"""Bytes of a file that are looked at to tell whether it is VIA's: settings of a project may stand first."""
_COLUMNS = ("filename", "file_attributes", "region_shape_attributes", "region_attributes")
_ENDINGS = frozenset({".json", ".csv"})


_Value = str | float | bool | list[float] | None
"""Of a shape: its name, a number, or the coordinates of its points."""


class _Region(msgspec.Struct):
    shape_attributes: dict[str, _Value]
    region_attributes: dict[str, Any] | None = None


class _Entry(msgspec.Struct):
    filename: str
    regions: list[_Region] | dict[str, _Region] | None = None
    file_attributes: dict[str, Any] | None = None


class _Image(NamedTuple):
    """One image of a file: its name, its regions each with its place, and what is said of the file."""

    name: str
    regions: list[tuple[str, _Region]]
    said: dict[str, Any] | None


class Via:
    """VGG Image Annotator: boxes, outlines, lines, ellipses and points in one JSON or CSV file."""

    name = "via"
    title = "VGG Image Annotator"
    file = ".json"
    holds = Holds(
        shapes=frozenset({"box", "polygon", "polyline", "ellipse", "points"}),
        holes=False, unlabelled=True, attributes=True, splits=False, numbers=False, sizes=False,
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder with one at its top."""
        try:
            return bool(_files(path))
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - a region has one kind
        """Read a JSON or CSV file, or all such at the top of a folder; see `Format.read`."""
        files = [path] if path.is_file() else _files(path)
        if not files:
            raise FormatError(
                f"There is no file of VIA in {path}, expected its annotations as .json or .csv. Nothing was taken in."
            )
        classes = dict.fromkeys(name for file in files for name in _classes(file))

        def samples(lost: Losses) -> Iterator[Sample]:
            for file in files:
                for image in _rows(file) if file.suffix.lower() == ".csv" else _entries(file):
                    with lost.noting():
                        yield _sample(image, size, lost)

        return Reading(list(classes), samples)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with it and the pictures; see `Format.write`."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            with staged_file(path, self.title, replace=path.is_file() and _looks(path)) as target:
                _write(target, content)
            return {}
        with staged_folder(path, self.name, mode, {}) as place, place.open(_WHOLE) as target:
            _write(target, content, place)
        return {}


FORMATS.register("via")(Via())


# ---- writing --------------------------------------------------------------------------------------------------------


def _write(target: IO[bytes], content: Content, place: Place | None = None) -> None:
    """Write the annotations, and the pictures where there is a place for them."""
    target.write(b"{")
    used: set[str] = set()
    for sample in content.samples:
        name = check_inside(sample.name)
        size = sample.file.stat().st_size if sample.file is not None else -1
        key = f"{name}{size}"
        while key in used:  # "a.jpg1" of 2 bytes and "a.jpg" of 12: a reader would see one of them only
            key += "_"
        used.add(key)
        regions = [region for at, thing in enumerate(sample.things) for region in _regions(at, thing)]
        entry = {"filename": name, "size": size, "regions": regions, "file_attributes": {}}
        target.write((b",\n" if len(used) > 1 else b"\n") + msgspec.json.encode(key) + b": ")
        target.write(msgspec.json.encode(entry))
        if place is not None:
            place.image(name, sample)
    target.write(b"\n}\n")


def _regions(at: int, thing: Thing) -> Iterator[dict[str, Any]]:
    """Yield the regions that an object is: one, or of several points one each."""
    # The class is there also where there is none, or the only attribute that is a text would be taken for it.
    attributes = {"label": thing.label or ""} | {
        KEPT if name == "label" else name: value for name, value in thing.attributes.items()
    }
    shape = thing.shape
    if not isinstance(shape, Points):
        yield {"shape_attributes": _geometry(thing), "region_attributes": attributes}
        return
    if len(shape.points) > 1:
        attributes[GROUP] = str(at)
    for x, y in shape.points:
        place = {"name": "point", "cx": plain(x), "cy": plain(y)}
        yield {"shape_attributes": place, "region_attributes": attributes}


def _geometry(thing: Thing) -> dict[str, Any]:
    shape = thing.shape
    if isinstance(shape, Box):
        left, top, right, bottom = shape.bounds()
        sides = (right - left, bottom - top) if shape.angle else (shape.width, shape.height)
        names, numbers = ("x", "y", "width", "height"), (left, top, *sides)
        return {"name": "rect", **dict(zip(names, map(plain, numbers), strict=True))}
    if isinstance(shape, Ellipse):
        place = {"cx": plain(shape.cx), "cy": plain(shape.cy)}
        if shape.rx == shape.ry:
            return {"name": "circle", **place, "r": plain(shape.rx)}
        turn = plain(math.radians(shape.angle))
        return {"name": "ellipse", **place, "rx": plain(shape.rx), "ry": plain(shape.ry), "theta": turn}
    if isinstance(shape, (Polygon, Polyline)):
        xs, ys = ([plain(point[axis]) for point in shape.points] for axis in (0, 1))
        return {"name": shape.kind, "all_points_x": xs, "all_points_y": ys}
    raise InvalidValue("The object to write", thing, "a box, polygon, polyline, ellipse, or points")


# ---- reading: files -------------------------------------------------------------------------------------------------


def _files(path: Path) -> list[Path]:
    names = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in names if file.is_file() and not file.name.startswith(".") and _looks(file)]


def _looks(path: Path) -> bool:
    if path.suffix.lower() not in _ENDINGS:
        return False
    with path.open("rb") as file:
        text = file.read(_HEAD)
    if path.suffix.lower() == ".csv":
        return b"region_shape_attributes" in text.split(b"\n", 1)[0]
    return b'"_via_' in text or (b'"filename"' in text and b'"regions"' in text)


def _parts(path: Path) -> dict[str, msgspec.Raw]:
    return decoded(read_bytes(path), dict[str, msgspec.Raw], str(path), "VIA, a mapping from images")


def _classes(path: Path) -> list[str]:
    """Return what a project offers as classes, in its order; nothing where it is no project, or they are free text."""
    given = None if path.suffix.lower() == ".csv" else _parts(path).get("_via_attributes")
    if given is None:
        return []
    kind, what = dict[str, dict[str, dict[str, Any]]], "VIA, attributes with their options"
    offered = decoded(given, kind, f"{path}, _via_attributes", what).get("region", {})
    key = _class_key(dict.fromkeys(offered, ""))
    options = offered[key].get("options") if key is not None else None
    return [name for name in options if name.strip()] if isinstance(options, dict) else []


def _entries(path: Path) -> Iterator[_Image]:
    """Yield the images of a JSON file."""
    parts = _parts(path)
    if "_via_img_metadata" in parts:
        where = f"{path}, _via_img_metadata"
        parts = decoded(
            parts["_via_img_metadata"], dict[str, msgspec.Raw], where, "VIA, a mapping from images"
        )
    for key, given in parts.items():
        if not key.startswith("_via_"):
            where = f"{path}, {key!r}"
            entry = decoded(given, _Entry, where, "VIA 1 or 2, an image with `filename` and `regions`")
            regions = entry.regions or []
            items = regions.items() if isinstance(regions, dict) else enumerate(regions)
            some = [(f"{where}, regions[{at}]", region) for at, region in items]
            yield _Image(entry.filename, some, entry.file_attributes)


def _rows(path: Path) -> Iterator[_Image]:
    """Yield the images of a CSV file; their rows need not stand together."""
    images: dict[str, _Image] = {}
    try:
        text = read_bytes(path).decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        head = [name.strip().lstrip("#").strip() for name in next(rows, [])]
        if not {*_COLUMNS} <= {*head}:
            raise _cut(f"{path}, line 1", head, f"the columns {', '.join(_COLUMNS)}")
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            if len(row) not in {0, len(head)}:
                raise _cut(where, row, f"{len(head)} values")
            if row:
                name, said, *region = (row[head.index(column)] or "{}" for column in _COLUMNS)
                image = images.setdefault(name, _Image(name, [], _json(said, where)))
                if region[0] != "{}":  # an image without any has one row as well
                    shape = decoded(
                        region[0], dict[str, _Value], f"{where}, region_shape_attributes", "a shape"
                    )
                    image.regions.append((where, _Region(shape, _json(region[1], where))))
    except (csv.Error, UnicodeDecodeError) as error:
        raise FormatError(
            f"{path} is not readable as CSV ({error}); it may have been cut short. Nothing was taken in."
        ) from error
    yield from images.values()


def _json(text: str, where: str) -> dict[str, Any]:
    return decoded(text, dict[str, Any], where, "VIA, attributes")


def _cut(where: str, row: list[str], expected: str) -> FormatError:
    return FormatError(
        f"{where} is {str(row)[:200]}, expected {expected}; it may have been cut short. Nothing was taken in."
    )


# ---- reading: regions -----------------------------------------------------------------------------------------------


def _sample(image: _Image, size: SizeOf | None, lost: Losses) -> Sample:
    name = reduced(image.name) or image.name
    lost[FILES] += any(value not in ("", None, {}) for value in (image.said or {}).values())
    things: list[Thing] = []
    groups: dict[str, int] = {}
    for where, region in image.regions:
        values = dict(region.region_attributes or {})
        group = values.pop(GROUP, None)
        label = _label(values)
        if KEPT in values:
            values["label"] = values.pop(KEPT)
        shape = _shape(where, region.shape_attributes, lost)
        if shape is None:
            continue
        if isinstance(shape, Points) and isinstance(group, str):
            first = groups.setdefault(group, len(things))
            if first < len(things) and isinstance(one := things[first].shape, Points):
                things[first] = Thing(Points((*one.points, *shape.points)), label, attributes=values)
                continue
        things.append(Thing(shape, label, attributes=values))
    width, height = (size(name) if size else None) or (None, None)
    return Sample(name, width, height, tuple(things))


def _label(values: dict[str, Any]) -> str | None:
    """Return the class that attributes say, and take it out of them; None where they say none."""
    key = _class_key(values)
    if key is None:
        return None
    value = values[key]
    if isinstance(value, dict):  # boxes to tick, of which one is
        ticked = [name for name, on in value.items() if on]
        value = ticked[0] if len(ticked) == 1 else value
    if isinstance(value, (dict, list, float, bool)):
        return None  # it stays an attribute
    del values[key]
    text = "" if value is None else str(value)
    return text if text.strip() else None


def _class_key(values: Mapping[str, Any]) -> str | None:
    for wanted in NAMES:
        if wanted in values:
            return wanted
        for name in values:
            if name.lower() == wanted:
                return name
    texts = [name for name, value in values.items() if isinstance(value, str)]
    return texts[0] if len(texts) == 1 else None


def _shape(where: str, given: dict[str, _Value], lost: Losses) -> Shape | None:
    """Return the shape of a region; None where it cannot be taken, which is counted."""
    name = str(given.get("name") or "")
    try:
        if name in _WAYS:
            return _WAYS[name](given)
    except Wrong as wrong:
        what, value, expected = wrong.args
        raise FormatError(
            f"{where}, {what} of the {name} is {value!r}, expected {expected}. Nothing was taken in."
        ) from wrong
    except InvalidValue:  # its numbers are sound, so it has no extent: a click without a drag
        lost[SIZELESS] += 1
        return None
    lost[UNKNOWN.format(name[:40]) if name else SHAPELESS] += 1
    return None


def _number(given: dict[str, _Value], name: str) -> float:
    """Return a value of a shape; a side or radius is not negative."""
    value = given.get(name)
    least = 0 if name in {"width", "height", "r", "rx", "ry"} else -FARTHEST
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= FARTHEST:
        raise Wrong(name, value, f"a number{' of pixels' * (name != 'theta')}{', 0 or more' * (not least)}")
    return value


def _box(given: dict[str, _Value]) -> Shape:
    x, y, width, height = (_number(given, name) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def _ellipse(given: dict[str, _Value]) -> Shape:
    names = ("cx", "cy", "r", "r") if given["name"] == "circle" else ("cx", "cy", "rx", "ry")
    cx, cy, rx, ry = (_number(given, name) for name in names)
    # Before 2.0.5 they were never turned.
    return Ellipse(cx, cy, rx, ry, round(math.degrees(_number({"theta": 0.0, **given}, "theta")), 9))


def _points(given: dict[str, _Value]) -> tuple[tuple[float, float], ...]:
    found = []
    for name in ("all_points_x", "all_points_y"):
        values = given.get(name)
        if not isinstance(values, list):
            raise Wrong(name, values, "a list of numbers of pixels")
        found.append([_number({f"{name}[{at}]": value}, f"{name}[{at}]") for at, value in enumerate(values)])
    if len(found[0]) != len(found[1]):
        raise Wrong("all_points_y", found[1][:8], f"{len(found[0])} numbers, as many as in all_points_x")
    return tuple(zip(*found, strict=True))


_WAYS: Final[dict[str, Callable[[dict[str, _Value]], Shape]]] = {
    "rect": _box, "circle": _ellipse, "ellipse": _ellipse,
    "point": lambda given: Points(((_number(given, "cx"), _number(given, "cy")),)),
    "polygon": lambda given: Polygon(opened(_points(given))), "polyline": lambda given: Polyline(_points(given)),
}  # fmt: skip
"""By name: what makes a shape of a region's numbers; raises `InvalidValue` where they have no extent."""
