"""Exports and imports of a task: what goes out, under which numbers, what comes in, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from PIL import Image

from ipyannotator.editor import Editor
from ipyannotator.errors import FormatError, InvalidValue, NotRegistered, ReadOnly
from ipyannotator.mltypes import OutputImageBbox, OutputLabel
from ipyannotator.model import Author, Box, Op, Whole, encode_shape
from ipyannotator.sources import ImageSource
from ipyannotator.stores import MemoryStore
from ipyannotator.transfer import foreign


def boxes(editor: Editor, key: str) -> list[tuple]:
    sides = ("x", "y", "width", "height")
    return sorted(
        (o.label or "", *(getattr(o.shape, side) for side in sides)) for o in editor.view(key).objects
    )


def fill(editor: Editor) -> None:
    editor.view("0.png").extend([Box(1, 2, 3, 4), Box(10, 12, 20, 30)], ["car", "bus"])
    editor.set_state("done", key="0.png")
    editor.set_state("done", key="1.png")
    editor.view("2.png").add(Box(1, 1, 9, 9), "car")
    editor.set_state("flagged", key="3.png")
    editor.set_state("skipped", key="4.png")


def names(folder: Path) -> dict[int, str]:
    found: dict[int, str] = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))["names"]
    return found


# ---- out ------------------------------------------------------------------------------------------------------------


def test_only_done_items_go_out_and_the_rest_is_counted_aloud(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    report = foreign.export(editor, "yolo", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out" / "labels").iterdir()) == ["0.txt", "1.txt"]
    assert (tmp_path / "out" / "labels" / "1.txt").read_bytes() == b""
    assert (report.items, report.empty, report.objects) == (2, 1, 2)
    assert report.classes == {"car": 1, "bus": 1}
    assert report.left == {"in progress": 1, "flagged": 1, "skipped": 1, "not done": 1}
    assert str(report) == (
        f"Exported 2 images, 2 boxes to {tmp_path / 'out'} (YOLO detection), 1 of the images with nothing on them. "
        "Left out: 1 in progress, 1 flagged, 1 skipped, 1 not done."
    )


def test_asked_otherwise_all_that_has_something_goes_out(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    report = foreign.export(editor, "voc", tmp_path / "out", only_done=False)
    found = sorted(path.stem for path in (tmp_path / "out" / "Annotations").iterdir())
    assert found == ["0", "1", "2"]  # a skipped item without objects says nothing
    assert report.left == {"flagged": 1, "skipped": 1, "not done": 1}


def test_some_items_only(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    report = foreign.export(
        editor, "coco", tmp_path / "some.json", items=["2.png", "0.png", "5.png", "0.png"]
    )
    assert (report.items, report.objects, report.left) == (1, 2, {"in progress": 1, "not done": 1})
    written = json.loads((tmp_path / "some.json").read_text())
    assert [image["file_name"] for image in written["images"]] == ["0.png"]
    with pytest.raises(InvalidValue, match=r"'7.png'.*the key of one in"):
        foreign.export(editor, "coco", tmp_path / "none.json", items=["0.png", "7.png"])
    assert not (tmp_path / "none.json").exists()


def test_pictures_are_copied_linked_or_left(editor: Editor, photos: Path, tmp_path: Path) -> None:
    fill(editor)
    for mode in ("copy", "link", "none"):
        foreign.export(editor, "yolo", tmp_path / mode, images=mode)
    assert (tmp_path / "copy" / "images" / "0.png").read_bytes() == (photos / "0.png").read_bytes()
    assert (tmp_path / "link" / "images" / "0.png").readlink() == photos / "0.png"
    assert not (tmp_path / "none" / "images").exists()


def test_the_same_project_gives_the_same_bytes(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    for name, out in (("yolo", "y"), ("voc", "v"), ("coco", "c.json")):
        for turn in ("a", "b"):
            foreign.export(editor, name, tmp_path / turn / out)
    first, second = (
        {
            path.relative_to(tmp_path / turn): path.read_bytes()
            for path in (tmp_path / turn).rglob("*")
            if path.is_file()
        }
        for turn in ("a", "b")
    )
    assert first == second


def test_a_later_export_does_not_renumber(make: Callable[..., Editor], tmp_path: Path) -> None:
    first = make(classes=["car", "bus", "tram"])
    fill(first)
    foreign.export(first, "yolo", tmp_path / "1")
    assert names(tmp_path / "1") == {0: "car", 1: "bus", 2: "tram"}
    first.close()
    editor = make(classes=["van", "bus", "car"])  # one added in front, one retired, the order changed
    foreign.export(editor, "yolo", tmp_path / "2")
    assert names(tmp_path / "2") == {0: "car", 1: "bus", 2: "tram", 3: "van"}
    assert (tmp_path / "1" / "labels" / "0.txt").read_bytes() == (
        tmp_path / "2" / "labels" / "0.txt"
    ).read_bytes()
    foreign.export(editor, "coco", tmp_path / "c.json")  # a format of its own, whose first export this is
    found = [row["name"] for row in json.loads((tmp_path / "c.json").read_text())["categories"]]
    assert found == ["van", "bus", "car"]


def test_a_renamed_class_keeps_its_number_and_one_made_anew_gets_its_old_one(
    editor: Editor, tmp_path: Path
) -> None:
    fill(editor)
    foreign.export(editor, "yolo", tmp_path / "1")
    bus = editor.schema.find("bus")
    editor.do([Op("set", "class", bus.id, path="name", old="bus", new="coach")], item="")
    editor.declare(["car"])
    editor.do([editor.schema.new_class("coach")], item="")
    editor.view("1.png").add(Box(1, 1, 5, 5), "coach")
    foreign.export(editor, "yolo", tmp_path / "2")
    assert names(tmp_path / "2") == {0: "car", 1: "coach"}
    assert {line[0] for line in (tmp_path / "2" / "labels" / "1.txt").read_text().splitlines()} == {"1"}


def test_two_numbers_never_share_a_name(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    foreign.export(editor, "yolo", tmp_path / "1")
    car, bus = editor.schema.find("car"), editor.schema.find("bus")
    editor.declare(["car"])
    editor.do([Op("set", "class", car.id, path="name", old="car", new="bus")], item="")
    foreign.export(editor, "yolo", tmp_path / "2")
    assert bus.id != car.id
    assert names(tmp_path / "2") == {0: "bus", 1: "bus (2)"}
    numbers = [line[0] for line in (tmp_path / "2" / "labels" / "0.txt").read_text().splitlines()]
    assert numbers == ["0", "1"]


def test_ids_of_images_stay_when_others_are_done(editor: Editor, tmp_path: Path) -> None:
    editor.set_state("done", key="3.png")
    editor.set_state("done", key="5.png")
    foreign.export(editor, "coco", tmp_path / "1.json")
    editor.set_state("done", key="0.png")
    foreign.export(editor, "coco", tmp_path / "2.json")
    before, after = (
        {row["file_name"]: row["id"] for row in json.loads((tmp_path / f"{turn}.json").read_text())["images"]}
        for turn in (1, 2)
    )
    assert before == {"3.png": 1, "5.png": 2}
    assert after == {"0.png": 3, "3.png": 1, "5.png": 2}


def test_splits_go_by_the_key_and_stay(make: Callable[..., Editor], photos: Path, tmp_path: Path) -> None:
    for number in range(6, 60):
        Image.new("RGB", (8, 8)).save(photos / f"{number}.png")
    editor = make(classes=["car"])
    places = []
    for done in (30, 60):
        for at in range(done):
            editor.set_state("done", key=f"{at}.png")
        report = foreign.export(
            editor, "yolo", tmp_path / str(done), splits={"train": 0.7, "val": 0.3}, images="none"
        )
        labels = tmp_path / str(done) / "labels"
        places.append({path.name: path.parent.name for path in labels.rglob("*.txt")})
    assert places[0].items() <= places[1].items()
    assert set(places[1].values()) == {"train", "val"}
    assert f"train {list(places[1].values()).count('train')}" in str(report)
    report = foreign.export(editor, "coco", tmp_path / "c", splits={"train": ["0.png"], "val": ["1.png"]})
    assert report.left == {"in no split": 58}
    assert sorted(path.name for path in (tmp_path / "c" / "annotations").iterdir()) == [
        "instances_train.json",
        "instances_val.json",
    ]


@pytest.mark.parametrize(
    "splits",
    [
        {"train": 0.7},
        {"train": 0.7, "val": -1},
        {"a/b": 1.0},
        {"..": 1.0},
        {"train": "all"},
        {"a": 1, "b": ["0.png"]},
    ],
)
def test_splits_that_are_none_are_refused(editor: Editor, splits: dict, tmp_path: Path) -> None:
    fill(editor)
    with pytest.raises(InvalidValue):
        foreign.export(editor, "yolo", tmp_path / "out", splits=splits)
    assert not (tmp_path / "out").exists()


def test_what_a_format_cannot_hold_is_said(editor: Editor, tmp_path: Path) -> None:
    _, _, away, *_ = editor.view("0.png").extend(
        [Box(10, 10, 20, 10, 45), Box(-5, 5, 10, 10), Box(20, 5, 10, 10), Box(1.25, 1, 2, 2), Box(1, 1, 2, 2)],
        ["car", "car", "car", "car", None], scores=[None, 0.5, None, None, None],
    )  # fmt: skip
    # As a file may say it; from Python it is refused.
    old, new = encode_shape(away.shape), encode_shape(Box(200, 5, 10, 10))
    editor.do([Op("set", "object", away.id, "0.png", "shape", old, new)])
    editor.set_state("done", key="0.png")
    report = foreign.export(editor, "yolo", tmp_path / "y")
    assert report.lost == {
        "turned (their bounding box is written)": 1,
        "reaching outside the image (cut at its edge)": 1,
        "outside the image (left out)": 1,
        "with a score (not kept)": 1,
        "without a class (left out)": 1,
    }
    assert report.objects == 3
    assert "Of the boxes: 1 turned (their bounding box is written)" in str(report)
    assert foreign.export(editor, "voc", tmp_path / "v").lost["with parts of a pixel (rounded)"] == 2


def test_an_image_that_is_gone_is_left_out_and_said(editor: Editor, photos: Path, tmp_path: Path) -> None:
    fill(editor)
    (photos / "0.png").unlink()
    report = foreign.export(editor, "yolo", tmp_path / "out")
    assert (report.items, report.left["whose image is gone"]) == (1, 1)
    assert report.examples["whose image is gone"] == ["0.png"]


def test_nothing_done_or_nothing_that_fits_is_an_error_and_no_folder(
    editor: Editor, photos: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidValue, match=r"at least one that is done \(6 not done\).*only_done=False"):
        foreign.export(editor, "yolo", tmp_path / "out")
    with pytest.raises(NotRegistered, match="coco"):
        foreign.export(editor, "yollo", tmp_path / "out")
    labels = Editor(MemoryStore(), ImageSource(photos), OutputLabel(["cat"]), author=Author("ann"))
    try:
        labels.declare(["cat"])
        labels.view("0.png").add(Whole(), "cat")
        labels.set_state("done", key="0.png")
        with pytest.raises(FormatError, match=r"YOLO detection holds box .* nothing of the 1 objects"):
            foreign.export(labels, "yolo", tmp_path / "out")
    finally:
        labels.close()
    assert not (tmp_path / "out").exists()


def test_the_projects_own_folder_is_never_replaced(editor: Editor, photos: Path) -> None:
    fill(editor)
    before = sorted(photos.iterdir())
    with pytest.raises(InvalidValue, match="It holds other files"):
        foreign.export(editor, "yolo", photos)
    assert sorted(photos.iterdir()) == before


def test_copies_do_not_become_items(photos: Path) -> None:
    editor = Editor(
        MemoryStore(), ImageSource(photos, recursive=True), OutputImageBbox(["car"]), author=Author("ann")
    )
    try:
        editor.declare(["car"])
        fill_some = editor.view("0.png")
        fill_some.add(Box(1, 2, 3, 4), "car")
        fill_some.state = "done"
        with pytest.raises(InvalidValue, match="would become items of the project"):
            foreign.export(editor, "yolo", photos / "export")
    finally:
        editor.close()


def test_images_that_would_share_a_label_file_are_renamed_and_found_again(
    make: Callable[..., Editor], photos: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 48)).save(photos / "0.jpg")
    editor = make(classes=["car"])
    for at, key in enumerate(("0.jpg", "0.png")):
        editor.view(key).add(Box(1 + at, 2, 3, 4), "car")
        editor.set_state("done", key=key)
    for name in ("yolo", "voc"):
        for images in ("copy", "none"):
            out = tmp_path / name / images
            report = foreign.export(editor, name, out, images=images)
            assert "Under another name, since theirs would clash: 1 image (0.png is 0-png.png)." in str(
                report
            )
            fresh = make(folder=f"{name}-{images}")
            assert foreign.import_(fresh, name, out).objects == 2
            assert (boxes(fresh, "0.jpg"), boxes(fresh, "0.png")) == (
                [("car", 1, 2, 3, 4)],
                [("car", 2, 2, 3, 4)],
            )


def test_a_read_only_project_can_be_exported(editor: Editor, tmp_path: Path) -> None:
    fill(editor)
    editor.store.read_only = True
    report = foreign.export(editor, "yolo", tmp_path / "out")
    assert "were not recorded" in str(report)
    with pytest.raises(ReadOnly):
        foreign.import_(editor, "yolo", tmp_path / "out")


def test_progress_is_told(editor: Editor, make: Callable[..., Editor], tmp_path: Path) -> None:
    fill(editor)
    told: list[tuple[int, int]] = []
    foreign.export(editor, "yolo", tmp_path / "out", progress=lambda *at: told.append(at))
    assert told == [(1, 2), (2, 2)]
    told.clear()
    foreign.import_(make(folder="second"), "yolo", tmp_path / "out", progress=lambda *at: told.append(at))
    assert told == [(1, 2), (2, 2)]


def test_a_picture_lying_on_its_side_is_measured_as_it_is_shown(
    make: Callable[..., Editor], photos: Path, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(photos / "7.jpg", exif=exif)
    editor = make(classes=["car"])
    editor.view("7.jpg").add(Box(0, 0, 24, 32), "car")
    editor.set_state("done", key="7.jpg")
    foreign.export(editor, "coco", tmp_path / "c.json")
    (image,) = json.loads((tmp_path / "c.json").read_text())["images"]
    assert (image["width"], image["height"]) == (48, 64)
    foreign.export(editor, "yolo", tmp_path / "y")
    assert (tmp_path / "y" / "labels" / "7.txt").read_text() == "0 0.250000 0.250000 0.500000 0.500000\n"


@pytest.mark.slow
def test_ten_thousand_items(tmp_path: Path, photos: Path) -> None:
    class Many(ImageSource):
        """As many images as one likes, all of one size."""

        def __len__(self) -> int:
            return 10_000

        def key(self, index: int) -> str:
            return f"{index:05}.png"

        def index(self, key: str) -> int:
            if not key.endswith(".png"):
                raise KeyError(key)
            return int(key.removesuffix(".png"))

        def path(self, key: str) -> Path:  # noqa: ARG002 - as it is there
            return photos / "0.png"

    out: list[Editor] = []
    for _ in range(2):
        editor = Editor(MemoryStore(), Many(photos), OutputImageBbox(["car"]), author=Author("ann"))
        editor.declare(["car"])
        out.append(editor)
    try:
        source = {
            "images": [
                {"id": at, "file_name": f"{at:05}.png", "width": 64, "height": 48} for at in range(10_000)
            ],
            "annotations": [
                {"id": at, "image_id": at // 3, "category_id": 1, "bbox": [at % 40, 1, 20, 30]}
                for at in range(30_000)
            ],
            "categories": [{"id": 1, "name": "car"}],
        }
        (tmp_path / "in.json").write_text(json.dumps(source))
        report = foreign.import_(out[0], "coco", tmp_path / "in.json")
        assert (report.items, report.objects) == (10_000, 30_000)
        for name, path in (("coco", "out.json"), ("yolo", "yolo"), ("voc", "voc")):
            report = foreign.export(out[0], name, tmp_path / path, images="none")
            assert (report.items, report.objects) == (10_000, 30_000)
        again = json.loads((tmp_path / "out.json").read_text())
        assert [row["bbox"] for row in again["annotations"]] == [row["bbox"] for row in source["annotations"]]
        report = foreign.import_(out[1], "yolo", tmp_path / "yolo")
        assert (report.items, report.objects, dict(report.lost)) == (10_000, 30_000, {})
        assert boxes(out[1], "09999.png") == boxes(out[0], "09999.png")
    finally:
        for editor in out:
            editor.close()
