"""By finger: every kind of shape is drawn, taken hold of and changed; a second finger looks, and takes nothing away."""

from typing import Any

import pytest

from tests.browser.page import CanvasPage
from tests.browser.test_drawing import check_no_change

Point = tuple[float, float]


class Hand:
    """Fingers on a canvas; points are those of the picture."""

    def __init__(self, canvas: CanvasPage) -> None:
        self.canvas = canvas
        self._cdp = canvas.page.context.new_cdp_session(canvas.page)

    def touch(self, kind: str, *points: Point) -> None:
        placed = [
            dict(zip("xy", self.canvas.at(*point), strict=True), id=at) for at, point in enumerate(points)
        ]
        self._cdp.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": placed})

    def drag(self, *points: Point) -> None:
        self.touch("Start", points[0])
        for point in points[1:]:
            self.touch("Move", point)
        self.touch("End")

    def tap(self, *points: Point) -> None:
        for point in points:
            self.drag(point)

    def pinch(self, middle: Point) -> None:
        x, y = middle
        self.touch("Start", (x - 20, y))
        self.touch("Start", (x - 20, y), (x + 20, y))
        for spread in (24, 28, 32):
            self.touch("Move", (x - spread, y), (x + spread, y))
        self.touch("End")


@pytest.fixture
def hand(open_canvas) -> Hand:
    canvas = open_canvas(touch=True, ratio=1)
    canvas.show("a.png")
    canvas.forget()
    return Hand(canvas)


def shapes(canvas: CanvasPage) -> list[dict[str, Any]]:
    canvas.settled()
    return [
        op["new"]["shape"] for change in canvas.changes() for op in change["ops"] if op["action"] == "create"
    ]


@pytest.mark.parametrize(
    ("tool", "points"),
    [
        ("box", [(100, 100), (150, 140), (200, 180)]),
        ("ellipse", [(100, 100), (150, 140), (200, 180)]),
        ("polygon", [(100, 100), (200, 100), (220, 160), (200, 220), (100, 220), (100, 102)]),
        ("brush", [(100, 100), (150, 140), (200, 180)]),
    ],
)
def test_a_drag_draws(hand: Hand, tool: str, points: list[Point]) -> None:
    hand.canvas.put(tool=tool)
    hand.drag(*points)
    (shape,) = shapes(hand.canvas)
    assert shape["kind"] == {"brush": "mask"}.get(tool, tool)


def test_taps_draw_a_line_that_ends_where_it_is_tapped_again(hand: Hand) -> None:
    hand.canvas.put(tool="polyline")
    hand.tap((100, 100), (200, 180), (260, 160))
    check_no_change(hand.canvas)
    hand.tap((260, 160))
    (shape,) = shapes(hand.canvas)
    assert [[round(x), round(y)] for x, y in shape["points"]] == [[100, 100], [200, 180], [260, 160]]


def test_a_second_finger_while_a_polygon_is_clicked_keeps_its_points(hand: Hand) -> None:
    hand.canvas.put(tool="polygon")
    hand.tap((100, 100), (300, 100))
    hand.pinch((200, 200))
    check_no_change(hand.canvas)
    hand.canvas.keys("f")
    hand.tap((300, 250), (100, 250))
    hand.canvas.keys("Enter")
    (shape,) = shapes(hand.canvas)
    assert [[round(x), round(y)] for x, y in shape["points"]] == [
        [100, 100],
        [300, 100],
        [300, 250],
        [100, 250],
    ]


def test_a_second_finger_during_a_stroke_takes_the_stroke_back_and_looks(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.put(tool="brush")
    zoom = canvas.zoom
    hand.touch("Start", (100, 100))
    hand.touch("Move", (140, 120))
    hand.touch("Start", (140, 120), (240, 120))
    hand.touch("Move", (130, 120), (280, 120))
    hand.touch("Move", (120, 120), (320, 120))
    hand.touch("End")
    check_no_change(canvas)
    assert canvas.zoom > zoom
    canvas.keys("f")
    hand.drag((100, 100), (150, 100), (200, 100))
    assert len(shapes(canvas)) == 1


def test_what_is_drawn_is_moved_and_its_vertex_dragged(hand: Hand) -> None:
    canvas = hand.canvas
    polygon = {"kind": "polygon", "points": [[100, 100], [300, 100], [300, 300], [100, 300]], "holes": []}
    thing = {"id": "o1", "item": "a.png", "shape": polygon, "class_id": "c-car", "order": 1}
    canvas.put(tool="select")
    canvas.show("a.png", objects=[thing])
    canvas.forget()
    hand.tap((200, 200))
    hand.drag((200, 200), (215, 205), (230, 210))
    canvas.settled()
    hand.drag((130, 110), (150, 120), (170, 140))
    canvas.settled()
    moved, pulled = [change["ops"][0]["new"]["points"] for change in canvas.changes()]
    assert moved[0] == pytest.approx([130, 110], abs=1.5)
    assert pulled[0] == pytest.approx([170, 140], abs=3)
    assert pulled[1:] == moved[1:]
