"""Tables with one row per object, as CSV and as Parquet: for who works with data frames.

    image, width, height, split                  the image, its size in pixels, and the part it belongs to
    label, kind, score, track, attributes        of the object; attributes as JSON
    left, top, right, bottom, angle              the box around its shape in pixels, and by what a box is turned
    shape                                        all of it as JSON, as in the project's own file

An image without objects has one row, without a kind. In reading, `image` is needed, and of an object either `shape`
or the box; so a table that somebody has made with other columns beside these comes in too.

CSV is written and read by Python's own module, row after row: a table of any length takes little memory. Parquet is
pyarrow's, in groups of rows. A path without the ending is a folder, with the pictures in `images/`.
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
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
from ipyannotator.formats.placing import check_inside, staged_file, staged_folder
from ipyannotator.model import Box, Shape, Whole, decode_shape, encode_shape

COLUMNS: Final = (
    "image", "width", "height", "split", "label", "kind", "score", "track", "left", "top", "right", "bottom", "angle",
    "attributes", "shape",
)  # fmt: skip
NUMBERS: Final = ("width", "height", "score", "left", "top", "right", "bottom", "angle")
"""The columns that hold numbers; the others hold texts."""
SIZELESS = "without a size (left out)"

_KINDS = frozenset({"box", "polygon", "polyline", "points", "skeleton", "ellipse", "mask", "whole"})
_HOLDS = Holds(
    _KINDS, angle=True, joints=False, unlabelled=True, scores=True, tracks=True, attributes=True, numbers=False, sizes=False
)  # fmt: skip
_GROUP = 50_000
"""Rows of a group in Parquet."""

Row = dict[str, Any]
Write = Callable[[IO[bytes], Iterable[Row]], None]
Read = Callable[[Path], Generator[Mapping[str, Any], None, None]]


class Table:
    """A table with one row per object.

    Args:
        name: by which it is asked for.
        title: for the screen.
        file: the ending of its files.
        put: writes rows into a file.
        take: yields the rows of a file, the first of them with all columns.
    """

    holds = _HOLDS

    def __init__(self, name: str, title: str, file: str, put: Write, take: Read) -> None:
        self.name = name
        self.title = title
        self.file = file
        self._put = put
        self._take = take

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, with a column `image` and a place for each object, or a folder with one."""
        file = self._file_of(path)
        if file.suffix.lower() != self.file or not file.is_file():
            return False
        try:
            with contextlib.closing(self._take(file)) as taken:
                first = next(taken, None)
        except (FormatError, MissingPackage, OSError):
            return False
        return first is not None and "image" in first and bool({"shape", "left"} & {*first})

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has both
        """Read a file, or the one of a folder."""
        file = self._file_of(path)
        if not file.is_file():
            raise FormatError(f"There is no file {file}, expected one that ends in {self.file}.")
        labels = dict.fromkeys(text for row in self._take(file) if (text := _text(row, "label")) is not None)

        def samples(lost: Losses) -> Iterator[Sample]:
            with contextlib.closing(self._take(file)) as taken:
                numbered = enumerate(taken, 2)  # as a spreadsheet counts them
                for name, rows in groupby(numbered, lambda pair: _text(pair[1], "image")):
                    with lost.noting():
                        yield _sample(file, name, list(rows), lost)

        return Reading(list(labels), samples)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with the pictures."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            with staged_file(path, self.title, replace=self.detect(path)) as target:
                self._put(target, chain.from_iterable(map(_rows, content.samples)))
            return {}
        with staged_folder(path, self.name, mode, {}) as place, place.open(self._within) as target:

            def placed() -> Iterator[Sample]:
                for sample in content.samples:
                    place.image(f"images/{check_inside(sample.name)}", sample)
                    yield sample

            self._put(target, chain.from_iterable(map(_rows, placed())))
        return {}

    @property
    def _within(self) -> str:
        return f"annotations{self.file}"

    def _file_of(self, path: Path) -> Path:
        return path / self._within if path.is_dir() else path


# ---- rows -----------------------------------------------------------------------------------------------------------


def _rows(sample: Sample) -> Iterator[Row]:
    head = {
        "image": check_inside(sample.name), "width": sample.width, "height": sample.height, "split": sample.split or None,
    }  # fmt: skip
    if not sample.things:
        yield dict.fromkeys(COLUMNS) | head
    for thing in sample.things:
        bounds = thing.shape.bounds() if not isinstance(thing.shape, Whole) else (None,) * 4
        yield {
            **head,
            "label": thing.label,
            "kind": thing.shape.kind,
            "score": thing.score,
            "track": thing.track,
            **dict(zip(("left", "top", "right", "bottom"), bounds, strict=True)),
            "angle": thing.shape.angle if isinstance(thing.shape, Box) else None,
            "attributes": _json(dict(thing.attributes)) if thing.attributes else None,
            "shape": _json(encode_shape(thing.shape)),
        }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _sample(path: Path, name: str | None, rows: list[tuple[int, Mapping[str, Any]]], lost: Losses) -> Sample:
    number, first = rows[0]
    if name is None:
        raise _wrong(path, number, "image", None, "the name of an image")
    things = tuple(thing for at, row in rows if (thing := _thing(path, at, row, lost)) is not None)
    width, height = (round(_number(path, number, first, side) or 0) or None for side in ("width", "height"))
    return Sample(name, width, height, things, _text(first, "split") or "")


def _thing(path: Path, at: int, row: Mapping[str, Any], lost: Losses) -> Thing | None:
    given = _text(row, "shape")
    try:
        shape = _box(path, at, row) if given is None else decode_shape(msgspec.json.decode(given))
    except (msgspec.DecodeError, InvalidValue) as error:
        raise _wrong(path, at, "shape", given, f"a shape as JSON ({error})") from error
    if shape is None:
        lost.update([SIZELESS] * (_number(path, at, row, "left") is not None))
        return None
    score = _number(path, at, row, "score")
    if score is not None and not 0 <= score <= 1:
        raise _wrong(path, at, "score", score, "a number from 0 to 1")
    return Thing(shape, _text(row, "label"), score, _text(row, "track"), _attributes(path, at, row))


def _box(path: Path, at: int, row: Mapping[str, Any]) -> Shape | None:
    """Return the box of a row without a shape; None where it says of none, or of one without an extent."""
    sides = [_number(path, at, row, name) for name in ("left", "top", "right", "bottom")]
    left, top, right, bottom = (math.nan if side is None else side for side in sides)
    if all(side is None for side in sides):
        return None
    if not (left <= right and top <= bottom):
        expected = "left to right and top to bottom in pixels"
        raise _wrong(path, at, "left, top, right, bottom", sides, expected)
    return Box(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _attributes(path: Path, at: int, row: Mapping[str, Any]) -> dict[str, Any]:
    text = _text(row, "attributes")
    if text is None:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise _wrong(path, at, "attributes", text, "values by name, as JSON") from error


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None or value == "" else str(value)


def _number(path: Path, at: int, row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.inf
    if math.isnan(number):  # how a data frame writes that there is none
        return None
    if abs(number) > FARTHEST:
        raise _wrong(path, at, name, value, "a number")
    return number


def _wrong(path: Path, at: int, what: str, value: object, expected: str) -> FormatError:
    said = str(InvalidValue(f"{path}, row {at}, {what}", value, expected))
    return FormatError(f"{said} Nothing was taken in.")


# ---- CSV and Parquet ------------------------------------------------------------------------------------------------


def _put_csv(target: IO[bytes], rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    finally:
        text.flush()
        text.detach()  # the file is not ours to close


def _take_csv(path: Path) -> Generator[Mapping[str, Any], None, None]:
    csv.field_size_limit(1 << 30)  # a mask of a large picture is one field
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if "image" not in (reader.fieldnames or ()):
                raise FormatError(
                    f"{path} has the columns {', '.join(map(repr, reader.fieldnames or ()))}, expected 'image' among them."
                )
            for row in reader:
                if None in row:
                    raise FormatError(
                        f"{path}, line {reader.line_num}: it has more values than there are columns."
                    )
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(
            f"{path} is not readable as CSV in UTF-8 ({error}). Nothing was taken in."
        ) from error


def _arrow() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingPackage(
            "Parquet needs pyarrow: pip install 'ipyannotator[tables]'. CSV does without."
        ) from error
    return pyarrow


def _put_parquet(target: IO[bytes], rows: Iterable[Row]) -> None:
    arrow = _arrow()
    kinds = [(name, arrow.float64() if name in NUMBERS else arrow.string()) for name in COLUMNS]
    schema = arrow.schema(kinds)
    with arrow.parquet.ParquetWriter(target, schema) as writer:
        group: list[Row] = []
        for row in rows:
            group.append(row)
            if len(group) >= _GROUP:
                writer.write_table(arrow.Table.from_pylist(group, schema))
                group = []
        writer.write_table(arrow.Table.from_pylist(group, schema))


def _take_parquet(path: Path) -> Generator[Mapping[str, Any], None, None]:
    arrow = _arrow()
    try:
        with arrow.parquet.ParquetFile(path) as file:
            if "image" not in file.schema_arrow.names:
                raise FormatError(
                    f"{path} has the columns {', '.join(file.schema_arrow.names)}, expected 'image' among them."
                )
            for batch in file.iter_batches():
                yield from batch.to_pylist()
    except (OSError, arrow.ArrowException) as error:
        raise FormatError(f"{path} is not readable as Parquet ({error}). Nothing was taken in.") from error


FORMATS.register("csv")(Table("csv", "Table in CSV", ".csv", _put_csv, _take_csv))
FORMATS.register("parquet")(Table("parquet", "Table in Parquet", ".parquet", _put_parquet, _take_parquet))
