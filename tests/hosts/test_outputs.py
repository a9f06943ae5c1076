"""The paper's other outputs, by mouse and keyboard in real hosts: what a person does stands in the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.hosts.conftest import make_photos
from tests.hosts.pages import SLOW, Annotating, open_notebook, run_all, write_notebook
from tests.hosts.servers import Server
from tests.hosts.test_lab import start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LABELS = """
from ipyannotator import Annotator, InputImage, OutputLabel, Settings
output = OutputLabel(['cat', 'dog'], multiple=False, advance=True)
a = Annotator(InputImage('photos'), output, Settings('.', author='ann')).create()
a
"""
IMPROVE = """
from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings
annotator = Annotator(InputImage('photos'), OutputImageBbox(['car', 'bus']), Settings('.', author='ann'))
a = annotator.create()
for key in a.annotations:
    for x in (100, 300):
        a.annotations[key].add(Box(x, 100, 120, 120), 'car')
a.close()
a = annotator.improve()
a
"""
CAPTURE = """
from ipyannotator import Annotator, InputImage, OutputGridBox, Settings
a = Annotator(InputImage('photos'), OutputGridBox('Which are red?'), Settings('.', n_cols=2, n_rows=1)).create()
a
"""


def query(project: Path, text: str) -> list[tuple[Any, ...]]:
    """Ask a project's database, independently of Ipyannotator's own code."""
    connection = sqlite3.connect(
        f"file:{project / 'results' / 'annotations.db'}?mode=ro", uri=True, timeout=10
    )
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def test_one_key_a_picture_in_lab_and_nothing_is_lost(
    page: Page, lab: Server, place: Path, eventually: Callable[..., Any]
) -> None:
    make_photos(place / "photos", 12, (160, 120))
    on_screen = start(page, lab, place, LABELS)
    names = sorted(path.name for path in (place / "photos").iterdir())
    keys = [str(1 + at % 3 % 2) for at in range(12)]
    for name, key in zip(names, keys, strict=True):
        on_screen.shows(name)
        on_screen.canvas.press(key)
    expect(on_screen.root.get_by_text("12 of 12 done")).to_be_visible(timeout=SLOW)
    on_screen.saved()
    words = "SELECT items.key, classes.name FROM objects JOIN items ON items.id = objects.item "
    words += "JOIN classes ON classes.id = objects.class_id WHERE items.state = 'done' ORDER BY items.key"
    expected = [(name, {"1": "cat", "2": "dog"}[key]) for name, key in zip(names, keys, strict=True)]
    found = query(place, words)
    assert found == expected
    # The last one can still be corrected, by the mouse; the other label goes.
    on_screen.root.get_by_role("option", name="cat").click()
    assert eventually(lambda: query(place, words)[-1][1] == "cat")
    assert len(query(place, "SELECT id FROM objects")) == 12


def test_wrong_boxes_are_marked_in_notebook_7_and_exactly_they_are_opened(
    page: Page, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    root = tmp_path / "root"
    make_photos(root / "photos")
    write_notebook(root / "work.ipynb", IMPROVE)
    server = Server("notebook", root)
    try:
        open_notebook(page, server, "work.ipynb")
        run_all(page)
        cells = page.get_by_role("gridcell")
        expect(cells).to_have_count(8, timeout=SLOW)
        cells.nth(1).click()
        cells.nth(6).click()
        expect(cells.nth(6)).to_have_attribute("aria-selected", "true")
        marked = (
            "SELECT items.key FROM objects JOIN items ON items.id = objects.item WHERE attributes IS NOT NULL"
        )
        assert eventually(lambda: len(query(root, marked)) == 2)
        page.get_by_role("button", name="Open in Create").click()
        on_screen = Annotating(page).ready()
        on_screen.shows("photo_0.jpg")
        expect(page.get_by_text("marked: 2")).to_be_visible()
        on_screen.button("Next").click()
        on_screen.shows("photo_3.jpg")
        expect(on_screen.button("Next")).to_be_disabled()
        assert json.loads((root / "results" / "missed" / "car" / "annotations.json").read_text()) == {
            f"photos/photo_{number}.jpg": {"answer": number in (0, 3)} for number in range(4)
        }
    finally:
        server.stop()


def test_pictures_are_chosen_page_by_page_in_voila(
    page: Page, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    root = tmp_path / "root"
    make_photos(root / "photos", 3)
    write_notebook(root / "work.ipynb", CAPTURE)
    server = Server("voila", root, options=["work.ipynb"])
    try:
        page.goto(server.url)
        cells = page.get_by_role("gridcell")
        expect(cells).to_have_count(2, timeout=SLOW)
        expect(page.get_by_text("Which are red?")).to_be_visible()
        cells.nth(1).click()
        expect(page.get_by_text("1 of 2 chosen")).to_be_visible()
        page.get_by_role("button", name="Done").click()
        expect(cells).to_have_count(1)
        page.get_by_role("button", name="None of these").click()
        answers = "SELECT items.key, fields.value FROM fields JOIN items ON items.id = fields.item ORDER BY items.key"
        expected = [("photo_0.jpg", "false"), ("photo_1.jpg", "true"), ("photo_2.jpg", "false")]
        assert eventually(lambda: query(root, answers) == expected), query(root, answers)
        assert {state for (state,) in query(root, "SELECT state FROM items")} == {"done"}
    finally:
        server.stop()
