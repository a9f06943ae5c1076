"""YOLO detection: an independent reader agrees, the layouts that are about are read, broken files are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from ipyannotator.errors import FormatError
from ipyannotator.formats import FORMATS, Content, Sample, Thing, find_format
from ipyannotator.formats.base import Losses
from ipyannotator.formats.fitting import fit
from ipyannotator.model import Box, Mask, Polygon, Shape, Skeleton, SkeletonTemplate
from ipyannotator.testing.formats import things

YOLO = FORMATS.get("yolo")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
) + "names: *j\n"  # fmt: skip
"""Ten lines that say three and a half billion texts."""


def picture(path: Path, size: tuple[int, int] = (640, 480)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)
    return path


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def independent(root: Path, split: str = "train") -> dict[str, list[tuple]]:
    """The boxes of a data set, found as trainers find them: from the images, by `/images/` to `/labels/`."""
    data = yaml.safe_load((root / "data.yaml").read_text("utf-8"))
    found = {}
    for image in sorted((root / data[split]).rglob("*.jpg")):
        head, tail = image.as_posix().rsplit("/images/", 1)
        lines = Path(f"{head}/labels/{tail.rsplit('.', 1)[0]}.txt").read_text().splitlines()
        with Image.open(image) as opened:
            width, height = opened.size
        boxes = []
        for line in lines:
            number, *rest = line.split()
            x, y, w, h = (float(word) * side for word, side in zip(rest, (width, height) * 2, strict=True))
            assert all(0 <= float(word) <= 1 and len(word.partition(".")[2]) >= 6 for word in rest)
            boxes.append(
                (
                    data["names"][int(number)],
                    round(x - w / 2, 6),
                    round(y - h / 2, 6),
                    round(w, 6),
                    round(h, 6),
                )
            )
        found[tail] = boxes
    return found


def test_an_independent_reader_finds_the_same(tmp_path: Path) -> None:
    labels = ["car", "<b> & \"q\" 'a'/😀", "no", "1: [x]"]
    things = tuple(Thing(Box(10 * at + 1, 7, 33.25, 5), label) for at, label in enumerate(labels))
    names = ["a.jpg", "deep/images/b.jpg", "empty.jpg"]
    some = [
        Sample(n, 640, 480, () if "em" in n else things, file=picture(tmp_path / "in" / n)) for n in names
    ]
    YOLO.write(tmp_path / "out", Content(labels, iter(some)))
    boxes = [(label, 10 * at + 1, 7, 33.25, 5) for at, label in enumerate(labels)]
    assert independent(tmp_path / "out") == {"a.jpg": boxes, "deep/images_/b.jpg": boxes, "empty.jpg": []}
    assert (tmp_path / "out" / "labels" / "empty.txt").read_bytes() == b""
    assert [each.name for each in YOLO.read(tmp_path / "out")] == ["a.jpg", "empty.jpg", "deep/images/b.jpg"]


def test_splits_are_folders_and_come_back(tmp_path: Path) -> None:
    things = (Thing(Box(1, 2, 3, 4), "car"),)
    some = [
        Sample(f"x/{s}.jpg", 640, 480, things, s, file=picture(tmp_path / f"{s}.jpg"))
        for s in ("val", "train")
    ]
    YOLO.write(tmp_path / "out", Content(["car"], iter(some), ("train", "val")))
    assert independent(tmp_path / "out", "val") == {"val/x/val.jpg": [("car", 1, 2, 3, 4)]}
    read = sorted((each.name, each.split) for each in YOLO.read(tmp_path / "out"))
    assert read == [("x/train.jpg", "train"), ("x/val.jpg", "val")]


@pytest.mark.parametrize(
    ("image", "label", "head", "name", "split"),
    [
        (
            "images/train/a.jpg",
            "labels/train/a.txt",
            "train: images/train\nnames: {0: car}",
            "a.jpg",
            "train",
        ),
        (
            "train/images/a.jpg",
            "train/labels/a.txt",
            "train: ../train/images\nnames: [car]",
            "a.jpg",
            "train",
        ),
        ("valid/images/a.jpg", "valid/labels/a.txt", "val: ../valid/images\nnames: [car]", "a.jpg", "val"),
        (
            "images/s/a.jpg",
            "labels/s/a.txt",
            "path: /else/where\ntrain: images\nnames: ['car']",
            "s/a.jpg",
            "train",
        ),
        ("images/a.jpg", "labels/a.txt", "", "a.jpg", ""),
        ("a.jpg", "a.txt", "", "a.jpg", ""),
    ],
)
def test_layouts(tmp_path: Path, image: str, label: str, head: str, name: str, split: str) -> None:
    picture(tmp_path / image)
    put(tmp_path / label, "0 0.5 0.5 0.1 0.1\n\n")
    put(tmp_path / ("data.yaml" if head else "classes.txt"), head or "car\n\n")
    (sample,) = YOLO.read(tmp_path)
    assert (sample.name, sample.split) == (name, split)
    assert sample.things == (Thing(Box(288, 216, 64, 48), "car"),)
    assert YOLO.detect(tmp_path)


def test_six_decimals_of_whole_pixels_are_whole_pixels(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.jpg", (1917, 1081))
    put(tmp_path / "data.yaml", "names: [car]")
    box = (101, 203, 307, 411)
    x, y, w, h = (box[0] + box[2] / 2) / 1917, (box[1] + box[3] / 2) / 1081, box[2] / 1917, box[3] / 1081
    put(tmp_path / "labels" / "a.txt", f"0 {x:.6f} {y:.6f} {w:.6f} {h:.6f}")
    (sample,) = YOLO.read(tmp_path)
    assert sample.things[0].shape == Box(*box)


def test_outlines_scores_and_keypoints(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.jpg", (100, 100))
    put(tmp_path / "data.yaml", "names: [car]")
    put(tmp_path / "labels" / "a.txt", "0 .1 .1 .5 .2 .3 .6\n0 .5 .5 .2 .2 0.75\n0 .5 .5 0 .2\n")
    reading = YOLO.read(tmp_path, kinds=["box"])
    (sample,) = reading
    assert [(t.shape, t.score) for t in sample.things] == [
        (Box(10, 10, 40, 50), None),
        (Box(40, 40, 20, 20), 0.75),
    ]
    assert reading.lost == {"with an outline (its bounding box was taken)": 1, "without a size (left out)": 1}
    put(tmp_path / "data.yaml", "names: [car]\nkpt_shape: [2, 3]")
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2 .1 .1 2 .3 .3 2\n")
    assert [t.shape for each in YOLO.read(tmp_path, kinds=["box"]) for t in each.things] == [
        Box(40, 40, 20, 20)
    ]


SQUARE = Polygon(((10, 10), (50, 10.5), (30, 60)))
SKELETON = Skeleton(((10, 20, 2), (30.5, 40, 1), (0, 0, 0)))
TURNED = Box(30, 40, 30, 20, 25)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("yolo-segment", SQUARE),
        ("yolo-pose", SKELETON),
        ("yolo-obb", TURNED),
        ("yolo-obb", Box(1, 2, 30, 40)),
    ],
)
def test_each_form_comes_back_and_is_found_out(tmp_path: Path, name: str, shape: Shape) -> None:
    template = SkeletonTemplate(("head", "hand", "foot"))
    sample = Sample("a.jpg", 100, 80, (Thing(shape, "car"),))
    FORMATS.get(name).write(
        tmp_path / "o", Content(["car"], [sample], templates={"car": template}), images="none"
    )
    assert find_format(tmp_path / "o").name == name
    reading = FORMATS.get(name).read(tmp_path / "o", {"a": (100, 80)}.get)
    assert [things(each) for each in reading] == [things(sample)]
    assert reading.templates == ({"car": template} if name == "yolo-pose" else {})


def test_lines_of_other_programs_are_read_as_what_they_are(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.jpg", (100, 100))
    put(tmp_path / "data.yaml", "names: [car]")
    put(tmp_path / "labels" / "a.txt", "0 .1 .1 .5 .1 .5 .6 .1 .6\n")
    assert find_format(tmp_path).name == "yolo-segment"
    ((outline,),) = (each.things for each in FORMATS.get("yolo-segment").read(tmp_path))
    assert outline.shape == Polygon(((10, 10), (50, 10), (50, 60), (10, 60)))
    ((box,),) = (each.things for each in FORMATS.get("yolo-obb").read(tmp_path))
    assert box.shape == Box(10, 10, 40, 50)
    put(tmp_path / "labels" / "a.txt", "0 .1 .1 .5 .2 .5 .6 .1 .6\n")
    reading = FORMATS.get("yolo-obb").read(tmp_path)
    assert [each.things[0].shape.kind for each in reading] == ["box"]
    assert reading.lost == {"whose corners make no box (the nearest one was taken)": 1}
    put(tmp_path / "data.yaml", "names: [car]\nkpt_shape: [2, 2]")
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2 .1 .1 0 0\n")
    assert find_format(tmp_path).name == "yolo-pose"
    ((pose,),) = (each.things for each in FORMATS.get("yolo-pose").read(tmp_path))
    assert pose.shape == Skeleton(((10, 10, 2), (0, 0, 0)))


def test_what_reaches_outside_is_cut_in_every_form(tmp_path: Path) -> None:
    some = (
        Thing(Polygon(((-10, 10), (50, 10), (50, 50), (-10, 50))), "car"),
        Thing(Skeleton(((-5, 5, 2), (20, 20, 2))), "car"),
        Thing(Box(80, 20, 40, 20, 30), "car"),
    )
    for name in ("yolo-segment", "yolo-pose", "yolo-obb"):
        kind = FORMATS.get(name)
        fitted = fit(Sample("a.jpg", 100, 80, some), kind.holds, Losses())
        kind.write(tmp_path / name, Content(["car"], [fitted]), images="none")
        text = (tmp_path / name / "labels" / "a.txt").read_text().split()
        assert all(0 <= float(word) <= 1 for word in text if "." in word), text
        assert list(kind.read(tmp_path / name, {"a": (100, 80)}.get))


def test_an_image_of_unknown_size_is_counted(tmp_path: Path) -> None:
    put(tmp_path / "data.yaml", "names: [car]")
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .2 .2\n")
    reading = YOLO.read(tmp_path)
    (sample,) = reading
    assert (sample.name, sample.things) == ("a", ())
    assert reading.lost == {"on an image whose size is not known (left out)": 1}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3 .5 .5 .1 .1", r"line 2: the class is 3, expected 0 to 1"),
        ("-1 .5 .5 .1 .1", r"line 2: the class is -1"),
        ("0.5 .5 .5 .1 .1", r"line 2: the class is 0\.5"),
        ("car .5 .5 .1 .1", r"line 2: .*'car', expected numbers only"),
        ("0 .5 .5 .1", r"line 2: 4 values, expected the class, x, y, width and height"),
        ("0 .5 .5 -.1 .1", r"line 2: the size is -0\.1"),
        ("0 nan .5 .1 .1", r"line 2: nan .*expected fractions"),
        ("0 320 240 64 48", r"line 2: 320 .*expected fractions of the image's size"),
        ("0 .5 .5 .1 .1 7", r"line 2: the score is 7"),
    ],
)
def test_a_broken_line_is_refused_with_the_place(tmp_path: Path, line: str, said: str) -> None:
    picture(tmp_path / "images" / "a.jpg")
    put(tmp_path / "data.yaml", "names: [car, bus]")
    put(tmp_path / "labels" / "a.txt", f"0 .5 .5 .1 .1\n{line}\n")
    with pytest.raises(FormatError, match=said) as caught:
        list(YOLO.read(tmp_path))
    assert str(tmp_path / "labels" / "a.txt") in str(caught.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (None, r"does not say what its classes are called: expected data\.yaml"),
        ("names: 7", r"`names` is '7', expected class names"),
        ("train: x", r"`names` is None"),
        ("names: {a: car}", r"`names` is"),
        ("names: [car, ' ']", r"`names` is"),
        ("names: [car", r"not readable as YAML"),
        ("- 1", r"`names` is None"),
        (BOMB, r"`names` is \[\["),
        ("names: [car]\nkpt_shape: 5", r"`kpt_shape` is '5'"),
        ("!!python/object/apply:os.system ['touch hacked']", r"`names` is|not readable"),
    ],
)
def test_a_broken_head_is_refused(tmp_path: Path, head: str | None, said: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "labels" / "a.txt", "0 .5 .5 .1 .1\n")
    if head is not None:
        put(tmp_path / "data.yaml", head)
    with pytest.raises(FormatError, match=said):
        list(YOLO.read(tmp_path))
    assert not (tmp_path / "hacked").exists()


def test_an_outline_with_holes_and_parts_is_one_that_covers_the_same(tmp_path: Path) -> None:
    pixels = np.zeros((80, 100), bool)
    pixels[10:40, 10:40] = True
    pixels[20:30, 20:30] = False
    pixels[50:70, 60:90] = True
    holed = Polygon(((10, 10), (50, 10), (50, 50), (10, 50)), (((20, 20), (30, 20), (30, 30), (20, 30)),))
    kind = FORMATS.get("yolo-segment")
    lost = Losses()
    sample = fit(
        Sample("a.jpg", 100, 80, (Thing(Mask.from_array(pixels), "car"), Thing(holed, "car"))),
        kind.holds,
        lost,
    )
    kind.write(tmp_path / "o", Content(["car"], [sample]), images="none")
    ((mask, polygon),) = (each.things for each in kind.read(tmp_path / "o", {"a": (100, 80)}.get))
    assert isinstance(mask.shape, Polygon)
    assert isinstance(polygon.shape, Polygon)
    assert mask.shape.to_mask(80, 100).to_array().tolist() == pixels.tolist()
    assert polygon.shape.to_mask(80, 100) == holed.to_mask(80, 100)
    assert (
        lost["with holes or in several parts (written as one outline, joined by lines there and back)"] == 1
    )
