"""Large pictures that are looked at in parts: decoded once, and kept for a while.

A JPEG or PNG cannot be decoded in parts, so whoever zooms into one would pay for all of it with every tile. The last
ones stay decoded within a bound of memory; what would take more than all of it is decoded anew each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from PIL import Image

from ipyannotator.sources.display import Convert, converter
from ipyannotator.sources.look import Look
from ipyannotator.sources.opening import Picture, decode

_SMALL = 1 << 21
"""Pictures of fewer pixels are decoded in a moment, and not kept."""


class Loaded(NamedTuple):
    """A decoded picture.

    Attributes:
        im: Pillow's image, which does not need its file any more.
        turn: the EXIF orientation that still has to be applied.
        convert: brings pieces of it to the screen.
        note: a word to the person about how it is shown.
    """

    im: Image.Image
    turn: int
    convert: Convert
    note: str

    @property
    def size(self) -> int:
        """Bytes of memory."""
        each = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}.get(self.im.mode, 4)
        return self.im.width * self.im.height * each


class Keep:
    """Decoded pictures within a bound of memory. All methods are safe to call from any thread.

    Args:
        memory_bytes: the most memory that they take.
    """

    def __init__(self, memory_bytes: int = 384 << 20) -> None:
        self.memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, Look], Loaded] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes of memory that are taken."""
        with self._lock:
            return sum(each.size for each in self._kept.values())

    def get(self, picture: Picture, key: str, stamp: str, look: Look) -> Loaded:
        """Return a picture decoded at full resolution; two who want the same one share the work.

        Raises:
            MediaError: there is not enough memory.
        """
        if picture.width * picture.height < _SMALL:
            return load(picture, key, look)
        name = key, stamp, look
        with self._turn:  # one at a time: two of them may not fit
            with self._lock:
                known = self._kept.get(name)
                if known is not None:
                    self._kept.move_to_end(name)
                    return known
            loaded = load(picture, key, look)
            if loaded.size <= self.memory_bytes:
                with self._lock:
                    self._kept[name] = loaded
                    while sum(each.size for each in self._kept.values()) > self.memory_bytes:
                        self._kept.popitem(last=False)
            return loaded

    def clear(self) -> None:
        """Let go of the memory."""
        with self._lock:
            self._kept.clear()


def load(picture: Picture, key: str, look: Look) -> Loaded:
    """Decode a picture; raise `MediaError` where there is not enough memory."""
    turn = decode(picture, key)
    convert, note = converter(picture, look)
    return Loaded(picture.im, turn, convert, note)
