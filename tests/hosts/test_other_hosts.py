"""The same annotator in Notebook 7 and in Voilà."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.hosts.conftest import make_photos
from tests.hosts.pages import Annotating, open_notebook, run_all, write_notebook
from tests.hosts.servers import Server
from tests.hosts.test_lab import OPEN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("host", ["notebook", "voila"])
def test_a_box_is_drawn_and_stored(
    page: Page, host: str, tmp_path: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    root = tmp_path / "root"
    make_photos(root / "photos")
    write_notebook(root / "work.ipynb", OPEN)
    server = Server(host, root, options=["work.ipynb"] if host == "voila" else [])
    try:
        if host == "voila":
            page.goto(server.url)
        else:
            open_notebook(page, server, "work.ipynb")
            run_all(page)
        on_screen = Annotating(page).ready()
        on_screen.draw(0.2, 0.2, 0.5, 0.5)
        on_screen.saved()
        assert eventually(lambda: len(rows(root)) == 1)
        on_screen.button("Next").click()
        on_screen.shows("photo_1.jpg")
    finally:
        server.stop()
