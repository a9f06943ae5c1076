"""Finding files of rows, and reading them: JSON lines, CSV, Parquet, and the card that names the classes."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ipyannotator.errors import FormatError, MissingPackage
from ipyannotator.formats.base import Losses
from ipyannotator.formats.placing import read_bytes
from ipyannotator.formats.values import decoded

FILES: Final = ("metadata.jsonl", "metadata.csv", "metadata.parquet")

SPLITS: Final = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
"""Folders that are parts of a data set, and what `datasets` calls these."""

_MANY = 100
"""Folders that are looked into to tell whether a folder is such a data set."""

_Row = dict[str, Any]
Names = dict[str, list[str]]
"""The names of classes by number, by the column that they are of."""


def likely(path: Path) -> Iterator[Path]:
    """Yield the files that a data set would have at its top, in its parts, or in parts within one folder more."""
    if path.is_file():
        yield path
        return
    folders = [path]
    for depth in range(3):
        yield from (folder / name for folder in folders for name in FILES)
        if depth < 2:  # noqa: PLR2004 - `data/train` is the deepest
            inner = [Path(entry.path) for folder in folders for entry in os.scandir(folder) if entry.is_dir()]
            folders = sorted(inner)[:_MANY]


def looks(file: Path) -> bool:
    """Tell whether the first row of a file has the name of a picture."""
    if file.name.lower() not in FILES or not file.is_file():
        return False
    try:
        for _, row in rows_of(file, Losses()):
            return "file_name" in row
    except (FormatError, MissingPackage):
        return False
    return False


def files_of(path: Path) -> Iterator[Path]:
    """Yield the file itself, or all files of rows in a folder and those within it, one for each."""
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # `datasets` takes one kind; where somebody has the same rows twice they are not to come in twice.
        yield from (Path(folder, name) for name in [name for name in FILES if name in names][:1])


def place_of(path: Path, file: Path, parts: Mapping[str, str]) -> tuple[str, str]:
    """Return the part that a file of rows is of, and the folder within it that names are relative to."""
    inside = file.parent.relative_to(path).parts if path.is_dir() else ()
    if path.is_file():
        return (file.parent.name, "") if file.parent.name.lower() in SPLITS else ("", "")
    for at, name in enumerate(inside):
        if name.lower() in SPLITS or (at == 0 and name in parts):
            return name, "/".join(inside[at + 1 :])
    return "", "/".join(inside)


def rows_of(file: Path, lost: Losses) -> Iterator[tuple[str, _Row]]:
    """Yield the rows of a file, each with its place."""
    ways: dict[str, Callable[[Path, Losses], Iterator[tuple[str, _Row]]]] = {
        ".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet,
    }  # fmt: skip
    way = ways.get(file.suffix.lower())
    if way is None:
        raise FormatError(f"{file} is not one of {', '.join(FILES)}. Nothing was taken in.")
    try:
        yield from way(file, lost)
    except OSError as error:
        raise FormatError(f"{file} cannot be read: {error.strerror or error}.") from error


def _jsonl(file: Path, lost: Losses) -> Iterator[tuple[str, _Row]]:
    with file.open("rb") as lines:
        for at, line in enumerate(lines, 1):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                row = None
                with lost.noting():
                    row = decoded(line, dict[str, Any], f"{file}, line {at}", "a row, an object of JSON")
                if row is not None:
                    yield f"line {at}", row


def _csv(file: Path, lost: Losses) -> Iterator[tuple[str, _Row]]:  # noqa: ARG001 - as the others
    csv.field_size_limit(1 << 30)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            for row in reader:
                if None in row:
                    said = f"{file}, line {reader.line_num} has more values than there are columns"
                    raise FormatError(f"{said}; is a comma not quoted? Nothing was taken in.")
                yield f"line {reader.line_num}", {name: value for name, value in row.items() if value}
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormatError(
            f"{file} is not readable as CSV in UTF-8 ({error}). Nothing was taken in."
        ) from error


def _parquet(file: Path, lost: Losses) -> Iterator[tuple[str, _Row]]:  # noqa: ARG001 - as the others
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingPackage(f"{file} needs pyarrow: pip install 'ipyannotator[tables]'.") from error
    at = 0
    try:
        with parquet.ParquetFile(file) as table:
            for batch in table.iter_batches():
                for row in batch.to_pylist():
                    at += 1
                    yield f"row {at}", row
    except (OSError, pa.ArrowException) as error:
        raise FormatError(f"{file} is not readable as Parquet ({error}). Nothing was taken in.") from error


def card_of(folder: Path) -> tuple[Names, dict[str, str]]:
    """Return the names of classes by column, and the parts by folder, as the card of a data set says them."""
    for file in (folder / "README.md", folder.parent / "README.md"):
        head = (
            re.match(rb"(?:\xef\xbb\xbf)?---\r?\n(.*?)\n---", read_bytes(file), re.DOTALL)
            if file.is_file()
            else None
        )
        if head is not None and (b"class_label" in head[1] or b"data_files" in head[1]):
            break
    else:
        return {}, {}
    try:
        import yaml
    except ImportError as error:
        raise MissingPackage(f"{file} needs PyYAML: pip install 'ipyannotator[formats]'.") from error
    try:
        card = yaml.safe_load(head[1])
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(f"{file} is not readable as YAML ({error}). Nothing was taken in.") from error
    names: Names = {}
    parts: dict[str, str] = {}
    _find(card, "", names, parts)
    return names, parts


def _find(node: Any, name: str, names: Names, parts: dict[str, str]) -> None:
    """Collect the names of classes, by the innermost column that they are of, and the folders of parts."""
    for each in node if isinstance(node, list) else []:
        _find(each, name, names, parts)
    if not isinstance(node, dict):
        return
    name = str(node.get("name", name))
    if "split" in node and "path" in node:
        paths = node["path"] if isinstance(node["path"], list) else [node["path"]]
        parts.update({str(path).removeprefix("./").split("/")[0]: str(node["split"]) for path in paths})
    for key, value in node.items():
        given = value.get("names") if key == "class_label" and isinstance(value, dict) else None
        if given:
            names.setdefault(
                name, [str(each) for each in (given.values() if isinstance(given, dict) else given)]
            )
        else:
            _find(value, name, names, parts)
