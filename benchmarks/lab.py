"""What a person waits for in a real JupyterLab: a box is saved, the next image is painted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium
from benchmarks.figures import Budget, Row, Sample
from benchmarks.notebook import annotating, echo, quiet
from benchmarks.places import Places, photographs
from tests.hosts.pages import Annotating
from tests.hosts.servers import Server

ORIGINAL = "the original, 2022 release, repaired"


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    root = places.folder("lab")
    server = Server("lab", root)
    try:
        with chromium() as browser:
            yield from _one_box(browser, server, root, 20 if quick else 100)
            for count in (1_000, 10_000) if quick else (1_000, 1_000_000):
                yield _acknowledged(browser, server, root, places, count, 20 if quick else 100)
            yield from _next(browser, server, root, 8 if quick else 30)
    finally:
        server.stop()
        shutil.rmtree(root.parent / f"{root.name}-jupyter", ignore_errors=True)


def _one_box(browser: Browser, server: Server, root: Path, times: int) -> Iterator[Row]:
    """Count the messages for one drawn box: sixty moves of the mouse from press to release."""
    pictures, project = root / "few", root / "few-project"
    photographs(pictures, 3)
    up, down, size = [], [], []
    with annotating(browser, server, root, pictures, project) as (page, on_screen, frames):
        for turn in range(max(times // 10, 3)):
            frames.clear()
            _drag(page, on_screen, turn)
            on_screen.saved()
            quiet(page, frames)
            up.append(len(frames.comm(up=True)))
            down.append(len(frames.comm(up=False)))
            size.append(sum(message.size for message in frames.heard) / 1000)
    sizes = "a drag of 60 moves"
    yield Row(
        "messages to the kernel for one drawn box", sizes, Sample(tuple(up), "messages"), Budget(1),
        (("ideal", "1"), (ORIGINAL, "62")),
    )  # fmt: skip
    yield Row("messages from the kernel", sizes, Sample(tuple(down), "messages"), None, ((ORIGINAL, "542"),))
    yield Row("bytes in both directions", sizes, Sample(tuple(size), "kB"), None, ((ORIGINAL, "343 kB"),))


def _drag(page: Page, on_screen: Annotating, turn: int) -> None:
    """Draw a box; each a little elsewhere, and begun outside the ones before."""
    place = on_screen.canvas.bounding_box()
    assert place is not None
    left, top = place["x"] + 8 + turn % 40 * 9, place["y"] + 8 + turn * 2 % 60
    mouse = page.mouse
    mouse.move(left, top)
    mouse.down()
    mouse.move(left + place["width"] * 0.3, top + place["height"] * 0.4, steps=60)
    mouse.up()


def _acknowledged(
    browser: Browser, server: Server, root: Path, places: Places, count: int, times: int
) -> Row:
    """Draw boxes one after the other in a large project; time each from the release to the word `saved`."""
    with annotating(browser, server, root, places.pictures(count), places.filled(count)) as (
        page,
        on_screen,
        _,
    ):
        bare = echo(page, times)
        page.evaluate("() => lab.watchSaving()")
        for turn in range(times):
            place = on_screen.canvas.bounding_box()
            assert place is not None
            left, top = place["x"] + 8 + turn % 20 * 20, place["y"] + place["height"] * 0.3 + turn // 20 * 12
            page.mouse.move(left, top)
            page.mouse.down()
            page.mouse.move(left + 100, top + 50, steps=5)
            page.mouse.up()
            page.wait_for_function("count => lab.saved.length === count", arg=turn + 1)
            page.keyboard.press("Escape")
        saved = page.evaluate("() => lab.saved")
    size = f"{count:,} images with 3 boxes each"
    beside = (("a bare round trip to the same kernel", bare), (ORIGINAL, "28 ms, nothing stored"))
    return Row("mouse release → acknowledged as durable", size, Sample(tuple(saved)), Budget(60.0), beside)


def _next(browser: Browser, server: Server, root: Path, times: int) -> Iterator[Row]:
    """Press the key for the next image; time it until that is painted."""
    pictures = root / "photographs"
    paths = photographs(pictures, times + 4)
    size = f"1920 × 1080, JPEG of {paths[0].stat().st_size / 1000:.0f} kB"
    found: dict[bool, list[float]] = {}
    floor: list[float] = []
    for ahead in (True, False):
        chosen: Any = (1, 2, -1) if ahead else ()
        project = root / f"walk-{ahead}"
        with annotating(browser, server, root, pictures, project, ahead=chosen) as (page, on_screen, frames):
            on_screen.canvas.focus()
            bare = echo(page, times)
            found[ahead] = []
            for turn in range(times):
                found[ahead].append(page.evaluate("name => lab.next(name, 'd')", paths[turn + 1].name))
                quiet(page, frames)
                if not ahead:  # the same bytes, by Lab's own way
                    url = f"{server.url}/files/{pictures.name}/{paths[turn + 1].name}"
                    floor.append(page.evaluate("url => lab.fetched(url)", url))
    peer = Sample(tuple(floor))
    beside: tuple[tuple[str, Sample | str], ...] = (
        ("fetching and decoding the same file in the page", peer), ("a bare round trip to the kernel", bare),
        (ORIGINAL, "111 ms"),
    )  # fmt: skip
    yield Row("key → next image painted, prefetched", size, Sample(tuple(found[True])), Budget(50.0), beside)
    budget = Budget(1.5 * peer.median, "1.5 × fetching and decoding")
    yield Row("key → next image painted, not prefetched", size, Sample(tuple(found[False])), budget, beside)
