"""A bounded folder of rendered media. It is only a cache: whatever fails here costs time, never an error."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from ipyannotator.sources.base import Media

_ENDING = ".media"
_PART = ".part"
_FULL_ENOUGH = 0.9
_PAUSE = 60.0
_ABANDONED = 3600.0


class Disk:
    """Media in files of a folder, by name; the least recently used are removed first.

    Args:
        folder: made when something is first written. Several processes may share it.
        limit: the most bytes that its files take.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self._lock = threading.Lock()
        self._size: int | None = None
        self._not_before = 0.0

    def read(self, name: str) -> Media | None:
        """Return what was written under this name, or None."""
        path = self.folder / (name + _ENDING)
        try:
            head, _, data = path.read_bytes().partition(b"\n")
            facts = json.loads(head)
            region = tuple(map(float, facts["region"]))
            x, y, width, height = region
            if len(data) != facts["bytes"]:
                return None
            media = Media(
                facts["mime"], data, facts["width"], facts["height"], (x, y, width, height), facts["note"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None  # absent, or damaged: it is made again
        with suppress(OSError):
            os.utime(path)  # its last use, for whoever removes the oldest
        return media

    def write(self, name: str, media: Media) -> None:
        """Keep media under a name, atomically. After a failure (full disk, no permission) it pauses a minute."""
        facts = {
            "mime": media.mime,
            "width": media.width,
            "height": media.height,
            "region": media.region,
            "note": media.note,
            "bytes": len(media.data),
        }
        head = json.dumps(facts).encode() + b"\n"
        size = len(head) + len(media.data)
        if size > self.limit or time.monotonic() < self._not_before:
            return
        part = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            number, part = tempfile.mkstemp(prefix="." + name, suffix=_PART, dir=self.folder)
            with os.fdopen(number, "wb") as out:
                out.write(head)
                out.write(media.data)
            Path(part).replace(self.folder / (name + _ENDING))
            self._grow(size)
        except OSError:
            self._not_before = time.monotonic() + _PAUSE
            if part is not None:
                with suppress(OSError):
                    Path(part).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove what is kept under a name, if anything."""
        with suppress(OSError):
            (self.folder / (name + _ENDING)).unlink(missing_ok=True)

    def _grow(self, size: int) -> None:
        """Count what was written, and make room where the limit is passed."""
        with self._lock:
            self._size = None if self._size is None else self._size + size
            if self._size is None or self._size > self.limit:
                self._size = self._shrink()

    def _shrink(self) -> int:
        """Count the files anew (others may share the folder), remove the oldest if they are too many; return bytes."""
        files: list[tuple[float, int, str]] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    status = entry.stat()
                    if entry.name.endswith(_ENDING):
                        files.append((status.st_mtime, status.st_size, entry.path))
                    elif entry.name.endswith(_PART) and time.time() - status.st_mtime > _ABANDONED:
                        Path(entry.path).unlink()
        total = sum(size for _, size, _ in files)
        if total <= self.limit:
            return total
        for _, size, path in sorted(files):
            if total <= self.limit * _FULL_ENOUGH:
                break
            with suppress(OSError):
                Path(path).unlink()
            total -= size
        return total
