"""Numbers and points as shapes take them: checked, and in one form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

from ipyannotator.errors import InvalidValue

Pair = tuple[float, float]
"""A point `(x, y)` in pixels."""


def number(what: str, value: Any) -> None:
    """Raise `InvalidValue` where a value is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InvalidValue(what, value, "a finite number of pixels")


def are_plain(values: tuple[Any, ...]) -> bool:
    """Tell whether all values are finite, and of Python's own kinds of number: what nearly all are, told fast."""
    return _PLAIN.issuperset(map(type, values)) and all(map(math.isfinite, values))


_PLAIN = {int, float}


def pairs(what: str, given: Any, least: int) -> tuple[Pair, ...]:
    """Return points in one form.

    Args:
        what: what they are called in an error.
        given: an iterable of `(x, y)`, an array of shape (n, 2) for one.
        least: how many there must be.

    Raises:
        InvalidValue: they are none, too few, or not finite.
    """
    rows = _rows(what, given, 2)
    if len(rows) < least:
        many = "one point" if least == 1 else f"{least} points"
        raise InvalidValue(what, given, f"at least {many} (x, y)")
    return tuple((float(x), float(y)) for x, y in rows)


def triples(what: str, given: Any) -> tuple[tuple[float, float, float], ...]:
    """Return `(x, y, number)` in one form; raise `InvalidValue` where they are none."""
    rows = _rows(what, given, 3)
    if not rows:
        raise InvalidValue(what, given, "at least one joint (x, y, visibility)")
    return tuple((float(x), float(y), float(v)) for x, y, v in rows)


def _rows(what: str, given: Any, length: int) -> list[Any]:
    expected = "points (x, y)" if length == 2 else "joints (x, y, visibility)"  # noqa: PLR2004 - a pair
    given = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise InvalidValue(what, given, f"a list of {expected}")
    rows = list(given)
    try:
        flat = list(chain.from_iterable(rows))
        well = all(len(row) == length for row in rows)
    except TypeError as error:
        raise InvalidValue(what, given, f"a list of {expected}") from error
    kinds = set(map(type, flat))
    if not well or bool in kinds or not all(hasattr(kind, "__float__") for kind in kinds):
        raise InvalidValue(what, given, f"a list of {expected}")
    if not all(map(math.isfinite, flat)):
        bad = next(row for row in rows if not all(map(math.isfinite, row)))
        raise InvalidValue(what, bad, "finite numbers of pixels")
    return rows
