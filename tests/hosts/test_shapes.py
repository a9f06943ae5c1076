"""Every kind of shape in real hosts, by real pointer and key events; asked for in the database, the JSON and Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.hosts.conftest import make_photos
from tests.hosts.pages import SLOW, Annotating, run_all, save_notebook, write_notebook
from tests.hosts.servers import Server
from tests.hosts.test_bad_input import objects, run
from tests.hosts.test_lab import start

cocomask = pytest.importorskip("pycocotools.mask")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CELL = """
from ipyannotator import Annotator, InputImage, ObjectClass, OutputImageShapes, Settings, SkeletonTemplate
kinds = ['box', 'rotated_box', 'polygon', 'polyline', 'points', 'ellipse', 'mask']
template = SkeletonTemplate(['head', 'hip', 'foot'], [('head', 'hip'), ('hip', 'foot')], [(0.5, 0), (0, 0.5), (1, 1)])
classes = [
    ObjectClass('cell', shapes=kinds),
    ObjectClass('person', shapes=['skeleton'], skeleton=template),
    ObjectClass('blurred', shapes=['whole']),
]
output = OutputImageShapes([*kinds, 'skeleton', 'whole'], classes)
a = Annotator(InputImage('photos'), output, Settings('.', author='ann')).create()
a
"""
SIMPLE = """
from ipyannotator import Annotator, InputImage, OutputImageShapes, Settings
output = OutputImageShapes(['polygon', 'mask'], ['cell'])
a = Annotator(InputImage('photos'), output, Settings('.', author='ann')).create()
a
"""
PYTHON = "import json\nfrom ipyannotator.model import encode_shape"
SIZE = (640, 480)
Rows = Callable[[Path], list[dict[str, Any]]]
Eventually = Callable[..., Any]
Pair = tuple[float, float]


class Hand:
    """A mouse over the canvas, which goes to places of the picture while all of it is shown."""

    def __init__(self, on_screen: Annotating) -> None:
        self.mouse = on_screen.page.mouse
        self.keys = on_screen.page.keyboard
        self.canvas = on_screen.canvas
        where = """element => {
            element.scrollIntoView({block: 'end'});
            const {left, top} = element.getBoundingClientRect();
            return [left + element.clientLeft, top + element.clientTop, element.clientWidth, element.clientHeight];
        }"""
        left, top, width, height = self.canvas.evaluate(where)
        self.scale = min(width / SIZE[0], height / SIZE[1])
        self.origin = (
            left + (width - SIZE[0] * self.scale) / 2,
            top + (height - SIZE[1] * self.scale) / 2,
        )

    def at(self, place: Pair) -> Pair:
        """Where a place of the picture is on the page, to the pixel that a mouse can be on."""
        x, y = (round(start + part * self.scale) for start, part in zip(self.origin, place, strict=True))
        return x, y

    def real(self, place: Pair) -> list[float]:
        """Which place of the picture the mouse is on when it goes for one: that of the nearest pixel."""
        return [(part - start) / self.scale for start, part in zip(self.origin, self.at(place), strict=True)]

    def drag(self, *way: Pair, steps: int = 4) -> None:
        self.mouse.move(*self.at(way[0]))
        self.mouse.down()
        for place in way[1:]:
            self.mouse.move(*self.at(place), steps=steps)
        self.mouse.up()

    def click(self, *places: Pair, key: str = "") -> None:
        for place in places:
            if key:
                self.keys.down(key)
            self.mouse.click(*self.at(place))
            if key:
                self.keys.up(key)

    def press(self, *keys: str) -> None:
        self.canvas.focus()
        for key in keys:
            self.keys.press(key)


def shapes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The shapes in drawing order."""
    return [json.loads(row["shape"]) for row in sorted(rows, key=lambda row: row["order"])]


def pixels(shape: dict[str, Any]) -> Any:
    """The pixels of a mask: an array of height × width."""
    return cocomask.decode({"size": shape["size"], "counts": shape["counts"].encode()}).astype(bool)


def near(*points: Any) -> Any:
    """Places to a hundredth of a pixel, as they are rounded."""
    return [pytest.approx(point, abs=0.011) for point in points]


def draw_every_kind(on_screen: Annotating, hand: Hand) -> None:
    """Draw one of each with the mouse; move a vertex, cut a hole, erase from a mask."""
    listed = objects(on_screen)
    hand.press("b")
    hand.drag((20, 20), (80, 60))
    expect(listed).to_have_count(1)
    hand.press("Shift+b")
    hand.drag((120, 20), (180, 40))
    hand.click((170, 70))
    expect(listed).to_have_count(2)
    hand.press("p")
    hand.click((20, 120), (80, 120), (80, 200), (20, 200))
    hand.press("Enter")
    expect(listed).to_have_count(3)
    hand.drag((80, 200), (95, 215))  # a vertex
    hand.click((35, 140), key="Alt")  # a hole
    hand.click((65, 140), (50, 170))
    hand.press("Enter", "Escape", "l")
    hand.click((20, 240), (60, 260), (100, 240))
    hand.press("Enter")
    expect(listed).to_have_count(4)
    hand.press("o")
    hand.click((120, 300))
    hand.click((130, 320), key="Shift")
    expect(listed).to_have_count(5)
    hand.press("e")
    hand.drag((350, 20), (430, 60))
    expect(listed).to_have_count(6)
    hand.press("2", "k")
    hand.drag((480, 20), (560, 140))
    expect(listed).to_have_count(7)
    hand.press("1", "m", "Escape")
    hand.drag((350, 200), (450, 200))
    expect(listed).to_have_count(8)
    hand.press("r")
    hand.drag((400, 160), (400, 240))
    hand.press("w", "Escape")
    hand.click((200, 250))  # what is red
    expect(listed).to_have_count(9)
    on_screen.root.get_by_role("button", name="blurred").click()
    expect(listed).to_have_count(10)


def check_every_kind(found: list[dict[str, Any]], real: Callable[[Pair], list[float]]) -> None:
    """Compare the values of what was drawn with where the hand was."""
    assert [shape["kind"] for shape in found] == [
        "box", "box", "polygon", "polyline", "points", "ellipse", "skeleton", "mask", "mask", "whole", "box", "polygon",
    ]  # fmt: skip
    box, turned, ring, line, dots, oval, person, painted, red, _, by_keys, ring_by_keys = found
    (left, top), (right, bottom) = real((20, 20)), real((80, 60))
    assert (box["x"], box["y"], box["width"], box["height"], box["angle"]) == (
        *near(left, top, right - left, bottom - top),
        0,
    )
    assert turned["angle"] == pytest.approx(18.4, abs=1)
    assert [ring["points"], *ring["holes"]] == [
        near(*map(real, [(20, 120), (80, 120), (95, 215), (20, 200)])),
        near(*map(real, [(35, 140), (65, 140), (50, 170)])),
    ]
    assert line["points"] == near(*map(real, [(20, 240), (60, 260), (100, 240)]))
    assert dots["points"] == near(*map(real, [(120, 300), (130, 320)]))
    (left, top), (right, bottom) = real((350, 20)), real((430, 60))
    assert (oval["cx"], oval["cy"], oval["rx"], oval["ry"]) == tuple(
        near((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2)
    )
    (left, top), (right, bottom) = real((480, 20)), real((560, 140))
    assert person["joints"] == near(
        [(left + right) / 2, top, 2], [left, (top + bottom) / 2, 2], [right, bottom, 2]
    )
    stroke = pixels(painted)
    assert stroke.shape == (480, 640)
    assert [bool(stroke[200, x]) for x in (360, 400, 440)] == [True, False, True]
    circle = pixels(red)
    assert circle[150, 200]
    assert circle.sum() == pytest.approx(31_400, rel=0.03)
    assert (by_keys["width"], by_keys["height"]) == (30, 20)
    (x, y), *rest = ring_by_keys["points"]
    assert rest == [[x, y + 60], [x + 40, y + 60]]


def test_every_kind_in_lab(page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually) -> None:
    on_screen = start(page, lab, place, CELL)
    hand = Hand(on_screen)
    listed = objects(on_screen)
    draw_every_kind(on_screen, hand)

    # The polyline goes, and comes back.
    hand.press("v")
    hand.click((40, 250))
    hand.press("Delete")
    expect(listed).to_have_count(9)
    hand.press("Control+z")
    expect(listed).to_have_count(10)

    # Wholly by keys: the crosshair stands in the middle of what is in sight.
    hand.mouse.move(1, 1)
    hand.press("Escape", "b", "Space", *["Shift+ArrowRight"] * 3, *["Shift+ArrowUp"] * 2, "Space")
    expect(listed).to_have_count(11)
    hand.press("p", "Space", *["Shift+ArrowDown"] * 6, "Space", *["Shift+ArrowRight"] * 4, "Space", "Enter")
    expect(listed).to_have_count(12)
    on_screen.saved()
    expect(on_screen.root.get_by_role("button", name="not saved")).to_have_count(0)  # nothing was refused

    stored = rows(place)
    found = shapes(stored)
    check_every_kind(found, hand.real)

    python = run(page, PYTHON, "json.dumps([encode_shape(each.shape) for each in a.current.objects])")
    assert json.loads(python.strip("'")) == found
    on_screen.button("Save").click()
    files = lambda: list((place / "results").glob("*.json"))  # noqa: E731
    (path,) = eventually(files)
    written = json.loads(path.read_text())["photos/photo_0.jpg"]["objects"]
    assert [each["shape"] for each in written] == found
    assert [each["label"] for each in written] == [
        {"skeleton": "person", "whole": "blurred"}.get(shape["kind"], "cell") for shape in found
    ]

    save_notebook(page)
    page.reload()
    back = Annotating(page).ready()
    expect(objects(back)).to_have_count(12)
    back.saved()
    assert rows(place) == stored


def test_a_polygon_and_a_mask_in_voila(
    page: Page, tmp_path: Path, rows: Rows, eventually: Eventually
) -> None:
    root = tmp_path / "root"
    make_photos(root / "photos", 2, SIZE)
    write_notebook(root / "work.ipynb", SIMPLE)
    server = Server("voila", root, options=["work.ipynb"])
    try:
        page.goto(server.url)
        on_screen = Annotating(page).ready()
        hand = Hand(on_screen)
        hand.click((350, 100), (450, 100), (450, 200), (350, 100))
        expect(objects(on_screen)).to_have_count(1)
        hand.press("Escape", "m")
        hand.drag((350, 300), (450, 300))
        hand.drag((400, 260), (400, 340))
        expect(objects(on_screen)).to_have_count(2)
        on_screen.saved()
        polygon, mask = shapes(rows(root))
        corners = [(350, 100), (450, 100), (450, 200)]
        assert polygon == {"kind": "polygon", "points": near(*map(hand.real, corners)), "holes": []}
        assert all(pixels(mask)[y, x] for x, y in [(350, 300), (449, 300), (400, 265), (400, 335)])
        hand.press("Control+z")
        assert eventually(lambda: not pixels(shapes(rows(root))[1])[335, 400])
        assert pixels(shapes(rows(root))[1])[300, 350]
    finally:
        server.stop()


@pytest.mark.slow  # three quarters of a minute; boxes go through the same in `test_lab.py`
def test_a_kernel_that_dies_under_a_polygon_loses_neither_it_nor_the_rest(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    on_screen = start(page, lab, place, SIMPLE)
    hand = Hand(on_screen)
    hand.press("m")
    hand.drag((350, 300), (450, 300))
    on_screen.saved()
    before = rows(place)
    hand.press("p")
    hand.click((350, 100), (450, 100))
    lab.kill_kernels()
    expect(on_screen.status).to_contain_text("offline", timeout=SLOW)
    page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()  # Lab says that the kernel has died
    hand.click((450, 200))
    hand.press("Enter", "Escape", "m")
    hand.drag((500, 60), (600, 60))
    hand.drag((500, 60), (500, 160))  # on the same mask, which no kernel has seen
    expect(on_screen.status).to_contain_text("offline – 3 unsaved")
    assert rows(place) == before
    eventually(lab.kernels)
    run_all(page)
    again = Annotating(page).ready()
    again.saved()
    # The last stroke is an edit of its own, and comes last.
    stored = eventually(
        lambda: len(found := rows(place)) == 3 and pixels(shapes(found)[2])[150, 500] and found
    )
    assert before[0] in stored
    _, polygon, _ = shapes(stored)
    assert polygon["points"] == near(*map(hand.real, [(350, 100), (450, 100), (450, 200)]))
    expect(objects(again)).to_have_count(3)
