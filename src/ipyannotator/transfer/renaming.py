"""Other names for classes, on the way in and out: two of one name become one class, and what has none is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.formats.base import Losses, Reading, Sample
from ipyannotator.model.classes import check_name

UNWANTED = "of classes that were to be left out"

Renamed = Mapping[str, str | None]
"""Names of classes with other names for them; None for those that are left out."""


def check_renamed(renamed: Any, known: Collection[str]) -> None:
    """Raise `InvalidValue` unless these are other names for classes that there are."""
    if not isinstance(renamed, Mapping):
        raise InvalidValue("classes", renamed, "a mapping of names to other names, or to None")
    for name, other in renamed.items():
        if name not in known:
            raise InvalidValue("The class to rename", name, f"one of: {', '.join(known)}")
        if other is not None:
            check_name(other)


def renamed(reading: Reading, classes: Renamed) -> Reading:
    """Return a reading with other names for its classes, and without the objects of those that have none."""

    def samples(lost: Losses) -> Iterator[Sample]:
        for sample in reading:
            wanted = [
                each
                for each in sample.things
                if each.label is None or classes.get(each.label, "") is not None
            ]
            if len(wanted) < len(sample.things):
                lost[UNWANTED] += len(sample.things) - len(wanted)
            named = (
                each
                if each.label is None
                else msgspec.structs.replace(each, label=classes.get(each.label, each.label))
                for each in wanted
            )
            yield dataclasses.replace(sample, things=tuple(named))
        lost.update(reading.lost)

    others = {name: classes.get(name, name) for name in reading.classes}
    names = list(dict.fromkeys(name for name in others.values() if name is not None))
    templates = {
        other: reading.templates[name]
        for name, other in others.items()
        if other and name in reading.templates
    }
    return Reading(names, samples, reading.total, templates)
