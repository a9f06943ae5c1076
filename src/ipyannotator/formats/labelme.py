"""LabelMe: one JSON file per image, beside it (https://github.com/wkentaro/labelme).

    {"version": "5.5.0", "flags": {}, "imagePath": "a.jpg", "imageData": null, "imageHeight": 480, "imageWidth": 640,
     "shapes": [{"label": "car", "points": [[1, 2], [30, 40]], "shape_type": "rectangle", "flags": {}, …}]}

Points are in pixels from the top left corner, as floats, of the picture after EXIF orientation. `shape_type` says what
they are: two corners in any order (`rectangle`; four in later versions and `oriented_rectangle`), an outline, a line,
a centre and a point on the circle, the corners of the pixels in `mask`. A file of version 2 has no `shape_type`: all
its shapes are polygons. `imageData`, the picture itself in base64, is passed over in reading and `null` in writing.

Beyond the standard: `score` and `attributes` of a shape, which LabelMe keeps when it saves, and X-AnyLabeling uses.
"""

from __future__ import annotations

import base64
import cmath
import io
import itertools
import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec
from PIL import Image

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
)
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.formats.pictures import picture_size
from ipyannotator.formats.placing import check_inside, original_names, read_bytes, staged_folder
from ipyannotator.formats.values import Wrong, decoded, opened, plain, reduced
from ipyannotator.model import Box, Ellipse, Mask, Points, Polygon, Polyline, Shape

SIZELESS = "without a size (left out)"
UNKNOWN = "of the shape type {!r} (left out)"
UNSIZED = "masks on an image whose size is not known (left out)"
FLAGGED = "flags of whole images (not taken)"
OTHERS = "JSON files of another kind (left out)"

GROUP, DESCRIPTION = "group_id", "description"
"""The attributes that have a place of their own in a shape."""

_HEAD = 1 << 20
"""Bytes at either end of a file that are looked at to tell whether it is LabelMe's: between them may be a picture."""

_MOST = 1 << 28
"""Pixels of an image on which masks are read: what a file says of its size is not to fill the memory."""

_Pair = tuple[float, float]


class _Shape(msgspec.Struct):
    label: str | int | None
    points: list[_Pair]
    shape_type: str | None = None
    flags: dict[str, Any] | None = None
    group_id: int | str | None = None
    description: str | None = None
    mask: str | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None


class _File(msgspec.Struct, rename="camel"):
    shapes: list[_Shape]
    image_path: str | None = None
    image_width: float | None = None
    image_height: float | None = None
    flags: dict[str, Any] | None = None


class LabelMe:
    """LabelMe: boxes, outlines, lines, points and masks, one JSON file per image."""

    name = "labelme"
    title = "LabelMe"
    file = ""
    holds = Holds(
        shapes=frozenset({"box", "polygon", "polyline", "points", "mask"}),
        holes=False, scores=True, attributes=True, splits=False, numbers=False,
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or has one among the first JSON files in it."""
        try:
            return any(_looks(file) for _, file in itertools.islice(_files(path), 20))
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - a shape has one kind
        """Read one JSON file, or all of a folder and those within it; see `Format.read`."""
        files = list(_files(path))
        if not files:
            raise FormatError(
                f"There are no JSON files in {path}, expected LabelMe: one .json for each image. Nothing was taken in."
            )
        originals = original_names(path)

        def samples(lost: Losses) -> Iterator[Sample]:
            for folder, file in files:
                data = read_bytes(file)
                whole = data.rstrip().endswith((b"}", b"]"))
                if path.is_dir() and whole and b'"shapes"' not in data:  # a list of classes among the others
                    lost[OTHERS] += 1
                    continue
                with lost.noting():
                    found = decoded(data, _File, str(file), "LabelMe")
                    yield _sample(path, folder, file, found, originals, size, lost)

        # Which files are LabelMe's, only reading tells.
        return Reading([], samples, len(files) if path.is_file() else None)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a folder of pictures, each with its JSON file beside it; see `Format.write`."""
        mode = images_mode(images, alone=False)
        stems = Stems()
        with staged_folder(path, self.name, mode, stems.marked) as place:
            for sample in content.samples:
                name = stems.name(check_inside(sample.name))
                place.put(f"{stem(name)}.json", _file(name, sample))
                place.image(name, sample)
        return stems.renamed


FORMATS.register("labelme")(LabelMe())


# ---- writing --------------------------------------------------------------------------------------------------------


def _file(name: str, sample: Sample) -> bytes:
    if sample.width is None or sample.height is None:
        raise InvalidValue(f"The size of {name!r}", None, "width and height in pixels")
    content: dict[str, Any] = {
        "version": "5.5.0", "flags": {}, "shapes": [_row(thing) for thing in sample.things],
        "imagePath": PurePosixPath(name).name, "imageData": None,
        "imageHeight": sample.height, "imageWidth": sample.width,
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _row(thing: Thing) -> dict[str, Any]:
    if thing.label is None:
        raise InvalidValue("The object to write", thing, "one with a class")
    values = dict(thing.attributes)
    group = values.pop(GROUP) if type(values.get(GROUP)) is int else None
    # An empty description means none in LabelMe, so an attribute that is empty goes with the others.
    described = isinstance(values.get(DESCRIPTION), str) and values[DESCRIPTION]
    row: dict[str, Any] = {
        "label": thing.label, "points": [], "group_id": group,
        "description": values.pop(DESCRIPTION) if described else "", "shape_type": "",
        "flags": {name: value for name, value in values.items() if isinstance(value, bool)},
    } | _geometry(thing)  # fmt: skip
    others = {name: value for name, value in values.items() if not isinstance(value, bool)}
    more = {"score": thing.score, "attributes": others or None}
    return row | {name: value for name, value in more.items() if value is not None}


def _geometry(thing: Thing) -> dict[str, Any]:
    """Return the type of a shape, its points, and the pixels of a mask."""
    shape = thing.shape
    if isinstance(shape, Mask):
        left, top, right, bottom = map(int, shape.bounds())
        file = io.BytesIO()
        Image.fromarray(shape.to_array()[top:bottom, left:right].astype("uint8")).save(file, "PNG")
        text = base64.b64encode(file.getvalue()).decode("ascii")
        # The second corner is that of the last pixel, and belongs to it.
        return {"points": [[left, top], [right - 1, bottom - 1]], "shape_type": "mask", "mask": text}
    if isinstance(shape, Box):
        bounds = shape.bounds()
        kind, points = "rectangle", [bounds[:2], bounds[2:]]
    elif isinstance(shape, (Polygon, Polyline, Points)):
        kinds = {"polyline": "linestrip", "points": "point" if len(shape.points) == 1 else "points"}
        kind, points = kinds.get(shape.kind, shape.kind), [*shape.points]
    else:
        raise InvalidValue("The object to write", thing, "a box, polygon, polyline, mask, or points")
    return {"points": [[plain(x), plain(y)] for x, y in points], "shape_type": kind}


# ---- reading --------------------------------------------------------------------------------------------------------


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the JSON files in order, each with the folder it lies in within the data set."""
    if path.is_file():
        yield "", path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(folder).relative_to(path).as_posix()
        for name in sorted(names):
            if name.lower().endswith(".json") and not name.startswith("."):
                yield "" if inside == "." else inside, Path(folder, name)


def _looks(path: Path) -> bool:
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        text = file.read(_HEAD)
        file.seek(max(len(text), path.stat().st_size - _HEAD))
        text += file.read(_HEAD)
    return b'"shapes"' in text and b'"imagePath"' in text


def _sample(
    root: Path, folder: str, path: Path, file: _File, originals: dict[str, str], known: SizeOf | None, lost: Losses
) -> Sample:  # fmt: skip
    name = reduced(file.image_path or path.stem, folder) or path.stem
    name = originals.get(name, name)
    width, height = file.image_width or 0, file.image_height or 0
    for what, side in (("imageWidth", width), ("imageHeight", height)):
        if not 0 <= side <= FARTHEST:
            raise FormatError(f"{path}, {what} is {side!r}, expected pixels. Nothing was taken in.")
    size: Size | None = (round(width), round(height))
    if 0 in (size or ()):  # other programs leave them out
        size = (known(name) if known else None) or (picture_size(root / name) if root.is_dir() else None)
    lost[FLAGGED] += sum(value is True for value in (file.flags or {}).values())
    things = [_Reader(path, size, lost).thing(at, shape) for at, shape in enumerate(file.shapes)]
    wide, high = size or (None, None)
    return Sample(name, wide, high, tuple(thing for thing in things if thing is not None))


class _Reader(NamedTuple):
    """What the shapes of one image are read with."""

    path: Path
    size: Size | None
    lost: Losses

    def thing(self, at: int, row: _Shape) -> Thing | None:
        """Return what a shape says; None where it cannot be taken, which is counted."""
        try:
            _check(row)
            shape = self._shape(row)
        except Wrong as wrong:
            what, value, expected = wrong.args
            raise FormatError(
                f"{self.path}, shapes[{at}].{what} is {value!r}, expected {expected}. Nothing was taken in."
            ) from wrong
        return None if shape is None else Thing(shape, str(row.label), row.score, attributes=_attributes(row))

    def _shape(self, row: _Shape) -> Shape | None:
        kind = row.shape_type or "polygon"
        try:
            if kind in {"mask", *_WAYS}:
                return self._mask(row) if kind == "mask" else _WAYS[kind](tuple(row.points))
        except InvalidValue:  # its numbers are sound, so it has no extent: a click without a drag
            self.lost[SIZELESS] += 1
            return None
        self.lost[UNKNOWN.format(kind[:40])] += 1
        return None

    def _mask(self, row: _Shape) -> Mask | None:
        if len(row.points) != 2:  # noqa: PLR2004 - two corners
            raise Wrong("points", row.points[:8], "two corners of a mask")
        (x, y), (other_x, other_y) = row.points
        left, top = math.floor(min(x, other_x)), math.floor(min(y, other_y))
        extent = abs(other_x - x) + 1, abs(other_y - y) + 1
        if self.size is None:
            self.lost[UNSIZED] += 1
            return None
        width, height = self.size
        if width * height > _MOST:
            raise Wrong("mask", f"one of {width} × {height} pixels", f"at most {_MOST:,} of them")
        whole = Image.new("1", self.size)
        whole.paste(_crop(row.mask or "", extent), (left, top))  # what is outside is cut
        return Mask.from_array(whole)


def _check(row: _Shape) -> None:
    if row.label is None or not str(row.label).strip():
        raise Wrong("label", row.label, "the name of a class")
    if row.score is not None and not 0 <= row.score <= 1:
        raise Wrong("score", row.score, "a number from 0 to 1")
    for at, point in enumerate(row.points):
        if not all(abs(value) <= FARTHEST for value in point):
            raise Wrong(f"points[{at}]", list(point), "x and y in pixels")


def _crop(text: str, extent: _Pair) -> Image.Image:
    """Return the pixels in a PNG in base64, where it has the extent that its corners say."""
    import numpy as np

    expected = "a PNG in base64"
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=False)), formats=["PNG"]) as picture:
            # Whether its corners leave out the last pixel or not, programs do not agree about.
            if any(abs(one - other) > 1 for one, other in zip(picture.size, extent, strict=True)):
                expected = "of {:g} × {:g} pixels, as its corners say".format(*extent)
                raise Wrong("mask", "{} × {}".format(*picture.size), expected)
            array = np.asarray(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Wrong("mask", text[:40], expected) from error
    return Image.fromarray(array.any(axis=2) if array.ndim > 2 else array != 0)  # noqa: PLR2004 - with channels


def _attributes(row: _Shape) -> dict[str, Any]:
    places = {GROUP: row.group_id, DESCRIPTION: row.description}
    said = {name: value for name, value in places.items() if value not in (None, "")}
    return {**(row.attributes or {}), **(row.flags or {}), **said}


def _box(points: tuple[_Pair, ...]) -> Shape:
    """Return the box of two corners, or of four: turned where they are; a polygon where they are no rectangle."""
    corners = opened(points) or ((0, 0),)
    if len(corners) not in {1, 2, 4}:
        raise Wrong("points", [list(point) for point in corners[:8]], "two or four corners of a rectangle")
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    upright = {(left, top), (right, top), (left, bottom), (right, bottom)}
    if len(corners) < 4 or set(corners) == upright:  # noqa: PLR2004 - corners
        return Box(left, top, right - left, bottom - top)
    first, second, third, fourth = (complex(*corner) for corner in corners)
    along, down = second - first, fourth - first
    off, slant = abs(first + third - second - fourth), abs((along * down.conjugate()).real)
    if off > 1 or slant > 0.02 * abs(along) * abs(
        down
    ):  # a pixel and a degree: rounded corners are off by that
        return Polygon(corners)
    middle = (first + second + third + fourth) / 4
    x, y = middle.real - abs(along) / 2, middle.imag - abs(down) / 2
    return Box(x, y, abs(along), abs(down), math.degrees(cmath.phase(along)))


def _circle(points: tuple[_Pair, ...]) -> Shape:
    if len(points) > 2:  # noqa: PLR2004 - centre and edge
        raise Wrong("points", [list(point) for point in points[:8]], "the centre and a point on the circle")
    (x, y), radius = (points[0], math.dist(points[0], points[-1])) if points else ((0, 0), 0)
    return Ellipse(x, y, radius, radius)


_WAYS = {
    "rectangle": _box, "oriented_rectangle": _box, "rotation": _box, "circle": _circle,
    "polygon": lambda points: Polygon(opened(points)), "line": Polyline, "linestrip": Polyline,
    "point": Points, "points": Points,
}  # fmt: skip
"""By shape type: what makes a shape of its points; raises `InvalidValue` where they have no extent."""
