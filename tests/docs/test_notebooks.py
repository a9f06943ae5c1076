"""The notebooks run, show what they should, and leave the files that they speak of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.docs.running import DOCS, NAMES, WIDGET, Ran, run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    """Run a notebook, once for all tests that look at it."""
    done: dict[str, Ran] = {}

    def once(name: str) -> Ran:
        if name not in done:
            done[name] = run(name, tmp_path_factory.mktemp(name))
        return done[name]

    return once


@pytest.mark.parametrize("name", NAMES)
def test_it_runs(name, ran):
    """Every cell was run, and every annotator shown; an error in a cell is raised."""
    cells = ran(name).code
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        shown = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert (WIDGET in shown) == ("remove-output" in cell.metadata.get("tags", [])), cell.source
        assert not [each for each in cell.outputs if each.get("name") == "stderr"], cell.source


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_again_where_it_was_run(name, tmp_path):
    run(name, tmp_path)
    again = run(name, tmp_path)
    assert all(cell.execution_count for cell in again.code)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_kept_but_what_was_written(name):
    """Outputs are a machine's, of one day: they do not go into git."""
    notebook = nbformat.read(DOCS / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    remedy = f"python -m nbconvert --clear-output --inplace docs/{name}.ipynb"
    for cell in notebook.cells:
        assert not cell.get("outputs"), remedy
        assert cell.get("execution_count") is None, remedy
        assert set(cell.metadata) <= {"tags"}, cell.metadata
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")


def read(path: Path) -> dict:
    content: dict = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_labels_and_marks_are_written(ran):
    folder = ran("image_classification").folder / "data" / "artificial_classification"
    truth, mine = read(folder / "annotations.json"), read(folder / "create_results" / "annotations.json")
    given = {path: value for path, value in mine.items() if value}
    assert len(given) == 10
    assert all(truth[path] == value for path, value in given.items()), "the slip was put right in the end"
    (marks,) = (folder / "create_results" / "missed").glob("*/annotations.json")
    assert [value for value in read(marks).values() if value["answer"]] == [{"answer": True}]
    words = read(folder / "create_results" / "annotations-labels.json")
    assert [value for value in words.values() if value] == [["clear"]]
    chosen = read(folder / "create_results" / "annotations-capture.json")
    blue = {path for path in chosen if truth[path] == ["blue.jpg"]}
    assert {path for path, value in chosen.items() if value and value["answer"]} == {
        path for path in blue if chosen[path]
    }


def test_boxes_are_the_true_ones_in_the_end(ran):
    folder = ran("bounding_boxes").folder / "data" / "artificial_detection"
    truth, mine = read(folder / "annotations.json"), read(folder / "create_results" / "annotations.json")
    given = {path: value for path, value in mine.items() if value}
    assert len(given) == 20
    assert given == {path: truth[path] for path in given}
    assert ran("bounding_boxes").shown("mended = 0") == "4"


def test_a_thing_has_one_id_behind_another(ran):
    folder = ran("clip").folder / "data" / "artificial_video"
    truth, mine = read(folder / "annotations.json"), read(folder / "create_results" / "annotations.json")
    ids: dict[str, set[str]] = {}
    for path, value in mine.items():
        assert [{**box, "id": ""} for box in value["bbox"]] == [
            {**box, "id": ""} for box in truth[path]["bbox"]
        ]
        for box, (label,) in zip(value["bbox"], value["labels"], strict=True):
            ids.setdefault(label, set()).add(box["id"])
    assert {label: len(found) for label, found in ids.items()} == {"circle": 1, "ellipse": 1, "rectangle": 1}
    assert "cannot be joined" in ran("clip").shown("heard = []")


def test_classes_come_back_onto_the_boxes(ran):
    folder = ran("road_damage").folder / "data" / "street"
    truth, mine = read(folder / "annotations.json"), read(folder / "results" / "annotations.json")
    called = {"red": "crack", "green": "pothole", "blue": "patch"}
    wanted = {
        path: {
            "bbox": value["bbox"],
            "labels": [[called[name] for name in names] for names in value["labels"]],
        }
        for path, value in truth.items()
    }
    assert mine == wanted
    boxes = sum(len(value["bbox"]) for value in truth.values())
    assert len(list((folder / "crops").glob("*.jpg"))) == boxes


def test_the_story_ends_in_training_data(ran):
    story = ran("story")
    training = story.folder / "data" / "story" / "training"
    labels = sorted(training.glob("labels/*/img_*.txt"))
    assert len(labels) == 40
    assert [path.stem for path in labels] == [
        path.stem for path in sorted(training.glob("images/*/img_*.jpg"))
    ]
    assert story.shown("all(map(right, labels))") == "True"


def test_the_cells_come_in_whole_and_go_out_mended(ran):
    cells = ran("blood_cells")
    labels = [path.read_text() for path in (cells.folder / "data" / "blood-yolo" / "labels").glob("*/*.txt")]
    assert sum(len(text.splitlines()) for text in labels) == 144
    assert cells.shown("a.undo_import()") == "{'items': 12, 'kept': 0}"
    assert cells.shown("dict(said) ==") == "(True, 144)"
    assert cells.shown("slips =") == "True True\n"
    assert "'stained by' (not kept). Nothing was written." in cells.shown("every[0]")
    assert cells.shown("len(lines) ==") == "(True, True)"


def test_the_web_app_is_entered_by_a_link_only(ran):
    page = ran("web_app")
    assert page.shown('ask("/api/contents")') == "(403, 403, 403)"
    assert page.shown("came_in.status") == "(303, '/')"
    assert page.shown("page.status") == "(200, True)"
    assert page.shown('ask("/", Host') == "(403, ['Ben'])"


def test_the_insides_are_as_they_are_told(ran):
    inside = ran("insides")
    assert inside.shown("first.status").startswith("('ok', ")
    assert inside.shown("first.status").endswith(", True)")
    assert inside.shown("answer.status").startswith("('conflict',")
    assert inside.shown("twin =") == "('MemoryStore', True)"
    assert inside.shown("ben = Annotator") == "[('car', 'ann'), ('bus', 'ben')]"
    assert "Rejected: too small" in inside.shown("from ipyannotator import Rejected")


def test_an_annotator_of_ones_own_is_served(ran):
    written = read(ran("insides").folder / "data" / "insides" / "results" / "annotations-squares.json")
    assert [value for value in written.values() if value] == [
        {"bbox": [{"x": 10, "y": 10, "width": 40, "height": 40}], "labels": [["car"]]}
    ]


@pytest.mark.parametrize(
    ("name", "folder", "kinds"),
    [
        ("shapes_boxes", "askew", {"box": 2, "ellipse": 4}),
        ("shapes_polygons", "polygons", {"polygon": 6, "polyline": 1}),
        ("shapes_points", "figures", {"skeleton": 3, "points": 1}),
        ("shapes_masks", "masks", {"mask": 6}),
    ],
)
def test_the_shapes_of_each_family_are_in_its_json(ran, name, folder, kinds):
    written = read(ran(name).folder / "data" / folder / "results" / "annotations.json")
    (value,) = [value for value in written.values() if value]
    found = Counter(each["shape"]["kind"] for each in value["objects"])
    assert found == kinds


def test_masks_and_polygons_become_each_other_without_a_loss(ran):
    assert "True True" in ran("shapes_masks").shown("(exact,) =")
    assert "It has 480,000 pixels, not 120,000." in ran("shapes_masks").shown('print({"size"')
