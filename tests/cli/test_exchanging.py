"""`import`, `undo-import`, `export` and `formats`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ipyannotator import Box, config
from ipyannotator.formats import FORMATS
from tests.cli.conftest import draw, pictures, run, working


@pytest.fixture
def done(project: Path) -> Path:
    """Two pictures done, one of them with nothing on it; one begun."""
    with working(project) as editor:
        draw(editor, "0.jpg", (1, 2, 10, 10), (20, 5, 10.5, 10))
        editor.set_state("done", key="1.jpg")
        draw(editor, "2.jpg", label="dog", done=False)
    return project


def count(project: Path) -> tuple[int, int]:
    found = json.loads(run("stats", project, "--json").stdout)
    return found["items"]["done"], found["objects"]["total"]


def overlap(project: Path, people: int) -> None:
    found = config.read(project)
    found.settings.overlap = people
    config.write(project, found)


def test_only_what_is_done_is_exported_and_the_rest_is_counted(done, tmp_path):
    output = run("export", "yolo", tmp_path / "out", "--project", done).stdout
    assert "Exported 2 images, 2 boxes" in output
    assert "1 of the images with nothing on them" in output
    assert "1 in progress" in output
    assert "2  cat" in output
    labels = sorted((tmp_path / "out").rglob("labels/**/*.txt"))
    assert [path.name for path in labels] == ["0.txt", "1.txt"]
    assert labels[1].read_text() == ""


def test_what_is_only_suggested_is_exported_where_that_is_asked_for(done, tmp_path):
    with working(done) as editor:
        editor.view("0.jpg").add(Box(3, 3, 5, 5), "cat", origin="model", score=0.5)
    assert "2 boxes" in run("export", "yolo", tmp_path / "a", "--project", done).stdout
    assert "3 boxes" in run("export", "yolo", tmp_path / "b", "--project", done, "--suggestions").stdout


def test_all_and_parts_and_pictures(done, tmp_path):
    output = run("export", "coco", tmp_path / "all.json", "--project", done, "--all").stdout
    assert "Exported 3 images, 3 boxes" in output
    assert len(json.loads((tmp_path / "all.json").read_bytes())["annotations"]) == 3
    run(
        "export", "yolo", tmp_path / "parts", "--project", done, "--images", "link", "--split", "train=0.5",
        "--split", "val=0.5",
    )  # fmt: skip
    assert any(path.is_symlink() for path in (tmp_path / "parts").rglob("*.jpg"))
    assert (tmp_path / "parts" / "data.yaml").exists()


def test_what_goes_out_comes_in(done, tmp_path):
    run("export", "voc", tmp_path / "out", "--project", done)
    other = tmp_path / "other"
    pictures(other / "images", 5)
    run("init", other, "--boxes", "cat,dog")
    assert "2 new boxes" in run("import", "auto", tmp_path / "out", "--project", other).stdout
    assert count(other) == (2, 2)
    assert json.loads((other / "results" / "annotations.json").read_bytes())
    assert "were there already" in run("import", "voc", tmp_path / "out", "--project", other).stdout
    assert "2 images was taken back" in run("undo-import", "--project", other).stdout
    assert count(other) == (0, 0)
    assert "no import" in run("undo-import", "--project", other).stdout
    run("import", "voc", tmp_path / "out", "--project", other, "--not-done")
    assert count(other) == (0, 2)


def test_the_projects_own_json(done, tmp_path):
    run("export", "json", tmp_path / "copy.json", "--project", done)
    content = json.loads((tmp_path / "copy.json").read_bytes())
    assert len(content) == 3
    run("export", "json", tmp_path / "all.json", "--project", done, "--all")
    assert len(json.loads((tmp_path / "all.json").read_bytes())) == 5
    run("export", "yolo", tmp_path / "out", "--project", done)  # writes the project's JSON as well
    own = done / "results" / "annotations.json"
    content = json.loads(own.read_bytes())
    key = next(name for name in content if name.endswith("0.jpg"))
    content[key]["bbox"].pop()
    content[key]["labels"].pop()
    own.write_text(json.dumps(content))
    assert "0 objects added, 1 removed" in run("import", "json", "--project", done).stdout
    assert count(done) == (2, 2)


def test_as_whom(done, tmp_path):
    run("export", "voc", tmp_path / "out", "--project", done)
    with working(done, "Ben", overlap=2) as editor:
        draw(editor, "3.jpg")
    overlap(done, 2)
    said = run("export", "yolo", tmp_path / "x", "--project", done, code=2).output
    assert "Ben" in said
    assert not (tmp_path / "x").exists()
    assert "1 image, 1 box" in run("export", "yolo", tmp_path / "x", "-p", done, "--author", "Ben").stdout
    run("import", "voc", tmp_path / "out", "-p", done, "--author", "Eve")
    found = json.loads(run("stats", done, "--json").stdout)
    assert found["overlap"]["layers"]["Eve"]["done"] == 2


def test_an_overlap_that_only_serve_was_told_of(project, tmp_path):
    with working(project, "Ben", overlap=2) as editor:
        draw(editor, "3.jpg")
    assert "Ben" in run("export", "yolo", tmp_path / "x", "-p", project, code=2).output
    assert "1 image, 1 box" in run("export", "yolo", tmp_path / "x", "-p", project, "-a", "Ben").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["export", "yollo", "x"], 2, "Did you mean yolo?"),
        (["export", "auto", "x"], 2, "coco"),
        (["import", "nonsense", "x"], 2, "nonsense"),
        (["import", "voc"], 2, "PATH"),
        (["import", "voc", "nothere"], 1, "nothere"),
        (["import", "auto", "images"], 1, "no known format"),
        (["import", "json", "broken.json"], 1, "broken.json"),
        (["import", "coco", "broken.json"], 1, "broken.json"),
        (["export", "yolo", "images"], 1, "images"),
        (["export", "yolo", "x", "--split", "train"], 2, "train=0.8"),
        (["export", "yolo", "x", "--split", "train=0.4"], 1, "add up to 1"),
        (["export", "yolo", "x", "--images", "move"], 2, "move"),
        (["export", "yolo"], 2, "path"),
    ],
)
def test_what_is_wrong_is_said(done, monkeypatch, arguments, code, word):
    monkeypatch.chdir(done)
    (done / "broken.json").write_text('{"images": [')
    before = {path: path.read_bytes() for path in (done / "images").iterdir()}
    assert word.lower() in " ".join(run(*arguments, code=code).output.split()).lower()
    assert {path: path.read_bytes() for path in (done / "images").iterdir()} == before
    assert not (done / "x").exists()


def test_nothing_done_is_no_data_set(project, tmp_path):
    assert "--all" in run("export", "yolo", tmp_path / "x", "-p", project, code=1).output
    assert not (tmp_path / "x").exists()


def test_formats_are_listed():
    output = run("formats").stdout
    assert [line.split()[0] for line in output.splitlines()] == [*sorted(map(str, FORMATS)), "json"]
    assert "Pascal VOC: boxes" in output
