"""The numbers of classes and items in exports, recorded so that a later export does not renumber.

Whoever has trained on an export knows class 2 by its number; so a class keeps the number that its first export in a
format gave it, whatever is added, retired, renamed or put into another order since.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from ipyannotator.editor.core import Editor
from ipyannotator.formats import Format
from ipyannotator.model import SkeletonTemplate
from ipyannotator.transfer.renaming import Renamed, check_renamed


class Classes:
    """The classes of an export.

    Args:
        editor: the task.
        kind: the format; one without numbers records none.
        renamed: other names for them; then their numbers are not recorded.

    Attributes:
        names: by number from 0, each once.
        labels: the name to write by class id.
        templates: the joints of skeletons, by the name of the class.
        unwanted: the ids of the classes whose objects are left out.

    Raises:
        InvalidValue: another name is for a class that there is not.
    """

    def __init__(self, editor: Editor, kind: Format, renamed: Renamed | None = None) -> None:
        self._store = editor.store
        self._name = f"numbers:{kind.name}:{editor.task}" if kind.holds.numbers else ""
        kept = self._store.recall(self._name) if self._name else None
        rows: list[list[Any]] = json.loads(kept) if kept else []
        numbers = {class_id: number for class_id, number, _ in rows}
        names = {number: name for _, number, name in rows}
        schema = editor.schema
        used = editor.store.counts(editor.task, editor.layer).classes
        for record in schema:
            if record.id in numbers:
                names[numbers[record.id]] = record.name
        for record in sorted(schema, key=lambda record: record.retired):
            if record.id in numbers or (record.retired and not used.get(record.id)):
                continue
            # A class that was retired and made anew under its old name is the same to whoever reads the file.
            same = [number for number, name in names.items() if name == record.name]
            numbers[record.id] = same[0] if same else len(names)
            names[numbers[record.id]] = record.name
        self._rows = [[class_id, number, names[number]] for class_id, number in numbers.items()]
        self._fresh = self._rows != rows
        offered = {numbers[record.id] for record in schema.active}
        self.names = _distinct(names, offered)
        self.labels = {class_id: self.names[number] for class_id, number in numbers.items()}
        self.unwanted: set[str] = set()
        if renamed is not None:
            self._rename(renamed)
        self.templates = {
            self.labels[record.id]: SkeletonTemplate(**record.skeleton)
            for record in schema
            if record.skeleton and record.id in self.labels
        }

    def _rename(self, renamed: Renamed) -> None:
        check_renamed(renamed, self.names)
        self._fresh = False
        self.unwanted = {id_ for id_, name in self.labels.items() if renamed.get(name, name) is None}
        others = {id_: renamed.get(name, name) or "" for id_, name in self.labels.items()}
        self.labels = {id_: name for id_, name in others.items() if id_ not in self.unwanted}
        kept = [renamed.get(name, name) for name in self.names]
        self.names = list(dict.fromkeys(name for name in kept if name is not None))

    def record(self) -> bool:
        """Keep the numbers; return whether they are kept, which they are not in a project open for reading."""
        if not self._name or not self._fresh:
            return True
        if self._store.read_only:
            return False
        self._store.remember(self._name, json.dumps(self._rows).encode())
        return True


class Items:
    """The numbers of items from 1, in the order in which they were first exported; see `Classes` for the arguments."""

    def __init__(self, editor: Editor, kind: Format) -> None:
        self._store = editor.store
        self._name = f"items:{kind.name}:{editor.task}:{editor.layer}" if kind.holds.items else ""
        kept = self._store.recall(self._name) if self._name else None
        self._numbers: dict[str, int] = json.loads(zlib.decompress(kept)) if kept else {}
        self._before = len(self._numbers)

    def number(self, key: str) -> int:
        """Return the number of an item; 0 where the format has none."""
        return self._numbers.setdefault(key, len(self._numbers) + 1) if self._name else 0

    def record(self) -> None:
        """Keep the numbers, where the project can be written."""
        if len(self._numbers) > self._before and not self._store.read_only:
            self._store.remember(self._name, zlib.compress(json.dumps(self._numbers).encode()))


def _distinct(names: dict[int, str], offered: set[int]) -> list[str]:
    """Return the names by number, each once: where a class was renamed to another's name, the one on offer has it."""
    given: dict[int, str] = {}
    for number in sorted(names, key=lambda number: (number not in offered, number)):
        fresh, count = names[number], 2
        while fresh in given.values():
            fresh, count = f"{names[number]} ({count})", count + 1
        given[number] = fresh
    return [given[number] for number in sorted(given)]
