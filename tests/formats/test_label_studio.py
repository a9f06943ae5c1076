"""Label Studio: files as it writes them come in, turned boxes stand where they stood, broken files are refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.errors import FormatError
from ipyannotator.formats import FORMATS, Content, Sample, Thing, find_format
from ipyannotator.model import Box, Ellipse, Points, Polygon, Whole
from ipyannotator.testing.formats import things

STUDIO = FORMATS.get("label-studio")


def region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "x1", "type": kind, "from_name": "label", "to_name": "image", "original_width": 200,
        "original_height": 100, "image_rotation": 0, "value": value, **more,
    }  # fmt: skip


def task(
    *regions: dict[str, Any], image: str = "/data/upload/3/1a2b3c4d-my%20photo.jpg", **more: Any
) -> dict[str, Any]:
    return {
        "id": 7,
        "data": {"image": image},
        "annotations": [{"id": 1, "result": list(regions)}],
        "meta": {},
        **more,
    }


def write(folder: Path, value: object) -> Path:
    path = folder / "project-1.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_every_type_of_region(tmp_path: Path) -> None:
    regions = [
        region(
            "rectanglelabels",
            {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["car"]},
        ),
        region(
            "polygonlabels",
            {"points": [[0, 0], [50, 0], [50, 50]], "closed": True, "polygonlabels": ["car", "red"]},
        ),
        region(
            "ellipselabels",
            {"x": 50, "y": 50, "radiusX": 10, "radiusY": 10, "rotation": 30, "ellipselabels": ["bus"]},
        ),
        region("keypointlabels", {"x": 5, "y": 10, "width": 1, "keypointlabels": ["nose"]}),
        region("choices", {"choices": ["night"]}),
        region("rectangle", {"x": 10, "y": 20, "width": 30, "height": 40}, score=0.5),
        region("brushlabels", {"format": "rle", "rle": [0, 1], "brushlabels": ["car"]}),
        region("textarea", {"text": ["a dog"]}),
    ]
    path = write(tmp_path, [task(*regions)])
    reading = STUDIO.read(path)
    (sample,) = reading
    assert (sample.name, sample.width, sample.height) == ("data/upload/3/my photo.jpg", 200, 100)
    assert sample.things == (
        Thing(Box(20, 20, 60, 40), "car"),
        Thing(Polygon(((0, 0), (100, 0), (100, 50))), "car"),
        Thing(Ellipse(100, 50, 20, 10, 30), "bus"),
        Thing(Points(((10, 10),)), "nose"),
        Thing(Whole(), "night"),
        Thing(Box(20, 20, 60, 40), None, 0.5),
    )
    assert reading.classes == ["car", "red", "bus", "nose", "night"]
    assert reading.lost == {
        "with further classes (the first was taken)": 1,
        "of the type 'brushlabels' (left out)": 1,
        "of the type 'textarea' (left out)": 1,
    }
    assert find_format(path).name == "label-studio"


@pytest.mark.parametrize("angle", [0, 30, 90, 200, -45])
def test_a_turned_box_is_turned_around_its_own_corner_there(tmp_path: Path, angle: float) -> None:
    box = Box(60, 30, 40, 20, angle)
    STUDIO.write(tmp_path / "a.json", Content(["car"], [Sample("a.jpg", 200, 100, (Thing(box, "car"),))]))
    value = json.loads((tmp_path / "a.json").read_text())[0]["annotations"][0]["result"][0]["value"]
    turn = math.radians(angle)
    corner = (value["x"] * 2, value["y"])
    middle = (
        corner[0] + (40 * math.cos(turn) - 20 * math.sin(turn)) / 2, corner[1] + (40 * math.sin(turn) + 20 * math.cos(turn)) / 2,
    )  # fmt: skip
    assert middle == pytest.approx((80, 40))
    ((thing,),) = (each.things for each in STUDIO.read(tmp_path / "a.json"))
    assert isinstance(thing.shape, Box)
    assert (thing.shape.x, thing.shape.y, thing.shape.angle) == pytest.approx((60, 30, angle))


def test_all_of_it_comes_back(tmp_path: Path) -> None:
    sample = Sample("sub/a.jpg", 640, 480, (
        Thing(Box(1, 2, 30.5, 40, 30), "car", 0.25, None, {"n": 1, "deep": [None, "ü"]}), Thing(Whole(), "night"),
        Thing(Polygon(((1.5, 2), (30, 4), (20, 50)))), Thing(Ellipse(100, 50, 20, 10, 30), "bus"),
    ))  # fmt: skip
    STUDIO.write(tmp_path / "a.json", Content([], [sample, Sample("b.jpg", 8, 6)]))
    first, second = STUDIO.read(tmp_path / "a.json")
    assert things(first) == things(sample)
    assert (first.name, second.name, second.things) == ("sub/a.jpg", "b.jpg", ())


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("/data/upload/1/1a2b3c4d-a.jpg", "data/upload/1/a.jpg"),
        ("/data/local-files/?d=photos/sub/a.jpg", "photos/sub/a.jpg"),
        ("https://example.org/x/a.jpg?size=2", "x/a.jpg"),
        ("s3://bucket/x/a.jpg", "bucket/x/a.jpg"),
        ("../../etc/a.jpg", "etc/a.jpg"),
        ("C:\\photos\\a.jpg", "photos/a.jpg"),
        ("1a2b3c4d-a.jpg", "1a2b3c4d-a.jpg"),
    ],
)
def test_a_picture_is_called_by_what_is_its_name(tmp_path: Path, image: str, name: str) -> None:
    assert [each.name for each in STUDIO.read(write(tmp_path, [task(image=image)]))] == [name]


def test_of_several_annotations_the_first_that_counts_is_taken_else_a_prediction(tmp_path: Path) -> None:
    one, two, three = (
        {
            "result": [
                region(
                    "rectanglelabels", {"x": at, "y": 0, "width": 5, "height": 5, "rectanglelabels": ["car"]}
                )
            ]
        }
        for at in (10, 20, 30)
    )
    value = task(annotations=[one | {"was_cancelled": True}, two, three], predictions=[one])
    reading = STUDIO.read(write(tmp_path, [value, task(annotations=[], predictions=[three], image="b.jpg")]))
    assert [each.things[0].shape.bounds().left for each in reading] == [40, 60]
    assert reading.lost == {"annotations of an image that has one already (left out)": 1}


RECTANGLE = {"x": 10, "y": 20, "width": 30, "height": 40, "rectanglelabels": ["car"]}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([task(region("rectanglelabels", RECTANGLE | {"x": "ten"}))], r"result\[0\]: value\.x is 'ten'"),
        ([task(region("rectanglelabels", RECTANGLE | {"x": 1e300}))], r"value\.x"),
        ([task(region("rectanglelabels", RECTANGLE | {"width": -3}))], "not less than 0"),
        ([task(region("rectanglelabels", RECTANGLE, original_width=None))], "the size of the image"),
        ([task(region("rectanglelabels", RECTANGLE, score=7))], "score is 7"),
        ([task(region("polygonlabels", {"points": [[1, 2, 3]]}))], r"value\.points"),
        ([task(region("ellipselabels", {"x": 1, "y": 2}))], r"value\.radiusX is None"),
        ([{"data": {}}], "the address of an image"),
        ([{"annotations": []}], "data"),
        ('[{"data": {"image": "a.jpg"}, "annotations": [', "cut short"),
        (
            '[{"data": {"image": "a.jpg"}, "annotations": [{"result": [{"value": {"x": NaN}}]}]}]',
            "not readable",
        ),
        ({"data": 1}, "not a list of Label Studio's tasks"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path: Path, value: object, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        list(STUDIO.read(write(tmp_path, value)))


def test_what_has_no_extent_is_counted(tmp_path: Path) -> None:
    empty = region("rectanglelabels", RECTANGLE | {"width": 0}), region("polygonlabels", {"points": [[1, 2]]})
    reading = STUDIO.read(write(tmp_path, [task(*empty)]))
    assert [each.things for each in reading] == [()]
    assert reading.lost == {"without a size (left out)": 2}
