"""The one door: what `apply` answers, in every order, from every thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from ipyannotator.editor import Editor
from ipyannotator.errors import Conflict, InvalidValue, NothingToUndo, Rejected
from ipyannotator.model import Answer, Box, Change, ObjectRecord, Op, encode, new_id

BOX = Box(1, 2, 30, 20)


def drawing(editor: Editor, box: Box = BOX, **values: object) -> Change:
    record = ObjectRecord(id=new_id(), item=editor.key, shape=box)
    op = Op("create", "object", record.id, editor.key, new={**encode(record), **values})
    return Change(id=new_id(), task=editor.task, item=editor.key, ops=(op,))


def test_a_change_is_stored_answered_and_told_in_this_order(editor: Editor) -> None:
    order: list[str] = []
    editor.events.on("change", lambda change: order.append("told"))
    change = drawing(editor)

    def reply(answer: Answer) -> None:
        stored = editor.store.annotated(editor.task, editor.key).objects
        order.append(f"answered {answer.status} with {len(stored)} stored")

    editor.apply(change, reply)
    assert order == ["answered ok with 1 stored", "told"]


def test_the_same_change_again_gets_the_same_answer_without_hooks(editor: Editor) -> None:
    calls: list[Change] = []
    editor.events.on("before_change", calls.append)
    editor.events.on("change", calls.append)
    change = drawing(editor)
    answers = [editor.apply(change), editor.apply(change)]
    assert answers[0].seq == answers[1].seq
    assert answers[0].status == answers[1].status == "ok"
    assert len(calls) == 2
    assert len(editor.view(editor.key)) == 1


def test_the_author_is_who_the_kernel_says(editor: Editor) -> None:
    forged = msgspec.structs.replace(
        drawing(editor), author=msgspec.convert({"id": "eve"}, type(editor.author))
    )
    answer = editor.apply(forged)
    assert answer.change is not None
    assert answer.change.author.id == "ann"


def test_a_hook_amends_and_the_answer_carries_what_was_stored(editor: Editor) -> None:
    def clamp(change: Change) -> Change:
        op = change.ops[0]
        shape = {**op.new["shape"], "x": 0}
        return msgspec.structs.replace(
            change, ops=(msgspec.structs.replace(op, new={**op.new, "shape": shape}),)
        )

    editor.events.on("before_change", clamp)
    answer = editor.apply(drawing(editor))
    assert answer.status == "amended"
    assert editor.view(editor.key).objects[0].shape == Box(0, 2, 30, 20)
    assert answer.change is not None
    assert answer.change.ops[0].new["shape"]["x"] == 0


def test_a_hook_refuses_with_a_reason_that_a_resend_hears_too(editor: Editor) -> None:
    def refuse(change: Change) -> None:
        raise Rejected("too small")

    editor.events.on("before_change", refuse)
    change = drawing(editor)
    assert editor.apply(change).reason == "too small"
    editor.events.off("before_change", refuse)
    again = editor.apply(change)
    assert (again.status, again.reason) == ("rejected", "too small")
    assert editor.store.head() == 1  # the classes, and nothing else


def test_a_hook_that_raises_or_returns_nonsense_stops_nothing(editor: Editor) -> None:
    failures: list[str] = []
    editor.events.on("error", lambda failure: failures.append(failure.text))
    editor.events.on("before_change", lambda change: 1 / 0)
    editor.events.on("before_change", lambda change: "nonsense")
    editor.events.on("change", lambda change: dict[str, int]()["missing"])
    assert editor.apply(drawing(editor)).status == "ok"
    assert [text.split("failed: ")[1].split(":")[0] for text in failures] == [
        "ZeroDivisionError", "InvalidValue", "KeyError",
    ]  # fmt: skip


def test_somebody_elses_edit_of_the_same_value_is_a_conflict_and_of_another_is_not(
    make: Callable[..., Editor],
) -> None:
    ann, bob = make("ann", ["car"]), make("bob", ["car"])
    mine = ann.view(ann.key).add(BOX, "car")
    shape = encode(mine.record)["shape"]
    bob.view(bob.key).objects[0].shape = Box(5, 5, 10, 10)
    late = Op("set", "object", mine.id, ann.key, "shape", shape, {**shape, "x": 9})
    answer = ann.apply(Change(id=new_id(), task=ann.task, item=ann.key, ops=(late,)))
    assert answer.status == "conflict"
    assert answer.current[0]["value"]["x"] == 5
    mine.label = None
    assert bob.view(bob.key).objects[0].label is None
    assert bob.view(bob.key).objects[0].shape == Box(5, 5, 10, 10)


def test_two_kernels_see_each_other_within_a_second(make: Callable[..., Editor]) -> None:
    ann, bob = make("ann", ["car"]), make("bob", ["car"])
    heard = threading.Event()
    hooked: list[Change] = []
    bob.events.on("remote", lambda change: heard.set())
    bob.events.on("change", hooked.append)
    ann.view(ann.key).add(BOX, "car")
    assert heard.wait(1.0)
    assert bob.view(ann.key).labels == ["car"]
    assert hooked == []


def test_a_class_that_another_kernel_adds_is_known_here(make: Callable[..., Editor]) -> None:
    ann, bob = make("ann"), make("bob")
    heard = threading.Event()
    bob.events.on("remote", lambda change: heard.set())
    ann.view(ann.key).add(BOX, "lorry")
    assert heard.wait(1.0)
    assert [record.name for record in bob.schema] == ["lorry"]


def test_undo_and_redo_go_back_and_forth_for_ever(editor: Editor) -> None:
    view = editor.view(editor.key)
    view.add(BOX, "car")
    view.objects[0].shape = Box(3, 4, 5, 6)
    view.objects[0].label = "bus"
    for _ in range(3):
        for _ in range(3):
            editor.undo()
        assert len(view) == 0
        for _ in range(3):
            editor.redo()
        assert (view.objects[0].shape, view.objects[0].label) == (Box(3, 4, 5, 6), "bus")
    with pytest.raises(NothingToUndo):
        editor.redo()


def test_undo_takes_back_only_what_was_done_on_the_item_on_screen_and_only_ones_own(
    make: Callable[..., Editor],
) -> None:
    ann, bob = make("ann", ["car"]), make("bob", ["car"])
    ann.view("0.png").add(BOX)
    ann.view("1.png").add(BOX)
    bob.view("0.png").add(Box(9, 9, 9, 9))
    ann.go(0)
    ann.undo()
    assert [obj.author for obj in ann.view("0.png").objects] == ["bob"]
    assert len(ann.view("1.png")) == 1
    with pytest.raises(NothingToUndo, match="nothing of yours to undo"):
        ann.undo()


def test_undo_is_refused_where_somebody_has_edited_since(make: Callable[..., Editor]) -> None:
    ann, bob = make("ann", ["car"]), make("bob", ["car"])
    mine = ann.view(ann.key).add(BOX)
    bob.view(bob.key).objects[0].shape = Box(7, 7, 7, 7)
    with pytest.raises(Conflict, match="Cannot undo"):
        ann.undo()
    assert mine.shape == Box(7, 7, 7, 7)


def test_undo_survives_a_new_kernel(make: Callable[..., Editor]) -> None:
    first = make("ann", ["car"])
    first.view(first.key).add(BOX)
    first.close()
    second = make("ann", ["car"])
    second.undo()
    assert len(second.view(second.key)) == 0
    second.redo()
    assert second.view(second.key).objects[0].author == "ann"


def test_one_change_is_one_undo(editor: Editor) -> None:
    view = editor.view(editor.key)
    view.extend([Box(n % 40, n % 30, 5, 5) for n in range(100)], ["car"] * 100)
    editor.undo()
    assert len(view) == 0


def test_many_threads_lose_nothing_and_write_nothing_twice(editor: Editor) -> None:
    changes = [drawing(editor, Box(n, n, 5, 5)) for n in range(40)]
    statuses: list[str] = []

    def send(order: list[Change]) -> None:
        statuses.extend(editor.apply(change).status for change in order)

    threads = [threading.Thread(target=send, args=(changes[at:] + changes[:at],)) for at in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == ["ok"] * 160
    assert len(editor.view(editor.key)) == 40


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (Op("create", "object", "a", "0.png", new={"id": "a", "item": "0.png"}), "shape"),
        (
            Op("create", "object", "a", "0.png", new={"id": "b", "item": "0.png", "shape": {"kind": "box"}}),
            "Box",
        ),
        (Op("set", "item", "0.png", "0.png", "revision", 0, 9), "revision"),
        (Op("set", "item", "0.png", "0.png", "state", "todo", "asleep"), "asleep"),
        (Op("create", "ghost", "a", "0.png", new={}), "ghost"),
    ],
)
def test_a_malformed_change_is_an_error_that_says_what_and_nothing_is_written(
    editor: Editor, op: Op, expected: str
) -> None:
    head = editor.store.head()
    with pytest.raises(InvalidValue, match=expected):
        editor.apply(Change(id=new_id(), task=editor.task, item="0.png", ops=(op,)))
    assert editor.store.head() == head


def test_a_class_that_does_not_exist_is_refused(editor: Editor) -> None:
    with pytest.raises(InvalidValue, match="class id"):
        editor.apply(drawing(editor, class_id="nobody"))


def test_next_todo_goes_round_and_ends(editor: Editor) -> None:
    for key in ("0.png", "1.png", "3.png"):
        editor.set_state("done", key=key)
    assert editor.next_todo(0) == 2
    assert editor.next_todo(3) == 4
    for key in ("2.png", "4.png", "5.png"):
        editor.set_state("skipped", key=key)
    assert editor.next_todo(3) is None
    editor.set_state("todo", key="1.png")
    assert editor.next_todo(4) == 1


def test_pictures_that_are_added_come_last_and_are_announced(editor: Editor, photos: Path) -> None:
    heard = threading.Event()
    texts: list[str] = []

    def listen(level: str, text: str) -> None:
        texts.append(text)
        heard.set()

    editor.events.on("notice", listen)
    Image.new("RGB", (8, 8)).save(photos / "0a.png")
    assert heard.wait(10)
    assert texts == ["1 new item was found; new items come last."]
    assert [editor.source.key(index) for index in range(len(editor.source))] == [
        *(f"{n}.png" for n in range(6)),
        "0a.png",
    ]
    editor.set_state("done", key="0a.png")
    assert editor.next_todo(6) == 0
