"""What all inputs and outputs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ipyannotator.errors import InvalidValue
from ipyannotator.model import ClassRecord, FieldRecord, ObjectClass, ObjectRecord, Schema
from ipyannotator.model.classes import check_name


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a value of a file says of one item.

    Attributes:
        objects: each `{"shape": Shape, "label": str | None, …}`; further keys are values of an `ObjectRecord`.
        fields: values by name.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


class Input:
    """The base of all inputs."""


class Output:
    """The base of all outputs.

    Attributes:
        name: the default name of the task.
        parts: the names of what is annotated; objects carry the name of theirs.
        held: the values of an object that its form in JSON has, by which a merge tells one from another.
        classes: the classes on offer, by name or with what is declared of them; None where the person may add any.
    """

    name: ClassVar[str] = "annotations"
    parts: ClassVar[tuple[str, ...]] = ()
    held: ClassVar[tuple[str, ...]] = ("shape", "label")
    classes: Sequence[str | ObjectClass] | None = None

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of shape that objects have, as a class says them; empty for any."""
        return ()

    @property
    def unclassed(self) -> ClassRecord | None:
        """What holds for objects that have no class; None where nothing does."""
        return None

    def declared(self, name: str) -> str | ObjectClass:
        """Return what is declared of a class that somebody adds: its name alone where nothing is."""
        return name

    def offered(
        self,
        pictures: Callable[[str | Path | None], list[str] | None],  # noqa: ARG002
    ) -> Sequence[str | ObjectClass] | None:
        """Return the classes on offer; None where the person may add any.

        Args:
            pictures: gives the names of the image files in a folder of the project; None where no folder is meant.
        """
        return self.classes

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:
        """Return the annotation of one item in the original's JSON form."""
        raise NotImplementedError(f"{type(self).__name__} has no form in JSON; give it `to_value`.")

    def from_value(self, value: Any) -> Parsed:
        """Return what one item's JSON value says.

        Raises:
            FormatError: the value is not of this output's form; the message says what was expected.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be read from JSON; give it `from_value`.")


def names_of(what: str, names: Any) -> list[str]:
    """Return class names that were given, each once; raise `InvalidValue` naming `what`."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InvalidValue(what, names, "a list of names, or None")
    checked = [check_name(name) for name in names]
    if len(set(checked)) < len(checked):
        twice = sorted({name for name in checked if checked.count(name) > 1})
        raise InvalidValue(what, checked, "each name once", f"Twice: {', '.join(twice)}.")
    return checked


def check_size(what: str, value: Any, *, optional: bool = False) -> None:
    """Raise `InvalidValue` unless a value is a whole number of pixels, or None where that is allowed."""
    if optional and value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidValue(what, value, "a whole number of CSS pixels" + (", or None" if optional else ""))
