"""Tables of Open Images: which files of a data set are such, and where in them is what is said of each image.

How this works. A table is known by the heads of its columns, and its part by the beginning of its name. What is said of
one image may stand in several tables, and anywhere in them. A first pass notes where the rows of each image begin; a
second reads them image by image, so only places are held in memory. Python's own `csv` does that, and is there; a data
frame would hold all of a table of gigabytes, and be one more package.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import Kinds
from ipyannotator.formats.values import reduced

SIDES: Final = ("XMin", "XMax", "YMin", "YMax")
_LABEL = ("ImageID", "Source", "LabelName", "Confidence")
FLAGS: Final = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
COLUMNS: Final = {
    "bbox": (*_LABEL, *SIDES, *FLAGS),
    "human-imagelabels": _LABEL,
    "machine-imagelabels": _LABEL,
}
LIST: Final = (
    "ImageID", "Subset", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "Author", "Title",
    "OriginalSize", "OriginalMD5", "Thumbnail300KURL", "Rotation",
)  # fmt: skip
WHOLE: Final = "default"
"""What the part is called where there are none; Datumaro and CVAT call it so."""

_PARTS = ("train", "validation", "val", "test")
INSIDE: Final = ("", "annotations", "labels", "metadata")
"""Folders of a data set in which tables are looked for."""

_PART = re.compile(r"(?:oidv\d+-)?(.+)-annotations-(?:bbox|human-imagelabels|machine-imagelabels)")
_PART_WORD = re.compile(rf"(?<![^\W_])({'|'.join(_PARTS)})(?![^\W_])")
_HEAD = 1 << 16


class Table(NamedTuple):
    """A table.

    Attributes:
        path: the file.
        kind: what is in it: `box`, `whole` or `image`, a list of such.
        part: the part of the data set that it is of; empty where there are none.
        columns: which value of a row is in which column.
        width: how many values a row has.
    """

    path: Path
    kind: str
    part: str
    columns: dict[str, int]
    width: int


class Row(NamedTuple):
    """A row of a table, and the number of its line."""

    table: Table
    line: int
    values: list[str]

    def get(self, column: str) -> str:
        """Return a value; empty where the table has no such column."""
        at = self.table.columns.get(column)
        return "" if at is None else self.values[at]


def csvs(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the CSV files of a data set, each with the part whose folder it lies in, if any."""
    for part in ("", *_PARTS):
        for inside in INSIDE:
            folder = path / part / inside
            for file in sorted(folder.iterdir()) if folder.is_dir() else ():
                if file.suffix.lower() == ".csv" and not file.name.startswith(".") and file.is_file():
                    yield file, part


def tables(path: Path) -> list[Table]:
    """Return the tables of a folder, or a file as one; raise `FormatError` where one of them is not readable."""
    files = csvs(path) if path.is_dir() else [(path, "")]
    tables = [table for file, part in files if (table := _table(file, part)) is not None]
    boxes: dict[str, Path] = {}
    for table in tables:
        if table.kind == "box" and table.part:
            other = boxes.setdefault(table.part, table.path)
            if other != table.path:
                raise FormatError(
                    f"{other} and {table.path} both say the boxes of {table.part!r}, expected one table: name the one "
                    "to read, or move the other away. Nothing was taken in."
                )
    return sorted(tables, key=lambda table: table.kind)


def _table(path: Path, part: str) -> Table | None:
    """Return a file as a table; None where it is none of these."""
    try:
        with path.open("rb") as file:
            head = next(csv.reader([file.readline(_HEAD).decode("utf-8-sig")]), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(str(path), error) from error
    names = {name.strip(): at for at, name in enumerate(head)}
    if {"ImageID", "LabelName", *SIDES} <= {*names}:
        kind = "box"
    elif {"ImageID", "LabelName", "Confidence"} <= {*names}:
        kind = "whole"
    elif {"ImageID", "Subset"} <= {*names}:
        kind = "image"
    else:
        return None
    found = _PART.match(path.name) or _PART_WORD.search(path.stem.lower())
    return Table(path, kind, _part(found[1] if found else part), names, len(head))


def _part(name: str) -> str:
    """Return a part as a file names it; it is also a folder of pictures, and never one outside the data set."""
    return "" if name == WHOLE else reduced(name)


def is_wanted(kind: str, kinds: Kinds | None) -> bool:
    """Tell whether what is of a kind is wanted; a box also becomes an outline or pixels, but never a label."""
    return not kinds or (kind == "whole" and "whole" in kinds) or (kind == "box" and {*kinds} != {"whole"})


def opened(path: Path) -> IO[bytes]:
    """Open a table; raise `FormatError` where it cannot be read."""
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(str(path), error) from error


def records(
    file: IO[bytes], table: Table, begin: int, line: int, stop: int | None = None
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield rows from an offset in bytes on: where each begins, the number of its line, and its values."""
    end = begin

    def lines() -> Iterator[str]:
        nonlocal end
        for data in iter(file.readline, b""):
            end += len(data)
            yield data.decode()

    file.seek(begin)
    rows = csv.reader(lines(), strict=True)
    while stop is None or end < stop:
        at, number = end, line + rows.line_num
        try:
            row = next(rows, None)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise _unreadable(f"{table.path}, line {number},", error) from error
        if row is None:
            return
        if len(row) not in {0, table.width}:
            raise FormatError(
                f"{table.path}, line {number} is {str(row)[:200]}, expected {table.width} values; "
                "it may have been cut short. Nothing was taken in."
            )
        if row:
            yield at, number, row


def everything(table: Table) -> Iterator[tuple[int, int, list[str]]]:
    """Yield all rows but the heads of the columns."""
    with opened(table.path) as file:
        rows = records(file, table, 0, 1)
        next(rows)
        yield from rows


def index(
    tables: list[Table],
) -> tuple[dict[str, list[tuple[int, int, int | None, int]]], dict[str, None]]:
    """Return where the rows of each image are (table, offset, offset of what follows, line), and the labels in use."""
    spans: dict[str, list[tuple[int, int, int | None, int]]] = {}
    used: dict[str, None] = {}
    for number, table in enumerate(tables):
        image, label = table.columns["ImageID"], table.columns["LabelName"]
        last: tuple[str, int, int] | None = None
        for begin, line, row in everything(table):
            name = row[image]
            if not name.strip() or not row[label].strip():
                raise FormatError(
                    f"{table.path}, line {line}: ImageID is {row[image]!r} and LabelName {row[label]!r}, expected "
                    "both. Nothing was taken in."
                )
            used[row[label]] = None
            if last is None or last[0] != name:
                if last is not None:
                    spans.setdefault(last[0], []).append((number, last[1], begin, last[2]))
                last = (name, begin, line)
        if last is not None:
            spans.setdefault(last[0], []).append((number, last[1], None, last[2]))
    return spans, used


def listed(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the images of a list, each with its part.

    An official list, which knows where its pictures are from, is of all nine million: that one is in it does not say
    that anybody has looked for objects, as the list of an export does.
    """
    for _, line, values in everything(table):
        row = Row(table, line, values)
        if row.get("OriginalURL").strip():
            return
        if not row.get("ImageID").strip():
            raise FormatError(f"{table.path}, line {line}: it has no ImageID. Nothing was taken in.")
        yield row.get("ImageID"), _part(row.get("Subset"))


def _unreadable(where: str, error: Exception) -> FormatError:
    return FormatError(f"{where} is not readable as CSV in UTF-8 ({error}). Nothing was taken in.")
