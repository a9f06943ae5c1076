"""A line between a page and a canvas."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator.editor import Editor, Events
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author, Op
from ipyannotator.sources import ImageSource, MediaCache
from ipyannotator.stores import SqlStore
from ipyannotator.widgets.canvas import Canvas
from tests.protocol.line import Line


class Boxes(OutputImageBbox):
    """The task of the examples."""

    name = "boxes"


@pytest.fixture
def eventually() -> Callable[..., Any]:
    def wait(ask: Callable[[], Any], seconds: float = 10) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := ask()) and time.monotonic() < deadline:
            time.sleep(0.005)
        return found

    return wait


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("a.jpg", "b.jpg", "Höhe #1 😀.jpg"):
        Image.new("RGB", (640, 480), "teal").save(photos / name)
    (photos / "c.jpg").write_bytes(b"")
    source = ImageSource(photos)
    events = Events()
    editor = Editor(SqlStore(tmp_path / "results"), source, Boxes(), author=Author("ann"), events=events)
    editor.do([Op("create", "class", "c1", new={"id": "c1", "name": "car"})], item="", origin="file")
    media = MediaCache(source)
    acted: list[tuple[str, Any]] = []
    session = {"id": "s", "project": editor.store.project, "task": "boxes", "layer": "main"}
    canvas = Canvas(editor, media, lambda name, value: acted.append((name, value)), session=session)
    made = Line(canvas, acted)
    monkeypatch.setattr(
        canvas, "send", lambda content, buffers=None: made.sent.append((content, list(buffers or [])))
    )
    yield made
    canvas.close()
    media.close()
    editor.close()
