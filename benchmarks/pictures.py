"""A picture of 8,000 × 6,000 with a thousand boxes: how soon it is there, sharp where one looks, and moved about.

The kernel's side is timed beside Pillow, which decodes the same bytes in the same run: what a tile costs without
anything kept. The browser's side is timed with all tiles of the sight there, beside a page that shows nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.canvas import EDGE, STAGE, Hands, _across, _open_plain, _watch, _wheel
from benchmarks.chromium import chromium
from benchmarks.figures import Budget, Row, Sample
from benchmarks.places import Places, photograph
from ipyannotator.sources import ImageSource, Request
from tests.browser.page import CanvasPage, box

WIDTH, HEIGHT = 8_000, 6_000
BOXES = 1_000
TILE = 512
NAME, PYRAMID = "large.jpg", "large.tif"


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    times = 3 if quick else 7
    folder = places.folder("large")
    photo = photograph((2_000, 1_500)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    photo.save(folder / NAME, quality=88)
    _pyramid(folder / PYRAMID, np.asarray(photo))
    yield from _kernel(folder, times)
    yield from _browser(folder, times)


def _pyramid(path: Path, values: np.ndarray) -> None:
    import tifffile

    with tifffile.TiffWriter(path, bigtiff=True) as file:
        for level in range(4):
            more = {"subfiletype": 1} if level else {"subifds": 3}
            step = 1 << level
            part = np.ascontiguousarray(values[::step, ::step])
            file.write(part, tile=(TILE, TILE), photometric="rgb", compression="jpeg", **more)


def _timed(work: Callable[[int], object], times: int) -> Sample:
    found = []
    for at in range(times):
        began = time.perf_counter()
        work(at)
        found.append((time.perf_counter() - began) * 1000)
    return Sample(tuple(found))


def _kernel(folder: Path, times: int) -> Iterator[Row]:
    def pillow(at: int) -> object:
        with Image.open(folder / NAME) as im:
            return im.crop((at * TILE, TILE, (at + 1) * TILE, 2 * TILE))

    def cold(_: int) -> object:
        source = ImageSource(folder)
        try:
            return source.media(NAME, Request(TILE, TILE, (0, 0, TILE, TILE)))
        finally:
            source.close()

    source = ImageSource(folder)
    decoded = _timed(pillow, times)
    beside: tuple[tuple[str, Sample | str], ...] = (("Pillow: decode, cut", decoded),)
    size = f"{WIDTH:,} × {HEIGHT:,} JPEG"
    whole = _timed(lambda _: source.media(NAME, Request(*STAGE)), times)
    yield Row("the whole, for the screen", size, whole, Budget(decoded.median, "Pillow's decoding"), beside)
    first = Budget(decoded.median * 1.5, "Pillow's decoding + 50 %")
    yield Row("the first tile, sharp", size, _timed(cold, times), first, beside)
    source.media(NAME, Request(TILE, TILE, (0, 0, TILE, TILE)))
    for name, what in ((NAME, size), (PYRAMID, f"{WIDTH:,} × {HEIGHT:,} TIFF pyramid")):

        def tile(at: int, name: str = name) -> object:
            return source.media(name, Request(TILE, TILE, (at * TILE, TILE, TILE, TILE)))

        tile(8)
        yield Row("each tile after it, sharp", what, _timed(tile, times), Budget(50.0), beside)
    source.close()


def _browser(folder: Path, times: int) -> Iterator[Row]:
    source = ImageSource(folder)
    with chromium() as browser:
        hands = Hands(_open_plain(browser), times)
        canvas = CanvasPage.open(browser, stage=STAGE)
        page = canvas.page
        _watch(page)
        objects = [
            box(f"o{at}", at % 40 * 200 + 20, at // 40 * 240 + 20, 120, 150, order=at) for at in range(BOXES)
        ]
        image = source.media(NAME, Request(*STAGE)).data
        shown = [
            canvas.show(f"{at}.jpg", objects=objects, size=(WIDTH, HEIGHT), image=image)
            for at in range(times)
        ]
        page.mouse.move(EDGE[0] + STAGE[0] / 2, EDGE[1] + STAGE[1] / 2)
        for _ in range(4):
            page.mouse.wheel(0, -300)
        tiles = _serve(canvas, source)
        if not tiles:
            raise RuntimeError("Zoomed in, the canvas asked for no tiles.")
        pan = hands.drag(page, _across, button="middle")
        _serve(canvas, source)
        zoom = _wheel(page, times)
        empty = Sample(tuple(hands.floor))
        if canvas.errors:
            raise RuntimeError("\n".join(canvas.errors))
        canvas.close()
    source.close()
    size = f"{WIDTH:,} × {HEIGHT:,}, {BOXES:,} boxes"
    one = Budget(empty.median * 1.1, "one frame as on an empty page, + 10 %")
    yield Row("first paint", size, Sample(tuple(shown)), Budget(300.0), ())
    yield Row("a move, panning over tiles", size, pan, one, (("an empty page", empty),))
    yield Row("a notch of the wheel over tiles → painted", size, zoom, Budget(33.0), ())


def _serve(canvas: CanvasPage, source: ImageSource) -> int:
    """Answer all questions for tiles, as the kernel would; return how many there were."""
    count = quiet = 0
    while quiet < 3:
        canvas.settled()
        asked = canvas.messages("media")
        canvas.forget()
        for message in asked:
            request = Request(message["width"], message["height"], tuple(message["region"]))
            made = source.media(NAME, request)
            media = {
                "id": message["id"],
                "key": message["key"],
                "region": message["region"],
                "mime": made.mime,
            }
            canvas.deliver_media(media, made.data)
        count += len(asked)
        quiet = 0 if asked else quiet + 1
    return count
