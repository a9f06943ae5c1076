"""The clip: boxes where the things are, and a thing that is hidden and comes back under another id."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ipyannotator.datasets.generators import create_mot_ds
from ipyannotator.errors import DatasetError, InvalidValue
from ipyannotator.mltypes import OutputVideoBbox


def read(folder: Path) -> tuple[list[dict], list[dict]]:
    """Return the values of the frames in their order, and the rows of the table."""
    truth = json.loads((folder / "annotations.json").read_bytes())
    with (folder / "mot.csv").open(encoding="utf-8", newline="") as file:
        rows = [{**row, **{name: int(row[name]) for name in row if name not in {"vis", "track"}}} for row in
                csv.DictReader(file)]  # fmt: skip
    return [truth[key] for key in sorted(truth)], rows


def ids_of(values: list[dict], label: str) -> list[str | None]:
    """Return the id that a label's box has in each frame, None where it has none."""
    found = []
    for value in values:
        ids = [
            box["id"] for box, (name,) in zip(value["bbox"], value["labels"], strict=True) if name == label
        ]
        assert len(ids) <= 1
        found.append(ids[0] if ids else None)
    return found


@pytest.mark.parametrize("occluded", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_each_visible_thing_has_its_box(occluded, seed, tmp_path):
    create_mot_ds(tmp_path / "clip", n_frames=9, occluded=occluded, seed=seed)
    values, rows = read(tmp_path / "clip")
    assert len(rows) == 9 * 3
    strong = {"circle": 0, "ellipse": 1, "rectangle": 2}
    for frame, value in enumerate(values):
        picture = np.asarray(Image.open(tmp_path / f"clip/img/{frame:04}.jpg")).astype(int)
        assert picture.shape == (320, 480, 3)
        for box, (label,) in zip(value["bbox"], value["labels"], strict=True):
            assert box["x"] > 0
            assert box["x"] + box["width"] < 480
            assert box["y"] > 0
            assert box["y"] + box["height"] < 320
            part = picture[box["y"] : box["y"] + box["height"], box["x"] : box["x"] + box["width"]]
            own = np.delete(part, strong[label], axis=2).max(axis=2) + 40 < part[..., strong[label]]
            (row,) = (row for row in rows if row["frame"] == frame and row["track"] == box["id"])
            # Of a box a rectangle fills all, an ellipse π/4.
            assert own.mean() == pytest.approx(
                float(row["vis"]) * (1 if label == "rectangle" else 0.785), abs=0.05
            )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_frames", [5, 6, 20])
def test_one_thing_is_hidden_and_comes_back_under_a_new_id(n_frames, seed, tmp_path):
    create_mot_ds(tmp_path / "clip", n_frames=n_frames, occluded=True, seed=seed)
    values, rows = read(tmp_path / "clip")
    circle = ids_of(values, "circle")
    gone = [at for at, name in enumerate(circle) if name is None]
    assert gone == list(range(gone[0], gone[-1] + 1))
    assert gone[0] > 0
    assert gone[-1] < n_frames - 1
    before, after = set(circle[: gone[0]]), set(circle[gone[-1] + 1 :])
    assert len(before) == len(after) == 1
    assert before != after
    for other in ("ellipse", "rectangle"):
        (name,) = set(ids_of(values, other))
        assert name not in before | after
    # The truth beside it knows that it was one thing all the time, and where it was.
    hidden = [row for row in rows if row["track"] == ""]
    assert [row["frame"] for row in hidden] == gone
    assert {row["id"] for row in hidden} == {row["id"] for row in rows if row["track"] in before | after}
    assert all(float(row["vis"]) < 0.25 for row in hidden)
    assert any(float(row["vis"]) == 0 for row in hidden)


def test_without_occlusion_all_is_seen_all_the_time(tmp_path):
    create_mot_ds(tmp_path, n_frames=7)
    values, rows = read(tmp_path)
    assert [len(value["bbox"]) for value in values] == [3] * 7
    assert {float(row["vis"]) for row in rows} == {1.0}
    assert {(row["id"], row["track"]) for row in rows} == {(1, "1"), (2, "2"), (3, "3")}


def test_things_move(tmp_path):
    create_mot_ds(tmp_path, n_frames=20)
    values, _ = read(tmp_path)
    for label in range(3):
        assert len({(value["bbox"][label]["x"], value["bbox"][label]["y"]) for value in values}) > 10


def test_the_table_has_the_columns_of_the_mot_challenge(tmp_path):
    create_mot_ds(tmp_path, n_frames=2)
    lines = (tmp_path / "mot.csv").read_text().splitlines()
    assert lines[0] == "frame,id,bb_left,bb_top,bb_width,bb_height,conf,label,vis,track"
    assert len(lines) == 1 + 2 * 3


def test_files_names_and_second_calls(tmp_path, contents, monkeypatch):
    monkeypatch.chdir(tmp_path)
    create_mot_ds("clip", "frames", 3)
    assert sorted(path.name for path in Path("clip/frames").iterdir()) == ["0000.jpg", "0001.jpg", "0002.jpg"]
    truth = json.loads(Path("clip/annotations.json").read_bytes())
    assert list(truth) == [f"clip/frames/{frame:04}.jpg" for frame in range(3)]
    assert set(truth["clip/frames/0000.jpg"]["bbox"][0]) == {"x", "y", "width", "height", "id"}
    before = contents(tmp_path)
    create_mot_ds("clip", "frames", 3)
    assert contents(tmp_path) == before
    Path("clip/frames/0001.jpg").unlink()
    create_mot_ds("clip", "frames", 3)
    assert {name: content for name, (_, content) in contents(tmp_path).items()} == {
        name: content for name, (_, content) in before.items()
    }
    with pytest.raises(DatasetError, match="n_frames is 3 there, 4 here"):
        create_mot_ds("clip", "frames", 4)


def test_seeds(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        create_mot_ds(tmp_path / name, n_frames=2, seed=seed)
    first, again, other = ((tmp_path / name / "img/0001.jpg").read_bytes() for name in "abc")
    assert first == again != other


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"n_frames": 0}, "n_frames is 0, expected a whole number from 1"),
        ({"n_frames": 4, "occluded": True}, "n_frames is 4, expected a whole number from 5"),
        ({"img_path": "../img"}, "img_path is '../img'"),
        ({"img_path": "/img"}, "img_path is '/img'"),
        ({"seed": -3}, "seed is -3"),
    ],
)
def test_bad_arguments(arguments, part, tmp_path):
    with pytest.raises(InvalidValue, match=part):
        create_mot_ds(tmp_path / "clip", **arguments)
    assert list(tmp_path.iterdir()) == []


def test_the_values_are_those_of_the_output(tmp_path):
    """Read as `OutputVideoBbox` reads them, each box has its id as its track."""
    create_mot_ds(tmp_path, n_frames=5, occluded=True)
    values, _ = read(tmp_path)
    tracks = [
        {found["label"]: found["track"] for found in OutputVideoBbox().from_value(value).objects}
        for value in values
    ]
    assert tracks[0] == {"circle": "1", "ellipse": "2", "rectangle": "3"}
    assert tracks[2] == {"ellipse": "2", "rectangle": "3"}
    assert tracks[4] == {"circle": "4", "ellipse": "2", "rectangle": "3"}
