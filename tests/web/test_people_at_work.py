"""People at their links, in a real browser: whose the rows in the database are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.hosts.conftest import eventually, rows
from tests.hosts.pages import SLOW, Annotating
from tests.web.conftest import make_project
from tests.web.serving import Serve
from tests.web.visiting import v1_message, v1_parts

__all__ = ["eventually", "rows"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Rows = Callable[[Path], list[dict[str, Any]]]


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Make pages of people who share nothing: each a browser of its own."""
    contexts = []

    def visitor() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        return contexts[-1].new_page()

    yield visitor
    for context in contexts:
        context.close()


def enter(page: Page, link: str) -> Annotating:
    """Open a link and wait for the annotator."""
    page.goto(link)
    return Annotating(page).ready()


def test_two_people_on_two_links(
    visitors: Callable[[], Page], project: Path, rows: Rows, eventually: Callable[..., Any]
) -> None:
    serving = Serve(project, authors=["Ann", "Ben"], pool_size=1)
    try:
        pages = {name: visitors() for name in ("Ann", "Ben")}
        # Of the other's name, and of another's in the address, nothing is believed.
        desks = {name: enter(page, serving.links[name] + "&author=Eve") for name, page in pages.items()}
        for page in pages.values():
            assert page.url == serving.home
            assert page.evaluate("document.cookie") == ""
        # Next leases: they never have the same item to do.
        items = {desk.canvas.get_attribute("data-item") for desk in desks.values()}
        assert len(items) == 2
        for desk in desks.values():
            desk.draw(0.2, 0.2, 0.5, 0.5)
            desk.saved()
        assert eventually(lambda: sorted(row["author"] for row in rows(project)) == ["Ann", "Ben"])
    finally:
        assert serving.stop() == 0


def test_a_forged_author_still_writes_ann(
    visitors: Callable[[], Page], project: Path, rows: Rows, eventually: Callable[..., Any]
) -> None:
    serving = Serve(project, authors=["Ann", "Ben"])
    forged: list[str] = []

    def forge(line: WebSocketRoute) -> None:
        """Sign every change that goes to the kernel as Ben."""
        kernel = line.connect_to_server()

        def up(message: str | bytes) -> None:
            parts = v1_parts(message) if isinstance(message, bytes) else []
            if parts and b'"change"' in parts[4]:
                parts[1] = parts[1].replace(b'"username":""', b'"username":"Ben"')
                parts[4] = signed_by_ben(parts[4])
                forged.append(parts[4].decode())
                message = v1_message(parts)
            kernel.send(message)

        line.on_message(up)

    try:
        page = visitors()
        page.route_web_socket(re.compile("/channels"), forge)
        desk = enter(page, serving.links["Ann"])
        desk.draw(0.2, 0.2, 0.5, 0.5)
        desk.saved()
        assert eventually(lambda: [row["author"] for row in rows(project)] == ["Ann"])
        assert forged
    finally:
        assert serving.stop() == 0


def signed_by_ben(content: bytes) -> bytes:
    """Put another author wherever one could stand."""
    message = json.loads(content)
    change = message["data"]["content"]["change"]
    change["author"] = {"id": "Ben", "name": "Ben"}
    for op in change["ops"]:
        op["author"] = "Ben"
        if isinstance(op.get("new"), dict):
            op["new"]["author"] = "Ben"
    return json.dumps(message).encode()


def test_a_name_that_is_not_a_secure_origin(
    browser: Browser, chromium: str, tmp_path: Path, rows: Rows
) -> None:
    """Plain http to another machine's name, as a colleague would open it: no Web Locks, no `crypto.randomUUID`."""
    project = make_project(tmp_path / "project")
    first = Serve(project)
    first.stop()
    origin = f"http://annotate.test:{first.port}"
    serving = Serve(project, port=None, authors=["Ann"], base_url=origin)
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP annotate.test 127.0.0.1"]
    try:
        opened = browser.browser_type.launch(executable_path=chromium, headless=True, args=arguments)
        page = opened.new_page()
        desk = enter(page, serving.links["Ann"])
        assert page.url == f"{origin}/"
        assert page.evaluate("window.isSecureContext") is False
        desk.draw(0.2, 0.2, 0.5, 0.5)
        desk.saved()
        opened.close()
        assert [row["author"] for row in rows(project)] == ["Ann"]
    finally:
        assert serving.stop() == 0


def test_a_wrong_link_and_the_form(visitors: Callable[[], Page], server: Serve) -> None:
    page = visitors()
    page.goto(server.home + "?token=wrong")
    expect(page.get_by_role("alert")).to_contain_text("new link")
    page.get_by_label("Your link").fill(server.links["Ann"])
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("application", name="Annotation canvas")).to_be_visible(timeout=SLOW)
    assert page.url == server.home


def test_a_revoked_persons_page_says_so(visitors: Callable[[], Page], project: Path) -> None:
    from ipyannotator.web import people

    serving = Serve(project, authors=["Ann"])
    try:
        page = visitors()
        enter(page, serving.links["Ann"])
        people(project).revoke("Ann")
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("has ended")
    finally:
        assert serving.stop() == 0
