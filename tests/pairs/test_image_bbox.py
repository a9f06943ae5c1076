"""The annotator of boxes as a user's code sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from ipyannotator import (
    Annotator,
    Box,
    InputImage,
    InvalidValue,
    OutputImageBbox,
    ReadOnly,
    Settings,
    UnsupportedPair,
)
from ipyannotator.errors import NothingToUndo, StoreError
from ipyannotator.model import Change
from ipyannotator.stores import SqlStore
from ipyannotator.transfer import exchange


def test_the_papers_calls(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    assert len(a) == 5
    assert (a.index, a.item) == (0, "0.jpg")
    a.current.add(Box(10, 20, 30, 40), label="car")
    a.index = 3
    assert a.item == "3.jpg"
    assert len(a.current) == 0
    assert a.annotations["0.jpg"].labels == ["car"]
    a.index = 0
    a.undo()
    assert len(a.current) == 0
    a.redo()
    heard: list[Any] = []
    a.on("change", heard.append)
    a.current.objects[0].shape = Box(1, 2, 3, 4)
    assert len(heard) == 1
    table = a.to_dataframe()
    assert table[["item", "label", "x", "width"]].to_numpy().tolist() == [["0.jpg", "car", 1, 3]]
    path = Path(a.save())
    assert json.loads(path.read_text()) == a.to_dict()
    assert list(a.to_dict(only_annotated=True).values()) == [
        {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    ]


def test_tomorrow_everything_is_there(create: Callable[..., Any], project: Path) -> None:
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    a.done()
    a.close()
    b = create(["car"])
    assert b.index == 1
    assert b.annotations["0.jpg"].state == "done"
    assert json.loads((project / "results" / "annotations.json").read_text())[f"{project}/photos/0.jpg"][
        "labels"
    ]


def test_the_frame_holds_the_canvas_and_its_parts(create: Callable[..., Any]) -> None:
    a = create(["car"])
    assert isinstance(a, ipywidgets.Widget)
    assert a.parts.stage is a.canvas
    mine = ipywidgets.Label("mine")
    a.parts.fields = mine
    a.step = "explore"
    a.step = "create"
    assert a.parts.fields is mine
    with pytest.raises(InvalidValue, match="fields"):
        a.parts.felds = mine
    with pytest.raises(InvalidValue, match="ipywidget"):
        a.parts.fields = "text"


def test_done_skip_and_flag_move_to_what_is_left(create: Callable[..., Any]) -> None:
    a = create(["car"])
    submitted: list[str] = []
    a.on("submit", lambda annotation: submitted.append(annotation.key))
    a.act("done")
    a.act("skip")
    assert (a.index, submitted) == (2, ["0.jpg"])
    a.act("flag", "blurred")
    assert (a.current.state, a.current.note) == ("flagged", "blurred")
    a.act("flag")
    assert a.current.state == "todo"
    a.current.add(Box(1, 1, 5, 5))
    assert a.current.state == "in_progress"


def test_when_everything_is_done_it_says_so(create: Callable[..., Any], said: list[str]) -> None:
    a = create(["car"])
    for _ in range(5):
        a.act("done")
    assert said == ["Everything is done."]


def test_next_only_moves_unless_told_otherwise(create: Callable[..., Any]) -> None:
    a = create(["car"])
    a.act("next")
    assert (a.index, a.annotations["0.jpg"].state) == (1, "todo")
    a.settings.done_on_next = True
    a.act("next")
    assert a.annotations["1.jpg"].state == "done"


def test_go_to_a_number_or_a_name(create: Callable[..., Any], said: list[str]) -> None:
    a = create(["car"])
    for typed, index in [("3", 2), ("4.jpg", 4), ("1.j", 1)]:
        a.act("go", typed)
        assert a.index == index
    a.act("go", "99")
    a.act("go", "nothing")
    assert a.index == 1
    assert "99, expected from 1 to 5" in said[0]
    assert "part of a name" in said[1]
    with pytest.raises(IndexError, match="numbered from 0"):
        a.index = 5


def test_explore_changes_nothing_not_even_a_file(create: Callable[..., Any], project: Path) -> None:
    a = create(["car"], step="explore")
    with pytest.raises(ReadOnly, match="create"):
        a.current.add(Box(1, 1, 5, 5), "car")
    with pytest.raises(ReadOnly):
        a.save()
    a.close()
    assert sorted(path.name for path in project.iterdir()) == ["photos"]


def test_explore_shows_what_was_annotated_and_leaves_every_byte(
    create: Callable[..., Any], project: Path
) -> None:
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    a.close()
    before = {path: path.read_bytes() for path in (project / "results").rglob("*") if path.is_file()}
    b = create(["other"], step="explore")
    assert b.current.labels == ["car"]
    b.close()
    after = {path: path.read_bytes() for path in (project / "results").rglob("*") if path.is_file()}
    assert {p: d for p, d in after.items() if "cache" not in p.parts} == {
        p: d for p, d in before.items() if "cache" not in p.parts
    }


def test_the_step_is_switched_within_the_display(create: Callable[..., Any]) -> None:
    a = create(["car"])
    a.index = 2
    a.current.add(Box(1, 1, 5, 5), "car")
    a.act("step", "explore")
    assert a.editor.read_only
    assert (a.index, a.current.labels) == (2, ["car"])
    a.step = "create"
    a.current.add(Box(2, 2, 5, 5), "car")
    assert len(a.current) == 2


def test_a_replaced_method_is_what_a_key_calls(create: Callable[..., Any]) -> None:
    a = create(["car"])
    calls: list[str] = []
    a.next = lambda: calls.append("instance")
    a.act("next")
    a.keymap["x"] = lambda annotator: calls.append(annotator.item)
    a.act("call:x")
    assert calls == ["instance", "0.jpg"]
    assert a.canvas.keymap["x"] == "call:x"
    with pytest.raises(InvalidValue, match="action"):
        a.keymap["y"] = "fly"


def test_what_goes_wrong_in_an_action_is_said_not_raised(create: Callable[..., Any], said: list[str]) -> None:
    a = create(["car"])
    a.act("undo")
    a.next = lambda: 1 / 0
    a.act("next")
    a.act("fly")
    assert "nothing of yours to undo" in said[0]
    assert "ZeroDivisionError" in said[1]
    assert "fly" in said[2]
    with pytest.raises(NothingToUndo):
        a.undo()


def test_classes_are_typed_where_they_are_open(create: Callable[..., Any]) -> None:
    a = create(None)
    a.act("add_class", "tram")
    assert a.classes == ["tram"]
    assert a.canvas.active_class == a.editor.schema.id_of("tram")
    a.current.add(Box(1, 1, 5, 5), "bike")
    assert a.classes == ["tram", "bike"]


def test_a_class_that_was_removed_is_kept_on_what_has_it(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.current.add(Box(1, 1, 5, 5), "bus")
    a.close()
    b = create(["car", "tram"])
    assert b.classes == ["car", "tram"]
    assert b.current.labels == ["bus"]
    with pytest.raises(InvalidValue, match="'car'"):
        b.current.add(Box(1, 1, 5, 5), "lorry")


def test_the_fields_show_and_change_the_selected_box(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    box = a.current.add(Box(10, 20, 30, 40), "car")
    a.editor.select([box.id])
    assert a.view.fields.numbers["width"].value == 30
    a.view.fields.numbers["width"].value = 55
    assert box.shape == Box(10, 20, 55, 40)
    a.view.fields.class_id.value = a.editor.schema.id_of("bus")
    assert box.label == "bus"
    a.view.fields.delete.click()
    assert len(a.current) == 0


def test_what_is_hidden_and_locked_is_a_list_of_ids_and_names(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    box = a.current.add(Box(1, 2, 3, 4), "car")
    car = a.editor.schema.id_of("car")
    a.canvas.hidden = ["car", box.id, "car"]
    assert a.canvas.hidden == [car, box.id]
    a.editor.select([box.id])
    fields = a.view.fields
    assert not fields.read_only
    a.canvas.locked = ["car"]
    assert fields.read_only
    a.canvas.locked = []
    assert not fields.read_only
    assert [each.id for each in a.current.objects] == [box.id]


def test_a_project_of_the_original_opens_as_it_is(create: Callable[..., Any], project: Path) -> None:
    results = project / "results"
    results.mkdir()
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    content = {f"/old/place/photos/{n}.jpg": (value if n == 2 else None) for n in range(5)}
    (results / "annotations.json").write_text(json.dumps(content))
    seen = create(["car"], step="explore")
    assert seen.annotations["2.jpg"].labels == ["car"]
    seen.close()
    assert [path.name for path in results.iterdir()] == ["annotations.json"]
    a = create(["car"])
    assert a.annotations["2.jpg"].labels == ["car"]
    assert a.index == 0
    a.close()
    (results / "annotations.json").write_text("{}")  # an old file takes nothing back
    b = create(["car"])
    assert b.annotations["2.jpg"].labels == ["car"]


def test_the_originals_classes_come_in_the_declared_order_with_their_keys(
    create: Callable[..., Any], project: Path
) -> None:
    (project / "results").mkdir()
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}] * 2, "labels": [["bus"], ["tram"]]}
    (project / "results" / "annotations.json").write_text(json.dumps({"photos/0.jpg": value}))
    a = create(["car", "bus"])
    assert [(c.name, c.key, c.retired) for c in a.editor.schema] == [
        ("car", "1", False),
        ("bus", "2", False),
        ("tram", "", True),
    ]
    a.close()
    b = create(["tram", "car"])
    assert [(c.name, c.key) for c in b.editor.schema.active] == [("tram", "1"), ("car", "2")]


def test_a_broken_json_that_is_mended_is_taken_in(create: Callable[..., Any], project: Path) -> None:
    (project / "results").mkdir()
    path = project / "results" / "annotations.json"
    whole = json.dumps({"photos/1.jpg": {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": []}})
    path.write_text(whole[:-10])
    with pytest.raises(ValueError, match="cut short"):
        create(["car"])
    path.write_text(whole)
    assert len(create(["car"]).annotations["1.jpg"]) == 1


def test_a_load_that_was_broken_off_goes_on_where_it_ended(
    create: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "results").mkdir()
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    content = {f"photos/{n}.jpg": value for n in range(5)}
    (project / "results" / "annotations.json").write_text(json.dumps(content))
    commit, calls = SqlStore.commit, []

    def broken(self: SqlStore, change: Change, *rest: Any) -> Any:
        calls.append(change)
        if len(calls) == 4:
            raise StoreError("the disk is full")
        return commit(self, change, *rest)

    monkeypatch.setattr(exchange, "BATCH", 2)
    monkeypatch.setattr(SqlStore, "commit", broken)
    with pytest.raises(StoreError):
        create(["car"])
    a = create(["car"])
    assert [len(a.annotations[key]) for key in a.annotations] == [1] * 5


def test_a_broken_json_stops_create_and_is_left_as_it_is(create: Callable[..., Any], project: Path) -> None:
    (project / "results").mkdir()
    path = project / "results" / "annotations.json"
    path.write_text('{"photos/0.jpg": {"bbox": [')
    with pytest.raises(ValueError, match="cut short"):
        create(["car"])
    assert path.read_text() == '{"photos/0.jpg": {"bbox": ['


def test_the_json_of_another_output_is_left_alone(create: Callable[..., Any], project: Path) -> None:
    (project / "results").mkdir()
    path = project / "results" / "annotations.json"
    path.write_text('{"photos/0.jpg": ["red.jpg"]}')
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    assert a.save().endswith("annotations-bbox.json")
    assert path.read_text() == '{"photos/0.jpg": ["red.jpg"]}'


def test_a_project_file_is_explored(create: Callable[..., Any], project: Path) -> None:
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    (project / "mine.json").write_text(json.dumps({"photos/1.jpg": value}))
    a = create(["car"], step="explore", project_file="mine.json")
    assert a.annotations["1.jpg"].labels == ["car"]
    with pytest.raises(FileNotFoundError, match="not_there"):
        create(["car"], step="explore", project_file="not_there.json")


def test_a_project_file_is_improved_but_creating_begins_without_it(
    create: Callable[..., Any], project: Path
) -> None:
    value = {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}
    (project / "mine.json").write_text(json.dumps({"photos/1.jpg": value}))
    create(["car"], step="improve", project_file="mine.json", result_dir="improved").close()
    assert create(["car"], project_file="mine.json", result_dir="improved").annotations["1.jpg"].labels == [
        "car"
    ]
    assert len(create(["car"], project_file="mine.json", result_dir="created").annotations["1.jpg"]) == 0


def test_a_renamed_picture_is_found_by_its_content(create: Callable[..., Any], project: Path) -> None:
    a = create(["car"])
    a.index = 2
    a.current.add(Box(1, 1, 5, 5), "car")
    a.done()
    a.close()
    (project / "photos" / "2.jpg").rename(project / "photos" / "renamed.jpg")
    b = create(["car"])
    assert b.relink() == {"2.jpg": "renamed.jpg"}
    assert b.annotations["renamed.jpg"].labels == ["car"]
    assert b.annotations["renamed.jpg"].state == "done"


def test_a_missing_folder_says_where_it_looked(project: Path) -> None:
    with pytest.raises(FileNotFoundError, match="photos"):
        Annotator(InputImage("fotos"), OutputImageBbox(), Settings(project_path=project)).create()


def test_an_unserved_pair_lists_what_there_is() -> None:
    with pytest.raises(
        UnsupportedPair, match=r"InputImage with OutputImageBbox \(explore, create, improve\)"
    ):
        Annotator(InputImage("photos")).create()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: OutputImageBbox(clases=["a"]), "classes"),
        (lambda: InputImage(image_dirr="x"), "image_dir"),
        (lambda: InputImage(image_width=-1), "image_width"),
        (lambda: OutputImageBbox("car"), "list of names"),
        (lambda: OutputImageBbox(["car", "car"]), "Twice: car"),
        (lambda: OutputImageBbox(["car", " "]), "not empty"),
        (lambda: Settings(author=3), "author"),
        (lambda: Annotator("photos"), "InputImage"),
        (lambda: Annotator(InputImage("x"), "boxes"), "OutputImageBbox"),
        (lambda: Box(1, 2, 0, 4), "width"),
        (lambda: Box(1, float("nan"), 3, 4), "finite"),
    ],
)
def test_wrong_arguments_are_errors_with_a_remedy(call: Callable[[], Any], match: str) -> None:
    with pytest.raises((TypeError, ValueError), match=match):
        call()


def test_closing_writes_the_json_only_where_something_has_changed(
    create: Callable[..., Any], project: Path
) -> None:
    path = project / "results" / "annotations.json"
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    a.close()
    first = path.stat().st_mtime_ns
    create(["car"]).close()
    assert path.stat().st_mtime_ns == first
    b = create(["car"])
    b.current.add(Box(2, 2, 5, 5), "car")
    b.current.add(Box(3, 3, 5, 5), "car")
    b.close()
    assert len(json.loads(path.read_text())[f"{project}/photos/0.jpg"]["bbox"]) == 3
    path.unlink()
    create(["car"]).close()
    assert path.exists()


def test_boxes_go_out_as_yolo_and_come_back_into_another_project(
    create: Callable[..., Any], project: Path
) -> None:
    a = create(["car", "bus"])
    a.current.add(Box(10, 20, 30, 40), "bus")
    a.done()
    report = a.export("yolo", project / "out")
    assert (report.items, report.objects) == (1, 1)
    assert "1 image" in str(report)
    b = create(["car", "bus"], result_dir="other")
    assert b.import_("yolo", project / "out").objects == 1
    assert b.annotations["0.jpg"].objects[0].shape == Box(10, 20, 30, 40)
    assert b.annotations["0.jpg"].labels == ["bus"]
    assert b.undo_import()["items"] == 1
    assert len(b.annotations["0.jpg"]) == 0


@pytest.mark.parametrize(
    ("values", "enlarge"),
    [
        ({}, True),
        ({"image_width": 300, "image_height": 200}, False),
        ({"image_width": 300, "image_height": 200, "fit_canvas": True}, True),
    ],
)
def test_small_pictures_fill_a_surface_of_a_given_size_where_it_is_asked_for(
    project: Path, opened: list[Any], values: dict[str, Any], enlarge: bool
) -> None:
    a = Annotator(InputImage("photos", **values), OutputImageBbox(), Settings(project)).explore()
    opened.append(a)
    assert a.canvas.enlarge is enlarge
