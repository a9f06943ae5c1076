"""Where the next unfinished item is, among a million of which nearly all, or nearly none, may be finished."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from ipyannotator.sources.base import Source
from ipyannotator.stores.base import Store
from ipyannotator.stores.leases import PERSONAL

_FIRST_PAGE = 32
_LARGEST_PAGE = 50_000


def next_todo(store: Store, source: Source, task: str, layer: str, start: int) -> int | None:
    """Return the position of the first item in the state `todo` from `start` on, going round; None where none is."""
    left = around(source, start)
    # Ever larger pages: the next item is nearly always unfinished, and a million finished ones take few reads.
    size = _FIRST_PAGE
    while keys := list(islice(left, size)):
        finished = store.finished(task, keys, layer)
        for key in keys:
            if key not in finished:
                return source.index(key)
        size = min(size * 4, _LARGEST_PAGE)
    return None


def around(source: Source, start: int) -> Iterator[str]:
    """Iterate the keys of all items from a position on, going round."""
    total = len(source)
    for at in chain(range(start, total), range(min(start, total))):
        yield source.key(at)


def finished_layers(store: Store, source: Source, task: str) -> list[int]:
    """Return how far a project is in which each item is given to several people.

    Returns:
        At place n the number of items that n people have finished, each in their own layer; as long as needed, so the
        sum is the number of items of the source. What is done in the layer `main` is nobody's, and not counted.
    """
    layers = [layer for layer in store.layers(task) if layer.startswith(PERSONAL)]
    numbers = [0] * (len(layers) + 1)
    left = around(source, 0)
    while keys := list(islice(left, _LARGEST_PAGE)):
        finished = [store.finished(task, keys, layer) for layer in layers]
        for key in keys:
            numbers[sum(key in found for found in finished)] += 1
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return numbers
