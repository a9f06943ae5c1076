"""Open Images: official tables come in, also in disorder, broken ones are refused with the line, and all comes back."""

from __future__ import annotations

import csv
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS
from ipyannotator.formats.base import Content, Kinds, Sample, Thing
from ipyannotator.formats.open_images import ATTRIBUTES, OpenImages
from ipyannotator.formats.open_images.format import UNWANTED
from ipyannotator.formats.open_images.rows import ABSENT, SIZELESS, TWICE, UNKNOWN
from ipyannotator.model import Box, Polygon, Whole
from ipyannotator.testing.formats import FORMAT_CHECKS, check_format, content, sizes, things

OPEN_IMAGES = OpenImages()

BOXES = """\
ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside,XClick1X
0001eeaf4aed83f9,xclick,/m/0cmf2,1,0.1,0.5,0.25,0.75,0,1,0,0,0,0.1
000595fe6fee6369,xclick,/m/02xwb,1,0.0,1.0,0,1,0,0,1,0,0,0.2
0001eeaf4aed83f9,activemil,/m/04yx4,1,0.5,0.7,0.5,0.75,-1,-1,-1,-1,-1,-1.0
"""
LABELS = """\
ImageID,Source,LabelName,Confidence
0001eeaf4aed83f9,verification,/m/0cmf2,1
0001eeaf4aed83f9,verification,/m/04yx4,0
000a1249af2bc5f0,crowdsource-verification,/m/zzz,1
"""
CLASSES = '/m/04yx4,Man\n/m/02xwb,Fruit\n/m/0cmf2,Airplane\n/m/0never,"Drill (Tool), large"\n'
PLANE = Thing(
    Box(80, 120, 320, 240), "Airplane",
    attributes={"occluded": False, "truncated": True, "is_group_of": False, "is_depiction": False, "is_inside": False},
)  # fmt: skip
MAN = Thing(Box(400, 240, 160, 120), "Man")


def known(_: str) -> tuple[int, int]:
    return 800, 480


def folder(place: Path, **texts: str) -> Path:
    """Write tables as they are called officially."""
    names = {
        "boxes": "train-annotations-bbox.csv",
        "labels": "oidv7-train-annotations-human-imagelabels.csv",
        "machine": "oidv7-train-annotations-machine-imagelabels.csv",
        "classes": "class-descriptions-boxable.csv",
        "all_classes": "oidv7-class-descriptions.csv",
        "images": "image_ids_and_rotation.csv",
    }
    place.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (place / names[name]).write_bytes(text.encode())
    return place


def read(path: Path, kinds: Kinds | None = None) -> dict[str, tuple[Thing, ...]]:
    return {sample.name: sample.things for sample in OPEN_IMAGES.read(path, known, kinds)}


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_it_does_what_a_format_promises(check, tmp_path: Path) -> None:
    check(OPEN_IMAGES, tmp_path, "out")


def test_the_whole_suite_runs_at_once(tmp_path: Path) -> None:
    check_format(OPEN_IMAGES, tmp_path)
    assert len(list(tmp_path.iterdir())) == len(FORMAT_CHECKS)


@pytest.mark.parametrize("inside", ["", "annotations/train-annotations-bbox.csv"])
def test_it_is_told_from_all_others(tmp_path: Path, inside: str) -> None:
    OPEN_IMAGES.write(tmp_path / "out", Content(["car"], [Sample("a.jpg")], ("train",)), images="none")
    found = {str(name) for name in FORMATS if FORMATS.get(str(name)).detect(tmp_path / "out" / inside)}
    assert found == {"open-images"}
    for name in FORMATS:
        if name not in ("open-images", "folders"):
            kind = FORMATS.get(str(name))
            kind.write(tmp_path / str(name), content(kind), images="none")
            assert not OPEN_IMAGES.detect(tmp_path / str(name)), name


# ---- what comes in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_official_tables_come_in(tmp_path: Path, newline: str, mark: str) -> None:
    texts = {
        name: (mark + text).replace("\n", newline)
        for name, text in {"boxes": BOXES, "labels": LABELS, "classes": CLASSES}.items()
    }
    reading = OPEN_IMAGES.read(folder(tmp_path, **texts), known)
    assert reading.total == 3
    assert list(reading) == [
        # Its rows stand in two places of one table, and in another one.
        Sample("0001eeaf4aed83f9", 800, 480, (PLANE, MAN, Thing(Whole(), "Airplane")), "train"),
        Sample(
            "000595fe6fee6369", 800, 480,
            (Thing(Box(0, 0, 800, 480), "Fruit", attributes=dict.fromkeys(ATTRIBUTES, False) | {"is_group_of": True}),),
            "train",
        ),
        Sample("000a1249af2bc5f0", 800, 480, (Thing(Whole(), "/m/zzz"),), "train"),
    ]  # fmt: skip
    assert reading.classes == ["Man", "Fruit", "Airplane", "Drill (Tool), large", "/m/zzz"]
    assert +reading.lost == {ABSENT: 1}


def test_one_table_comes_in_with_the_descriptions_beside_it(tmp_path: Path) -> None:
    folder(tmp_path, boxes=BOXES, labels=LABELS, classes=CLASSES)
    found = read(tmp_path / "train-annotations-bbox.csv")
    assert found["0001eeaf4aed83f9"] == (PLANE, MAN)
    assert len(found) == 2
    alone = tmp_path / "elsewhere" / "boxes.csv"
    alone.parent.mkdir()
    alone.write_text(BOXES)
    (first, _) = OPEN_IMAGES.read(alone, known)
    assert ([thing.label for thing in first.things], first.split) == (["/m/0cmf2", "/m/04yx4"], "")


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train-annotations-bbox.csv", "train"),
        ("oidv6-train-annotations-bbox.csv", "train"),
        ("validation-annotations-bbox.csv", "validation"),
        ("challenge-2019-validation-detection-bbox.csv", "validation"),
        ("default-annotations-bbox.csv", ""),
        ("fold-1-annotations-bbox.csv", "fold-1"),
        ("test/labels/detections.csv", "test"),
        ("latest_boxes.csv", ""),
    ],
)
def test_the_part_is_in_the_name(tmp_path: Path, name: str, split: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(BOXES)
    assert {sample.split for sample in OPEN_IMAGES.read(tmp_path, known)} == {split}


def test_parts_come_in_together(tmp_path: Path) -> None:
    folder(tmp_path, boxes=BOXES)
    (tmp_path / "validation-annotations-bbox.csv").write_text(BOXES.replace("000", "fff"))
    (tmp_path / "oidv7-val-annotations-human-imagelabels.csv").write_text(LABELS.replace("000", "fff"))
    found = {sample.name: (sample.split, len(sample.things)) for sample in OPEN_IMAGES.read(tmp_path, known)}
    assert found["0001eeaf4aed83f9"] == ("train", 2)
    assert found["fff1eeaf4aed83f9"] == ("validation", 3)
    assert found["fffa1249af2bc5f0"] == ("val", 1)


def test_columns_may_be_few_many_and_in_any_order(tmp_path: Path) -> None:
    text = "Notes,YMax,YMin,XMax,XMin,LabelName,ImageID\nx,0.75,0.25,0.5,0.1,car,a.jpg\n"
    assert read(folder(tmp_path, boxes=text)) == {"a.jpg": (Thing(Box(80, 120, 320, 240), "car"),)}


@pytest.mark.parametrize(
    ("kinds", "taken", "lost"),
    [
        (None, {"box": 3, "whole": 2}, {ABSENT: 1}),
        ((), {"box": 3, "whole": 2}, {ABSENT: 1}),
        (("box", "whole"), {"box": 3, "whole": 2}, {ABSENT: 1}),
        (("box",), {"box": 3}, {UNWANTED.format("whole"): 3}),
        (("mask",), {"box": 3}, {UNWANTED.format("whole"): 3}),
        (("whole",), {"whole": 2}, {ABSENT: 1, UNWANTED.format("box"): 3}),
    ],
)
def test_only_what_is_wanted_is_taken(
    tmp_path: Path, kinds: Kinds | None, taken: dict[str, int], lost: dict[str, int]
) -> None:
    reading = OPEN_IMAGES.read(folder(tmp_path, boxes=BOXES, labels=LABELS), known, kinds)
    shapes = [thing.shape.kind for sample in reading for thing in sample.things]
    assert {kind: shapes.count(kind) for kind in sorted({*shapes})} == taken
    assert +reading.lost == lost
    # An image of which nothing wanted is said is not one on which somebody has found nothing.
    assert ("000a1249af2bc5f0" in {sample.name for sample in reading}) == ("whole" in taken)


def test_peoples_word_is_taken_before_a_machines(tmp_path: Path) -> None:
    head = "ImageID,Source,LabelName,Confidence\n"
    human = f"{head}a,verification,cat,1\na,crowdsource-verification,cat,1\na,verification,dog,0\n"
    machine = f"{head}a,machine,cat,0.4\na,machine,dog,0.9\na,machine,cow,1\na,machine,pig,0\n"
    reading = OPEN_IMAGES.read(folder(tmp_path, labels=human, machine=machine))
    ((sample),) = reading
    assert [(thing.label, thing.score) for thing in sample.things] == [("cat", None), ("cow", 1), ("pig", 0)]
    assert +reading.lost == {TWICE: 3, ABSENT: 1}


def test_of_all_descriptions_only_those_in_use_are_classes(tmp_path: Path) -> None:
    every = "LabelName,DisplayName\n/m/zzz,Zebra\n/m/yyy,Yak\n/m/0cmf2,Airplane\n"
    reading = OPEN_IMAGES.read(folder(tmp_path, boxes=BOXES, labels=LABELS, all_classes=every))
    assert reading.classes == ["Zebra", "Airplane", "/m/02xwb", "/m/04yx4"]


def test_two_classes_of_one_name_stay_two(tmp_path: Path) -> None:
    classes = "/m/0cmf2,Bat\n/m/04yx4,Bat\n/m/02xwb,\n"
    reading = OPEN_IMAGES.read(folder(tmp_path, boxes=BOXES, classes=classes), known)
    assert reading.classes == ["Bat (/m/0cmf2)", "Bat (/m/04yx4)", "/m/02xwb"]
    assert [thing.label for thing in next(iter(reading)).things] == reading.classes[:2]


def test_only_a_list_of_an_export_says_that_there_is_nothing(tmp_path: Path) -> None:
    ours = "ImageID,Subset,OriginalURL\nempty,train,\n0001eeaf4aed83f9,train,\n"
    assert [*read(folder(tmp_path / "a", boxes=BOXES, images=ours))] == [
        "empty", "0001eeaf4aed83f9", "000595fe6fee6369",
    ]  # fmt: skip
    official = ours.replace(",\n", ",https://example.org/a.jpg\n")
    assert [*read(folder(tmp_path / "b", boxes=BOXES, images=official))] == [
        "0001eeaf4aed83f9", "000595fe6fee6369",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "inside", ["images/train", "train", "data", "images", "", "train/data", "images/default"]
)
def test_pictures_give_sizes_and_endings(tmp_path: Path, inside: str) -> None:
    text = BOXES.splitlines()
    folder(tmp_path, boxes="\n".join(text[:2]))
    if inside.endswith("default"):
        (tmp_path / "train-annotations-bbox.csv").rename(tmp_path / "default-annotations-bbox.csv")
    (tmp_path / inside).mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (400, 240)).save(tmp_path / inside / "0001eeaf4aed83f9.jpg")
    ((sample),) = OPEN_IMAGES.read(tmp_path)
    assert (sample.name, sample.width, sample.height) == ("0001eeaf4aed83f9.jpg", 400, 240)
    assert sample.file == tmp_path / inside / sample.name
    assert sample.things[0].shape == Box(40, 60, 160, 120)


def test_without_a_size_boxes_are_left_out_and_labels_stay(tmp_path: Path) -> None:
    reading = OPEN_IMAGES.read(folder(tmp_path, boxes=BOXES, labels=LABELS))
    assert [len(sample.things) for sample in reading] == [1, 0, 1]
    assert +reading.lost == {UNKNOWN: 3, ABSENT: 1}


def test_a_box_without_a_size_is_left_out_and_one_at_the_edge_is_not(tmp_path: Path) -> None:
    text = BOXES.replace("0.1,0.5,0.25", "0.5,0.5,0.25").replace("0.0,1.0", "-0.25,1.25")
    reading = OPEN_IMAGES.read(folder(tmp_path, boxes=text), known)
    assert [thing.shape for sample in reading for thing in sample.things] == [
        MAN.shape,
        Box(-200, 0, 1200, 480),
    ]
    assert +reading.lost == {SIZELESS: 1}


def test_flags_of_data_frames_are_flags(tmp_path: Path) -> None:
    text = BOXES.replace("0,1,0,0,0,0.1", "0.0,1.0,,-1.0,True,0.1")
    found = read(folder(tmp_path, boxes=text))["0001eeaf4aed83f9"][0]
    assert found.attributes == {"occluded": False, "truncated": True, "is_inside": True}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\etc\\passwd"])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "secret.jpg")
    text = f"ImageID,Subset,OriginalURL\n{name},../..,\nsecret,../..,\n"
    found = list(OPEN_IMAGES.read(folder(tmp_path / "a" / "b", boxes=BOXES, images=text)))
    assert [(sample.name, sample.file) for sample in found[:2]] == [("etc/passwd", None), ("secret", None)]


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.1,0.5,0.25", "120,0.5,0.25", "line 2, XMin is '120', expected a fraction"),
        ("0.1,0.5,0.25", "nan,0.5,0.25", "line 2, XMin is 'nan'"),
        ("0.1,0.5,0.25", "inf,0.5,0.25", "line 2, XMin is 'inf'"),
        ("0.1,0.5,0.25", ",0.5,0.25", "line 2, XMin is ''"),
        ("0.1,0.5,0.25", "0.6,0.5,0.25", "line 2, .*expected XMin below XMax"),
        ("0.1,0.5,0.25", "0.1,0.5,0.8", "line 2, .*YMin below YMax"),
        ("/m/0cmf2,1,", "/m/0cmf2,1.5,", "line 2, Confidence is '1.5', expected a number from 0 to 1"),
        ("/m/0cmf2,1,", "/m/0cmf2,nan,", "line 2, Confidence is 'nan'"),
        ("-1,-1,-1,-1,-1,", "-1,7,-1,-1,-1,", "line 4, IsTruncated is '7', expected 1, 0, or -1"),
        ("/m/0cmf2", "", "line 2: ImageID is '0001eeaf4aed83f9' and LabelName ''"),
        ("000595fe6fee6369", " ", "line 3: ImageID is ' '"),
        ("0.75,-1,-1", '0.75,"-1,-1', "line 4, is not readable as CSV"),
        ("-1,-1,-1,-1,-1,-1.0", "-1", "line 4 is .*expected 14 values; it may have been cut short"),
        ("-1,-1.0", "-1,-1.0,8", "line 4 is .*expected 14 values"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in BOXES
    path = folder(tmp_path, boxes=BOXES.replace(old, new))
    with pytest.raises(FormatError, match=rf"(?s)train-annotations-bbox.csv.*{said}.*Nothing was taken in"):
        read(path)


@pytest.mark.parametrize("data", [BOXES.encode("utf-16"), BOXES.replace("xclick", "é").encode("latin-1")])
def test_another_encoding_is_refused(tmp_path: Path, data: bytes) -> None:
    path = folder(tmp_path) / "train-annotations-bbox.csv"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="not readable as CSV in UTF-8"):
        read(tmp_path)


def test_two_tables_of_the_same_boxes_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, boxes=BOXES)
    (tmp_path / "oidv6-train-annotations-bbox.csv").write_text(BOXES)
    with pytest.raises(FormatError, match="both say the boxes of 'train'"):
        read(tmp_path)
    assert not OPEN_IMAGES.detect(tmp_path)


@pytest.mark.parametrize("classes", ["/m/0cmf2\n", "LabelName,DisplayName\n/m/0cmf2,a,b\n"])
def test_descriptions_that_are_none_are_refused(tmp_path: Path, classes: str) -> None:
    with pytest.raises(FormatError, match=r"class-descriptions-boxable.csv, line \d is .*expected 2 values"):
        read(folder(tmp_path, boxes=BOXES, classes=classes))


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FormatError, match="has no table of Open Images: expected a CSV file with the columns"
    ):
        read(folder(tmp_path, classes=CLASSES))


# ---- what is written ------------------------------------------------------------------------------------------------


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_tables_are_as_others_read_them(tmp_path: Path) -> None:
    some = [
        Sample("deep/a.jpg", 800, 480, (PLANE, Thing(Whole(), "Man"), Thing(Whole(), "Fruit", 0.25)), "train"),
        Sample("b.jpg", 800, 480, (Thing(MAN.shape, "Man", 1.0),), "validation"),
        Sample("c.jpg", 800, 480, (), "validation"),
    ]  # fmt: skip
    out, classes = tmp_path / "out", ["Man", "Fruit", "Airplane"]
    renamed = OPEN_IMAGES.write(out, Content(classes, some, ("train", "validation", "test")), images="none")
    assert renamed == {"deep/a.jpg": "deep_a.jpg"}
    place = out / "annotations"
    assert sorted(file.name for file in place.iterdir()) == [
        "class-descriptions-boxable.csv", "image_ids_and_rotation.csv", "test-annotations-bbox.csv",
        "train-annotations-bbox.csv", "train-annotations-human-imagelabels.csv",
        "train-annotations-machine-imagelabels.csv", "validation-annotations-bbox.csv",
    ]  # fmt: skip
    assert rows(place / "class-descriptions-boxable.csv") == [[name, name] for name in classes]
    assert rows(place / "train-annotations-bbox.csv") == [
        BOXES.splitlines()[0].split(",")[:-1],
        ["deep_a", "xclick", "Airplane", "1", "0.1", "0.5", "0.25", "0.75", "0", "1", "0", "0", "0"],
    ]
    assert rows(place / "validation-annotations-bbox.csv")[1][:4] == ["b", "machine", "Man", "1.0"]
    assert rows(place / "train-annotations-human-imagelabels.csv")[1:] == [
        ["deep_a", "verification", "Man", "1"]
    ]
    assert rows(place / "train-annotations-machine-imagelabels.csv")[1:] == [
        ["deep_a", "machine", "Fruit", "0.25"]
    ]
    assert [row[:2] for row in rows(place / "image_ids_and_rotation.csv")[1:]] == [
        ["deep_a", "train"], ["b", "validation"], ["c", "validation"],
    ]  # fmt: skip
    reading = OPEN_IMAGES.read(out, known)
    # Without the picture, only a name that the mark has comes back with its ending.
    expected = [
        some[0],
        *(dataclasses.replace(each, name=each.name.removesuffix(".jpg")) for each in some[1:]),
    ]
    assert (list(reading), reading.classes, sum(reading.lost.values())) == (expected, classes, 0)


def test_every_item_has_an_id_of_its_own(tmp_path: Path) -> None:
    names = ["a/b.jpg", "a_b.jpg", "A_B.png", "a_b-2.jpg", "c.d.jpg", " e .jpg", "x"]
    renamed = OPEN_IMAGES.write(
        tmp_path / "out", Content([], [Sample(name) for name in names]), images="none"
    )
    listed = [row[0] for row in rows(tmp_path / "out" / "annotations" / "image_ids_and_rotation.csv")[1:]]
    assert listed == ["a_b", "a_b-2", "A_B-3", "a_b-2-2", "c.d", " e ", "x"]
    assert renamed == {
        "a/b.jpg": "a_b.jpg", "a_b.jpg": "a_b-2.jpg", "A_B.png": "A_B-3.png", "a_b-2.jpg": "a_b-2-2.jpg"
    }  # fmt: skip
    assert [*read(tmp_path / "out")] == [*names[:4], "c.d", " e ", "x"]
    assert [*read(tmp_path / "out" / "annotations" / "default-annotations-bbox.csv")] == []


@pytest.mark.parametrize(
    ("value", "flag"),
    [(None, "-1"), (True, "1"), (False, "0"), (1, "1"), (0.0, "0"), (-1, "-1"), ("no", "0"), ("much", "1")],
)
def test_a_flag_of_any_kind_is_written(tmp_path: Path, value: Any, flag: str) -> None:
    thing = Thing(Box(1, 2, 3, 4), "car", attributes={"occluded": value})
    OPEN_IMAGES.write(tmp_path / "out", Content(["car"], [Sample("a.jpg", 9, 9, (thing,))]), images="none")
    written = rows(tmp_path / "out" / "annotations" / "default-annotations-bbox.csv")
    assert written[1][8:] == [flag, "-1", "-1", "-1", "-1"]


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (Sample("a.jpg", None, None, (Thing(Box(1, 2, 3, 4), "car"),)), "The size of 'a.jpg'"),
        (Sample("a.jpg", 9, 9, (Thing(Box(1, 2, 3, 4)),)), "one with a class"),
        (Sample("a.jpg", 9, 9, (Thing(Polygon(((1, 2), (3, 4), (5, 2))), "car"),)), "a box or a label"),
        (Sample("a\udce9.jpg", 9, 9), "text that UTF-8 has"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, sample: Sample, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        OPEN_IMAGES.write(tmp_path / "out", Content(["car"], [sample]), images="none")
    assert list(tmp_path.iterdir()) == []


labels = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1).filter(
    str.strip
)
flags = st.dictionaries(st.sampled_from(ATTRIBUTES), st.booleans())
scores = st.none() | st.floats(0, 1)


@st.composite
def contents(draw):
    """Items with boxes of whole pixels and at most one label of the whole image per class."""
    classes = draw(st.lists(labels, min_size=1, max_size=5, unique=True))
    found = []
    for at in range(draw(st.integers(1, 3))):
        width, height = draw(st.integers(1, 20_000)), draw(st.integers(1, 20_000))
        some = []
        for _ in range(draw(st.integers(0, 3))):
            x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
            box = Box(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))
            some.append(Thing(box, draw(st.sampled_from(classes)), draw(scores), None, draw(flags)))
        said = [Thing(Whole(), name, draw(scores)) for name in draw(st.sets(st.sampled_from(classes)))]
        said.sort(key=lambda thing: thing.score is not None)  # people's labels have a table of their own
        part = draw(st.sampled_from(["train", "validation"]))
        found.append(Sample(f"{at}.jpg", width, height, (*some, *said), part))
    return Content(classes, found, ("train", "validation"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents())
def test_what_it_holds_comes_back(written: Content) -> None:
    some = list(written.samples)
    with tempfile.TemporaryDirectory() as place:
        OPEN_IMAGES.write(Path(place, "out"), written, images="none")
        reading = OPEN_IMAGES.read(Path(place, "out"), sizes(some))
        found = list(reading)
    assert reading.classes == written.classes
    assert [(each.name, each.split) for each in found] == [
        (f"{at}", one.split) for at, one in enumerate(some)
    ]
    assert [things(each, 9) for each in found] == [things(each, 9) for each in some]
