"""The tool `assist`: what is pointed at is asked, what is answered is shown, and taken by Enter."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_drawing import HINT, check_no_change, only_op

FOUND = {"kind": "polygon", "points": [[100, 100], [200, 100], [150, 200]], "holes": []}


@pytest.fixture
def assist(canvas):
    canvas.put(tool="assist")
    return canvas


def asked(canvas):
    canvas.settled()
    return canvas.messages("assist")


def answer(canvas, shape=FOUND, problem=None, question=-1):
    to = asked(canvas)[question]
    canvas.deliver(
        {"type": "assisted", "id": to["id"], "item": to["item"], "shape": shape, "problem": problem}
    )


def test_a_click_asks_and_enter_takes_the_answer_as_one_change(assist):
    assist.click(150, 120)
    (question,) = asked(assist)
    assert (question["item"], question["box"]) == ("a.png", None)
    assert question["points"] == [[pytest.approx(150, abs=0.5), pytest.approx(120, abs=0.5), True]]
    answer(assist)
    check_no_change(assist)
    expect(assist.page.locator(HINT)).to_contain_text("Enter takes it")
    assist.keys("Enter")
    op = only_op(assist)
    assert (op["action"], op["new"]["shape"], op["new"]["class_id"]) == ("create", FOUND, "c-car")


def test_further_clicks_refine_and_alt_takes_away(assist):
    assist.click(150, 120)
    answer(assist)
    assist.page.keyboard.down("Alt")
    assist.click(190, 110)
    assist.page.keyboard.up("Alt")
    assert [point[2] for point in asked(assist)[-1]["points"]] == [True, False]
    assist.keys("Backspace")
    assert [point[2] for point in asked(assist)[-1]["points"]] == [True]
    check_no_change(assist)


def test_a_drag_asks_with_a_box(assist):
    assist.drag((90, 90), (210, 220))
    question = asked(assist)[-1]
    assert question["box"] == pytest.approx([90, 90, 120, 130], abs=0.6)
    assert question["points"] == []


def test_only_the_latest_answer_counts(assist):
    assist.click(150, 120)
    assist.click(160, 130)
    answer(assist, {**FOUND, "points": [[1, 1], [2, 1], [2, 2]]}, question=0)
    assist.keys("Enter")
    check_no_change(assist)
    expect(assist.page.locator(HINT)).to_have_text("There is no answer yet.")
    answer(assist)
    assist.keys("Enter")
    assert only_op(assist)["new"]["shape"] == FOUND


@pytest.mark.parametrize(
    ("shape", "problem", "words"),
    [
        (None, None, "Nothing was found there."),
        (None, "my_model failed: ValueError: no", "my_model failed: ValueError: no"),
        ({"kind": "spline"}, None, "The answer is spline, which cannot be drawn here."),
        (
            {"kind": "polygon", "points": [["<b>", 1]]},
            None,
            "The answer is polygon, which cannot be drawn here.",
        ),
    ],
)
def test_what_is_no_answer_is_said_and_nothing_is_made(assist, shape, problem, words):
    assist.click(150, 120)
    answer(assist, shape, problem)
    expect(assist.page.locator(HINT)).to_have_text(words)
    assist.keys("Enter")
    check_no_change(assist)


def test_escape_drops_it(assist):
    assist.click(150, 120)
    answer(assist)
    assist.keys("Escape", "Enter")
    check_no_change(assist)
    assert [message["name"] for message in assist.messages("action")] == ["done"]


def test_an_answer_is_kept_for_its_item_when_the_next_one_is_shown(assist):
    assist.click(150, 120)
    answer(assist)
    assist.show("b.png")
    op = only_op(assist)
    assert (op["item"], op["new"]["item"], op["new"]["shape"]) == ("a.png", "a.png", FOUND)


def test_by_keys(assist):
    assist.move(150, 120)
    assist.keys("Space")
    assert asked(assist)[-1]["points"] == [[150, 120, True]]
