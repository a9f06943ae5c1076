"""COCO: a foreign reader agrees, other programs' files come in, broken ones are refused with the place."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS, Content, Sample, Thing
from ipyannotator.formats.base import Losses
from ipyannotator.formats.fitting import fit
from ipyannotator.model import Box, Mask, Polygon, Skeleton, SkeletonTemplate
from ipyannotator.model.shapes import rle

COCO = FORMATS.get("coco")

SAMPLES = [
    Sample("a.jpg", 640, 480, (Thing(Box(10, 20, 30.5, 40), "car"), Thing(Box(100, 100, 200, 50), "bus"))),
    Sample("sub/b.jpg", 320, 200, ()),
    Sample("sub/c.jpg", 320, 200, (Thing(Box(0, 0, 320, 200), "car", attributes={"iscrowd": True, "n": 1}),)),
]


def content(**values: Any) -> Content:
    return Content(["car", "bus"], iter(SAMPLES), **values)


def good() -> dict[str, Any]:
    """A file as another program writes it: ids that are not in order, and more than we take."""
    return {
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480, "flickr_url": "x"},
            {"id": 3, "file_name": "b.jpg"},
        ],
        "annotations": [
            {
                "id": 1, "image_id": 3, "category_id": 90, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 1,
                "segmentation": {"counts": "52203", "size": [4, 4]},
            },
            {"id": 2, "image_id": 7, "category_id": 18, "bbox": [1.5, 2, 3, 4], "segmentation": [[1, 2, 4, 2, 4, 6]]},
            {"id": 3, "image_id": 7, "category_id": 18, "bbox": [9, 9, 0, 4], "keypoints": [1, 2, 2]},
            {"id": 4, "image_id": 7, "category_id": 18},
        ],
        "categories": [
            {"id": 90, "name": "toothbrush", "supercategory": "indoor"},
            {"id": 18, "name": "dog", "supercategory": "dog"},
        ],
    }  # fmt: skip


def write(folder: Path, value: object) -> Path:
    path = folder / "a.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_the_foreign_reader_finds_the_same(tmp_path: Path) -> None:
    from pycocotools import coco

    COCO.write(tmp_path / "a.json", content())
    with contextlib.redirect_stdout(io.StringIO()):
        foreign = coco.COCO(str(tmp_path / "a.json"))
    found = {
        image["file_name"]: [
            (foreign.cats[row["category_id"]]["name"], *row["bbox"])
            for row in foreign.loadAnns(foreign.getAnnIds(imgIds=[image["id"]]))
        ]
        for image in foreign.loadImgs(foreign.getImgIds())
    }
    assert found == {
        "a.jpg": [("car", 10, 20, 30.5, 40), ("bus", 100, 100, 200, 50)],
        "sub/b.jpg": [],
        "sub/c.jpg": [("car", 0, 0, 320, 200)],
    }
    assert foreign.getAnnIds(catIds=foreign.getCatIds(catNms=["bus"]), areaRng=[9999, 10001])
    assert foreign.getAnnIds(iscrowd=True) == [3]


def test_evaluated_against_itself_it_is_perfect(tmp_path: Path) -> None:
    from pycocotools import coco
    from pycocotools.cocoeval import COCOeval

    things = tuple(
        Thing(Box(10 * at, 5 * at, 20 + 40 * at, 15 + 30 * at), ("car", "bus")[at % 2]) for at in range(9)
    )
    some = [Sample(f"{at}.jpg", 640, 480, things) for at in range(5)]
    COCO.write(tmp_path / "a.json", Content(["car", "bus"], iter(some)))
    rows = [{**row, "score": 0.9} for row in json.loads((tmp_path / "a.json").read_text())["annotations"]]
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO(str(tmp_path / "a.json"))
        result = COCOeval(truth, truth.loadRes(rows), "bbox")
        result.evaluate()
        result.accumulate()
        result.summarize()
    assert result.stats[0] == pytest.approx(1.0)
    assert result.stats[8] == pytest.approx(1.0)


def test_splits_are_files_and_come_back(tmp_path: Path) -> None:
    some = [
        Sample(f"{name}.jpg", 64, 48, (Thing(Box(1, 2, 3, 4), "car"),), name) for name in ("train", "val")
    ]
    COCO.write(tmp_path / "out", Content(["car"], iter(some), ("train", "val")), images="none")
    names = sorted(path.name for path in (tmp_path / "out" / "annotations").iterdir())
    assert names == ["instances_train.json", "instances_val.json"]
    assert [(each.name, each.split) for each in COCO.read(tmp_path / "out")] == [
        ("train.jpg", "train"),
        ("val.jpg", "val"),
    ]
    with pytest.raises(InvalidValue, match="a folder"):
        COCO.write(tmp_path / "one.json", Content(["car"], iter(some), ("train", "val")))


def test_another_programs_file_comes_in_and_what_is_not_taken_is_counted(tmp_path: Path) -> None:
    reading = COCO.read(write(tmp_path, good()), kinds=("box",))
    a, b = reading
    assert reading.classes == ["toothbrush", "dog"]
    assert (a.name, a.width, a.height) == ("a.jpg", 640, 480)
    assert [(thing.label, thing.shape) for thing in a.things] == [("dog", Box(1.5, 2, 3, 4))]
    assert (b.name, b.width) == ("b.jpg", None)
    assert b.things[0].attributes == {"iscrowd": True}
    assert dict(reading.lost) == {
        "with an outline (its box was taken)": 2,
        "without a size (left out)": 1,
        "with keypoints (not taken)": 1,
        "without a box (left out)": 1,
        "of a class with a supercategory (not kept)": 1,
    }


def test_missing_sections_are_tolerated(tmp_path: Path) -> None:
    value = good()
    del value["categories"]
    assert [
        thing.label for each in COCO.read(write(tmp_path, value), kinds=["box"]) for thing in each.things
    ] == [
        "18",
        "90",
    ]
    del value["annotations"]  # images to be annotated: nothing is said of what is on them
    reading = COCO.read(write(tmp_path, value))
    assert list(reading) == []
    assert reading.lost["images without a section of annotations (left out)"] == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v["annotations"][1].update(bbox=[1, 2, -3, 4]), r"annotations\[1\]\.bbox is \[1.*-3"),
        (lambda v: v["annotations"][1].update(bbox=[1e300, 2, 1e300, 4]), r"annotations\[1\]\.bbox is \[1e"),
        (lambda v: v["annotations"][1].update(bbox=[1, 2, 3]), r"annotations\[1\]\.bbox"),
        (lambda v: v["annotations"][1].update(bbox="1 2 3 4"), r"annotations\[1\]\.bbox"),
        (lambda v: v["annotations"][1].update(bbox=[1, 2, None, 4]), r"bbox"),
        (
            lambda v: v["annotations"][1].update(image_id=99),
            r"annotations\[1\]\.image_id is 99.*one of the images",
        ),
        (lambda v: v["annotations"][1].update(category_id=1), r"annotations\[1\]\.category_id is 1"),
        (lambda v: v["annotations"][1].update(score=7), r"annotations\[1\]\.score is 7"),
        (lambda v: v["images"][1].pop("file_name"), r"file_name"),
        (lambda v: v["images"][1].update(id=7), r"7 stands there twice"),
        (lambda v: v["categories"][0].update(name=" "), r"a name is empty"),
        (lambda v: v.update(images={}), r"Expected `array`"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path: Path, change, said: str) -> None:
    value = good()
    change(value)
    path = write(tmp_path, value)
    with pytest.raises(FormatError, match=said) as caught:
        list(COCO.read(path))
    assert str(path) in str(caught.value)
    assert "Nothing was taken in" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(good())[:300], "cut short"),
        ("", "cut short"),
        (json.dumps(good()).replace("1.5", "NaN"), "not readable as JSON"),
        (json.dumps(good()).replace("1.5", "1e999"), "out of range|bbox"),
        (json.dumps(good()["annotations"]), "file of results"),
        (
            '{"annotations": [{"image_id": 1, "category_id": 1, "attributes": {"a": ' + "[" * 90_000,
            "not readable",
        ),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        list(COCO.read(write(tmp_path, text)))


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    assert len(list(COCO.read(write(tmp_path, "\ufeff" + json.dumps(good()))))) == 2


# ---- outlines, masks, keypoints ----------------------------------------------------------------------------------------

PIXELS = np.zeros((48, 64), bool)
PIXELS[10:30, 5:40:3] = True
TRIANGLE = Polygon(((1.5, 2), (60, 4.25), (20, 40)))
HOLED = Polygon(((10, 10), (50, 10), (50, 40), (10, 40)), (((20, 20), (30, 20), (30, 30), (20, 30)),))
PERSON = Skeleton(((10, 20, 2), (30.5, 40, 1), (0, 0, 0)))
RICH = [
    Thing(TRIANGLE, "car"),
    Thing(Mask.from_array(PIXELS), "car", attributes={"iscrowd": True}),
    Thing(PERSON, "person"),
    Thing(Box(1, 2, 3, 4), "car"),
]
JOINTS = {"person": SkeletonTemplate(("head", "hand", "foot"), (("head", "hand"), ("hand", "foot")))}


def rich(folder: Path, things: list[Thing]) -> Path:
    sample = fit(Sample("a.jpg", 64, 48, tuple(things)), COCO.holds, Losses())
    COCO.write(folder / "r.json", Content(["car", "person"], [sample], templates=JOINTS))
    return folder / "r.json"


def test_every_kind_of_shape_comes_back_as_it_was(tmp_path: Path) -> None:
    reading = COCO.read(rich(tmp_path, RICH))
    assert [thing.shape for each in reading for thing in each.things] == [thing.shape for thing in RICH]
    assert not any(reading.lost.values())
    assert reading.templates == JOINTS


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # its own, with a newer NumPy
def test_the_foreign_reader_makes_the_same_pixels_and_keypoints_of_them(tmp_path: Path) -> None:
    from pycocotools import coco

    with contextlib.redirect_stdout(io.StringIO()):
        foreign = coco.COCO(str(rich(tmp_path, [*RICH, Thing(HOLED, "car")])))
    rows: list[Any] = foreign.loadAnns(foreign.getAnnIds())
    triangle, mask, person, _, holed = rows
    assert (foreign.annToMask(mask) > 0).tolist() == PIXELS.tolist()
    assert (foreign.annToMask(holed) > 0).tolist() == HOLED.to_mask(48, 64).to_array().tolist()
    # It fills outlines by a rule of its own, which differs from ours along the edge only.
    ours = TRIANGLE.to_mask(48, 64).to_array()
    assert (ours != (foreign.annToMask(triangle) > 0)).sum() < 0.1 * ours.sum()
    assert (person["keypoints"], person["num_keypoints"]) == ([10, 20, 2, 30.5, 40, 1, 0, 0, 0], 2)
    _, category = json.loads((tmp_path / "r.json").read_text())["categories"]
    assert (category["keypoints"], category["skeleton"]) == (["head", "hand", "foot"], [[1, 2], [2, 3]])
    assert [row["area"] for row in rows] == [pytest.approx(thing.shape.measure()) for thing in RICH] + [
        1200 - 100
    ]


@pytest.mark.parametrize("kind", ["segm", "keypoints"])
def test_masks_and_keypoints_evaluated_against_themselves_are_perfect(tmp_path: Path, kind: str) -> None:
    from pycocotools import coco, cocoeval

    things = [RICH[0], Thing(HOLED, "car")] if kind == "segm" else [RICH[2]]
    path = rich(tmp_path, [msgspec.structs.replace(thing, score=0.9) for thing in things])
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO(str(path))
        found = truth.loadRes(json.loads(path.read_text())["annotations"])
        judge = cocoeval.COCOeval(truth, found, kind)
        if kind == "keypoints":
            judge.params.kpt_oks_sigmas = np.full(3, 0.1)
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)


def other(**values: Any) -> dict[str, Any]:
    """A file of another program, with one annotation of these values."""
    return {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 8, "height": 6}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4], **values}],
        "categories": [{"id": 1, "name": "car"}],
    }


def test_an_object_in_several_parts_is_one_mask(tmp_path: Path) -> None:
    squares = [[0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 3, 1, 3, 3, 1, 3], [6, 4, 8, 4, 8, 6, 6, 6]]
    ((thing,),) = (each.things for each in COCO.read(write(tmp_path, other(segmentation=squares))))
    assert isinstance(thing.shape, Mask)
    expected = np.zeros((6, 8), bool)
    expected[0:2, 0:2] = expected[1:3, 1:3] = expected[4:6, 6:8] = True
    assert thing.shape.to_array().tolist() == expected.tolist()
    reading = COCO.read(write(tmp_path, other(segmentation=squares)), kinds=["box", "polygon"])
    ((thing,),) = (each.things for each in reading)
    assert thing.shape == Box(1, 1, 4, 4)
    assert reading.lost == {"with an outline (its box was taken)": 1}


@pytest.mark.parametrize("plain", [True, False])
def test_runs_that_are_not_compressed_are_the_same_mask(tmp_path: Path, plain: bool) -> None:
    array = np.zeros((6, 8), bool)
    array[1:3, 2:4] = True
    runs = rle.runs_of(array)
    given = {"size": [6, 8], "counts": [int(run) for run in runs] if plain else rle.encode(runs)}
    ((thing,),) = (each.things for each in COCO.read(write(tmp_path, other(segmentation=given))))
    assert thing.shape == Mask.from_array(array)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"segmentation": {"size": [4, 4], "counts": "52203"}},
            r"segmentation\.size is \[4, 4\], .*\[6, 8\]",
        ),
        ({"segmentation": {"size": [6, 8], "counts": "52203"}}, r"segmentation\.counts is '52203', .*8 × 6"),
        (
            {"segmentation": {"size": [6, 8], "counts": [1, 2]}},
            r"segmentation\.counts is \[1, 2\], .*48 pixels",
        ),
        ({"segmentation": {"size": [6, 8], "counts": [-1, 49]}}, r"segmentation\.counts"),
        ({"segmentation": [[1, 2, 3]]}, r"segmentation is \[1.*an even number"),
        ({"segmentation": [[1, 2, 3, 4, 5, 1e300]]}, r"segmentation is "),
        ({"segmentation": "here"}, r"segmentation is .*polygons"),
        ({"keypoints": [1, 2]}, r"keypoints is .*three numbers"),
        ({"keypoints": [1, 2, 7]}, r"keypoints is .*three numbers"),
        ({"keypoints": ["a"]}, r"keypoints is .*three numbers"),
    ],
)
def test_a_broken_outline_is_refused_with_the_place(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(FormatError, match=r"annotations\[0\]\." + said):
        list(COCO.read(write(tmp_path, other(**values))))


@pytest.mark.parametrize(
    "outline", [[[1, 2, 3, 4]], [[1, 1, 1, 1, 1, 1]], [[]], {"size": [6, 8], "counts": [48]}]
)
def test_an_outline_without_an_extent_leaves_the_box(tmp_path: Path, outline: Any) -> None:
    ((thing,),) = (each.things for each in COCO.read(write(tmp_path, other(segmentation=outline))))
    assert thing.shape == Box(1, 1, 4, 4)


def test_bones_between_joints_that_are_not_there_are_refused(tmp_path: Path) -> None:
    value = other()
    value["categories"][0].update(keypoints=["head"], skeleton=[[1, 2]])
    with pytest.raises(FormatError, match=r"categories\[0\]: its keypoints and skeleton"):
        COCO.read(write(tmp_path, value))
