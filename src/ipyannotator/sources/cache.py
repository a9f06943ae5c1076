"""Keeps media that were made, and makes those that will be wanted next.

How this works. What is asked for is first rounded up to a step of size, so that a window that is a little wider
still finds what is there. The result is named by `media_id`, from the item's key, its stamp and the rounded request:
a file that is replaced gets another name, so nothing here ever has to be taken back. In memory the results live in
one table, the least recently used go first; those that took much computing are kept on disk too. Whoever asks for
what is being made waits for it instead of making it twice. Errors are not kept: a file that is put back is found.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ipyannotator.errors import MediaError
from ipyannotator.sources.base import Media, Request, Source
from ipyannotator.sources.disk import Disk
from ipyannotator.sources.look import AS_IS

_WORKERS = 2
_EXPENSIVE = 0.02
_TRIES = 3
_SMALLEST_STEP = 128
_LARGEST_STEP = 1 << 16

Done = Callable[[str, "Media | MediaError"], None]

log = logging.getLogger(__name__)


def rounded(request: Request) -> Request:
    """Return the request with its size rounded up to 128, 192, 256, 384, 512, … pixels."""
    return request._replace(width=_step(request.width), height=_step(request.height))


def _step(pixels: int) -> int:
    step = _SMALLEST_STEP
    while step < min(pixels, _LARGEST_STEP):
        between = step * 3 // 2
        if pixels <= between:
            return between
        step *= 2
    return step


class MediaCache:
    """A bounded store of media in front of a source. All methods are safe to call from any thread.

    Args:
        source: where the media come from.
        folder: where expensive renderings are kept between sessions, or None. It may be shared by several kernels.
        memory_bytes: the most memory that kept media take.
        disk_bytes: the most bytes of files in `folder`.
    """

    def __init__(
        self,
        source: Source,
        folder: Path | None = None,
        *,
        memory_bytes: int = 256 << 20,
        disk_bytes: int = 1 << 30,
    ) -> None:
        self.source = source
        self.folder = folder
        self.memory_bytes = memory_bytes
        self._disk = None if folder is None else Disk(folder, disk_bytes)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Media] = OrderedDict()
        self._bytes = 0
        self._making: dict[str, Future[Media]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._round = 0
        self._queued: list[Future[None]] = []
        self._closed = False

    def media_id(self, key: str, request: Request) -> str:
        """Return a short name of the item's rendering, which changes when the file does.

        Raises:
            MediaError: the item is not there.
        """
        return self._id(key, rounded(request), self.source.stamp(key))

    def _id(self, key: str, request: Request, stamp: str) -> str:
        region = None if request.region is None else tuple(map(float, request.region))
        size: tuple[object, ...] = (request.width, request.height, region)
        if request.look != AS_IS:
            size = (*size, tuple(request.look))
        text = "\0".join((self.source.location, key, stamp, repr(size)))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()

    def get(self, key: str, request: Request) -> Media:
        """Return the item's media, made now where they are not kept.

        They may be up to one step larger than requested (see `rounded`).

        Raises:
            MediaError: they cannot be shown.
        """
        request = rounded(request)
        for _ in range(_TRIES):
            stamp = self.source.stamp(key)
            name = self._id(key, request, stamp)
            media, kept = self._get(name, key, request)
            # A file that was replaced while it was read must not be kept under the old one's name.
            if kept or self.source.stamp(key) == stamp:
                break
            self._forget(name)
        return media

    def _get(self, name: str, key: str, request: Request) -> tuple[Media, bool]:
        """Return the media of this name, and whether they had been kept before."""
        with self._lock:
            media = self._kept.get(name)
            if media is not None:
                self._kept.move_to_end(name)
                return media, True
            making = self._making.get(name)
            mine = making is None
            if making is None:
                making = self._making[name] = Future()
        if not mine:
            return making.result(), False
        try:
            media, kept = self._make(name, key, request)
        except BaseException as error:
            with self._lock:
                del self._making[name]
            # Whoever waits on another thread was not interrupted, only this one.
            interrupted = MediaError("interrupted", f"Showing “{key}” was interrupted. Try again.")
            making.set_exception(error if isinstance(error, Exception) else interrupted)
            raise
        with self._lock:
            del self._making[name]
            self._keep(name, media)
        making.set_result(media)
        return media, kept

    def _make(self, name: str, key: str, request: Request) -> tuple[Media, bool]:
        media = None if self._disk is None else self._disk.read(name)
        if media is not None:
            return media, True
        # The time of this thread alone: reading a file slowly does not make a copy of it worth keeping.
        start = time.thread_time()
        media = self.source.media(key, request)
        if self._disk is not None and time.thread_time() - start >= _EXPENSIVE:
            self._disk.write(name, media)
        return media, False

    def _keep(self, name: str, media: Media) -> None:
        if self._closed or len(media.data) > self.memory_bytes:
            return
        self._kept[name] = media
        self._bytes += len(media.data)
        while self._bytes > self.memory_bytes:
            _, old = self._kept.popitem(last=False)
            self._bytes -= len(old.data)

    def _forget(self, name: str) -> None:
        with self._lock:
            media = self._kept.pop(name, None)
            if media is not None:
                self._bytes -= len(media.data)
        if self._disk is not None:
            self._disk.remove(name)

    def prefetch(self, keys: Iterable[str], request: Request, done: Done | None = None) -> None:
        """Make the media of items that will be wanted next, in this order, on threads of the cache.

        What an earlier call still had waiting is cancelled; what it is making just now is finished and kept, but
        its `done` is not called any more.

        Args:
            keys: the items, the most urgent first.
            request: as for `get`.
            done: called on one of the cache's threads, with the key and the media, or the error.
        """
        with self._lock:
            self._cancel()
            if self._closed:
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="ipyannotator-media")
            current = self._round
            self._queued = [self._pool.submit(self._prefetch, current, key, request, done) for key in keys]

    def _prefetch(self, current: int, key: str, request: Request, done: Done | None) -> None:
        result: Media | MediaError
        try:
            result = self.get(key, request)
        except MediaError as error:
            result = error
        except Exception as error:  # noqa: BLE001 - a stranger's source must not silence the others' items
            result = MediaError("unreadable", f"“{key}” cannot be shown: {error}")
        if done is None or current != self._round:
            return
        try:
            done(key, result)
        except Exception:
            log.exception("What was to be done with the media of %r failed.", key)

    def _cancel(self) -> None:
        self._round += 1
        for queued in self._queued:
            queued.cancel()
        self._queued = []

    def close(self) -> None:
        """Cancel what is queued and let go of the memory; what is being made is finished. Harmless twice."""
        with self._lock:
            self._closed = True
            self._cancel()
            pool, self._pool = self._pool, None
            self._kept.clear()
            self._bytes = 0
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
