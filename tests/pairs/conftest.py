"""A folder of pictures, and annotators on it that are closed afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
from ipyannotator.widgets.canvas import Canvas


@pytest.fixture
def project(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(5):
        Image.new("RGB", (200, 100), (40 * number, 90, 120)).save(photos / f"{number}.jpg")
    return tmp_path


@pytest.fixture
def opened() -> Iterator[list[Any]]:
    annotators: list[Any] = []
    yield annotators
    for annotator in annotators:
        annotator.close()


@pytest.fixture
def create(project: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(classes: list[str] | None = None, step: str = "create", **settings: Any) -> Any:
        values = {"project_path": project, "author": "ann", **settings}
        annotator = Annotator(InputImage("photos"), OutputImageBbox(classes), Settings(**values))
        opened.append(getattr(annotator, step)())
        return opened[-1]

    return make


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What canvases say to the person; they believe that a page is there."""
    texts: list[str] = []
    monkeypatch.setattr(Canvas, "notify", lambda self, level, text, detail="": texts.append(text))
    return texts


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], bool]:
    """Waits until something that other threads do has become true; false where it does not in ten seconds."""

    def wait(true: Callable[[], object]) -> bool:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if true():
                return True
            threading.Event().wait(0.01)
        return False

    return wait
