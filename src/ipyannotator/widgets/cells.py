"""What a grid holds: its cells, and the mark that a person sets on them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Bounds, Op, Record, Ref, encode
from ipyannotator.sources.base import Region

MARGIN = 0.15
"""What is shown around an object, as a part of its longer side."""
LEAST = 24.0
"""The least side of what is shown, in full-resolution pixels: a dot alone says nothing."""


class Cell(NamedTuple):
    """What one cell of a grid is about: an object of an item, or the whole item where `object` is empty."""

    item: str
    object: str = ""


class Cells(Sequence[Cell]):
    """Very many cells, in order, in little memory."""

    def __init__(self, cells: Iterable[tuple[str, str]] = ()) -> None:
        self._items: list[str] = []
        self._objects: list[str] = []
        self._names: dict[str, str] = {}
        self.extend(cells)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Cell: ...
    @overload
    def __getitem__(self, at: slice) -> list[Cell]: ...
    def __getitem__(self, at: int | slice) -> Cell | list[Cell]:
        """Return the cell at a position from 0, or those of a slice."""
        if isinstance(at, slice):
            return list(map(Cell, self._items[at], self._objects[at]))
        return Cell(self._items[at], self._objects[at])

    def __iter__(self) -> Iterator[Cell]:
        return map(Cell, self._items, self._objects)

    def extend(self, cells: Iterable[tuple[str, str]]) -> None:
        """Append cells. The objects of an item share its key."""
        for item, name in cells:
            self._items.append(self._names.setdefault(item, item))
            self._objects.append(name)

    def where(self, cells: Collection[Cell]) -> list[int]:
        """Return the positions of some cells, in ascending order; those that are not here have none."""
        wanted = set(cells)
        if not wanted:
            return []
        # Plain pairs, which are equal to cells: a hundred thousand of these would take a moment to make.
        return [at for at, cell in enumerate(zip(self._items, self._objects, strict=True)) if cell in wanted]

    def remove(self, at: Collection[int]) -> None:
        """Take out the cells at some positions."""
        gone = set(at)
        kept = [each for each in range(len(self)) if each not in gone]
        self._items = [self._items[each] for each in kept]
        self._objects = [self._objects[each] for each in kept]


@dataclass(frozen=True)
class Mark:
    """The mark that a click sets on a cell: a value of the cell's object, or of a field of its item.

    Attributes:
        record: `object` for cells of objects, `field` for those of whole items.
        path: the name of the value, such as `attributes/review`; of a field `value`.
        value: the value that says that the cell is marked; None takes it away.
        badge: what stands on a marked cell.
        id: of a field, its name.
        good: whether it is a choice, rather than something wrong; it goes by another colour.
    """

    record: str
    path: str = "value"
    value: Any = True
    badge: str = "marked"
    id: str = ""
    good: bool = False

    def __post_init__(self) -> None:
        if self.record not in ("object", "field"):
            raise InvalidValue("Mark.record", self.record, "'object' or 'field'")
        if self.record == "field" and not self.id:
            raise InvalidValue("Mark.id", self.id, "the name of the field")
        if self.value is None:
            raise InvalidValue("Mark.value", self.value, "a value other than None, which says: not marked")

    def fits(self, cell: Cell) -> bool:
        """Return whether it is the mark of such a cell."""
        return (self.record == "object") == bool(cell.object)

    def ref(self, cell: Cell) -> Ref:
        """Return the address of the record that has it."""
        return Ref(self.record, cell.object if self.record == "object" else self.id, cell.item)

    def read(self, record: Record | None) -> Any:
        """Return the value in a record, None where there is none."""
        if record is None:
            return None
        head, _, tail = self.path.partition("/")
        value = encode(record).get(head)
        return (value or {}).get(tail) if tail else value

    def op(self, cell: Cell, old: Any, *, on: bool) -> Op:
        """Return the operation that sets it, or takes it away."""
        ref = self.ref(cell)
        return Op("set", ref.record, ref.id, ref.item, self.path, old, self.value if on else None)

    def data(self) -> dict[str, Any]:
        """Return its JSON form for the browser."""
        return {
            "record": self.record, "id": self.id, "path": self.path, "value": self.value, "badge": self.badge,
            "good": self.good,
        }  # fmt: skip


def around(bounds: Bounds, margin: float = MARGIN, least: float = LEAST) -> Region | None:
    """Return what a cell shows of an object: a square with the object in its middle, in full-resolution pixels.

    Args:
        bounds: the object's.
        margin: what is shown around it, as a part of its longer side.
        least: the least side of the square, in pixels.

    Returns:
        `(x, y, width, height)`, which may go beyond the image; None for all of it where the object has no bounds.
    """
    if not all(map(math.isfinite, bounds)):
        return None
    width, height = bounds.right - bounds.left, bounds.bottom - bounds.top
    side = max(max(width, height) * (1 + 2 * margin), least)
    middle = (bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2
    x, y, side = (round(each, 1) for each in (middle[0] - side / 2, middle[1] - side / 2, side))
    return x, y, side, side
