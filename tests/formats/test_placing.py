"""An export is there whole or not at all, whatever ends it, and nobody's files are in danger."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ipyannotator.errors import InvalidValue, StoreError
from ipyannotator.formats import FORMATS, Content, Sample, placing

ENDLESS = """
import sys
from pathlib import Path
from ipyannotator.formats import FORMATS, Content, Sample

def samples():
    for number in range(10_000_000):
        yield Sample(f"{number}.jpg", 64, 48, (), number=number + 1)
        if number == 200:
            print("under way", flush=True)

FORMATS.get(sys.argv[1]).write(Path(sys.argv[2]), Content(["car"], samples()), images="none")
"""


def some(count: int = 3) -> Content:
    return Content(["car"], iter([Sample(f"{number}.jpg", 64, 48) for number in range(count)]))


@pytest.mark.parametrize(
    ("name", "out"), [("yolo", "out"), ("voc", "out"), ("coco", "out"), ("coco", "out.json")]
)
def test_a_killed_export_leaves_nothing_that_looks_whole(name: str, out: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ENDLESS, name, str(tmp_path / out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"under way\n"
        process.kill()
        assert process.wait() == -signal.SIGKILL
    left = list(tmp_path.iterdir())
    assert left
    assert all(each.name.startswith(".") and each.name.endswith(".part") for each in left)
    assert not any((each / placing.MARK).exists() for each in left)
    FORMATS.get(name).write(tmp_path / out, some(), images="none")
    assert len(list(FORMATS.get(name).read(tmp_path / out, lambda _: (64, 48)))) == 3


def test_what_trainers_put_beside_an_export_stays_and_old_labels_go(tmp_path: Path) -> None:
    out = tmp_path / "out"
    FORMATS.get("yolo").write(out, some(5), images="none")
    (out / "runs").mkdir()
    (out / "runs" / "best.pt").write_text("weights")
    (out / "labels.cache").write_text("cache")
    FORMATS.get("yolo").write(out, some(2), images="none")
    assert sorted(path.name for path in (out / "labels").iterdir()) == ["0.txt", "1.txt"]
    assert (out / "runs" / "best.pt").read_text() == "weights"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_one_format_replaces_another(tmp_path: Path) -> None:
    FORMATS.get("yolo").write(tmp_path / "out", some(), images="none")
    FORMATS.get("voc").write(tmp_path / "out", some(), images="none")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        placing.MARK,
        "Annotations",
        "ImageSets",
        "labelmap.txt",
    ]
    assert json.loads((tmp_path / "out" / placing.MARK).read_text())["format"] == "voc"


@pytest.mark.parametrize("mark", ["", "[]", '{"format": 1, "wrote": 7, "renamed": []}', "{"])
def test_a_damaged_mark_is_no_danger(mark: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    FORMATS.get("yolo").write(out, some(), images="none")
    (out / placing.MARK).write_text(mark)
    assert len(list(FORMATS.get("yolo").read(out, lambda _: (64, 48)))) == 3
    if "format" in mark:
        FORMATS.get("yolo").write(out, some(), images="none")
        assert [path.name for path in tmp_path.iterdir()] == ["out"]
    else:
        with pytest.raises(InvalidValue, match="It holds other files"):
            FORMATS.get("yolo").write(out, some(), images="none")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="Nothing was written there"):
        FORMATS.get("yolo").write(tmp_path / "file" / "out", some(), images="none")
    with pytest.raises(InvalidValue, match="expected a folder"):
        FORMATS.get("yolo").write(tmp_path / "file", some(), images="none")
    with pytest.raises(InvalidValue, match="expected 'copy', 'link' or 'none'"):
        FORMATS.get("yolo").write(tmp_path / "out", some(), images="move")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_picture_that_vanishes_meanwhile_ends_it_cleanly(tmp_path: Path) -> None:
    gone = Content(["car"], iter([Sample("a.jpg", 64, 48, file=tmp_path / "gone.jpg")]))
    with pytest.raises(StoreError, match="Cannot write"):
        FORMATS.get("yolo").write(tmp_path / "out", gone)
    assert list(tmp_path.iterdir()) == []
