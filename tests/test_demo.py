"""`make demo`: pictures, a notebook that runs, a JupyterLab that ends, and nothing of the person's overwritten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image, ImageOps

import demo
import pictures

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "made here"
    demo.prepare(path)
    return path


def test_the_same_pictures_each_time() -> None:
    assert pictures.draw(3).tobytes() == pictures.draw(3).tobytes()
    assert pictures.draw(3).tobytes() != pictures.draw(7).tobytes()


def test_pictures_are_complete_and_varied(folder: Path) -> None:
    paths = sorted((folder / "photos").iterdir())
    assert len(paths) == 24
    sizes, turned = set(), 0
    for path in paths:
        with Image.open(path) as picture:
            picture.load()
            sizes.add(ImageOps.exif_transpose(picture).size)
            turned += picture.getexif().get(0x0112, 1) != 1
    assert sizes == set(pictures.SIZES)
    assert turned == len(pictures.TURNS)


@pytest.mark.parametrize("number", sorted(pictures.TURNS))
def test_a_turned_picture_is_upright_to_who_reads_exif(folder: Path, number: int) -> None:
    with Image.open(folder / "photos" / f"smear-{number + 1:02}-turned.jpg") as picture:
        seen = np.asarray(ImageOps.exif_transpose(picture), np.float32)
    meant = np.asarray(pictures.draw(number), np.float32)
    assert seen.shape == meant.shape
    assert float(np.abs(seen - meant).mean()) < 4  # what JPEG loses


def test_a_second_run_touches_nothing(folder: Path) -> None:
    notebook, gone = folder / demo.NOTEBOOK, folder / "photos" / "smear-01.jpg"
    before = notebook.read_text(encoding="utf-8")
    kept = folder / "user_project" / "results" / "annotations.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", encoding="utf-8")
    aside = gone.rename(folder / "aside.jpg")
    try:
        notebook.write_text(before.replace("platelet", "platelets"), encoding="utf-8")
        demo.prepare(folder)
        assert "platelets" in notebook.read_text(encoding="utf-8")
        assert kept.read_text(encoding="utf-8") == "{}"
        assert not gone.exists(), "a picture that the person took away stays away"
    finally:
        notebook.write_text(before, encoding="utf-8")
        aside.rename(gone)
        kept.unlink()


def test_the_notebook_is_valid(folder: Path) -> None:
    notebook = nbformat.read(folder / demo.NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[:2] == ["markdown", "code"]
    assert "%%" not in "".join(cell.source for cell in notebook.cells)


def test_the_notebook_runs(folder: Path) -> None:
    from nbclient import NotebookClient

    notebook = nbformat.read(folder / demo.NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [{kind for out in cell.outputs for kind in out.get("data", {})} for cell in cells]
    assert "application/vnd.jupyter.widget-view+json" in shown[0], "the annotator is displayed"
    assert "text/html" in shown[1], "the table is displayed"
    assert "application/vnd.jupyter.widget-view+json" in shown[-1], "the data set is displayed"
    written = folder / "user_project" / "results" / "annotations.json"
    assert len(json.loads(written.read_text(encoding="utf-8"))) == 24


@pytest.mark.skipif(os.name == "nt", reason="ends by a signal that Windows does not have")
def test_it_serves_the_notebook_until_ctrl_c(folder: Path) -> None:
    command = [sys.executable, f"{ROOT}/scripts/demo.py", "--no-browser", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        url = next((line.strip() for line in lines if "http://" in line), "")
        try:
            assert url.startswith("http://127.0.0.1:")
            base, _, token = url.partition("/lab/tree/Ipyannotator.ipynb?token=")
            with urllib.request.urlopen(
                f"{base}/api/contents/{demo.NOTEBOOK}?token={token}", timeout=20
            ) as answer:
                assert json.load(answer)["type"] == "notebook"
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(f"{base}/api/contents/{demo.NOTEBOOK}", timeout=20)
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
        assert process.wait(timeout=30) == 0, rest
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{base}/api/status?token={token}", timeout=5)
