"""What objects a task has, by class, and which of them are marked: what a grid per class lists.

How this works. A thread reads the whole task once, in the order of the keys, and whoever asks for a group meanwhile
gets what has been read, and waits for the rest. From then on the entries of the log say what may be another, and that is
read again from the store: so the order in which entries are told does not matter. Of an object only its address, its
score, its class and its mark are held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.model import Entry, FieldRecord, ObjectRecord, Op, Record, Ref, is_sweeping

REVIEW = "review"
"""The attribute of an object, and the field of an item without objects, that says what a reviewer found."""
WRONG = "wrong"
"""Its value for what is not as it should be."""
EMPTY = "/empty"
"""The group of the items without objects; no id of a class begins so."""
UNCLASSED = ""
"""The group of the objects without a class."""

Address = tuple[str, str]
"""The key of an item and the id of an object on it, empty for the item itself."""


class Known(NamedTuple):
    """What is known of one object."""

    group: str
    score: float | None
    wrong: bool


class Moves(NamedTuple):
    """What an entry of the log did to the groups.

    Attributes:
        left: by group, what is no longer in it.
        joined: by group, what is in it now.
    """

    left: dict[str, set[Address]]
    joined: dict[str, set[Address]]

    def add(self, key: str, old: dict[str, Known], now: dict[str, Known]) -> None:
        """Take in what an item had and has."""
        for name in {*old, *now}:
            before, after = _group(old.get(name)), _group(now.get(name))
            if before == after:
                continue
            if before is not None:
                self.left.setdefault(before, set()).add((key, name))
            if after is not None:
                self.joined.setdefault(after, set()).add((key, name))
        if bool(old) != bool(now):
            (self.left if now else self.joined).setdefault(EMPTY, set()).add((key, ""))


class Census:
    """The objects of a task by class. All methods are safe to call from any thread.

    Whoever uses it passes it what is stored from then on (`fold`).

    Args:
        editor: the task.
        ready: is called on a thread when everything has been read.
    """

    def __init__(self, editor: Editor, ready: Callable[[], None] = lambda: None) -> None:
        self._editor = editor
        self._ready = ready
        self._changed = threading.Condition()
        self._complete = False
        self._closed = False
        self._seq = 0
        self._items: dict[str, dict[str, Known]] = {}
        self._keys: list[str] = []
        self._filled = 0  # items of the source that have objects
        self._wrong_items: set[str] = set()
        self._late: set[str] = set()
        self._anew = False
        self._sizes: dict[str, int] = {}
        self._reader = self._thread()

    def start(self) -> None:
        """Begin to read. What is stored from now on is to be folded in."""
        self._seq = self._editor.store.head()
        self._reader.start()

    def close(self) -> None:
        """End it; who waits gets no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._reader.is_alive() and threading.current_thread() is not self._reader:
            self._reader.join()

    @property
    def complete(self) -> bool:
        """Whether the whole task has been read."""
        return self._complete

    def wait(self) -> None:
        """Wait until the whole task has been read."""
        with self._changed:
            self._changed.wait_for(lambda: self._complete or self._closed)

    def size(self, group: str) -> int:
        """Return how many objects a group has, as far as they are read; of `EMPTY`, how many items have none."""
        with self._changed:
            if group == EMPTY:
                return len(self._editor.source) - self._filled
            return self._sizes.get(group, 0)

    def members(self, group: str) -> Iterator[Address]:
        """Yield what is in a group in the order of the items; waits for what is still being read."""
        if group == EMPTY:
            self.wait()
            source = self._editor.source
            for at in range(len(source)):
                key = source.key(at)
                if not self._items.get(key):
                    yield key, ""
            return
        at = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda at=at: self._complete or self._closed or len(self._keys) > at)  # type: ignore[misc]
                keys = self._keys[at:]
                found = [
                    (key, name)
                    for key in keys
                    for name, known in self._items[key].items()
                    if known.group == group
                ]
                finished = self._complete or self._closed
            yield from found
            at += len(keys)
            if finished:
                return

    def doubtful(self, group: str) -> Iterator[Address]:
        """Yield what is in a group, the lowest score first, what has none last. Waits for all of it."""
        self.wait()
        with self._changed:
            found = [
                (1.0 if known.score is None else known.score, at, (key, name))
                for at, (key, objects) in enumerate(self._items.items())
                for name, known in objects.items()
                if known.group == group
            ]
        scored = [known[0] < 1.0 for known in found]
        yield from (address for *_, address in (sorted(found) if any(scored) else found))

    def wrong(self, group: str) -> list[Address]:
        """Return what is marked wrong in a group."""
        self.wait()
        with self._changed:
            if group == EMPTY:
                return [(key, "") for key in sorted(self._wrong_items) if not self._items.get(key)]
            return [
                (key, name)
                for key, objects in self._items.items()
                for name, known in objects.items()
                if known.group == group and known.wrong
            ]

    def answers(self, group: str) -> dict[str, bool]:
        """Return, for each item in a group, whether something of it there is marked wrong."""
        self.wait()
        found: dict[str, bool] = {}
        marked = set(self.wrong(group))
        for key, name in self.members(group):
            found[key] = found.get(key, False) or (key, name) in marked
        return found

    def fold(self, entry: Entry) -> Moves:
        """Take in an entry of the log; return what left a group by it and what joined one."""
        moves = Moves({}, {})
        if is_sweeping(entry.change):
            self._read_anew()
            return moves
        refs = dict.fromkeys(Ref(op.record, op.id, op.item) for op in entry.change.ops if _matters(op))
        with self._changed:
            if not refs or entry.seq <= self._seq:
                return moves
            if not self._complete:  # the thread may have read what was before it, and not taken it in yet
                self._late |= {ref.item for ref in refs}
                return moves
            # Read again, not worked out from the entry: two threads may tell their entries in either order.
            found = self._editor.store.records(self._editor.task, refs, self._editor.layer)
            before = {ref.item: dict(self._items.get(ref.item, {})) for ref in refs}
            for ref in refs:
                self._put(ref, found.get(ref))
            for key, old in before.items():
                now = self._items.get(key, {})
                moves.add(key, old, now)
        return moves

    # ---- inside -------------------------------------------------------------------------------------------------

    def _thread(self) -> threading.Thread:
        return threading.Thread(target=self._read, name="ipyannotator-census", daemon=True)

    def _read_anew(self) -> None:
        """Forget everything, and read the whole task again."""
        with self._changed:
            if self._closed:
                return
            if not self._complete:
                self._anew = True  # the thread that reads begins again
                return
            self._forget()
            self._complete = False
            self._reader = self._thread()
        self._reader.start()

    def _forget(self) -> None:
        self._anew = False
        self._late = set()
        self._items, self._keys, self._sizes = {}, [], {}
        self._filled = 0
        self._wrong_items = set()

    def _read(self) -> None:
        editor = self._editor
        keys: set[str] | None = None
        try:
            while True:
                for item, objects, fields in editor.store.each(editor.task, editor.layer, keys):
                    with self._changed:
                        if self._closed:
                            return
                        if self._anew:
                            break
                        self._take(item.id, objects, fields)
                        self._changed.notify_all()
                with self._changed:
                    if self._anew:
                        self._forget()
                        keys = None
                        continue
                    keys, self._late = self._late, set()
                    if not keys:
                        self._complete = True
                        break
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it
            if not self._closed:
                editor.events.emit("error", Failure.of(error, "Reading the annotations failed"))
        finally:
            with self._changed:
                self._complete = True
                self._changed.notify_all()
        if not self._closed:
            self._ready()

    def _take(self, key: str, objects: Iterable[ObjectRecord], fields: Iterable[FieldRecord]) -> None:
        for name in list(self._items.get(key, {})):
            self._set(key, name, None)
        self._wrong_items.discard(key)
        for record in objects:
            self._set(key, record.id, _known(record))
        if any(field.id == REVIEW and field.value == WRONG for field in fields):
            self._wrong_items.add(key)

    def _put(self, ref: Ref, record: Record | None) -> None:
        """Take in what is stored at an address now."""
        if ref.record == "object":
            self._set(ref.item, ref.id, _known(record) if isinstance(record, ObjectRecord) else None)
        else:
            wrong = isinstance(record, FieldRecord) and record.value == WRONG
            (self._wrong_items.add if wrong else self._wrong_items.discard)(ref.item)

    def _set(self, key: str, name: str, known: Known | None) -> None:
        if key not in self._items:
            self._items[key] = {}
            self._keys.append(key)
        objects = self._items[key]
        had = bool(objects)
        before = objects.pop(name, None) if known is None else objects.get(name)
        if before is not None:
            self._sizes[before.group] -= 1
        if known is not None:
            objects[name] = known
            self._sizes[known.group] = self._sizes.get(known.group, 0) + 1
        if had != bool(objects) and self._is_there(key):
            self._filled += -1 if had else 1

    def _is_there(self, key: str) -> bool:
        """Tell whether an item is still in the source; what was annotated may be gone."""
        try:
            self._editor.source.index(key)
        except KeyError:
            return False
        return True


def _matters(op: Op) -> bool:
    return op.record == "object" or (op.record == "field" and op.id == REVIEW)


def _known(record: ObjectRecord) -> Known:
    wrong = record.attributes.get(REVIEW) == WRONG
    return Known(record.class_id or UNCLASSED, record.score, wrong)


def _group(known: Known | None) -> str | None:
    return None if known is None else known.group
