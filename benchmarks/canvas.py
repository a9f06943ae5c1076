"""Very many boxes on the canvas, alone in a browser with a fake kernel, beside a plain canvas that repaints them all.

Times of moves are wall time: the driver sends a move of the mouse and hears when the page has dealt with it, which is
never before the next frame. So a page that shows nothing at all is measured too: its time is the frame.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium
from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places, photograph
from tests.browser.page import CanvasPage, box

HERE = Path(__file__).parent
STAGE = (1280, 720)
SIZE = (1920, 1080)
MOVES = 60
EDGE = (20, 10)
"""Where the stage begins on either page, in CSS pixels."""


def run(_: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    times = 3 if quick else 7
    data = _encoded()
    with chromium() as browser:
        bare = _plain(browser, b"", 0, times)
        frame = bare["draw"].median
        for count in (100, 1_000) if quick else (1_000, 10_000):
            size = f"{count:,} boxes on 1920 × 1080"
            ours, plain = _ours(browser, data, count, times), _plain(browser, data, count, times)
            drawn = ("a plain canvas", plain["draw"])
            one = Budget(frame * 1.1, "one frame as on an empty page, + 10 %")
            beside: dict[str, tuple[tuple[str, Sample | str], ...]] = {
                "show": (("a plain canvas", plain["show"]),),
                "draw": (drawn, ("an empty page", bare["draw"])),
                "carry": (drawn,),
                "pan": (("a plain canvas", plain["pan"]),),
                "zoom": (("a plain canvas", plain["zoom"]),),
            }
            for what, name, budget in (
                ("first paint", "show", Budget(300.0)),
                ("a move, drawing a box", "draw", one),
                ("a move, with a box in hand", "carry", one),
                ("a move, panning", "pan", one),
                ("a move, over boxes", "hover", one),
                ("a notch of the wheel → painted", "zoom", Budget(33.0)),
                ("release of a drawn box → painted", "edit", Budget(50.0)),
            ):
                yield Row(what, size, ours[name], budget, beside.get(name, ()))


def _encoded() -> bytes:
    out = io.BytesIO()
    photograph(SIZE).save(out, "JPEG", quality=88)
    return out.getvalue()


def _grid(count: int) -> list[tuple[float, float, float, float]]:
    """Return boxes in rows and columns all over the picture, with a free margin at the top."""
    columns = max(int((count * 16 / 9) ** 0.5), 1)
    rows = -(-count // columns)
    wide, high = SIZE[0] / columns, (SIZE[1] - 200) / rows
    places = [(at % columns * wide, 200 + at // columns * high) for at in range(count)]
    return [(x + wide * 0.1, y + high * 0.1, wide * 0.75, high * 0.75) for x, y in places]


def _ours(browser: Browser, data: bytes, count: int, times: int) -> dict[str, Sample]:
    canvas = CanvasPage.open(browser, stage=STAGE)
    page = canvas.page
    _watch(page)
    objects = [box(f"o{at}", *where, order=at) for at, where in enumerate(_grid(count))]
    objects[-1] = box("carried", 1500, 20, 200, 150, order=count)

    def show(name: str) -> float:
        return canvas.show(name, objects=objects, size=SIZE, image=data)

    found = {"show": Sample(tuple(show(f"{at}.jpg") for at in range(times)))}
    found["draw"] = _moves(page, _across, times)
    found["edit"] = _noted(page, "pointerup")
    _check(canvas, "create", times)
    found["hover"] = _moves(page, _across, times, button=None)
    show("carried.jpg")
    canvas.put(tool="select")
    page.mouse.click(*_carrying(0))
    found["carry"] = _moves(page, _carrying, times)
    _check(canvas, "set", times)
    canvas.put(tool="box")
    found["zoom"] = _wheel(page, times)
    found["pan"] = _moves(page, _across, times, button="middle")
    if canvas.errors:
        raise RuntimeError("\n".join(canvas.errors))
    canvas.close()
    return found


def _check(canvas: CanvasPage, action: str, times: int) -> None:
    """Make sure that the drags did what they are said to do, each with one message."""
    canvas.settled()
    done = [[op["action"] for op in change["ops"]] for change in canvas.changes()]
    if done != [[action]] * times:
        raise RuntimeError(f"{times} drags should have made {times} changes ({action}), and made {done}")
    canvas.forget()


def _plain(browser: Browser, data: bytes, count: int, times: int) -> dict[str, Sample]:
    page = browser.new_page(viewport={"width": STAGE[0] + 60, "height": STAGE[1] + 60})
    page.set_content((HERE / "plain.html").read_text(encoding="utf-8"))
    _watch(page)
    asked = [base64.b64encode(data).decode("ascii"), _grid(count) if count else []]
    shown = [page.evaluate("([photo, boxes]) => plain.show(photo, boxes)", asked) for _ in range(times)]
    found = {"show": Sample(tuple(shown)), "draw": _moves(page, _across, times)}
    found["zoom"] = _wheel(page, times)
    found["pan"] = _moves(page, _across, times, button="middle")
    page.close()
    return found


def _watch(page: Page) -> None:
    page.evaluate((HERE / "watch.js").read_text(encoding="utf-8"))
    page.evaluate("() => { watch.event('pointerup'); watch.event('wheel'); }")


def _across(at: int) -> tuple[float, float]:
    """Return the place of a move across the stage; it begins where no box is."""
    return EDGE[0] + 100 + 15 * at, EDGE[1] + 20 + 8 * at


def _carrying(at: int) -> tuple[float, float]:
    """Return the place of a move with the box `carried`, which is at the top right."""
    return EDGE[0] + 1066 + at, EDGE[1] + 63 + at


def _moves(
    page: Page, place: Callable[[int], tuple[float, float]], times: int, *, button: Any = "left"
) -> Sample:
    """Drag through sixty moves, there and back several times; return the wall time per move of each drag."""
    page.evaluate("() => watch.clear()")
    found = []
    for turn in range(times):
        steps = range(MOVES + 1) if turn % 2 == 0 or place is _across else range(MOVES, -1, -1)
        page.mouse.move(*place(steps[0]))
        if button:
            page.mouse.down(button=button)
        began = time.perf_counter()
        for at in steps[1:]:
            page.mouse.move(*place(at))
        found.append((time.perf_counter() - began) * 1000 / MOVES)
        if button:
            page.mouse.up(button=button)
        if place is _across:  # what was drawn is no longer selected, so that the next drag draws too
            page.keyboard.press("Escape")
    return Sample(tuple(found))


def _wheel(page: Page, times: int) -> Sample:
    """Turn the wheel in and out over the middle, a notch at a time."""
    page.mouse.move(EDGE[0] + STAGE[0] / 2, EDGE[1] + STAGE[1] / 2)
    page.evaluate("() => watch.clear()")
    for _ in range(times):
        for notch in (-100,) * 5 + (100,) * 4:
            page.mouse.wheel(0, notch)
            page.evaluate("() => watch.painted()")
    return _noted(page, "wheel")


def _noted(page: Page, kind: str) -> Sample:
    return Sample(tuple(page.evaluate("kind => watch.times(kind)", kind)))
