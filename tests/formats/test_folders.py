"""One folder for each class: an independent reader agrees, other programs' layouts come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS, Content, Sample, Thing, find_format
from ipyannotator.formats.base import Losses
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.folders import folder_of
from ipyannotator.model import Box, Whole

FOLDERS = FORMATS.get("folders")
LABELS = ["cat", "a/b: c", "train", "..", " x ", "Ünï 😀", "CON?"]


def picture(path: Path, shade: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), (shade, 9, 9)).save(path)
    return path


def sample(folder: Path, name: str, label: str, split: str = "", shade: int = 0) -> Sample:
    return Sample(name, 8, 6, (Thing(Whole(), label),), split, file=picture(folder / name, shade))


@pytest.mark.parametrize("mode", ["copy", "link"])
def test_each_picture_lies_with_its_class_and_comes_back(tmp_path: Path, mode) -> None:
    some = [sample(tmp_path / "in", f"{at}/a.png", label, shade=at) for at, label in enumerate(LABELS)]
    FOLDERS.write(tmp_path / "out", Content(LABELS, iter(some)), images=mode)
    assert find_format(tmp_path / "out").name == "folders"
    reading = FOLDERS.read(tmp_path / "out")
    assert {each.name: each.things[0].label for each in reading} == {
        each.name: each.things[0].label for each in some
    }
    assert sorted(reading.classes) == sorted(LABELS)
    assert {each.file.read_bytes() for each in reading if each.file} == {
        each.file.read_bytes() for each in some if each.file
    }
    found = list((tmp_path / "out").rglob("*.png"))
    assert len(found) == len(LABELS)
    assert {path.is_symlink() for path in found} == {mode == "link"}


def test_splits_are_the_outer_folders(tmp_path: Path) -> None:
    some = [
        sample(tmp_path, "a.png", "cat", "train"), sample(tmp_path, "b.png", "dog", "train"),
        sample(tmp_path, "c.png", "cat", "val"),
    ]  # fmt: skip
    FOLDERS.write(tmp_path / "out", Content(["cat", "dog"], iter(some), ("train", "val")))
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png")) == [
        "train/cat/a.png", "train/dog/b.png", "val/cat/c.png",
    ]  # fmt: skip
    (tmp_path / "out" / ".ipyannotator.json").unlink()  # as somebody else has made it
    assert find_format(tmp_path / "out").name == "folders"
    read = {(each.name, each.split, each.things[0].label) for each in FOLDERS.read(tmp_path / "out")}
    assert read == {("a.png", "train", "cat"), ("b.png", "train", "dog"), ("c.png", "val", "cat")}


def test_an_image_has_one_class_and_boxes_have_no_place() -> None:
    things = (Thing(Whole(), "cat"), Thing(Whole(), "dog"), Thing(Box(1, 1, 2, 2), "cat"), Thing(Whole()))
    lost = Losses()
    fitted = fit(Sample("a.png", 8, 6, things), FOLDERS.holds, lost)
    assert [thing.label for thing in fitted.things] == ["cat"]
    assert lost == {
        "beyond the first of their image (left out)": 1,
        "of the kind 'box' (left out)": 1,
        "without a class (left out)": 1,
    }


def test_without_the_pictures_it_would_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="'copy' or 'link'"):
        FOLDERS.write(
            tmp_path / "out", Content(["cat"], iter([sample(tmp_path, "a.png", "cat")])), images="none"
        )
    assert not (tmp_path / "out").exists()


def test_what_holds_no_pictures_is_refused_and_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "train" / "cat").mkdir(parents=True)
    assert not FOLDERS.detect(tmp_path)
    with pytest.raises(FormatError, match="no folders with pictures"):
        FOLDERS.read(tmp_path)
    with pytest.raises(FormatError, match="no folder"):
        FOLDERS.read(tmp_path / "absent")
    picture(tmp_path / "train" / "images" / "a.png")
    (tmp_path / "train" / "readme.txt").write_text("x")
    assert not FOLDERS.detect(tmp_path)


@pytest.mark.parametrize("label", LABELS)
def test_the_name_of_a_folder_leads_nowhere_else(label: str) -> None:
    assert len(Path(folder_of(label)).parts) == 1
    assert folder_of(label) not in ("..", ".", "train")
