"""What a project brings with it: run only where its folder is trusted, and a broken file breaks nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings, plugins
from ipyannotator.editor import Events
from ipyannotator.model import Author
from ipyannotator.pairs import BaseAnnotator
from ipyannotator.web import page
from ipyannotator.web.visit import Visit

RULES = """
from _words import SMALL

def setup(a):
    a.check(no_specks)
    a.keymap["x"] = "skip"

def no_specks(annotation):
    for each in annotation.objects:
        if each.shape.measure() < 9:
            yield each, SMALL
"""
OTHERS = {"_words.py": 'SMALL = "too small"', "rules.py": RULES, "nothing.py": "ran = True"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "blood"
    (folder / "images").mkdir(parents=True)
    for at in range(3):
        Image.new("RGB", (64, 48)).save(folder / "images" / f"{at}.png")
    Annotator(InputImage("images"), OutputImageBbox(["car"]), Settings(project_path=folder)).write_config()
    return folder


@pytest.fixture
def put(project: Path) -> Callable[..., None]:
    def write(**texts: str) -> None:
        (project / "plugins").mkdir(exist_ok=True)
        for name, text in texts.items():
            (project / "plugins" / f"{name}.py").write_text(text)

    return write


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    found: list[Any] = []
    yield found
    for each in found:
        each.close()


def test_setup_is_called_with_each_annotator_of_a_trusted_project(
    project: Path, put: Callable[..., None], opened: list[Any]
) -> None:
    put(**{name.removesuffix(".py"): text for name, text in OTHERS.items()})
    front = Annotator.open(project, trust=True)
    a = front.create()
    opened.append(a)
    a.current.add(Box(1, 1, 2, 2), "car")
    assert [each.text for each in a.complaints] == ["too small"]
    assert a.keymap["x"] == "skip"
    a.step = "explore"
    assert [each.text for each in a.complaints] == ["too small"]
    a.close()
    again = front.explore()
    opened.append(again)
    assert len(again.rules) == 1


def test_nothing_is_run_of_a_folder_that_is_not_trusted_and_the_person_hears_of_it(
    project: Path, put: Callable[..., None], opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = project / "ran"
    put(evil=f"from pathlib import Path\nPath({str(ran)!r}).touch()\ndef setup(a): ...")
    said: list[str] = []
    emit = Events.emit

    def heard(self: Events, event: str, *args: Any) -> None:
        said.extend([str(args)] if event == "notice" else [])
        emit(self, event, *args)

    monkeypatch.setattr(Events, "emit", heard)
    a = Annotator.open(project).create()
    opened.append(a)
    assert not ran.exists()
    assert any("evil.py" in text and "was not run" in text and "trust=True" in text for text in said)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def setup(a:", "SyntaxError"),
        ("import nowhere_at_all", "nowhere_at_all"),
        ("def setup(a): a.nonsense()", "its setup failed"),
        ("setup = 5", "a function of an annotator"),
        ("api_version = 99\ndef setup(a): ...", "at most 1"),
    ],
)
def test_a_broken_plugin_is_told_and_the_others_work(
    project: Path, put: Callable[..., None], opened: list[Any], text: str, says: str
) -> None:
    put(a_broken=text, **{name.removesuffix(".py"): text for name, text in OTHERS.items()})
    loaded = plugins.load(project)
    a = Annotator.open(project).create()
    opened.append(a)
    errors: list[Any] = []
    a.on("error", errors.append)
    plugins.set_up(a, loaded)
    assert [each.text.startswith("plugins/a_broken.py") for each in errors] == [True]
    assert says in errors[0].text + errors[0].detail
    assert len(a.rules) == 1
    a.current.add(Box(1, 1, 20, 20), "car")


def test_a_project_may_name_an_output_that_its_plugin_registers(
    project: Path, put: Callable[..., None], opened: list[Any]
) -> None:
    put(
        cells="""
from dataclasses import dataclass
from ipyannotator import InputImage, OutputImageBbox
from ipyannotator.pairs import PAIRS

@dataclass(frozen=True)
class OutputCell(OutputImageBbox):
    name = "cells"

@PAIRS.register(InputImage, OutputCell)
class CellAnnotator(PAIRS.get(InputImage, OutputImageBbox)):
    def skip(self):
        self.flag("never skipped here")
"""
    )
    plugins.load(project)
    file = project / "ipyannotator.toml"
    file.write_text(file.read_text().replace("OutputImageBbox", "OutputCell"))
    a = Annotator.open(project, trust=True).create()
    opened.append(a)
    a.act("skip")
    assert a.editor.task == "cells"
    assert a.annotations["0.png"].state == "flagged"


def test_a_page_of_the_web_app_runs_them_where_it_is_told_to(
    project: Path, put: Callable[..., None], opened: list[Any]
) -> None:
    put(rules=RULES, _words=OTHERS["_words.py"])
    for trust in (False, True):
        shown = page._opened(Visit(project, Author("ann", "Ann"), "page", 1, trust=trust))
        (a,) = [each for each in shown.children if isinstance(each, BaseAnnotator)]
        opened.append(a)
        assert len(a.rules) == trust


def test_check_asks_the_rules_of_a_trusted_project(project: Path, put: Callable[..., None]) -> None:
    from typer.testing import CliRunner

    from ipyannotator.cli.app import app

    put(rules=RULES, _words=OTHERS["_words.py"], broken="def setup(a): 1 / 0")
    a = Annotator.open(project).create()
    a.current.add(Box(1, 1, 2, 2), "car")
    a.current.state = "done"
    a.close()
    plain = CliRunner().invoke(app, ["check", str(project), "--json"])
    assert json.loads(plain.stdout)["problems"] == 0
    asked = CliRunner().invoke(app, ["check", str(project), "--trust", "--json"])
    found = {each["kind"]: each for each in json.loads(asked.stdout)["findings"]}
    assert asked.exit_code == 1
    assert found["complaint"]["examples"] == ["0.png: too small"]
    assert "plugins/broken.py: its setup failed: ZeroDivisionError" in found["rule"]["examples"][0]
