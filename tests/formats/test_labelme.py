"""LabelMe: files of several versions come in, broken ones are refused with the place, what is written comes back."""

from __future__ import annotations

import base64
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import Content, Losses, Sample, Thing
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.labelme import LabelMe
from ipyannotator.formats.values import reduced
from ipyannotator.model import Box, Ellipse, Mask, Points, Polygon, Polyline
from ipyannotator.testing.formats import FORMAT_CHECKS

LABELME = LabelMe()


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_it_does_what_a_format_promises(check, tmp_path: Path) -> None:
    check(LABELME, tmp_path, "out")


def png(*rows: str) -> str:
    """Return a picture of rows, `#` for inside, as LabelMe has it."""
    file = io.BytesIO()
    Image.fromarray(np.array([[sign == "#" for sign in row] for row in rows], np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def shape(kind: str, *points: Any, **more: Any) -> dict[str, Any]:
    """A shape as version 5 writes it."""
    row: dict[str, Any] = {
        "label": "car",
        "points": [*points],
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
    }
    return row | more


def file(*shapes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A file as version 5 writes it."""
    return {
        "version": "5.5.0", "flags": {}, "shapes": [*shapes], "imagePath": "a.jpg",
        "imageData": base64.b64encode(b"a picture").decode(), "imageHeight": 6, "imageWidth": 8, **more,
    }  # fmt: skip


def write(folder: Path, value: object, name: str = "a.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2), encoding="utf-8")
    return path


def things(path: Path) -> list[Thing]:
    return [thing for each in LABELME.read(path) for thing in each.things]


OLD = """{
  "flags": {},
  "shapes": [
    {"label": "person", "line_color": null, "fill_color": [0, 255, 0, 128], "points": [[1, 2], [30, 4], [20, 50]]}
  ],
  "lineColor": [0, 255, 0, 128],
  "fillColor": [255, 0, 0, 128],
  "imagePath": "2011_000003.jpg",
  "imageData": "/9j/4AAQ"
}
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_of_version_2_comes_in(tmp_path: Path, newline: str, mark: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes((mark + OLD).replace("\n", newline).encode())
    (sample,) = LABELME.read(path, {"2011_000003.jpg": (500, 338)}.get)
    assert sample == Sample(
        "2011_000003.jpg", 500, 338, (Thing(Polygon(((1, 2), (30, 4), (20, 50))), "person"),)
    )


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (shape("rectangle", [1, 2], [5, 4.5]), Box(1, 2, 4, 2.5)),
        (shape("rectangle", [5, 4.5], [1, 2]), Box(1, 2, 4, 2.5)),
        (shape("rectangle", [1, 4.5], [5, 2]), Box(1, 2, 4, 2.5)),
        (shape("rectangle", [1, 2], [5, 2], [5, 4], [1, 4]), Box(1, 2, 4, 2)),
        (shape("rectangle", [1, 2], [5, 2], [1, 4], [5, 4]), Box(1, 2, 4, 2)),
        (shape("rectangle", [1, 2], [5, 2], [5, 4], [1, 4], [1, 2]), Box(1, 2, 4, 2)),
        (
            shape("rectangle", [0, 0], [9, 1], [5, 4], [1, 4]),
            Polygon(((0, 0), (9, 1), (5, 4), (1, 4))),
        ),
        (shape("polygon", [1, 2], [5, 2], [5, 4]), Polygon(((1, 2), (5, 2), (5, 4)))),
        (shape("polygon", [1, 2], [5, 2], [5, 4], [1, 2]), Polygon(((1, 2), (5, 2), (5, 4)))),
        (shape("linestrip", [1, 2], [5, 2], [5, 4]), Polyline(((1, 2), (5, 2), (5, 4)))),
        (shape("line", [1, 2], [5, 2]), Polyline(((1, 2), (5, 2)))),
        (shape("point", [1.5, 2]), Points(((1.5, 2),))),
        (shape("points", [1.5, 2], [3, 4]), Points(((1.5, 2), (3, 4)))),
        (shape("circle", [10, 20], [13, 24]), Ellipse(10, 20, 5, 5)),
    ],
)
def test_each_type_of_shape_comes_in(tmp_path: Path, row: dict[str, Any], expected: object) -> None:
    assert [thing.shape for thing in things(write(tmp_path, file(row)))] == [expected]


@pytest.mark.parametrize("kind", ["rectangle", "oriented_rectangle", "rotation"])
@pytest.mark.parametrize("angle", [30.0, -75.0, 150.0])
def test_a_turned_rectangle_is_a_turned_box(tmp_path: Path, kind: str, angle: float) -> None:
    box = Box(100, 200, 60, 20, angle)
    corners = [[round(value, 2) for value in corner] for corner in box.corners()]
    ((thing),) = things(write(tmp_path, file(shape(kind, *corners))))
    assert isinstance(thing.shape, Box)
    assert np.allclose(thing.shape.corners(), box.corners(), atol=0.05)
    assert thing.shape.angle == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize(
    ("corners", "pixels"),
    [
        ([[2, 1], [4, 2]], {(1, 2), (1, 4), (2, 3)}),
        ([[4, 2], [2, 1]], {(1, 2), (1, 4), (2, 3)}),
        ([[2.0, 1.0], [5.0, 3.0]], {(1, 2), (1, 4), (2, 3)}),  # as programs that leave out the last pixel
        ([[-1, 0], [1, 1]], {(0, 1), (1, 0)}),  # what is outside is cut
        ([[6, 5], [8, 6]], {(5, 6)}),
    ],
)
def test_a_mask_comes_in(tmp_path: Path, corners: list[Any], pixels: set[tuple[int, int]]) -> None:
    ((thing),) = things(write(tmp_path, file(shape("mask", *corners, mask=png("#.#", ".#.")))))
    assert isinstance(thing.shape, Mask)
    assert thing.shape.size == (6, 8)
    assert {*zip(*(axis.tolist() for axis in thing.shape.to_array().nonzero()), strict=True)} == pixels


def test_a_mask_is_written_with_its_last_pixel_as_the_corner(tmp_path: Path) -> None:
    array = np.zeros((6, 8), bool)
    array[1, 2] = array[1, 4] = array[2, 3] = True
    sample = Sample("a.jpg", 8, 6, (Thing(Mask.from_array(array), "car"),))
    LABELME.write(tmp_path / "out", Content(["car"], [sample]), images="none")
    (row,) = json.loads((tmp_path / "out" / "a.json").read_text())["shapes"]
    assert row["points"] == [[2, 1], [4, 2]]
    with Image.open(io.BytesIO(base64.b64decode(row["mask"]))) as picture:
        assert np.asarray(picture).tolist() == [[1, 0, 1], [0, 1, 0]]


def test_masks_without_pixels_or_a_size_are_counted(tmp_path: Path) -> None:
    row = shape("mask", [2, 1], [4, 2], mask=png("...", "..."))
    reading = LABELME.read(write(tmp_path, file(row)))
    assert [each.things for each in reading] == [()]
    assert +reading.lost == {"without a size (left out)": 1}
    reading = LABELME.read(write(tmp_path, file(row, imageHeight=None, imageWidth=None)))
    assert [each.things for each in reading] == [()]
    assert +reading.lost == {"masks on an image whose size is not known (left out)": 1}


def test_what_cannot_be_taken_is_counted(tmp_path: Path) -> None:
    rows = [
        shape("cuboid", [1, 2], [3, 4]),
        shape("rectangle", [1, 2], [1, 4]),
        shape("rectangle", [1, 2]),
        shape("rectangle"),
        shape("polygon", [1, 2], [1, 4]),
        shape("line", [1, 2], [1, 2]),
        shape("point"),
        shape("circle", [1, 2]),
        shape("circle"),
        shape("point", [1, 2]),
    ]
    reading = LABELME.read(write(tmp_path, file(*rows, flags={"night": True, "rain": False})))
    assert [[thing.shape for thing in each.things] for each in reading] == [[Points(((1, 2),))]]
    assert dict(reading.lost) == {
        "of the shape type 'cuboid' (left out)": 1,
        "without a size (left out)": 8,
        "flags of whole images (not taken)": 1,
    }


def test_flags_groups_and_descriptions_are_attributes_and_come_back(tmp_path: Path) -> None:
    row = shape(
        "point",
        [1, 2],
        flags={"occluded": True, "parked": False},
        group_id=3,
        description="the red one",
        score=0.5,
        attributes={"colour": "red"},
        difficult=False,
    )
    path = write(tmp_path, file(row))
    (thing,) = things(path)
    attributes = {
        "occluded": True,
        "parked": False,
        "group_id": 3,
        "description": "the red one",
        "colour": "red",
    }
    assert (thing.attributes, thing.score) == (attributes, 0.5)
    LABELME.write(tmp_path / "out", Content(["car"], LABELME.read(path)), images="none")
    written = json.loads((tmp_path / "out" / "a.json").read_text())
    assert written["imageData"] is None
    (again,) = written["shapes"]
    assert again == {name: value for name, value in row.items() if name not in {"mask", "difficult"}}


@pytest.mark.parametrize(
    "attributes", [{"group_id": True}, {"group_id": "x"}, {"description": ""}, {"description": 3}]
)
def test_attributes_named_as_places_of_the_file_come_back(tmp_path: Path, attributes: dict[str, Any]) -> None:
    sample = Sample("a.jpg", 8, 6, (Thing(Box(1, 2, 3, 4), "car", attributes=attributes),))
    LABELME.write(tmp_path / "out", Content(["car"], [sample]), images="none")
    assert [thing.attributes for thing in things(tmp_path / "out")] == [attributes]


def test_ellipses_become_polygons_since_there_are_circles_only() -> None:
    lost = Losses()
    sample = fit(Sample("a.jpg", 99, 99, (Thing(Ellipse(50, 50, 20, 10), "car"),)), LABELME.holds, lost)
    assert [thing.shape.kind for thing in sample.things] == ["polygon"]
    assert sum(lost.values()) == 1


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "image", "expected"),
    [
        ("a.json", "a.jpg", "a.jpg"),
        ("deep/a.json", "a.jpg", "deep/a.jpg"),
        ("deep/a.json", "./a.jpg", "deep/a.jpg"),
        ("labels/a.json", "../images/a.jpg", "images/a.jpg"),
        ("labels/a.json", "..\\images\\a.jpg", "images/a.jpg"),
        ("a.json", "../../../etc/a.jpg", "etc/a.jpg"),
        ("deep/a.json", "/home/me/set/a.jpg", "home/me/set/a.jpg"),
        ("deep/a.json", "C:\\set\\a.jpg", "set/a.jpg"),
        ("deep/a.json", "\\\\server\\set\\a.jpg", "server/set/a.jpg"),
        ("deep/a.json", "", "deep/a"),
        ("deep/a.json", None, "deep/a"),
    ],
)
def test_the_name_of_an_image_stays_within_the_data_set(
    tmp_path: Path, where: str, image: str | None, expected: str
) -> None:
    write(tmp_path, file(imagePath=image), where)
    assert [each.name for each in LABELME.read(tmp_path)] == [expected]


def test_an_address_is_reduced_to_its_path() -> None:
    assert reduced("https://host/set/a.jpg?x=1#y", "deep") == "host/set/a.jpg"
    assert reduced("a#1?.jpg") == "a#1?.jpg"
    assert reduced("..") == ""


def test_two_files_for_one_image_are_both_read(tmp_path: Path) -> None:
    write(tmp_path, file(shape("point", [1, 2])), "a.json")
    write(tmp_path, file(shape("point", [3, 4])), "a_second.json")
    assert [(each.name, len(each.things)) for each in LABELME.read(tmp_path)] == [("a.jpg", 1)] * 2


def test_a_size_that_is_not_said_is_that_of_the_picture_beside(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg")
    write(tmp_path, file(imageHeight=None, imageWidth=0))
    (sample,) = LABELME.read(tmp_path)
    assert (sample.width, sample.height) == (30, 20)


def test_other_json_in_the_folder_is_counted_and_its_own_is_known(tmp_path: Path) -> None:
    write(tmp_path, ["car", "bus"], "1.json")
    write(tmp_path, {"images": [], "annotations": []}, "2.json")
    write(tmp_path, file(), "a.json")
    reading = LABELME.read(tmp_path)
    assert [each.name for each in reading] == ["a.jpg"]
    assert reading.lost["JSON files of another kind (left out)"] == 2
    assert LABELME.detect(tmp_path)
    assert LABELME.detect(tmp_path / "a.json")
    assert not LABELME.detect(tmp_path / "2.json")
    with pytest.raises(FormatError, match=r"is not LabelMe.*shapes"):
        list(LABELME.read(tmp_path / "2.json"))


# ---- what is broken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (shape("point", [1, 1e300]), r"shapes\[0\]\.points\[0\] is \[1.0, 1e\+300\], expected x and y"),
        (shape("point", [1, math.nan]), r"not readable as JSON.*byte \d+"),
        (shape("point", [1, -math.inf]), r"not readable as JSON.*byte \d+"),
        (shape("point", [1]), r"shapes\[0\]\.points\[0\]"),
        (shape("point", [1, None]), r"shapes\[0\]\.points\[0\]\[1\]|shapes\[0\]\.points\[\.\.\.\]"),
        (shape("rectangle", [1, 2], [3, 4], [5, 6]), r"shapes\[0\]\.points is .*two or four corners"),
        (shape("circle", [1, 2], [3, 4], [5, 6]), r"shapes\[0\]\.points is .*the centre and"),
        (shape("point", [1, 2], label=" "), r"shapes\[0\]\.label is ' ', expected the name of a class"),
        (shape("point", [1, 2], label=None), r"shapes\[0\]\.label is None"),
        (shape("point", [1, 2], score=7), r"shapes\[0\]\.score is 7.* from 0 to 1"),
        (shape("mask", [1, 2], mask=png("#")), r"shapes\[0\]\.points is .*two corners of a mask"),
        (shape("mask", [1, 2], [3, 4]), r"shapes\[0\]\.mask is '', expected a PNG"),
        (shape("mask", [1, 2], [3, 4], mask="@@"), r"shapes\[0\]\.mask is '@@', expected a PNG"),
        (shape("mask", [1, 2], [3, 4], mask=png("###", "###", "###")[:60]), r"shapes\[0\]\.mask is 'iVBO"),
        (shape("mask", [1, 2], [3, 9], mask=png("#")), r"mask is '1 × 1', expected of 3 × 8 pixels"),
        ({"points": []}, r"label"),
        ("x", r"shapes\[0\]"),
    ],
)
def test_a_broken_shape_is_refused_with_the_place(tmp_path: Path, value: Any, said: str) -> None:
    path = write(tmp_path, file(value))
    with pytest.raises(FormatError, match=said) as caught:
        list(LABELME.read(path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps(file(shape("point", [1, 2])))[:200], "cut short"),
        ("", "cut short"),
        (json.dumps(file(imageWidth=-1)), "imageWidth is -1.*expected pixels"),
        (json.dumps(file(imageHeight=1e300)), "imageHeight is 1e.300"),
        (json.dumps(file(shape("point", [1, 12345]))).replace("12345", "1e999"), r"points|out of range"),
        (json.dumps(file(shapes={})), r"Expected `array`"),
        ("[]", "is not LabelMe"),
        ('{"shapes": [{"label": "a", "points": [], "attributes": ' + "[" * 90_000, "not readable|not LabelMe"),
        (json.dumps(file(shape("mask", [1, 2], [1, 2], mask=png("#")), imageWidth=1e9, imageHeight=1e9)), "at most"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("folder", [False, True])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, said: str, folder: bool) -> None:
    path = write(tmp_path, text)
    if folder and text == "[]":
        return  # counted among the others, see above
    with pytest.raises(FormatError, match=said) as caught:
        list(LABELME.read(tmp_path if folder else path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")
