"""The page as `serve` serves it: whose link it is, a night, and what ends when it is loaded anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from ipyannotator.web import people
from tests.hosts.cable import Cable
from tests.hosts.conftest import eventually, make_photos, page, rows
from tests.hosts.pages import SLOW, Annotating
from tests.web.laptop import Laptop
from tests.web.serving import Serve

__all__ = ["eventually", "page", "rows"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Rows = Callable[[Path], list[dict[str, Any]]]

TOML = """\
[project]
title = "Blood cells"
instructions = "Draw every **cell**."

[input]
type = "InputImage"
image_dir = "images"

[output]
type = "OutputImageBbox"
classes = ["cell"]
"""


class Served(Serve):
    """A project that is served, reached through a cable; a kernel without a page ends after twenty seconds."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        make_photos(self.project / "images", 4)
        (self.project / "ipyannotator.toml").write_text(TOML, encoding="utf-8")
        super().__init__(self.project, authors=["Ann", "Ben"], idle=20)
        self.cable = Cable(self.port)

    def link(self, name: str) -> str:
        """The link of a person, through the cable."""
        parts = urlsplit(self.links[name])
        return parts._replace(netloc=f"127.0.0.1:{self.cable.port}").geturl()

    def close(self) -> None:
        self.cable.close()
        self.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


@pytest.fixture
def laptop(browser: Browser, chromium: str, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(browser.browser_type, chromium, tmp_path / "browser")
    yield made
    made.close()


def enter(page: Page, link: str) -> Annotating:
    page.goto(link, wait_until="commit")
    page.get_by_role("button", name="Start").click(timeout=SLOW)
    return Annotating(page).ready()


def test_two_people_at_once_and_one_who_loads_the_page_anew(served: Served, page: Page, rows: Rows) -> None:
    ann = enter(page, served.link("Ann")).shows("photo_0.jpg")
    assert page.title() == "Blood cells"
    assert "token" not in page.url
    other = page.context.browser.new_context()
    try:
        ben = enter(other.new_page(), served.link("Ben")).shows("photo_1.jpg")
        for visit in (ann, ben):
            visit.draw(0.3, 0.3, 0.5, 0.5)
            visit.saved()
        assert {(row["author"], row["item"]) for row in rows(served.project)} == {
            ("Ann", "photo_0.jpg"),
            ("Ben", "photo_1.jpg"),
        }
        page.reload(wait_until="commit")
        ann.ready().shows("photo_0.jpg")
        ann.button("Done").click()
        ann.shows("photo_2.jpg")
        expect(ann.root).to_contain_text("You: 1 today")
        assert page.locator(".ipya-toast:not([data-level=info])").all_inner_texts() == []
    finally:
        other.close()


@pytest.mark.slow  # the server itself ends the kernel; a night with a kernel that is ended is in `test_page.py`
def test_a_night_at_the_served_page(
    served: Served, laptop: Laptop, rows: Rows, eventually: Callable[..., Any]
) -> None:
    """Page frozen, socket cut, kernel ended by the server itself, since nobody used it."""
    evening = enter(laptop.look(), served.link("Ann")).shows("photo_0.jpg")
    evening.button("Next").click()
    evening.shows("photo_1.jpg").draw(0.3, 0.3, 0.45, 0.45)
    evening.saved()
    served.cable.cut()
    evening.draw(0.5, 0.5, 0.65, 0.65)
    expect(evening.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(2)
    laptop.close_lid()
    assert eventually(lambda: not served.kernels(), 120)
    served.cable.mend()
    page = laptop.open_lid()
    lost = page.locator("dialog.ipya-page-modal")
    expect(lost).to_contain_text("1 change waits in this browser", timeout=SLOW)
    assert len(rows(served.project)) == 1
    page.get_by_role("button", name="Reconnect").click()
    morning = Annotating(page)
    expect(lost).to_be_hidden(timeout=SLOW)
    morning.ready().shows("photo_1.jpg").saved()
    assert eventually(lambda: len(rows(served.project)) == 2)
    assert {(row["author"], row["item"]) for row in rows(served.project)} == {("Ann", "photo_1.jpg")}
    morning.draw(0.7, 0.2, 0.8, 0.3)
    morning.saved()
    assert len({row["id"] for row in rows(served.project)}) == 3


def test_a_server_that_was_started_again_has_the_page_back_with_one_click(
    served: Served, page: Page, rows: Rows, eventually: Callable[..., Any]
) -> None:
    visit = enter(page, served.link("Ann")).shows("photo_0.jpg")
    visit.draw(0.3, 0.3, 0.45, 0.45)
    visit.saved()
    served.stop()
    visit.draw(0.5, 0.5, 0.65, 0.65)
    banner = page.locator(".ipya-page-banner")
    expect(banner).to_contain_text("The server cannot be reached.", timeout=SLOW)
    again = Serve(served.project, authors=["Ann"], port=served.port)
    try:
        lost = page.locator("dialog.ipya-page-modal")
        expect(lost).to_contain_text("1 change waits in this browser", timeout=SLOW)
        page.get_by_role("button", name="Reconnect").click()
        expect(lost).to_be_hidden(timeout=SLOW)
        visit.ready().shows("photo_0.jpg").saved()
        assert eventually(lambda: len(rows(served.project)) == 2)
    finally:
        page.goto("about:blank")
        again.stop()


def test_who_was_let_in_no_longer_is_told_so(served: Served, page: Page) -> None:
    enter(page, served.link("Ann")).shows("photo_0.jpg")
    people(served.project).revoke("Ann")
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    lost = page.locator("dialog.ipya-page-modal")
    expect(lost).to_contain_text("This link does not work any more", timeout=SLOW)
    expect(lost).to_contain_text("Everything you did is saved.")
