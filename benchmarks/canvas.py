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

Place = Callable[[int], tuple[float, float]]
"""From the number of a move to where it goes, in CSS pixels of the page."""

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
        for count in (100, 1_000) if quick else (1_000, 10_000):
            hands = Hands(_open_plain(browser), times)
            ours, plain = _ours(browser, hands, data, count), _plain(browser, hands, data, count)
            empty = Sample(tuple(hands.floor))
            hands.bare.close()
            size = f"{count:,} boxes on 1920 × 1080"
            one = Budget(empty.median * 1.1, "one frame as on an empty page, + 10 %")
            for what, name, peer, budget in (
                ("first paint", "show", "show", Budget(300.0)),
                ("a move, drawing a box", "draw", "draw", one),
                ("a move, with a box in hand", "carry", "draw", one),
                ("a move, panning", "pan", "pan", one),
                ("a move, over boxes", "hover", "hover", one),
                ("a notch of the wheel → painted", "zoom", "zoom", Budget(33.0)),
                ("release of a drawn box → painted", "edit", "edit", Budget(50.0)),
            ):
                beside: list[tuple[str, Sample | str]] = [("a plain canvas", plain[peer])]
                if budget is one:
                    beside += [("an empty page", empty), ("of ours, event → painted", ours[f"{name} within"])]
                yield Row(what, size, ours[name], budget, tuple(beside))


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


def _ours(browser: Browser, hands: Hands, data: bytes, count: int) -> dict[str, Sample]:
    canvas = CanvasPage.open(browser, stage=STAGE)
    page, times = canvas.page, hands.times
    _watch(page)
    objects = [box(f"o{at}", *where, order=at) for at, where in enumerate(_grid(count))]
    objects[-1] = box("carried", 1500, 20, 200, 150, order=count)

    def show(name: str) -> float:
        return canvas.show(name, objects=objects, size=SIZE, image=data)

    found = {"show": Sample(tuple(show(f"{at}.jpg") for at in range(times)))}
    found["draw"] = hands.drag(page, _across)
    found["edit"], found["draw within"] = _noted(page, "pointerup"), _noted(page, "pointermove")
    _check(canvas, "create", times)
    found["hover"] = hands.drag(page, _across, button=None)
    found["hover within"] = _noted(page, "pointermove")
    show("carried.jpg")
    canvas.put(tool="select")
    page.mouse.click(*_carrying(0))
    found["carry"] = hands.drag(page, _carrying)
    found["carry within"] = _noted(page, "pointermove")
    _check(canvas, "set", times)
    canvas.put(tool="box")
    found["zoom"] = _wheel(page, times)
    found["pan"] = hands.drag(page, _across, button="middle")
    found["pan within"] = _noted(page, "pointermove")
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


def _open_plain(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": STAGE[0] + 60, "height": STAGE[1] + 60})
    page.set_content((HERE / "plain.html").read_text(encoding="utf-8"))
    _watch(page)
    return page


def _plain(browser: Browser, hands: Hands, data: bytes, count: int) -> dict[str, Sample]:
    page = _open_plain(browser)
    asked = [base64.b64encode(data).decode("ascii"), _grid(count)]
    shown = [page.evaluate("([photo, boxes]) => plain.show(photo, boxes)", asked) for _ in range(hands.times)]
    found = {"show": Sample(tuple(shown)), "draw": hands.drag(page, _across)}
    found["edit"] = _noted(page, "pointerup")
    found["hover"] = hands.drag(page, _across, button=None)
    found["zoom"] = _wheel(page, hands.times)
    found["pan"] = hands.drag(page, _across, button="middle")
    page.close()
    return found


def _watch(page: Page) -> None:
    page.evaluate((HERE / "watch.js").read_text(encoding="utf-8"))
    page.evaluate("() => { for (const kind of ['pointerup', 'pointermove', 'wheel']) watch.event(kind); }")


def _across(at: int) -> tuple[float, float]:
    """Return the place of a move across the stage; it begins where no box is."""
    return EDGE[0] + 100 + 15 * at, EDGE[1] + 20 + 8 * at


def _carrying(at: int) -> tuple[float, float]:
    """Return the place of a move with the box `carried`, which is at the top right."""
    return EDGE[0] + 1066 + at, EDGE[1] + 63 + at


class Hands:
    """Drags on a page, and each time on a page that shows nothing too: what else the machine does slows both.

    Args:
        bare: the page that shows nothing.
        times: how often each drag is made.

    Attributes:
        floor: the times on the bare page.
    """

    def __init__(self, bare: Page, times: int) -> None:
        self.bare = bare
        self.times = times
        self.floor: list[float] = []

    def drag(self, page: Page, place: Place, *, button: Any = "left") -> Sample:
        """Drag through sixty moves, there and back several times; return the wall time per move of each drag."""
        page.evaluate("() => watch.clear()")
        found = []
        for turn in range(self.times):
            back = turn % 2 == 1 and place is not _across
            self.bare.bring_to_front()
            self.floor.append(_drag(self.bare, place, button, back=back))
            page.bring_to_front()
            found.append(_drag(page, place, button, back=back))
            if button and place is _across:  # what was drawn is no longer selected: the next drag draws too
                page.keyboard.press("Escape")
        return Sample(tuple(found))


def _drag(page: Page, place: Place, button: Any, *, back: bool) -> float:
    steps = range(MOVES, -1, -1) if back else range(MOVES + 1)
    page.mouse.move(*place(steps[0]))
    if button:
        page.mouse.down(button=button)
    began = time.perf_counter()
    for at in steps[1:]:
        page.mouse.move(*place(at))
    taken = (time.perf_counter() - began) * 1000 / MOVES
    if button:
        page.mouse.up(button=button)
    return taken


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
