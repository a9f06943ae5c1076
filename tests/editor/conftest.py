"""A small real project: pictures on disk, a SQLite file, an editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from ipyannotator.editor import Editor
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        Image.new("RGB", (64, 48), (40 * number, 90, 120)).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def make(tmp_path: Path, photos: Path) -> Iterator[Callable[..., Editor]]:
    """Open editors on the project; each is a kernel's, with a store of its own."""
    opened: list[Editor] = []

    def open_editor(author: str = "ann", classes: list[str] | None = None, folder: str = "results") -> Editor:
        store = SqlStore(tmp_path / folder)
        editor = Editor(store, ImageSource(photos), OutputImageBbox(classes), author=Author(author, author))
        opened.append(editor)
        if classes:
            editor.declare(classes)
        return editor

    yield open_editor
    for editor in opened:
        editor.close()


@pytest.fixture
def editor(make: Callable[..., Editor]) -> Editor:
    return make(classes=["car", "bus"])
