"""A canvas on a page of its own; an error in the page fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.page import CanvasPage


@pytest.fixture
def open_canvas(browser: Browser) -> Iterator[Callable[..., CanvasPage]]:
    """Open a canvas with traits of the model or options of `CanvasPage.open`."""
    pages: list[CanvasPage] = []

    def open_one(**options: Any) -> CanvasPage:
        pages.append(CanvasPage.open(browser, **options))
        return pages[-1]

    yield open_one
    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.close()
    assert not errors, "\n".join(errors)


@pytest.fixture
def canvas(open_canvas: Callable[..., CanvasPage]) -> CanvasPage:
    """A canvas of 900 × 600 that shows `a.png`, 640 × 480, with nothing on it."""
    page = open_canvas()
    page.show("a.png")
    page.forget()
    return page
