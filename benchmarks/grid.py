"""A grid of very many crops: the first screen, and a scroll through all of them, with the real kernel side behind it.

Photographs of 640 × 480 with 13 boxes each, as of blood cells. The page and the kernel share the machine, as in a notebook
on a laptop. Beside it the same scroll through a plain list of as many `<img>` of one small picture, which are all there.
Where the machine is busy, a frame waits for the processor; what it needs of it is measured too.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium
from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places
from ipyannotator.sources import ImageSource, MediaCache
from ipyannotator.widgets.grid import Grid
from tests.browser.desk import REVIEW, WRONG, GridPage, Project

HERE = Path(__file__).parent
BOXES = 13
FRAME = 33.4
"""Milliseconds: two frames at 60 a second, as the browser counts them."""
STAGE = (1008, 636)


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    times, seconds = (2, 8) if quick else (5, 40)
    with chromium() as browser:
        for count in (1_000,) if quick else (1_000, 10_000):
            project = Project(places.folder("grid"), images=-(-count // BOXES), boxes=BOXES)
            size = f"{len(project.cells):,} crops"
            first = Sample(tuple(_first(browser, project) for _ in range(times)))
            yield Row("opened → all of the first screen", size, first, Budget(500.0))
            if count == 1_000 and not quick:
                project.close()
                continue
            scrolls = [_scroll(browser, project, seconds) for _ in range(min(times, 3))]
            floors = [_plain(browser, len(project.cells), seconds / 2) for _ in scrolls]
            yield from _rows(size, seconds, scrolls, floors)
            project.close()


def _rows(size: str, seconds: float, scrolls: list[Any], floors: list[Any]) -> Iterator[Row]:
    frames = [frame for scroll in scrolls for frame in scroll["frames"]]
    plain = [frame for scroll in floors for frame in scroll["frames"]]
    over = f"{sum(frame > FRAME for frame in frames):,} of {len(frames):,}"
    over_plain = f"{sum(frame > FRAME for frame in plain):,} of {len(plain):,}"
    where = f"{size}, all in {seconds:.0f} s"
    yield Row(
        "the longest frame of a scroll", where, Sample(tuple(max(scroll["frames"]) for scroll in scrolls)),
        Budget(FRAME, "two frames"),
        (
            ("a plain list of `<img>`", Sample(tuple(max(scroll["frames"]) for scroll in floors))),
            ("frames over 33 ms", over),
            ("of the plain list", over_plain),
        ),
    )  # fmt: skip
    yield Row(
        "a frame of a scroll",
        where,
        Sample(tuple(frames)),
        Budget(FRAME),
        (("of the plain list", Sample(tuple(plain))),),
    )
    busy = [frame for scroll in scrolls for frame in scroll["busy"]]
    yield Row("… of it, processor time of the page's main thread", where, Sample(tuple(busy)), Budget(16.7, "one frame"), (
        ("the most", f"{max(busy):.1f} ms"),
    ))  # fmt: skip
    blank = tuple(max(scroll["blanks"], default=0.0) for scroll in scrolls)
    cells = sum(len(scroll["blanks"]) for scroll in scrolls)
    yield Row(
        "the longest that a cell in sight was blank",
        where,
        Sample(blank),
        Budget(500.0),
        (("cells that were", f"{cells:,}"),),
    )


def _open(browser: Browser, project: Project, *, mounted: bool = True) -> tuple[GridPage, ImageSource]:
    """Open a page on a grid of its own, with nothing kept from before."""
    source = ImageSource(project.folder)
    project.grid.close()
    project.grid = Grid(
        project.editor,
        MediaCache(source),
        project.act,
        marks=(WRONG, REVIEW),
        session=dict(project.grid.session),
    )
    project.grid.fill(project.cells)
    return GridPage(browser, project, STAGE, mounted=mounted), source


def _close(page: GridPage, source: ImageSource) -> None:
    if page.errors:
        raise RuntimeError("\n".join(page.errors))
    page.close()
    source.close()


def _watch(page: Page) -> None:
    page.evaluate((HERE / "grid.js").read_text(encoding="utf-8"))


def _first(browser: Browser, project: Project) -> float:
    """Return the milliseconds from the widget's display to all of its first screen, nothing having been made before."""
    grid, source = _open(browser, project, mounted=False)
    _watch(grid.page)
    taken: float = grid.page.evaluate(
        "([width, height]) => { desk.mount(width, height); return scrolling.firstScreen(); }", list(STAGE)
    )
    _close(grid, source)
    return taken


def _scroll(browser: Browser, project: Project, seconds: float) -> dict[str, list[float]]:
    grid, source = _open(browser, project)
    _watch(grid.page)
    grid.settled()
    browser.start_tracing(page=grid.page, categories=["cc"])
    found: dict[str, list[float]] = grid.page.evaluate(
        "time => scrolling.through('.ipya-cells', '.ipya-cell', time)", seconds * 1000
    )
    traced = json.loads(browser.stop_tracing())["traceEvents"]
    found["busy"] = [
        event["tdur"] / 1000
        for event in traced
        if event.get("name") == "ProxyMain::BeginMainFrame" and "tdur" in event
    ]
    _close(grid, source)
    return found


def _plain(browser: Browser, count: int, seconds: float) -> dict[str, list[float]]:
    out = io.BytesIO()
    Image.effect_mandelbrot((128, 128), (-3, -2.5, 2, 2.5), 60).convert("RGB").save(out, "JPEG", quality=85)
    page = browser.new_page(viewport={"width": STAGE[0] + 60, "height": STAGE[1] + 60})
    page.set_content((HERE / "list.html").read_text(encoding="utf-8"))
    _watch(page)
    data = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii")
    page.evaluate("([data, count]) => plain.fill(data, count)", [data, count])
    found: dict[str, list[float]] = page.evaluate(
        "time => scrolling.through('.list', null, time)", seconds * 1000
    )
    page.close()
    return found
