"""The artificial pictures: the truth is what is drawn, the same seed gives the same bytes, and nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ipyannotator.datasets import drawing, generators, writing
from ipyannotator.datasets.drawing import COLORS, SHAPES, Thing
from ipyannotator.datasets.generators import (
    create_color_classification,
    create_object_detection,
    create_shape_color_classification,
)
from ipyannotator.errors import DatasetError, InvalidValue

ALL = [create_color_classification, create_shape_color_classification, create_object_detection]
by_kind = pytest.mark.parametrize("create", ALL, ids=lambda create: create.__name__)

Contents = Callable[[Path], dict[str, tuple[int, bytes]]]


def bytes_of(folder: Path, contents: Contents) -> dict[str, bytes]:
    return {name: content for name, (_, content) in contents(folder).items()}


def bounds(found: Any, least: int = 1) -> tuple[int, int, int, int]:
    """Return left, top, width and height of the rows and columns of a mask in which at least so many are true."""
    rows, columns = (np.flatnonzero(found.sum(axis=axis) >= least) for axis in (1, 0))
    return (
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0] + 1),
        int(rows[-1] - rows[0] + 1),
    )


def colored(picture: Any) -> Any:
    """Return where a picture has a strong colour, which no surface has."""
    values = picture.astype(int)
    return values.max(axis=2) - values.min(axis=2) > 72


# ---- the truth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [(6, 6), (7, 31), (64, 40), (333, 200)])
@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_painted_fills_its_box_and_nothing_else(shape, size, color, seed):
    ground = drawing.surface(np.random.default_rng(seed), 400, 300)
    box = (21, 13, *size)
    empty = np.asarray(drawing.picture(ground, [])).astype(int)
    painted = np.asarray(drawing.picture(ground, [Thing(shape, color, box)])).astype(int)
    assert bounds((empty != painted).any(axis=2)) == box


def test_the_boxes_are_where_the_file_shows_the_shapes(tmp_path):
    pictures, truth = create_object_detection(tmp_path / "set", 12, size=(200, 160), seed=3)
    for name, picture in pictures.items():
        value = truth[(tmp_path / "set/images" / name).as_posix()]
        # In a JPEG a few pixels beside an edge ring with its colour.
        found, (box,) = bounds(colored(picture), 5), value["bbox"]
        assert np.allclose(found, [box[side] for side in ("x", "y", "width", "height")], atol=3), name
        middle = picture[box["y"] + box["height"] // 2, box["x"] + box["width"] // 2]
        assert value["labels"] == [[("red", "green", "blue")[int(middle.argmax())]]]


def test_every_shape_has_a_box_and_none_touches_another_or_an_edge(tmp_path):
    _, truth = create_object_detection(tmp_path / "set", 15, 9, (300, 200), multilabel=True)
    counts = [len(value["bbox"]) for value in truth.values()]
    assert min(counts) >= 1
    assert max(counts) <= 9
    assert len(set(counts)) > 3
    assert any(len({label for (label,) in value["labels"]}) > 1 for value in truth.values())
    for value in truth.values():
        assert len(value["labels"]) == len(value["bbox"])
        taken = np.zeros((200, 300), bool)
        for box in value["bbox"]:
            left, top = box["x"], box["y"]
            right, bottom = left + box["width"], top + box["height"]
            assert left > 0
            assert top > 0
            assert right < 300
            assert bottom < 200
            around = taken[top - 1 : bottom + 1, left - 1 : right + 1]
            assert not around.any()
            taken[top:bottom, left:right] = True


def test_without_multilabel_a_picture_has_one_colour(tmp_path):
    _, truth = create_object_detection(tmp_path / "set", 9, 6)
    assert all(len({label for (label,) in value["labels"]}) == 1 for value in truth.values())
    assert any(len(value["labels"]) > 1 for value in truth.values())


def test_colours_are_the_labels_and_equally_often(tmp_path):
    pictures, truth = create_color_classification(tmp_path / "set", 12)
    labels = [label for (label,) in truth.values()]
    assert {name: labels.count(name) for name in labels} == {"red.jpg": 4, "green.jpg": 4, "blue.jpg": 4}
    for name, picture in pictures.items():
        (label,) = truth[(tmp_path / "set/images" / name).as_posix()]
        shown = picture[colored(picture)].astype(int).sum(axis=0)
        assert ("red", "green", "blue")[int(shown.argmax())] + ".jpg" == label


def test_shape_and_colour_are_the_labels(tmp_path):
    _, truth = create_shape_color_classification(tmp_path / "set", 18)
    there = sorted(path.name for path in (tmp_path / "set/class_images").iterdir())
    assert there == sorted(f"{color}_{shape}.jpg" for color in COLORS for shape in SHAPES)
    assert {label for value in truth.values() for label in value} == set(there)
    assert {len(value) for value in truth.values()} == {1, 2}
    assert all(value == sorted(set(value)) for value in truth.values())


# ---- the files ------------------------------------------------------------------------------------------------------


@by_kind
def test_the_files_are_those_of_the_original(create, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pictures, truth = create(Path("data/set"), n_samples=3)
    images = [f"img_{number}.jpg" for number in range(3)]
    assert sorted(path.name for path in Path("data/set/images").iterdir()) == images == list(pictures)
    assert truth == json.loads(Path("data/set/annotations.json").read_bytes())
    assert list(truth) == [f"data/set/images/{name}" for name in images]
    assert all(Path(key).is_file() for key in truth)
    assert pictures["img_0.jpg"].shape == (150, 150, 3)
    with pytest.raises(KeyError):
        pictures["../annotations.json"]


@by_kind
def test_the_same_seed_gives_the_same_bytes(create, tmp_path, contents, monkeypatch):
    for place in ("a", "b", "c"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        create("set", 4, seed=8 if place == "c" else 7)
    a, b, c = (bytes_of(tmp_path / place, contents) for place in ("a", "b", "c"))
    assert a == b
    assert all(a[f"set/images/img_{number}.jpg"] != c[f"set/images/img_{number}.jpg"] for number in range(4))


@by_kind
def test_a_second_call_writes_nothing(create, tmp_path, contents):
    create(tmp_path / "set", 3)
    before = contents(tmp_path)
    create(str(tmp_path / "set"), 3)
    create(tmp_path / "set", 2)
    assert contents(tmp_path) == before


@by_kind
def test_a_set_that_was_broken_off_is_completed(create, tmp_path, contents, monkeypatch):
    create(tmp_path / "set", 4)
    whole, inner = bytes_of(tmp_path / "set", contents), writing.write

    for after in range(len(whole)):
        left = [after]

        def write(path, data, left=left):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            inner(path, data)

        for path in (tmp_path / "set").rglob("*.*"):
            path.unlink()
        monkeypatch.setattr(writing, "write", write)
        with pytest.raises(KeyboardInterrupt):
            create(tmp_path / "set", 4)
        monkeypatch.setattr(writing, "write", inner)
        create(tmp_path / "set", 4)
        assert bytes_of(tmp_path / "set", contents) == whole


@by_kind
def test_more_samples_are_added_to_a_set(create, tmp_path, contents, monkeypatch):
    for place in ("once", "twice"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        if place == "twice":
            create("set", 2)
            early = contents(tmp_path / "twice/set/images")
        create("set", 5)
    once, twice = (bytes_of(tmp_path / place, contents) for place in ("once", "twice"))
    assert once == twice
    assert early.items() <= contents(tmp_path / "twice/set/images").items()


def test_what_somebody_changed_in_the_annotations_stays(tmp_path):
    _, truth = create_color_classification(tmp_path / "set", 2)
    path = tmp_path / "set/annotations.json"
    mine = {key: ["mine.jpg"] for key in truth}
    path.write_text(json.dumps(mine))
    create_color_classification(tmp_path / "set", 3)
    after = json.loads(path.read_bytes())
    assert {key: after[key] for key in mine} == mine
    assert len(after) == 3


def test_a_set_that_was_moved_is_known_again(tmp_path, contents):
    create_color_classification(tmp_path / "set", 2)
    (tmp_path / "set").rename(tmp_path / "moved")
    before = contents(tmp_path)
    create_color_classification(tmp_path / "moved", 2)
    assert contents(tmp_path) == before


def test_none_is_a_number_of_samples(tmp_path):
    pictures, truth = create_color_classification(tmp_path / "set", 0)
    assert (len(pictures), truth) == (0, {})
    assert (tmp_path / "set/class_images/red.jpg").is_file()


# ---- what is refused ------------------------------------------------------------------------------------------------


@by_kind
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"n_samples": -1}, "n_samples is -1, expected a whole number from 0"),
        ({"n_samples": 2.5}, "n_samples is 2.5"),
        ({"n_samples": True}, "n_samples is True"),
        ({"size": (31, 150)}, r"size is \(31, 150\), expected \(width, height\) in pixels, each from 32"),
        ({"size": (150, 10_000)}, "to 8192"),
        ({"size": 150}, "size is 150"),
        ({"size": (150.0, 150.0)}, "size is"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_arguments(create, arguments, part, tmp_path):
    with pytest.raises(InvalidValue, match=part):
        create(tmp_path / "set", **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_objects", [0, -2, 1.5, 82, 100])
def test_more_objects_than_there_is_room_for(n_objects, tmp_path):
    with pytest.raises(InvalidValue, match="n_objects is"):
        create_object_detection(tmp_path / "set", n_objects=n_objects)
    assert list(tmp_path.iterdir()) == []


def test_as_many_objects_as_there_is_room_for(tmp_path):
    _, truth = create_object_detection(tmp_path / "set", 3, n_objects=81)
    assert max(len(value["bbox"]) for value in truth.values()) > 20


@by_kind
def test_a_path_that_is_a_file(create, tmp_path):
    (tmp_path / "set").write_text("mine")
    with pytest.raises(DatasetError, match="is a file, expected a folder"):
        create(tmp_path / "set")
    assert (tmp_path / "set").read_text() == "mine"


def test_a_path_below_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DatasetError, match="cannot be written"):
        create_color_classification(tmp_path / "file" / "set")


def test_a_folder_with_other_data_is_left_alone(tmp_path, contents):
    (tmp_path / "set/images").mkdir(parents=True)
    (tmp_path / "set/images/img_1.jpg").write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(DatasetError, match=r"has images/img_1.jpg, and no dataset.json"):
        create_color_classification(tmp_path / "set")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("arguments", [{"seed": 1}, {"size": (100, 100)}])
def test_a_folder_with_another_set_is_left_alone(arguments, tmp_path, contents):
    create_color_classification(tmp_path / "set", 2)
    before = contents(tmp_path)
    (name,) = arguments
    with pytest.raises(DatasetError, match=f"holds other data: {name} is .* there, .* here"):
        create_color_classification(tmp_path / "set", 2, **arguments)
    with pytest.raises(DatasetError, match="'color classification' there, 'object detection' here"):
        create_object_detection(tmp_path / "set", 2)
    assert contents(tmp_path) == before


def test_annotations_that_are_broken_are_not_overwritten(tmp_path):
    create_color_classification(tmp_path / "set", 2)
    path = tmp_path / "set/annotations.json"
    path.write_text('{"cut sh')
    with pytest.raises(DatasetError, match="not readable as JSON"):
        create_color_classification(tmp_path / "set", 2)
    assert path.read_text() == '{"cut sh'
    path.unlink()
    create_color_classification(tmp_path / "set", 2)
    assert len(json.loads(path.read_bytes())) == 2


def test_public_names():
    assert sorted(generators.__all__) == generators.__all__
    assert all(getattr(generators, name).__doc__ for name in generators.__all__)
