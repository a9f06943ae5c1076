"""One key for each picture, as fast as pictures come, in a real JupyterLab; and that none of the labels is lost."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from benchmarks.chromium import chromium
from benchmarks.figures import Row, Sample
from benchmarks.notebook import annotating, echo
from benchmarks.places import Places, photographs
from tests.hosts.servers import Server

OPEN = """
from pathlib import Path
from ipyannotator import Annotator, InputImage, OutputLabel, Settings
import ipyannotator.widgets.canvas as canvas
canvas.AHEAD = {ahead}
output = OutputLabel(['one', 'two', 'three'], multiple=False, advance=True)
a = Annotator(InputImage({pictures!r}), output, Settings(Path({project!r}), author='ann')).create()
a
"""


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    root = places.folder("labelling")
    server = Server("lab", root)
    count = 20 if quick else 200
    try:
        pictures, project = root / "photographs", root / "labels"
        paths = photographs(pictures, count)
        with (
            chromium() as browser,
            annotating(browser, server, root, pictures, project, code=OPEN) as (page, on_screen, _),
        ):
            bare = echo(page, 20)
            on_screen.canvas.focus()
            took = page.evaluate(
                "([names, keys]) => lab.labelled(names, keys)", [[p.name for p in paths], "123"]
            )
            on_screen.saved()
            stored = _stored(project)
        size = f"{count} pictures of 1920 × 1080 in a row"
        yield Row("one key: label stored, next picture painted", size, Sample(tuple(took)), None,
                  (("a bare round trip to the kernel", bare),))  # fmt: skip
        lost = float(
            sum(stored.get(path.name) != ["one", "two", "three"][at % 3] for at, path in enumerate(paths))
        )
        yield Row(
            "labels lost, doubled or on another picture",
            size,
            Sample((lost,), "labels"),
            None,
            (("ideal", "0"),),
        )
    finally:
        server.stop()
        shutil.rmtree(root.parent / f"{root.name}-jupyter", ignore_errors=True)


def _stored(project: Path) -> dict[str, str]:
    """Return the labels of the finished pictures, read without Ipyannotator's own code."""
    query = (
        "SELECT items.key, group_concat(classes.name, ' ') FROM objects JOIN items ON items.id = objects.item "
        "JOIN classes ON classes.id = objects.class_id WHERE items.state = 'done' GROUP BY items.key"
    )
    connection = sqlite3.connect(f"file:{project / 'results' / 'annotations.db'}?mode=ro", uri=True)
    try:
        return dict(connection.execute(query).fetchall())
    finally:
        connection.close()
