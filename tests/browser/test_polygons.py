"""Polygons and polylines: drawn, reshaped, cut, joined and sent, by mouse, finger and keys."""

import base64
import json
import math
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page import CanvasPage
from tests.browser.test_drawing import HINT, check_no_change, only_op

THREE = [(100, 100), (300, 100), (300, 250)]


def polygon(name: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    holes = more.pop("holes", [])
    shape = {"kind": "polygon", "points": [list(point) for point in points], "holes": holes}
    return {"id": name, "item": "a.png", "shape": shape, "class_id": "c-car", "order": 1} | more


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def area(shape: dict[str, Any]) -> float:
    def one(ring: list[list[float]]) -> float:
        ends = zip(ring, ring[1:] + ring[:1], strict=True)
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in ends)) / 2

    return one(shape["points"]) - sum(one(hole) for hole in shape["holes"])


@pytest.fixture
def drawing(canvas):
    """The canvas with the tool for polygons and nothing on it."""
    canvas.put(tool="polygon")
    return canvas


@pytest.fixture
def one(canvas):
    """The canvas with one polygon, which is selected."""
    canvas.put(tool="polygon")
    canvas.show("b.png", objects=[polygon("a", *square(200, 100, 200))], selected=["a"])
    canvas.forget()
    return canvas


def points(canvas):
    """The points of the polygon that was drawn, to whole pixels."""
    return [tuple(round(part) for part in point) for point in only_op(canvas)["new"]["shape"]["points"]]


def shape_set(canvas):
    """The shape that the only change sets."""
    op = only_op(canvas)
    assert (op["action"], op["path"], op["id"]) == ("set", "shape", "a")
    return op["new"]


@pytest.mark.parametrize("end", ["first", "last", "Enter"])
def test_clicks_draw_a_polygon(drawing, end):
    for point in THREE:
        drawing.click(*point)
    check_no_change(drawing)
    if end == "Enter":
        drawing.keys("Enter")
    else:
        drawing.click(*THREE[0 if end == "first" else -1])
    assert points(drawing) == THREE
    assert only_op(drawing)["new"]["shape"]["holes"] == []
    assert only_op(drawing)["new"]["class_id"] == "c-car"


@pytest.mark.parametrize("key", ["Backspace", "Control+z"])
def test_a_vertex_is_taken_back_while_drawing(drawing, key):
    for point in [*THREE, (50, 400)]:
        drawing.click(*point)
    drawing.keys(key, "Enter")
    assert points(drawing) == THREE


def test_too_few_points_are_told_and_stay(drawing):
    drawing.click(*THREE[0])
    drawing.click(*THREE[1])
    drawing.keys("Enter")
    expect(drawing.page.locator(HINT)).to_contain_text("needs 3 points")
    check_no_change(drawing)
    drawing.click(*THREE[2])
    drawing.keys("Enter")
    assert points(drawing) == THREE


def test_escape_forgets_what_is_being_drawn(drawing):
    for point in THREE:
        drawing.click(*point)
    drawing.keys("Escape")
    drawing.keys("Enter")
    check_no_change(drawing)


def test_a_polygon_is_drawn_freehand(drawing):
    turns = [math.tau * at / 40 for at in range(41)]
    drawing.drag(*[(320 + 120 * math.cos(turn), 240 + 120 * math.sin(turn)) for turn in turns], steps=2)
    shape = only_op(drawing)["new"]["shape"]
    assert 10 < len(shape["points"]) < 60, "fewer than the 80 places the hand was at"
    assert area(shape) == pytest.approx(math.pi * 120**2, rel=0.03)


def test_a_polygon_that_crosses_itself_is_kept_and_told(drawing):
    for point in [(100, 100), (300, 300), (300, 100), (100, 300)]:
        drawing.click(*point)
    drawing.keys("Enter")
    assert len(points(drawing)) == 4
    expect(drawing.page.locator(HINT)).to_contain_text("crosses itself")


def test_another_item_keeps_what_was_drawn_on_the_first(drawing):
    for point in THREE:
        drawing.click(*point)
    drawing.show("b.png")
    drawing.settled()
    op = only_op(drawing)
    assert (op["action"], op["item"], len(op["new"]["shape"]["points"])) == ("create", "a.png", 3)
    assert drawing.changes()[0]["item"] == "a.png"


def test_another_tool_keeps_what_was_drawn(drawing):
    for point in THREE:
        drawing.click(*point)
    drawing.keys("v")
    assert points(drawing) == THREE


def test_a_polygon_is_drawn_by_keys_alone(drawing):
    drawing.keys("Space", *["Shift+ArrowRight"] * 3, "Space", *["Shift+ArrowDown"] * 2, "Space", "Enter")
    (x, y), *rest = points(drawing)
    assert rest == [(x + 30, y), (x + 30, y + 20)]


def test_a_finger_draws_a_polygon(browser: Browser):
    page = CanvasPage.open(browser, touch=True, tool="polygon")
    try:
        page.show("a.png")
        page.forget()
        for point in [*THREE, (103, 104)]:
            page.page.touchscreen.tap(*page.at(*point))
        assert points(page) == THREE
        assert not page.errors
    finally:
        page.close()


def test_a_polyline_is_drawn_and_ends_at_a_double_click(canvas):
    canvas.put(tool="polyline")
    canvas.click(100, 100)
    canvas.click(200, 150)
    canvas.page.mouse.dblclick(*canvas.at(300, 100))
    assert points(canvas) == [(100, 100), (200, 150), (300, 100)]
    assert only_op(canvas)["new"]["shape"]["kind"] == "polyline"


def test_a_vertex_is_moved_inserted_and_removed_by_mouse(one):
    one.drag((200, 100), (150, 60))
    assert shape_set(one)["points"] == [[150, 60], [400, 100], [400, 300], [200, 300]]
    one.forget()
    one.drag((400, 200), (450, 220))
    assert [450, 220] in shape_set(one)["points"]
    one.forget()
    one.click(450, 220)
    one.keys("Delete")
    assert shape_set(one)["points"] == [[150, 60], [400, 100], [400, 300], [200, 300]]


def test_a_vertex_is_moved_inserted_and_removed_by_keys(one):
    one.keys(".", "ArrowLeft", "Shift+ArrowUp", ".")
    assert shape_set(one)["points"][0] == [199, 90]
    one.forget()
    one.keys("i")
    assert shape_set(one)["points"][2] == [400, 200]
    one.forget()
    one.keys("Delete")
    assert len(shape_set(one)["points"]) == 4


def test_a_hole_is_cut_with_alt(one):
    one.page.keyboard.down("Alt")
    one.click(250, 150)
    one.page.keyboard.up("Alt")
    one.click(350, 150)
    one.click(350, 250)
    one.keys("Enter")
    shape = shape_set(one)
    assert shape["holes"] == [[[250, 150], [350, 150], [350, 250]]]
    assert area(shape) == 200 * 200 - 100 * 100 / 2
    # The hole is not the polygon: a click in it with Select takes nothing.
    one.put(tool="select")
    one.click(330, 180)
    assert one.messages("select")[-1]["ids"] == []


def test_a_polygon_is_cut_in_two_and_joined_again(one):
    one.keys("c")
    one.drag((150, 200), (450, 200))
    (change,) = one.changes()
    assert [op["action"] for op in change["ops"]] == ["set", "create"]
    parts = [change["ops"][0]["new"], change["ops"][1]["new"]["shape"]]
    assert [area(part) for part in parts] == pytest.approx([20000, 20000], abs=20)
    assert change["ops"][1]["new"]["class_id"] == "c-car"
    one.forget()
    one.keys("j")
    (change,) = one.changes()
    assert [op["action"] for op in change["ops"]] == ["set", "delete"]
    assert area(change["ops"][0]["new"]) == pytest.approx(40000, abs=20)


def test_what_is_apart_is_not_joined(canvas):
    canvas.show(
        "b.png",
        objects=[polygon("a", *square(100, 100, 50)), polygon("b", *square(300, 100, 50))],
        selected=["a", "b"],
    )
    canvas.keys("j")
    expect(canvas.page.locator(HINT)).to_contain_text("do not all touch")
    check_no_change(canvas)


def test_a_polygon_of_6000_points_is_simplified(canvas):
    turns = [math.tau * at / 6000 for at in range(6000)]
    ring = [(320 + 200 * math.cos(turn), 240 + 200 * math.sin(turn)) for turn in turns]
    canvas.show("b.png", objects=[polygon("a", *ring)], selected=["a"])
    canvas.forget()
    canvas.keys("u")
    shape = shape_set(canvas)
    assert 10 < len(shape["points"]) < 100
    assert area(shape) == pytest.approx(math.pi * 200**2, rel=0.01)
    expect(canvas.page.locator(HINT)).to_contain_text(f"{len(shape['points'])} of 6000 points")
    canvas.forget()
    canvas.keys("u")
    assert len(shape_set(canvas)["points"]) < len(shape["points"])


@pytest.mark.parametrize(
    "shape",
    [
        {"kind": "polygon", "points": [[1, 1], [2, 2]]},
        {"kind": "polygon", "points": []},
        {"kind": "polygon", "points": [[1, 1], [2, None], [3, 3]]},
        {"kind": "polyline", "points": [[1, 1]]},
    ],
)
def test_a_shape_that_is_none_does_no_harm(drawing, shape):
    drawing.show("b.png", objects=[{**polygon("a"), "shape": shape}], selected=["a"])
    drawing.forget()
    for point in THREE:
        drawing.click(*point)
    drawing.keys("Enter")
    assert points(drawing) == THREE


def test_the_button_takes_back_a_vertex_while_drawing(drawing):
    drawing.page.evaluate("""() => {
        document.body.classList.add('ipyannotator');
        document.body.insertAdjacentHTML('afterbegin', '<button class="ipya-action--undo">Undo</button>');
        document.body.firstElementChild.style.cssText = 'position: fixed; right: 0; bottom: 0; z-index: 9';
        const button = document.body.firstElementChild;
        button.onclick = () => { button.dataset.asked = 'yes' };
    }""")
    undo = drawing.page.get_by_role("button", name="Undo", exact=True)
    for point in [*THREE, (50, 400)]:
        drawing.click(*point)
    undo.click()
    drawing.keys("Enter")
    assert points(drawing) == THREE
    assert undo.get_attribute("data-asked") is None
    undo.click()
    assert undo.get_attribute("data-asked") == "yes", "nothing is being drawn any more"


def test_what_somebody_else_changed_during_a_drag_is_not_overwritten_unseen(one):
    mouse = one.page.mouse
    mouse.move(*one.at(200, 100))
    mouse.down()
    mouse.move(*one.at(150, 60), steps=3)
    theirs = polygon("a", (200, 100), (400, 100), (450, 350), (200, 300))["shape"]
    op = {"action": "set", "record": "object", "id": "a", "item": "b.png", "path": "shape", "new": theirs}
    one.deliver(
        {"type": "patch", "item": "b.png", "seq": 2}, [base64.b64encode(json.dumps([op]).encode()).decode()]
    )
    mouse.move(*one.at(140, 50), steps=3)
    mouse.up()
    one.settled()
    old = only_op(one)["old"]
    assert old["points"] == [list(point) for point in square(200, 100, 200)], (
        "so the kernel sees the conflict"
    )
