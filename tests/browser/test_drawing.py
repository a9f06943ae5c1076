"""What the hands do on the canvas, and what goes to the kernel for it."""

import pytest


def only_op(canvas):
    """The one operation of the one change that was sent."""
    canvas.settled()
    changes = canvas.changes()
    assert len(changes) == 1, changes
    assert len(changes[0]["ops"]) == 1, changes[0]["ops"]
    return changes[0]["ops"][0]


def test_a_drawn_box_is_one_message(canvas):
    canvas.drag((100, 50), (150, 90), (220, 130), steps=10)
    op = only_op(canvas)
    assert [message["type"] for message in canvas.messages()] == ["change"]
    assert (op["action"], op["record"], op["item"]) == ("create", "object", "a.png")
    assert op["new"]["class_id"] == "c-car"
    shape = op["new"]["shape"]
    assert shape["kind"] == "box"
    assert [shape["x"], shape["y"], shape["width"], shape["height"]] == pytest.approx(
        [100, 50, 120, 80], abs=0.02
    )
