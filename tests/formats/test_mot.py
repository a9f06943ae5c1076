"""MOTChallenge: files as the challenge and CVAT write them come in, broken ones are refused with the place."""

from __future__ import annotations

import configparser
from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats import Content, Sample, Thing
from ipyannotator.formats.mot import Mot
from ipyannotator.model import Box
from ipyannotator.testing.formats import FORMAT_CHECKS

MOT = Mot()

ROWS = """1,1,1363,569,103,241,1,1,0.86014
2,1,1362.5,568,103,241,1,1,1
1,2,1,1,10,20,0,3,0
2,-1,5,5,0,20,1,1,1
"""
INFO = "[Sequence]\nname=MOT17-02\nimDir=img1\nframeRate=30\nseqLength=3\nimWidth=1920\nimHeight=1080\nimExt=.jpg\n"


def video(folder: Path, rows: str | bytes = ROWS, info: str | None = INFO, labels: str | None = None) -> Path:
    (folder / "gt").mkdir()
    (folder / "gt" / "gt.txt").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    if info is not None:
        (folder / "seqinfo.ini").write_text(info)
    if labels is not None:
        (folder / "gt" / "labels.txt").write_text(labels, encoding="utf-8")
    return folder


def write(folder: Path, *samples: Sample, classes: tuple[str, ...] = ("car", "bus")) -> Path:
    MOT.write(folder / "out", Content(list(classes), iter(samples)), images="none")
    return folder / "out"


@pytest.mark.parametrize("check", FORMAT_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_conformance(check, tmp_path: Path) -> None:
    check(MOT, tmp_path, "out")


def test_the_challenges_own_video_comes_in(tmp_path: Path) -> None:
    path = video(tmp_path)
    reading = MOT.read(path)
    one, two, three = reading
    assert MOT.detect(path)
    assert reading.total == 3
    assert [(each.name, each.width, each.height) for each in (one, two, three)] == [
        ("img1/000001.jpg", 1920, 1080),
        ("img1/000002.jpg", 1920, 1080),
        ("img1/000003.jpg", 1920, 1080),
    ]
    assert one.things == (
        Thing(Box(1362, 568, 103, 241), "pedestrian", track="1", attributes={"visibility": 0.86014}),
        Thing(Box(0, 0, 10, 20), "car", track="2", attributes={"ignored": True, "visibility": 0}),
    )
    assert two.things == (Thing(Box(1361.5, 567, 103, 241), "pedestrian", track="1"),)
    assert three.things == ()
    assert dict(reading.lost) == {"without a size (left out)": 1}


def test_the_first_pixel_and_the_first_frame_are_1(tmp_path: Path) -> None:
    car = Thing(Box(0, 0.5, 10, 20), "bus", track="4", attributes={"visibility": 0.25, "ignored": True})
    path = write(
        tmp_path, Sample("z.png", 64, 48, (car,)), Sample("a.png", 64, 48, (Thing(Box(1, 2, 3, 4)),))
    )
    assert (path / "gt" / "gt.txt").read_text() == "1,4,1,1.5,10,20,0,2,0.25\n2,5,2,3,3,4,1,-1,1\n"
    assert (path / "gt" / "labels.txt").read_text() == "car\nbus\n"
    info = configparser.ConfigParser()
    info.read(path / "seqinfo.ini")
    wanted = {"imdir": "img1", "seqlength": "2", "imwidth": "64", "imheight": "48", "imext": ".png"}
    assert wanted.items() <= dict(info["Sequence"]).items()
    first, second = MOT.read(path)
    assert (first.name, first.things) == ("z.png", (car,))
    assert (second.name, second.things) == ("a.png", (Thing(Box(1, 2, 3, 4)),))


def test_tracks_keep_their_names_and_boxes_without_one_get_ids_above(tmp_path: Path) -> None:
    tracks = ["7", None, "left one", "7x", "007", None, "0", "2"]
    things = tuple(Thing(Box(at, 0, 5, 5), "car", track=track) for at, track in enumerate(tracks))
    path = write(tmp_path, Sample("a.jpg", 64, 48, things), Sample("b.jpg", 64, 48, things[2:3]))
    ids = [int(row.split(",")[1]) for row in (path / "gt" / "gt.txt").read_text().splitlines()]
    assert ids == [7, 12, 8, 9, 10, 13, 11, 2, 8]
    assert [[thing.track for thing in each.things] for each in MOT.read(path)] == [tracks, ["left one"]]


def test_pictures_get_the_numbers_of_their_frames(tmp_path: Path) -> None:
    samples = []
    for name in ("b.png", "sub/a.jpg", "000003.png", "img1/000003.png"):
        file = tmp_path / "pictures" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(file)
        samples.append(Sample(name, 8, 8, (), file=file))
    renamed = MOT.write(tmp_path / "out", Content([], iter(samples)))
    assert renamed == {"b.png": "000001.png", "sub/a.jpg": "000002.jpg", "img1/000003.png": "000004.png"}
    assert sorted(file.name for file in (tmp_path / "out" / "img1").iterdir()) == [
        "000001.png",
        "000002.jpg",
        "000003.png",
        "000004.png",
    ]
    assert [each.name for each in MOT.read(tmp_path / "out")] == [each.name for each in samples]


def test_frames_of_different_sizes_have_none_in_the_head(tmp_path: Path) -> None:
    path = write(tmp_path, Sample("a.jpg", 64, 48), Sample("b.jpg", 65, 48))
    assert "imWidth" not in (path / "seqinfo.ini").read_text()
    assert [each.width for each in MOT.read(path)] == [None, None]


def test_names_of_classes_that_a_line_cannot_hold_come_back(tmp_path: Path) -> None:
    labels = ("two\nlines", " spaced ", '"quoted"', '"half', "a\x85b", "\ufeffmark", "\\n", "Ünï 😀")
    things = tuple(Thing(Box(1, 2, 3, 4), label) for label in labels)
    path = write(tmp_path, Sample("a.jpg", 64, 48, things), classes=labels)
    reading = MOT.read(path)
    assert reading.classes == list(labels)
    assert [thing.label for each in reading for thing in each.things] == list(labels)


def test_labels_of_another_program_and_no_head_are_read(tmp_path: Path) -> None:
    path = video(
        tmp_path, "\ufeff 3, 9, 2, 3, 4, 5, 1, 2\r\n\r\n1.0,8.0,2,3,4,5\r\n", None, "\ufeffcat\r\ndog\r\n\r\n"
    )
    reading = MOT.read(path)
    assert reading.classes == ["cat", "dog"]
    assert [(each.name, each.things) for each in reading] == [
        ("img1/000001", (Thing(Box(1, 2, 4, 5), track="8"),)),
        ("img1/000003", (Thing(Box(1, 2, 4, 5), "dog", track="9"),)),
    ]
    (path / "img1").mkdir()
    (path / "img1" / "000002.png").write_bytes(b"")
    assert [each.name for each in MOT.read(path)][1] == "img1/000002.png"


def test_detections_have_scores(tmp_path: Path) -> None:
    (tmp_path / "det").mkdir()
    file = tmp_path / "det" / "det.txt"
    file.write_text("1,-1,2,3,4,5,0.5,-1,-1,-1\n1,-1,2,3,4,5,71.2,-1,-1,-1\n1,3,2,3,4,5,-1,5.2,1,0\n")
    reading = MOT.read(file)
    (sample,) = reading
    assert MOT.detect(file)
    assert [(thing.score, thing.track, thing.label) for thing in sample.things] == [
        (0.5, None, None),
        (None, None, None),
        (None, "3", None),
    ]
    assert dict(reading.lost) == {
        "with a confidence that is not from 0 to 1 (not kept)": 1,
        "with a place in the world (not kept)": 1,
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,1,2,3,4", "line 2 is '1,1,2,3,4', expected at least six numbers"),
        ("1,1,two,3,4,5", "line 2 is '1,1,two,3,4,5'"),
        ("1,1,nan,3,4,5", "line 2 is"),
        ("1,1,2,inf,4,5", "line 2 is"),
        ("1,1,2,1e300,4,5", "line 2 is"),
        ("1.5,1,2,3,4,5", "line 2 is"),
        ("1,1,2,3,4,5,1,1.5,1", "line 2 is"),
        ("1;1;2;3;4;5", "line 2 is"),
        ("0,1,2,3,4,5", "the frame is 0, expected 1 to 3, as seqinfo.ini says"),
        ("4,1,2,3,4,5", "the frame is 4, expected 1 to 3"),
        ("1,-2,2,3,4,5", "the id is -2"),
        ("1,1,2,3,-4,5", "width and height is '-4, 5', expected none below 0"),
        ("1,1,2,3,4,5,1,14,1", "the class is 14, expected -1 or one of 1 to 13, the challenge's own"),
        ("1,1,2,3,4,5,1,0,1", "the class is 0"),
        ("1,1,2,3,4,5,1,1,7", "the visibility is 7"),
    ],
)
def test_a_broken_line_is_refused_with_its_place(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(MOT.read(video(tmp_path, f"1,1,2,3,4,5\n{row}\n")))
    assert said in str(caught.value)
    assert str(tmp_path / "gt" / "gt.txt") + ", line 2" in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[Sequence]\n", "", "cannot be read"),
        ("[Sequence]", "[Other]", "expected a section [Sequence]"),
        ("seqLength=3", "seqLength=-3", "seqlength is '-3'"),
        ("seqLength=3", "seqLength=99999999999", "seqlength is '99999999999'"),
        ("imWidth=1920", "imWidth=wide", "imwidth is 'wide'"),
        ("imDir=img1", "imDir=../../etc", "imDir is '../../etc', expected a folder within"),
        ("imDir=img1", "imDir=/etc", "imDir is '/etc'"),
        ("imDir=img1", "imDir=..\\img1", "imDir is '../img1'"),
    ],
)
def test_a_broken_head_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        list(MOT.read(video(tmp_path, info=INFO.replace(old, new))))
    assert said in str(caught.value)
    assert "seqinfo.ini" in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")


def test_other_broken_files_are_refused(tmp_path: Path) -> None:
    path = video(tmp_path, labels="cat\n\ndog\n")
    with pytest.raises(FormatError, match=r"labels\.txt, line 2 is empty"):
        MOT.read(path)
    (path / "gt" / "labels.txt").write_bytes(b"\xff")
    with pytest.raises(FormatError, match=r"labels\.txt is not a text"):
        MOT.read(path)
    (path / "gt" / "labels.txt").write_text("cat\n")
    with pytest.raises(
        FormatError, match=r"the class is 3, expected -1 or one of 1 to 1, as labels\.txt says"
    ):
        list(MOT.read(path))
    for said in ("[]", "{", '{"names": {"a": 1}, "single": 2}', '{"names": 5, "single": 2}'):
        (path / "gt" / "tracks.json").write_text(said)
        with pytest.raises(FormatError, match=r"tracks\.json is not what an export wrote"):
            MOT.read(path)
    with pytest.raises(FormatError, match=r"expected gt/gt\.txt in the folder"):
        MOT.read(tmp_path / "gt")


@pytest.mark.parametrize("seen", ["low", -0.5, 2, True])
def test_a_visibility_that_is_none_is_not_written(tmp_path: Path, seen: object) -> None:
    bad = Sample("a.jpg", 64, 48, (Thing(Box(1, 2, 3, 4), "car", attributes={"visibility": seen}),))
    with pytest.raises(InvalidValue, match="a number from 0 to 1"):
        write(tmp_path, bad)
    assert list(tmp_path.iterdir()) == []


def test_a_class_that_is_unknown_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="one of: car, bus"):
        write(tmp_path, Sample("a.jpg", 64, 48, (Thing(Box(1, 2, 3, 4), "van"),)))
