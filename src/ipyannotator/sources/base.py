"""The seam between the editor and the data: what is there to annotate, and how it reaches the screen.

A source is a lazily listed, ordered sequence of items. It defines their keys, which are stable and never an index,
and delivers their media. The order is fixed while the source is open; `refresh` appends what is new.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from ipyannotator.registry import Registry
from ipyannotator.sources.look import AS_IS, Look

SOURCES: Registry[Any] = Registry("source", "ipyannotator.sources")
"""Functions `(input, project_path, cache) -> Source`, by the class of the input.

`cache` is a folder where things that can be made again may be kept, or None.
"""

Region = tuple[float, float, float, float]
"""A part of an item: `(x, y, width, height)` in full-resolution pixels."""


class Request(NamedTuple):
    """What a view wants of an item's media.

    Attributes:
        width: the most device pixels that the screen can show, horizontally.
        height: the same, vertically.
        region: `(x, y, width, height)` in full-resolution pixels; None for all of it.
        look: which values and channels are to be seen; a source of 8 bits may pass over it.
    """

    width: int
    height: int
    region: Region | None = None
    look: Look = AS_IS


class Media(NamedTuple):
    """Something that a browser can draw.

    Attributes:
        mime: the type of `data`.
        data: the bytes.
        width: pixels of the whole item at full resolution, after EXIF orientation.
        height: the same, vertically.
        region: what `data` shows, `(x, y, width, height)` in full-resolution pixels.
        note: a word to the person about how it is shown (e.g. that 16 bits were stretched), or empty.
    """

    mime: str
    data: bytes
    width: int
    height: int
    region: Region
    note: str = ""


class Source(Protocol):
    """A lazily listed, ordered sequence of items. All methods are safe to call from any thread.

    A source may also have `crops(key, regions, size)`, which returns for each region (None for all of the item) a
    small picture of at most `size` pixels a side, or the `MediaError` that says why there is none. Grids ask for all
    parts of an item at once, so one decoding does for them; without it they ask for `media` of each.
    """

    location: str
    """Where the data are, for the screen."""
    notices: list[str]
    """Sentences that the person should see once (e.g. two names that differ only in normal form)."""

    def __len__(self) -> int:
        """Return the number of items."""
        ...

    def key(self, index: int) -> str:
        """Return the key at a position from 0; raise `IndexError`."""
        ...

    def index(self, key: str) -> int:
        """Return the position of a key; raise `KeyError`."""
        ...

    def name(self, key: str) -> str:
        """Return what the person reads as the item's name."""
        ...

    def stamp(self, key: str) -> str:
        """Return a text that changes whenever the item's media change; cheap. Raise `MediaError`."""
        ...

    def media(self, key: str, request: Request) -> Media:
        """Return the item's media, no larger than requested.

        Raises:
            MediaError: it cannot be shown; the message says what is wrong and with which file.
        """
        ...

    def facts(self, key: str) -> dict[str, Any]:
        """Return `{"width": px, "height": px, "hash": hex}` of the media; raise `MediaError`. Reads the whole file."""
        ...

    def refresh(self) -> list[str]:
        """Look again, append new items at the end, and return their keys."""
        ...

    def close(self) -> None:
        """End it; closing twice is harmless."""
        ...
