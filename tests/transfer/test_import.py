"""Imports: files find their items, a second import doubles nothing, a broken one changes nothing, all can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.editor import Editor
from ipyannotator.errors import FormatError, NothingToUndo
from ipyannotator.model import Box
from ipyannotator.transfer import foreign
from ipyannotator.transfer.importing import PART
from ipyannotator.transfer.matching import Matcher


def coco(folder: Path, things: dict[str, list], **more: Any) -> Path:
    """Write a COCO file of boxes by name of image."""
    labels = list(dict.fromkeys(label for some in things.values() for label, _ in some))
    rows = [
        {"id": 0, "image_id": at, "category_id": labels.index(label), "bbox": box}
        for at, some in enumerate(things.values())
        for label, box in some
    ]
    images = [{"id": at, "file_name": name, **more} for at, name in enumerate(things)]
    categories = [{"id": at, "name": name} for at, name in enumerate(labels)]
    path = folder / "in.json"
    path.write_text(json.dumps({"images": images, "annotations": rows, "categories": categories}))
    return path


def boxes(editor: Editor, key: str) -> list[tuple]:
    sides = ("x", "y", "width", "height")
    return sorted(
        (o.label or "", *(getattr(o.shape, side) for side in sides)) for o in editor.view(key).objects
    )


def test_boxes_come_in_as_done_items_with_their_origin(make: Callable[..., Editor], tmp_path: Path) -> None:
    editor = make()
    path = coco(tmp_path, {"0.png": [("tram", [1, 2, 3, 4]), ("car", [5, 6, 7, 8])], "elsewhere/1.png": []})
    report = foreign.import_(editor, "coco", path)
    assert boxes(editor, "0.png") == [("car", 5, 6, 7, 8), ("tram", 1, 2, 3, 4)]
    assert [editor.view(key).state for key in ("0.png", "1.png", "2.png")] == ["done", "done", "todo"]
    assert [record.name for record in editor.schema.active] == ["tram", "car"]
    record = editor.store.annotated("bbox", "0.png").objects[0]
    assert (record.origin, record.author, record.part) == ("import", "ann", "objects")
    assert str(report) == (
        f"Imported 2 images, 2 new boxes from {path} (COCO), 1 of the images with nothing on them."
    )


def test_labels_that_are_not_on_offer_are_kept_as_retired_classes(editor: Editor, tmp_path: Path) -> None:
    report = foreign.import_(editor, "coco", coco(tmp_path, {"0.png": [("tram", [1, 2, 3, 4])]}))
    assert boxes(editor, "0.png") == [("tram", 1, 2, 3, 4)]
    assert [record.name for record in editor.schema.active] == ["car", "bus"]
    assert "Not on offer here, and kept as retired classes: 'tram'." in str(report)


@pytest.mark.parametrize("name", ["coco", "yolo", "voc"])
def test_a_second_import_doubles_nothing(make: Callable[..., Editor], tmp_path: Path, name: str) -> None:
    first = make(classes=["car", "bus"])
    first.view("0.png").extend(
        [Box(1, 2, 3, 4), Box(1, 2, 3, 4), Box(10.3, 12, 20, 30)], ["car", "car", "bus"]
    )
    first.view("1.png").add(Box(-5, 5, 20, 20, 30), "car")  # turned, and reaching outside
    for key in ("0.png", "1.png", "2.png"):
        first.set_state("done", key=key)
    foreign.export(first, name, tmp_path / "out")
    # Into the project that it came from: what a format cannot say exactly is known all the same.
    assert (foreign.import_(first, name, tmp_path / "out").objects, first.store.head()) == (
        0,
        first.store.head(),
    )
    second = make(folder="second")
    assert foreign.import_(second, name, tmp_path / "out").objects == 4
    head = second.store.head()
    report = foreign.import_(second, name, tmp_path / "out")
    assert (report.objects, report.known, second.store.head()) == (0, 4, head)
    assert boxes(second, "0.png")[1:] == [("car", 1, 2, 3, 4)] * 2


def test_a_box_that_was_moved_since_does_not_come_again(editor: Editor, tmp_path: Path) -> None:
    path = coco(tmp_path, {"0.png": [("car", [1, 2, 3, 4]), ("car", [1, 2, 3, 4])]})
    foreign.import_(editor, "coco", path)
    editor.view("0.png").objects[0].shape = Box(20, 20, 5, 5)
    report = foreign.import_(editor, "coco", path)
    assert (report.objects, report.known) == (0, 2)
    assert boxes(editor, "0.png") == [("car", 1, 2, 3, 4), ("car", 20, 20, 5, 5)]


def test_what_is_there_stays_and_states_of_people_too(editor: Editor, tmp_path: Path) -> None:
    editor.view("0.png").add(Box(30, 30, 5, 5), "bus")
    editor.set_state("flagged", note="which?", key="0.png")
    foreign.import_(editor, "coco", coco(tmp_path, {"0.png": [("car", [1, 2, 3, 4])]}))
    assert boxes(editor, "0.png") == [("bus", 30, 30, 5, 5), ("car", 1, 2, 3, 4)]
    assert (editor.view("0.png").state, editor.view("0.png").note) == ("flagged", "which?")


def test_drafts_come_in_without_being_done(editor: Editor, tmp_path: Path) -> None:
    foreign.import_(
        editor, "coco", coco(tmp_path, {"0.png": [("car", [1, 2, 3, 4])], "1.png": []}), done=False
    )
    assert [editor.view(key).state for key in ("0.png", "1.png")] == ["in_progress", "todo"]


def test_images_that_the_project_does_not_have_are_counted(editor: Editor, tmp_path: Path) -> None:
    things = {"0.png": [("car", [1, 2, 3, 4])], "x.png": [("ufo", [1, 2, 3, 4])], "../../0.txt": []}
    report = foreign.import_(editor, "coco", coco(tmp_path, things))
    assert report.left == {"not in this project": 2}
    assert report.examples["not in this project"] == ["x.png", "../../0.txt"]
    assert editor.schema.find("ufo") is None
    with pytest.raises(
        FormatError, match=r"2 images, and none of them is in .*'x\.png' there, '0\.png' here"
    ):
        foreign.import_(editor, "coco", coco(tmp_path, {"x.png": [], "y.png": []}))


def test_boxes_that_look_wrong_are_kept_and_counted(editor: Editor, tmp_path: Path) -> None:
    path = coco(
        tmp_path, {"0.png": [("car", [60, 40, 10, 10]), ("car", [1, 2, 3, 4])]}, width=640, height=480
    )
    report = foreign.import_(editor, "coco", path)
    assert len(boxes(editor, "0.png")) == 2
    assert report.lost == {
        "reaching outside the image (kept)": 1,
        "on an image of another size than the file says (kept as they are)": 2,
    }


def test_a_broken_file_changes_nothing(editor: Editor, tmp_path: Path) -> None:
    things: dict[str, list] = {
        "0.png": [("new", [1, 2, 3, 4])],
        "1.png": [("car", [1, 2, -3, 4])],
    }
    head = editor.store.head()
    with pytest.raises(FormatError, match=r"annotations\[1\]\.bbox"):
        foreign.import_(editor, "coco", coco(tmp_path, things))
    with pytest.raises(FormatError, match="nothing at"):
        foreign.import_(editor, "voc", tmp_path / "absent")
    assert editor.store.head() == head
    assert editor.schema.find("new") is None


def test_two_entries_for_one_image_are_put_together(editor: Editor, tmp_path: Path) -> None:
    things: dict[str, list] = {"a/0.png": [("car", [1, 2, 3, 4])], "b/0.png": [("bus", [1, 2, 3, 4])]}
    report = foreign.import_(editor, "coco", coco(tmp_path, things))
    assert boxes(editor, "0.png") == [("bus", 1, 2, 3, 4), ("car", 1, 2, 3, 4)]
    assert "More than once in the file, and put together: 1 image." in str(report)


def test_the_format_is_found_out(editor: Editor, tmp_path: Path) -> None:
    assert foreign.import_(editor, None, coco(tmp_path, {"0.png": []})).title == "COCO"
    (tmp_path / "nothing").mkdir()
    with pytest.raises(FormatError, match=r"looks like no known format\. Name one of: coco, csv"):
        foreign.import_(editor, None, tmp_path / "nothing")


def test_an_import_is_taken_back_as_a_whole_but_for_what_was_edited(editor: Editor, tmp_path: Path) -> None:
    editor.view("3.png").add(Box(1, 1, 9, 9), "bus")
    before = editor.store.head()
    many = [("car", [at % 50, 1, 3, 4 + at]) for at in range(PART // 2 + 1)]
    path = coco(tmp_path, {f"{at}.png": many for at in range(4)})
    foreign.import_(editor, "coco", path)
    changes = [entry.change for entry in editor.store.log(before)]
    assert {change.origin for change in changes} == {"file"}
    # One undo too many on an image must not take the boxes of other images away, which nobody would see.
    editor.go(0)
    with pytest.raises(NothingToUndo):
        editor.undo()
    editor.view("1.png").objects[0].label = "bus"
    assert foreign.take_back(editor) == {"items": 3, "kept": 1}
    assert [len(editor.view(f"{at}.png").objects) for at in range(4)] == [0, len(many), 0, 1]
    assert [editor.view(f"{at}.png").state for at in range(4)] == ["todo", "done", "todo", "in_progress"]
    assert foreign.take_back(editor) == {"items": 0, "kept": 0}
    assert foreign.import_(editor, "coco", path).objects == 3 * len(many)


def test_names_find_their_items() -> None:
    class Source:
        location = "/data/photos"
        keys = ("a.jpg", "b.png", "x/a.jpg", "x/c.jpg", "y/d.jpg", "z/d.jpg", "ü.jpg")

        def __len__(self) -> int:
            return len(self.keys)

        def key(self, index: int) -> str:
            return self.keys[index]

        def index(self, key: str) -> int:
            if key not in self.keys:
                raise KeyError(key)
            return self.keys.index(key)

    match = Matcher(Source())
    expected = {
        "a.jpg": "a.jpg", "/data/photos/x/a.jpg": "x/a.jpg", "C:\\other\\x\\a.jpg": "x/a.jpg", "train/a.jpg": "a.jpg",
        "c.jpg": "x/c.jpg", "d.jpg": None, "train/y/d.jpg": "y/d.jpg", "a": "a.jpg", "train/x/a": "x/a.jpg",
        "b": "b.png", "c": "x/c.jpg", "d": None, "b.jpg": None, "../a.jpg": "a.jpg", "": None, "/": None,
        "u\u0308.jpg": "ü.jpg", "..": None,
    }  # fmt: skip
    assert {name: match.key(name) for name in expected} == expected
