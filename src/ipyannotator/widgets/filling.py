"""Lists the cells of a grid on a thread, and counts the marked ones.

How this works. Cells come from anything that can be iterated, perhaps slowly: they are taken in pages, and after each
the grid is told, so that the first ones are shown at once. A new list ends the listing of the one before. When all are
listed the marks are counted; from then on what is stored corrects the number. Both read the store under one lock, so
the number is that of the latest state, whatever the order in which they come.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from ipyannotator.widgets.cells import Cell, Cells

PAGE = 256
"""Cells in the first page, and in a reading of the store."""
LATER = 4096
"""Cells in each of the later pages."""
NEARBY = 64
"""How many cells from the first one in sight are looked for in a new list, to stay in sight."""


class Listener(Protocol):
    """The grid, as far as the listing knows it."""

    def listed(self) -> None:
        """More cells are listed, or others; called with the lock held."""

    def counted(self, marked: int) -> None:
        """So many are marked."""

    def which(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return those that are marked, as it is stored now."""

    def broken(self, error: Exception) -> None:
        """Listing or counting has failed."""


class Filling:
    """The cells of a grid.

    Args:
        lock: guards all attributes; also held while the listener is told of cells.
        listener: whom to tell.

    Attributes:
        cells: those that are listed so far.
        version: counts the lists.
        total: how many there are, as far as it is known; of all pages, for a page of many.
        offset: how many come before the first.
        complete: whether all are listed.
        at: where to scroll to, None to stay; whoever tells the page sets it to None.
    """

    def __init__(self, lock: threading.RLock, listener: Listener) -> None:
        self.cells = Cells()
        self.version = 0
        self.offset = 0
        self.complete = True
        self.at: int | None = None
        self._total: int | None = None
        self._lock = lock
        self._listener = listener
        self._worker = ThreadPoolExecutor(1, "ipyannotator-grid")
        self._turn = 0
        self._counting = threading.RLock()
        self._marked: set[Cell] = set()

    @property
    def total(self) -> int:
        """How many cells there are, as far as it is known."""
        return self.offset + len(self.cells) if self._total is None else self._total

    def start(
        self, cells: Iterable[Cell], *, total: int | None, offset: int, near: Sequence[Cell] | None
    ) -> None:
        """List other cells; `near` are those that should stay in sight, None to begin with the first."""
        size = len(cells) if isinstance(cells, Sized) else None
        with self._counting, self._lock:
            self._turn += 1
            turn = self._turn
            self.version += 1
            self.cells = Cells()
            self.offset = offset
            self._total = total if total is not None or size is None else offset + size
            self.complete = False
            self.at = 0 if near is None else None
            self._marked = set()
        if size is not None and size <= PAGE:
            self._list(turn, iter(cells), near or ())
            self._submit(self._count, turn)
        else:
            self._submit(self._list_and_count, turn, iter(cells), near or ())

    def drop(self, cells: Collection[Cell]) -> list[int]:
        """Take cells out; return where they were, in ascending order. The lock is held."""
        at = self.cells.where(cells)
        if at:
            self.cells.remove(at)
            self.version += 1
            if self._total is not None:
                self._total -= len(at)
            self._submit(self._forget, list(cells))
        return at

    def touched(self, cells: Sequence[Cell]) -> None:
        """Correct the number of marked ones: something was stored of these cells."""
        with self._counting:
            now = set(self._listener.which(cells))
            fresh = now - self._marked
            with self._lock:
                here = {self.cells[at] for at in self.cells.where(fresh)}
            self._marked = (self._marked - set(cells)) | (now - fresh) | here
            self._listener.counted(len(self._marked))

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._turn += 1
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[..., None], *args: object) -> None:
        def guarded() -> None:
            try:
                work(*args)
            except Exception as error:  # noqa: BLE001 - a worker has nobody above it
                self._listener.broken(error)

        try:
            self._worker.submit(guarded)
        except RuntimeError:  # closed in the meantime
            return

    def _list_and_count(self, turn: int, cells: Iterator[Cell], near: Sequence[Cell]) -> None:
        self._list(turn, cells, near)
        self._count(turn)

    def _list(self, turn: int, cells: Iterator[Cell], near: Sequence[Cell]) -> None:
        ranks = {Cell(*cell): rank for rank, cell in reversed(list(enumerate(near)))}
        best, size = len(ranks), PAGE
        while True:
            page = list(itertools.islice(cells, size))
            with self._lock:
                if turn != self._turn:
                    return
                start = len(self.cells)
                self.cells.extend(page)
                self.complete = len(page) < size
                for at, cell in enumerate(page, start) if best else ():
                    if ranks.get(Cell(*cell), best) < best:
                        best, self.at = ranks[Cell(*cell)], at
                self._listener.listed()
                if self.complete:
                    return
            size = LATER

    def _count(self, turn: int) -> None:
        for start in itertools.count(0, PAGE):
            with self._counting:
                with self._lock:
                    if turn != self._turn:
                        return
                    page = self.cells[start : start + PAGE]
                if page:
                    self._marked.update(self._listener.which(page))
                else:
                    self._listener.counted(len(self._marked))
                    return

    def _forget(self, cells: list[Cell]) -> None:
        with self._counting:
            self._marked.difference_update(cells)
            self._listener.counted(len(self._marked))
