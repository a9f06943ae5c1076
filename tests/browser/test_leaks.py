"""Canvases come and go with every kind of shape on them, and leave nothing behind. Counts, no times."""

from __future__ import annotations

import pytest

from tests.browser.page import box
from tests.browser.test_many import counters

# The upper left pixel of 640 × 480.
MASK = {"kind": "mask", "size": [480, 640], "counts": "01oo[9"}
SHAPES = [
    {"kind": "polygon", "points": [[20, 20], [120, 20], [70, 90]], "holes": [[[60, 30], [80, 30], [70, 50]]]},
    {"kind": "polyline", "points": [[150, 20], [200, 90], [250, 30]]},
    {"kind": "points", "points": [[300, 40], [320, 60]]},
    {"kind": "ellipse", "cx": 420, "cy": 60, "rx": 50, "ry": 30, "angle": 20},
    MASK,
]
MEGABYTE = 1_000_000


def heap(canvas) -> int:
    cdp = canvas.page.context.new_cdp_session(canvas.page)
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    used = int(cdp.send("Runtime.getHeapUsage")["usedSize"])
    cdp.detach()
    return used


@pytest.mark.slow
@pytest.mark.parametrize("many", [1, 40])
def test_a_hundred_canvases_with_shapes_of_all_kinds_leave_nothing(canvas, many):
    kinds = [{**box(f"s{at}", 0, 0, 1, 1), "shape": shape} for at, shape in enumerate(SHAPES * many)]
    objects = [*kinds, box("b", 20, 200, 80, 60), box("r", 200, 200, 80, 60, angle=30)]

    def again(times):
        for _ in range(times):
            canvas.unmount()
            canvas.mount()
            canvas.show("a.png", objects=objects, selected=["s0"])
            canvas.forget()

    again(10)
    before, used = counters(canvas), heap(canvas)
    again(100)
    after = counters(canvas)
    assert after["documents"] == before["documents"]
    # What the engine keeps for itself varies by a few; one canvas has a dozen nodes and as many listeners.
    assert after["nodes"] - before["nodes"] < 50
    assert after["jsEventListeners"] - before["jsEventListeners"] < 50
    # One session with its objects would be more than a hundredth of this each time.
    assert heap(canvas) - used < MEGABYTE
