"""Tables: data frames agree, those that people make come in, broken ones are refused with the row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS, Content, Sample, Thing, find_format
from ipyannotator.model import Box, Polygon, Whole
from ipyannotator.testing.formats import samples, things

TABLES = ["csv", "parquet"]
SAMPLES = [
    Sample("a.jpg", 640, 480, (
        Thing(Box(1, 2, 30.5, 40, 30), 'car, "big"\nand red', 0.25, "t1", {"n": 1, "deep": [None, "ü"]}),
        Thing(Polygon(((1.5, 2), (30, 4), (20, 50)))),
        Thing(Whole(), "night"),
    )),
    Sample("sub/b.jpg", 320, 200, (), "val"),
]  # fmt: skip


def write(name: str, folder: Path, some: list[Sample]) -> Path:
    path = folder / f"a.{name}"
    FORMATS.get(name).write(path, Content([], iter(some)))
    return path


def frame(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


@pytest.mark.parametrize("name", TABLES)
def test_everything_comes_back(name: str, tmp_path: Path) -> None:
    path = write(name, tmp_path, SAMPLES)
    assert list(FORMATS.get(name).read(path)) == SAMPLES
    assert find_format(path).name == name


@pytest.mark.parametrize("name", TABLES)
def test_a_data_frame_reads_the_same(name: str, tmp_path: Path) -> None:
    found = frame(write(name, tmp_path, SAMPLES))
    assert list(found["image"]) == ["a.jpg"] * 3 + ["sub/b.jpg"]
    assert found.loc[1, ["left", "top", "right", "bottom"]].tolist() == [1.5, 2, 30, 50]
    assert found["label"].fillna("").tolist() == ['car, "big"\nand red', "", "night", ""]
    assert json.loads(found.loc[0, "attributes"]) == {"n": 1, "deep": [None, "ü"]}
    assert found.loc[0, "angle"] == 30
    assert found.loc[3, "kind"] is None or pd.isna(found.loc[3, "kind"])


@pytest.mark.parametrize("name", TABLES)
def test_what_a_data_frame_writes_comes_in(name: str, tmp_path: Path) -> None:
    table = pd.DataFrame({
        "image": ["a.jpg", "a.jpg", "b.jpg"], "left": [1.0, 5, None], "top": [2.0, 5, None], "right": [11.0, 5, None],
        "bottom": [22.0, 9, None], "label": ["car", "car", None], "mine": [1, 2, 3],
    })  # fmt: skip
    path = tmp_path / f"t.{name}"
    if name == "csv":
        table.to_csv(path)
    else:
        table.to_parquet(path)
    reading = FORMATS.get(name).read(path)
    assert list(reading) == [Sample("a.jpg", things=(Thing(Box(1, 2, 10, 20), "car"),)), Sample("b.jpg")]
    assert reading.classes == ["car"]
    assert reading.lost == {"without a size (left out)": 1}


def test_windows_line_ends_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfimage,left,top,right,bottom,label\r\na.jpg,1,2,3,4,car\r\n")
    assert [things(each) for each in FORMATS.get("csv").read(path)] == [
        [(1.0, 2.0, 3.0, 4.0, 0.0, "car", None, None, {})]
    ]


HEAD = "image,left,top,right,bottom,score,attributes,shape\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a.jpg,1,2,x,4,,,", r"row 2, right is 'x', expected a number"),
        ("a.jpg,1,2,inf,4,,,", r"row 2, right"),
        ("a.jpg,1,2,1e300,4,,,", r"row 2, right"),
        ("a.jpg,5,2,3,4,,,", r"row 2, left, top, right, bottom is \[5"),
        ("a.jpg,1,2,,4,,,", r"row 2, left, top, right, bottom"),
        ("a.jpg,1,2,3,4,7,,", r"row 2, score is 7"),
        ("a.jpg,1,2,3,4,,[1],", r"row 2, attributes is '\[1\]'"),
        ("a.jpg,,,,,,,{", r"row 2, shape is '\{'"),
        ('a.jpg,,,,,,,"{""kind"": ""box"", ""x"": 1}"', r"row 2, shape"),
        ("a.jpg,1,2,3,4,,,\n,1,2,3,4,,,", r"row 3, image is None, expected the name"),
        ("a.jpg,1,2,3,4,,,,,,", r"line 2: it has more values"),
    ],
)
def test_a_broken_row_is_refused_with_its_number(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + rows + "\n")
    with pytest.raises(FormatError, match=said):
        list(FORMATS.get("csv").read(path))


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00image", b"PAR1 and no more"])
@pytest.mark.parametrize("name", TABLES)
def test_what_is_no_such_table_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / f"a.{name}"
    path.write_bytes(data)
    assert not FORMATS.get(name).detect(path)
    with pytest.raises(FormatError, match=r"a\.(csv|parquet)"):
        list(FORMATS.get(name).read(path))


def test_a_single_file_has_no_place_for_pictures(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="images"):
        FORMATS.get("csv").write(tmp_path / "a.csv", Content([], iter(SAMPLES)), images="copy")


def test_many_rows_take_little_memory(tmp_path: Path) -> None:
    """They are read and written one after the other."""
    import tracemalloc

    def many() -> Any:
        for at in range(4_000):
            yield Sample(f"{at}.jpg", 640, 480, tuple(Thing(Box(n, n, 5, 5), "car") for n in range(5)))

    path = tmp_path / "a.csv"
    tracemalloc.start()
    FORMATS.get("csv").write(path, Content([], many()))
    read = sum(len(each.things) for each in FORMATS.get("csv").read(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == 20_000
    assert peak < 5_000_000


def test_the_samples_of_the_suite_are_all_held() -> None:
    kind = FORMATS.get("csv")
    assert {thing.shape.kind for each in samples(kind) for thing in each.things} == kind.holds.shapes - {
        "whole"
    }
