"""A model's suggestions in a real Lab: they come, are gone through by keys, and what is moved by hand is accepted."""

from __future__ import annotations

import textwrap

import pytest
from playwright.sync_api import expect

from tests.hosts.pages import SLOW, Annotating, open_notebook, run_all, write_notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CELL = """
from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings

a = Annotator(InputImage("photos"), OutputImageBbox(["car", "bus"]), Settings(".", author="ann")).create()


@a.suggest
def find(item):
    left = item.width / 8
    return [(Box(at * left, 100, left / 2, 200), "car", at / 8) for at in (2, 4, 6)]


a
"""


def test_suggestions_are_judged_by_keys_and_moved_by_hand(lab, place, page, rows, eventually):
    write_notebook(place / "work.ipynb", textwrap.dedent(CELL))
    open_notebook(page, lab, f"{place.name}/work.ipynb")
    run_all(page)
    annotating = Annotating(page).ready()
    root = annotating.root
    expect(root.get_by_text("3 suggestions of find")).to_be_visible(timeout=SLOW)
    expect(root.get_by_role("button", name="Accept above the score")).to_have_text("Accept 2 above 0.50")
    annotating.canvas.focus()
    for key, left in (("y", 3), ("y", 2), ("x", 1)):
        page.keyboard.press(key)
        words = "1 suggestion of find" if left == 1 else f"{left} suggestions of find"
        expect(root.get_by_text(words, exact=True)).to_be_visible(timeout=SLOW)
    annotating.saved()
    made = eventually(lambda: len(found := rows(place)) == 2 and found)
    assert sorted((row["origin"], row["author"], row["score"]) for row in made) == [
        ("human", "model:find", 0.25),
        ("model", "model:find", 0.75),
    ]

    page.keyboard.press("d")
    annotating.shows("photo_1.jpg")
    expect(root.get_by_text("3 suggestions of find")).to_be_visible(timeout=SLOW)
    page.keyboard.press("v")
    annotating.draw(0.53, 0.4, 0.57, 0.5)  # the one in the middle
    expect(root.get_by_text("2 suggestions of find")).to_be_visible(timeout=SLOW)
    annotating.saved()
    (moved,) = eventually(
        lambda: [row for row in rows(place) if row["item"] == "photo_1.jpg" and row["origin"] == "human"]
    )
    assert moved["score"] == 0.5
    page.keyboard.press("Control+z")
    expect(root.get_by_text("3 suggestions of find")).to_be_visible(timeout=SLOW)
    root.get_by_role("button", name="Accept above the score").click()
    expect(root.get_by_text("1 suggestion of find")).to_be_visible(timeout=SLOW)
    root.get_by_role("button", name="Reject the rest").click()
    expect(root.get_by_text("No suggestions of find")).to_be_visible(timeout=SLOW)
    assert eventually(lambda: sum(row["item"] == "photo_1.jpg" for row in rows(place)) == 2)
