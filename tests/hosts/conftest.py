"""A Lab for the whole run, and a fresh folder with pictures for each test."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.hosts.servers import Server


@pytest.fixture(scope="session")
def lab_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="session")
def lab(lab_root: Path) -> Iterator[Server]:
    server = Server("lab", lab_root)
    yield server
    server.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, with its own storage; an uncaught error of ours in it fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack or ''}"))
    yield page
    context.close()
    ours = [error for error in errors if "ipyannotator" in error.lower()]
    assert not ours, "\n".join(ours)


def make_photos(folder: Path, count: int = 4, size: tuple[int, int] = (640, 480)) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture = Image.new("RGB", size, (60 + 30 * number % 180, 120, 150))
        ImageDraw.Draw(picture).ellipse((100, 100, 300, 300), fill=(200, 60 + number * 10, 60))
        picture.save(folder / f"photo_{number}.jpg")
    return folder


@pytest.fixture
def place(lab_root: Path, request: pytest.FixtureRequest) -> Path:
    """A folder under Lab's root with `photos/` in it."""
    folder: Path = lab_root / request.node.name.replace("[", "_").replace("]", "")
    make_photos(folder / "photos")
    return folder


@pytest.fixture
def rows() -> Callable[[Path], list[dict[str, Any]]]:
    """Read the objects from a project's database, independently of Ipyannotator's own code."""

    def read(project: Path) -> list[dict[str, Any]]:
        database = project / "results" / "annotations.db"
        query = "SELECT objects.*, items.key AS item_key FROM objects JOIN items ON items.id = objects.item"
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
        connection.row_factory = sqlite3.Row
        try:
            return [{**dict(row), "item": row["item_key"]} for row in connection.execute(query)]
        finally:
            connection.close()

    return read


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Ask again until something holds; for states outside the page, where Playwright cannot wait."""
    import time

    def wait(ask: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while True:
            try:
                result = ask()
            except (sqlite3.Error, OSError):
                result = None
            if result or time.monotonic() > deadline:
                return result
            time.sleep(0.05)

    return wait
