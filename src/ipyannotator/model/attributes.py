"""Attributes: what is said of an object besides its class and its shape.

They are declared, and checked wherever a person or a program sets one. An object may have values of other names too,
which are the program's own and are kept as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from ipyannotator.errors import InvalidValue
from ipyannotator.model.friendly import friendly, lean

TYPES: Final = {
    "choice": "one of its choices",
    "choices": "a list of its choices",
    "number": "a number",
    "text": "a text",
    "flag": "True or False",
}
"""The types of attributes, with what a value of each is."""

OURS: Final = frozenset({"review", "more_labels"})
"""Names under which the program itself keeps something with objects."""


@friendly
@dataclass(frozen=True)
class Attribute:
    """Something that is said of each object, such as its colour or whether it is occluded.

    Attributes:
        name: what stands on the screen and in files.
        type: `choice`, `choices` (several of them), `number`, `text` or `flag` (yes or no).
        choices: the texts to choose from; for `choice` and `choices` only.
        default: the value that a new object gets; None for none.
        required: whether an item can be done only when all its objects have a value.
        min: the least number; None for any.
        max: the greatest number; None for any.
        step: numbers are multiples of it, counted from `min` (from 0 where there is none); None for any.
    """

    name: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or "/" in self.name:
            raise InvalidValue("Attribute.name", self.name, "a text that is not empty and has no '/'")
        if self.name in OURS:
            remedy = "Ipyannotator keeps something of its own under it. Choose another."
            raise InvalidValue("Attribute.name", self.name, "another name", remedy)
        if not isinstance(self.type, str) or self.type not in TYPES:
            raise InvalidValue(self._what("type"), self.type, f"one of: {', '.join(TYPES)}")
        if not isinstance(self.required, bool):
            raise InvalidValue(self._what("required"), self.required, "True or False")
        object.__setattr__(self, "choices", self._checked_choices())
        self._check_numbers()
        if self.default is not None:
            object.__setattr__(self, "default", self.check(self.default, self._what("default")))

    def check(self, value: Any, what: str = "") -> Any:
        """Return a value in its JSON form; None, which takes it away, is always one.

        Args:
            value: what somebody sets.
            what: what it is called in the error.

        Raises:
            InvalidValue: it is not of this attribute's type, none of its choices, or out of its range.
        """
        if value is None:
            return None
        what = what or f"The attribute {self.name!r}"
        if self.type == "flag":
            fits = isinstance(value, bool)
        elif self.type == "text":
            fits = isinstance(value, str)
        elif self.type == "choice":
            fits = isinstance(value, str) and value in self.choices
        elif self.type == "choices":
            value = list(value) if isinstance(value, (list, tuple)) else value
            fits = isinstance(value, list) and all(isinstance(v, str) and v in self.choices for v in value)
            fits = fits and len(set(value)) == len(value)
        else:
            fits = _is_number(value) and self._in_range(value)
        if not fits:
            raise InvalidValue(what, value, self.expected)
        return value

    @property
    def expected(self) -> str:
        """What a value of it is, in words."""
        if self.type in ("choice", "choices"):
            some = "one" if self.type == "choice" else "a list, each once,"
            return f"{some} of: {', '.join(map(repr, self.choices))}"
        if self.type != "number":
            return TYPES[self.type]
        low = "" if self.min is None else f" from {self.min:g}"
        high = "" if self.max is None else f" to {self.max:g}" if low else f" up to {self.max:g}"
        return f"a number{low}{high}" + (f" in steps of {self.step:g}" if self.step else "")

    def is_missing(self, value: Any) -> bool:
        """Tell whether a value is still to be given: it is required, and there is none, or an empty one."""
        return self.required and (value is None or value in ("", []))

    def data(self) -> dict[str, Any]:
        """Return its JSON form, which a class of the schema keeps; without defaults."""
        return cast("dict[str, Any]", lean(self))

    def _what(self, part: str) -> str:
        return f"Attribute {self.name!r}: {part}"

    def _checked_choices(self) -> tuple[str, ...]:
        wanted = self.type in ("choice", "choices")
        given = self.choices
        if isinstance(given, str) or not isinstance(given, (list, tuple)):
            raise InvalidValue(self._what("choices"), given, "a list of texts")
        if not wanted and given:
            raise InvalidValue(
                self._what("choices"), given, f"none, as its type is {self.type!r}", "Say type='choice'."
            )
        if wanted and not given:
            raise InvalidValue(self._what("choices"), given, "a list with at least one text")
        if not all(isinstance(each, str) and each.strip() for each in given):
            raise InvalidValue(self._what("choices"), given, "texts that are not empty")
        if len(set(given)) < len(given):
            raise InvalidValue(self._what("choices"), given, "each choice once")
        return tuple(given)

    def _check_numbers(self) -> None:
        for name in ("min", "max", "step"):
            value = getattr(self, name)
            if value is None:
                continue
            if self.type != "number":
                raise InvalidValue(self._what(name), value, f"None, as its type is {self.type!r}")
            if not _is_number(value):
                raise InvalidValue(self._what(name), value, "a finite number, or None")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise InvalidValue(self._what("min"), self.min, f"at most max, {self.max:g}")
        if self.step is not None and self.step <= 0:
            raise InvalidValue(self._what("step"), self.step, "more than 0")

    def _in_range(self, value: float) -> bool:
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            return False
        if self.step is None:
            return True
        steps = (value - (self.min or 0)) / self.step
        return math.isclose(steps, round(steps), rel_tol=1e-9, abs_tol=1e-6)  # 0.3 is a multiple of 0.1


def attributes_of(what: str, given: Any) -> tuple[Attribute, ...]:
    """Return attributes that were given, as declarations or as mappings, each name once; raise `InvalidValue`."""
    if isinstance(given, (str, Mapping)) or not isinstance(given, (list, tuple)):
        raise InvalidValue(what, given, "a list such as [Attribute('occluded', 'flag')]")
    made = tuple(Attribute(**each) if isinstance(each, Mapping) else each for each in given)
    for each in made:
        if not isinstance(each, Attribute):
            raise InvalidValue(what, each, "an Attribute such as Attribute('occluded', 'flag')")
    names = [each.name for each in made]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidValue(what, names, "each name once", f"Twice: {', '.join(twice)}.")
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
