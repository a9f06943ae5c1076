"""A project in which everything is done: looking for something to do, and writing all of it into the JSON file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Budget, Row, Sample, repeated, timed
from benchmarks.places import Places, original
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    times = 3
    for count in (1_000, 10_000) if quick else (1_000, 100_000):
        pictures, project = places.pictures(count), places.folder("finished")
        (project / "results").mkdir()
        database = project / "results" / "annotations.db"
        source = places.filled(count) / "results" / "annotations.db"
        with closing(sqlite3.connect(source)) as filled, closing(sqlite3.connect(database)) as copy:
            filled.backup(copy)
            with copy:
                copy.execute("UPDATE items SET state = 'done'")
        opened, saved = [], []
        for _ in range(times):
            annotators = []
            settings = Settings(project, author="ann")
            item, output = InputImage(pictures), OutputImageBbox(["car"])
            opened.append(timed(lambda: annotators.append(Annotator(item, output, settings).create())))  # noqa: B023
            annotator = annotators.pop()
            saved.append(timed(annotator.save))
            annotator.close()
        _check(project / "results" / "annotations.json", count)
        everything = original(count)
        path = project / "original.json"
        dumped = repeated(lambda: _dump(everything, path), times)  # noqa: B023
        size = f"{count:,} images with 3 boxes each, all done"
        yield Row("open again, nothing left to do", size, Sample(tuple(opened)), Budget(1000.0))
        peer = ("the original's way, the whole JSON", dumped)
        yield Row("Save: write `annotations.json`", size, Sample(tuple(saved)), None, (peer,))


def _dump(everything: object, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(everything, file)


def _check(path: Path, count: int) -> None:
    """Make sure that everything was written."""
    with path.open(encoding="utf-8") as file:
        written = json.load(file)
    if sum(len(value["bbox"]) for value in written.values()) != 3 * count:
        raise RuntimeError(f"{path} does not have three boxes on each of {count} images.")
