"""A canvas on a real project with the page's end of its line, and the example messages of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ipyannotator.stores import SqlStore
from ipyannotator.widgets.canvas import Canvas

HERE = Path(__file__).parent


class Line:
    """A canvas with the page's end of its line: what was sent, and waiting for it."""

    def __init__(self, canvas: Canvas, acted: list[tuple[str, Any]]) -> None:
        self.canvas = canvas
        self.editor = canvas.editor
        self.acted = acted
        self.sent: list[tuple[dict[str, Any], list[Any]]] = []

    def receive(self, message: Any) -> None:
        self.canvas.receive(message, [])

    def all(self, kind: str) -> list[tuple[dict[str, Any], list[Any]]]:
        return [each for each in list(self.sent) if each[0]["type"] == kind]

    def wait(self, kind: str, eventually: Callable[..., Any], number: int = 1) -> dict[str, Any]:
        assert eventually(lambda: len(self.all(kind)) >= number), f"no {kind}: {self.sent}"
        return self.all(kind)[-1][0]

    def hello(self, eventually: Callable[..., Any]) -> dict[str, Any]:
        self.receive({"v": 1, "type": "hello", "width": 800, "height": 600})
        return self.wait("show", eventually)

    def disk(self, *, full: bool) -> None:
        """Fill the disk, or make room: SQLite refuses to grow the file."""
        store = self.editor.store
        assert isinstance(store, SqlStore)
        with ExitStack() as stack:  # each connection of the pool has a limit of its own
            engine = store._db._engine("rw")
            for connection in [stack.enter_context(engine.connect()) for _ in range(4)]:
                connection.execute(text(f"PRAGMA max_page_count = {10 if full else 1_000_000}"))

    def change(self, change_id: str, *ops: dict[str, Any], **values: Any) -> dict[str, Any]:
        """Send a change as a page does; return what came back for it."""
        sent = {
            "id": change_id,
            "task": "boxes",
            "item": "a.jpg",
            "ops": list(ops),
            "origin": "human",
            **values,
        }
        self.receive({"v": 1, "type": "change", "seq": 1, "change": sent, "selected": []})
        return next(message for message, _ in reversed(self.sent) if message.get("id") == change_id)


def examples(direction: str, *, refused: bool = False) -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for at, example in enumerate(content if isinstance(content, list) else []):  # others are no messages
            if example["direction"] == direction and ("refused" in example) == refused:
                found.append(pytest.param(example, id=f"{path.stem}-{at}"))
    assert found
    return found


def first_of(kind: str) -> Any:
    return json.loads((HERE / f"{kind}.json").read_text("utf-8"))[0]["message"]


OBJECT = first_of("change")["change"]["ops"][0]
FRESH = {**OBJECT, "id": "o5", "new": {**OBJECT["new"], "id": "o5"}}
SET = {"action": "set", "record": "object", "id": "o1", "item": "a.jpg"}
