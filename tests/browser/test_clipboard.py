"""Copy, cut, paste, duplicate and the order of drawing, by real keys, and by the system's clipboard."""

import json

import pytest
from playwright.sync_api import Browser

from tests.browser.page import CanvasPage, box
from tests.browser.test_drawing import HINT, check_no_change


@pytest.fixture
def boxes(canvas):
    canvas.put(tool="select")
    canvas.show("a.png", objects=[box("o1", 100, 100, 50, 50, order=1), box("o2", 300, 150, 60, 40, order=2)])
    canvas.click(125, 125)
    canvas.settled()
    canvas.forget()
    return canvas


def made(canvas):
    canvas.settled()
    return [op["new"] for op in canvas.changes()[-1]["ops"] if op["action"] == "create"]


def place(data):
    return data["shape"]["x"], data["shape"]["y"]


def test_what_is_copied_is_pasted_beside_it_and_on_another_image_at_its_place(boxes):
    boxes.keys("Control+c")
    check_no_change(boxes)
    boxes.keys("Control+v")
    (copy,) = made(boxes)
    step = 10 / boxes.scale
    assert place(copy) == pytest.approx((100 + step, 100 + step), abs=0.02)
    assert (copy["class_id"], copy["item"]) == ("c-car", "a.png")
    assert copy["id"] != "o1"
    boxes.show("b.png")
    boxes.keys("Control+v")
    (copy,) = made(boxes)
    assert place(copy) == (100, 100)
    assert copy["item"] == "b.png"


def test_one_paste_is_one_change_and_selects_what_was_pasted(boxes):
    boxes.keys("Control+a", "Control+c")
    boxes.show("b.png")
    boxes.keys("Control+v")
    boxes.settled()
    (change,) = boxes.changes()
    assert len(change["ops"]) == 2
    assert boxes.messages("change")[-1]["selected"] == [op["id"] for op in change["ops"]]


def test_the_systems_clipboard_carries_it_to_another_page(boxes, browser: Browser) -> None:
    text = boxes.page.evaluate(
        """() => {
            const data = new DataTransfer();
            document.querySelector('[role=application]').dispatchEvent(
                new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }));
            return data.getData('text/plain');
        }"""
    )
    assert json.loads(text)["objects"][0]["label"] == "car"
    other = CanvasPage.open(browser, tool="select")
    other.show("z.png")
    other.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            document.querySelector('[role=application]').dispatchEvent(
                new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )
    (copy,) = made(other)
    assert place(copy) == (100, 100)
    assert copy["item"] == "z.png"
    other.close()


def test_cut_and_paste_is_where_it_was(boxes):
    boxes.keys("Control+x")
    boxes.settled()
    assert [op["action"] for op in boxes.changes()[-1]["ops"]] == ["delete"]
    boxes.keys("Control+v")
    assert place(made(boxes)[0]) == (100, 100)


def test_at_the_crosshair(boxes):
    boxes.put(tool="box")
    boxes.keys("Control+c")
    boxes.move(400, 300)
    boxes.keys("Control+Shift+v")
    assert place(made(boxes)[0]) == pytest.approx((375, 275), abs=1)


def test_duplicate(boxes):
    boxes.keys("Control+d")
    assert len(made(boxes)) == 1


def test_nothing_selected_is_said(boxes):
    boxes.keys("Escape", "Control+c")
    check_no_change(boxes)
    assert boxes.page.locator(HINT).inner_text() == "Select what is to be copied first."


def test_another_key_copies_too(boxes):
    boxes.put(keymap={"F8": "copy", "F9": "paste"})
    boxes.keys("F8", "F9")
    assert len(made(boxes)) == 1


def test_the_order_of_drawing(boxes):
    boxes.keys("Control+]")
    boxes.settled()
    (op,) = boxes.changes()[-1]["ops"]
    assert (op["id"], op["path"], op["old"]) == ("o1", "order", 1)
    assert op["new"] > 2
    boxes.forget()
    boxes.keys("Control+]")
    check_no_change(boxes)


def test_more_are_selected_by_keys(boxes):
    boxes.keys(">")
    boxes.settled()
    assert boxes.messages("select")[-1]["ids"] == ["o1", "o2"]


def test_same_as_the_image_before_is_the_kernels(boxes):
    boxes.keys("Shift+c")
    boxes.settled()
    assert [message["name"] for message in boxes.messages("action")] == ["same_as_previous"]
