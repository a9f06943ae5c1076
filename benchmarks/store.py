"""Storing one edit, on projects of several sizes, beside the disk itself and beside the original's way."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.figures import Budget, Row, Sample, timed
from benchmarks.places import Places, boxes, change, name, original
from ipyannotator.model import Change, Op
from ipyannotator.stores import SqlStore

BUDGET = Budget(5.0)
PATIENCE = 60_000
"""Milliseconds that one dump may be expected to take, by the size before it, to be measured at all."""


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    edits = 60 if quick else 400
    each = 0.0
    for count in (1_000, 10_000) if quick else (1_000, 100_000, 1_000_000):
        results = places.filled(count) / "results"
        store = SqlStore(results)
        try:
            _check(store, count)
            drawn, moved, synced = _edits(store, count, edits, results)
        finally:
            store.close()
        size = f"{count:,} images with 3 boxes each"
        peers: list[tuple[str, Sample | str]] = [("fsync of 4 kB appended to a file", synced)]
        if each * count < PATIENCE:
            dumped = _dumps(count, results)
            each = dumped.high / count
            peers.append(("the original's way, the whole JSON", dumped))
        yield Row("store a drawn box", size, drawn, BUDGET, tuple(peers))
        yield Row("store a moved box", size, moved, BUDGET, (("fsync", synced),))


def _check(store: SqlStore, count: int) -> None:
    """Make sure that what is measured is what it is said to be."""
    known = store.counts("bbox")
    last = store.annotated("bbox", name(count - 1))
    if known.classes != {"c-car": 3 * count} or len(last.objects) != 3:
        raise RuntimeError(f"The project of {count} images is not as it should be: {known}")


def _edits(store: SqlStore, count: int, edits: int, folder: Path) -> tuple[Sample, Sample, Sample]:
    """Draw and move boxes on images here and there; between them, append to a file and sync it."""
    places = random.Random(1)  # noqa: S311 - nothing is to be kept secret
    drawn, moved, synced = [], [], []
    with (folder / "appended").open("ab", buffering=0) as file:
        for _ in range(edits):
            key = name(places.randrange(count))
            ops = boxes(key, 1)
            drawn.append(timed(partial(_commit, store, change(key, ops))))
            old = ops[0].new["shape"]
            shift = Op("set", "object", ops[0].id, key, "shape", old=old, new={**old, "x": old["x"] + 5})
            moved.append(timed(partial(_commit, store, change(key, [shift]))))
            synced.append(timed(partial(_append, file.fileno())))
    return Sample(tuple(drawn)), Sample(tuple(moved)), Sample(tuple(synced))


def _commit(store: SqlStore, made: Change) -> None:
    answer = store.commit(made)
    if answer.status != "ok":
        raise RuntimeError(f"An edit was not stored: {answer}")


def _append(file: int) -> None:
    os.write(file, b"x" * 4096)
    os.fsync(file)


def _dumps(count: int, folder: Path) -> Sample:
    """Write all annotations into one JSON file, as the original did for every step to the next image."""
    everything = original(count)
    path = folder / "original.json"

    def dump() -> None:
        with path.open("w", encoding="utf-8") as file:
            json.dump(everything, file)

    found = _times(dump, 3 if count >= 100_000 else 15)
    path.unlink()
    return found


def _times(work: Callable[[], None], times: int) -> Sample:
    values: list[float] = []
    began = time.monotonic()
    while len(values) < times and (not values or time.monotonic() - began < 30):
        values.append(timed(work))
    return Sample(tuple(values))
