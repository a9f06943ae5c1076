"""The page for people who never see code, in a real browser against a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from playwright.sync_api import Browser, Page, expect

from ipyannotator.web.page import TEMPLATE, TEMPLATES
from tests.hosts.conftest import eventually, page, rows
from tests.hosts.pages import SLOW
from tests.web.laptop import Laptop
from tests.web.site import Site, Visiting

__all__ = ["eventually", "page", "rows"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Rows = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


@pytest.fixture
def visit(page: Page, site: Site) -> Iterator[Visiting]:
    """Somebody new at the page, with nothing annotated so far."""
    site.cable.mend()
    wipe(site.project)
    yield Visiting(page, site)
    site.cable.mend()
    page.goto("about:blank")


def wipe(project: Path) -> None:
    """Make everything to do again, while kernels of earlier visits may still be open."""
    database = project / "results" / "annotations.db"
    if database.exists():
        connection = sqlite3.connect(database, timeout=10)
        with connection:
            connection.executescript(
                "DELETE FROM items; DELETE FROM objects; DELETE FROM fields; DELETE FROM log; DELETE FROM touched;"
                "DELETE FROM answers; DELETE FROM dropped; DELETE FROM counters; DELETE FROM classes; DELETE FROM leases;"
            )
        connection.close()


def test_it_fills_the_window_says_what_to_do_and_asks_no_other_server(visit: Visiting) -> None:
    page, foreign = visit.page, []
    page.on("request", lambda request: foreign.append(request.url))
    visit.enter(read=False)
    dialog = page.get_by_role("dialog", name="What to do")
    expect(dialog).to_contain_text("Draw every cell.")
    expect(dialog.locator("strong")).to_have_text("cell")
    dialog.get_by_role("button", name="Start").click()
    assert page.title() == "Cells"
    sizes = "() => [document.documentElement.scrollHeight, innerHeight, scrollY]"
    assert page.evaluate(sizes) == [900, 900, 0]
    box = visit.root.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 900}
    for words in ("Save", "Create", "Explore"):
        expect(visit.root.get_by_role("button", name=words, exact=True)).to_have_count(0)
    expect(visit.root).not_to_contain_text("annotations.db")
    ours = (visit.site.cable.url, f"ws://127.0.0.1:{visit.site.cable.port}", "data:", "blob:")
    assert [url for url in foreign if not url.startswith(ours)] == []
    page.reload(wait_until="commit")
    visit.ready()
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    expect(dialog).to_contain_text("Draw every cell.")


def test_it_opens_at_the_next_item_counts_the_day_and_ends_with_thanks(visit: Visiting) -> None:
    visit.enter().shows("photo_0.jpg")
    expect(visit.root).to_contain_text("You: 0 today")
    visit.draw(0.3, 0.3, 0.5, 0.5)
    visit.heard()
    visit.button("Done").click()
    visit.shows("photo_1.jpg")
    expect(visit.root).to_contain_text("You: 1 today")
    visit.page.reload(wait_until="commit")
    visit.ready().shows("photo_1.jpg")
    expect(visit.root).to_contain_text("You: 1 today")
    for name in ("photo_2.jpg", "photo_3.jpg"):
        visit.button("Done").click()
        visit.shows(name)
    visit.button("Done").click()
    thanks = visit.page.locator(".ipya-page-finished")
    expect(thanks).to_contain_text("All 4 done")
    expect(thanks).to_contain_text("Thank you, Ann.")
    thanks.get_by_role("button").click()
    expect(thanks).to_be_hidden()
    visit.button("Previous").click()
    visit.shows("photo_2.jpg")


@pytest.fixture
def laptop(browser: Browser, chromium: str, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(browser.browser_type, chromium, tmp_path)
    yield made
    made.close()


def test_after_a_night_one_click_brings_everything_back(
    site: Site, laptop: Laptop, rows: Rows, eventually: Callable[..., Any]
) -> None:
    """The lid was closed: page frozen, socket cut, kernel culled. In the morning: the same item, nothing lost."""
    wipe(site.project)
    evening = Visiting(laptop.look(), site)
    evening.enter().shows("photo_0.jpg")
    for name in ("photo_1.jpg", "photo_2.jpg"):
        evening.button("Next").click()
        evening.shows(name)
    evening.draw(0.3, 0.3, 0.45, 0.45)
    evening.heard()
    assert len(rows(site.project)) == 1
    site.cable.cut()
    evening.draw(0.5, 0.5, 0.65, 0.65)
    evening.draw(0.2, 0.6, 0.35, 0.75)
    objects = evening.root.get_by_role("listbox", name="Objects").get_by_role("option")
    expect(objects).to_have_count(3)
    kernel = evening.kernel

    laptop.close_lid()
    site.end_kernel(kernel)
    site.cable.mend()
    morning = Visiting(laptop.open_lid(), site)

    expect(morning.lost).to_be_visible(timeout=SLOW)
    expect(morning.lost).to_contain_text("The connection to the server was lost")
    expect(morning.lost).to_contain_text("2 changes wait in this browser")
    assert len(rows(site.project)) == 1
    morning.page.get_by_role("button", name="Reconnect").click()
    expect(morning.lost).to_be_hidden(timeout=SLOW)
    morning.ready().shows("photo_2.jpg")
    morning.heard()
    assert eventually(lambda: len(rows(site.project)) == 3)
    found = rows(site.project)
    assert {row["item"] for row in found} == {"photo_2.jpg"}
    assert len({row["id"] for row in found}) == 3
    assert morning.kernel != kernel
    morning.draw(0.7, 0.2, 0.8, 0.3)  # and goes on
    morning.heard()
    assert eventually(lambda: len(rows(site.project)) == 4)


def test_a_killed_kernel_is_told_of_in_plain_words(
    visit: Visiting, rows: Rows, eventually: Callable[..., Any]
) -> None:
    visit.enter().shows("photo_0.jpg").draw(0.3, 0.3, 0.45, 0.45)
    visit.heard()
    visit.site.server.kill_kernels()
    expect(visit.lost).to_be_visible(timeout=SLOW)
    expect(visit.lost).to_contain_text("Everything you did is saved.")
    expect(visit.status).to_have_text("not connected")
    words = visit.page.locator("body").inner_text().lower()
    assert "kernel" not in words
    assert "cell again" not in words
    visit.page.get_by_role("button", name="Reconnect").click()
    visit.ready().shows("photo_0.jpg")
    assert len(rows(visit.site.project)) == 1
    expect(visit.page.locator(".ipya-toast")).to_have_count(0)  # it is not open in another window


def test_a_server_that_is_away_is_waited_for_and_work_goes_on(
    visit: Visiting, rows: Rows, eventually: Callable[..., Any]
) -> None:
    visit.enter().shows("photo_0.jpg")
    kernel = visit.kernel
    visit.site.cable.cut()
    visit.draw(0.3, 0.3, 0.45, 0.45)
    expect(visit.banner).to_contain_text("The server cannot be reached.", timeout=SLOW)
    expect(visit.banner).to_contain_text("1 change waits in this browser")
    expect(visit.banner).to_contain_text("Trying again in")
    visit.draw(0.5, 0.5, 0.65, 0.65)
    expect(visit.banner).to_contain_text("2 changes wait")
    expect(visit.status).to_have_text("not connected – 2 changes kept in this browser")
    visit.site.cable.mend()
    visit.page.get_by_role("button", name="Try now").click()
    visit.saved()
    expect(visit.banner).to_be_hidden(timeout=SLOW)
    assert visit.kernel == kernel
    assert eventually(lambda: len(rows(visit.site.project)) == 2)


def test_a_project_that_cannot_be_opened_is_told_in_words(tmp_path: Path, page: Page) -> None:
    cell = """
from ipyannotator.errors import MissingFolder
from ipyannotator.web import page
def broken(visit): raise MissingFolder('The folder <b>photos</b> is not there.')
page._opened, page.Visit = broken, type('Visit', (), {{'from_environment': staticmethod(lambda: None)}})
page.show()
"""
    site = Site(tmp_path, cell=cell)
    try:
        page.goto(site.cable.url, wait_until="commit")
        card = page.locator(".ipya-page-card")
        expect(card).to_contain_text("The page could not be opened", timeout=SLOW)
        expect(card).to_contain_text("The pictures could not be found or read.")
        expect(page.locator("#ipyannotator-veil")).to_have_count(0)
        card.get_by_text("For whoever looks after this page").click()
        expect(card.locator("pre")).to_have_text("The folder <b>photos</b> is not there.")
        expect(page.locator("body")).not_to_contain_text("Traceback")
    finally:
        page.goto("about:blank")
        site.close()


def test_a_kernel_that_ends_while_the_page_is_opened_is_told_at_once(tmp_path: Path, page: Page) -> None:
    site = Site(tmp_path, cell="import os\nos._exit(1)")
    try:
        page.goto(site.cable.url, wait_until="commit")
        expect(page.locator("#ipyannotator-veil")).to_contain_text("could not be opened", timeout=SLOW)
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
    finally:
        page.goto("about:blank")
        site.close()


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "There is nothing here"), (403, "does not let you in"), (500, "could not be opened")],
)
def test_what_the_server_refuses_is_told_in_words(status: int, words: str) -> None:
    folder = TEMPLATES / "voila" / "templates" / TEMPLATE
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    text = environment.get_template("error.html").render(status_code=status, status_message="<b>why</b>")
    assert words in text
    assert "&lt;b&gt;why&lt;/b&gt;" in text
    assert "http" not in text.split("<style>")[0]
