"""What hands do on the canvas, and what goes to the kernel for it."""

import pytest
from playwright.sync_api import expect

from tests.browser.page import box

HINT = ".ipya-hint-text"


def only_op(canvas):
    """Return the one operation of the one change that was sent; nothing else may have been asked of the kernel."""
    canvas.settled()
    changes = canvas.changes()
    assert len(changes) == 1, changes
    assert len(changes[0]["ops"]) == 1, changes[0]["ops"]
    return changes[0]["ops"][0]


def sides(shape):
    return [shape[name] for name in ("x", "y", "width", "height")]


def check_no_change(canvas):
    canvas.settled()
    assert canvas.changes() == []


def test_a_drawn_box_is_one_message(canvas):
    canvas.drag((100, 50), (150, 90), (220, 130), steps=30)
    op = only_op(canvas)
    assert [message["type"] for message in canvas.messages()] == ["change"]
    assert (op["action"], op["record"], op["item"]) == ("create", "object", "a.png")
    assert (op["new"]["class_id"], op["new"]["item"]) == ("c-car", "a.png")
    assert op["new"]["shape"]["kind"] == "box"
    assert sides(op["new"]["shape"]) == pytest.approx([100, 50, 120, 80], abs=0.02)


def test_what_is_sent_is_a_change_as_the_protocol_says(canvas):
    canvas.drag((100, 50), (220, 130))
    only_op(canvas)
    message = canvas.messages("change")[0]
    change = message["change"]
    assert message["v"] == 1
    assert message["seq"] == 1
    assert (change["task"], change["item"], change["origin"]) == ("boxes", "a.png", "human")
    assert message["selected"] == [change["ops"][0]["id"]]
    assert change["time"] > 1.7e9
    assert "author" not in change["ops"][0]["new"]


def test_a_box_is_clipped_to_the_picture_and_rounded(canvas):
    canvas.drag((601.2345, 403.4567), (700, 600))
    shape = only_op(canvas)["new"]["shape"]
    assert shape["x"] + shape["width"] == pytest.approx(640, abs=1e-9)
    assert shape["y"] + shape["height"] == pytest.approx(480, abs=1e-9)
    assert sides(shape) == pytest.approx([round(value, 2) for value in sides(shape)], abs=1e-12)


def test_a_release_outside_of_the_stage_counts(canvas):
    x, y = canvas.at(400, 300)
    canvas.page.mouse.move(x, y)
    canvas.page.mouse.down()
    canvas.page.mouse.move(x + 100, y + 50, steps=3)
    canvas.page.mouse.move(950, 650, steps=3)
    canvas.page.mouse.up()
    assert sides(only_op(canvas)["new"]["shape"]) == pytest.approx([400, 300, 240, 180], abs=0.02)


def test_shift_squares(canvas):
    canvas.drag((100, 100), (200, 130), key="Shift")
    assert sides(only_op(canvas)["new"]["shape"]) == pytest.approx([100, 100, 100, 100], abs=0.02)


@pytest.mark.parametrize(
    ("at", "to", "expected"),
    [
        ((200, 150), (170, 140), (170, 140, 230, 110)),
        ((300, 150), (310, 140), (200, 140, 200, 110)),
        ((400, 150), (430, 140), (200, 140, 230, 110)),
        ((200, 200), (170, 140), (170, 150, 230, 100)),
        ((400, 200), (430, 140), (200, 150, 230, 100)),
        ((200, 250), (170, 260), (170, 150, 230, 110)),
        ((300, 250), (310, 260), (200, 150, 200, 110)),
        ((400, 250), (430, 260), (200, 150, 230, 110)),
        ((200, 200), (430, 200), (400, 150, 30, 100)),  # past the other side
        ((400, 200), (900, 200), (200, 150, 440, 100)),  # past the picture
    ],
)
def test_each_handle(canvas, at, to, expected):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100)])
    canvas.click(260, 180)
    canvas.forget()
    canvas.drag(at, to)
    op = only_op(canvas)
    assert (op["action"], op["id"], op["path"]) == ("set", "o1", "shape")
    assert sides(op["old"]) == [200, 150, 200, 100]
    assert sides(op["new"]) == pytest.approx(expected, abs=0.02)


def test_a_box_that_was_clicked_is_moved_by_a_drag(canvas):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100), box("o2", 20, 20, 50, 50)])
    canvas.click(260, 180)
    canvas.settled()
    assert [message["type"] for message in canvas.messages()] == ["select"]
    assert canvas.messages("select")[0]["ids"] == ["o1"]
    canvas.forget()
    canvas.drag((260, 180), (300, 160), steps=20)
    op = only_op(canvas)
    assert [message["type"] for message in canvas.messages()] == ["change"]
    assert (op["action"], op["id"], op["path"]) == ("set", "o1", "shape")
    assert sides(op["new"]) == pytest.approx([240, 130, 200, 100], abs=0.02)
    assert sides(op["new"])[2:] == [200, 100], "a move does not touch the size"


def test_a_box_of_a_few_pixels_can_be_moved_and_resized(canvas):
    canvas.show("a.png", objects=[box("o1", 200, 150, 6, 5)])
    canvas.click(203, 152.5)
    canvas.forget()
    canvas.drag((203, 152.5), (233, 172.5))
    canvas.drag((237, 176), (247, 181))
    canvas.settled()
    moved, resized = [change["ops"][0]["new"] for change in canvas.changes()]
    assert sides(moved) == pytest.approx([230, 170, 6, 5], abs=0.02)
    assert sides(resized) == pytest.approx([230, 170, 17, 11], abs=0.02)


def test_what_is_selected_is_said(canvas):
    spoken = canvas.page.locator(".ipya-stage [aria-live]")
    objects = [box("o1", 200, 150, 200, 100), box("o2", 20, 20, 50, 50, class_id=None)]
    canvas.show("a.png", objects=objects)
    canvas.click(260, 180)
    expect(spoken).to_have_text("Selected car, 1 of 2.")
    canvas.keys("]")
    expect(spoken).to_have_text("Selected no class, 2 of 2.")
    canvas.keys("Control+a")
    expect(spoken).to_have_text("2 objects are selected.")
    canvas.keys("Escape")
    expect(spoken).to_have_text("Nothing is selected.")
    canvas.keys("Control+a", "Delete")
    expect(spoken).to_have_text("2 objects are deleted.")
    canvas.drag((300, 200), (400, 260))
    expect(spoken).to_have_text("Box drawn: car, 100 by 60 pixels.")


def test_the_next_press_in_a_box_just_drawn_draws(canvas):
    canvas.drag((100, 100), (300, 300))
    canvas.drag((150, 150), (200, 220))
    canvas.settled()
    ops = [op for change in canvas.changes() for op in change["ops"]]
    assert [op["action"] for op in ops] == ["create", "create"]
    assert sides(ops[1]["new"]["shape"]) == pytest.approx([150, 150, 50, 70], abs=0.02)


def test_a_box_just_drawn_can_be_resized_and_moved_by_its_edge(canvas):
    canvas.drag((100, 100), (300, 300))
    canvas.drag((300, 300), (320, 310))
    canvas.drag((150, 100), (160, 100))
    canvas.settled()
    ops = [op for change in canvas.changes() for op in change["ops"]]
    assert [op["action"] for op in ops] == ["create", "set", "set"]
    assert sides(ops[1]["new"]) == pytest.approx([100, 100, 220, 210], abs=0.02)
    assert sides(ops[2]["new"]) == pytest.approx([110, 100, 220, 210], abs=0.02)


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_a_key_deletes_what_is_selected_in_one_message(canvas, key):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100), box("o2", 20, 20, 50, 50)])
    canvas.click(260, 180)
    canvas.forget()
    canvas.keys(key)
    op = only_op(canvas)
    assert [message["type"] for message in canvas.messages()] == ["change"]
    assert (op["action"], op["record"], op["id"]) == ("delete", "object", "o1")
    assert op["old"]["class_id"] == "c-car"
    assert canvas.messages()[0]["selected"] == []


def test_all_are_deleted_in_one_change(canvas):
    canvas.show("a.png", objects=[box(f"o{at}", 10 + 30 * at, 10, 20, 20) for at in range(12)])
    canvas.keys("Control+a", "Delete")
    canvas.settled()
    assert len(canvas.changes()) == 1
    assert [op["action"] for op in canvas.changes()[0]["ops"]] == ["delete"] * 12


def test_a_box_by_keys(canvas):
    canvas.move(200.4, 150.4)
    canvas.forget()
    canvas.keys(
        "Space", *["ArrowRight"] * 3, "Shift+ArrowRight", *["Shift+ArrowDown"] * 2, "ArrowUp", "Space"
    )
    op = only_op(canvas)
    assert [message["type"] for message in canvas.messages()] == ["change"]
    assert sides(op["new"]["shape"]) == [200, 150, 13, 19]


def test_a_box_by_keys_without_any_mouse(canvas):
    canvas.keys("ArrowRight", "Space", "Shift+ArrowLeft", "Shift+ArrowUp", "Space")
    assert sides(only_op(canvas)["new"]["shape"]) == [311, 230, 10, 10]


def test_the_second_corner_may_be_set_where_the_mouse_is(canvas):
    canvas.move(100, 100)
    canvas.keys("Space")
    canvas.move(180, 150)
    canvas.keys("Space")
    assert sides(only_op(canvas)["new"]["shape"]) == [100, 100, 80, 50]


def test_arrows_move_what_is_selected_in_one_change(canvas):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100)])
    canvas.click(260, 180)
    canvas.forget()
    canvas.keys(*["ArrowRight"] * 5, "Shift+ArrowDown")
    canvas.page.wait_for_function("() => kernel.sent.length")
    assert sides(only_op(canvas)["new"]) == [205, 160, 200, 100]


def test_undo_comes_after_what_was_just_nudged(canvas):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100)])
    canvas.click(260, 180)
    canvas.forget()
    canvas.keys("ArrowRight", "Control+z")
    canvas.page.wait_for_function("() => kernel.sent.length === 2")
    assert [message["type"] for message in canvas.messages()] == ["change", "action"]
    assert canvas.messages("action")[0]["name"] == "undo"


def test_what_was_nudged_is_kept_when_the_next_item_comes_at_once(canvas):
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100)])
    canvas.click(260, 180)
    canvas.forget()
    canvas.keys("ArrowRight")
    canvas.show("b.png")
    canvas.page.wait_for_function("() => kernel.sent.length")
    op = only_op(canvas)
    assert (canvas.changes()[0]["item"], op["item"], op["id"]) == ("a.png", "a.png", "o1")


def test_escape_ends_a_drag_without_effect(canvas):
    canvas.page.mouse.move(*canvas.at(100, 100))
    canvas.page.mouse.down()
    canvas.page.mouse.move(*canvas.at(200, 200), steps=3)
    canvas.page.keyboard.press("Escape")
    canvas.page.mouse.move(*canvas.at(250, 250))
    canvas.page.mouse.up()
    check_no_change(canvas)
    canvas.drag((100, 100), (200, 200))
    only_op(canvas)


def test_a_drag_of_less_than_three_pixels_is_no_box(canvas):
    canvas.drag((100, 100), (200, 101))
    expect(canvas.page.locator(HINT)).to_have_text("Too small for a box.")
    check_no_change(canvas)


def test_keys_do_not_reach_the_notebook(canvas):
    canvas.page.evaluate("() => addEventListener('keydown', event => (window.heard ??= []).push(event.key))")
    canvas.keys("ArrowRight", "Space", "Escape", "f", "Delete", "d", "1", "Control+z", "2")
    assert canvas.stage.get_attribute("data-lm-suppress-shortcuts") == "true"
    heard = canvas.page.evaluate("() => window.heard")
    # `1` and `2` mean nothing here, as this keymap has no keys of classes; modifiers mean nothing alone.
    assert heard == ["1", "Control", "2"]


def test_the_tools_are_those_of_the_kernel(canvas):
    canvas.put(tool="select")
    canvas.show("a.png", objects=[box("o1", 200, 150, 50, 50), box("o2", 300, 150, 50, 50)])
    canvas.forget()
    canvas.drag((180, 130), (400, 300))
    canvas.settled()
    assert [(message["type"], message["ids"]) for message in canvas.messages()] == [("select", ["o1", "o2"])]
    canvas.put(tool="lasso")
    canvas.drag((180, 330), (400, 400))
    expect(canvas.page.locator(HINT)).to_have_text("There is no tool lasso here.")
    check_no_change(canvas)


def test_a_cancelled_pointer_draws_nothing(open_canvas):
    canvas = open_canvas(touch=True)
    canvas.show("a.png")
    canvas.forget()
    cdp = canvas.page.context.new_cdp_session(canvas.page)
    for kind, point in (("touchStart", (100, 100)), ("touchMove", (200, 150)), ("touchMove", (300, 250))):
        x, y = canvas.at(*point)
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": 1}]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    check_no_change(canvas)


def test_a_finger_draws(open_canvas):
    canvas = open_canvas(touch=True)
    canvas.show("a.png")
    canvas.forget()
    cdp = canvas.page.context.new_cdp_session(canvas.page)
    for kind, point in (("touchStart", (100, 100)), ("touchMove", (200, 150)), ("touchMove", (300, 250))):
        x, y = canvas.at(*point)
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y, "id": 1}]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert sides(only_op(canvas)["new"]["shape"]) == pytest.approx([100, 100, 200, 150], abs=1)
