"""What the kernel sends has the form of the example messages, from which the page's side is tested."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ipyannotator.errors import Rejected
from ipyannotator.model import Box, Change, Op
from ipyannotator.model.records import RECORDS
from tests.protocol.line import OBJECT, SET, Line, examples, first_of

OPTIONAL = {"patch": {"selected"}}
"""What a message of a type may have and need not, by `docs/protocol.md`."""


def shape_of(message: dict[str, Any]) -> dict[str, Any]:
    """The keys of a message and of the mappings in it that are of a fixed form."""
    keys: dict[str, Any] = {"": set(message) - OPTIONAL.get(message["type"], set())}
    for name in ("item", "media"):
        if isinstance(message.get(name), dict):
            keys[name] = set(message[name])
    for each in message.get("current", []):
        keys.setdefault("current", set()).update(each)
    return keys


def test_what_the_kernel_sends_has_the_keys_of_the_examples(
    line: Line, eventually: Callable[..., Any]
) -> None:
    line.hello(eventually)
    _make_it_send_everything(line, eventually)
    wanted: dict[str, dict[str, Any]] = {}
    for param in examples("down"):
        message = param.values[0]["message"]
        for where, keys in shape_of(message).items():
            wanted.setdefault(message["type"], {})[where] = keys
    seen: dict[str, set[str]] = {}
    for message, _ in line.sent:
        assert message["v"] == 1
        for where, keys in shape_of(message).items():
            assert keys == wanted[message["type"]][where], (message["type"], where)
            seen.setdefault(message["type"], set()).add(where)
    assert {kind: set(parts) for kind, parts in wanted.items()} == seen


def test_each_state_of_the_examples_is_really_sent(line: Line, eventually: Callable[..., Any]) -> None:
    line.hello(eventually)
    _make_it_send_everything(line, eventually)
    assert {message["status"] for message, _ in line.all("answer")} == {
        "ok",
        "amended",
        "rejected",
        "conflict",
    }
    assert {message["level"] for message, _ in line.all("notice")} == {"info", "warning", "error"}
    shown = [message for message, _ in line.all("show")]
    assert {message["media"] is None for message in shown} == {True, False}
    assert any(message["item"]["problem"] for message in shown)
    assert any(message["item"]["warning"] for message in shown)
    assert {bool(message["problem"]) for message, _ in line.all("media")} == {True, False}
    numbers = {(message["type"], bool(message.get("media")), len(buffers)) for message, buffers in line.sent}
    assert ("show", True, 2) in numbers  # the objects and the picture
    assert ("show", True, 1) in numbers  # the picture was sent before
    assert ("show", False, 1) in numbers


def test_what_the_buffers_hold_has_the_form_of_the_examples(
    line: Line, eventually: Callable[..., Any]
) -> None:
    line.hello(eventually)
    _make_it_send_everything(line, eventually)
    records = set(RECORDS["object"].__struct_fields__)
    ops = set(Op.__struct_fields__)
    found: set[str] = set()
    for message, buffers in line.sent:
        if message["type"] in ("show", "patch"):
            values = json.loads(bytes(buffers[0]).decode("utf-8"))
            assert isinstance(values, list)
            allowed, needed = (
                (records, {"id", "item", "shape"})
                if message["type"] == "show"
                else (ops, {"action", "record", "id"})
            )
            for value in values:
                assert needed <= set(value) <= allowed
                found.add(message["type"])
    assert found == {"show", "patch"}
    for param in examples("down"):
        example = param.values[0]
        if example["message"]["type"] in ("show", "patch"):
            allowed = records if example["message"]["type"] == "show" else ops
            assert all(set(value) <= allowed for value in example["buffers"][0])


def _make_it_send_everything(line: Line, eventually: Callable[..., Any]) -> None:
    editor, canvas = line.editor, line.canvas

    def go(name: str) -> dict[str, Any]:
        number = len(line.all("show")) + 1
        editor.go(editor.source.index(name))
        return line.wait("show", eventually, number)

    go("a.jpg")
    line.receive(first_of("change"))
    moved = {**SET, "path": "shape/x", "old": 10.5, "new": 12}
    assert line.change("c2", moved)["status"] == "ok"
    assert line.change("c3", {**moved, "new": 14})["status"] == "conflict"
    assert line.change("c4", {**moved, "path": "nonsense"})["status"] == "rejected"

    def hook(change: Change) -> Change | None:
        if change.origin == "human" and change.ops[0].new == 99:
            raise Rejected("too far")
        return Change(
            id=change.id, task=change.task, ops=(Op(**{**moved, "old": 12, "new": 50}),), item=change.item
        )

    editor.events.on("before_change", hook)
    assert line.change("c5", {**moved, "old": 12, "new": 99})["reason"] == "too far"
    assert line.change("c6", {**moved, "old": 12, "new": 40})["status"] == "amended"
    editor.events.off("before_change", hook)

    editor.view("a.jpg").add(Box(1, 2, 3, 4), "car")  # a patch
    assert line.all("patch")
    editor.set_state("done", note="blurred")
    facts = {"width": 10, "height": 10, "hash": "0"}
    editor.do([Op("set", "item", "a.jpg", "a.jpg", "media", None, facts)], origin="file")
    go("c.jpg")
    assert "10 × 10" in go("a.jpg")["item"]["warning"]
    go("b.jpg")
    for name in ("c.jpg", "a.jpg"):
        line.receive(
            {
                "v": 1,
                "type": "media",
                "id": f"wanted-{name}",
                "key": name,
                "width": 9,
                "height": 9,
                "region": None,
            }
        )
        assert eventually(lambda name=name: any(m["id"] == f"wanted-{name}" for m, _ in line.all("media")))

    line.canvas.assisting.assistant = lambda item, prompt: Box(1, 2, 3, 4)
    line.receive(first_of("assist"))
    line.wait("assisted", eventually)

    line.disk(full=True)
    long = {**OBJECT, "id": "o3", "new": {**OBJECT["new"], "id": "o3", "attributes": {"text": "x" * 300_000}}}
    ended = line.change("c7", long)
    assert ended["type"] == "failed"
    assert "disk is full" in ended["reason"]
    for level in ("info", "warning", "error"):
        canvas.notify(level, "said", "more")
