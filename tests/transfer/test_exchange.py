"""The JSON in the original's form: written, read once, merged on request, never a danger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ipyannotator.editor import Editor
from ipyannotator.errors import FormatError
from ipyannotator.model import Box
from ipyannotator.transfer import exchange

FOLDER = "project/photos"


def test_the_shape_is_the_originals(editor: Editor) -> None:
    editor.view("0.png").extend([Box(1, 2, 3.5, 4), Box(5, 6, 7, 8)], ["car", None])
    editor.set_state("done", key="1.png")
    values = exchange.to_dict(editor, FOLDER)
    assert values["project/photos/0.png"] == {
        "bbox": [{"x": 1, "y": 2, "width": 3.5, "height": 4}, {"x": 5, "y": 6, "width": 7, "height": 8}],
        "labels": [["car"], []],
    }
    assert values["project/photos/1.png"] == {"bbox": [], "labels": []}
    assert values["project/photos/2.png"] is None
    assert list(exchange.to_dict(editor, FOLDER, only_annotated=True)) == [
        f"{FOLDER}/0.png",
        f"{FOLDER}/1.png",
    ]


def test_what_is_saved_is_read_back_equal(make: Callable[..., Editor], tmp_path: Path) -> None:
    first = make(classes=["car"])
    first.view("0.png").extend([Box(1, 2, 3, 4), Box(1.25, 2, 3, 4)], ["car", "car"])
    first.view("3.png").add(Box(9, 9, 9, 9), "car")
    path = exchange.save(first, tmp_path / "annotations.json", FOLDER)
    second = make(classes=["car"], folder="elsewhere")
    assert exchange.load(second, path, "another/photos") == 2
    assert exchange.to_dict(second, FOLDER) == json.loads(path.read_text())


def test_paths_of_another_machine_find_their_items_and_unknown_ones_are_kept(
    make: Callable[..., Editor], tmp_path: Path
) -> None:
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    path = tmp_path / "old.json"
    path.write_text(
        json.dumps({"C:\\old\\photos\\2.png": value, "/old/photos/gone.png": value, "x/1.png": None})
    )
    editor = make(classes=["car"])
    exchange.load(editor, path, FOLDER)
    assert editor.view("2.png").labels == ["car"]
    assert editor.view("gone.png").labels == ["car"]
    assert editor.view("1.png").state == "todo"


def test_paths_that_mean_one_item_are_put_together_however_long_the_file(
    make: Callable[..., Editor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BATCH", 1)
    path = tmp_path / "old.json"
    boxes = [{"bbox": [{"x": x, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]} for x in (1, 5, 9)]
    path.write_text(json.dumps(dict(zip(("one/2.png", "one/1.png", "two/2.png"), boxes, strict=True))))
    editor = make(classes=["car"])
    exchange.load(editor, path, FOLDER)
    assert [box.shape for box in editor.view("2.png").objects] == [Box(1, 2, 3, 4), Box(9, 2, 3, 4)]
    assert len(editor.view("1.png")) == 1


def test_a_label_that_is_no_class_is_kept_as_a_retired_one(
    make: Callable[..., Editor], tmp_path: Path
) -> None:
    path = tmp_path / "old.json"
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["tram"]]}
    path.write_text(json.dumps({"photos/0.png": value}))
    editor = make(classes=["car"])
    exchange.load(editor, path, "photos")
    assert editor.view("0.png").labels == ["tram"]
    assert [record.name for record in editor.schema.active] == ["car"]
    assert exchange.to_dict(editor, "photos", only_annotated=True) == {"photos/0.png": value}


@pytest.mark.parametrize(
    "text",
    [
        '{"photos/0.png": {"bbox": [{"x": 1, "y": 2, "wid',
        "",
        "[1, 2]",
        '{"photos/0.png": {"bbox": [{"x": 1, "y": 2, "width": 0, "height": 4}], "labels": []}}',
        '{"photos/0.png": {"bbox": [{"x": 1, "y": "2"}], "labels": []}}',
        '{"photos/0.png": ["red.jpg"]}',
        '{"photos/0.png": {"bbox": [], "labels": [["car"]]}}',
    ],
)
def test_a_broken_or_foreign_file_is_refused_whole(editor: Editor, tmp_path: Path, text: str) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(text)
    head = editor.store.head()
    with pytest.raises(FormatError, match=r"annotations\.json"):
        exchange.load(editor, path, "photos")
    assert editor.store.head() == head
    assert path.read_text() == text


def test_a_hand_edited_file_is_merged_and_newer_work_stays(editor: Editor, tmp_path: Path) -> None:
    view = editor.view("0.png")
    view.extend([Box(1, 1, 10, 10), Box(2, 2, 20, 20), Box(3, 3, 30, 30)], ["car", "car", "car"])
    path = exchange.save(editor, tmp_path / "annotations.json", FOLDER)
    content = json.loads(path.read_text())
    value = content[f"{FOLDER}/0.png"]
    value["bbox"] = [
        value["bbox"][0],
        {"x": 9, "y": 9, "width": 9, "height": 9},
    ]  # 2 and 3 removed, one added
    value["labels"] = [["car"], ["bus"]]
    path.write_text(json.dumps(content))
    view.objects[2].shape = Box(4, 4, 40, 40)  # newer work on the third
    view.add(Box(7, 7, 7, 7), "bus")
    report = exchange.merge(editor, path, FOLDER)
    assert report == {"items": 1, "added": 1, "removed": 1, "kept": 1}
    assert sorted(obj.shape.bounds() for obj in view.objects) == [
        (1, 1, 11, 11), (4, 4, 44, 44), (7, 7, 14, 14), (9, 9, 18, 18),
    ]  # fmt: skip
    assert exchange.merge(editor, path, FOLDER)["added"] == 0  # again changes nothing
    editor.go(0)
    editor.undo()
    assert len(view) == 4


def test_an_old_file_takes_nothing_back(editor: Editor, tmp_path: Path) -> None:
    path = exchange.save(editor, tmp_path / "annotations.json", FOLDER)
    editor.view("0.png").add(Box(1, 1, 10, 10), "car")
    assert exchange.merge(editor, path, FOLDER) == {"items": 0, "added": 0, "removed": 0, "kept": 0}
    assert len(editor.view("0.png")) == 1


def test_saving_over_a_hand_edited_file_keeps_that_version(editor: Editor, tmp_path: Path) -> None:
    notices: list[tuple[str, str]] = []
    editor.events.on("notice", lambda level, text: notices.append((level, text)))
    path = exchange.save(editor, tmp_path / "annotations.json", FOLDER)
    path.write_text('{"mine": null}')
    exchange.save(editor, path, FOLDER)
    (kept,) = (tmp_path / "backups").glob("annotations-*.json")
    assert kept.read_text() == '{"mine": null}'
    assert notices[0][0] == "warning"
    exchange.save(editor, path, FOLDER)
    assert len(list((tmp_path / "backups").iterdir())) == 1


def test_several_labels_of_one_box_survive(make: Callable[..., Editor], tmp_path: Path) -> None:
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car", "red"]]}
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"photos/0.png": value}))
    editor = make()
    exchange.load(editor, path, "photos")
    assert exchange.to_dict(editor, "photos", only_annotated=True) == {"photos/0.png": value}
