"""Improve: a grid per class, marks, corrections, and exactly the marked ones in create."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator import Annotator, Box, Settings
from ipyannotator.editor.census import EMPTY
from ipyannotator.formats.naming import folder_name
from ipyannotator.mltypes import InputImage, OutputImageBbox, OutputLabel
from ipyannotator.model import Whole
from ipyannotator.widgets.cells import Cell


@pytest.fixture
def improving(create: Callable[..., Any]) -> Any:
    """Three pictures with a car and a bus each, on two of which there is a second car; two pictures without."""
    a = create(["car", "bus"])
    for number in range(3):
        a.index = number
        a.current.add(Box(10, 10, 30, 30), "car", score=0.9 - number / 10)
        a.current.add(Box(60, 10, 30, 30), "bus")
        if number:
            a.current.add(Box(100, 10, 30, 30), "car", score=0.3)
    a.close()
    b = create(["car", "bus"], step="improve")
    b.view.census.wait()
    return b


def sizes(a: Any) -> dict[str, int]:
    return {grid.name: len(grid) for grid in a}


def listed(a: Any, eventually: Callable[..., Any], count: int) -> list[Cell]:
    assert eventually(lambda: len(a.canvas.cells) == count)
    return list(a.canvas.cells[:])


def test_every_box_of_every_image_is_a_cell_and_images_without_are_too(
    improving: Any, eventually: Callable[..., Any]
) -> None:
    assert sizes(improving) == {"car": 5, "bus": 3, "No box": 2}
    assert len(improving) == 3
    assert [cell.item for cell in listed(improving, eventually, 5)] == [
        "0.jpg",
        "1.jpg",
        "1.jpg",
        "2.jpg",
        "2.jpg",
    ]
    improving.act("tab", EMPTY)
    assert listed(improving, eventually, 2) == [Cell("3.jpg"), Cell("4.jpg")]


@pytest.mark.parametrize(("width", "side"), [(50, 96), (80, 80), (4000, 320), (1, 48)])
def test_the_settings_say_how_large_pictures_are(create: Callable[..., Any], width: int, side: int) -> None:
    assert create(["car"], step="improve", im_width=width).canvas.size == side


def test_a_tab_that_is_chosen_while_counts_are_shown_stays(
    improving: Any, eventually: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    view, bus = improving.view, improving[1].id
    shown_group = view._shown_group
    clicks: list[threading.Thread] = []

    def meanwhile() -> Any:
        found = shown_group()
        if not clicks:
            clicks.append(threading.Thread(target=improving.act, args=("tab", bus)))
            clicks[0].start()
            clicks[0].join(0.1)  # it ends where nothing holds it back
        return found

    monkeypatch.setattr(view, "_shown_group", meanwhile)
    improving.events.emit("task")
    clicks[0].join()
    assert improving.canvas.tab == bus
    assert len(listed(improving, eventually, 3)) == 3


def test_the_most_doubtful_come_first(improving: Any, eventually: Callable[..., Any]) -> None:
    improving.act("sort", "doubt")
    scores = [
        improving.annotations[cell.item][cell.object].score for cell in listed(improving, eventually, 5)
    ]
    assert scores == sorted(scores)


def test_marks_are_kept_counted_and_written_as_the_original_did(
    improving: Any, eventually: Callable[..., Any], project: Path, create: Callable[..., Any]
) -> None:
    cells = listed(improving, eventually, 5)
    improving.canvas.mark([cells[0], cells[2]])
    assert eventually(lambda: improving.view.panel.count == 2)
    folder = project / "photos"
    expected = {str(folder / f"{n}.jpg"): {"answer": n < 2} for n in range(3)}
    assert improving[0].to_dict() == expected
    improving.close()
    assert json.loads((project / "results" / "missed" / "car" / "annotations.json").read_text()) == expected
    assert not (project / "results" / "missed" / "bus").exists()
    again = create(["car", "bus"], step="improve")
    assert again[0].marked == [cells[0], cells[2]]
    again.act("unmark_all")
    again.close()
    assert not any(
        value["answer"]
        for value in json.loads(
            (project / "results" / "missed" / "car" / "annotations.json").read_text()
        ).values()
    )


def test_marks_are_no_annotation(improving: Any, eventually: Callable[..., Any]) -> None:
    before = improving.to_dict()
    cells = listed(improving, eventually, 5)
    improving.canvas.mark(cells)
    improving.act("tab", EMPTY)
    improving.canvas.mark(listed(improving, eventually, 2))
    assert improving.to_dict() == before


def test_relabelling_and_deleting_are_one_change_each_and_undone_there(
    improving: Any, eventually: Callable[..., Any]
) -> None:
    cells = listed(improving, eventually, 5)
    improving.canvas.mark([cells[0], cells[2]])
    improving.act("relabel", improving.editor.schema.id_of("bus"))
    assert sizes(improving) == {"car": 3, "bus": 5, "No box": 2}
    assert improving[1].marked == []
    assert listed(improving, eventually, 3) == [cells[1], *cells[3:]]
    improving.act("undo")
    assert sizes(improving) == {"car": 5, "bus": 3, "No box": 2}
    assert improving[0].marked == [cells[0], cells[2]]
    assert listed(improving, eventually, 5) == cells
    improving.act("delete")
    assert sizes(improving) == {"car": 3, "bus": 3, "No box": 2}
    improving.act("undo")
    assert sizes(improving) == {"car": 5, "bus": 3, "No box": 2}


def test_the_last_box_of_an_image_makes_it_one_without(
    improving: Any, eventually: Callable[..., Any]
) -> None:
    improving.act("tab", improving[1].id)
    first = listed(improving, eventually, 3)[0]
    improving.canvas.mark([first])
    improving.act("delete")
    improving.act("tab", improving[0].id)
    car = listed(improving, eventually, 5)[0]
    improving.canvas.mark([car])
    improving.act("delete")
    assert sizes(improving) == {"car": 4, "bus": 2, "No box": 3}
    improving.act("tab", EMPTY)
    assert listed(improving, eventually, 3)[0] == Cell("0.jpg")


def test_exactly_the_marked_ones_are_opened_in_create(improving: Any, eventually: Callable[..., Any]) -> None:
    cells = listed(improving, eventually, 5)
    improving.canvas.mark([cells[0], cells[3], cells[4]])
    improving.act("open_marked")
    assert improving.step == "create"
    assert [improving.editor.shown.key(at) for at in range(len(improving))] == ["0.jpg", "2.jpg"]
    assert improving.parts.restriction.text == "marked: 2"
    improving.act("next")
    assert improving.item == "2.jpg"
    improving.act("next")
    assert improving.item == "2.jpg"
    improving.parts.restriction.clear.click()
    assert (len(improving), improving.item) == (5, "2.jpg")
    assert improving.parts.restriction is None


def test_one_is_opened_in_create_with_its_box_selected(
    improving: Any, eventually: Callable[..., Any]
) -> None:
    cell = listed(improving, eventually, 5)[3]
    improving.act("open", cell)
    assert (improving.step, improving.item, len(improving)) == ("create", cell.item, 5)
    assert improving.editor.selection == (cell.object,)


def test_nothing_marked_is_said(improving: Any) -> None:
    heard: list[str] = []
    improving.on("notice", lambda level, text, *_: heard.append(text))
    improving.act("open_marked")
    improving.act("delete")
    assert heard == ["Nothing is marked in this tab. Click what is wrong."] * 2
    assert improving.step == "improve"


def test_what_somebody_else_draws_comes_into_the_grid(
    improving: Any, create: Callable[..., Any], eventually: Callable[..., Any]
) -> None:
    listed(improving, eventually, 5)
    other = create(["car", "bus"])
    other.annotations["4.jpg"].add(Box(1, 1, 20, 20), "car")
    assert eventually(lambda: len(improving.canvas.cells) == 6)
    assert eventually(lambda: sizes(improving) == {"car": 6, "bus": 3, "No box": 1})


def test_an_import_comes_into_the_grid_and_goes_again(
    improving: Any, create: Callable[..., Any], eventually: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [f"{name}.jpg,box,{at},5,{at + 9},14,car" for name in (3, 4) for at in (1, 20)]
    (tmp_path / "some.csv").write_text("\n".join(("image,kind,left,top,right,bottom,label", *rows)))
    other = create(["car", "bus"])
    other.import_("csv", tmp_path / "some.csv")
    assert eventually(lambda: sizes(improving) == {"car": 9, "bus": 3, "No box": 0})
    assert len(listed(improving, eventually, 9)) == 9
    other.undo_import()
    assert eventually(lambda: sizes(improving) == {"car": 5, "bus": 3, "No box": 2})


def test_labels_have_a_grid_per_label(
    project: Path, opened: list[Any], eventually: Callable[..., Any]
) -> None:
    annotator = Annotator(InputImage("photos"), OutputLabel(["cat", "dog"]), Settings(project_path=project))
    a = annotator.create()
    for key, names in {"0.jpg": ["cat"], "1.jpg": ["cat", "dog"], "2.jpg": ["dog"]}.items():
        for name in names:
            a.annotations[key].add(Whole(), name)
    a.close()
    b = annotator.improve()
    opened.append(b)
    b.view.census.wait()
    assert sizes(b) == {"cat": 2, "dog": 2, "No label": 2}
    cells = listed(b, eventually, 2)
    b.canvas.mark(cells)
    b.act("relabel", b.editor.schema.id_of("dog"))
    # The second one is a dog already, and must not become one twice.
    assert {key: b.annotations[key].labels for key in ("0.jpg", "1.jpg", "2.jpg")} == {
        "0.jpg": ["dog"], "1.jpg": ["dog"], "2.jpg": ["dog"],
    }  # fmt: skip


def test_nothing_annotated_at_all(project: Path, opened: list[Any]) -> None:
    annotator = Annotator(InputImage("photos"), OutputImageBbox(), Settings(project_path=project))
    opened.append(annotator.improve())
    assert sizes(opened[0]) == {"No box": 5}
    opened[0].save()


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\\b", "con:", "x\0y", " lead", "trail.", "%2F", "😀"])
def test_class_names_are_safe_as_folders_and_differ(name: str, tmp_path: Path) -> None:
    folder = folder_name(name)
    (tmp_path / folder).mkdir()
    assert (tmp_path / folder).resolve().parent == tmp_path.resolve()
    assert not set(folder) & set('/\\:\0<>"|?*')


def test_different_class_names_are_different_folders() -> None:
    names = ["a/b", "a%2Fb", "a:b", "a.b", "..", "%2E."]
    assert len({folder_name(name) for name in names}) == len(names)
