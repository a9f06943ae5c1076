"""How a picture and what is drawn on it are looked at: no annotation, but a person's own view of it, which stays from item to item."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any, Final

from ipyannotator.errors import InvalidValue
from ipyannotator.sources.look import Look, read_look

NEUTRAL: Final[Mapping[str, Any]] = {
    "brightness": 0,
    "contrast": 0,
    "gamma": 1,
    "fill": 20,
    "outline": 100,
    "names": True,
    "invert": False,
    "window": None,
    "channels": [],
}
"""Every adjustment, with the value that changes nothing."""
_BOUNDS: Final = {
    "brightness": (-100, 100),
    "contrast": (-100, 100),
    "gamma": (0.1, 10),
    "fill": (0, 100),
    "outline": (0, 100),
}


def read_adjust(value: Any) -> dict[str, Any]:
    """Return adjustments, checked; those that change nothing are left out.

    Args:
        value: any of `brightness` and `contrast` (-100 to 100), `gamma` (0.1 to 10; above 1 is brighter), `fill` and `outline`
            (0 to 100: per cent of their colour that insides and outlines of objects have), `names` (whether the
            names of classes stand at objects), `invert`,
            `window` (the two values that become black and white, of pictures of more than 8 bits; None for
            percentiles) and `channels` (for each its colour "#rrggbb", "" where it is hidden; [] for all).

    Raises:
        InvalidValue: something else, or out of bounds.
    """
    if not isinstance(value, Mapping):
        raise InvalidValue("The adjustment", value, f"a mapping of {', '.join(NEUTRAL)}")
    for name in value:
        if name not in NEUTRAL:
            near = difflib.get_close_matches(str(name), NEUTRAL, 1)
            expected = f"“{near[0]}”?" if near else f"one of {', '.join(NEUTRAL)}"
            raise InvalidValue("The adjustment", name, expected)
    for name, (low, high) in _BOUNDS.items():
        number = value.get(name, NEUTRAL[name])
        fine = isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number)
        if not fine or not low <= number <= high:
            raise InvalidValue(f"The {name}", number, f"a number from {low} to {high}")
    for name in ("names", "invert"):
        if not isinstance(value.get(name, False), bool):
            raise InvalidValue(f"`{name}`", value[name], "True or False")
    look = look_of(value)
    known = {**value, "channels": list(look.channels), "window": look.window and list(look.window)}
    return {name: known[name] for name in NEUTRAL if known.get(name, NEUTRAL[name]) != NEUTRAL[name]}


def look_of(value: Mapping[str, Any]) -> Look:
    """Return what of adjustments the kernel does; raise `InvalidValue`."""
    return read_look(value.get("window"), value.get("channels") or ())
