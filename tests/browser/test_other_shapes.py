"""Turned boxes, ellipses, points and skeletons: drawn, reshaped and sent, by mouse, finger and keys."""

import math

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.page import CLASSES, CanvasPage
from tests.browser.test_drawing import HINT, check_no_change, only_op

ALL = ["rotated_box", "ellipse", "points", "skeleton"]
BODY = {
    "joints": ["head", "hand", "foot"],
    "edges": [["head", "hand"], ["head", "foot"]],
    "layout": [[0.5, 0], [1, 0.5], [0, 1]],
}


@pytest.fixture
def shapes(canvas):
    """The canvas with a class that takes all of these."""
    canvas.put(classes=[{**CLASSES[0], "shapes": ALL, "skeleton": BODY}, {**CLASSES[1], "shapes": ["box"]}])
    canvas.show("a.png")
    canvas.forget()
    return canvas


def tool(canvas, name):
    canvas.put(tool=name)


def last_shape(canvas):
    canvas.settled()
    return canvas.changes()[-1]["ops"][0]["new"]


def corners(shape):
    """The corners of a turned box, clockwise from its own top left."""
    turn = math.radians(shape["angle"])
    cx, cy = shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
    found = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        dx, dy = x * shape["width"] / 2, y * shape["height"] / 2
        found.append(
            (cx + dx * math.cos(turn) - dy * math.sin(turn), cy + dx * math.sin(turn) + dy * math.cos(turn))
        )
    return found


def test_a_turned_box_is_an_edge_and_a_click(shapes):
    tool(shapes, "rotated_box")
    shapes.drag((100, 100), (200, 200))
    check_no_change(shapes)
    shapes.move(180, 220, steps=3)
    shapes.click(150, 250)
    shape = only_op(shapes)["new"]["shape"]
    assert shape["angle"] == pytest.approx(45, abs=0.1)
    assert (shape["width"], shape["height"]) == pytest.approx((100 * 2**0.5, 100 / 2**0.5), abs=0.5)
    assert corners(shape)[0] == pytest.approx((100, 100), abs=0.6)
    assert corners(shape)[1] == pytest.approx((200, 200), abs=0.6)


def test_a_turned_box_is_turned_and_its_corners_are_dragged(shapes):
    shapes.show("a.png", objects=[], size=(640, 480))
    tool(shapes, "box")
    shapes.drag((200, 200), (300, 260))
    stalk = 24 / shapes.scale
    shapes.drag((250, 200 - stalk), (400, 230))
    turned = last_shape(shapes)
    assert turned["angle"] == pytest.approx(90, abs=0.5)
    assert (turned["width"], turned["height"]) == pytest.approx((100, 60), abs=0.05)
    # Its own bottom right corner is at the bottom left by now; the opposite one stays.
    before = corners(turned)
    shapes.drag(before[2], (before[2][0] - 30, before[2][1] + 40))
    after = last_shape(shapes)
    assert corners(after)[0] == pytest.approx(before[0], abs=0.1)
    assert corners(after)[2] == pytest.approx((before[2][0] - 30, before[2][1] + 40), abs=0.6)
    assert after["angle"] == turned["angle"]


def test_a_class_that_takes_upright_boxes_only_cannot_be_turned(shapes):
    shapes.put(classes=[{**CLASSES[0], "shapes": ["box"]}], tool="box")
    shapes.drag((200, 200), (300, 260))
    shapes.forget()
    shapes.drag((250, 200 - 24 / shapes.scale), (400, 230))
    shapes.settled()
    assert [change["ops"][0]["action"] for change in shapes.changes()] == ["create"]


def test_a_turned_box_by_keys(shapes):
    tool(shapes, "rotated_box")
    shapes.move(100, 100)
    shapes.keys("Space", *["Shift+ArrowRight"] * 8, "Space", *["Shift+ArrowDown"] * 4, "Space")
    shape = only_op(shapes)["new"]["shape"]
    assert (shape["x"], shape["y"], shape["width"], shape["height"], shape["angle"]) == (100, 100, 80, 40, 0)


def test_an_ellipse_and_a_circle(shapes):
    tool(shapes, "ellipse")
    shapes.drag((100, 100), (200, 160))
    shape = only_op(shapes)["new"]["shape"]
    assert [shape[name] for name in ("cx", "cy", "rx", "ry", "angle")] == pytest.approx(
        [150, 130, 50, 30, 0], abs=0.02
    )
    shapes.drag((300, 100), (400, 130), key="Shift")
    circle = shapes.changes()[-1]["ops"][0]["new"]["shape"]
    assert circle["rx"] == circle["ry"] == pytest.approx(50, abs=0.02)
    # Its lower handle moves that edge alone; the stalk turns it.
    shapes.drag((350, 200), (350, 240))
    longer = last_shape(shapes)
    assert [longer[name] for name in ("cx", "cy", "rx", "ry")] == pytest.approx([350, 170, 50, 70], abs=0.6)
    shapes.drag((350, 100 - 24 / shapes.scale), (500, 170))
    assert last_shape(shapes)["angle"] == pytest.approx(90, abs=1)


def test_an_ellipse_by_keys_and_its_handles(shapes):
    tool(shapes, "ellipse")
    shapes.move(100, 100)
    shapes.keys("Space", *["Shift+ArrowRight"] * 10, *["Shift+ArrowDown"] * 6, "Space")
    assert only_op(shapes)["new"]["shape"]["rx"] == 50
    shapes.keys(*["."] * 8, "Shift+ArrowRight", "Escape")  # the corner at the bottom right
    assert (last_shape(shapes)["rx"], last_shape(shapes)["ry"]) == (55, 30)


def test_points_are_clicks_and_shift_adds_to_them(shapes):
    tool(shapes, "points")
    shapes.click(100, 100)
    assert only_op(shapes)["new"]["shape"] == {
        "kind": "points",
        "points": [pytest.approx([100, 100], abs=0.5)],
    }
    shapes.page.keyboard.down("Shift")
    shapes.click(150, 120)
    shapes.page.keyboard.up("Shift")
    assert len(last_shape(shapes)["points"]) == 2
    shapes.click(300, 300)
    assert [change["ops"][0]["action"] for change in shapes.changes()] == ["create", "set", "create"]
    shapes.drag((300, 300), (320, 340))
    assert last_shape(shapes)["points"][0] == pytest.approx([320, 340], abs=0.6)


def test_a_point_is_removed_by_a_click_and_delete_and_the_last_is_kept(shapes):
    tool(shapes, "points")
    shapes.click(100, 100)
    shapes.page.keyboard.down("Shift")
    shapes.click(150, 120)
    shapes.page.keyboard.up("Shift")
    shapes.click(150, 120)
    shapes.keys("Delete")
    assert last_shape(shapes)["points"] == [pytest.approx([100, 100], abs=0.5)]
    sent = len(shapes.changes())
    shapes.click(100, 100)
    shapes.keys("Delete")
    shapes.settled()
    assert len(shapes.changes()) == sent
    expect(shapes.page.locator(HINT)).to_contain_text("Without this")
    shapes.keys("Escape", "Delete")
    assert shapes.changes()[-1]["ops"][0]["action"] == "delete"


def test_a_skeleton_fills_its_rectangle_and_its_joints_are_moved(shapes):
    tool(shapes, "skeleton")
    shapes.drag((100, 100), (200, 300))
    shape = only_op(shapes)["new"]["shape"]
    assert shape["kind"] == "skeleton"
    assert [joint[2] for joint in shape["joints"]] == [2, 2, 2]
    assert shape["joints"][1][:2] == pytest.approx([200, 200], abs=0.05)
    shapes.drag((200, 200), (230, 180))
    assert last_shape(shapes)["joints"][1] == pytest.approx([230, 180, 2], abs=0.6)
    shapes.keys(".", "t")
    assert [joint[2] for joint in last_shape(shapes)["joints"]] == [1, 2, 2]
    expect(shapes.page.locator(HINT)).to_have_text("head is hidden.")
    shapes.keys("t", "t")
    assert [joint[2] for joint in last_shape(shapes)["joints"]] == [2, 2, 2]
    shapes.keys("Shift+ArrowDown", "Escape")
    assert last_shape(shapes)["joints"][0] == pytest.approx([150, 110, 2], abs=0.05)


def test_a_class_without_joints_has_no_skeletons(shapes):
    shapes.put(classes=[CLASSES[0]], tool="skeleton")
    shapes.drag((100, 100), (200, 300))
    check_no_change(shapes)
    expect(shapes.page.locator(HINT)).to_contain_text("has no template")


def test_a_shape_that_the_class_does_not_take_is_not_drawn(shapes):
    shapes.put(active_class="c-bus", tool="ellipse")
    shapes.drag((100, 100), (200, 300))
    check_no_change(shapes)
    expect(shapes.page.locator(HINT)).to_have_text("“bus” takes box only. Choose another class or tool.")


def test_by_finger(browser: Browser) -> None:
    canvas = CanvasPage.open(browser, touch=True, tool="points", classes=[{**CLASSES[0], "shapes": ALL}])
    canvas.show("a.png")
    canvas.page.touchscreen.tap(*canvas.at(100, 100))
    shape = only_op(canvas)["new"]["shape"]
    assert shape["points"][0] == pytest.approx([100, 100], abs=1)
    canvas.close()
