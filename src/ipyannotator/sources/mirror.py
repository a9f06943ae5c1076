"""Copies on the disk of files at an address: fetched when they are asked for, and the oldest thrown away for room."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from ipyannotator.remote import Place

ROOM = 4_000_000_000
"""Bytes that copies may take."""


class Mirror:
    """A folder of copies.

    Args:
        place: where the files are.
        folder: where the copies are; kept from one time to the next.
        room: bytes that they may take; the one that was asked for last stays in any case.
    """

    def __init__(self, place: Place, folder: Path, room: int = ROOM) -> None:
        self._place = place
        self._folder = folder
        self._room = room
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._taken = 0
        for path in sorted(_files(folder), key=lambda path: path.stat().st_mtime):
            self._note(path.relative_to(folder).as_posix(), path.stat().st_size)

    def path(self, name: str) -> Path:
        """Return the copy of a file, fetched where there is none; raises as `Place.fetch`."""
        target = self._folder / name
        with self._lock:
            here = name in self._sizes and target.is_file()
            if here:
                self._sizes.move_to_end(name)
        if not here:
            self._place.fetch(name, target)  # two at once fetch it twice, and one of them stays
            with self._lock:
                self._forget(name)
                self._note(name, target.stat().st_size)
                self._make_room(name)
        return target

    def keep(self, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Throw away the copies of files whose stamps have changed, and of those that are gone."""
        with self._lock:
            # On the disk, not in the table: another kernel may have fetched some.
            for name in [path.relative_to(self._folder).as_posix() for path in _files(self._folder)]:
                if name not in now or before.get(name) != now[name]:
                    self._drop(name)

    def _note(self, name: str, size: int) -> None:
        self._sizes[name] = size
        self._taken += size

    def _forget(self, name: str) -> None:
        self._taken -= self._sizes.pop(name, 0)

    def _drop(self, name: str) -> None:
        self._forget(name)
        (self._folder / name).unlink(missing_ok=True)

    def _make_room(self, latest: str) -> None:
        for name in list(self._sizes):
            if self._taken <= self._room:
                return
            if name != latest:
                self._drop(name)


def _files(folder: Path) -> list[Path]:
    return [
        Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if not name.endswith(".part")
    ]
