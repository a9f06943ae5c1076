"""A part of a source: some of its items, in an order of one's own, as a source itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ipyannotator.errors import NoItems
from ipyannotator.sources.base import Media, Request, Source


class Part:
    """Some items of a source. Files that are added to the source do not come into it; closing it closes nothing.

    Args:
        source: the source.
        keys: the items, in the order in which they are shown; each counts once.
        name: what is common to them, for the screen ("marked: 3 ×").

    Raises:
        NoItems: there is none.
        KeyError: the source has no item of this key.
    """

    def __init__(self, source: Source, keys: Iterable[str], name: str) -> None:
        self.whole = source
        self.title = name
        self.location = source.location
        self.notices: list[str] = []
        self._keys = list(dict.fromkeys(keys))
        if not self._keys:
            raise NoItems(f"Nothing is {name!r}: there is no item to show.")
        for key in self._keys:
            source.index(key)
        self._places = {key: at for at, key in enumerate(self._keys)}

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self._keys)

    def key(self, index: int) -> str:
        """Return the key at a position from 0; raise `IndexError`."""
        return self._keys[index]

    def index(self, key: str) -> int:
        """Return the position of a key; raise `KeyError`."""
        return self._places[key]

    def name(self, key: str) -> str:
        """Return what the person reads as the item's name."""
        return self.whole.name(key)

    def stamp(self, key: str) -> str:
        """Return a text that changes whenever the item's media change."""
        return self.whole.stamp(key)

    def media(self, key: str, request: Request) -> Media:
        """Return the item's media; see `Source.media`."""
        return self.whole.media(key, request)

    def facts(self, key: str) -> dict[str, Any]:
        """Return size and hash of the media; see `Source.facts`."""
        return self.whole.facts(key)

    def refresh(self) -> list[str]:
        """Return nothing: new items belong to the whole."""
        return []

    def close(self) -> None:
        """Do nothing: whoever opened the whole closes it."""
