"""Makes the small pictures of a grid, those that are wanted now before all others.

How this works. A grid says again and again what is on screen and not there yet; that replaces what it had said before,
so what has scrolled by is not made any more. What is wanted of one item is made together, from one decoding. Pictures
are handed over in batches: the first ones soon, and never one message for each. What was made is kept, encoded, in a
bounded table; what took much computing is kept on disk too, so that a second opening is quick.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ipyannotator.errors import IpyannotatorError, MediaError
from ipyannotator.sources.base import Media, Region, Request, Source
from ipyannotator.sources.disk import Disk

_WORKERS = 2
_TOGETHER = 24
_BATCH = 48
_BATCH_BYTES = 1 << 19
_BATCH_SECONDS = 0.02
_EXPENSIVE = 0.008
_DISK_BYTES = 256 << 20

log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """A small picture that is wanted: of an item, the region of it or None for all, and the most pixels a side."""

    key: str
    region: Region | None
    size: int


Made = list[tuple[Wanted, Media | MediaError]]
"""What was made, in batches; an error says why there is no picture."""


class Thumbnails:
    """A pool of threads that make small pictures. All methods are safe to call from any thread.

    Args:
        source: where the pictures come from; with `crops` (see `Source`) it is much quicker.
        done: is called on the pool's threads with each batch.
        folder: where expensive ones are kept between sessions, or None.
        memory_bytes: the most memory that kept ones take.
    """

    def __init__(
        self,
        source: Source,
        done: Callable[[Made], None],
        folder: Path | None = None,
        *,
        memory_bytes: int = 64 << 20,
    ) -> None:
        self.source = source
        self.memory_bytes = memory_bytes
        self._done = done
        self._disk = None if folder is None else Disk(folder, _DISK_BYTES)
        self._lock = threading.Lock()
        self._queue: OrderedDict[Wanted, None] = OrderedDict()
        self._making: set[Wanted] = set()
        self._working = 0
        self._kept: OrderedDict[tuple[Wanted, str], Media] = OrderedDict()
        self._bytes = 0
        self._closed = False

    def want(self, wanted: Iterable[Wanted]) -> None:
        """Make these, the most urgent first, and nothing that was wanted before, save what is being made."""
        with self._lock:
            if self._closed:
                return
            self._queue = OrderedDict((each, None) for each in wanted if each not in self._making)
            missing = min(_WORKERS, len(self._queue)) - self._working
            self._working += max(missing, 0)
        for _ in range(missing):
            threading.Thread(target=self._work, name="ipyannotator-thumbs", daemon=True).start()

    def close(self) -> None:
        """Make no more, and let go of the memory. Harmless twice."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            self._kept.clear()
            self._bytes = 0

    def _work(self) -> None:
        batch: Made = []
        size, since = 0, time.monotonic()
        while group := self._take():
            made = self._make(group)
            batch += made
            size += sum(len(media.data) for _, media in made if isinstance(media, Media))
            late = time.monotonic() - since > _BATCH_SECONDS
            if late or len(batch) >= _BATCH or size >= _BATCH_BYTES:
                self._hand_over(batch)
                batch, size, since = [], 0, time.monotonic()
        self._hand_over(batch)

    def _take(self) -> list[Wanted]:
        """Return the most urgent, with what else is wanted of its item; nothing where the thread is to end."""
        with self._lock:
            first = next(iter(self._queue), None)
            if first is None:
                self._working -= 1
                return []
            group = [each for each in self._queue if (each.key, each.size) == (first.key, first.size)][
                :_TOGETHER
            ]
            for each in group:
                del self._queue[each]
            self._making.update(group)
            return group

    def _hand_over(self, batch: Made) -> None:
        if not batch:
            return
        try:
            if not self._closed:
                self._done(batch)
        except Exception:
            log.exception("Small pictures could not be handed over.")
        with self._lock:
            self._making.difference_update(wanted for wanted, _ in batch)

    def _make(self, group: Sequence[Wanted]) -> Made:
        """Return the pictures of one item; whatever goes wrong is an error in the place of a picture."""
        key, size = group[0].key, group[0].size
        try:
            stamp = self.source.stamp(key)
            made: dict[Wanted, Media | MediaError] = {}
            for each in group:
                known = self._known(each, stamp)
                if known is not None:
                    made[each] = known
            missing = [each for each in group if each not in made]
            if missing:
                start = time.thread_time()
                found = self._crops(key, [each.region for each in missing], size)
                dear = (time.thread_time() - start) / len(missing) >= _EXPENSIVE
                for each, media in zip(missing, found, strict=True):
                    made[each] = media
                    if isinstance(media, Media):
                        self._keep(each, stamp, media, dear=dear)
            return [(each, made[each]) for each in group]
        except Exception as error:  # noqa: BLE001 - a stranger's source must not silence the others' items
            return [(each, _in_words(key, error)) for each in group]

    def _crops(self, key: str, regions: list[Region | None], size: int) -> Sequence[Media | MediaError]:
        crops = getattr(self.source, "crops", None)
        if crops is not None:
            found: Sequence[Media | MediaError] = crops(key, regions, size)
            return found
        return [self._one(key, region, size) for region in regions]

    def _one(self, key: str, region: Region | None, size: int) -> Media | MediaError:
        try:
            return self.source.media(key, Request(size, size, region))
        except Exception as error:  # noqa: BLE001 - as above; the item's other parts may be fine
            return _in_words(key, error)

    def _known(self, wanted: Wanted, stamp: str) -> Media | None:
        with self._lock:
            media = self._kept.get((wanted, stamp))
            if media is not None:
                self._kept.move_to_end((wanted, stamp))
                return media
        media = None if self._disk is None else self._disk.read(self._name(wanted, stamp))
        if media is not None:
            self._keep(wanted, stamp, media, dear=False)
        return media

    def _keep(self, wanted: Wanted, stamp: str, media: Media, *, dear: bool) -> None:
        with self._lock:
            if not self._closed and len(media.data) <= self.memory_bytes:
                before = self._kept.pop((wanted, stamp), None)
                self._bytes += len(media.data) - (len(before.data) if before else 0)
                self._kept[wanted, stamp] = media
                while self._bytes > self.memory_bytes:
                    _, old = self._kept.popitem(last=False)
                    self._bytes -= len(old.data)
        if dear and self._disk is not None:
            self._disk.write(self._name(wanted, stamp), media)

    def _name(self, wanted: Wanted, stamp: str) -> str:
        region = None if wanted.region is None else tuple(map(float, wanted.region))
        text = "\0".join((self.source.location, wanted.key, stamp, repr((wanted.size, region))))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def _in_words(key: str, error: Exception) -> MediaError:
    if isinstance(error, MediaError):
        return error
    text = str(error) if isinstance(error, IpyannotatorError) else f"{type(error).__name__}: {error}"
    return MediaError("unreadable", f"“{key}” cannot be shown: {text}")
