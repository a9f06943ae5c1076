"""Asking an assistant: the latest question only, and nothing that goes wrong is silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator.assist import Prompt
from ipyannotator.editor import Editor
from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author, Box
from ipyannotator.sources import ImageSource
from ipyannotator.stores import MemoryStore
from ipyannotator.widgets.assisting import Assisting


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def editor(tmp_path: Path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 48)).save(tmp_path / name)
    editor = Editor(MemoryStore(), ImageSource(tmp_path), OutputImageBbox(["car"]), author=Author("ann"))
    yield editor
    editor.close()


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def assisting(editor, told):
    made = Assisting(editor, told.append)
    yield made
    made.close()


def answered(told: list[dict[str, Any]], count: int) -> bool:
    return until(lambda: len(told) == count)


def ask(assisting: Assisting, name: str, item: str = "a.png", x: float = 5) -> None:
    assisting.ask({"id": name, "item": item, "points": [[x, 5, True]], "box": None})


def test_a_newer_question_takes_the_place_of_the_older_ones(assisting, told):
    asked: list[float] = []
    go = threading.Event()

    def slow(item: Item, prompt: Prompt) -> Box:
        asked.append(prompt.points[0][0])
        go.wait(10)
        return Box(prompt.points[0][0], 1, 2, 3)

    assisting.assistant = slow
    ask(assisting, "first", x=1)
    assert until(lambda: asked)
    for at in (2, 3, 4):
        ask(assisting, f"later{at}", x=at)
    go.set()
    assert until(lambda: told)
    assert asked == [1, 4]
    assert [(each["id"], each["shape"]["x"], each["problem"]) for each in told] == [("later4", 4, None)]


def test_the_item_is_the_same_while_its_picture_is(assisting, told, editor):
    items: list[Item] = []
    assisting.assistant = lambda item, prompt: items.append(item)
    for number, key in enumerate(("a.png", "a.png", "b.png")):
        ask(assisting, str(number), key)
        assert answered(told, number + 1)
    assert items[0] is items[1]
    assert [item.key for item in items] == ["a.png", "a.png", "b.png"]
    assert told[0] == {"type": "assisted", "id": "0", "item": "a.png", "shape": None, "problem": None}


def test_a_failure_is_the_answer_and_is_shown_and_the_next_question_works(assisting, told, editor):
    failures: list[Any] = []
    editor.events.on("error", failures.append)
    returns: list[Any] = [RuntimeError("no weights"), SystemExit(1), "car", Box(1, 2, 3, 4)]

    def moody(item: Item, prompt: Prompt) -> Any:
        found = returns.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found

    assisting.assistant = moody
    for number in range(4):
        ask(assisting, str(number))
        assert answered(told, number + 1)
    assert [bool(each["problem"]) for each in told] == [True, True, True, False]
    assert told[0]["problem"] == "moody failed: RuntimeError: no weights"
    assert "expected a shape" in told[2]["problem"]
    assert len(failures) == 3
    assert "Traceback" in failures[0].detail


def test_without_an_assistant_the_answer_says_so(assisting, told):
    ask(assisting, "x")
    assert until(lambda: told)
    assert "a.assist(fn)" in told[0]["problem"]


def test_closing_while_it_works_is_quiet(assisting, told):
    going, working = threading.Event(), threading.Event()

    def slow(item: Item, prompt: Prompt) -> Box:
        working.set()
        going.wait(10)
        return Box(1, 2, 3, 4)

    assisting.assistant = slow
    ask(assisting, "x")
    assert working.wait(10)
    assisting.close()
    going.set()
    thread = assisting._thread
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
    ask(assisting, "y")
    assert told == []


def test_what_is_no_question_or_no_assistant_is_refused(assisting):
    async def later(item: Item, prompt: Prompt) -> None:
        return None

    for wrong in (5, later):
        with pytest.raises(InvalidValue, match="plain function"):
            assisting.assistant = wrong
    with pytest.raises(KeyError):
        ask(assisting, "x", "gone.png")
    with pytest.raises(InvalidValue, match="at least a point or a box"):
        assisting.ask({"id": "x", "item": "a.png", "points": [], "box": None})
