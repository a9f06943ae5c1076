"""Annotations as arrays and as a `datasets.Dataset`: which pixel is of what, and that other libraries take it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipyannotator.editor import Editor
from ipyannotator.errors import InvalidValue, MissingPackage
from ipyannotator.formats.base import Thing
from ipyannotator.mltypes import OutputLabel
from ipyannotator.model import Author, Box, Ellipse, Mask, Points, Polygon, Polyline, Skeleton, Whole
from ipyannotator.sources import ImageSource
from ipyannotator.stores import MemoryStore
from ipyannotator.transfer import arrays, foreign

SIZE = (8, 6)
CLASSES = ["car", "bus"]
RING = np.zeros((6, 8), bool)
RING[1:5, 1:6] = True
RING[2:4, 3:5] = False
AREAS = [
    Thing(Box(1, 1, 4, 3), "car"),
    Thing(Polygon(((3, 2), (7, 2), (7, 5), (3, 5))), "bus"),
    Thing(Ellipse(4, 3, 3, 2), "car"),
    Thing(Mask.from_array(RING), "bus"),
    Thing(Box(2, 1, 3, 3, 30), "car"),
    Thing(Polygon(((0, 0), (8, 0), (8, 6), (0, 6)), (((2, 2), (5, 2), (5, 4), (2, 4)),)), "bus"),
]
OTHERS = [
    Thing(Polyline(((1, 1), (5, 5))), "car"), Thing(Points(((1, 1),)), "car"), Thing(Whole(), "car"),
    Thing(Skeleton(((1, 1, 2), (5, 5, 2))), "car"), Thing(Box(9, 1, 4, 4), "car"), Thing(Box(-4, 1, 4, 4), "car"),
]  # fmt: skip


def test_the_topmost_wins_and_what_has_no_class_is_passed_over() -> None:
    found = arrays.labels([*AREAS[:2], Thing(Box(0, 0, 2, 2))], SIZE, CLASSES)
    assert found.dtype == np.uint16
    assert found.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1, 0, 0, 0],
        [0, 1, 1, 2, 2, 2, 2, 0],
        [0, 1, 1, 2, 2, 2, 2, 0],
        [0, 0, 0, 2, 2, 2, 2, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]


def test_entries_of_all_arrays_are_of_the_same_objects() -> None:
    made = arrays.Arrays([OTHERS[0], AREAS[0], *OTHERS[1:], *AREAS[1:]], SIZE, CLASSES)
    assert [*made.things] == AREAS
    assert (made.instances.shape, str(made.instances.dtype)) == ((6, 6, 8), "bool")
    assert (made.boxes.shape, str(made.boxes.dtype)) == ((6, 4), "float32")
    assert made.numbers.tolist() == [1, 2, 1, 2, 1, 2]
    assert made.boxes[:2].tolist() == [[1, 1, 5, 4], [3, 2, 7, 5]]
    assert (made.instances[3] == RING).all()
    assert not made.instances[5][2:4, 2:5].any()
    for pixels, (left, top, right, bottom) in zip(made.instances, made.boxes, strict=True):
        rows, columns = np.nonzero(pixels)
        assert left <= columns.min() + 0.5 <= columns.max() + 0.5 <= right
        assert top <= rows.min() + 0.5 <= rows.max() + 0.5 <= bottom
    assert repr(made) == "<Arrays of 6 objects on 8 × 6>"
    assert made.labels is made.labels


def test_nothing_at_all_has_the_right_shapes() -> None:
    made = arrays.Arrays(OTHERS, SIZE, [])
    assert (made.labels.shape, made.labels.sum()) == ((6, 8), 0)
    assert (made.instances.shape, made.boxes.shape, made.numbers.shape) == ((0, 6, 8), (0, 4), (0,))


def test_what_is_outside_is_cut_and_what_covers_no_pixel_is_kept() -> None:
    some = [
        Thing(Box(-2, -2, 4, 4), "car"),
        Thing(Box(3.6, 3.6, 0.1, 0.1), None),
        Thing(Box(6, 4, 90, 90), "bus"),
    ]
    made = arrays.Arrays(some, SIZE, CLASSES)
    assert made.boxes[[0, 2]].tolist() == [[0, 0, 2, 2], [6, 4, 8, 6]]
    assert made.instances.sum(axis=(1, 2)).tolist() == [4, 0, 4]
    assert made.numbers.tolist() == [1, 0, 2]


def test_a_mask_of_another_size_is_cut_to_the_image() -> None:
    (pixels,) = arrays.instances([Thing(Mask.from_array(np.ones((9, 4))), "car")], SIZE)
    assert pixels.sum() == 6 * 4


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(AREAS), max_size=5))
def test_labels_are_the_instances_on_top_of_each_other(some: list[Thing]) -> None:
    made = arrays.Arrays(some, SIZE, CLASSES)
    expected = np.zeros((6, 8), int)
    for number, pixels in zip(made.numbers, made.instances, strict=True):
        expected[pixels] = number
    assert (made.labels == expected).all()


@pytest.mark.parametrize("classes", [["car"], [], ["car", "car"], "car"])
def test_wrong_classes_are_refused(classes: list[str]) -> None:
    with pytest.raises(
        InvalidValue, match=r"The class of an object is '(bus|car)', expected one of|each once"
    ):
        arrays.labels(AREAS, SIZE, classes)
    with pytest.raises(InvalidValue, match="at most 65,535"):
        arrays.boxes(AREAS, SIZE, [str(at) for at in range(70_000)])


def test_contours_are_those_of_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    made = arrays.Arrays(AREAS, SIZE, CLASSES)
    assert len(made.contours) == len(AREAS)
    assert [len(outlines) for outlines in made.contours] == [1, 1, 1, 2, 1, 2]
    for outlines, pixels in zip(made.contours, made.instances, strict=True):
        assert all(each.dtype == np.int32 and each.shape[1:] == (1, 2) for each in outlines)
        filled = cv2.drawContours(np.zeros((6, 8), np.uint8), outlines, -1, 1, cv2.FILLED)
        assert (filled.astype(bool) == pixels).all()


def test_without_opencv_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingPackage, match=r"pip install 'ipyannotator\[assist\]'"):
        arrays.contours(AREAS, SIZE)


# ---- of a task ------------------------------------------------------------------------------------------------------


def fill(editor: Editor) -> None:
    editor.view("0.png").extend([Box(1, 2, 3, 4), Box(-5, 12, 20, 30)], ["car", "bus"])
    editor.view("0.png").add(Box(1, 1, 5, 5), "bus", score=0.5)
    editor.set_state("done", key="0.png")
    editor.set_state("done", key="1.png")
    editor.view("2.png").add(Box(1, 1, 9, 9), "car")


def test_an_item_as_arrays(editor: Editor) -> None:
    fill(editor)
    made = arrays.arrays(editor, "0.png")
    assert (made.size, made.classes) == ((64, 48), ("car", "bus"))
    assert made.boxes[:2].tolist() == [[1, 2, 4, 6], [0, 12, 15, 42]]
    assert made.numbers[:2].tolist() == [1, 2]
    assert arrays.arrays(editor, "0.png", classes=["x", "bus", "car"]).numbers[:2].tolist() == [3, 2]
    assert arrays.arrays(editor, "5.png").boxes.shape == (0, 4)
    with pytest.raises(InvalidValue, match=r"'9.png', expected the key of one in"):
        arrays.arrays(editor, "9.png")


def test_a_data_set_needs_its_package(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingPackage, match="pip install datasets"):
        arrays.to_dataset(editor)


def test_boxes_as_a_data_set(editor: Editor) -> None:
    pytest.importorskip("datasets")
    fill(editor)
    made = arrays.to_dataset(editor, suggestions=True)
    assert made["item"][:] == ["0.png", "1.png"]
    category = made.features["objects"]["category"].feature
    assert category.names == ["car", "bus"]
    first = made[0]
    assert first["image"].size == (first["width"], first["height"]) == (64, 48)
    assert first["objects"]["bbox"][:2] == [[1, 2, 3, 4], [0, 12, 15, 30]]
    assert first["objects"]["category"][:2] == [0, 1]
    assert first["objects"]["area"][:2] == [12, 450]
    assert made[1]["objects"] == {"bbox": [], "category": [], "area": []}
    assert "1 reaching outside the image (cut at its edge)" in made.info.description
    assert arrays.to_dataset(editor, only_done=False)["item"][:] == ["0.png", "1.png", "2.png"]
    assert arrays.to_dataset(editor, items=["1.png"]).num_rows == 1
    with pytest.raises(InvalidValue, match="at least one that is done"):
        arrays.to_dataset(editor, items=["2.png"])
    with pytest.raises(InvalidValue, match="The class of an object is 'bus'"):
        arrays.to_dataset(editor, classes=["car"])


def test_labels_of_images_as_a_data_set(photos: Path) -> None:
    pytest.importorskip("datasets")
    editor = Editor(MemoryStore(), ImageSource(photos), OutputLabel(["cat", "dog"]), author=Author("ann"))
    try:
        editor.declare(["cat", "dog"])
        editor.view("0.png").add(Whole(), "dog")
        for key in ("0.png", "1.png"):
            editor.set_state("done", key=key)
        made = arrays.to_dataset(editor)
    finally:
        editor.close()
    assert made["label"][:] == [1, None]
    assert made.features["label"].int2str(1) == "dog"
    assert "objects" not in made.features


def test_a_task_goes_out_as_imagefolder_and_comes_in_again(
    editor: Editor, make: Callable[..., Editor], tmp_path: Path
) -> None:
    fill(editor)
    report = foreign.export(editor, "imagefolder", tmp_path / "out", images="none", splits={"train": 1.0})
    assert (report.items, report.objects) == (2, 3)
    other = make(classes=["bus"], folder="other")
    foreign.import_(other, None, tmp_path / "out")
    made = [arrays.arrays(each, "0.png", classes=CLASSES) for each in (editor, other)]
    assert (made[0].boxes == made[1].boxes).all()
    assert (made[0].numbers == made[1].numbers).all()
