"""The schema of a task: its classes, looked up by id or by name, and the colours they get.

Colours: the eight of Okabe and Ito (Color Universal Design, 2008), which people with the common colour vision
deficiencies can tell apart, in an order that stands out on photographs; then hues a golden angle apart in two
lightnesses, which never repeat. Colour is never the only sign: the screen names each class as well.
"""

from __future__ import annotations

import colorsys
import itertools
from collections.abc import Iterable, Iterator

import msgspec

from ipyannotator.errors import InvalidValue, UnknownClass
from ipyannotator.model.change import Op, new_id
from ipyannotator.model.records import ClassRecord, encode

OKABE_ITO = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442", "#5c5c5c")
_GOLDEN_ANGLE = 0.381966
DIGITS = 9
"""How many classes get a digit key, from 1 on."""


def color(position: int) -> str:
    """Return the colour `#rrggbb` of the class at a position, counted from 0."""
    if position < len(OKABE_ITO):
        return OKABE_ITO[position]
    extra = position - len(OKABE_ITO)
    rgb = colorsys.hls_to_rgb((0.05 + extra * _GOLDEN_ANGLE) % 1.0, 0.42 if extra % 2 else 0.58, 0.65)
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)


class Schema:
    """The classes of one task, in their order; a snapshot that never changes."""

    def __init__(self, classes: Iterable[ClassRecord] = ()) -> None:
        self._by_id = {record.id: record for record in sorted(classes, key=lambda c: (c.order, c.name))}
        self._by_name: dict[str, ClassRecord] = {}
        for record in self._by_id.values():
            if record.name not in self._by_name or self._by_name[record.name].retired:
                self._by_name[record.name] = record

    def __iter__(self) -> Iterator[ClassRecord]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def active(self) -> list[ClassRecord]:
        """The classes on offer."""
        return [record for record in self if not record.retired]

    def find(self, name: str) -> ClassRecord | None:
        """Return the class of a name, the one on offer first, or None."""
        return self._by_name.get(name)

    def by_id(self, class_id: str | None) -> ClassRecord | None:
        """Return the class of an id, or None."""
        return self._by_id.get(class_id or "")

    def name(self, class_id: str | None) -> str | None:
        """Return the name of a class id; None for None, the id itself where the class is gone."""
        if class_id is None:
            return None
        record = self._by_id.get(class_id)
        return record.name if record else class_id

    def id_of(self, name: str | None) -> str | None:
        """Return the id of a class name; None for None. Raise `UnknownClass`, which lists the classes."""
        if name is None:
            return None
        record = self.find(name)
        if record is None:
            known = ", ".join(repr(c.name) for c in self.active) or "none yet"
            raise UnknownClass("The class", name, f"one of: {known}", "Add it with `a.new_class(name)`.")
        return record.id

    def new_class(self, name: str, *, retired: bool = False, ahead: int = 0) -> Op:
        """Return the operation that adds a class at the end, `ahead` more having been planned before it."""
        name = check_name(name)
        position = len(self) + ahead
        key = "" if retired else _digit(position)
        order = max((c.order for c in self), default=0) + 1 + ahead
        record = ClassRecord(
            id=new_id(), name=name, color=color(position), key=key, order=order, retired=retired
        )
        return Op("create", "class", record.id, new=encode(record))

    def declare(self, names: Iterable[str]) -> tuple[Op, ...]:
        """Return the operations that make exactly these names the classes on offer, in this order.

        Classes that are missing are added, others are retired; nothing that uses a class is touched.
        """
        wanted = list(dict.fromkeys(check_name(name) for name in names))
        missing = [name for name in wanted if self.find(name) is None]
        new = {name: self.new_class(name, ahead=ahead) for ahead, name in enumerate(missing)}
        orders = [new[name].new["order"] if name in new else self._by_name[name].order for name in wanted]
        if any(left >= right for left, right in itertools.pairwise(orders)):
            orders = list(range(1, len(wanted) + 1))
        ops: list[Op] = []
        for position, (name, order) in enumerate(zip(wanted, orders, strict=True)):
            if name in new:
                values = {**new[name].new, "order": order, "key": _digit(position)}
                ops.append(msgspec.structs.replace(new[name], new=values))
                continue
            known = self._by_name[name]
            for path, value in (("order", order), ("key", _digit(position, known.key))):
                if getattr(known, path) != value:
                    ops.append(Op("set", "class", known.id, path=path, old=getattr(known, path), new=value))
        ops += [
            Op("set", "class", record.id, path="retired", old=record.retired, new=record.name not in wanted)
            for record in self._by_name.values()
            if record.retired != (record.name not in wanted)
        ]
        return tuple(ops)


def _digit(position: int, key: str = "") -> str:
    """Return the key of the class at a position: its digit, unless it has a key that somebody chose."""
    if key and not key.isdigit():
        return key
    return str(position + 1) if position < DIGITS else ""


def check_name(name: object) -> str:
    """Return a class name; raise `InvalidValue` where it is no text or empty."""
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue("The class name", name, "a text that is not empty")
    return name
