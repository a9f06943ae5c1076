"""Suggestions of a function: when it runs, what is put on, and what never is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ipyannotator.editor import Editor
from ipyannotator.editor.item import Item
from ipyannotator.editor.suggesting import AHEAD, Model, Suggesting, Suggestion
from ipyannotator.errors import InvalidValue, NothingToUndo
from ipyannotator.model import Box, Mask

BOX = Box(1, 2, 10, 10)


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def suggest(editor: Editor) -> Iterator[Callable[..., Suggesting]]:
    begun: list[Suggesting] = []

    def begin(function: Any, *, on: Editor = editor, **values: Any) -> Suggesting:
        model = function if isinstance(function, Model) else Model(function, **values)
        begun.append(Suggesting(on, model, lambda: None))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


class Recorder:
    """A function that says what it was asked, and may be held up."""

    __name__ = "detector"

    def __init__(self, *found: Any) -> None:
        self.asked: list[str] = []
        self.found = found or ((BOX, "car", 0.9), (Box(30, 5, 9, 9), "bus", 0.4))
        self.go = threading.Event()
        self.go.set()

    def __call__(self, item: Item) -> Any:
        self.asked.append(item.key)
        self.go.wait(10)
        return self.found


def seen(editor: Editor, key: str = "") -> list[tuple[str | None, float | None, str, str]]:
    _, objects, _ = editor.store.annotated(editor.task, key or editor.key)
    return [(editor.schema.name(o.class_id), o.score, o.origin, o.author) for o in objects]


def failed(suggesting: Suggesting) -> bool:
    return until(lambda: suggesting.state == "failed")


def told(editor: Editor) -> list[str]:
    texts: list[str] = []
    editor.events.on("error", lambda failure: texts.append(failure.text))
    editor.events.on("notice", lambda level, text: texts.append(text))
    return texts


def test_the_item_on_screen_first_then_the_next_ones_and_only_what_is_open_is_put_on(editor, suggest):
    function = Recorder()
    suggest(function)
    assert until(lambda: len(function.asked) == 1 + AHEAD)
    assert function.asked == ["0.png", "1.png", "2.png", "3.png"]
    assert seen(editor) == [("car", 0.9, "model", "model:detector"), ("bus", 0.4, "model", "model:detector")]
    assert [len(editor.view(f"{at}.png")) for at in range(1, 6)] == [0] * 5
    (entry,) = [entry for entry in editor.store.log() if entry.change.origin == "model"]
    assert (entry.change.author.name, entry.change.item) == ("detector", "0.png")
    editor.go(1)
    assert until(lambda: len(editor.view("1.png")) == 2)
    assert until(lambda: function.asked == ["0.png", "1.png", "2.png", "3.png", "4.png"])


def test_the_next_one_to_do_is_asked_about_however_far_it_is(editor, suggest):
    for at in range(1, 5):
        editor.set_state("done", key=f"{at}.png")
    function = Recorder()
    suggest(function)
    assert until(lambda: function.asked == ["0.png", "5.png"])


def test_undo_is_the_persons_and_passes_suggestions_by(editor, suggest):
    editor.view("0.png").add(BOX, "bus")
    suggest(Recorder())
    assert until(lambda: len(editor.view("0.png")) == 3)
    editor.undo()
    assert [label for label, *_ in seen(editor)] == ["car", "bus"]
    with pytest.raises(NothingToUndo):
        editor.undo()


def test_what_was_rejected_does_not_come_back_until_somebody_asks_or_the_version_is_another(
    editor, make, suggest
):
    first = suggest(Recorder())
    assert until(lambda: len(editor.view("0.png")) == 2)
    editor.view("0.png").clear()
    function = Recorder()
    first.close()
    second = suggest(function, name="detector")
    assert until(lambda: function.asked == ["1.png", "2.png", "3.png"])
    assert not editor.view("0.png").objects
    second.again()
    assert until(lambda: len(editor.view("0.png")) == 2)
    editor.view("0.png").objects[0].delete()
    second.close()
    suggest(Recorder((BOX, "bus", 0.8)), name="detector", version=2)
    assert until(lambda: seen(editor) == [("bus", 0.8, "model", "model:detector")])


@pytest.mark.parametrize("state", ["done", "skipped"])
def test_never_on_an_item_that_is_finished(editor, suggest, state):
    editor.set_state(state)
    function = Recorder()
    suggest(function)
    assert until(lambda: "3.png" in function.asked)
    assert "0.png" not in function.asked
    assert not editor.view("0.png").objects


def test_an_item_that_is_done_while_the_function_runs_stays_as_it_is(editor, suggest):
    function = Recorder()
    function.go.clear()
    suggesting = suggest(function)
    assert until(lambda: function.asked)
    editor.set_state("done")
    function.go.set()
    assert until(lambda: suggesting.state == "idle" and "1.png" in function.asked)
    assert not editor.view("0.png").objects


def test_a_late_answer_is_kept_and_not_shown_on_another_item(editor, suggest):
    function = Recorder()
    function.go.clear()
    suggesting = suggest(function)
    assert until(lambda: suggesting.state == "running")
    editor.go(5)
    function.go.set()
    assert until(lambda: len(editor.view("5.png")) == 2)
    assert not editor.view("0.png").objects
    editor.go(0)
    assert until(lambda: len(editor.view("0.png")) == 2)
    assert function.asked.count("0.png") == 1


def test_a_failure_is_said_once_is_harmless_and_tried_again_only_when_asked(editor, suggest):
    texts, asked = told(editor), []

    def broken(item):
        asked.append(item.key)
        if len(asked) <= 4:
            raise RuntimeError("no weights <b>")
        return [BOX]

    suggesting = suggest(broken)
    assert until(lambda: len(asked) == 4)
    assert suggesting.state == "failed"
    assert "Traceback" in suggesting.failure.detail
    editor.go(1)
    assert until(lambda: len(asked) == 5)
    assert suggesting.state == "failed"
    editor.go(0)
    assert until(lambda: suggesting.state == "failed")
    assert asked == ["0.png", "1.png", "2.png", "3.png", "4.png"]
    assert texts.count("broken failed on “0.png”: RuntimeError: no weights <b>") == 1
    assert len(texts) <= 2
    editor.view("0.png").add(BOX, "car")
    suggesting.again()
    assert until(lambda: len(editor.view("0.png")) == 2)
    assert (suggesting.state, suggesting.failure) == ("idle", None)


def test_one_that_exits_or_gives_nonsense_is_a_failure_as_well(editor, suggest):
    suggesting = suggest(lambda item: sys.exit(3), name="leaver")
    assert until(lambda: suggesting.state == "failed")
    suggesting.close()
    for nonsense in (
        5,
        ["car"],
        [(BOX, 7)],
        [(BOX, "car", float("nan"))],
        [(BOX, "car", 1.5)],
        [(None, "car")],
    ):
        function = Recorder()
        function.found = nonsense  # type: ignore[assignment]
        bad = suggest(function, name="bad")
        assert failed(bad), nonsense
        bad.close()
    assert not editor.view("0.png").objects


def test_one_that_finds_nothing_leaves_no_trace(editor, suggest):
    head = editor.store.head()
    function = Recorder()
    function.found = ()
    suggest(function)
    assert until(lambda: len(function.asked) == 4)
    assert editor.store.head() == head


def test_a_class_that_is_not_there_costs_the_class_not_the_object(editor, suggest):
    texts = told(editor)
    suggest(Recorder((BOX, "truck", 0.7), BOX))
    assert until(lambda: texts)
    assert [label for label, *_ in seen(editor)] == [None, None]
    assert texts == ["detector: 1 of the class 'truck', which is not one of car, bus, have no class now."]


def test_open_classes_take_what_it_names(make, suggest):
    editor = make(folder="open")
    suggest(Recorder((BOX, "truck")), on=editor)
    assert until(lambda: [label for label, *_ in seen(editor)] == ["truck"])


def test_what_lies_outside_the_picture_is_left_out_with_a_word(editor, suggest):
    texts = told(editor)
    other = Mask.from_array(np.ones((3, 4)))
    suggest(Recorder((Box(500, 5, 9, 9), "car"), (Box(-4, -4, 9, 9), "bus"), (other, "car")))
    assert until(lambda: texts)
    assert [label for label, *_ in seen(editor)] == ["bus"]
    assert (
        "2 of 3 were left out: it lies outside the image; it is a mask of an image of 4 × 3 pixels."
        in texts[0]
    )


def test_two_kernels_put_them_on_once(make, suggest):
    one, two = make(classes=["car", "bus"]), make(author="ben", classes=["car", "bus"])
    functions = [Recorder(), Recorder()]
    for editor, function in zip((one, two), functions, strict=True):
        function.go.clear()
        suggest(function, on=editor)
    assert until(lambda: all(function.asked for function in functions))
    for function in functions:
        function.go.set()
    assert until(lambda: all(len(function.asked) == 4 for function in functions))
    assert len(one.view("0.png")) == 2


def test_closing_and_replacing_during_a_run_leaves_nothing_behind(editor, suggest):
    slow = Recorder()
    slow.go.clear()
    old = suggest(slow)
    assert until(lambda: slow.asked)
    old.close()
    old.close()
    suggest(Recorder((BOX, "bus")), name="new")
    assert until(lambda: len(editor.view("0.png")) == 1)
    slow.go.set()
    old._thread.join(10)
    assert not old._thread.is_alive()
    assert [(author, label) for label, _, _, author in seen(editor)] == [("model:new", "bus")]
    assert slow.asked == ["0.png"]


def test_a_picture_that_is_replaced_is_looked_at_anew(editor, suggest, photos: Path):
    from PIL import Image

    function = Recorder()
    suggest(function)
    assert until(lambda: len(function.asked) == 4)
    Image.new("RGB", (640, 480)).save(photos / "1.png")
    editor.go(1)
    assert until(lambda: function.asked.count("1.png") == 2)


def test_a_hook_may_refuse_them(editor, suggest):
    from ipyannotator.errors import Rejected

    @editor.events.on("before_change")
    def refuse(change):
        if change.origin == "model":
            raise Rejected("people only")

    suggesting = suggest(Recorder())
    assert until(lambda: suggesting.state == "failed")
    assert "people only" in suggesting.failure.text
    assert not editor.view("0.png").objects


def test_what_a_function_gets(editor, photos: Path):
    item = Item(editor.source, "1.png")
    assert (item.key, item.name, item.path) == ("1.png", "1.png", photos / "1.png")
    assert (item.width, item.height, item.array.shape) == (64, 48, (48, 64, 3))
    assert item.image is item.image


def test_a_source_without_files_has_pictures_as_well(editor):
    class Bare:
        def __init__(self, source):
            self.media, self.name = source.media, source.name

    item = Item(Bare(editor.source), "1.png")
    assert (item.path, item.width, item.height) == (None, 64, 48)


def test_what_cannot_suggest_is_refused():
    async def later(item):
        return []

    for wrong in (5, later, None):
        with pytest.raises(InvalidValue, match="a plain function of an item"):
            Model(wrong)
    with pytest.raises(InvalidValue, match="without a slash"):
        Model(len, name="a/b")
    assert Model(len).author.id == "model:len"
    assert Suggestion(BOX).score is None
