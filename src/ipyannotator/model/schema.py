"""The schema of a task: its classes, looked up by id or by name, and the colours they get.

Colours: the eight of Okabe and Ito (Color Universal Design, 2008), which people with the common colour vision
deficiencies can tell apart, in an order that stands out on photographs; then hues a golden angle apart in two
lightnesses, which never repeat. Colour is never the only sign: the screen names each class as well.
"""

from __future__ import annotations

import colorsys
import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from ipyannotator.errors import UnknownClass
from ipyannotator.model.change import Op, new_id
from ipyannotator.model.classes import ObjectClass, check_name
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
    """The classes of one task, in their order; a snapshot that never changes.

    Args:
        classes: the classes.
        unclassed: what holds for objects without a class; None where nothing does.

    Attributes:
        unclassed: see above.
    """

    def __init__(self, classes: Iterable[ClassRecord] = (), unclassed: ClassRecord | None = None) -> None:
        self.unclassed = unclassed
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

    def rules(self, class_id: str | None) -> ClassRecord | None:
        """Return what says which shapes and attributes objects of a class have; None where nothing does."""
        return self.unclassed if class_id is None else self._by_id.get(class_id)

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
            raise UnknownClass("The class", name, f"one of: {known}", "Add it with `a.classes.add(name)`.")
        return record.id

    def new_class(self, given: str | ObjectClass, *, retired: bool = False, ahead: int = 0) -> Op:
        """Return the operation that adds a class at the end, `ahead` more having been planned before it."""
        name = name_of(given)
        position = len(self) + ahead
        key = "" if retired else _digit(position)
        order = max((c.order for c in self), default=0) + 1 + ahead
        record = ClassRecord(
            id=new_id(), name=name, color=color(position), key=key, order=order, retired=retired
        )
        if isinstance(given, ObjectClass):
            values = given.values() | ({"key": given.key} if given.key else {})
            record = msgspec.convert({**msgspec.to_builtins(record), **values}, ClassRecord)
        return Op("create", "class", record.id, new=encode(record))

    def declare(self, classes: Iterable[str | ObjectClass]) -> tuple[Op, ...]:
        """Return the operations that make exactly these the classes on offer, in this order.

        Classes that are missing are added, others are retired; nothing that uses a class is touched. A name alone says
        nothing of what the class is; an `ObjectClass` says all of it, but for a colour or key that it leaves out.
        """
        wanted: dict[str, str | ObjectClass] = {}
        for each in classes:
            wanted.setdefault(name_of(each), each)
        missing = [each for name, each in wanted.items() if self.find(name) is None]
        new = {name_of(each): self.new_class(each, ahead=ahead) for ahead, each in enumerate(missing)}
        orders = [new[name].new["order"] if name in new else self._by_name[name].order for name in wanted]
        if any(left >= right for left, right in itertools.pairwise(orders)):
            orders = list(range(1, len(wanted) + 1))
        keys = self._keys(list(wanted.values()))
        ops: list[Op] = []
        for name, given, order, key in zip(wanted, wanted.values(), orders, keys, strict=True):
            if name in new:
                ops.append(
                    msgspec.structs.replace(new[name], new={**new[name].new, "order": order, "key": key})
                )
                continue
            known = self._by_name[name]
            values = {"order": order, "key": key}
            values |= given.values() if isinstance(given, ObjectClass) else {}
            for path, value in values.items():
                old = getattr(known, path)
                old = list(old) if isinstance(old, tuple) else old
                if old != value:
                    ops.append(Op("set", "class", known.id, path=path, old=old, new=value))
        ops += [
            Op("set", "class", record.id, path="retired", old=record.retired, new=record.name not in wanted)
            for record in self._by_name.values()
            if record.retired != (record.name not in wanted)
        ]
        return tuple(ops)

    def _keys(self, classes: Sequence[str | ObjectClass]) -> list[str]:
        """Return the key of each class: the one declared, else one that somebody chose, else its digit."""
        declared = [each.key if isinstance(each, ObjectClass) else "" for each in classes]
        keys = []
        for position, (given, key) in enumerate(zip(classes, declared, strict=True)):
            known = self.find(name_of(given))
            chosen = "" if known is None or known.key in declared else known.key
            digit = _digit(position, chosen)
            keys.append(key or (digit if digit not in declared else ""))
        return keys


def name_of(given: str | ObjectClass) -> str:
    """Return the name of a class that is declared; raise `InvalidValue` where it is no text or empty."""
    return given.name if isinstance(given, ObjectClass) else check_name(given)


def _digit(position: int, key: str = "") -> str:
    """Return the key of the class at a position: its digit, unless it has a key that somebody chose."""
    if key and not key.isdigit():
        return key
    return str(position + 1) if position < DIGITS else ""
