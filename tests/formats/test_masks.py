"""Masks as pictures: an independent reader agrees, other programs' layouts come in, broken ones are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import FORMATS, Content, Sample, Thing, find_format
from ipyannotator.formats.base import Losses
from ipyannotator.formats.fitting import fit
from ipyannotator.model import Box, Mask

MASKS = FORMATS.get("masks")


def square(x: int, y: int, side: int) -> np.ndarray:
    found = np.zeros((40, 60), bool)
    found[y : y + side, x : x + side] = True
    return found


def put(
    folder: Path, values: np.ndarray, name: str = "masks/a.png", classes: object = (None, "car", "bus")
) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.astype(np.uint8)).save(file)
    if classes is not None:
        (folder / "classes.json").write_text(json.dumps(classes))
    return folder


def test_an_independent_reader_finds_the_numbers_of_the_classes(tmp_path: Path) -> None:
    things = (
        Thing(Mask.from_array(square(2, 2, 10)), "bus"), Thing(Box(20, 20, 5, 5), "car"),
        Thing(Mask.from_array(square(8, 8, 10)), "car"),
    )  # fmt: skip
    lost = Losses()
    fitted = fit(Sample("sub/a.jpg", 60, 40, things, "train"), MASKS.holds, lost)
    MASKS.write(tmp_path / "o", Content(["car", "bus"], [fitted], ("train",)), images="none")
    with Image.open(tmp_path / "o" / "masks" / "train" / "sub" / "a.png") as picture:
        values = np.asarray(picture)
        assert picture.mode == "P"
    expected = np.zeros((40, 60), np.uint8)
    expected[square(2, 2, 10)] = 2
    expected[square(20, 20, 5) | square(8, 8, 10)] = 1
    assert values.tolist() == expected.tolist()
    assert json.loads((tmp_path / "o" / "classes.json").read_text()) == [None, "car", "bus"]
    assert lost == {
        "of the kind 'box' (written as 'mask')": 1,
        "beside others of their class (they became one with them)": 1,
        "over others (what is beneath was cut away)": 1,
    }
    assert find_format(tmp_path / "o").name == "masks"
    (read,) = MASKS.read(tmp_path / "o")
    assert (read.name, read.split, read.width) == ("sub/a", "train", 60)
    assert {thing.label: thing.shape for thing in read.things} == {
        thing.label: thing.shape for thing in fitted.things
    }


def test_colours_are_read_by_their_map_and_borders_left_out(tmp_path: Path) -> None:
    colours = np.zeros((40, 60, 3), np.uint8)
    colours[square(2, 2, 10)] = (250, 50, 83)
    colours[square(30, 10, 10)] = (1, 2, 3)
    put(tmp_path, colours, "SegmentationClass/a.png", None)
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:250,50,83::\n"
    )
    reading = MASKS.read(tmp_path)
    (sample,) = reading
    assert [(thing.label, thing.shape) for thing in sample.things] == [
        ("car", Mask.from_array(square(2, 2, 10)))
    ]
    assert reading.classes == ["car"]
    assert reading.lost == {"values that no class has (left out)": 1}
    values = np.zeros((40, 60), np.uint8)
    values[square(2, 2, 10)] = 1
    values[square(20, 2, 10)] = 255
    (sample,) = MASKS.read(put(tmp_path / "i", values))
    assert len(sample.things) == 1


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ({"car": 1}, "a list of names"),
        ([1, "car"], "a list of names"),
        (None, "does not say what its classes"),
    ],
)
def test_classes_without_names_are_refused(tmp_path: Path, classes: object, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        MASKS.read(put(tmp_path, square(1, 1, 3), classes=classes))


def test_broken_pictures_and_maps_are_refused_with_the_place(tmp_path: Path) -> None:
    put(tmp_path, square(1, 1, 3))
    (tmp_path / "masks" / "a.png").write_bytes(b"\x89PNG and no more")
    with pytest.raises(FormatError, match=r"a\.png cannot be read"):
        list(MASKS.read(tmp_path))
    put(tmp_path, np.zeros((4, 4, 3)))
    with pytest.raises(FormatError, match=r"a\.png is in colour"):
        list(MASKS.read(tmp_path))
    (tmp_path / "classes.json").write_text("[")
    with pytest.raises(FormatError, match="not readable as JSON"):
        MASKS.read(tmp_path)
    (tmp_path / "classes.json").unlink()
    (tmp_path / "labelmap.txt").write_text("car:1,2\n")
    with pytest.raises(FormatError, match="line 1 is 'car:1,2'"):
        MASKS.read(tmp_path)


def test_more_classes_than_a_byte_has_are_refused(tmp_path: Path) -> None:
    names = [str(at) for at in range(255)]
    with pytest.raises(InvalidValue, match="at most 254"):
        MASKS.write(tmp_path / "o", Content(names, []), images="none")
    assert not (tmp_path / "o").exists()
