"""Hiding and locking by real keys and the real mouse: what is hidden is not in the way, what is locked stays as it is."""

import pytest

from tests.browser.page import CanvasPage, box
from tests.browser.test_drawing import HINT, check_no_change

INK = """([x, y]) => {
    const layer = document.querySelectorAll('.ipya-layer')[1];
    return layer.getContext('2d').getImageData(x, y, 1, 1).data[3];
}"""


@pytest.fixture
def boxes(canvas: CanvasPage) -> CanvasPage:
    """A small car inside a large bus."""
    canvas.put(tool="select")
    canvas.show(
        "a.png",
        objects=[box("o1", 100, 100, 50, 50), box("o2", 60, 60, 300, 300, class_id="c-bus", order=2)],
    )
    return canvas


def put(canvas: CanvasPage, name: str) -> list[str]:
    """Return what the canvas told Python last of a trait."""
    told = canvas.page.evaluate("() => kernel.set")
    return list([value for trait, value in told if trait == name][-1])


def ink(canvas: CanvasPage, x: float, y: float) -> int:
    """Return how opaque what is drawn at a point of the picture is, from 0 to 255, without what is selected."""
    canvas.settled()
    (left, top), (corner_x, corner_y) = canvas.at(x, y), canvas.corner
    found: int = canvas.page.evaluate(INK, [round(left - corner_x), round(top - corner_y)])
    return found


def selected(canvas: CanvasPage) -> list[str]:
    """Return what the canvas says is selected."""
    canvas.settled()
    told = canvas.messages("select")
    return list(told[-1]["ids"]) if told else []


def hint(canvas: CanvasPage) -> str:
    return canvas.page.locator(HINT).inner_text()


def select(canvas: CanvasPage, x: float, y: float) -> list[str]:
    canvas.click(x, y)
    return selected(canvas)


def test_what_is_hidden_is_not_painted_and_not_reached(boxes):
    assert select(boxes, 125, 125) == ["o1"]
    boxes.keys("q")
    assert put(boxes, "hidden") == ["o1"]
    assert "Hidden: car. Shift+Q shows all." in hint(boxes)
    assert selected(boxes) == []
    assert ink(boxes, 100, 125) == 0
    assert select(boxes, 125, 125) == ["o2"], "what is beneath"
    boxes.keys("Control+a")
    assert selected(boxes) == ["o2"]
    assert "1 hidden" in boxes.hud
    boxes.keys("Shift+Q", "Escape")
    assert put(boxes, "hidden") == []
    assert ink(boxes, 100, 125) > 0
    check_no_change(boxes)


def test_a_class_is_hidden_by_python_and_drawing_in_it_shows_it_again(boxes):
    boxes.put(hidden=["c-car"])
    assert ink(boxes, 100, 125) == 0
    boxes.put(tool="box")
    boxes.drag((400, 400), (450, 440))
    boxes.settled()
    assert put(boxes, "hidden") == []
    assert ink(boxes, 100, 125) > 0


def test_what_is_locked_is_passed_by_the_mouse_and_refused_to_keys(boxes):
    select(boxes, 60, 200)
    boxes.keys("Shift+K")
    assert put(boxes, "locked") == ["o2"]
    boxes.drag((60, 200), (100, 220))
    assert selected(boxes) == [], "a frame was drawn"
    assert select(boxes, 200, 300) == [], "inside what is locked there is nothing to click"
    assert select(boxes, 125, 125) == ["o1"]
    boxes.keys("]")
    assert selected(boxes) == ["o2"], "keys and lists still get to it"
    boxes.keys("ArrowRight", "Delete", "Control+x")
    boxes.settled()
    check_no_change(boxes)
    assert hint(boxes) == "It is locked. Shift+K unlocks it."
    boxes.keys("Shift+K", "Delete")
    boxes.settled()
    (change,) = boxes.changes()
    assert [op["id"] for op in change["ops"]] == ["o2"]


def test_of_several_only_those_that_are_not_locked_are_changed(boxes):
    boxes.put(locked=["o1"])
    boxes.keys("]", ">", "ArrowRight", "ArrowRight", "Escape")
    boxes.settled()
    (change,) = boxes.changes()
    assert [op["id"] for op in change["ops"]] == ["o2"]
    boxes.keys("]", ">", "Delete")
    boxes.settled()
    assert [op["id"] for op in boxes.changes()[-1]["ops"]] == ["o2"]


def test_nothing_is_drawn_in_a_class_that_is_locked(boxes):
    boxes.put(tool="box", locked=["c-car"])
    boxes.drag((400, 400), (450, 440))
    boxes.settled()
    check_no_change(boxes)
    assert "“car” is locked" in hint(boxes)
    boxes.put(active_class="c-bus")
    boxes.drag((400, 400), (450, 440))
    boxes.settled()
    assert len(boxes.changes()) == 1


def test_what_is_hidden_or_locked_with_its_class_is_not_freed_one_by_one(boxes):
    boxes.put(locked=["c-bus"])
    boxes.keys("]", "]", "Shift+K")
    assert selected(boxes) == ["o2"]
    assert "All of “bus” is locked: see the list of classes." in hint(boxes)
    boxes.keys("Shift+U")
    assert put(boxes, "locked") == []
    assert "Everything is unlocked." in hint(boxes)
    boxes.keys("Shift+U")
    assert "Nothing is locked." in hint(boxes)


def test_insides_and_outlines_are_as_opaque_as_somebody_says(canvas):
    polygon = {"kind": "polygon", "points": [[100, 100], [300, 100], [300, 300], [100, 300]]}
    canvas.show("a.png", objects=[box("o1", 0, 0, 1, 1) | {"shape": polygon}])
    usual = ink(canvas, 200, 200), ink(canvas, 100, 200)
    canvas.put(adjust={"fill": 60, "outline": 30})
    changed = ink(canvas, 200, 200), ink(canvas, 100, 200)
    assert (usual[0], changed[0]) == pytest.approx((0.2 * 255, 0.6 * 255), abs=2)
    canvas.put(adjust={"fill": 0, "outline": 30})
    assert 0 < ink(canvas, 100, 200) < 0.5 * usual[1]
    canvas.put(adjust={"fill": 0, "outline": 0})
    assert (ink(canvas, 200, 200), ink(canvas, 100, 200)) == (0, 0)
    canvas.put(adjust={})
    assert (ink(canvas, 200, 200), ink(canvas, 100, 200)) == usual
