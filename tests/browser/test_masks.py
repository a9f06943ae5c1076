"""Masks: painted, erased, taken by colour, made polygons and back; what is sent is read by pycocotools."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_drawing import HINT, check_no_change, only_op

cocomask = pytest.importorskip("pycocotools.mask")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIZE = (640, 480)
BRUSH = round(24 / (600 / 480))
"""Pixels across of the brush at first: 24 of the screen, while all of the picture is shown on 900 × 600."""


def pixels(shape):
    """The pixels of a mask: an array of height × width."""
    return cocomask.decode({"size": shape["size"], "counts": shape["counts"].encode()}).astype(bool)


def mask(array):
    found = cocomask.encode(np.asfortranarray(array.astype(np.uint8)))
    return {"kind": "mask", "size": list(found["size"]), "counts": found["counts"].decode()}


def disc(x, y, diameter, size=SIZE):
    columns, rows = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    return (columns - x) ** 2 + (rows - y) ** 2 <= (diameter / 2) ** 2


def thing(ident, shape):
    return {"id": ident, "shape": shape, "class_id": "c-car", "attributes": {}, "origin": "human"}


def last(canvas):
    canvas.settled()
    new = canvas.changes()[-1]["ops"][0]["new"]
    return new.get("shape", new)


def off(found, wanted):
    """How many pixels are different."""
    return int((found ^ wanted).sum())


@pytest.fixture
def masks(canvas):
    canvas.put(tool="brush")
    return canvas


def test_a_stroke_is_one_change_of_the_very_pixels_under_the_brush(masks):
    masks.drag((100, 100), (200, 100), steps=20)
    found = pixels(only_op(masks)["new"]["shape"])
    assert found.shape == (480, 640)
    wanted = disc(100, 100, BRUSH) | disc(200, 100, BRUSH)
    wanted[100 - BRUSH // 2 : 100 + BRUSH // 2, 100:200] = True
    assert (
        off(found, wanted) <= 2 * 120
    )  # the hand is on a pixel of the screen: up to one row more, and one less


def test_further_strokes_go_on_with_it_and_the_right_button_erases(masks):
    masks.drag((100, 100), (200, 100))
    masks.drag((150, 60), (150, 140))
    both = pixels(last(masks))
    assert both[140 - 3, 150]
    assert both[100, 110]
    masks.drag((150, 100), (150, 101), button="right")
    assert not pixels(last(masks))[100, 150]
    assert [change["ops"][0]["action"] for change in masks.changes()] == ["create", "set", "set"]
    assert len({change["ops"][0]["id"] for change in masks.changes()}) == 1
    masks.keys("Escape")
    masks.click(400, 300)
    assert masks.changes()[-1]["ops"][0]["action"] == "create"


def test_the_eraser_takes_what_it_goes_over_and_all_of_it_deletes_the_object(masks):
    before = disc(300, 200, 60)
    masks.show("b.png", objects=[thing("m", mask(before))])
    masks.forget()
    masks.put(tool="eraser")
    masks.drag((300, 200), (400, 200))
    after = pixels(only_op(masks)["new"])
    assert not (after & ~before).any()
    assert not after[200, 300:].any()
    assert after[200 - 20, 300]
    masks.keys(*["}"] * 9)
    masks.click(300, 200)
    masks.settled()
    assert masks.changes()[-1]["ops"][0]["action"] == "delete"
    expect(masks.page.locator(HINT)).to_contain_text("Nothing is left")


def test_a_mask_wholly_by_keys(masks):
    masks.move(100, 100)
    masks.keys("Space", "Shift+ArrowRight", "Space")
    # The second is sent when the first is answered.
    masks.page.wait_for_function("() => kernel.sent.filter(({ type }) => type === 'change').length > 1")
    assert [change["ops"][0]["action"] for change in masks.changes()] == ["create", "set"]
    found = pixels(last(masks))
    assert off(found, disc(100, 100, BRUSH) | disc(110, 100, BRUSH)) <= 40


def test_escape_while_painting_leaves_nothing(masks):
    mouse = masks.page.mouse
    masks.move(100, 100)
    mouse.down()
    masks.move(200, 200, steps=4)
    masks.page.keyboard.press("Escape")
    mouse.up()
    check_no_change(masks)


def test_the_wand_takes_one_colour(open_canvas):
    there = disc(320, 240, 200)
    data = np.where(there[..., None], (200, 60, 40), (40, 90, 160)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(data).save(file, "PNG")
    page = open_canvas(tool="wand")
    page.show("a.png", image=file.getvalue())
    page.forget()
    page.click(320, 240)
    assert off(pixels(only_op(page)["new"]["shape"]), there) == 0
    # With Alt it is taken away from what is selected: here nothing is left.
    page.page.keyboard.down("Alt")
    page.click(330, 250)
    page.page.keyboard.up("Alt")
    page.settled()
    assert page.changes()[-1]["ops"][0]["action"] == "delete"
    # The drag to the right takes colours that differ more: all of the picture.
    page.drag((100, 50), (600, 50))
    assert pixels(page.changes()[-1]["ops"][0]["new"]["shape"]).all()


def test_a_mask_becomes_a_polygon_and_is_a_mask_again(masks):
    there = disc(300, 200, 120) & ~disc(300, 200, 50)
    masks.show("b.png", objects=[thing("m", mask(there))], selected=["m"])
    masks.forget()
    masks.keys("Shift+p")
    polygon = only_op(masks)["new"]
    assert (polygon["kind"], len(polygon["holes"])) == ("polygon", 1)
    assert len(polygon["points"]) < 120
    masks.keys("Shift+m")
    assert off(pixels(last(masks)), there) < 0.03 * there.sum()


def test_holes_are_filled(masks):
    masks.show("b.png", objects=[thing("m", mask(disc(300, 200, 120) & ~disc(300, 200, 50)))], selected=["m"])
    masks.forget()
    masks.keys("Shift+h")
    assert off(pixels(only_op(masks)["new"]), disc(300, 200, 120)) == 0


def test_runs_of_the_wrong_size_are_kept_and_said(masks):
    wrong = {**mask(disc(300, 200, 120)), "size": [480, 641]}
    masks.show("b.png", objects=[thing("m", wrong), thing("n", mask(disc(100, 100, 30)))])
    expect(masks.page.locator(".ipya-stage-warning")).to_contain_text("1 object (mask) cannot be drawn here")
    check_no_change(masks)


@pytest.mark.slow
def test_two_hundred_large_masks_on_one_picture(masks):
    size = (4000, 3000)
    chance = np.random.default_rng(3)
    objects = []
    for at in range(200):
        x, y = chance.integers(1000, 3000), chance.integers(800, 2200)
        objects.append(thing(f"m{at}", mask(disc(x, y, 1500, size))))
    masks.show("large.png", objects=objects, size=size)
    masks.forget()
    masks.put(tool="select")
    masks.click(2000, 1500)
    masks.drag((2000, 1500), (2100, 1500))
    moved = only_op(masks)
    before = next(one for one in objects if one["id"] == moved["id"])
    assert (np.roll(pixels(before["shape"]), 100, axis=1) == pixels(moved["new"])).mean() > 0.999


def test_a_finger_paints(open_canvas):
    page = open_canvas(touch=True, tool="brush")
    page.show("a.png")
    page.forget()
    page.page.touchscreen.tap(*page.at(200, 200))
    assert off(pixels(only_op(page)["new"]["shape"]), disc(200, 200, BRUSH)) <= 40


def test_undo_takes_back_the_stroke_that_is_being_painted_and_no_other(masks):
    masks.drag((100, 100), (200, 100))
    masks.settled()
    mouse = masks.page.mouse
    mouse.move(*masks.at(100, 200))
    mouse.down()
    mouse.move(*masks.at(200, 200), steps=3)
    masks.keys("Control+z")
    mouse.up()
    masks.settled()
    assert len(masks.changes()) == 1
    assert masks.messages("action") == []


@pytest.mark.parametrize("key", ["v", "d", "Enter"])
def test_no_key_leads_away_from_a_stroke_that_is_being_painted(masks, key):
    mouse = masks.page.mouse
    mouse.move(*masks.at(100, 200))
    mouse.down()
    mouse.move(*masks.at(150, 200), steps=3)
    masks.keys(key)
    expect(masks.page.locator(HINT)).to_have_text("Let go of the picture first.")
    mouse.move(*masks.at(200, 200), steps=3)
    mouse.up()
    assert pixels(only_op(masks)["new"]["shape"])[200, 195]
