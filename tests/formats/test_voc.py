"""Pascal VOC: an independent reader agrees, and XML is read safely."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS, Content, Sample, Thing
from ipyannotator.model import Box

VOC, DEVKIT = FORMATS.get("voc"), FORMATS.get("voc-devkit")

GOOD = """<annotation>
    <folder>JPEGImages</folder><filename>a.jpg</filename><path>C:\\somewhere\\a.jpg</path>
    <size><width>640</width><height>480</height><depth>3</depth></size>
    <object>
        <name>WBC</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>
        <bndbox><xmin>260</xmin><ymin>177</ymin><xmax>491</xmax><ymax>376.5</ymax></bndbox>
        <part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
    </object>
    <object><name>RBC</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>5</xmax><ymax>9</ymax></bndbox></object>
</annotation>
"""


def write(folder: Path, text: str | bytes, name: str = "a.xml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def independent(path: Path) -> list[tuple[object, ...]]:
    """The boxes of a file, read with the standard library alone."""
    return [
        (
            each.findtext("name"),
            *(int(each.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")),
        )
        for each in ET.parse(path).getroot().iter("object")  # noqa: S314 - we wrote it
    ]


def test_an_independent_reader_finds_the_same(tmp_path: Path) -> None:
    labels = ["car", "<b> & \"q\" 'a'/😀"]
    things = (Thing(Box(1, 2, 30, 40), labels[0]), Thing(Box(0, 0, 640, 480), labels[1]))
    VOC.write(tmp_path / "out", Content(labels, iter([Sample("sub/a.jpg", 640, 480, things)])), images="none")
    file = tmp_path / "out" / "Annotations" / "sub" / "a.xml"
    assert independent(file) == [(labels[0], 1, 2, 31, 42), (labels[1], 0, 0, 640, 480)]
    root = ET.parse(file).getroot()  # noqa: S314 - we wrote it
    said = {name: root.findtext(name) for name in ("folder", "filename", "size/width", "size/height")}
    assert said == {
        "folder": "JPEGImages/sub",
        "filename": "a.jpg",
        "size/width": "640",
        "size/height": "480",
    }
    assert (tmp_path / "out" / "ImageSets" / "Main" / "trainval.txt").read_text() == "sub/a\n"
    assert (tmp_path / "out" / "labelmap.txt").read_text() == (
        "# label:color_rgb:parts:actions\ncar:::\n<b> & \"q\" 'a'/😀:::\n"
    )


def test_the_challenges_own_convention_counts_from_one_to_the_last_pixel(tmp_path: Path) -> None:
    whole = Sample("a.jpg", 640, 480, (Thing(Box(0, 0, 640, 480), "car"),))
    DEVKIT.write(tmp_path / "out", Content(["car"], iter([whole])), images="none")
    assert independent(tmp_path / "out" / "Annotations" / "a.xml") == [("car", 1, 1, 640, 480)]
    assert [thing.shape for each in DEVKIT.read(tmp_path / "out") for thing in each.things] == [
        Box(0, 0, 640, 480)
    ]


def test_another_programs_file_comes_in(tmp_path: Path) -> None:
    reading = VOC.read(write(tmp_path, GOOD))
    (sample,) = reading
    assert (sample.name, sample.width, sample.height) == ("a.jpg", 640, 480)
    (thing,) = sample.things
    assert (thing.label, thing.shape) == ("WBC", Box(260, 177, 231, 199.5))
    assert thing.attributes == {"pose": "Left", "truncated": True}
    assert dict(reading.lost) == {
        "with parts of their own, such as a head (parts not taken)": 1,
        "without a size (left out)": 1,
    }


def test_folders_of_annotations_are_folders_of_images(tmp_path: Path) -> None:
    write(tmp_path / "Annotations" / "x", GOOD)
    write(tmp_path / "Annotations", GOOD.replace("<filename>a.jpg</filename>", ""), "no-name.xml")
    assert [each.name for each in VOC.read(tmp_path)] == ["no-name", "x/a.jpg"]


LAUGHS = """<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><annotation><filename>&c;</filename></annotation>"""
STEALING = """<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<annotation><filename>&x;</filename></annotation>"""
ELSEWHERE = '<!DOCTYPE annotation SYSTEM "http://127.0.0.1:9/a.dtd"><annotation></annotation>'


@pytest.mark.parametrize("text", [LAUGHS, STEALING, ELSEWHERE], ids=["bomb", "theft", "elsewhere"])
def test_entities_and_document_types_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match=r"a\.xml has a document type or entities"):
        list(VOC.read(write(tmp_path, text)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<xmin>260", "<xmin>two", r"object 1, bndbox/xmin is 'two', expected pixels"),
        ("<xmin>260", "<xmin>NaN", r"object 1, bndbox/xmin is 'NaN'"),
        ("<xmin>260", "<xmin>inf", r"object 1, bndbox/xmin is 'inf'"),
        ("<xmin>260", "<xmin>", r"object 1, bndbox/xmin is ''"),
        ("<xmax>491", "<xmax>1", r"object 1: xmin 260, ymin 177, xmax 1, .*expected xmin below xmax"),
        ("<name>WBC</name>", "", r"object 1: it has no <name>"),
        ("<name>WBC</name>", "<name>  </name>", r"object 1: it has no <name>"),
        ("<width>640", "<width>-1", r"size/width is '-1'"),
        ("</annotation>", "", r"not readable as XML.*line"),
        ("annotation>", "other>", r"outermost element is <other>"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        list(VOC.read(write(tmp_path, GOOD.replace(old, new))))
    assert str(tmp_path / "a.xml") in str(caught.value)


def test_a_label_that_xml_cannot_write_is_refused(tmp_path: Path) -> None:
    bad = Sample("a.jpg", 64, 48, (Thing(Box(1, 2, 3, 4), "a\x01b"),))
    with pytest.raises(InvalidValue, match="control characters"):
        VOC.write(tmp_path / "out", Content(["a\x01b"], iter([bad])), images="none")
    assert list(tmp_path.iterdir()) == []


def test_other_encodings_are_read(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?>' + GOOD.replace("WBC", "Übel")
    (sample,) = VOC.read(write(tmp_path, text.encode("iso-8859-1")))
    assert sample.things[0].label == "Übel"
