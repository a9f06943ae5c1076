"""Shapes of every kind, out of one project and into another, through other programs' files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ipyannotator import (
    Annotator,
    Box,
    Ellipse,
    InputImage,
    InvalidValue,
    Mask,
    ObjectClass,
    OutputImageBbox,
    OutputImageShapes,
    Polygon,
    Settings,
    Shape,
    Skeleton,
    SkeletonTemplate,
)
from ipyannotator.errors import FormatError
from ipyannotator.mltypes import Output

PIXELS = np.zeros((48, 64), bool)
PIXELS[10:30, 5:40] = True
POSE = SkeletonTemplate(("head", "tail"), (("head", "tail"),))
SHAPES: list[tuple[Shape, str]] = [
    (Polygon(((1.5, 2), (60, 4.25), (20, 40))), "car"),
    (Mask.from_array(PIXELS), "car"),
    (Skeleton(((10, 20, 2), (30.5, 40, 1))), "worm"),
    (Box(1, 2, 30, 40), "car"),
]


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    made: list[Any] = []

    def make(name: str, output: Output) -> Any:
        photos = tmp_path / name / "photos"
        photos.mkdir(parents=True, exist_ok=True)
        for number in range(2):
            Image.new("RGB", (64, 48), (40 * number, 90, 120)).save(photos / f"{number}.png")
        made.append(Annotator(InputImage("photos"), output, Settings(project_path=tmp_path / name)).create())
        return made[-1]

    yield make
    for each in made:
        each.close()


def everything(classes: Any = None) -> OutputImageShapes:
    return OutputImageShapes(["box", "polygon", "mask", "skeleton", "ellipse", "rotated_box"], classes)


def filled(a: Any, shapes: list[tuple[Shape, str]]) -> Any:
    a.current.extend([shape for shape, _ in shapes], [label for _, label in shapes])
    a.current.state = "done"
    return a


def found(a: Any) -> list[tuple[Shape, str]]:
    return [(each.shape, each.label) for each in a.annotations["0.png"].objects]


Make = Callable[[str, Output], Any]
CLASSES = ["car", ObjectClass("worm", shapes=["skeleton"], skeleton=POSE)]


def test_out_by_coco_and_into_a_project_of_no_classes_yet(opened: Make, tmp_path: Path) -> None:
    a = filled(opened("one", everything(CLASSES)), SHAPES)
    report = a.export("coco", tmp_path / "a.json")
    assert not any(report.lost.values()), report
    b = opened("two", everything())
    assert not any(b.import_("coco", tmp_path / "a.json").lost.values())
    assert found(b) == SHAPES
    worm = b.editor.schema.find("worm")
    assert worm.skeleton["joints"] == ["head", "tail"]
    assert "skeleton" in worm.shapes
    assert b.import_("coco", tmp_path / "a.json").objects == 0, "nothing comes twice"
    b.undo_import()
    assert found(b) == []


def test_a_project_of_boxes_takes_the_boxes_of_outlines_and_says_so(opened: Make, tmp_path: Path) -> None:
    filled(opened("one", everything(CLASSES)), SHAPES).export("coco", tmp_path / "a.json")
    b = opened("two", OutputImageBbox())
    report = b.import_("coco", tmp_path / "a.json")
    assert [shape for shape, _ in found(b)] == [
        Box(1.5, 2, 58.5, 38), Box(5, 10, 35, 20), Box(10, 20, 20.5, 20), Box(1, 2, 30, 40),
    ]  # fmt: skip
    assert {what: count for what, count in report.lost.items() if count} == {
        "with an outline (its box was taken)": 2,
        "with keypoints (not taken)": 1,
    }


def test_what_a_class_does_not_take_becomes_what_it_takes(opened: Make, tmp_path: Path) -> None:
    a = filled(
        opened("one", OutputImageBbox(["car", "bus"])), [(Box(1, 2, 30, 40), "car"), (Box(5, 5, 9, 9), "bus")]
    )
    a.export("coco", tmp_path / "a.json")
    b = opened(
        "two", everything([ObjectClass("car", shapes=["polygon"]), ObjectClass("bus", shapes=["mask"])])
    )
    report = b.import_("coco", tmp_path / "a.json")
    square = np.zeros((48, 64), bool)
    square[5:14, 5:14] = True
    assert found(b) == [(Polygon.from_box(Box(1, 2, 30, 40)), "car"), (Mask.from_array(square), "bus")]
    assert report.lost == {
        "of the kind 'box', taken as 'polygon'": 1,
        "of the kind 'box', taken as 'mask'": 1,
    }


@pytest.mark.parametrize("name", ["voc", "yolo"])
def test_where_there_are_boxes_only_the_boxes_of_shapes_are_written_and_counted(
    opened: Make, tmp_path: Path, name: str
) -> None:
    a = filled(opened("one", everything(CLASSES)), [*SHAPES, (Ellipse(30, 20, 10, 5), "car")])
    report = a.export(name, tmp_path / "out")
    assert report.objects == 5
    said = [what for what, count in report.lost.items() if "written as 'box'" in what and count == 1]
    assert len(said) == 4
    b = opened("two", OutputImageBbox())
    b.import_(name, tmp_path / "out")
    assert (Box(20, 15, 20, 10), "car") in found(b)


def test_strict_refuses_what_would_be_lost_and_writes_nothing(opened: Make, tmp_path: Path) -> None:
    a = filled(opened("one", everything(CLASSES)), SHAPES)
    with pytest.raises(FormatError, match=r"Pascal VOC cannot hold all of it; .*1 of the kind 'polygon'"):
        a.export("voc", tmp_path / "out", strict=True)
    assert not (tmp_path / "out").exists()
    assert a.export("coco", tmp_path / "a.json", strict=True).objects == len(SHAPES)


def test_classes_go_out_and_come_in_under_other_names(opened: Make, tmp_path: Path) -> None:
    boxes = [(Box(1, 2, 3, 4), "van"), (Box(5, 5, 9, 9), "car"), (Box(20, 5, 9, 9), "junk")]
    a = filled(opened("one", OutputImageBbox(["van", "car", "junk"])), boxes)
    report = a.export("coco", tmp_path / "a.json", classes={"van": "car", "junk": None})
    assert report.classes == {"car": 2}
    assert report.lost["of classes that were to be left out"] == 1
    with pytest.raises(InvalidValue, match="one of: van, car, junk"):
        a.export("coco", tmp_path / "b.json", classes={"lorry": "car"})
    whole = a.export("coco", tmp_path / "a.json")
    assert whole.classes == {"van": 1, "car": 1, "junk": 1}
    b = opened("two", OutputImageBbox(["vehicle"]))
    report = b.import_(
        "coco", tmp_path / "a.json", classes={"van": "vehicle", "car": "vehicle", "junk": None}
    )
    assert found(b) == [(Box(1, 2, 3, 4), "vehicle"), (Box(5, 5, 9, 9), "vehicle")]
    assert report.lost["of classes that were to be left out"] == 1
    with pytest.raises(InvalidValue, match="The class to rename"):
        b.import_("coco", tmp_path / "a.json", classes={"lorry": "car"})
