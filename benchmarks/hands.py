"""The hands of the driver: moves of a real mouse, timed outside the page, and what they cost the page's main thread.

A move is sent, and the driver hears when the page has dealt with it, which is never before the next frame. So a page that
shows nothing is driven too: its time is the frame.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

from benchmarks.figures import Sample

Place = Callable[[int], tuple[float, float]]
"""From the number of a move to where it goes, in CSS pixels of the page."""

WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")
MOVES = 60
NOTCHES = (-100,) * 5 + (100,) * 4


class Moved(NamedTuple):
    """What moves cost, in milliseconds per move: wall time, and of it the main thread."""

    wall: Sample
    busy: Sample


class Probe:
    """A page that is driven, with the browser's own figures of it.

    Args:
        page: the page.
        patience: seconds after which a gesture is not gone on with; its time is over the moves made so far.
    """

    def __init__(self, page: Page, patience: float = 5.0) -> None:
        self.page = page
        self.patience = patience
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable")
        page.evaluate(WATCH)
        page.evaluate("() => { for (const kind of ['pointerup', 'wheel']) watch.event(kind); }")

    def drag(self, place: Place, times: int, button: Any = "left") -> Moved:
        """Drag there and back several times, or move over the page where `button` is None."""
        self.page.evaluate("() => watch.clear()")
        pairs = [self._drag(place, button, back=turn % 2 == 1) for turn in range(times)]
        return Moved(Sample(tuple(wall for wall, _ in pairs)), Sample(tuple(busy for _, busy in pairs)))

    def wheel(self, at: tuple[float, float], times: int) -> Moved:
        """Turn the wheel in and out, a notch at a time, each until it is painted."""
        self.page.mouse.move(*at)
        self.page.evaluate("() => watch.clear()")
        began, busy, count = time.monotonic(), self._busy(), 0
        for _ in range(times):
            for notch in NOTCHES:
                self.page.mouse.wheel(0, notch)
                self.page.evaluate("() => watch.painted()")
                count += 1
                if time.monotonic() - began > self.patience:
                    break
        return Moved(self.noted("wheel"), Sample(((self._busy() - busy) / count,)))

    def noted(self, kind: str) -> Sample:
        """Return the milliseconds from each event of a kind to the frame with its effect."""
        return Sample(tuple(self.page.evaluate("kind => watch.times(kind)", kind)))

    def heap(self) -> Sample:
        """Return what the page's scripts hold, after a collection."""
        self._cdp.send("HeapProfiler.collectGarbage")
        return Sample((self._cdp.send("Runtime.getHeapUsage")["usedSize"] / 1e6,), "MB")

    def nodes(self) -> Sample:
        """Return the number of elements in the document."""
        return Sample((self.page.evaluate("() => document.querySelectorAll('*').length"),), "elements")

    def _drag(self, place: Place, button: Any, *, back: bool) -> tuple[float, float]:
        steps = range(MOVES, -1, -1) if back else range(MOVES + 1)
        mouse = self.page.mouse
        mouse.move(*place(steps[0]))
        if button:
            mouse.down(button=button)
        busy, began, made = self._busy(), time.perf_counter(), 0
        for at in steps[1:]:
            mouse.move(*place(at))
            made += 1
            if time.perf_counter() - began > self.patience:
                break
        taken = (time.perf_counter() - began) * 1000 / made
        busy = (self._busy() - busy) / made
        if made < MOVES:  # the way back begins where the way out would have ended
            mouse.move(*place(steps[-1]))
        if button:
            mouse.up(button=button)
        return taken, busy

    def _busy(self) -> float:
        """Milliseconds that the main thread has worked so far."""
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        (found,) = (each["value"] for each in metrics if each["name"] == "TaskDuration")
        return float(found) * 1000
