"""What a row says, as a sample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import FARTHEST, Losses, Sample, Size, SizeOf, Thing
from ipyannotator.formats.hugging_face.files import Names
from ipyannotator.formats.pictures import picture_size
from ipyannotator.formats.values import Wrong, decoded, reduced
from ipyannotator.model import Box, Whole

BOXES: Final = ("bbox", "bboxes")
CATEGORIES: Final = ("categories", "category", "category_id", "labels", "label", "class", "name")
LABELS: Final = ("label", "labels", "class", "category", "text")
"""What the column of the class of an image is called, the likeliest first."""

SIZELESS = "without a size (left out)"
CAPTIONS = "texts too long for the name of a class (not taken)"
UNTAKEN = "values of whole images in the column {!r} (not taken)"

_KNOWN = frozenset({"file_name", "image_id", "id", "width", "height", "objects"})
_DERIVED = frozenset({"area", "id", "score", "track", "attributes"})
"""Columns of objects that are no attribute: they say something else, or nothing that is not in the others."""
_LONGEST = 100
"""Characters of a text that may be the name of a class; a caption is longer."""
_SIDES = 4

_Row = dict[str, Any]


class Rows:
    """Makes samples of the rows of one file.

    Args:
        file: the file, which names of pictures are relative to.
        split: the part that it is of.
        folder: its folder within that.
        names: the names of classes by number, by column.
        size: knows the sizes of items.
        lost: counts what is not taken.
    """

    def __init__(
        self, file: Path, split: str, folder: str, names: Names, size: SizeOf | None, lost: Losses
    ) -> None:
        self._file = file
        self._split = split
        self._folder = folder
        self._names = names
        self._size = size
        self._lost = lost

    def sample(self, where: str, row: _Row) -> Sample:
        """Return what a row says; raise `FormatError` with its place, `where`."""
        try:
            return self._sample(row)
        except Wrong as error:
            what, value, expected = error.args
            said = str(InvalidValue(f"{self._file}, {where}, {what}", value, expected))
            raise FormatError(f"{said} Nothing was taken in.") from error

    def _sample(self, row: _Row) -> Sample:
        given = row.get("file_name")
        within = reduced(given) if isinstance(given, str) else ""
        if not within or "\0" in within:
            raise Wrong("file_name", given, "the path of a picture from this file's folder")
        name = reduced(str(given), self._folder)
        file = self._file.parent / within
        picture = file if file.is_file() else None
        width, height = self._sized(row, name, picture) or (None, None)
        things = (*self._wholes(row), *self._boxes(row.get("objects")))
        number = row.get("image_id")
        number = number if type(number) is int and number > 0 else 0
        return Sample(name, width, height, things, self._split, number, picture)

    def _sized(self, row: _Row, name: str, picture: Path | None) -> Size | None:
        sides = [_number(side, row.get(side)) for side in ("width", "height")]
        for side, value in zip(("width", "height"), sides, strict=True):
            if value is not None and value < 0:
                raise Wrong(side, row[side], "pixels")
        if all(sides):
            return round(sides[0] or 0), round(sides[1] or 0)
        known = self._size(name) if self._size else None
        return known or (picture_size(picture) if picture else None)

    def _wholes(self, row: _Row) -> Iterator[Thing]:
        """Yield the labels of the whole image, and count the columns that are nothing."""
        rich = _json(row.get("labels"), "labels")
        column = "labels" if isinstance(rich, dict) else next((each for each in LABELS if each in row), "")
        for name, value in row.items():
            if name not in _KNOWN and name not in {column, "label"} and value not in (None, ""):
                self._lost[UNTAKEN.format(name)] += 1
        if isinstance(rich, dict):
            for at, each in enumerate(_listed(rich, "labels")):
                yield self._thing(Whole(), each, f"labels[{at}]", "label")
            return
        value = _json(row[column], column) if column else None
        for given in value if isinstance(value, list) else [value]:
            if isinstance(given, str) and len(given) > _LONGEST:
                self._lost[CAPTIONS] += 1
            elif (label := self._label(given, column, column)) is not None:
                yield Thing(Whole(), label)

    def _boxes(self, given: Any) -> Iterator[Thing]:
        objects = _json(given, "objects")
        if objects is None:
            return
        for at, each in enumerate(_listed(objects, "objects")):
            where = f"objects[{at}]"
            column = next((name for name in BOXES if name in each), "bbox")
            box = _box(each.get(column), f"{where}.{column}")
            if box is None:
                self._lost[SIZELESS] += 1
            else:
                yield self._thing(box, each, where)

    def _thing(self, shape: Box | Whole, row: _Row, where: str, named: str = "") -> Thing:
        column = next((name for name in CATEGORIES if name in row), "")
        names = named if column not in self._names else column
        label = self._label(row.get(column), names, f"{where}.{column}")
        score = _number(f"{where}.score", row.get("score"))
        if score is not None and score != -1 and not 0 <= score <= 1:
            raise Wrong(f"{where}.score", score, "a number from 0 to 1, or -1 for none")
        track = row.get("track")
        return Thing(
            shape, label, None if score == -1 else score, None if track in (None, "") else str(track),
            _attributes(row, {*BOXES, column}, where),
        )  # fmt: skip

    def _label(self, value: Any, column: str, where: str) -> str | None:
        """Return the name of a class, which is said by its name, or by its number in the card."""
        names = self._names.get(column, [])
        if isinstance(value, str):
            if value in names or not (names and value.removeprefix("-").isdecimal()):
                return value if value.strip() else None
            value = int(value)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            raise Wrong(where, value, "the name of a class, or its number")
        at = int(value)
        if not names:
            return str(at)
        if at == -1:  # how `datasets` writes that there is none
            return None
        if not 0 <= at < len(names):
            raise Wrong(where, value, f"one of the numbers in README.md, 0 to {len(names) - 1}")
        return names[at]


def _json(value: Any, where: str) -> Any:
    """Return a value that a table without structure may have as JSON."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value if value != "" else None
    try:
        return decoded(value, object, where, "JSON")
    except FormatError as error:
        if where == "objects":
            raise Wrong(where, value, "JSON") from error
        return value


def _listed(given: Any, where: str) -> list[_Row]:
    """Return objects, given as a column for each of their values or as a list of them, as rows."""
    if isinstance(given, list):
        for at, each in enumerate(given):
            if not isinstance(each, dict):
                raise Wrong(f"{where}[{at}]", each, "an object of JSON")
        return given
    if not isinstance(given, dict):
        raise Wrong(where, given, "columns such as 'bbox' and 'categories'")
    columns = {name: values for name, values in given.items() if values is not None}
    for name, values in columns.items():
        if not isinstance(values, list):
            raise Wrong(f"{where}.{name}", values, "a list with a value for each object")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise Wrong(f"The lengths of {where}", lengths, "the same for all, one value for each object")
    count = next(iter(lengths.values()), 0)
    return [{name: values[at] for name, values in columns.items()} for at in range(count)]


def _box(given: Any, where: str) -> Box | None:
    """Return the box; None where it has no extent."""
    if not isinstance(given, (list, tuple)) or len(given) != _SIDES:
        raise Wrong(where, given, "left, top, width and height in pixels")
    if any(type(side) not in {int, float} for side in given):
        raise Wrong(where, given, "left, top, width and height in pixels, as numbers")
    x, y, width, height = given
    if not all(abs(side) <= FARTHEST for side in given) or width < 0 or height < 0:
        raise Wrong(where, given, "left, top, width and height in pixels, width and height not below 0")
    return Box(x, y, width, height) if width and height else None


def _number(where: str, value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        number = math.inf if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.inf
    if math.isnan(number):  # how a data frame writes that there is none
        return None
    if abs(number) > FARTHEST:
        raise Wrong(where, value, "a number")
    return number


def _attributes(row: _Row, known: set[str], where: str) -> _Row:
    """Return what a row says besides; a column that says nothing of this object is none."""
    found = {
        name: value for name, value in row.items()
        if name not in known and name not in _DERIVED and value is not None and not (name == "iscrowd" and not value)
    }  # fmt: skip
    given: Any = row.get("attributes")
    if isinstance(given, str) and given.strip():
        try:
            given = decoded(given, dict[str, Any], where, "values by name")
        except FormatError as error:
            raise Wrong(f"{where}.attributes", row["attributes"], "values by name, as JSON") from error
    elif isinstance(given, dict):  # of a table, in which each has all the names of all
        given = {name: value for name, value in given.items() if value is not None}
    elif given not in (None, ""):
        raise Wrong(f"{where}.attributes", given, "values by name")
    return {**found, **(given or {})}
