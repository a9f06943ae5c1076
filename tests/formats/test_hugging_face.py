"""Hugging Face's `imagefolder`: what is written comes back and is read by `datasets`, other people's forms come in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS
from ipyannotator.formats.base import Content, Losses, Sample, Thing
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.hugging_face import ImageFolder
from ipyannotator.model import Box, Polygon, Whole
from ipyannotator.testing.formats import FORMAT_CHECKS, content, samples

KIND = ImageFolder()
CARD = """---
dataset_info:
  features:
  - name: image
    dtype: image
  - name: objects
    sequence:
    - name: bbox
      sequence: float32
      length: 4
    - name: category
      dtype:
        class_label:
          names:
            '0': car
            '1': bus
  - name: label
    dtype:
      class_label:
        names: [night, day]
---
# Cars
"""


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_it_does_what_a_format_promises(check, tmp_path: Path) -> None:
    check(KIND, tmp_path, "out")


def test_it_is_known_among_all_formats_with_and_without_its_mark(tmp_path: Path) -> None:
    KIND.write(tmp_path / "out", content(KIND), images="none")
    for _ in range(2):
        assert [str(name) for name in FORMATS if FORMATS.get(str(name)).detect(tmp_path / "out")] == [
            "imagefolder"
        ]
        (tmp_path / "out" / ".ipyannotator.json").unlink(missing_ok=True)
    assert KIND.detect(tmp_path / "out" / "train" / "metadata.jsonl")


def rows(folder: Path, *given: Any, name: str = "metadata.jsonl") -> Path:
    """Write rows as another program would; return the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in given), encoding="utf-8")
    return folder


def row(**more: Any) -> dict[str, Any]:
    return {
        "file_name": "a.jpg", "width": 64, "height": 48,
        "objects": {"bbox": [[1, 2, 3.5, 4]], "categories": ["car"]}, **more,
    }  # fmt: skip


def objects(**more: Any) -> dict[str, Any]:
    return row(objects={"bbox": [[1, 2, 3.5, 4]], "categories": ["car"], **more})


def things(path: Path) -> list[Thing]:
    return [thing for each in KIND.read(path) for thing in each.things]


def write(folder: Path, *some: Sample, classes: tuple[str, ...] = ("car", "bus")) -> dict[str, str]:
    return KIND.write(folder, Content([*classes], some), images="none")


def written(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / split / "metadata.jsonl").read_text("utf-8").splitlines()]


BOX = Thing(Box(1, 2, 3.5, 4), "car")


# ---- out ------------------------------------------------------------------------------------------------------------


def test_rows_are_as_the_guide_of_datasets_has_them(tmp_path: Path) -> None:
    write(
        tmp_path / "out", Sample("deep/a.jpg", 64, 48, (BOX,), "train", 7), Sample("b.jpg", 64, 48, (), "val")
    )
    assert written(tmp_path / "out") == [
        {
            "file_name": "deep/a.jpg", "image_id": 7, "width": 64, "height": 48,
            "objects": {"bbox": [[1.0, 2.0, 3.5, 4.0]], "categories": ["car"], "area": [14.0]},
        }
    ]  # fmt: skip
    assert written(tmp_path / "out", "val")[0]["objects"] == {"bbox": [], "categories": [], "area": []}
    text = (tmp_path / "out" / "train" / "metadata.jsonl").read_text()
    assert "[1.0,2.0,3.5,4.0]" in text, "whole numbers would be of another type than fractions"


def test_a_column_is_in_all_files_or_in_none(tmp_path: Path) -> None:
    rich = Thing(Box(1, 2, 3, 4), "car", 0.5, "t1", {"x": [1, None]})
    write(
        tmp_path / "out",
        Sample("a.jpg", 64, 48, (BOX,), "train"),
        Sample("b.jpg", 64, 48, (rich, BOX), "test"),
    )
    (plain,), (full,) = written(tmp_path / "out"), written(tmp_path / "out", "test")
    assert {name: plain["objects"][name] for name in ("score", "track", "attributes")} == {
        "score": [-1.0], "track": [""], "attributes": ["{}"],
    }  # fmt: skip
    assert full["objects"]["attributes"] == ['{"x":[1,null]}', "{}"]
    assert list(plain["objects"]) == list(full["objects"])
    assert {each.name: each.things for each in KIND.read(tmp_path / "out")} == {
        "a.jpg": (BOX,), "b.jpg": (rich, BOX),
    }  # fmt: skip


def test_a_label_of_the_image_is_a_plain_column(tmp_path: Path) -> None:
    some = [Sample("a.jpg", 9, 9, (Thing(Whole(), "bus"),)), Sample("b.jpg", 9, 9)]
    write(tmp_path / "out", *some)
    assert [(each["label"], "objects" in each, "labels" in each) for each in written(tmp_path / "out")] == [
        ("bus", False, False), (None, False, False),
    ]  # fmt: skip
    assert [each.things for each in KIND.read(tmp_path / "out")] == [each.things for each in some]


def test_several_labels_and_what_is_said_of_them_come_back(tmp_path: Path) -> None:
    some = (Thing(Whole(), "bus", 0.25, None, {"sure": True}), Thing(Whole(), "car"), BOX)
    write(tmp_path / "out", Sample("a.jpg", 64, 48, some))
    assert tuple(things(tmp_path / "out")) == some
    assert written(tmp_path / "out")[0]["label"] == "bus"


def test_the_card_names_the_classes_and_the_parts(tmp_path: Path) -> None:
    names = ('a: "b" # c', "\x85\u2028\x7f\ufeff", "😀", "no", "1")
    write(tmp_path / "out", Sample("a.jpg", 64, 48, (Thing(Box(1, 2, 3, 4), "1"),), "val"), classes=names)
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    (config,) = yaml.safe_load(text.split("\n---\n")[0])["configs"]
    assert config["data_files"] == [{"split": "validation", "path": ["val/**"]}]
    columns = {each["name"]: each for each in config["features"]}
    assert list(columns) == ["image", "image_id", "width", "height", "objects"]
    (categories,) = [each for each in columns["objects"]["struct"] if each["name"] == "categories"]
    assert [*categories["list"]["class_label"]["names"].values()] == [*names]
    reading = KIND.read(tmp_path / "out")
    assert reading.classes == [*names]
    assert [(each.split, each.things[0].label) for each in reading] == [("val", "1")]


def test_parts_of_any_name_come_back(tmp_path: Path) -> None:
    for name, card in (("fold1", True), ("fold 1", False)):
        write(tmp_path / name, Sample("deep/a.jpg", 64, 48, (BOX,), name))
        assert ("data_files" in (tmp_path / name / "README.md").read_text()) is card
    ((sample),) = KIND.read(tmp_path / "fold1")
    assert (sample.name, sample.split) == ("deep/a.jpg", "fold1")


def test_folders_that_would_be_taken_for_parts_get_another_name(tmp_path: Path) -> None:
    some = [
        Sample(name, 64, 48, (BOX,)) for name in ("val2017/a.jpg", "vals2017/a.jpg", "my-test/b.jpg", "contest/c.jpg")
    ]  # fmt: skip
    renamed = write(tmp_path / "out", *some)
    assert renamed == {
        "val2017/a.jpg": "vals2017/a.jpg", "vals2017/a.jpg": "vals2017_/a.jpg", "my-test/b.jpg": "my-tests/b.jpg",
    }  # fmt: skip
    assert [each.name for each in KIND.read(tmp_path / "out")] == [each.name for each in some]


def test_nothing_at_all_can_be_written_and_read(tmp_path: Path) -> None:
    write(tmp_path / "out")
    assert list(KIND.read(tmp_path / "out")) == []
    assert KIND.detect(tmp_path / "out")


@pytest.mark.parametrize("thing", [Thing(Box(1, 2, 3, 4)), Thing(Polygon(((0, 0), (1, 0), (1, 1))), "car")])
def test_what_it_does_not_hold_is_not_written(tmp_path: Path, thing: Thing) -> None:
    with pytest.raises(InvalidValue, match="The object to write"):
        write(tmp_path / "out", Sample("a.jpg", 64, 48, (thing,)))
    assert list(tmp_path.iterdir()) == []


def test_boxes_are_cut_at_the_edge_since_trainers_refuse_others() -> None:
    lost = Losses()
    held = fit(Sample("a.jpg", 64, 48, (Thing(Box(-2, 40, 10, 20, 0), "car"),)), KIND.holds, lost)
    assert [thing.shape for thing in held.things] == [Box(0, 40, 8, 8)]
    assert sum(lost.values()) == 1


values = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
labels = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=9).filter(str.strip)
sides = st.floats(0.01, 1e4)


@st.composite
def a_thing(draw, classes: list[str]) -> Thing:
    shape = Whole() if draw(st.booleans()) else Box(draw(sides), draw(sides), draw(sides), draw(sides))
    more = draw(st.dictionaries(st.text(max_size=5), values, max_size=3))
    score, track = draw(st.none() | st.floats(0, 1)), draw(st.none() | st.text(min_size=1, max_size=3))
    return Thing(shape, draw(st.sampled_from(classes)), score, track, more)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_all_of_it_comes_back(tmp_path: Path, data: st.DataObject) -> None:
    classes = data.draw(st.lists(labels, min_size=1, max_size=4, unique=True))
    splits = st.sampled_from(["train", "val", "test"])
    some = [
        Sample(f"{at}.jpg", 64, 48, tuple(data.draw(st.lists(a_thing(classes), max_size=4))), data.draw(splits), at + 1)
        for at in range(data.draw(st.integers(1, 4)))
    ]  # fmt: skip
    write(tmp_path / "out", *some, classes=tuple(classes))
    read = {each.name: each for each in KIND.read(tmp_path / "out")}
    for each in some:
        found = read[each.name]
        wholes = [thing for thing in each.things if isinstance(thing.shape, Whole)]
        boxes = [thing for thing in each.things if isinstance(thing.shape, Box)]
        assert (found.split, found.number, found.things) == (each.split, each.number, (*wholes, *boxes))
    assert KIND.read(tmp_path / "out").classes == classes


# ---- in: what others write -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_lines_of_any_system_come_in(tmp_path: Path, mark: str, newline: str) -> None:
    (tmp_path / "metadata.jsonl").write_bytes((mark + json.dumps(row()) + newline).encode() * 2)
    assert things(tmp_path) == [BOX, BOX]
    assert KIND.detect(tmp_path)


@pytest.mark.parametrize("category", ["categories", "category", "category_id", "label", "labels"])
@pytest.mark.parametrize("listed", [False, True])
def test_the_spellings_of_the_guides_come_in(tmp_path: Path, category: str, listed: bool) -> None:
    columns: dict[str, list[Any]] = {"bbox": [[1, 2, 3.5, 4]], category: ["car"], "id": [8], "area": [14.0]}
    some: Any = [{name: value[0] for name, value in columns.items()}] if listed else columns
    assert things(rows(tmp_path, row(objects=some))) == [BOX]


def test_numbers_are_the_classes_of_the_card(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    some = {"bbox": [[1, 2, 3, 4]] * 4, "category": [1, 0, -1, "bus"]}
    rows(tmp_path / "data" / "train", row(objects=some, label=0))
    reading = KIND.read(tmp_path)
    assert reading.classes == ["car", "bus", "night", "day"]
    (sample,) = reading
    assert [thing.label for thing in sample.things] == ["night", "bus", "car", None, "bus"]
    assert sample.split == "train"
    rows(tmp_path / "data" / "train", row(objects={"bbox": [[1, 2, 3, 4]], "category": [2]}))
    with pytest.raises(FormatError, match=r"line 1, objects\[0\]\.category is 2, expected one of.*0 to 1"):
        list(KIND.read(tmp_path))


def test_a_number_without_a_card_is_its_own_name(tmp_path: Path) -> None:
    rows(tmp_path, row(objects={"bbox": [[1, 2, 3, 4]] * 2, "categories": [3, 4.0]}, label=7))
    assert [thing.label for thing in things(tmp_path)] == ["7", "3", "4"]


@pytest.mark.parametrize("card", ["---\n: [\nclass_label\n---\n", "---\nclass_label: \x80\n---\n"])
def test_a_broken_card_is_refused(tmp_path: Path, card: str) -> None:
    (tmp_path / "README.md").write_bytes(card.encode("latin-1"))
    with pytest.raises(FormatError, match=r"README.md is not readable as YAML"):
        KIND.read(rows(tmp_path, row()))


def test_a_card_without_classes_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Cars\n")
    assert KIND.read(rows(tmp_path, row())).classes == []


@pytest.mark.parametrize(
    ("given", "expected", "lost"),
    [
        ({"label": "cat"}, ["cat"], {}),
        ({"labels": ["cat", "dog"]}, ["cat", "dog"], {}),
        ({"text": "cat"}, ["cat"], {}),
        ({"text": "a " * 90}, [], {"texts too long for the name of a class (not taken)": 1}),
        ({"label": " "}, [], {}),
        ({"label": None, "objects": None}, [], {}),
        (
            {"label": "cat", "weather": "rain", "empty": ""}, ["cat"],
            {"values of whole images in the column 'weather' (not taken)": 1},
        ),
    ],
)  # fmt: skip
def test_labels_of_the_image_come_in(
    tmp_path: Path, given: dict[str, Any], expected: list[str], lost
) -> None:
    reading = KIND.read(rows(tmp_path, {"file_name": "a.jpg", **given}))
    ((sample),) = reading
    assert [(thing.shape, thing.label) for thing in sample.things] == [(Whole(), name) for name in expected]
    assert +reading.lost == lost


def test_other_columns_of_objects_are_attributes(tmp_path: Path) -> None:
    more = {
        "occluded": [True],
        "iscrowd": [0],
        "note": [None],
        "score": [-1],
        "attributes": [{"a": 1, "b": None}],
    }
    (thing,) = things(rows(tmp_path, objects(**more)))
    assert (thing.attributes, thing.score) == ({"occluded": True, "a": 1}, None)


def test_csv_and_parquet_come_in(tmp_path: Path) -> None:
    text = json.dumps(objects()["objects"]).replace('"', '""')
    (tmp_path / "metadata.csv").write_bytes(
        f'\ufefffile_name,label,objects\r\na.jpg,night,"{text}"\r\nb.jpg,,\r\n'.encode()
    )
    found = list(KIND.read(tmp_path))
    assert [(each.name, each.things) for each in found] == [
        ("a.jpg", (Thing(Whole(), "night"), BOX)), ("b.jpg", ()),
    ]  # fmt: skip
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "other").mkdir()
    path = tmp_path / "other" / "metadata.parquet"
    parquet.write_table(arrow.Table.from_pylist([row(width=math.nan)]), path)
    assert things(path) == [BOX]
    for place in (tmp_path / "metadata.csv", path, path.parent):
        assert [str(name) for name in FORMATS if FORMATS.get(str(name)).detect(place)] == ["imagefolder"]


def test_the_place_of_a_file_gives_part_and_name(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(
        rows(tmp_path / "validation" / "deep", {"file_name": "./a.jpg"}) / "a.jpg"
    )
    rows(tmp_path / "data", {"file_name": "..\\..\\..\\etc\\b.jpg", "width": 3, "height": 4.0})
    by_name = {each.name: each for each in KIND.read(tmp_path, {"c.jpg": (1, 1)}.get)}
    assert [*by_name] == ["etc/b.jpg", "deep/a.jpg"]
    sample = by_name["deep/a.jpg"]
    assert (sample.split, sample.width, sample.height) == ("validation", 30, 20)
    assert sample.file == tmp_path / "validation" / "deep" / "a.jpg"
    assert by_name["etc/b.jpg"].file is None
    ((alone),) = KIND.read(tmp_path / "validation" / "deep" / "metadata.jsonl")
    assert alone.name == "a.jpg"


def test_boxes_without_a_size_are_counted(tmp_path: Path) -> None:
    reading = KIND.read(rows(tmp_path, row(objects={"bbox": [[1, 2, 0, 4]], "categories": ["car"]})))
    assert [each.things for each in reading] == [()]
    assert +reading.lost == {"without a size (left out)": 1}


# ---- what is broken ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"file": "a.jpg"}, "file_name is None, expected the path of a picture"),
        (row(file_name=3), "file_name is 3"),
        (row(file_name="../.."), r"file_name is '../\.\.'"),
        (row(width=-1), "width is -1, expected pixels"),
        (row(height="tall"), "height is 'tall', expected a number"),
        (row(objects=3), "objects is 3, expected columns"),
        (row(objects=[3]), r"objects\[0\] is 3"),
        (row(objects='{"bbox": ['), "objects is .*expected JSON"),
        (objects(categories=["car", "bus"]), "The lengths of objects is .*expected the same for all"),
        (objects(categories="car"), r"objects\.categories is 'car', expected a list"),
        (objects(categories=[[1]]), r"objects\[0\]\.categories is \[1\], expected the name of a class"),
        (objects(categories=[1.5]), r"objects\[0\]\.categories is 1.5"),
        (objects(bbox=[[1, 2, 3]]), r"objects\[0\]\.bbox is \[1, 2, 3\], expected left, top, width and height"),
        (objects(bbox=[None]), r"objects\[0\]\.bbox is None"),
        (objects(bbox=[[1, 2, "3", 4]]), r"as numbers"),
        (objects(bbox=[[1, 2, -3, 4]]), r"not below 0"),
        (objects(bbox=[[1e300, 2, 3, 4]]), r"objects\[0\]\.bbox is \[1e\+300"),
        (objects(bbox=[[math.nan, 2, 3, 4]]), "line 1 is not readable as JSON"),
        (objects(score=[7]), r"objects\[0\]\.score is 7.*from 0 to 1"),
        (objects(attributes=["[1]"]), r"objects\[0\]\.attributes is '\[1\]', expected values by name"),
        ([1], "line 1 is not a row"),
    ],
)  # fmt: skip
def test_a_broken_row_is_refused_with_the_place(tmp_path: Path, given: Any, said: str) -> None:
    rows(tmp_path, given, row())
    with pytest.raises(FormatError, match=said) as caught:
        list(KIND.read(tmp_path))
    assert str(tmp_path / "metadata.jsonl") in str(caught.value)
    assert "line 1" in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("metadata.jsonl", json.dumps(row())[:60].encode(), "may have been cut short"),
        ("metadata.jsonl", json.dumps(row()).encode("utf-16"), "not readable as JSON"),
        ("metadata.csv", b"file_name,label\na.jpg,\xff\n", "not readable as CSV in UTF-8"),
        ("metadata.csv", b"file_name,label\na.jpg,x,y\n", "line 2 has more values"),
        ("metadata.parquet", b"PAR1", "not readable as Parquet"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FormatError, match=said):
        list(KIND.read(tmp_path))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="2 faults") as caught:
        list(KIND.read(rows(tmp_path, row(width=-1), row(), row(objects=3))))
    assert "line 1" in str(caught.value)
    assert "line 3" in str(caught.value)


# ---- another's reader ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_card", [False, True])
def test_datasets_reads_what_is_written(
    tmp_path: Path, by_card: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # its thread would outlive the test
    some = samples(KIND, pictures=tmp_path / "pictures")
    KIND.write(tmp_path / "out", content(KIND, some), images="copy")
    where = (str(tmp_path / "out"),) if by_card else ("imagefolder",)
    more = {} if by_card else {"data_dir": str(tmp_path / "out")}
    read = datasets.load_dataset(*where, **more, split="train", cache_dir=str(tmp_path / "cache"))
    names = read.features["objects"]["categories"].feature
    for sample, line in zip(some, read, strict=True):
        assert line["image"].size == (sample.width, sample.height)
        boxes = [[*thing.shape.bounds()] for thing in sample.things]
        assert [[x, y, x + w, y + h] for x, y, w, h in line["objects"]["bbox"]] == boxes
        given = line["objects"]["categories"]
        assert [names.int2str(each) if by_card else each for each in given] == [
            thing.label for thing in sample.things
        ]
