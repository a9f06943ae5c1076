"""`init`: what it finds, what it writes, and what it refuses."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from ipyannotator import (
    InputImage,
    OutputGridBox,
    OutputImageBbox,
    OutputImageLabel,
    OutputImageShapes,
    OutputLabel,
    OutputVideoBbox,
)
from ipyannotator.config import FILE, read
from tests.cli.conftest import draw, pictures, run, working

NAMES = [
    "<img src=x onerror=alert(1)>", "a/b", '6" pipe', "it's", "🩸", "one, two", "a\\b", "[x]", "#y", "--boxes", "=1+1",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path / "blood" / "images")
    return tmp_path / "blood"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# ---- what is annotated ------------------------------------------------------------------------------------------------


def test_it_writes_what_was_said(folder):
    before = files(folder)
    done = run(
        "init",
        folder,
        "--boxes",
        "RBC, WBC ,Platelets",
        "--title",
        "Blood",
        "--instructions",
        "Draw.\n\nAll.",
    )
    config = read(folder)
    assert config.input == InputImage("images")
    assert config.output == OutputImageBbox(["RBC", "WBC", "Platelets"])
    assert (config.settings.title, config.settings.instructions) == ("Blood", "Draw.\n\nAll.")
    assert files(folder) == before | {FILE}
    assert "3 images" in done.output
    assert "ipyannotator serve" in done.output


def test_every_output(folder):
    pictures(folder / "label pictures", 2)
    for options, output in {
        ("--labels", "cat,dog"): OutputLabel(["cat", "dog"]),
        ("--label-pictures", "label pictures"): OutputImageLabel("label pictures"),
        ("--capture", "Which, do you think?"): OutputGridBox("Which, do you think?"),
        ("--video-boxes", "car"): OutputVideoBbox(["car"]),
        ("--shapes", "polygon,mask"): OutputImageShapes(["polygon", "mask"]),
        ("--shapes", "polygon", "--classes", "cell,nucleus"): OutputImageShapes(
            ["polygon"], ["cell", "nucleus"]
        ),
    }.items():
        run("init", folder, *options, "--force")
        assert read(folder).output == output


def test_names_of_all_kinds_stand_as_they_are_where_the_option_is_repeated(folder):
    run("init", folder, *(f"--boxes={name}" for name in NAMES))
    assert read(folder).output.classes == NAMES
    assert "<img" in (folder / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ([], "--boxes, --shapes, --labels"),
        (["--shapes", "polygone"], "Did you mean 'polygon'?"),
        (["--boxes", "a", "--classes", "b"], "--classes"),
        (["--boxes", "a", "--labels", "b"], "not --boxes and --labels"),
        (["--boxes", "a,a"], "Twice: a"),
        (["--boxes", "a,,b"], "''"),
        (["--boxes", ""], "''"),
        (["--labels", " ", "--labels", "b"], "' '"),
        (["--boxen", "a"], "--boxen"),
        (["--boxes", "a", "--nothing"], "--nothing"),
    ],
)
def test_what_was_not_understood_is_a_matter_of_usage(folder, options, word):
    assert word in run("init", folder, *options, code=2).output.replace("\n", " ")
    assert not (folder / FILE).exists()


# ---- where the images are ---------------------------------------------------------------------------------------------


def test_a_folder_without_images_gets_nothing_written(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    output = run("init", tmp_path, "--boxes", "a", code=1).output
    assert "There are no images" in output
    assert "1 .txt files" in output
    assert files(tmp_path) == {"notes.txt"}
    assert "There is no folder" in run("init", tmp_path / "nowhere", "--boxes", "a", code=1).output
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_without_images_names_those_beside_it(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    assert "images”" in run("init", tmp_path / "empty", "--boxes", "a", code=1).output


@pytest.mark.parametrize(
    ("layout", "image_dir", "recursive"),
    [
        (["."], ".", False),
        ([".", "thumbs"], ".", False),
        (["cats", "dogs"], ".", False),
        (["images/cats", "images/dogs"], "images", False),
        (["images", "class_images"], "images", False),
        (["VOC2007/JPEGImages", "VOC2007/Masks"], "VOC2007/JPEGImages", False),
        (["camera"], "camera", False),
        (["a/b/c"], "a/b/c", False),
        (["images/train/a", "images/val/b"], "images", True),
        (["a/b", "c"], ".", True),
        (["results", "scans"], "scans", False),
        ([".hidden", "scans"], "scans", False),
    ],
)
def test_it_finds_the_images(tmp_path, layout, image_dir, recursive):
    for place in layout:
        pictures(tmp_path / place, 2)
    run("init", tmp_path, "--boxes", "a")
    assert read(tmp_path).input == InputImage(image_dir, recursive=recursive)
    with working(tmp_path) as editor:
        assert len(editor.source) >= 2


def test_the_number_it_tells_is_the_number_there_will_be(tmp_path):
    for number, place in enumerate(("images", "images/more", "other"), 1):
        pictures(tmp_path / place, number)
    output = run("init", tmp_path, "--boxes", "a").output
    with working(tmp_path) as editor:
        assert f"{len(editor.source)} images in" in output
    assert "2  images/more" in output
    assert "3  other" in output


def test_images_that_were_named(tmp_path, folder):
    pictures(folder / "b", 2)
    run("init", folder, "--boxes", "a", "--images", "b")
    assert read(folder).input == InputImage("b")
    elsewhere = tmp_path / "elsewhere"
    pictures(elsewhere, 2)
    run("init", folder, "--boxes", "a", "--images", elsewhere, "--force")
    assert read(folder).input == InputImage(elsewhere.as_posix())
    (folder / "link").symlink_to(elsewhere)
    run("init", folder, "--boxes", "a", "--images", "link", "--force")
    assert read(folder).input == InputImage("link")
    assert "nothere" in run("init", folder, "--boxes", "a", "--images", "nothere", "--force", code=1).output
    assert read(folder).input == InputImage("link")


# ---- what is there already --------------------------------------------------------------------------------------------


def test_a_project_is_not_replaced_unasked(folder):
    (folder / FILE).write_text("# mine\n", encoding="utf-8")
    assert "--force" in run("init", folder, "--boxes", "a", code=1).output
    assert (folder / FILE).read_text(encoding="utf-8") == "# mine\n"
    run("init", folder, "--boxes", "a", "--force")
    assert read(folder).output == OutputImageBbox(["a"])


def test_what_fails_late_leaves_the_file_as_it_was(folder):
    (folder / FILE).write_text("# mine\n", encoding="utf-8")
    output = run("init", folder, "--label-pictures", "nothere", "--force", code=1).output
    assert "nothere" in output
    assert (folder / FILE).read_text(encoding="utf-8") == "# mine\n"
    (folder / FILE).unlink()
    run("init", folder, "--label-pictures", "../x", code=1)
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("form", ["voc", "yolo", "coco"])
def test_what_it_suggests_brings_others_annotations_in(project, tmp_path, form, monkeypatch):
    with working(project) as editor:
        draw(editor, "0.jpg")
    run("export", form, tmp_path / "new" / "labels of others", "--project", project, "--images", "none")
    pictures(tmp_path / "new" / "images", 5)
    monkeypatch.chdir(tmp_path)
    output = run("init", "new", "--boxes", "cat,dog").output
    line = next(line for line in output.splitlines() if "ipyannotator import" in line)
    assert shlex.split(line)[2] == form
    assert "1 new box" in run(*shlex.split(line)[1:]).output


def test_it_sees_the_originals_annotations(folder, monkeypatch):
    value = {
        "images/0.jpg": {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["a"]]},
        "images/1.jpg": None,
    }
    (folder / "old.json").write_text(json.dumps(value))
    (folder / "other.json").write_text('{"a": 1}')
    monkeypatch.chdir(folder.parent)
    output = run("init", "blood", "--boxes", "a").output
    line = next(line for line in output.splitlines() if "ipyannotator import" in line)
    assert "other.json" not in output
    assert "1 objects added" in run(*shlex.split(line)[1:]).output
    (folder / "results" / "annotations.db").exists()
    assert "annotations.db: it is used as it is" in run("init", "blood", "--boxes", "a", "--force").output


def test_the_originals_results_are_taken_in(folder):
    (folder / "results").mkdir()
    value = {"blood/images/0.jpg": {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["a"]]}}
    (folder / "results" / "annotations.json").write_text(json.dumps(value))
    assert "taken in when the project is first opened" in run("init", folder, "--boxes", "a").output
    assert json.loads(run("stats", folder, "--json").stdout)["objects"]["total"] == 1
