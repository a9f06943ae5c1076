"""Commands as they are typed, in this process, and small projects for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from ipyannotator import Author, Box, Step
from ipyannotator.cli.app import app
from ipyannotator.config import read
from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Events
from ipyannotator.project import open_project

Run = Callable[..., Result]


def pictures(folder: Path, count: int = 3, *, ending: str = "jpg", size: tuple[int, int] = (64, 48)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(count):
        Image.new("RGB", size, (20 * at % 256, 90, 120)).save(folder / f"{at}.{ending}")


def run(*arguments: object, code: int = 0) -> Result:
    """Run a command; it ends with this exit code, and never by an error that nobody foresaw."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    unforeseen = result.exception is not None and not isinstance(result.exception, SystemExit)
    assert not unforeseen, result.exception
    assert result.exit_code == code, result.output
    return result


@contextmanager
def working(folder: Path, name: str = "Ann", **settings) -> Iterator[Editor]:
    """Annotate as somebody."""
    config = read(folder)
    config.settings.author = Author(name, name)
    for key, value in settings.items():
        setattr(config.settings, key, value)
    project = open_project(*config, Step.CREATE, Events())
    try:
        yield project.editor
    finally:
        project.close()


def draw(
    editor: Editor, key: str, *boxes: tuple[float, ...], label: str | None = "cat", done: bool = True
) -> None:
    for box in boxes or [(1, 2, 10, 10)]:
        editor.view(key).add(Box(*box), label=label)
    if done:
        editor.set_state("done", key=key)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Five pictures, boxes of cats and dogs, nothing done."""
    folder = tmp_path / "pets"
    pictures(folder / "images", 5)
    run("init", folder, "--boxes", "cat,dog")
    return folder
