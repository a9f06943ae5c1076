"""The grid on the kernel's side: lists, marks, and what the page is told of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.errors import InvalidValue, ReadOnly
from ipyannotator.model import Bounds, Op
from ipyannotator.widgets.cells import Cell, Cells, Mark, around
from ipyannotator.widgets.component import STATIC
from ipyannotator.widgets.gridkeys import grid_keys
from ipyannotator.widgets.keymap import DEFAULT_KEYS
from tests.browser.desk import Project

pytestmark = pytest.mark.skipif(not (STATIC / "grid.js").exists(), reason="the browser side is not built")


def soon(ask: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


class Ends:
    """A project with the page's end of its grid."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.grid = project.grid
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.grid.send = lambda content, buffers=None: self.sent.append((content, list(buffers or [])))

    def hello(self) -> None:
        self.receive("hello", width=1000, height=600)

    def receive(self, kind: str, **values: Any) -> None:
        self.grid.receive({"v": 1, "type": kind, **values}, [])

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [content for content, _ in list(self.sent) if content["type"] == kind]

    def cells(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Ask for cells, and return what they say."""
        before = len(self.all("cells"))
        self.receive("cells", version=self.grid.version, **{"from": start, "to": stop})
        assert soon(lambda: len(self.all("cells")) > before)
        return self.said()

    def said(self) -> list[dict[str, Any]]:
        """Return what was last said of cells."""
        found: list[dict[str, Any]] = json.loads(
            next(buffers[0] for content, buffers in reversed(self.sent) if content["type"] == "cells")
        )
        return found

    def change(self, change_id: str, *ops: dict[str, Any]) -> dict[str, Any]:
        change = {"id": change_id, "task": "boxes", "item": "/grid", "ops": list(ops), "origin": "human"}
        self.receive("change", seq=1, change=change, selected=[])
        return next(content for content in self.all("answer") if content["id"] == change_id)


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    project = Project(tmp_path, images=4, boxes=5)
    made = Ends(project)
    project.grid.fill(project.cells)
    made.hello()
    yield made
    project.close()


def mark_of(cell: Cell, old: Any, new: Any) -> dict[str, Any]:
    return {
        "action": "set", "record": "object", "id": cell.object, "item": cell.item, "path": "attributes/review",
        "old": old, "new": new,
    }  # fmt: skip


def test_what_a_cell_says_is_read_when_it_is_asked_for(ends: Ends) -> None:
    fill = ends.all("fill")[-1]
    assert (fill["count"], fill["total"], fill["complete"], fill["at"]) == (20, 20, True, 0)
    first, *_, last = ends.cells(0, 20)
    assert (first["item"], first["object"], first["name"]) == ("00000.jpg", "o0-0", "00000.jpg")
    assert (first["caption"], first["class_id"], first["value"], first["gone"]) == (
        "00000 · 0.99",
        "RBC",
        None,
        False,
    )
    box = ends.project.editor.objects("00000.jpg", ["o0-0"])[0].shape.bounds()
    x, y, side, _ = first["crop"]
    assert side == pytest.approx((box.right - box.left) * 1.3, abs=0.1)
    assert (x + side / 2, y + side / 2) == pytest.approx(
        ((box.left + box.right) / 2, (box.top + box.bottom) / 2), abs=0.1
    )
    assert last["item"] == "00003.jpg"


def test_a_mark_goes_through_the_one_door_and_undo_goes_by_the_place(ends: Ends) -> None:
    cell = ends.project.cells[3]
    ends.cells(0, 20)
    answer = ends.change("m1", mark_of(cell, None, "wrong"))
    assert answer["status"] == "ok"
    assert ends.project.value(cell) == "wrong"
    assert ends.grid.marked == [cell]
    assert soon(lambda: ends.grid.marked_count == 1)
    (said,) = ends.said()
    assert (said["object"], said["value"]) == (cell.object, "wrong")
    ends.receive("action", name="undo", value=None)
    assert ends.project.value(cell) is None
    assert ends.grid.marked == []
    assert soon(lambda: ends.grid.marked_count == 0)
    (said,) = ends.said()
    assert said["value"] is None
    assert ends.change("m2", mark_of(cell, "wrong", None))["status"] == "conflict"


def test_marks_that_were_there_are_counted_and_others_edits_too(ends: Ends) -> None:
    cells = ends.project.cells
    assert ends.grid.mark(cells[5:9]) == 4
    assert ends.grid.mark(cells[5:9]) == 0
    ends.grid.fill(cells[6:])
    assert soon(lambda: ends.grid.marked_count == 3)
    # One that is not in the grid is not counted.
    ends.project.editor.do(
        [Op("set", "object", cells[0].object, cells[0].item, "attributes/review", None, "wrong")]
    )
    ends.grid.mark([cells[10]])
    assert soon(lambda: ends.grid.marked_count == 4)
    assert ends.grid.marked == [*cells[6:9], cells[10]]


def test_whole_items_have_a_mark_of_their_own(ends: Ends) -> None:
    ends.grid.fill([Cell("00001.jpg"), Cell("00002.jpg")])
    said = ends.cells(0, 2)
    assert [(each["crop"], each["caption"], each["class_id"]) for each in said] == [
        (None, "00001", None),
        (None, "00002", None),
    ]
    ends.grid.mark([Cell("00002.jpg")])
    assert ends.grid.marked == [Cell("00002.jpg")]
    (said_again,) = [each for each in ends.said() if each["item"] == "00002.jpg"]
    assert said_again["value"] == "wrong"


def test_mark_all_and_a_range_are_one_change(ends: Ends) -> None:
    editor, cells = ends.project.editor, ends.project.cells
    head = editor.store.head()
    ends.receive(
        "action", name="mark_range", value={"version": ends.grid.version, "from": 2, "to": 7, "on": True}
    )
    assert ends.grid.marked == cells[2:7]
    assert editor.store.head() == head + 1
    ends.receive("action", name="mark_all", value=None)
    assert ends.grid.marked == cells
    ends.receive("action", name="mark_all", value=None)
    assert ends.grid.marked == []
    editor.undo()
    assert ends.grid.marked == cells
    ends.receive("action", name="mark_range", value={"version": 999, "from": 2, "to": 7, "on": False})
    assert ends.grid.marked == cells, "the page meant another list"
    assert ends.project.acted == []


def test_actions_go_on_to_the_annotator(ends: Ends) -> None:
    cell = ends.project.cells[1]
    ends.receive("action", name="open", value={"item": cell.item, "object": cell.object})
    ends.receive("action", name="tab", value="WBC")
    ends.receive("action", name="relabel", value="WBC")
    assert ends.project.acted == [("open", cell), ("tab", "WBC"), ("relabel", "WBC")]


def test_a_long_list_shows_its_first_page_at_once(ends: Ends) -> None:
    go = threading.Event()

    def slowly() -> Iterator[Cell]:
        for at in range(2000):
            if at == 600:
                assert go.wait(20)
            yield Cell(f"{at}.jpg")

    ends.sent.clear()
    ends.grid.fill(slowly(), total=2000)
    assert soon(lambda: ends.all("fill"))
    first = ends.all("fill")[0]
    assert (first["count"], first["total"], first["complete"]) == (256, 2000, False)
    go.set()
    assert soon(lambda: ends.all("fill")[-1]["complete"])
    assert ends.all("fill")[-1]["count"] == 2000
    assert {fill["version"] for fill in ends.all("fill")} == {ends.grid.version}
    assert ends.all("fill")[0]["at"] == 0
    assert all(fill["at"] is None for fill in ends.all("fill")[1:])


def test_a_new_list_ends_the_listing_of_the_one_before(ends: Ends) -> None:
    go = threading.Event()

    def endless() -> Iterator[Cell]:
        at = 0
        while True:
            if at:
                go.wait(20)
            at += 1
            yield Cell(f"{at}.jpg")

    ends.grid.fill(endless())
    ends.grid.fill(ends.project.cells[:3])
    go.set()
    assert soon(lambda: len(ends.grid.cells) == 3)
    assert soon(lambda: ends.grid._list.complete)
    version = ends.grid.version
    ends.sent.clear()
    ends.receive("cells", version=version - 1, **{"from": 0, "to": 3})
    assert len(ends.cells(0, 3)) == 3
    assert len(ends.all("cells")) == 1, "what was asked of another list is passed over"


def test_what_is_dropped_is_told_by_its_places(ends: Ends) -> None:
    cells = ends.project.cells
    ends.grid.mark(cells[:2])
    before = ends.grid.version
    ends.grid.drop([cells[1], cells[4], Cell("nowhere.jpg", "o")])
    (drop,) = ends.all("drop")
    assert (drop["before"], drop["version"], drop["total"], drop["at"]) == (
        before,
        ends.grid.version,
        18,
        [1, 4],
    )
    assert list(ends.grid.cells) == [cell for cell in cells if cell not in (cells[1], cells[4])]
    assert soon(lambda: ends.grid.marked_count == 1)


def test_what_is_in_sight_stays_when_the_list_is_another(ends: Ends) -> None:
    cells = ends.project.cells
    ends.grid.position = 10
    ends.grid.fill(cells[3:10] + cells[12:], keep=True)
    assert [fill["at"] for fill in ends.all("fill")][-1] == 7, "the next one that is still there"
    assert ends.grid.reveal(cells[15])
    assert ends.all("fill")[-1]["at"] == 10
    assert not ends.grid.reveal(cells[0])


def test_a_deleted_object_is_said_to_be_gone(ends: Ends) -> None:
    cell = ends.project.cells[2]
    ends.cells(0, 20)
    ends.project.editor.do([Op("delete", "object", cell.object, cell.item)])
    (said,) = [each for each in ends.said() if each["object"] == cell.object]
    assert said["gone"]
    ends.project.editor.undo()
    (said,) = [each for each in ends.said() if each["object"] == cell.object]
    assert not said["gone"]


def test_pictures_come_in_batches_and_are_not_made_twice(ends: Ends) -> None:
    wanted = [{"item": cell["item"], "crop": cell["crop"]} for cell in ends.cells(0, 20)]
    ends.receive("thumbs", size=64, heard=None, wanted=wanted)
    assert soon(lambda: sum(len(content["thumbs"]) for content in ends.all("thumbs")) == 20)
    batches = [(content, buffers) for content, buffers in ends.sent if content["type"] == "thumbs"]
    assert len(batches) < 20
    assert sum(len(buffers) for _, buffers in batches) == 20
    assert [content["batch"] for content, _ in batches] == list(range(1, len(batches) + 1))
    last = batches[-1][0]["batch"]
    ends.sent.clear()
    ends.receive("thumbs", size=64, heard=0, wanted=wanted)  # they are on their way
    ends.receive("thumbs", size=64, heard=last, wanted=wanted[:1])  # it has come, and was dropped
    assert soon(lambda: ends.all("thumbs"))
    assert [len(content["thumbs"]) for content in ends.all("thumbs")] == [1]


def test_a_broken_picture_says_so_in_its_place(ends: Ends) -> None:
    (ends.project.folder / "00001.jpg").write_bytes(b"")
    wanted = [
        {"item": "00001.jpg", "crop": None},
        {"item": "00002.jpg", "crop": None},
        {"item": "no", "crop": None},
    ]
    ends.receive("thumbs", size=64, heard=None, wanted=wanted)
    assert soon(lambda: sum(len(content["thumbs"]) for content in ends.all("thumbs")) == 3)
    said = {each["item"]: each["problem"] for content in ends.all("thumbs") for each in content["thumbs"]}
    assert "empty" in said["00001.jpg"]
    assert said["00002.jpg"] is None
    assert said["no"]
    assert not ends.all("notice")


def test_nothing_is_said_before_somebody_looks_and_nothing_marked_where_it_is_read_only(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path, images=1, boxes=1)
    ends = Ends(project)
    project.grid.fill(project.cells)
    assert ends.sent == []
    ends.hello()
    assert ends.all("fill")[0]["count"] == 1
    project.editor.store.read_only = True
    with pytest.raises(ReadOnly):
        project.grid.mark(project.cells)
    assert ends.change("m1", mark_of(project.cells[0], None, "wrong"))["status"] == "rejected"
    project.close()
    assert project.editor.place == ""
    project.grid.fill([])  # closed: harmless


def test_the_keys_of_a_grid() -> None:
    theirs = {**DEFAULT_KEYS, "1": "class:c1", "Space": "call:Space", "x": "done"}
    keys = grid_keys(theirs, paged=False, read_only=False)
    assert keys["1"] == "class:c1"
    assert keys["Space"] == "call:Space", "what somebody set stays"
    assert (keys["ArrowLeft"], keys["PageDown"], keys["Delete"], keys["Ctrl+z"]) == (
        "cell_left", "cell_page_down", "delete", "undo",
    )  # fmt: skip
    assert "x" not in keys
    assert not {"nudge_left", "corner", "fit", "tool:box", "first"} & set(keys.values())
    paged = grid_keys(theirs, paged=True, read_only=True)
    assert (paged["PageDown"], paged["d"], paged["x"]) == ("next", "next", "done")
    assert not {"mark", "delete", "open_marked", "mark_all", "cell_left_mark"} & set(paged.values())


def test_cells_share_keys_and_are_found() -> None:
    cells = Cells([("a", "1"), ("a", "2"), ("b", ""), ("a", "3")])
    assert list(cells) == [cells[at] for at in range(4)]
    assert cells[1:3] == [Cell("a", "2"), Cell("b")]
    assert cells.where({Cell("a", "3"), Cell("b"), Cell("c")}) == [2, 3]
    cells.remove([0, 2])
    assert list(cells) == [Cell("a", "2"), Cell("a", "3")]


def test_what_a_cell_shows_of_an_object() -> None:
    assert around(Bounds(10, 20, 110, 60)) == (-5.0, -25.0, 130.0, 130.0)
    assert around(Bounds(10, 10, 12, 12)) == (-1.0, -1.0, 24.0, 24.0)
    assert around(Bounds(float("-inf"), float("-inf"), float("inf"), float("inf"))) is None


@pytest.mark.parametrize(
    "wrong", [{"record": "item"}, {"record": "field"}, {"record": "object", "value": None}]
)
def test_a_mark_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        Mark(**wrong)
