"""VGG Image Annotator: JSON, projects and CSV of several versions come in, broken ones are refused with the place."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import Content, Sample, Thing
from ipyannotator.formats.via import Via
from ipyannotator.model import Box, Ellipse, Points, Polygon, Polyline
from ipyannotator.testing.formats import FORMAT_CHECKS

VIA = Via()


@pytest.mark.parametrize("ending", ["", ".json"])
@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_it_does_what_a_format_promises(check, ending: str, tmp_path: Path) -> None:
    check(VIA, tmp_path, f"out{ending}")


RECT = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}


def region(shape: Any = None, **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": RECT if shape is None else shape, "region_attributes": attributes}


def file(*regions: dict[str, Any], name: str = "a.jpg", **more: Any) -> dict[str, Any]:
    """Annotations as version 2 exports them."""
    entry = {"filename": name, "size": 12, "regions": [*regions], "file_attributes": {}, **more}
    return {f"{name}12": entry}


def write(folder: Path, value: object, name: str = "a.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def things(path: Path) -> list[Thing]:
    return [thing for each in VIA.read(path) for thing in each.things]


SHAPES = [
    (RECT, Box(1, 2, 3, 4)),
    (
        {"name": "polygon", "all_points_x": [1, 5, 5], "all_points_y": [2, 2, 4.5]},
        Polygon(((1, 2), (5, 2), (5, 4.5))),
    ),
    (
        {"name": "polygon", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 4, 2]},
        Polygon(((1, 2), (5, 2), (5, 4))),
    ),
    ({"name": "polyline", "all_points_x": [1, 5], "all_points_y": [2, 2]}, Polyline(((1, 2), (5, 2)))),
    ({"name": "circle", "cx": 10, "cy": 20, "r": 5.5}, Ellipse(10, 20, 5.5, 5.5)),
    ({"name": "ellipse", "cx": 10, "cy": 20, "rx": 5, "ry": 3}, Ellipse(10, 20, 5, 3)),
    (
        {"name": "ellipse", "cx": 10, "cy": 20, "rx": 5, "ry": 3, "theta": math.pi / 6},
        Ellipse(10, 20, 5, 3, 30),
    ),
    ({"name": "point", "cx": 10, "cy": 20}, Points(((10, 20),))),
]


@pytest.mark.parametrize(("given", "expected"), SHAPES)
def test_each_shape_comes_in(tmp_path: Path, given: dict[str, Any], expected: object) -> None:
    assert [thing.shape for thing in things(write(tmp_path, file(region(given))))] == [expected]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_of_version_1_comes_in(tmp_path: Path, newline: str, mark: str) -> None:
    entry = {
        "fileref": "", "size": 12, "filename": "a.jpg", "base64_img_data": "", "file_attributes": {},
        "regions": {"0": region(Class="car"), "1": region(SHAPES[2][0], Class="bus")},
    }  # fmt: skip
    path = tmp_path / "a.json"
    path.write_bytes((mark + json.dumps({"a.jpg12": entry}, indent=1)).replace("\n", newline).encode())
    assert [(each.label, each.shape) for each in things(path)] == [
        ("car", Box(1, 2, 3, 4)),
        ("bus", SHAPES[2][1]),
    ]


def project(**attributes: Any) -> dict[str, Any]:
    """A project as version 2.0 saves it."""
    images = file(region(kind="bus", label="2")) | file(name="b.jpg")
    return {
        "_via_settings": {"ui": {"annotation_editor_height": 25}, "project": {"name": "x"}},
        "_via_img_metadata": images,
        "_via_attributes": {"region": attributes, "file": {}},
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": [*images],
    }


def test_a_project_comes_in_with_its_classes(tmp_path: Path) -> None:
    options = {"type": "radio", "description": "", "options": {"1": "a car", "2": ""}, "default_options": {}}
    path = write(tmp_path, project(kind={"type": "text"}, Label=options))
    reading = VIA.read(path, {"a.jpg": (640, 480)}.get)
    a, b = reading
    assert reading.classes == ["1", "2"]
    assert (a.name, a.width, a.height, b.name, b.width, b.things) == ("a.jpg", 640, 480, "b.jpg", None, ())
    assert [(thing.label, thing.attributes) for thing in a.things] == [("2", {"kind": "bus"})]
    assert VIA.read(write(tmp_path, project(label={"type": "text"}))).classes == []
    assert VIA.read(write(tmp_path, project())).classes == []
    assert VIA.detect(path)


@pytest.mark.parametrize(
    ("attributes", "label", "rest"),
    [
        ({"label": "car", "class": "x"}, "car", {"class": "x"}),
        ({"Type": "x", "CLASS": "car"}, "car", {"Type": "x"}),
        ({"name": "car", "type": "x", "category": "y"}, "car", {"type": "x", "category": "y"}),
        ({"species": "dog", "age": 3}, "dog", {"age": 3}),
        ({"species": "dog", "colour": "red"}, None, {"species": "dog", "colour": "red"}),
        ({"label": "", "colour": "red"}, None, {"colour": "red"}),
        ({"label": 7}, "7", {}),
        ({"label": {"car": True, "bus": False}}, "car", {}),
        ({"label": {"car": True, "bus": True}}, None, {"label": {"car": True, "bus": True}}),
        ({}, None, {}),
    ],
)
def test_the_class_is_one_of_the_attributes(
    tmp_path: Path, attributes: dict[str, Any], label: str | None, rest: dict[str, Any]
) -> None:
    (thing,) = things(write(tmp_path, file(region(**attributes))))
    assert (thing.label, thing.attributes) == (label, rest)


def test_an_attribute_called_label_or_the_only_text_comes_back(tmp_path: Path) -> None:
    some = [
        Thing(Box(1, 2, 3, 4), "car", attributes={"label": "mine", "name": "x"}),
        Thing(Box(1, 2, 3, 4), None, attributes={"pose": "Left"}),
        Thing(Ellipse(9, 9, 4, 2, 30), "car"),
        Thing(Points(((1, 2), (3, 4))), "a"),
        Thing(Points(((5, 6), (7, 8), (9, 9))), "a"),
        Thing(Points(((5, 6),)), "a"),
    ]
    VIA.write(tmp_path / "a.json", Content(["car"], [Sample("deep/a.jpg", things=tuple(some))]))
    assert things(tmp_path / "a.json") == some


def test_what_it_writes_is_what_the_program_reads(tmp_path: Path) -> None:
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"12345")
    some = [
        Sample("a.jpg", things=(Thing(Box(1, 2, 3.5, 4), "car", attributes={"n": 1}),), file=picture),
        Sample("b.jpg", things=(Thing(Ellipse(9, 9, 4, 4), "car"),)),
    ]
    VIA.write(tmp_path / "out", Content(["car"], some), images="none")
    assert json.loads((tmp_path / "out" / "via_annotations.json").read_text()) == {
        "a.jpg5": {
            "filename": "a.jpg", "size": 5, "file_attributes": {}, "regions": [{
                "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3.5, "height": 4},
                "region_attributes": {"label": "car", "n": 1},
            }],
        },
        "b.jpg-1": {
            "filename": "b.jpg", "size": -1, "file_attributes": {}, "regions": [{
                "shape_attributes": {"name": "circle", "cx": 9, "cy": 9, "r": 4},
                "region_attributes": {"label": "car"},
            }],
        },
    }  # fmt: skip


def test_keys_that_would_be_the_same_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"1")
    some = [Sample("a1", file=tmp_path / "p"), Sample("a", file=tmp_path / "q")]
    (tmp_path / "q").write_bytes(b"1" * 11)
    VIA.write(tmp_path / "a.json", Content([], some))
    assert [each.name for each in VIA.read(tmp_path / "a.json")] == ["a1", "a"]


def test_what_cannot_be_taken_is_counted(tmp_path: Path) -> None:
    regions = [
        region({"name": "spiral", "turns": 3}),
        region({}),
        region(RECT | {"width": 0}),
        region({"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1, 2]}),
        region({"name": "polyline", "all_points_x": [], "all_points_y": []}),
        region({"name": "circle", "cx": 1, "cy": 1, "r": 0}),
    ]
    value = file(*regions, file_attributes={"caption": "", "public_domain": "no"}) | file(name="b.jpg")
    reading = VIA.read(write(tmp_path, value))
    assert [each.things for each in reading] == [(), ()]
    assert dict(reading.lost) == {
        "of the shape 'spiral' (left out)": 1,
        "without a place (left out)": 1,
        "without a size (left out)": 4,
        "images with attributes of the file (not taken)": 1,
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("images/a.jpg", "images/a.jpg"),
        ("../images/a.jpg", "images/a.jpg"),
        ("/home/me/a.jpg", "home/me/a.jpg"),
        ("C:\\set\\a.jpg", "set/a.jpg"),
        ("https://host/set/a.jpg?x=1", "host/set/a.jpg"),
    ],
)
def test_the_name_of_an_image_stays_within_the_data_set(tmp_path: Path, name: str, expected: str) -> None:
    assert [each.name for each in VIA.read(write(tmp_path, file(name=name)))] == [expected]


# ---- CSV ------------------------------------------------------------------------------------------------------------

HEAD = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes"


def rows(*regions: dict[str, Any], name: str = "a.jpg") -> list[list[str]]:
    """Rows of an image as the program exports them: one also for an image without regions."""
    if not regions:
        return [[name, "12", "{}", "0", "0", "{}", "{}"]]
    return [
        [name, "12", '{"caption":""}', str(len(regions)), str(at), *map(json.dumps, each.values())]
        for at, each in enumerate(regions)
    ]


def table(path: Path, values: list[list[str]], head: str = HEAD, newline: str = "\n") -> Path:
    with path.open("w", encoding="utf-8", newline="") as target:
        target.write(head + newline)
        csv.writer(target, lineterminator=newline).writerows(values)
    return path


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("head", [HEAD, "#" + HEAD, "\ufeff" + HEAD])
def test_csv_comes_in(tmp_path: Path, head: str, newline: str) -> None:
    first, *others = rows(region(label='say "hi", you'), *(region(shape, label="b") for shape, _ in SHAPES))
    path = table(
        tmp_path / "via_region_data.csv", [first, *rows(name="b.jpg"), *others], head, newline
    )  # the rows of an image need not stand together
    reading = VIA.read(path, {"b.jpg": (3, 4)}.get)
    a, b = reading
    assert (a.name, b.name, b.things, b.width, b.height) == ("a.jpg", "b.jpg", (), 3, 4)
    assert [thing.shape for thing in a.things] == [Box(1, 2, 3, 4), *(shape for _, shape in SHAPES)]
    assert {thing.label for thing in a.things} == {'say "hi", you', "b"}
    assert VIA.detect(path)
    assert VIA.detect(tmp_path)
    assert not any(reading.lost.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 is"),
        ("filename,x\na,b\n", "line 1 is .*expected the columns"),
        (HEAD + '\na.jpg,12,"{}",1,0,"{""name"":', "not readable as CSV.*cut short"),
        (HEAD + '\na.jpg,12,"{}",1\n', "line 2 is .*expected 7 values"),
        (HEAD + '\na.jpg,12,"{}",1,0,"{""name"":","{}"\n', "line 2.*region_shape_attributes.*cut short"),
        (
            HEAD + '\na.jpg,12,"{}",1,0,"{""name"":""point"",""cx"":1e300,""cy"":1}","{}"\n',
            "line 2, cx of the point is 1e.300",
        ),
        (HEAD + '\na.jpg,12,"[]",1,0,"{}","{}"\n', "line 2 is not VIA"),
        (HEAD + "\na.jpg,12,NaN,1,0,{},{}\n", "line 2 is not readable"),
    ],
)
def test_a_broken_table_is_refused_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text, "a.csv")
    with pytest.raises(FormatError, match=said) as caught:
        list(VIA.read(path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


# ---- what is broken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (region(RECT | {"x": 1e300}), r"regions\[0\], x of the rect is 1e\+300, expected a number of pixels"),
        (region(RECT | {"x": None}), r"regions\[0\], x of the rect is None"),
        (region(RECT | {"x": "1"}), r"regions\[0\], x of the rect is '1'"),
        (region(RECT | {"x": True}), r"regions\[0\], x of the rect is True"),
        (region(RECT | {"width": -1}), r"width of the rect is -1.*, 0 or more"),
        (region({"name": "point", "cx": 1}), r"cy of the point is None"),
        (region({"name": "polygon", "all_points_x": [1]}), r"all_points_y of the polygon is None"),
        (
            region({"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1]}),
            r"all_points_y of the polygon is \[1.0\], expected 2 numbers",
        ),
        (
            region({"name": "polyline", "all_points_x": [1, 2], "all_points_y": [1, -1e10]}),
            r"all_points_y\[1\] of the polyline is -1",
        ),
        (
            region({"name": "ellipse", "cx": 1, "cy": 2, "rx": 3, "ry": 4, "theta": 1e300}),
            r"theta of the ellipse is 1e\+300, expected a number\.",
        ),
        (region({"name": "polygon", "all_points_x": [1, "x"]}), r"is not VIA"),
        (region(RECT | {"x": math.nan}), r"not readable as JSON.*byte \d+"),
        (region(RECT | {"x": math.inf}), r"not readable as JSON.*byte \d+"),
        ({"region_attributes": {}}, r"shape_attributes"),
        (3, r"is not VIA"),
    ],
)
def test_a_broken_region_is_refused_with_the_place(tmp_path: Path, value: Any, said: str) -> None:
    path = write(tmp_path, file(value))
    with pytest.raises(FormatError, match=said) as caught:
        list(VIA.read(path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cut short"),
        (json.dumps(file(region()))[:100], "cut short"),
        (json.dumps(file(region(RECT | {"x": 12345}))).replace("12345", "1e999"), "x of the rect|out of range"),
        ("[]", "is not VIA"),
        ('{"mine": 1}', "'mine' is not VIA"),
        (json.dumps({"_via_img_metadata": []}), "_via_img_metadata is not VIA"),
        ('{"a": {"filename": "a", "file_attributes": {"a": ' + "[" * 90_000, "not readable"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FormatError, match=said) as caught:
        list(VIA.read(path))
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


def test_a_folder_without_such_a_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"images": []})
    assert not VIA.detect(tmp_path)
    with pytest.raises(FormatError, match="no file of VIA"):
        VIA.read(tmp_path)
