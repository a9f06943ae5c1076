"""How far a project is: items by state, objects by class, what each person did, and when.

States and classes are counters of the store. Who did what, and on which day, is read from the log: a state counts for
whoever gave the last one, an object for whoever made it, until it is deleted.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.editor.todo import finished_layers
from ipyannotator.model import Change, Op
from ipyannotator.stores.leases import PERSONAL

_PAGE = 1000

STATES = ("done", "in_progress", "skipped", "flagged", "todo")


class Did(NamedTuple):
    """What somebody did: items that they worked on, that they finished, and objects of theirs that are there."""

    items: int
    finished: int
    objects: int


class Tally:
    """What people did, counted from the log of one task.

    Attributes:
        names: the name of each author by id.
        first: the time of the first entry that is kept, in seconds since 1970; None where there is none.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.first: float | None = None
        self._items: dict[tuple[str, str], set[str]] = {}
        self._objects: Counter[tuple[str, str]] = Counter()
        self._finished: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, change: Change) -> None:
        """Count a change."""
        self.first = change.time if self.first is None else self.first
        who, when = change.author.id, day(change.time)
        self.names[who] = change.author.name or who
        for op in change.ops:
            if not op.item:
                continue
            if op.record == "object" and op.action != "set":
                self._count(op)
            if change.origin != "human":
                continue  # what a file brought in is nobody's work
            self._items.setdefault((who, when), set()).add(op.item)
            if op.record == "item" and op.path == "state":
                self._finished.pop((change.layer, op.item), None)
                if op.new != "todo":
                    self._finished[change.layer, op.item] = (who, when)

    def by_day(self) -> dict[tuple[str, str], Did]:
        """Return what each author did on each day."""
        finished = Counter(self._finished.values())
        keys = {*self._items, *finished, *(key for key, count in self._objects.items() if count)}
        return {
            key: Did(len(self._items.get(key, ())), finished[key], self._objects[key])
            for key in sorted(keys, key=lambda key: (key[1], key[0]))
        }

    def by_author(self) -> dict[str, Did]:
        """Return what each author did."""
        found = {}
        for author in sorted({author for author, _ in self.by_day()}):
            items = set[str]().union(*(some for (who, _), some in self._items.items() if who == author))
            finished = sum(who == author for who, _ in self._finished.values())
            objects = sum(count for (who, _), count in self._objects.items() if who == author)
            found[author] = Did(len(items), finished, objects)
        return found

    def _count(self, op: Op) -> None:
        """Count an object for who made it and when, as it says itself; so its deletion takes back just that."""
        record: dict[str, Any] = (op.new if op.action == "create" else op.old) or {}
        step = 1 if op.action == "create" else -1
        if record.get("origin", "human") != "human":
            return
        # The order of an object is when it was made, in microseconds since 1970.
        self._objects[record.get("author", ""), day(record.get("order", 0) / 1e6)] += step


def day(time: float) -> str:
    """Return the day of a moment, where this runs, as `2026-01-31`."""
    return dt.datetime.fromtimestamp(time).astimezone().date().isoformat()


def stats(editor: Editor, people: int, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Count a project; what is returned is what `stats --json` prints, and docs/cli.md describes.

    Args:
        editor: the task.
        people: to how many people each item is given.
        progress: is told how much of the log is read.
    """
    store, task = editor.store, editor.task
    personal = [layer for layer in store.layers(task) if layer.startswith(PERSONAL)]
    layers = personal if people > 1 else ["main"]
    counts = {layer: store.counts(task, layer) for layer in layers}
    classes: Counter[str] = Counter()
    for each in counts.values():
        classes.update(each.classes)
    made: Counter[str] = Counter()
    for layer in layers:
        made.update(store.origins(task, layer))
    made.pop("human", None)
    tally = Tally()
    seen, head = 0, store.head()
    while entries := store.log(seen, task=task, limit=_PAGE):
        for entry in entries:
            tally.add(entry.change)
        seen = entries[-1].seq
        progress(seen, max(head, seen))
    progress(head, head)
    total = len(editor.source)
    found: dict[str, Any] = {
        "task": task,
        "items": _states(counts["main"].states, total) if people == 1 else None,
        "objects": {
            "total": sum(classes.values()),
            "classes": [
                {"name": record.name, "count": classes[record.id], "retired": record.retired}
                for record in editor.schema
                if classes[record.id] or not record.retired
            ],
            "unlabelled": classes[""],
            "made": dict(sorted(made.items())),
        },
        "people": [
            {"author": tally.names.get(author, author), **did._asdict()}
            for author, did in tally.by_author().items()
        ],
        "days": [
            {"day": when, "author": tally.names.get(author, author), **did._asdict()}
            for (author, when), did in tally.by_day().items()
        ],
        "overlap": None,
    }
    if people > 1:
        numbers = finished_layers(store, editor.source, task)
        numbers += [0] * (people + 1 - len(numbers))
        found["items"] = {
            "total": total, "done": sum(numbers[people:]), "in_progress": sum(numbers[1:people]),
            "skipped": 0, "flagged": 0, "todo": numbers[0],
        }  # fmt: skip
        found["overlap"] = {
            "people": people,
            "finished_by": numbers,
            "layers": {
                layer.removeprefix(PERSONAL): _states(counts[layer].states, total) for layer in personal
            },
        }
    return found


def _states(states: dict[str, int], total: int) -> dict[str, int]:
    """Return the number of items in each state; the store counts those that were touched."""
    known = {name: states.get(name, 0) for name in STATES if name != "todo"}
    return {"total": total, **known, "todo": max(0, total - sum(known.values()))}
