"""Everything at once: messages, Python, hooks, switches and endings on many threads, and nothing is lost or mixed up.

Widget messages arrive on the main thread, a subshell or a worker, so all that is done here happens to real users.
Bounded by numbers of calls, never by time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings
from ipyannotator.errors import IpyannotatorError
from ipyannotator.model import Change, new_id
from ipyannotator.sources import ImageSource
from ipyannotator.sources.base import Media, Request
from ipyannotator.widgets.canvas import Canvas


class Desk:
    """One annotator, what it says to the person, and what its canvases send."""

    def __init__(self, annotator: Any, sent: list[tuple[Canvas, dict[str, Any]]]) -> None:
        self.a = annotator
        self._sent = sent
        self.errors: list[str] = []
        self.notices: list[str] = []
        self.accepted: set[str] = set()
        self.a.on("error", lambda failure: self.errors.append(failure.detail or failure.text))
        self.a.on("notice", lambda _, text, *more: self.notices.append(text))

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [message for _, message in list(self._sent) if message["type"] == kind]

    def hello(self) -> None:
        self.a.canvas.receive({"v": 1, "type": "hello", "width": 64, "height": 48})

    def draw(self, index: int) -> None:
        """Draw a box as a page does; it is `accepted` when the kernel says that it is stored."""
        canvas = self.a.canvas
        editor = canvas.editor
        key, object_id, change_id = editor.source.key(index), new_id(), new_id()
        shape = {"kind": "box", "x": 1, "y": 2, "width": 3, "height": 4, "angle": 0}
        new = {"id": object_id, "item": key, "shape": shape}
        op = {"action": "create", "record": "object", "id": object_id, "item": key, "new": new}
        change = {"id": change_id, "task": "bbox", "item": key, "ops": [op], "origin": "human"}
        before = len(self._sent)
        canvas.receive({"v": 1, "type": "change", "seq": 1, "change": change, "selected": [object_id]})
        for _, message in self._sent[before:]:
            if message.get("id") == change_id and message.get("status") == "ok":
                self.accepted.add(object_id)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Canvas, dict[str, Any]]]:
    messages: list[tuple[Canvas, dict[str, Any]]] = []
    monkeypatch.setattr(Canvas, "send", lambda self, content, _=None: messages.append((self, content)))
    return messages


@pytest.fixture
def open_desk(tmp_path: Path, photos: Path, sent: list[Any]) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(step: str = "create", author: str = "ann") -> Desk:
        start = Annotator(
            InputImage("photos"), OutputImageBbox(["car", "bus"]), Settings(tmp_path, author=author)
        )
        desks.append(Desk(getattr(start, step)(), sent))
        return desks[-1]

    yield make
    for desk in desks:
        desk.a.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()


@pytest.fixture
def stored(open_desk: Callable[..., Desk]) -> Callable[[], list[str]]:
    """The ids of all objects that were ever created, by the log; after checking that the log makes the tables."""

    def read() -> list[str]:
        other = open_desk("explore")
        try:
            store = other.a.editor.store
            twin = store.replay()
            for key in other.a.annotations:
                assert twin.annotated("bbox", key) == store.annotated("bbox", key)
            changes = [entry.change for entry in store.log(0, task="bbox")]
            return [
                op.id
                for change in changes
                if not change.undoes
                for op in change.ops
                if (op.record, op.action) == ("object", "create")
            ]
        finally:
            other.a.close()

    return read


def at_once(*works: tuple[int, Callable[[Random], Any]]) -> list[BaseException]:
    """Run each function so many times on a thread of its own, all at once; return what was not ours of the errors."""
    begin = threading.Barrier(len(works))
    failures: list[BaseException] = []

    def run(number: int, times: int, work: Callable[[Random], Any]) -> None:
        random = Random(number)  # noqa: S311 - the same mixture each time
        begin.wait(10)
        for _ in range(times):
            try:
                work(random)
            except IpyannotatorError:
                continue  # said in words: nothing to undo, closed, read-only
            except BaseException as error:  # noqa: BLE001 - it is what is looked for
                failures.append(error)

    threads = [
        threading.Thread(target=run, args=(number, *work), daemon=True) for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "locked up"
    return failures


def soon(ask: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


def go(desk: Desk) -> Callable[[Random], None]:
    return lambda random: setattr(desk.a, "index", random.randrange(6))


def test_everything_at_once_loses_nothing(desk: Desk, stored: Callable[[], list[str]]) -> None:
    desk.hello()
    python: list[str] = []
    failures = at_once(
        (20, lambda random: desk.draw(random.randrange(6))),
        (20, lambda random: desk.draw(random.randrange(6))),
        (10, lambda _: python.append(desk.a.current.add(Box(1, 1, 5, 5), "bus").id)),
        (10, lambda _: desk.a.act("undo")),
        (10, lambda _: desk.a.act("redo")),
        (40, go(desk)),
        (40, lambda _: desk.a.act("next")),
        (3, lambda _: desk.a.act("save")),
        (10, lambda _: desk.hello()),
        (5, lambda random: desk.a.act("done")),
    )
    assert failures == []
    assert desk.errors == []
    assert len(desk.accepted) == 40
    assert desk.a.index == desk.a.editor.index
    assert soon(lambda: desk.sent("show")[-1]["item"]["key"] == desk.a.item)
    desk.a.close()
    ids = stored()
    assert len(ids) == len(set(ids))
    assert set(ids) == desk.accepted | set(python)


def test_the_index_that_was_set_last_is_on_screen(desk: Desk) -> None:
    desk.hello()
    failures = at_once(*((60, go(desk)) for _ in range(4)))
    assert failures == []
    assert desk.a.index == desk.a.editor.index
    assert soon(lambda: desk.sent("show")[-1]["item"]["index"] == desk.a.index)
    assert desk.a.view.footer.state == desk.a.current.state
    assert desk.a.view.navigation.index == desk.a.index


def test_the_step_is_switched_while_boxes_are_drawn(desk: Desk, stored: Callable[[], list[str]]) -> None:
    failures = at_once(
        (6, lambda _: desk.a.act("step", "explore" if desk.a.step == "create" else "create")),
        (15, lambda random: desk.draw(random.randrange(6))),
        (15, lambda random: desk.draw(random.randrange(6))),
        (15, go(desk)),
        (10, lambda _: desk.hello()),
    )
    assert [error for error in failures if not isinstance(error, IndexError)] == []
    assert [error for error in desk.errors if "Showing the item failed" in error] == []
    desk.a.step = "create"
    assert desk.a.index == desk.a.editor.index
    desk.draw(0)  # it works as before
    assert desk.accepted
    desk.a.close()
    ids = stored()
    assert len(ids) == len(set(ids))
    assert desk.accepted <= set(ids)


@pytest.fixture
def slow_picture(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Pictures are made only when the second event is set; the first tells that one is wanted."""
    wanted, let = threading.Event(), threading.Event()
    media = ImageSource.media

    def slowly(self: ImageSource, key: str, request: Request) -> Media:
        wanted.set()
        assert let.wait(10)
        return media(self, key, request)

    monkeypatch.setattr(ImageSource, "media", slowly)
    yield wanted, let
    let.set()


@pytest.mark.parametrize("ending", ["switch", "close"])
def test_a_picture_that_comes_too_late_is_no_error(
    desk: Desk, slow_picture: tuple[threading.Event, threading.Event], ending: str
) -> None:
    wanted, let = slow_picture
    desk.hello()
    assert wanted.wait(10)
    workers = {thread for thread in threading.enumerate() if thread.name.startswith("ipyannotator-show")}
    if ending == "switch":
        desk.a.step = "explore"
    else:
        desk.a.close()
    let.set()
    for thread in workers:
        thread.join(10)
        assert not thread.is_alive()
    assert desk.errors == []
    assert desk.notices == []
    assert desk.sent("show") == []


def test_what_is_moved_past_is_never_shown_late(
    desk: Desk, slow_picture: tuple[threading.Event, threading.Event]
) -> None:
    wanted, let = slow_picture
    desk.hello()
    assert wanted.wait(10)
    for index in (1, 2, 3):
        desk.a.index = index
    let.set()
    assert soon(lambda: desk.sent("show"))
    assert [message["item"]["index"] for message in desk.sent("show")] == [3]


def test_closing_while_messages_arrive_keeps_what_was_accepted(
    desk: Desk, stored: Callable[[], list[str]]
) -> None:
    desk.hello()
    enough = threading.Event()

    def close_in_between(_: Random) -> None:
        assert enough.wait(20)
        desk.a.close()

    def draw(random: Random) -> None:
        desk.draw(random.randrange(6))
        if len(desk.accepted) > 5:
            enough.set()

    failures = at_once((1, close_in_between), (40, draw), (40, draw), (40, lambda _: desk.a.act("next")))
    assert failures == []
    assert desk.errors == []
    assert desk.accepted
    assert desk.accepted <= set(stored())


# ---- hooks -----------------------------------------------------------------------------------------------------------


def test_hooks_of_several_changes_run_at_the_same_time(desk: Desk) -> None:
    together = threading.Barrier(3, timeout=10)

    def meet(change: Change) -> None:
        if change.origin != "file":
            together.wait()

    desk.a.on("before_change", meet)
    failures = at_once(*((1, lambda _: desk.draw(0)) for _ in range(3)))
    assert failures == []
    assert desk.errors == []
    assert len(desk.accepted) == 3


def test_a_hook_that_hangs_holds_up_neither_moving_nor_looking(desk: Desk) -> None:
    inside, let = threading.Event(), threading.Event()

    def hang(_: Change) -> None:
        inside.set()
        assert let.wait(10)

    desk.a.on("before_change", hang)
    thread = threading.Thread(target=lambda: desk.draw(0))
    thread.start()
    try:
        assert inside.wait(10)
        desk.a.index = 3
        assert desk.a.item == "3.png"
        assert len(desk.a.annotations["0.png"]) == 0
    finally:
        let.set()
        thread.join(10)
    assert len(desk.a.annotations["0.png"]) == 1


def test_a_hook_that_makes_changes_itself_is_told_so_and_the_change_stands(desk: Desk) -> None:
    desk.a.on("before_change", lambda _: desk.a.current.add(Box(9, 9, 9, 9)) and None)
    desk.a.current.add(Box(1, 2, 3, 4))
    assert [obj.shape for obj in desk.a.current.objects] == [Box(1, 2, 3, 4)]
    assert "cannot make changes itself" in desk.errors[0]


def test_a_hook_after_the_change_may_make_changes(desk: Desk) -> None:
    def two(change: Change) -> None:
        if change.origin == "human" and len(desk.a.current) < 5:
            desk.a.current.add(Box(9, 9, 9, 9))

    desk.a.on("change", two)
    desk.draw(0)
    assert (len(desk.a.current), desk.errors) == (5, [])


@pytest.mark.parametrize(
    "event", ["before_change", "stored", "change", "open", "select", "submit", "task", "notice"]
)
def test_a_hook_that_raises_is_named_and_work_goes_on(desk: Desk, event: str) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("boom")

    desk.a.on(event, broken)
    desk.draw(0)
    desk.a.act("next")
    desk.a.act("previous")
    desk.a.editor.select(desk.accepted)
    desk.a.act("undo")
    desk.a.act("redo")
    desk.a.act("save")
    desk.a.act("done")
    assert desk.accepted
    assert any(f"broken on '{event}' failed" in error or "boom" in error for error in desk.errors)
    assert desk.a.index == 1
    assert desk.a.annotations["0.png"].state == "done"
    assert len(desk.a.annotations["0.png"]) == 1


# ---- several, and again ----------------------------------------------------------------------------------------------


def test_two_in_one_kernel_see_each_other_and_both_stand(
    open_desk: Callable[..., Desk], stored: Callable[[], list[str]]
) -> None:
    one, two = open_desk(), open_desk()
    heard: list[Change] = []
    one.a.on("remote", heard.append)
    failures = at_once(
        (10, lambda random: one.draw(random.randrange(6))),
        (10, lambda random: two.draw(random.randrange(6))),
        (5, lambda _: one.a.act("done")),
        (5, lambda _: two.a.act("skip")),
    )
    assert failures == []
    assert one.errors == two.errors == []
    assert len(one.accepted) == len(two.accepted) == 10
    assert soon(lambda: two.accepted <= {op.id for change in heard for op in change.ops})
    assert one.a.to_dict() == two.a.to_dict()
    assert soon(lambda: one.a.view.footer.state == one.a.current.state)
    one.a.close()
    two.draw(0)
    two.a.close()
    assert one.notices == [text for text in one.notices if "changed outside" not in text]
    assert set(stored()) == one.accepted | two.accepted


def test_exploring_beside_creating_sees_and_changes_nothing(open_desk: Callable[..., Desk]) -> None:
    worker, visitor = open_desk(), open_desk("explore")
    failures = at_once(
        (10, lambda _: worker.draw(0)),
        (10, lambda _: visitor.draw(0)),
        (20, go(visitor)),
        (5, lambda _: visitor.a.act("undo")),
    )
    assert failures == []
    assert worker.errors == visitor.errors == []
    assert visitor.accepted == set()
    assert soon(lambda: len(visitor.a.annotations["0.png"]) == 10)
    visitor.a.close()
    worker.draw(0)
    assert len(worker.accepted) == 11


def test_a_cell_that_is_run_ten_times(open_desk: Callable[..., Desk]) -> None:
    """Each run makes an annotator that has everything; the ones before still work, as somebody may show two."""
    desks = []
    for number in range(10):
        desks.append(open_desk())
        desks[-1].hello()
        assert len(desks[-1].a.annotations["0.png"]) == number
        desks[-1].draw(0)
    assert soon(lambda: all(desk.a.view.footer.state == desk.a.current.state for desk in desks))
    assert {len(desk.a.annotations["0.png"]) for desk in desks} == {10}
    desks[0].draw(0)
    assert len(desks[9].a.annotations["0.png"]) == 11
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("ipyannotator")]
    assert len(ours) <= 7 * len(desks)
    for desk in desks:
        desk.a.close()
        desk.a.close()
        assert desk.errors == []


def test_what_is_closed_or_left_takes_its_widgets_along(open_desk: Callable[..., Desk]) -> None:
    before = set(_instances)
    desk = open_desk()
    made = len(set(_instances) - before)
    for step in ("explore", "create"):
        desk.a.step = step
    assert len(set(_instances) - before) == made
    desk.a.close()
    assert set(_instances) - before == set()


def test_after_closing_everything_says_so(desk: Desk) -> None:
    desk.a.close()
    with pytest.raises(IpyannotatorError, match="closed"):
        desk.a.current.add(Box(1, 2, 3, 4))
    desk.a.act("next")
    assert "closed" in desk.notices[-1]
    desk.a.canvas.receive({"v": 1, "type": "hello", "width": 5, "height": 5})
    assert desk.errors == []
