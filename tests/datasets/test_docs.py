"""What docs/datasets.md says is so: its code runs, and it names every set and every file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ipyannotator.datasets import layouts
from ipyannotator.datasets.downloads import DOWNLOADS
from ipyannotator.datasets.factory import DS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(CODE)))
def test_the_code_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # An annotator that nobody keeps is closed when the cell's value goes; here it has a name, and is closed.
    code = re.sub(r"^(Annotator\(.*?\.explore\(\))", r"shown = \1", CODE[number], flags=re.MULTILINE)
    names: dict = {}
    exec(compile(code, f"block {number} of docs/datasets.md", "exec"), names)  # noqa: S102 - our own page
    if "shown" in names:
        assert len(names["shown"]) == 50
        names["shown"].close()
    assert any(tmp_path.rglob("annotations.json"))


@pytest.mark.parametrize("dataset", DS)
def test_every_set_has_its_row(dataset):
    assert f"| `{dataset.name}` |" in PAGE


@pytest.mark.parametrize("entry", DOWNLOADS.values(), ids=lambda entry: entry.file)
def test_every_download_has_its_row(entry):
    row = next(line for line in PAGE.splitlines() if entry.home in line)
    assert entry.title in row
    assert f"`{entry.file}`" in row
    assert f"`data/{entry.folder}`" in PAGE


@pytest.mark.parametrize("name", [*layouts.FILES, layouts.BOXES, "dataset.json", "mot.csv"])
def test_every_file_is_named(name):
    assert name in PAGE
