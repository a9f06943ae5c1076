"""What a person did today, counted from the log.

How this works. The first entry of the day is found by bisection, since entries are numbered in the order in which they
were made; from there the log is read once, in pages and on a thread of its own, and after that only what is new. So it
costs the same at the first and at the millionth entry of a project. (A clock that is put back shifts the border by the
entries of that time; nothing else.)
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.model import Change, Entry
from ipyannotator.stores.base import Store

_PAGE = 1000


class Done(NamedTuple):
    """What one person did in one task since the day began.

    Attributes:
        items: items that they changed or gave a state.
        finished: those of them that they left as done, skipped or flagged.
        objects: objects that they made and that they have not deleted.
        first: how long after the day began they made the first of these changes, in seconds; None where there is none.
            So it is the time of day where the day began, whatever the clock says here.
    """

    items: int = 0
    finished: int = 0
    objects: int = 0
    first: float | None = None


class Today:
    """Counts what the editor's author does today, in all their windows.

    Args:
        editor: whose author and task it is.
        changed: is called, on any thread, after the numbers have changed.
        begin: when the day began, in seconds since 1970; midnight where this runs if None, and then the day changes by
            itself.
    """

    def __init__(self, editor: Editor, changed: Callable[[], None], begin: float | None = None) -> None:
        self._editor = editor
        self._changed = changed
        self._given = begin
        self._lock = threading.Lock()
        self._ended = False
        self._workers: list[threading.Thread] = []
        self._seen = -1  # nothing is counted yet
        self._forget(self._day())
        editor.events.on("stored", self._stored)
        self._later()

    @property
    def done(self) -> Done:
        """The numbers, as far as they are counted."""
        with self._lock:
            first = None if self._first is None else self._first - self._since
            return Done(len(self._items), len(self._finished), len(self._objects), first)

    def begin(self, since: float) -> None:
        """The day began at another time: for a person in another time zone, or on the next day."""
        if since != self._given:
            self._given = since
            self._later()

    def catch_up(self) -> None:
        """Count what is new. Raises `StoreError` where the log cannot be read."""
        before = self.done
        day = self._day()
        store, task = self._editor.store, self._editor.task
        with self._lock:
            if day != self._since or self._seen < 0:
                self._forget(day)
                self._seen = first_since(store, day)
            while not self._ended and (entries := store.log(self._seen, task=task, limit=_PAGE)):
                self._seen = entries[-1].seq
                for entry in entries:
                    self._count(entry.change)
        if self.done != before:
            self._changed()

    def close(self) -> None:
        """End it; closing twice is harmless."""
        self._ended = True
        self._editor.events.off("stored", self._stored)
        for worker in self._workers:
            if worker is not threading.current_thread():
                worker.join()

    def _stored(self, entry: Entry) -> None:
        if entry.change.author.id == self._editor.author.id and self._seen >= 0:
            self._try()

    def _later(self) -> None:
        worker = threading.Thread(target=self._try, name="ipyannotator-today", daemon=True)
        self._workers = [*(one for one in self._workers if one.is_alive()), worker]
        worker.start()

    def _try(self) -> None:
        try:
            self.catch_up()
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it
            if not self._ended:  # else the store was closed under it
                self._editor.events.emit("error", Failure.of(error, "Cannot count what you did today"))

    def _day(self) -> float:
        return midnight() if self._given is None else self._given

    def _forget(self, day: float) -> None:
        self._since = day
        self._seen = -1
        self._items: set[str] = set()
        self._finished: set[str] = set()
        self._objects: set[str] = set()
        self._first: float | None = None

    def _count(self, change: Change) -> None:
        # What a file brought in, and what a picture turned out to be, is nobody's work.
        if change.author.id != self._editor.author.id or change.origin != "human":
            return
        for op in change.ops:
            if not op.item or op.record == "class":
                continue
            self._first = change.time if self._first is None else self._first
            self._items.add(op.item)
            if op.record == "object" and op.action == "create":
                self._objects.add(op.id)
            elif op.record == "object" and op.action == "delete":
                self._objects.discard(op.id)
            elif op.record == "item" and op.path == "state":
                (self._finished.discard if op.new == "todo" else self._finished.add)(op.item)


def midnight() -> float:
    """Return when today began where this runs, in seconds since 1970."""
    return dt.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def first_since(store: Store, since: float) -> int:
    """Return the number of the last entry of the log that is older than `since`, 0 where none is."""
    low, high = 0, store.head()
    while low < high:
        middle = (low + high) // 2
        found = store.log(middle, limit=1)
        if found and found[0].change.time < since:
            low = found[0].seq
        else:
            high = middle
    return low
