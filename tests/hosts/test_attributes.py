"""Attributes and labels of the whole image, set in a real host: what a person chooses stands in the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.hosts.pages import SLOW
from tests.hosts.servers import Server
from tests.hosts.test_lab import start

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CELL = """
from ipyannotator import Annotator, Attribute, InputImage, ObjectClass, OutputImageShapes, Settings
colour = Attribute('colour', 'choice', choices=['red', 'blue'], default='red')
parts = Attribute('parts', 'choices', choices=['door', 'wheel'])
car = ObjectClass('car', shapes=['box'], attributes=[colour, parts, Attribute('speed', 'number', min=0, max=9)])
output = OutputImageShapes(
    ['box', 'whole'], [car, ObjectClass('night', shapes=['whole'])], [Attribute('note', required=True)]
)
a = Annotator(InputImage('photos'), output, Settings('.', author='ann')).create()
a
"""


def test_attributes_in_lab(
    page: Page,
    lab: Server,
    place: Path,
    rows: Callable[[Path], list[dict[str, Any]]],
    eventually: Callable[..., Any],
) -> None:
    on_screen = start(page, lab, place, CELL)
    fields = on_screen.root.locator(".ipya-fields")
    on_screen.draw(0.2, 0.2, 0.5, 0.6)
    expect(fields.get_by_text("1 selected")).to_be_visible(timeout=SLOW)
    fields.get_by_role("combobox", name="colour").select_option("blue")
    fields.get_by_role("button", name="wheel").click()
    fields.get_by_role("textbox", name="speed").fill("7")
    fields.get_by_role("textbox", name="speed").press("Enter")
    wanted = {"colour": "blue", "parts": ["wheel"], "speed": 7}

    def stored() -> list[dict[str, Any]]:
        return [json.loads(row["attributes"] or "{}") for row in rows(place) if "box" in row["shape"]]

    assert eventually(lambda: stored() == [wanted]), stored()
    on_screen.button("Done").click()
    expect(on_screen.root.get_by_text("Not done yet: note of car must be given.")).to_be_visible(timeout=SLOW)
    expect(on_screen.canvas).to_have_attribute("data-item", "photo_0.jpg")
    fields.get_by_role("textbox", name="speed").fill("70")
    fields.get_by_role("textbox", name="speed").press("Enter")
    expect(on_screen.root.get_by_text("expected a number from 0 to 9")).to_be_visible(timeout=SLOW)
    expect(fields.get_by_role("textbox", name="speed")).to_have_value("7")
    fields.get_by_role("textbox", name="note").fill("<b>parked</b>")
    fields.get_by_role("textbox", name="note").press("Enter")
    assert eventually(lambda: stored() == [{**wanted, "note": "<b>parked</b>"}]), stored()
    on_screen.button("Done").click()
    on_screen.shows("photo_1.jpg")


def test_labels_of_the_whole_image_in_lab(
    page: Page,
    lab: Server,
    place: Path,
    rows: Callable[[Path], list[dict[str, Any]]],
    eventually: Callable[..., Any],
) -> None:
    on_screen = start(page, lab, place, CELL)
    night = on_screen.root.get_by_role("group", name="Labels of the whole image").get_by_role(
        "button", name="night"
    )
    night.click()
    expect(night).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    assert eventually(lambda: [json.loads(row["shape"])["kind"] for row in rows(place)] == ["whole"])
    on_screen.button("Undo").click()
    expect(night).to_have_attribute("aria-pressed", "false", timeout=SLOW)
    assert eventually(lambda: not rows(place))
