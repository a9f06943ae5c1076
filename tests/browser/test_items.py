"""What stands on the stage: items that come fast, that cannot be shown, and data that looks like HTML."""

import random

import pytest
from playwright.sync_api import expect

from tests.browser.page import CLASSES, SESSION, box, picture

HINT = ".ipya-hint-text"
EVIL = "<img src=x onerror=\"window.hacked = 'yes'\">"


def test_explore_draws_nothing_and_says_why(open_canvas):
    canvas = open_canvas(read_only=True)
    canvas.show("a.png", objects=[box("o1", 200, 150, 200, 100)])
    canvas.forget()
    canvas.drag((50, 50), (150, 120))
    expect(canvas.page.locator(HINT)).to_have_text("Explore only shows. Switch to Create to annotate.")
    canvas.click(260, 180)
    canvas.drag((260, 180), (300, 200))
    canvas.drag((200, 150), (100, 100))
    canvas.keys("Delete", "ArrowRight", "Space", "ArrowRight", "Space")
    canvas.settled()
    assert canvas.changes() == []
    assert canvas.messages("select")[0]["ids"] == ["o1"], "it can still be looked at"


def test_an_item_that_cannot_be_shown_says_why_and_takes_no_drawing(canvas):
    canvas.show("broken.png", problem="The file is empty (0 bytes).", objects=[box("o1", 1, 1, 5, 5)])
    expect(canvas.stage).to_have_attribute("data-state", "problem")
    expect(canvas.stage).to_have_attribute("data-item", "broken.png")
    expect(canvas.page.get_by_text("The file is empty (0 bytes).")).to_be_visible()
    expect(canvas.page.get_by_text("This item can be skipped.")).to_be_visible()
    canvas.picture_size = (640, 480)
    canvas.drag((50, 50), (150, 120))
    canvas.keys("Space", "ArrowRight", "Space", "Control+a", "Delete")
    canvas.settled()
    assert canvas.changes() == []
    canvas.show("b.png")
    expect(canvas.page.get_by_text("The file is empty (0 bytes).")).to_be_hidden()
    canvas.drag((50, 50), (150, 120))
    canvas.settled()
    assert [change["item"] for change in canvas.changes()] == ["b.png"]


def test_a_picture_that_the_browser_cannot_read_is_a_problem_of_its_item(canvas):
    content, buffers = canvas.show_message("odd.png", image=b"not a picture at all")
    canvas.deliver(content, buffers)
    expect(canvas.stage).to_have_attribute("data-state", "problem")
    expect(canvas.page.get_by_text("The browser cannot read this picture")).to_be_visible()
    canvas.drag((50, 50), (150, 120))
    canvas.settled()
    assert canvas.changes() == []


def test_a_warning_is_shown_and_drawing_goes_on(canvas):
    canvas.show("a.png", warning="This picture was 10 × 10 pixels when it was annotated.")
    expect(canvas.page.get_by_role("note")).to_contain_text("This picture was 10 × 10 pixels")
    canvas.drag((50, 50), (150, 120))
    canvas.settled()
    assert len(canvas.changes()) == 1


def test_data_is_text(open_canvas):
    classes = [{**CLASSES[0], "name": EVIL}]
    canvas = open_canvas(classes=classes)
    objects = [box("o1", 200, 150, 200, 100), box("o2", 20, 20, 50, 50, origin="model", score=0.5)]
    canvas.show(EVIL, objects=objects, warning=EVIL)
    canvas.keys("]", "]")
    canvas.drag((450, 300), (550, 400))
    assert EVIL in canvas.hud
    canvas.show(f"{EVIL}2", problem=EVIL)
    expect(canvas.page.locator(".ipya-missing")).to_contain_text(EVIL)
    assert canvas.page.locator("img").count() == 0
    assert canvas.page.evaluate("() => window.hacked") is None


def test_unknown_shapes_are_passed_over(canvas):
    strange = box("o1", 1, 1, 5, 5) | {"shape": {"kind": "spline", "knots": [[1, 2], [3, 4]]}}
    broken = box("o2", 1, 1, 5, 5) | {"shape": {"kind": "box", "x": None, "y": 1, "width": 5, "height": 5}}
    canvas.show("a.png", objects=[strange, broken, box("o3", 100, 100, 50, 50)])
    note = canvas.page.get_by_role("note")
    expect(note).to_have_text("2 objects (spline, box) cannot be drawn here. They are kept.")
    canvas.keys("Control+a")
    canvas.drag((300, 300), (400, 400))
    canvas.settled()
    assert canvas.changes()[-1]["ops"][0]["action"] == "create"
    canvas.show("b.png", objects=[strange], warning="Something else.")
    expect(note).to_have_text(["Something else.", "1 object (spline) cannot be drawn here. It is kept."])
    canvas.show("c.png")
    expect(note).to_have_count(0)


def test_while_the_next_picture_is_on_its_way_nothing_is_drawn(canvas):
    content, (objects, image) = canvas.show_message("b.png")
    canvas.deliver(content, [objects])
    expect(canvas.stage).to_have_attribute("data-state", "loading")
    assert canvas.item == "a.png", "what is on screen stays until all of the next is there"
    canvas.forget()
    canvas.drag((50, 50), (150, 120))
    expect(canvas.page.locator(HINT)).to_have_text("The next picture is on its way.")
    assert canvas.changes() == []
    media = {**content["media"], "type": "media", "key": "b.png", "problem": None}
    canvas.deliver(media, [image])
    canvas.ready("b.png")
    canvas.drag((50, 50), (150, 120))
    canvas.settled()
    assert [change["item"] for change in canvas.changes()] == ["b.png"]


def test_a_picture_that_comes_late_is_not_shown_under_another_name(canvas):
    first, (objects, image) = canvas.show_message("b.png")
    canvas.deliver(first, [objects])
    canvas.show("c.png", objects=[box("o1", 10, 10, 20, 20)])
    canvas.deliver({**first["media"], "type": "media", "key": "b.png", "problem": None}, [image])
    canvas.settled()
    expect(canvas.stage).to_have_attribute("data-state", "ready")
    assert canvas.item == "c.png"


def test_a_drag_ends_when_another_item_comes(canvas):
    canvas.page.mouse.move(*canvas.at(100, 100))
    canvas.page.mouse.down()
    canvas.page.mouse.move(*canvas.at(200, 200), steps=3)
    canvas.show("b.png")
    canvas.page.mouse.move(*canvas.at(300, 300), steps=3)
    canvas.page.mouse.up()
    canvas.settled()
    assert canvas.changes() == []


SLOW = """() => {
  // Pictures are decoded in any order.
  const decode = window.createImageBitmap.bind(window);
  let turn = 0;
  window.createImageBitmap = async (...given) => {
    turn += 1;
    await new Promise(resolve => setTimeout(resolve, (turn * 37) % 60));
    return decode(...given);
  };
  window.released = [];
  const stage = document.querySelector('.ipya-stage');
  addEventListener('pointerup', () => released.push(stage.dataset.item), {capture: true});
}"""


@pytest.mark.parametrize("seed", range(4))
def test_what_is_on_screen_is_what_is_drawn_on(canvas, seed):
    """Shows in quick succession, some with slow pictures, some with pictures that come later; drawing all the time."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    canvas.page.evaluate(SLOW)
    waiting, drawn = [], 0
    for step in range(40):
        what = chance.choice(["show", "show later", "bytes", "draw", "draw"])
        if what == "show":
            canvas.deliver(*canvas.show_message(f"s{step}.png"))
        elif what == "show later":
            content, (objects, image) = canvas.show_message(f"s{step}.png")
            canvas.deliver(content, [objects])
            waiting.append(({**content["media"], "type": "media", "key": content["item"]["key"]}, image))
        elif what == "bytes" and waiting:
            message, image = waiting.pop(chance.randrange(len(waiting)))
            canvas.deliver({**message, "problem": None}, [image])
        elif what == "draw":
            x, y = chance.uniform(20, 400), chance.uniform(20, 300)
            canvas.drag((x, y), (x + 100, y + 100), steps=3)
            seen = canvas.page.evaluate("() => released.at(-1)")
            canvas.page.wait_for_function(
                "() => kernel.sent.filter(({type}) => type === 'change').length === kernel.answered"
            )
            changes = canvas.changes()
            assert len(changes) - drawn in {0, 1}
            if len(changes) > drawn:
                change = changes[-1]
                assert {change["item"], *(op["item"] for op in change["ops"])} == {seen}
                assert change["ops"][0]["new"]["item"] == seen
            drawn = len(changes)
    assert drawn, "at least one box was drawn"


def test_another_session_is_another_line(open_canvas):
    """Two canvases of two annotators on one page do not hear each other."""
    canvas = open_canvas()
    other = open_canvas(session={**SESSION, "id": "session-2"})
    canvas.show("a.png")
    other.show("b.png")
    assert (canvas.item, other.item) == ("a.png", "b.png")
    other.forget()
    canvas.drag((50, 50), (150, 120))
    canvas.settled()
    assert other.changes() == []
    assert len(canvas.changes()) == 1


def test_one_annotator_shown_twice_is_one(canvas):
    canvas.mount()
    stages = canvas.page.get_by_role("application", name="Annotation canvas")
    expect(stages).to_have_count(2)
    for at in range(2):
        expect(stages.nth(at)).to_have_attribute("data-item", "a.png")
    before = canvas.settled()
    canvas.put(tool="box")
    place = stages.nth(0).bounding_box()
    mouse = canvas.page.mouse
    mouse.move(place["x"] + 200, place["y"] + 200)
    mouse.down()
    mouse.move(place["x"] + 300, place["y"] + 300, steps=3)
    mouse.up()
    after = canvas.settled()
    assert len(canvas.changes()) == 1
    assert after[1] > before[1]
    assert after[4] > before[4], "the other view shows it too"


def test_a_picture_of_its_own_size_is_placed_by_its_region(canvas):
    """What the browser has may be smaller than the picture; coordinates are those of the picture."""
    canvas.show("a.jpg", size=(6400, 4800), image=picture((640, 480), "JPEG"))
    canvas.drag((1000, 500), (2200, 1300))
    canvas.settled()
    shape = canvas.changes()[-1]["ops"][0]["new"]["shape"]
    assert [shape[name] for name in ("x", "y", "width", "height")] == pytest.approx(
        [1000, 500, 1200, 800], abs=1
    )
