"""From a hundred to a hundred thousand objects, polygons and masks, beside other canvases in the same browser.

Each canvas gets the same picture and objects, and the same hands: one object is dragged, the picture panned and zoomed.
What one of them does not offer is said with a word, and what takes it longer than is bearable is not asked for twice.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from benchmarks.beside import ANNOTORIOUS, BBOXES, KONVA, LIFTING, PLAIN, Peers
from benchmarks.chromium import chromium
from benchmarks.figures import Budget, Row, Sample
from benchmarks.hands import Moved, Probe
from benchmarks.places import Places, photograph
from ipyannotator.model.shapes import rle
from tests.browser.page import CanvasPage, box

STAGE, SIZE, EDGE = (1280, 720), (1920, 1080), (20, 10)
SCALE = STAGE[0] / SIZE[0]
VIEWPORT = (STAGE[0] + 60, STAGE[1] + 60)
CARRIED = (1500.0, 20.0, 200.0, 150.0)
"""Left, top, width and height of the object that is dragged, in the free margin at the top of the picture."""
TOP = 200
CORNERS = 200
BEARABLE = 20_000
"""Objects above which Annotorious and jupyter-bbox-widget are not asked: at 10,000 a move takes them a second."""

Found = dict[str, Sample]


@dataclass(frozen=True)
class Scene:
    """Objects, as a list of outlines for the peers and as what the kernel sends for ours."""

    name: str
    kind: str
    outlines: list[dict[str, Any]]
    objects: list[dict[str, Any]]


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    photo = _encoded()
    peers = Peers(places.folder("peers"))
    counts = (100, 1_000) if quick else (100, 1_000, 10_000, 100_000)
    scenes = [_boxes(count) for count in counts]
    scenes += [_polygons(100 if quick else 1_000), _masks(20 if quick else 200)]
    with chromium() as browser:
        for scene in scenes:
            large = len(scene.objects) > BEARABLE
            times = 2 if quick or large else 3
            floor = _empty(browser, times)
            found = {name: _peer(browser, peers, name, scene, photo, times) for name in _able(peers, scene)}
            ours = _ours(browser, scene, photo, times)
            yield from _rows(scene, ours, found, floor, peers.missing)


def _rows(
    scene: Scene, ours: Found, found: dict[str, Found], floor: Sample, missing: dict[str, str]
) -> Iterator[Row]:
    large = len(scene.objects) > BEARABLE
    one = Budget(floor.median * 1.1, "one frame as on an empty page, + 10 %")
    for what, name, budget in (
        ("first paint", "show", Budget(3000.0 if large else 300.0)),
        ("a move, with an object in hand", "carry", None if large else one),
        ("… of it the main thread", "carry busy", None),
        ("release of it → painted, change sent", "edit", None if large else Budget(50.0)),
        ("a move, panning", "pan", Budget(100.0) if large else one),
        ("… of it the main thread", "pan busy", None),
        ("a notch of the wheel → painted", "zoom", None if large else Budget(33.0)),
        ("… of it the main thread", "zoom busy", None),
        ("JavaScript's heap", "heap", None),
        ("elements in the document", "nodes", None),
    ):
        beside: list[tuple[str, Sample | str]] = []
        if name in {"carry", "pan"}:
            beside.append(("an empty page", floor))
        for peer, figures in found.items():
            if name in figures:
                beside.append((peer, _ratio(figures[name], ours[name])))
        beside += [(peer, why) for peer, why in missing.items() if name == "show"]
        yield Row(what, scene.name, ours[name], budget, tuple(beside))


def _ratio(theirs: Sample, ours: Sample) -> str:
    """Write a figure and how many times ours it is."""
    return f"{theirs} ({theirs.median / max(ours.median, 1e-3):.1f} ×)"


def _able(peers: Peers, scene: Scene) -> list[str]:
    """Return who can show a scene."""
    able = {PLAIN}
    if scene.kind != "mask":
        able |= {KONVA, LIFTING}
        if len(scene.objects) <= BEARABLE:
            able |= {ANNOTORIOUS} | ({BBOXES} if scene.kind == "box" else set())
    return [name for name in peers.names if name in able]


def _carrying(at: int) -> tuple[float, float]:
    left, top, width, height = CARRIED
    return EDGE[0] + (left + width / 2) * SCALE + at, EDGE[1] + (top + height / 2) * SCALE + at


def _panning(at: int) -> tuple[float, float]:
    return EDGE[0] + 100 + 5 * at, EDGE[1] + 20 + 2 * at


MIDDLE = (EDGE[0] + STAGE[0] / 2, EDGE[1] + STAGE[1] / 2)


def _empty(browser: Browser, times: int) -> Sample:
    page = browser.new_page(viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]})
    page.set_content("<title>Nothing</title>")
    found = Probe(page).drag(_carrying, times).wall
    page.close()
    return found


def _peer(browser: Browser, peers: Peers, name: str, scene: Scene, photo: bytes, times: int) -> Found:
    shown = []
    while True:
        page = peers.open(browser, name, photo, VIEWPORT)
        probe = Probe(page)
        shown.append(peers.show(page, scene.outlines))
        if len(shown) >= times or sum(shown) > 5_000:
            break
        page.close()
    found = {"show": Sample(tuple(shown)), "heap": probe.heap(), "nodes": probe.nodes()}
    if name in {ANNOTORIOUS, BBOXES}:  # what is to be dragged is selected first
        page.mouse.click(*_carrying(0))
    button = "left"
    _note(found, "carry", probe.drag(_carrying, times, button))
    found["edit"] = probe.noted("pointerup")
    if name in {PLAIN, KONVA}:
        _note(found, "zoom", probe.wheel(MIDDLE, times))
        _note(found, "pan", probe.drag(_panning, times, "middle" if name == PLAIN else "left"))
    page.close()
    return found


def _ours(browser: Browser, scene: Scene, photo: bytes, times: int) -> Found:
    canvas = CanvasPage.open(browser, stage=STAGE)
    probe = Probe(canvas.page)

    def show(name: str) -> float:
        return canvas.show(name, objects=scene.objects, size=SIZE, image=photo)

    found = {"show": Sample(tuple(show(f"{at}.jpg") for at in range(times + 2)))}
    found |= {"heap": probe.heap(), "nodes": probe.nodes()}
    canvas.put(tool="select")
    canvas.page.mouse.click(*_carrying(0))
    _note(found, "carry", probe.drag(_carrying, times))
    found["edit"] = probe.noted("pointerup")
    canvas.settled()
    if len(canvas.changes()) != times:
        raise RuntimeError(f"{times} drags of {scene.name} made {len(canvas.changes())} changes")
    canvas.put(tool="box")
    _note(found, "zoom", probe.wheel(MIDDLE, times))
    _note(found, "pan", probe.drag(_panning, times, "middle"))
    if canvas.errors:
        raise RuntimeError("\n".join(canvas.errors))
    canvas.close()
    return found


def _note(found: Found, name: str, moved: Moved) -> None:
    found[f"{name} busy"] = moved.busy
    found[name] = moved.wall


# ---- scenes


def _grid(count: int) -> list[tuple[float, float, float, float]]:
    """Return places in rows and columns below the free margin."""
    columns = max(int((count * 16 / 9) ** 0.5), 1)
    wide, high = SIZE[0] / columns, (SIZE[1] - TOP) / -(-count // columns)
    places = ((at % columns * wide, TOP + at // columns * high) for at in range(count))
    return [(x + wide * 0.1, y + high * 0.1, wide * 0.75, high * 0.75) for x, y in places]


def _ring(place: tuple[float, float, float, float], number: int) -> list[list[float]]:
    """Return a closed outline with soft waves that fills a place."""
    x, y, width, height = place
    ring = []
    for at in range(CORNERS):
        turn = 2 * math.pi * at / CORNERS
        reach = 0.45 + 0.05 * math.sin(turn * (3 + number % 5))
        ring.append([x + width * (0.5 + reach * math.cos(turn)), y + height * (0.5 + reach * math.sin(turn))])
    return ring


def _boxes(count: int) -> Scene:
    places = [*_grid(count - 1), CARRIED]
    objects = [box(f"o{at}", *place, order=at) for at, place in enumerate(places)]
    outlines = [{"box": place} for place in places]
    return Scene(f"{count:,} boxes on 1920 × 1080", "box", outlines, objects)


def _polygons(count: int) -> Scene:
    rings = [_ring(place, at) for at, place in enumerate([*_grid(count - 1), CARRIED])]
    shapes = [{"kind": "polygon", "points": ring, "holes": []} for ring in rings]
    name = f"{count:,} polygons of {CORNERS} points on 1920 × 1080"
    return Scene(name, "polygon", [{"ring": ring} for ring in rings], _objects(shapes))


def _masks(count: int) -> Scene:
    rings = [_ring(place, at) for at, place in enumerate([*_grid(count - 1), CARRIED])]
    shapes = []
    for ring in rings:
        picture = Image.new("1", SIZE)
        ImageDraw.Draw(picture).polygon([(x, y) for x, y in ring], fill=1)
        counts = rle.encode(rle.runs_of(np.asarray(picture)))
        shapes.append({"kind": "mask", "size": [SIZE[1], SIZE[0]], "counts": counts})
    outlines = [{"ring": ring, "filled": True} for ring in rings]
    return Scene(f"{count:,} masks on 1920 × 1080", "mask", outlines, _objects(shapes))


def _objects(shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**box(f"o{at}", 0, 0, 1, 1, order=at), "shape": shape} for at, shape in enumerate(shapes)]


def _encoded() -> bytes:
    out = io.BytesIO()
    photograph(SIZE).save(out, "JPEG", quality=88)
    return out.getvalue()
