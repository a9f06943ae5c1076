"""Rows with the columns that are needed, and the card that says what is in them."""

from __future__ import annotations

import json
import re
from typing import IO, Any

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.formats.base import Sample, Thing
from ipyannotator.formats.hugging_face.files import SPLITS
from ipyannotator.model import Box, Whole

_Row = dict[str, Any]

_WORDS = re.compile(rf"(?<![^\W\d_])({'|'.join(SPLITS)})(?![^\W\d_])")


class Renaming:
    """Gives each item a name that no part of the data set would be seen in.

    `datasets` takes every folder with `val` as a word in its name, wherever it lies, for the part for validation, and
    breaks off where no rows are in it: so `val2017/a.jpg` becomes `vals2017/a.jpg`.

    Attributes:
        renamed: name to new name, of those that could not keep theirs.
    """

    def __init__(self) -> None:
        self.renamed: dict[str, str] = {}
        self._used: set[str] = set()

    def name(self, name: str) -> str:
        """Return the name to write an item under."""
        folder, slash, last = name.rpartition("/")
        new = _WORDS.sub(r"\1s", folder)
        while f"{new}{slash}{last}" in self._used:
            new += "_"
        new += slash + last
        self._used.add(new)
        if new != name:
            self.renamed[name] = new
        return new


def row_of(name: str, sample: Sample, at: int, used: set[str]) -> _Row:
    """Return a row with all columns; `used` is told which of them somebody needs."""
    wholes = [thing for thing in sample.things if isinstance(thing.shape, Whole)]
    boxes = [thing for thing in sample.things if not isinstance(thing.shape, Whole)]
    row: _Row = {
        "file_name": name, "image_id": sample.number or at, "width": sample.width, "height": sample.height,
        "objects": _columns(boxes, "objects", used), "label": wholes[0].label if wholes else None,
        "labels": _columns(wholes, "labels", used),
    }  # fmt: skip
    row["objects"] |= {
        "bbox": (sides := [_sides(thing) for thing in boxes]), "area": [each[2] * each[3] for each in sides],
    }  # fmt: skip
    if boxes:
        used.add("objects")
    if wholes:
        used.add("label")
    if len(wholes) > 1 or any(_said(thing) for thing in wholes):
        used.add("labels")
    return row


def _columns(things: list[Thing], where: str, used: set[str]) -> _Row:
    for thing in things:
        if thing.label is None:
            raise InvalidValue("The object to write", thing, "one with a class")
        used.update(f"{where}.{name}" for name in _said(thing))
    return {
        "categories": [thing.label for thing in things],
        "score": [-1.0 if thing.score is None else float(thing.score) for thing in things],
        "track": [thing.track or "" for thing in things],
        "attributes": [msgspec.json.encode(dict(thing.attributes)).decode() for thing in things],
    }


def _said(thing: Thing) -> list[str]:
    """Return what of a thing needs a column of its own."""
    values = {
        "score": thing.score is not None,
        "track": bool(thing.track),
        "attributes": bool(thing.attributes),
    }
    return [name for name, is_said in values.items() if is_said]


def _sides(thing: Thing) -> list[float]:
    shape = thing.shape
    if not isinstance(shape, Box):
        raise InvalidValue("The object to write", thing, "a box, or a label of the whole image")
    if shape.angle == 0:  # else its sides would be off by what adding and subtracting loses
        return [float(shape.x), float(shape.y), float(shape.width), float(shape.height)]
    left, top, right, bottom = map(float, shape.bounds())
    return [left, top, right - left, bottom - top]


def finish(spool: IO[bytes] | None, target: IO[bytes], used: set[str]) -> None:
    """Write the rows with the columns that are used."""
    if spool is None:
        return
    spool.seek(0)
    for line in spool:
        row = msgspec.json.decode(line)
        for where in ("objects", "labels"):
            row[where] = {column: row[where][column] for column in _order(where, used)}
        kept = {name: value for name, value in row.items() if name not in _OPTIONAL or name in used}
        target.write(msgspec.json.encode(kept) + b"\n")


_OPTIONAL = ("objects", "label", "labels")


def _order(where: str, used: set[str]) -> list[str]:
    more = [name for name in ("score", "track", "attributes") if f"{where}.{name}" in used]
    return [*(["bbox", "categories", "area"] if where == "objects" else ["categories"]), *more]


def card(classes: list[str], splits: list[str], used: set[str]) -> bytes:
    """Return the card: which files are which part, and what is in the columns. JSON is YAML, but for what it escapes."""
    named: _Row = {"class_label": {"names": {str(at): name for at, name in enumerate(classes)}}}
    kinds: _Row = {"bbox": {"list": "float64"}, "categories": named, "area": "float64", "score": "float64"}
    features: list[_Row] = [{"name": "image", "dtype": "image"}]
    features += [{"name": name, "dtype": "int64"} for name in ("image_id", "width", "height")]
    for where in _OPTIONAL:
        if where in used:
            some = [{"name": each, "list": kinds.get(each, "string")} for each in _order(where, used)]
            features.append(
                {"name": where, "dtype": named} if where == "label" else {"name": where, "struct": some}
            )
    config: _Row = {"config_name": "default"}
    if all(
        re.fullmatch(r"\w+(\.\w+)*", split, re.ASCII) for split in splits
    ):  # what `datasets` takes as a name
        files: dict[str, list[str]] = {}
        for split in sorted(splits):
            files.setdefault(SPLITS.get(split.lower(), split), []).append(f"{split}/**")
        config["data_files"] = [{"split": split, "path": path} for split, path in files.items()]
    text = json.dumps({**config, "features": features}, ensure_ascii=False, indent=1)
    text = re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda at: f"\\u{ord(at[0]):04x}", text)
    indented = text.replace("\n", "\n  ")
    return f"---\nconfigs:\n- {indented}\n---\n\nAnnotated with Ipyannotator.\n".encode()
