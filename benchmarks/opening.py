"""Opening folders of many images, in fresh processes, beside one bare pass of `os.scandir` over the same folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places

ROOT = Path(__file__).parents[1]


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    for count in (1_000, 10_000) if quick else (1_000, 100_000, 1_000_000):
        pictures, project = places.pictures(count), places.folder("opened")
        _once(pictures, project)  # fills the caches of the disk and of Python
        times = 3 if count >= 1_000_000 or quick else 7
        first, again = [], []
        for _ in range(times):
            shutil.rmtree(project)
            first.append(_once(pictures, project))
            again.append(_once(pictures, project))
        scan = _sample([*first, *again], "scan")
        beside: tuple[tuple[str, Sample | str], ...] = (("one `os.scandir`", scan),)
        budget = Budget(2 * scan.median + 500, "2 × scandir + 0.5 s")
        size = f"{count:,} images"
        yield Row("open a folder the first time: list it", size, _sample(first, "source"), None, beside)
        yield Row("… until the first image is sent", size, _sample(first, "shown"), budget, beside)
        yield Row("open it again: list it", size, _sample(again, "source"), None, beside)
        yield Row("… until the first image is sent", size, _sample(again, "shown"), Budget(1000), beside)


def _sample(runs: list[dict[str, float]], name: str) -> Sample:
    return Sample(tuple(run[name] for run in runs))


def _once(pictures: Path, project: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.opening", str(pictures), str(project)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(pictures: str, project: str) -> None:
    """Open once, in this process, and print milliseconds by name.

    `scan` is a bare pass over the folder, `source` the list of items alone, `shown` everything from the call to the
    message that carries the first picture to the browser.
    """
    from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
    from ipyannotator.sources.images import ImageSource
    from ipyannotator.widgets.canvas import Canvas

    found = {"scan": _milliseconds(lambda: _scan(pictures))}

    # The list alone, with a cache of its own beside the project's, in the same state as that one.
    cache = Path(project + "-cache")
    if not Path(project).exists():
        shutil.rmtree(cache, ignore_errors=True)
    sources: list[ImageSource] = []
    found["source"] = _milliseconds(lambda: sources.append(ImageSource(pictures, cache=cache)))
    sources.pop().close()

    sent = threading.Event()

    def send(_: Canvas, content: dict[str, Any], buffers: Any = None) -> None:
        if content.get("type") == "show" and buffers and len(buffers) > 1:
            sent.set()

    Canvas.send = send
    began = time.perf_counter()
    annotator = Annotator(
        InputImage(pictures), OutputImageBbox(["car"]), Settings(Path(project), author="ann")
    ).create()
    annotator.canvas.receive({"v": 1, "type": "hello", "width": 1280, "height": 720})
    if not sent.wait(120):
        raise SystemExit("No picture was sent within two minutes.")
    found["shown"] = (time.perf_counter() - began) * 1000
    annotator.close()
    print(json.dumps(found))


def _scan(folder: str) -> None:
    with os.scandir(folder) as entries:
        for _ in entries:
            pass


def _milliseconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
