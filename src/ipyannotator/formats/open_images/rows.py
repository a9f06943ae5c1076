"""What a row says, each way: a box with its flags, or a label of a whole image."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import Losses, Sample, Size, Thing
from ipyannotator.formats.open_images.tables import FLAGS, SIDES, Row
from ipyannotator.formats.values import Wrong
from ipyannotator.formats.yolo.lines import pixels
from ipyannotator.model import Box, Whole

ATTRIBUTES: Final = ("occluded", "truncated", "is_group_of", "is_depiction", "is_inside")
"""What the flags are called as attributes, in the order of their columns: as other annotation programs call them."""

ABSENT = "verified to be absent from their image (left out)"
TWICE = "that say a label of an image again (people's word is taken before a machine's, the first of several)"
SIZELESS = "without a size (left out)"
UNKNOWN = "on an image whose size is not known (left out)"

_MACHINE = "machine"
_VALUES = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
    "-1": None,
    "": None,
}
_BEYOND = 1.0
"""Sides by which a box may reach outside the image; a coordinate farther out was not meant as a fraction."""


# ---- writing --------------------------------------------------------------------------------------------------------


def written(sample: Sample, thing: Thing) -> list[str]:
    """Return the kind of table that a thing stands in, and its values after the ImageID."""
    if thing.label is None:
        raise InvalidValue("The object to write", thing, "one with a class")
    machine = thing.score is not None
    confidence = "1" if thing.score is None else repr(thing.score)
    if isinstance(thing.shape, Whole):
        table, source = (_MACHINE, _MACHINE) if machine else ("human", "verification")
        return [f"{table}-imagelabels", source, thing.label, confidence]
    if not isinstance(thing.shape, Box):
        raise InvalidValue("The object to write", thing, "a box or a label of the whole image")
    if not sample.width or not sample.height:
        raise InvalidValue(f"The size of {sample.name!r}", (sample.width, sample.height), "pixels")
    left, top, right, bottom = thing.shape.bounds()
    fractions = (left / sample.width, right / sample.width, top / sample.height, bottom / sample.height)
    source = _MACHINE if machine else "xclick"  # their word for a box that somebody has drawn
    flags = (_flag(thing.attributes.get(name)) for name in ATTRIBUTES)
    return ["bbox", source, thing.label, confidence, *map(_fraction, fractions), *flags]


def _fraction(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _flag(value: Any) -> str:
    try:
        known = _known("" if value is None else str(value))
    except KeyError:
        known = bool(value)
    return "-1" if known is None else str(int(known))


@functools.lru_cache(128)  # eight hundred thousand boxes have five each, of three values
def _known(text: str) -> bool | None:
    """Return what a flag says, None where that is not known; raise `KeyError` for anything else."""
    # A data frame with gaps makes fractions of all numbers.
    return _VALUES[text.strip().lower().removesuffix(".0")]


# ---- reading --------------------------------------------------------------------------------------------------------


def things(rows: list[Row], named: Callable[[str], str], size: Size | None, lost: Losses) -> Iterator[Thing]:
    """Yield what rows say of an image."""
    labels: dict[str, tuple[bool, float | None]] = {}
    for row in rows:
        label = row.get("LabelName")
        try:
            score = _score(row)
            if row.table.kind == "box":
                shape = _box(row, size, lost)
                if shape is not None:
                    yield Thing(shape, named(label), score, attributes=dict(_flags(row)))
                continue
        except Wrong as wrong:
            what, value, expected = wrong.args
            said = InvalidValue(f"{row.table.path}, line {row.line}, {what}", value, expected)
            raise FormatError(f"{said} Nothing was taken in.") from wrong
        machine = _by_machine(row)
        if label in labels:
            lost[TWICE] += 1
        if label not in labels or (labels[label][0] and not machine):
            labels[label] = (machine, score)
    for label, (machine, score) in labels.items():
        if score == 0 and not machine:
            lost[ABSENT] += 1
        else:
            yield Thing(Whole(), named(label), score)


def _by_machine(row: Row) -> bool:
    return row.get("Source").strip() == _MACHINE


def _score(row: Row) -> float | None:
    """Return the score of a row; None for people's word, whose confidence is 1."""
    if not row.get("Confidence").strip():
        return None
    score = _number(row, "Confidence", 0, 1, "a number from 0 to 1")
    return None if score == 1 and not _by_machine(row) else score


def _number(row: Row, column: str, least: float, most: float, expected: str) -> float:
    try:
        number = float(row.get(column))
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise Wrong(column, row.get(column), expected)
    return number


def _box(row: Row, size: Size | None, lost: Losses) -> Box | None:
    """Return the box of a row in pixels; None, which is counted, where it has none."""
    expected = "a fraction of the image's side, from 0 to 1"
    sides = [_number(row, column, -_BEYOND, 1 + _BEYOND, expected) for column in SIDES]
    if sides[0] > sides[1] or sides[2] > sides[3]:
        raise Wrong(", ".join(SIDES), tuple(sides), "XMin below XMax and YMin below YMax")
    if size is None:
        lost[UNKNOWN] += 1
        return None
    left, right, top, bottom = (
        pixels(value, size[axis]) for value, axis in zip(sides, (0, 0, 1, 1), strict=True)
    )
    if left >= right or top >= bottom:
        lost[SIZELESS] += 1
        return None
    return Box(left, top, right - left, bottom - top)


def _flags(row: Row) -> Iterator[tuple[str, bool]]:
    """Yield the attributes of a box that are known."""
    for name, column in zip(ATTRIBUTES, FLAGS, strict=True):
        try:
            value = _known(row.get(column))
        except KeyError as error:
            raise Wrong(column, row.get(column), "1, 0, or -1 where it is not known") from error
        if value is not None:
            yield name, value
