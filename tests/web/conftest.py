"""A small project, and a server of it for a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.conftest import make_photos
from tests.web.serving import Serve

TOML = """\
[input]
type = "InputImage"
image_dir = "images"

[output]
type = "OutputImageBbox"
classes = ["cell"]
"""


def make_project(folder: Path) -> Path:
    make_photos(folder / "images", count=3, size=(320, 240))
    (folder / "ipyannotator.toml").write_text(TOML, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves a project to Ann and Ben."""
    serving = Serve(make_project(tmp_path_factory.mktemp("served") / "project"), authors=["Ann", "Ben"])
    yield serving
    serving.stop()


@pytest.fixture(scope="module")
def ann(server: Serve) -> str:
    return server.enter(server.links["Ann"])


@pytest.fixture(scope="module")
def ben(server: Serve) -> str:
    return server.enter(server.links["Ben"])
