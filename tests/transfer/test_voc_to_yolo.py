"""A set in Pascal VOC comes in, and goes out as YOLO: readers that know nothing of ours find equal boxes."""

from __future__ import annotations

import os
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from PIL import Image

from ipyannotator.editor import Editor
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore
from ipyannotator.transfer import foreign

Boxes = dict[str, list[tuple]]

CELLS = ("RBC", "WBC", "Platelets", "<b>cell</b> & \"co\" 'x'/😀")


@pytest.fixture(params=["made", "given"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with `images` and `annotations`: made here, and the one that IPYANNOTATOR_VOC names, if it does."""
    if request.param == "given":
        given = os.environ.get("IPYANNOTATOR_VOC")
        if not given:
            pytest.skip("IPYANNOTATOR_VOC names no folder with images and annotations")
        return Path(given)
    dice = random.Random(3)  # noqa: S311 - no secret
    for number in range(12):
        name, width, height = f"Blood_{number:05}.jpg", dice.randint(200, 1500), dice.randint(200, 1500)
        for part in ("images", "annotations"):
            (tmp_path / "voc" / part).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, height)).save(tmp_path / "voc" / "images" / name)
        root = ET.Element("annotation")
        ET.SubElement(root, "filename").text = name
        size = ET.SubElement(root, "size")
        for side, value in (("width", width), ("height", height), ("depth", 3)):
            ET.SubElement(size, side).text = str(value)
        for _ in range(dice.randint(0, 20)):
            element = ET.SubElement(root, "object")
            ET.SubElement(element, "name").text = dice.choice(CELLS)
            ET.SubElement(element, "truncated").text = str(dice.randint(0, 1))
            box = ET.SubElement(element, "bndbox")
            (left, right), (top, bottom) = (
                sorted(dice.sample(range(side + 1), 2)) for side in (width, height)
            )
            for side, value in (("xmin", left), ("ymin", top), ("xmax", right), ("ymax", bottom)):
                ET.SubElement(box, side).text = str(value)
        ET.ElementTree(root).write(
            (tmp_path / "voc" / "annotations" / name).with_suffix(".xml"), encoding="utf-8"
        )
    return tmp_path / "voc"


@pytest.fixture
def editor(folder: Path, tmp_path: Path) -> Iterator[Editor]:
    store = SqlStore(tmp_path / "results")
    editor = Editor(store, ImageSource(folder / "images"), OutputImageBbox(None), author=Author("ann"))
    yield editor
    editor.close()


def from_xml(folder: Path) -> Boxes:
    found: Boxes = {}
    for file in sorted((folder / "annotations").glob("*.xml")):
        root = ET.parse(file).getroot()  # noqa: S314 - ours, or what the tester names
        found[file.stem] = sorted(
            (
                each.findtext("name"),
                *(int(each.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")),
            )
            for each in root.iter("object")
        )
    return found


def from_editor(editor: Editor) -> Boxes:
    return {
        item.id.rpartition(".")[0]: sorted(
            (editor.schema.name(o.class_id), *o.shape.bounds()) for o in objects
        )
        for item, objects, _ in editor.store.each("bbox")
    }


def from_yolo(folder: Path) -> Boxes:
    found: Boxes = {}
    labels = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))["names"]
    for path in sorted((folder / "images").iterdir()):
        with Image.open(path) as image:
            width, height = image.size
        boxes = []
        for line in (folder / "labels" / f"{path.stem}.txt").read_text().splitlines():
            number, x, y, w, h = line.split()
            mid_x, mid_y, half_w, half_h = (
                float(x) * width,
                float(y) * height,
                float(w) * width / 2,
                float(h) * height / 2,
            )
            edges = (mid_x - half_w, mid_y - half_h, mid_x + half_w, mid_y + half_h)
            assert all(abs(edge - round(edge)) < 1e-5 for edge in edges)
            boxes.append((labels[int(number)], *map(round, edges)))
        found[path.stem] = sorted(boxes)
    return found


def test_the_boxes_are_equal_all_the_way(folder: Path, editor: Editor, tmp_path: Path) -> None:
    truth = from_xml(folder)
    count = sum(map(len, truth.values()))
    report = foreign.import_(editor, None, folder)
    assert (report.items, report.objects, report.left) == (len(truth), count, {})
    assert from_editor(editor) == truth
    report = foreign.export(editor, "yolo", tmp_path / "yolo")
    assert (report.items, report.objects) == (len(truth), count)
    assert from_yolo(tmp_path / "yolo") == truth
    foreign.export(editor, "voc", tmp_path / "again")
    (tmp_path / "again" / "Annotations").rename(tmp_path / "again" / "annotations")
    assert from_xml(tmp_path / "again") == truth
