"""`demo`: each kind makes a project that can be opened; a folder of something else is left alone."""

from __future__ import annotations

import pytest

from ipyannotator import web
from ipyannotator.config import read
from tests.cli.conftest import draw, run, working


@pytest.fixture
def served(monkeypatch, tmp_path):
    """What would be served."""
    folders = []
    monkeypatch.setattr(web, "serve", lambda folder, **options: folders.append((folder, options)))
    monkeypatch.chdir(tmp_path)
    return folders


def test_both_kinds_beside_each_other(served, tmp_path):
    run("demo")
    run("demo", "--kind", "labels", "--no-browser", "--port", 0)
    assert [(folder.name, options["browser"], options["port"]) for folder, options in served] == [
        ("ipyannotator-demo-boxes", True, None), ("ipyannotator-demo-labels", False, 0),
    ]  # fmt: skip
    assert type(read(served[0][0]).output).__name__ == "OutputImageBbox"
    with working(tmp_path / "ipyannotator-demo-labels") as editor:
        assert [record.name for record in editor.schema.active] == ["blue.jpg", "green.jpg", "red.jpg"]
    with working(tmp_path / "ipyannotator-demo-boxes") as editor:
        draw(editor, "img_0.jpg", label="red")
    run("demo")
    with working(tmp_path / "ipyannotator-demo-boxes") as editor:
        assert editor.item("img_0.jpg").state == "done"


def test_a_folder_of_something_else_is_left_alone(served, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "annotations.json").write_text("{}")
    assert "mine" in run("demo", "--folder", "mine", code=1).output
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["annotations.json"]
    assert served == []
