"""Capture: a grid with a question, answered page by page; and exploring some classes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator import Annotator, Box, InvalidValue, ReadOnly, Settings
from ipyannotator.mltypes import InputImage, NoOutput, OutputGridBox, OutputImageBbox
from ipyannotator.widgets.cells import Cell


@pytest.fixture
def capturing(project: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(step: str = "create", **settings: Any) -> Any:
        values = {"project_path": project, "author": "ann", "n_cols": 2, "n_rows": 1, **settings}
        annotator = Annotator(InputImage("photos"), OutputGridBox("Which are dark?"), Settings(**values))
        opened.append(getattr(annotator, step)())
        return opened[-1]

    return make


def answers(a: Any) -> list[Any]:
    return [value and value["answer"] for value in a.to_dict().values()]


def test_a_page_is_answered_as_a_whole(capturing: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    a = capturing()
    assert a.canvas.question == "Which are dark?"
    assert a.canvas.pages == [2, 1]
    a.canvas.mark([Cell("1.jpg")])
    assert eventually(lambda: a.view.panel.count == 1)
    a.act("done")
    assert answers(a) == [False, True, None, None, None]
    assert eventually(lambda: list(a.canvas.cells) == [Cell("2.jpg"), Cell("3.jpg")])
    a.canvas.mark([Cell("2.jpg"), Cell("3.jpg")])
    a.act("none_of_these")
    assert answers(a) == [False, True, False, False, None]
    assert a.index == 4
    a.act("undo")
    assert answers(a) == [False, True, True, True, None]


def test_it_opens_at_the_first_page_to_do_and_comes_back_whole(
    capturing: Callable[..., Any], eventually: Callable[..., Any], project: Path
) -> None:
    a = capturing()
    a.canvas.mark([Cell("0.jpg")])
    a.act("done")
    a.close()
    written = json.loads((project / "results" / "annotations.json").read_text())
    assert list(written.values()) == [{"answer": True}, {"answer": False}, None, None, None]
    b = capturing()
    assert eventually(lambda: list(b.canvas.cells) == [Cell("2.jpg"), Cell("3.jpg")])
    b.act("previous")
    assert eventually(lambda: list(b.canvas.cells) == [Cell("0.jpg"), Cell("1.jpg")])
    assert eventually(lambda: b.canvas.marked == [Cell("0.jpg")])
    b.act("next")
    b.act("next")
    assert eventually(lambda: list(b.canvas.cells) == [Cell("4.jpg")])
    assert b.view.panel.total == 1


def test_the_originals_file_comes_in(capturing: Callable[..., Any], project: Path) -> None:
    (project / "results").mkdir()
    (project / "results" / "annotations.json").write_text(json.dumps({"photos/2.jpg": {"answer": True}}))
    assert answers(capturing()) == [None, None, True, None, None]


def test_explore_shows_and_changes_nothing(capturing: Callable[..., Any]) -> None:
    a = capturing()
    a.canvas.mark([Cell("0.jpg")])
    a.act("done")
    b = capturing("explore")
    with pytest.raises(ReadOnly):
        b.canvas.mark([Cell("1.jpg")])
    assert answers(b) == [True, False, None, None, None]


def test_without_rows_a_page_is_about_two_dozen(capturing: Callable[..., Any]) -> None:
    assert capturing(n_cols=6, n_rows=None).canvas.pages == [6, 4]
    assert capturing(n_cols=3, n_rows=None).canvas.pages == [3, 3]


def test_a_wrong_question_is_refused() -> None:
    with pytest.raises(InvalidValue, match="a text"):
        OutputGridBox(question=3)


# ---- explore(k) -----------------------------------------------------------------------------------------------------


def test_some_classes_of_subfolders_are_shown_and_named(tmp_path: Path, opened: list[Any]) -> None:
    for name in ("cat/1.png", "cat/2.png", "cow/1.png", "dog/1.png"):
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "images" / name)
    annotator = Annotator(InputImage("images"), NoOutput(), Settings(project_path=tmp_path))
    a = annotator.explore(2, seed=4)
    opened.append(a)
    folders = {a.editor.shown.key(at).split("/")[0] for at in range(len(a))}
    assert len(folders) == 2
    assert a.parts.restriction.text == f"2 of 3 classes: {', '.join(sorted(folders))}"
    a.act("show_all")
    assert len(a) == 4
    opened.append(annotator.explore(9))
    assert len(opened[-1]) == 4
    opened.append(annotator.explore())
    assert opened[-1].parts.restriction is None


def test_some_classes_of_annotations_are_shown(
    create: Callable[..., Any], project: Path, opened: list[Any]
) -> None:
    a = create(["car", "bus"])
    a.annotations["0.jpg"].add(Box(1, 1, 5, 5), "car")
    a.annotations["3.jpg"].add(Box(1, 1, 5, 5), "bus")
    a.close()
    annotator = Annotator(
        InputImage("photos"), OutputImageBbox(["car", "bus"]), Settings(project_path=project)
    )
    opened.append(annotator.explore(1, seed=0))
    shown = opened[-1]
    assert len(shown) == 1
    assert shown.parts.restriction.text == f"1 of 2 classes: {shown.current.labels[0]}"


@pytest.mark.parametrize("k", [0, -2, 1.5, True, "2"])
def test_no_number_of_classes(project: Path, k: Any) -> None:
    annotator = Annotator(InputImage("photos"), NoOutput(), Settings(project_path=project))
    with pytest.raises(InvalidValue, match="how many classes"):
        annotator.explore(k)
