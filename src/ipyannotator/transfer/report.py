"""What an export or an import did, and said aloud what it did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MENTIONED = 20
"""Names that a report lists at most, of items."""


@dataclass
class Report:
    """What an export or an import did; as a text, a few sentences for a person.

    Attributes:
        done: `Exported` or `Imported`.
        title: the format's.
        path: where to, or where from.
        things: the word for the objects: `boxes` where the format holds nothing else.
        items: how many items were written or taken in.
        empty: how many of them have no object.
        objects: how many objects were written, or are new in the project.
        known: how many objects of the file the project had already.
        classes: objects by the name of their class.
        left: items that were left out, by why.
        lost: what of the objects was not kept, by what.
        examples: some names of items that were left out, by why.
        notes: further sentences.
    """

    done: str
    title: str
    path: Path | str
    things: str = "objects"
    items: int = 0
    empty: int = 0
    objects: int = 0
    known: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def leave(self, why: str, name: str) -> None:
        """Count an item that was left out, and keep its name as an example."""
        self.left[why] += 1
        some = self.examples.setdefault(why, [])
        if len(some) < MENTIONED:
            some.append(name)

    def __str__(self) -> str:
        """Return the sentences."""
        way = "to" if self.done == "Exported" else "from"
        new = "" if self.done == "Exported" else "new "
        what = f"{counted(self.items, 'images')}, {counted(self.objects, new + self.things)}"
        text = f"{self.done} {what} {way} {self.path} ({self.title})"
        text += f", {self.empty:,} of the images with nothing on them." if self.empty else "."
        if self.known:
            were = "was" if self.known == 1 else "were"
            text += f" {counted(self.known, self.things)} {were} there already."
        if self.left:
            text += f" Left out: {_listed(self.left)}."
        if any(self.lost.values()):
            text += f" Of the {self.things}: {_listed(self.lost)}."
        return " ".join([text, *self.notes])


def things_of(*kinds: Collection[str]) -> str:
    """Return the word for objects of which each of these says the kinds of shape: boxes where one has nothing else."""
    return "boxes" if any(set(each) == {"box"} for each in kinds) else "objects"


def counted(number: int, things: str) -> str:
    """Return a number with what it counts, which is given in the plural: `1 box`, `2 boxes`."""
    one = things.removesuffix("es") if things.endswith("xes") else things.removesuffix("s")
    return f"{number:,} {one if number == 1 else things}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
