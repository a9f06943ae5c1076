"""docs/paper.md: every promise lives somewhere, and is proved, or it says why we differ."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from ipyannotator import (
    Annotator,
    InputImage,
    OutputGridBox,
    OutputImageBbox,
    OutputImageLabel,
    OutputLabel,
    OutputVideoBbox,
    Settings,
)
from ipyannotator.datasets import generators
from ipyannotator.datasets.factory import DS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
HEAD = ["promise", "where it lives", "proof"]
PATH = re.compile(r"`([\w./-]+\.\w+)`")
TEST = re.compile(r"`(tests/[\w./]+\.py)::(\w+)`")
REASON = re.compile(r"\bdiffers(?: for now)?: \w+.{20,}")


@cache
def named_tests(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file, without importing it."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(
        node.name for node in nodes if isinstance(node, functions) and node.name.startswith("test")
    )


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of every table, without heads and rules."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if row != HEAD and not set("".join(row)) <= set("-: ")]


def faults(page: str) -> list[str]:
    """Return what is wrong with the rows of a page."""
    found = []
    for row in rows(page):
        if len(row) != len(HEAD) or not all(row[:2]):
            found.append(f"not a promise, a place and a proof: {row}")
            continue
        promise, place, proof = row
        paths = PATH.findall(place)
        if not paths:
            found.append(f"{promise}: no path says where it lives")
        found += [f"{promise}: there is no {path}" for path in paths if not (ROOT / path).is_file()]
        tests = TEST.findall(proof)
        if not tests and not REASON.search(proof):
            found.append(f"{promise}: neither a test nor a reason")
        for path, name in tests:
            if not (ROOT / path).is_file() or name not in named_tests(ROOT / path):
                found.append(f"{promise}: there is no {path}::{name}")
    return found


def test_every_promise_is_proved_or_says_why_not():
    assert faults(PAGE) == []
    assert len(rows(PAGE)) > 40


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("| a | `docs/paper.md` | |", "a: neither a test nor a reason"),
        ("| a | `docs/paper.md` | differs: so |", "a: neither a test nor a reason"),
        (
            "| a | | `tests/test_house.py::test_public_names_are_these` |",
            "not a promise, a place and a proof: ",
        ),
        (
            "| a | somewhere | `tests/test_house.py::test_public_names_are_these` |",
            "a: no path says where it lives",
        ),
        (
            "| a | `docs/none.md` | `tests/test_house.py::test_public_names_are_these` |",
            "a: there is no docs/none.md",
        ),
        (
            "| a | `docs/paper.md` | `tests/test_house.py::test_none` |",
            "a: there is no tests/test_house.py::test_none",
        ),
        (
            "| a | `docs/paper.md` | `tests/test_none.py::test_a` |",
            "a: there is no tests/test_none.py::test_a",
        ),
        ("| a | `docs/paper.md` |", "not a promise, a place and a proof: "),
    ],
)
def test_a_row_without_proof_is_found(row, fault):
    (found,) = faults(f"| promise | where it lives | proof |\n|---|---|---|\n{row}\n")
    assert found.startswith(fault)


def names(kind: object) -> list[str]:
    return [name for name in inspect.signature(kind).parameters if name != "self"]


def test_the_papers_declarations_have_their_names_and_defaults():
    settings = {
        "project_path": Path("user_project"), "project_file": None, "image_dir": "images", "label_dir": None,
        "result_dir": None, "im_width": 50, "im_height": 50, "label_width": 50, "label_height": 50, "n_cols": 3,
        "n_rows": None,
    }  # fmt: skip
    assert {name: getattr(Settings(), name) for name in settings} == settings
    assert names(Settings)[: len(settings)] == list(settings)
    assert names(InputImage)[:4] == ["image_dir", "image_width", "image_height", "fit_canvas"]
    assert InputImage().image_dir == "pics"
    assert names(OutputImageLabel)[:3] == ["label_dir", "label_width", "label_height"]
    assert names(OutputLabel)[:3] == ["class_labels", "label_width", "label_height"]
    assert names(OutputImageBbox) == names(OutputVideoBbox) == ["classes"]
    assert dataclasses.is_dataclass(OutputGridBox)
    assert names(Annotator)[:3] == ["input_item", "output_item", "settings"]
    assert names(Annotator.explore)[0] == "k"
    assert inspect.signature(Annotator.explore).parameters["k"].default == -1


def test_the_papers_data_sets_have_their_names():
    assert [each.name for each in DS] == [
        "ARTIFICIAL_CLASSIFICATION", "ARTIFICIAL_DETECTION", "ARTIFICIAL_VIDEO", "CIFAR10", "OXFORD102", "CUB200",
    ]  # fmt: skip
    assert names(generators.create_color_classification)[:3] == ["path", "n_samples", "size"]
    assert names(generators.create_shape_color_classification)[:3] == ["path", "n_samples", "size"]
    assert names(generators.create_object_detection)[:5] == [
        "path",
        "n_samples",
        "n_objects",
        "size",
        "multilabel",
    ]
    assert names(generators.create_mot_ds)[:4] == ["path", "img_path", "n_frames", "occluded"]
