"""What a page sends, put through `Canvas.receive`: the example messages of this folder, and whatever else may come."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipyannotator.assist import Prompt
from ipyannotator.editor.item import Item
from ipyannotator.model import Box, new_id
from tests.protocol.line import FRESH, OBJECT, SET, Line, examples, first_of


@pytest.mark.parametrize("example", examples("up"))
def test_an_example_from_the_page_is_understood(
    line: Line, example: dict[str, Any], eventually: Callable[..., Any]
) -> None:
    line.hello(eventually)
    message = example["message"]
    creates = message["type"] == "change" and message["change"]["ops"][0]["action"] == "create"
    if message["type"] == "change" and not creates:
        line.receive(first_of("change"))  # what is changed must be there
    line.sent.clear()
    line.receive(message)
    {
        "hello": _hello,
        "change": _change,
        "select": _select,
        "action": _action,
        "media": _media,
        "assist": _assist,
        "problem": _problem,
    }[message["type"]](line, message, eventually)
    complaints = [content for content, _ in line.all("notice") if content["level"] != "info"]
    assert not complaints


def _hello(line: Line, _: dict[str, Any], eventually: Callable[..., Any]) -> None:
    item = line.wait("show", eventually)["item"]
    assert (item["key"], item["width"], item["height"]) == (line.editor.key, 640, 480)


def _change(line: Line, message: dict[str, Any], eventually: Callable[..., Any]) -> None:
    change = message["change"]
    ((answer, _),) = line.all("answer")
    assert (answer["id"], answer["status"], answer["reason"]) == (change["id"], "ok", "")
    assert answer["seq"] == line.editor.store.head()
    stored = {record.id: record for record in line.editor.store.annotated("boxes", change["item"]).objects}
    for op in change["ops"]:
        if op["action"] == "delete":
            assert op["id"] not in stored
        elif op["action"] == "create":
            assert stored[op["id"]].author == "ann"
            assert stored[op["id"]].shape == Box(10.5, 20, 30, 40)
        elif op["path"] == "class_id":
            assert stored[op["id"]].class_id is None
        elif op["path"].startswith("attributes/"):
            assert stored[op["id"]].attributes == {"colour": "rot & grün <b>"}
        else:
            assert stored[op["id"]].shape == Box(12, 20, 30, 40)
    # A resend gets the same answer, and nothing is written twice.
    line.receive(message)
    assert [content for content, _ in line.all("answer")] == [answer, answer]
    if change["item"] == line.editor.key:
        assert line.editor.selection == tuple(message["selected"])


def _select(line: Line, message: dict[str, Any], _: Callable[..., Any]) -> None:
    assert line.editor.selection == tuple(message["ids"])


def _action(line: Line, message: dict[str, Any], _: Callable[..., Any]) -> None:
    assert line.acted == [(message["name"], message["value"])]


def _assist(line: Line, message: dict[str, Any], eventually: Callable[..., Any]) -> None:
    x, y, width, height = message["box"] or (20, 30, 200, 100.25)
    asked = []

    def function(item: Item, prompt: Prompt) -> Box:
        asked.append((item.key, [list(point) for point in prompt.points], prompt.box))
        return Box(x, y, width, height)

    line.canvas.assisting.assistant = function
    line.receive({**message, "id": "again"})
    assert eventually(lambda: line.all("assisted") and line.all("assisted")[-1][0]["id"] == "again")
    answer = line.all("assisted")[-1][0]
    assert answer["shape"] == {"kind": "box", "x": x, "y": y, "width": width, "height": height, "angle": 0}
    assert answer["problem"] is None
    box = None if message["box"] is None else tuple(message["box"])
    assert asked[-1] == (message["item"], message["points"], box)


def _media(line: Line, message: dict[str, Any], eventually: Callable[..., Any]) -> None:
    sent = line.wait("media", eventually, 1)
    assert eventually(lambda: any(each["id"] == message["id"] for each, _ in line.all("media")))
    sent, buffers = next(each for each in line.all("media") if each[0]["id"] == message["id"])
    assert (sent["key"], sent["problem"]) == ("a.jpg", None)
    assert len(buffers) == 1
    if message["region"]:
        x, y, width, height = message["region"]
        left, top, wide, high = sent["region"]
        assert left <= x
        assert top <= y
        assert left + wide >= x + width
        assert top + high >= y + height
    else:
        assert sent["region"] == [0, 0, 640, 480]


def _problem(line: Line, message: dict[str, Any], _: Callable[..., Any]) -> None:
    heard: list[Any] = []
    line.editor.events.on("error", heard.append)
    line.receive(message)
    assert [(failure.text, failure.detail) for failure in heard] == [(message["text"], message["stack"])]
    assert not line.all("notice")  # the page has shown it already


@pytest.mark.parametrize("example", examples("up", refused=True))
def test_what_must_be_refused_is_refused_in_words(
    line: Line, example: dict[str, Any], eventually: Callable[..., Any]
) -> None:
    line.hello(eventually)
    line.sent.clear()
    head = line.editor.store.head()
    line.receive(example["message"])
    ((notice, _),) = line.all("notice")
    assert notice["level"] == "error"
    assert example["refused"] in notice["text"]
    assert line.editor.store.head() == head


@pytest.mark.parametrize(
    ("ops", "word"),
    [
        ("nothing", "array"),
        ([5], "object"),
        ([{}], "action"),
        ([{**FRESH, "action": "explode"}], "explode"),
        ([{**FRESH, "record": "moon"}], "moon"),
        ([{**FRESH, "id": ""}], "id"),
        ([{**FRESH, "item": ""}], "item"),
        ([{**FRESH, "new": None}], "ObjectRecord"),
        ([{**FRESH, "new": 5}], "ObjectRecord"),
        ([{**FRESH, "new": {**FRESH["new"], "shape": {"kind": "box", "x": 1}}}], "box"),
        ([{**FRESH, "new": {**FRESH["new"], "shape": {**FRESH["new"]["shape"], "width": -3}}}], "width"),
        ([{**FRESH, "new": {**FRESH["new"], "shape": {**FRESH["new"]["shape"], "x": None}}}], "x"),
        ([{**FRESH, "new": {**FRESH["new"], "class_id": "c99"}}], "c99"),
        ([{**FRESH, "new": {**FRESH["new"], "class_id": ["c1"]}}], "c1"),
        ([{**FRESH, "new": {**FRESH["new"], "order": 2**70}}], "int"),
        ([{**FRESH, "new": {**FRESH["new"], "id": "other"}}], "o5"),
        ([{**SET, "path": "shape/x", "old": 10.5, "new": "left"}], "left"),
        ([{**SET, "path": "revision", "old": 1, "new": 9}], "revision"),
        ([{**SET, "path": "__class__", "old": None, "new": 9}], "__class__"),
        ([{**SET, "path": "class_id", "old": "c1", "new": {"a": 1}}], "class"),
        ([{**SET, "path": "", "old": None, "new": 1}], "path"),
        (
            [
                {
                    "action": "set",
                    "record": "item",
                    "id": "a.jpg",
                    "item": "a.jpg",
                    "path": "state",
                    "old": "todo",
                    "new": "eaten",
                }
            ],
            "eaten",
        ),
        (
            [
                {
                    "action": "set",
                    "record": "item",
                    "id": "a.jpg",
                    "item": "b.jpg",
                    "path": "note",
                    "old": "",
                    "new": "x",
                }
            ],
            "a.jpg",
        ),
    ],
)
def test_a_malformed_change_is_answered_and_nothing_is_written(
    line: Line, eventually: Callable[..., Any], ops: Any, word: str
) -> None:
    """Without an answer the page would send it for ever, and everything behind it would wait."""
    line.hello(eventually)
    line.receive(first_of("change"))
    head = line.editor.store.head()
    change = {"id": "bad", "task": "boxes", "item": "a.jpg", "ops": ops}
    for _ in range(2):
        line.receive({"v": 1, "type": "change", "seq": 2, "change": change, "selected": []})
    answers = [content for content, _ in line.all("answer") if content["id"] == "bad"]
    assert [answer["status"] for answer in answers] == ["rejected"] * 2
    assert word in answers[0]["reason"]
    assert answers[1] == answers[0]
    assert line.editor.store.head() == head
    assert line.change("after", {**SET, "path": "shape/x", "old": 10.5, "new": 3})["status"] == "ok"


@pytest.mark.parametrize(
    "values", [{"task": "other"}, {"ops": None}, {"origin": "moon"}, {"time": "noon"}, {"item": 5}]
)
def test_a_change_with_a_wrong_head_is_answered(
    line: Line, eventually: Callable[..., Any], values: dict[str, Any]
) -> None:
    line.hello(eventually)
    sent = {"id": "bad", "task": "boxes", "item": "a.jpg", "ops": [OBJECT], **values}
    line.receive({"v": 1, "type": "change", "seq": 1, "change": sent, "selected": []})
    assert [content["status"] for content, _ in line.all("answer")] == ["rejected"]
    assert not line.editor.store.annotated("boxes", "a.jpg").objects


def test_a_page_cannot_say_who_it_is(line: Line, eventually: Callable[..., Any]) -> None:
    line.hello(eventually)
    op = {**OBJECT, "new": {**OBJECT["new"], "author": "bob"}}
    line.change("c", op, author={"id": "bob", "name": "Bob"}, layer="bob's", undoes="c0", time=-5.0)
    ((entry,), (record,)) = (
        line.editor.store.log(line.editor.store.head() - 1),
        line.editor.store.annotated("boxes", "a.jpg").objects,
    )
    assert (entry.change.author.id, record.author) == ("ann", "ann")
    assert (entry.change.layer, entry.change.undoes) == ("main", "")
    assert entry.change.time > 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**65) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = [param.values[0]["message"] for param in examples("up")]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A message of the examples in which one value, however deep, is another one or missing."""
    message = json.loads(json.dumps(draw(st.sampled_from(MESSAGES))))
    at: Any = message
    while True:
        name = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else list(range(len(at)))))
        inner = at[name]
        if not (isinstance(inner, (dict, list)) and inner) or draw(st.integers(0, 3)) == 0:
            break
        at = inner
    if isinstance(at, dict) and draw(st.booleans()):
        del at[name]
    else:
        at[name] = draw(JSON)
    return message


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(message=spoiled() | JSON)
def test_whatever_a_page_sends_is_handled_answered_or_complained_about(line: Line, message: Any) -> None:
    """And it is never half written: what is in the store afterwards can be read, shown and sent."""
    line.sent.clear()
    line.acted.clear()
    heard: list[Any] = []
    line.editor.events.on("error", heard.append)
    head = line.editor.store.head()
    line.receive(message)
    line.editor.events.off("error", heard.append)
    change = message.get("change") if isinstance(message, dict) else None
    is_change = isinstance(message, dict) and message.get("type") == "change" and message.get("v") == 1
    if is_change and isinstance(change, dict) and isinstance(change.get("id"), str) and change["id"]:
        ended = [c for c, _ in line.sent if c["type"] in ("answer", "failed") and c["id"] == change["id"]]
        assert len(ended) == 1, (message, line.sent, heard)
    assert line.editor.store.head() <= head + 1
    for key in ("a.jpg", "b.jpg"):
        line.editor.store.annotated("boxes", key)
    json.dumps([content for content, _ in line.sent])


def test_a_full_disk_is_not_an_answer_and_the_same_change_is_taken_later(
    line: Line, eventually: Callable[..., Any]
) -> None:
    line.hello(eventually)
    line.disk(full=True)
    op = {**OBJECT, "new": {**OBJECT["new"], "attributes": {"text": "x" * 300_000}}}
    assert line.change("c", op)["type"] == "failed"
    assert line.change("c", op)["type"] == "failed"
    line.disk(full=False)
    assert line.change("c", op)["status"] == "ok"
    assert line.change("c", op)["status"] == "ok"
    assert len(line.editor.store.annotated("boxes", "a.jpg").objects) == 1


def test_nothing_is_said_before_somebody_looks_and_all_of_it_then(
    line: Line, eventually: Callable[..., Any]
) -> None:
    line.canvas.notify("info", "first")
    line.canvas.notify("warning", "second", "more")
    assert not line.sent
    line.hello(eventually)
    assert [content["text"] for content, _ in line.all("notice")] == ["first", "second"]


def test_explore_refuses_each_change_and_keeps_nothing(line: Line, eventually: Callable[..., Any]) -> None:
    line.hello(eventually)
    line.editor.store.read_only = True
    assert line.change(new_id(), OBJECT)["status"] == "rejected"
    line.editor.store.read_only = False
    assert line.change("c0ffee01", OBJECT)["status"] == "ok"
