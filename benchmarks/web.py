"""The web app: from a click on one's link to the first picture, for one person and for eight at once; memory of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, expect

from benchmarks.chromium import chromium
from benchmarks.figures import Row, Sample
from benchmarks.places import Places, photographs
from tests.hosts.pages import SLOW
from tests.web.serving import Serve

TOML = """
[input]
type = "InputImage"
image_dir = "images"

[output]
type = "OutputImageBbox"
classes = ["car", "bus"]
"""
STAGE = '[role=application][aria-label="Annotation canvas"]'


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    root = places.folder("web")
    crowd = 3 if quick else 8
    with chromium() as browser:
        for ahead in (False, True):
            how = "kernels started ahead" if ahead else "kernels started on demand"
            times = 2 if quick else 5
            alone = [
                _visits(browser, root / f"alone-{ahead}-{turn}", 1, ahead=ahead)[0][0]
                for turn in range(times)
            ]
            together, memory = _visits(browser, root / f"together-{ahead}", crowd, ahead=ahead)
            yield Row("link → first picture, one visitor", how, Sample(tuple(alone)), None)
            yield Row(f"link → first picture, {crowd} at once", how, Sample(tuple(together)), None)
            yield Row(
                f"memory of each of {crowd} visitors on the server", how, Sample(tuple(memory), "MB"), None
            )


def _visits(browser: Browser, project: Path, count: int, *, ahead: bool) -> tuple[list[float], list[float]]:
    """Let people open their links at once; return the milliseconds of each, and the memory of each kernel in MB."""
    photographs(project / "images", count * 3)
    (project / "ipyannotator.toml").write_text(TOML, encoding="utf-8")
    names = [f"person {at}" for at in range(count)]
    serving = Serve(project, authors=names, pool_size=count if ahead else 0)
    contexts: list[BrowserContext] = []
    try:
        if ahead:
            _wait_for_kernels(serving.process.pid, count)
        pages = []
        for name in names:
            contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
            page = contexts[-1].new_page()
            pages.append((page, time.perf_counter()))
            page.goto(serving.links[name], wait_until="commit", timeout=SLOW)
        took = []
        for page, began in pages:
            expect(page.locator(STAGE)).to_have_attribute("data-state", "ready", timeout=2 * SLOW)
            took.append((time.perf_counter() - began) * 1000)
        memory = sorted(_memory(serving.process.pid), reverse=True)[:count]
        return took, memory
    finally:
        for context in contexts:
            context.close()
        serving.stop()


def _kernels(server: int) -> list[psutil.Process]:
    return [
        each
        for each in psutil.Process(server).children(recursive=True)
        if "ipykernel" in " ".join(each.cmdline())
    ]


def _memory(server: int) -> list[float]:
    """Return what each kernel has for itself, in MB."""
    return [each.memory_full_info().uss / 1e6 for each in _kernels(server)]


def _wait_for_kernels(server: int, count: int) -> None:
    """Wait until the kernels that are started ahead are there, and rest."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        kernels = _kernels(server)
        if len(kernels) >= count and all(each.cpu_percent(0.2) < 5 for each in kernels):
            return
    raise RuntimeError(f"Only {len(_kernels(server))} of {count} kernels were started ahead.")
