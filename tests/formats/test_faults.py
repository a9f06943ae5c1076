"""Of a file with several faults all are told at once, each with its place; one fault is told as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ipyannotator.errors import FormatError
from ipyannotator.formats import FORMATS
from ipyannotator.formats.base import MANY

END = "Nothing was taken in."


def xml(side: str) -> str:
    sides = f"<xmin>1</xmin><ymin>2</ymin><xmax>{side}</xmax><ymax>9</ymax>"
    size = "<size><width>64</width><height>48</height></size>"
    return f"<annotation>{size}<object><name>car</name><bndbox>{sides}</bndbox></object></annotation>"


def voc(folder: Path, sides: list[str]) -> Path:
    for at, side in enumerate(sides):
        (folder / f"{at}.xml").write_text(xml(side))
    return folder


def coco(folder: Path, sides: list[str]) -> Path:
    rows = [
        {
            "id": at,
            "image_id": 0,
            "category_id": 1,
            "bbox": [1, 2, float(side) if side.isdigit() else side, 9],
        }
        for at, side in enumerate(sides)
    ]
    path = folder / "some.json"
    images, categories = [{"id": 0, "file_name": "0.jpg"}], [{"id": 1, "name": "car"}]
    path.write_text(json.dumps({"images": images, "annotations": rows, "categories": categories}))
    return path


def yolo(folder: Path, sides: list[str]) -> Path:
    (folder / "data.yaml").write_text("names: [car]\n")
    (folder / "labels").mkdir()
    for at, side in enumerate(sides):
        width = f"0.{side}" if side.isdigit() else side
        (folder / "labels" / f"{at}.txt").write_text(f"0 0.5 0.5 {width} 0.1\n")
    return folder


def csv(folder: Path, sides: list[str]) -> Path:
    path = folder / "some.csv"
    rows = (f"{at}.jpg,box,1,2,{side},9,car" for at, side in enumerate(sides))
    path.write_text("\n".join(("image,kind,x,y,width,height,class", *rows)))
    return path


def mot(folder: Path, sides: list[str]) -> Path:
    (folder / "gt").mkdir()
    (folder / "gt" / "gt.txt").write_text(
        "\n".join(f"{at + 1},1,1,2,{side},9" for at, side in enumerate(sides))
    )
    return folder


FORMS: dict[str, tuple[Callable[[Path, list[str]], Path], str, int]] = {
    "voc": (voc, "/{}.xml", 0),
    "coco": (coco, "annotations[{}]", 0),
    "yolo": (yolo, "/{}.txt, line 1", 0),
    "csv": (csv, "row {}", 2),
    "mot": (mot, "line {}", 1),
}
"""How a file of each form is made, and how its places are called, counted from what."""


def told(name: str, path: Path) -> str:
    with pytest.raises(FormatError) as caught:
        list(FORMATS.get(name).read(path, lambda _: (64, 48)))
    return str(caught.value)


@pytest.mark.parametrize("name", FORMS)
def test_all_faults_are_told_each_with_its_place(tmp_path: Path, name: str) -> None:
    make, place, first = FORMS[name]
    head, *rest = told(name, make(tmp_path, ["3", "wide", "4", "broad"])).splitlines()
    assert head == f"2 faults. {END}"
    assert len(rest) == 2
    for line, at in zip(rest, (1, 3), strict=True):
        assert line.startswith("- ")
        assert place.format(first + at) in line
        assert str(tmp_path) in line
        assert END not in line


@pytest.mark.parametrize("name", FORMS)
def test_one_fault_is_told_as_it_is(tmp_path: Path, name: str) -> None:
    text = told(name, FORMS[name][0](tmp_path, ["3", "wide"]))
    assert "\n" not in text
    assert text.endswith(END)


@pytest.mark.parametrize("name", FORMS)
def test_of_very_many_the_first_are_told(tmp_path: Path, name: str) -> None:
    first, *rest = told(name, FORMS[name][0](tmp_path, ["wide"] * (MANY + 5))).splitlines()
    assert first == f"{MANY} faults, and it was read no further. {END}"
    assert len(rest) == MANY
