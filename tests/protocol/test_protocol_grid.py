"""The example messages of a grid, on the kernel's side: `grid/*.json`; the page's side is `js/test/grid`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.model import Op
from ipyannotator.widgets.cells import Cell, Mark
from ipyannotator.widgets.grid import Grid
from tests.protocol.line import OBJECT, Line

HERE = Path(__file__).parent / "grid"
MARKS = (Mark("object", "attributes/review", "wrong", "wrong"), Mark("field", id="review"))


def examples(direction: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{direction}.json").read_text("utf-8"))
    return found


@pytest.fixture
def grid(line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A grid on the project of the examples, with the page's end of its line."""
    editor = line.editor
    editor.do([Op("create", "object", "o1", "a.jpg", new=OBJECT["new"])], item="a.jpg")
    acted: list[tuple[str, Any]] = []
    made = Grid(
        editor, line.canvas._media, lambda name, value: acted.append((name, value)), marks=MARKS,
        session=line.canvas.session,
    )  # fmt: skip
    ends = Line(made, acted)
    monkeypatch.setattr(
        made, "send", lambda content, buffers=None: ends.sent.append((content, list(buffers or [])))
    )
    made.fill([Cell("a.jpg", "o1"), Cell("b.jpg"), Cell("c.jpg"), Cell("Höhe #1 😀.jpg")])
    yield ends
    made.close()


@pytest.mark.parametrize("example", examples("up"), ids=lambda example: str(example["note"])[:40])
def test_an_example_from_the_page_is_understood(
    grid: Line, example: dict[str, Any], eventually: Callable[..., Any]
) -> None:
    message = example["message"]
    grid.receive({"v": 1, "type": "hello", "width": 10, "height": 10})
    grid.sent.clear()
    grid.receive(message)
    kind = message["type"]
    if kind == "hello":
        assert grid.all("fill")[0][0]["count"] == 4
    elif kind == "cells":
        grid.wait("cells", eventually)
        assert len(json.loads(grid.all("cells")[0][1][0])) == 4
    elif kind == "thumbs":
        wanted = len(message["wanted"])
        assert eventually(lambda: sum(len(m["thumbs"]) for m, _ in grid.all("thumbs")) == wanted)
    elif kind == "change":
        ((answer, _),) = grid.all("answer")
        assert answer["status"] == "ok"
        (entry,) = grid.editor.store.log(answer["seq"] - 1)
        assert entry.change.item == "/grid"
        grid.editor.undo()  # it goes by the place
    elif kind == "action" and message["name"] == "mark_range":
        assert grid.canvas.marked == [Cell("a.jpg", "o1"), Cell("b.jpg")]
    elif kind == "action":
        value = Cell(**message["value"]) if message["name"] == "open" else message["value"]
        assert grid.acted == [(message["name"], value)]
    assert not grid.all("notice")


def test_what_the_kernel_sends_has_the_keys_of_the_examples(
    grid: Line, eventually: Callable[..., Any]
) -> None:
    grid.receive({"v": 1, "type": "hello", "width": 10, "height": 10})
    asked = 0
    for message in (each["message"] for each in examples("up")):
        grid.receive(message)
        asked += len(message.get("wanted", ()))
        # The next question would replace this one.
        assert eventually(lambda most=asked: sum(len(m["thumbs"]) for m, _ in grid.all("thumbs")) >= most)
    grid.canvas.drop([Cell("b.jpg")])
    grid.wait("cells", eventually)
    for example in examples("down"):
        kind = example["message"]["type"]
        sent = grid.all(kind)
        assert {frozenset(message) for message, _ in sent} == {frozenset(example["message"])}, kind
        if kind == "cells":
            wanted = {frozenset(each) for each in example["buffers"][0]}
            assert {frozenset(each) for _, (data,) in sent for each in json.loads(data)} == wanted
        if kind == "thumbs":
            wanted = {frozenset(each) for each in example["message"]["thumbs"]}
            assert {frozenset(each) for message, _ in sent for each in message["thumbs"]} == wanted
            assert all(
                len(buffers) == sum(each["problem"] is None for each in message["thumbs"])
                for message, buffers in sent
            )


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({"v": 1, "type": "select", "ids": []}, "select"),
        ({"v": 9, "type": "hello"}, "Reload"),
        (
            {
                "v": 1,
                "type": "thumbs",
                "size": 64,
                "heard": None,
                "wanted": [{"item": "a.jpg", "crop": [1, 2]}],
            },
            "crop",
        ),
    ],
)
def test_what_is_not_of_the_protocol_is_refused_in_words(grid: Line, message: Any, word: str) -> None:
    grid.receive({"v": 1, "type": "hello", "width": 10, "height": 10})
    grid.receive(message)
    assert word in grid.all("notice")[-1][0]["text"]
