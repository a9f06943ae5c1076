"""Draw boxes, cut them out, classify the cut-outs, bring the classes back: the way of the road-damage study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ipyannotator import Annotator, Box, InvalidValue, ReadOnly, Settings
from ipyannotator.errors import FormatError, MissingFolder, StoreError
from ipyannotator.mltypes import InputImage, OutputImageBbox, OutputImageLabel, OutputLabel
from ipyannotator.model import Op, Whole, encode_shape


@pytest.fixture
def project(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    for name in ("a.png", "b.png", "street/c.png"):
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (60, 80, 3), np.uint8)).save(tmp_path / "images" / name)
    return tmp_path


@pytest.fixture
def boxes(project: Path) -> Any:
    a = Annotator(
        InputImage("images", recursive=True), OutputImageBbox(["damage"]), Settings(project)
    ).create()
    yield a
    a.close()


def labelled(folder: Path, results: Path, words: dict[str, list[str]], output: Any) -> dict[str, Any]:
    a = Annotator(InputImage(folder), output, Settings(results)).create()
    for name, labels in words.items():
        for label in labels:
            a.annotations[name].add(Whole(), label)
    values: dict[str, Any] = a.to_dict(only_annotated=True)
    a.close()
    return values


def test_the_whole_way(boxes: Any, project: Path, tmp_path: Path) -> None:
    first = boxes.annotations["a.png"].add(Box(10, 5, 20, 10), "damage")
    second = boxes.annotations["street/c.png"].add(Box(30.5, 20, 10, 10), "damage")
    done = boxes.crops(tmp_path / "crops", margin=0)
    assert (done.written, done.removed, done.outside, done.broken) == (2, 0, 0, {})
    names = sorted(path.name for path in (tmp_path / "crops").glob("*.png"))
    assert names == [f"a-{first.id[:8]}.png", f"street__c-{second.id[:8]}.png"]
    with Image.open(project / "images" / "a.png") as whole, Image.open(tmp_path / "crops" / names[0]) as cut:
        assert (np.asarray(cut) == np.asarray(whole)[5:15, 10:30]).all()
    origin = json.loads((tmp_path / "crops" / "origins.json").read_text())["crops"][names[1]]
    assert (origin["item"], origin["object"], origin["region"]) == (
        "street/c.png",
        second.id,
        [30, 20, 11, 10],
    )
    words = {names[0]: ["crack"], names[1]: ["hole"]}
    values = labelled(tmp_path / "crops", tmp_path / "refine", words, OutputLabel(["crack", "hole"]))
    brought = boxes.classes_from(values, tmp_path / "crops")
    assert (brought.changed, brought.same, brought.several, brought.gone, brought.moved) == (2, 0, [], [], 0)
    assert (first.label, second.label) == ("crack", "hole")
    assert boxes.classes_from(values, tmp_path / "crops").same == 2
    boxes.go("a.png")
    boxes.undo()
    assert (first.label, second.label) == ("damage", "hole")


def test_pictures_as_labels_give_their_names_without_the_ending(boxes: Any, tmp_path: Path) -> None:
    box = boxes.annotations["a.png"].add(Box(10, 5, 20, 10), "damage")
    boxes.crops(tmp_path / "crops")
    (tmp_path / "kinds").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "kinds" / "crack.jpg")
    (name,) = [path.name for path in (tmp_path / "crops").glob("*.png")]
    values = labelled(
        tmp_path / "crops", tmp_path / "refine", {name: ["crack.jpg"]}, OutputImageLabel(tmp_path / "kinds")
    )
    boxes.classes_from(values, tmp_path / "crops")
    assert box.label == "crack"


def test_one_label_may_stand_alone_and_what_are_no_labels_is_refused(boxes: Any, tmp_path: Path) -> None:
    box = boxes.annotations["a.png"].add(Box(10, 5, 20, 10), "damage")
    boxes.crops(tmp_path / "crops")
    (name,) = [path.name for path in (tmp_path / "crops").glob("*.png")]
    with pytest.raises(InvalidValue, match=r"The labels of .* expected a list of labels"):
        boxes.classes_from({name: {"answer": True}}, tmp_path / "crops")
    assert boxes.classes_from({name: "crack"}, tmp_path / "crops").changed == 1
    assert box.label == "crack"


def test_the_margin_is_cut_at_the_image_and_what_lies_outside_is_counted(boxes: Any, tmp_path: Path) -> None:
    boxes.annotations["a.png"].add(Box(0, 0, 20, 10), "damage")
    away = boxes.annotations["a.png"].add(Box(1, 1, 20, 10), "damage")
    # As a file may say it; from Python it is refused.
    old, new = encode_shape(away.shape), encode_shape(Box(500, 500, 20, 10))
    boxes.editor.do([Op("set", "object", away.id, "a.png", "shape", old, new)])
    done = boxes.crops(tmp_path / "crops", margin=0.5)
    assert (done.written, done.outside) == (1, 1)
    (path,) = (tmp_path / "crops").glob("*.png")
    with Image.open(path) as cut:
        assert cut.size == (30, 20)


def test_again_writes_only_what_changed_and_takes_away_what_is_gone(boxes: Any, tmp_path: Path) -> None:
    kept = boxes.annotations["a.png"].add(Box(1, 1, 9, 9), "damage")
    gone = boxes.annotations["b.png"].add(Box(1, 1, 9, 9), "damage")
    folder = tmp_path / "crops"
    boxes.crops(folder)
    (folder / "mine.txt").write_text("mine")
    before = (folder / f"a-{kept.id[:8]}.png").stat().st_mtime_ns
    gone.delete()
    assert boxes.crops(folder).removed == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        f"a-{kept.id[:8]}.png",
        "mine.txt",
        "origins.json",
    ]
    assert (folder / f"a-{kept.id[:8]}.png").stat().st_mtime_ns == before


def test_a_broken_image_keeps_its_earlier_cut_outs(boxes: Any, project: Path, tmp_path: Path) -> None:
    box = boxes.annotations["a.png"].add(Box(1, 1, 9, 9), "damage")
    boxes.annotations["b.png"].add(Box(1, 1, 9, 9), "damage")
    boxes.crops(tmp_path / "crops")
    (project / "images" / "a.png").write_bytes(b"broken")
    done = boxes.crops(tmp_path / "crops")
    assert list(done.broken) == ["a.png"]
    assert (tmp_path / "crops" / f"a-{box.id[:8]}.png").exists()
    assert len(json.loads((tmp_path / "crops" / "origins.json").read_text())["crops"]) == 2


def test_what_is_gone_moved_or_labelled_twice_is_said(boxes: Any, tmp_path: Path) -> None:
    gone, moved, twice = (boxes.annotations["a.png"].add(Box(x, 1, 9, 9), "damage") for x in (1, 20, 40))
    boxes.crops(tmp_path / "crops")
    name = {box.id: f"a-{box.id[:8]}.png" for box in (gone, moved, twice)}
    gone.delete()
    moved.shape = Box(25, 1, 9, 9)
    labels = {name[gone.id]: ["x"], name[moved.id]: ["x"], name[twice.id]: ["x", "y"], "other.png": ["x"]}
    brought = boxes.classes_from(labels, tmp_path / "crops")
    assert brought == (1, 0, [name[twice.id]], [name[gone.id]], 1)


def test_wrong_folders_and_margins_are_refused(boxes: Any, project: Path, tmp_path: Path) -> None:
    for margin in (-0.1, float("nan"), "0.1", True):
        with pytest.raises(InvalidValue, match="margin"):
            boxes.crops(tmp_path / "crops", margin=margin)
    with pytest.raises(MissingFolder, match=r"origins\.json"):
        boxes.classes_from({}, tmp_path / "none")
    boxes.crops(tmp_path / "crops")
    origins = tmp_path / "crops" / "origins.json"
    content = json.loads(origins.read_text())
    origins.write_text(json.dumps({**content, "project": "another"}))
    with pytest.raises(FormatError, match="another project"):
        boxes.classes_from({}, tmp_path / "crops")
    for broken in (
        "{",
        "[]",
        '{"crops": {"../x.png": {}}}',
        json.dumps({**content, "crops": {"../x": {"item": "a", "object": "b"}}}),
    ):
        origins.write_text(broken)
        with pytest.raises(FormatError, match=r"origins\.json"):
            boxes.crops(tmp_path / "crops")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Cannot write"):
        boxes.crops(tmp_path / "file" / "crops")


def test_explore_may_cut_out_and_brings_nothing_back(boxes: Any, project: Path, tmp_path: Path) -> None:
    boxes.annotations["a.png"].add(Box(1, 1, 9, 9), "damage")
    item = InputImage("images", recursive=True)
    explored = Annotator(item, OutputImageBbox(["damage"]), Settings(project)).explore()
    assert explored.crops(tmp_path / "crops").written == 1
    with pytest.raises(ReadOnly):
        explored.classes_from({}, tmp_path / "crops")
    explored.close()
