"""Where the next unfinished item is, among a million of which nearly all, or nearly none, may be finished."""

from __future__ import annotations

from ipyannotator.sources.base import Source
from ipyannotator.stores.base import Store

_FIRST_PAGE = 32
_LARGEST_PAGE = 50_000


def next_todo(store: Store, source: Source, task: str, layer: str, start: int) -> int | None:
    """Return the position of the first item in the state `todo` from `start` on, going round; None where none is."""
    total = len(source)
    for first, last in ((start, total), (0, start)):
        found = _between(store, source, task, layer, first, last)
        if found is not None:
            return found
    return None


def _between(store: Store, source: Source, task: str, layer: str, first: int, last: int) -> int | None:
    # Ever larger pages: the next item is nearly always unfinished, and a million finished ones take few reads.
    size = _FIRST_PAGE
    while first < last:
        keys = [source.key(at) for at in range(first, min(first + size, last))]
        low, high = min(keys), max(keys)  # those that were appended while it was open are out of order
        items = store.items(task, layer, after=_before(low), until=high, finished=True)
        finished = {item.id for item in items}
        for offset, key in enumerate(keys):
            if key not in finished:
                return first + offset
        first, size = first + size, min(size * 4, _LARGEST_PAGE)
    return None


def _before(key: str) -> str:
    """Return a key such that "greater than it" includes `key`: reads take an open lower bound."""
    return key[:-1] if key else ""
