"""Words and pictures as labels: the paper's calls, and what becomes of folders that change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator import Annotator, InvalidValue, ReadOnly, Settings
from ipyannotator.annotator import Annotator as PaperAnnotator
from ipyannotator.errors import MissingFolder, NoItems
from ipyannotator.mltypes import InputImage, OutputImageBbox, OutputImageLabel, OutputLabel
from ipyannotator.model import Whole


@pytest.fixture
def label_dir(project: Path) -> Path:
    folder = project / "labels"
    folder.mkdir()
    for color in ("blue", "green", "red"):
        Image.new("RGB", (60, 60), color).save(folder / f"{color}.jpg")
    return folder


@pytest.fixture
def labelling(project: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(output: Any, step: str = "create", **settings: Any) -> Any:
        values = {"project_path": project, "author": "ann", **settings}
        opened.append(getattr(Annotator(InputImage("photos"), output, Settings(**values)), step)())
        return opened[-1]

    return make


def value(a: Any, key: str = "0.jpg") -> Any:
    return next(value for path, value in a.to_dict().items() if path.endswith(f"/{key}"))


def test_the_papers_example_runs(project: Path, label_dir: Path, opened: list[Any]) -> None:
    input_item = InputImage(image_dir="photos", image_width=200, image_height=200)
    output_item = OutputImageLabel(label_dir="labels", label_width=30, label_height=30)
    annotator = PaperAnnotator(input_item, output_item, Settings(project_path=project))
    created = annotator.create()
    created.current.add(Whole(), "red.jpg")
    created.close()
    explored = annotator.explore()
    opened.append(explored)
    assert value(explored) == ["red.jpg"]
    improved = annotator.improve()
    opened.append(improved)
    assert [grid.name for grid in improved] == ["blue.jpg", "green.jpg", "red.jpg", "No label"]
    assert improved[2].to_dict() == {str(project / "photos" / "0.jpg"): {"answer": False}}


def test_labels_are_pictures_of_the_folder_sent_to_the_page(
    labelling: Callable[..., Any], label_dir: Path
) -> None:
    a = labelling(OutputImageLabel("labels", label_width=30, label_height=40))
    assert a.classes == ["blue.jpg", "green.jpg", "red.jpg"]
    pictures = a.view.labels.pictures
    assert [a.editor.schema.name(each) for each in pictures] == a.classes
    assert all(data[:2] == b"\xff\xd8" for data in pictures.values())
    assert a.view.labels.size == [30, 40]
    assert a.canvas.keymap["2"] == f"label:{a.editor.schema.id_of('green.jpg')}"


def test_a_picture_that_is_broken_is_told_of_and_the_label_stays(
    labelling: Callable[..., Any], label_dir: Path, said: list[str]
) -> None:
    (label_dir / "green.jpg").write_bytes(b"no picture")
    a = labelling(OutputImageLabel("labels"))
    assert a.classes == ["blue.jpg", "green.jpg", "red.jpg"]
    assert len(a.view.labels.pictures) == 2
    assert any("green.jpg" in text for text in said)


def test_a_label_folder_that_is_missing_or_empty_says_so(
    labelling: Callable[..., Any], project: Path
) -> None:
    (project / "empty").mkdir()
    with pytest.raises(MissingFolder, match="labls"):
        labelling(OutputImageLabel("labls"))
    with pytest.raises(NoItems, match="empty"):
        labelling(OutputImageLabel("empty"))


def test_a_label_that_was_removed_stays_where_it_was_given(
    labelling: Callable[..., Any], label_dir: Path
) -> None:
    a = labelling(OutputImageLabel("labels"))
    a.current.add(Whole(), "red.jpg")
    a.close()
    (label_dir / "red.jpg").unlink()
    b = labelling(OutputImageLabel("labels"))
    assert b.classes == ["blue.jpg", "green.jpg"]
    assert value(b) == ["red.jpg"]
    b.close()
    Image.new("RGB", (9, 9), "red").save(label_dir / "red.jpg")
    assert labelling(OutputImageLabel("labels")).classes == ["blue.jpg", "green.jpg", "red.jpg"]


def test_without_a_folder_the_labels_are_those_of_the_file(
    labelling: Callable[..., Any], project: Path
) -> None:
    (project / "results").mkdir()
    (project / "results" / "annotations.json").write_text(
        json.dumps({"photos/0.jpg": ["cat"], "photos/1.jpg": ["dog"]})
    )
    a = labelling(OutputImageLabel())
    assert a.classes == ["cat", "dog"]
    assert a.view.labels.extensible
    assert a.view.labels.pictorial
    a.add_label = None  # the view's own is asked
    a.act("add_label", "owl")
    assert a.classes == ["cat", "dog", "owl"]


def test_settings_may_name_the_label_folder(labelling: Callable[..., Any], label_dir: Path) -> None:
    assert labelling(OutputImageLabel(), label_dir="labels").classes == ["blue.jpg", "green.jpg", "red.jpg"]


NASTY = ["<b>bold</b>", "a/b\\c", "quote\"'", "😀 emoji", "../up", "ünïcödé"]


def test_names_with_markup_slashes_quotes_and_emoji_go_round(
    labelling: Callable[..., Any], project: Path
) -> None:
    a = labelling(OutputLabel(NASTY))
    for name in NASTY:
        a.current.add(Whole(), name)
    assert value(a) == NASTY
    a.close()
    b = labelling(OutputLabel(NASTY), step="improve")
    for grid in b.grids[: len(NASTY)]:
        b.canvas.mark(grid.cells)
    b.save()
    missed = sorted(
        path.relative_to(project / "results" / "missed").parts
        for path in (project / "results" / "missed").rglob("*.json")
    )
    assert len(missed) == len(NASTY)
    assert all(len(parts) == 2 and parts[1] == "annotations.json" for parts in missed)


def test_two_labels_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidValue, match="Twice: cat"):
        OutputLabel(["cat", "dog", "cat"])


def test_a_typed_label_is_given_and_one_excludes_the_others_where_there_is_one(
    labelling: Callable[..., Any],
) -> None:
    a = labelling(OutputLabel(None, multiple=False))
    a.act("add_label", "cat")
    a.act("add_label", "dog")
    a.act("add_label", "dog")
    assert value(a) == ["dog"]
    a.undo()
    assert value(a) == ["cat"]


def test_explore_shows_labels_and_changes_nothing(labelling: Callable[..., Any], project: Path) -> None:
    labelling(OutputLabel(["cat"])).current.add(Whole(), "cat")
    a = labelling(OutputLabel(["cat"]), step="explore")
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.suffix != ".db-shm"}
    with pytest.raises(ReadOnly):
        a.current.add(Whole(), "cat")
    assert value(a) == ["cat"]
    assert not a.view.labels.extensible
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_two_outputs_on_one_folder_mix_nothing_up(project: Path, label_dir: Path, opened: list[Any]) -> None:
    from ipyannotator import Box

    annotator = Annotator(InputImage("photos"), OutputLabel(["cat"]), Settings(project_path=project))
    words = annotator.create()
    words.current.add(Whole(), "cat")
    words.close()
    annotator.output_item = OutputImageBbox(["car"])
    boxes = annotator.create()
    assert value(boxes) is None
    boxes.current.add(Box(1, 2, 3, 4), "car")
    boxes.close()
    annotator.output_item = OutputImageLabel("labels")
    pictures = annotator.create()
    opened.append(pictures)
    assert value(pictures) is None
    annotator.output_item = OutputLabel(["cat"])
    opened.append(annotator.explore())
    assert value(opened[-1]) == ["cat"]
    names = sorted(path.name for path in (project / "results").glob("*.json"))
    assert names == ["annotations-bbox.json", "annotations.json"]


@pytest.mark.parametrize("values", [{"label_width": 0}, {"label_height": "3"}, {"label_width": True}])
def test_sizes_are_checked(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="CSS pixels"):
        OutputLabel(["a"], **values)
    with pytest.raises(InvalidValue, match="CSS pixels"):
        OutputImageLabel("x", **values)


@pytest.mark.parametrize("broken", [3, {"a": 1}, [1], [""], [["cat"]]])
def test_a_value_that_is_no_labels_is_refused(
    labelling: Callable[..., Any], project: Path, broken: Any
) -> None:
    from ipyannotator.errors import FormatError

    (project / "results").mkdir()
    (project / "results" / "annotations.json").write_text(
        json.dumps({"photos/0.jpg": broken, "photos/1.jpg": ["cat"]})
    )
    with pytest.raises(FormatError, match=r"0\.jpg"):
        labelling(OutputLabel(["cat"]))
