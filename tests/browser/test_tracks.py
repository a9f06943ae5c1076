"""Following things through a clip with mouse and keyboard, on a real page with a kernel: asserted on the database."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ipyannotator.datasets.generators import create_mot_ds
from tests.hosts.pages import SLOW, Annotating, write_notebook
from tests.hosts.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FRAMES, SIZE = 12, (480, 320)
OPEN = """
from ipyannotator import Annotator, InputImage, OutputVideoBbox, Settings
a = Annotator(InputImage('img'), OutputVideoBbox(['circle', 'ellipse', 'rectangle']), Settings('clip', author='ann')).create()
a
"""


without_truth = pytest.mark.parametrize("clip", [False], indirect=True)
with_truth = pytest.mark.parametrize("clip", [True], indirect=True)


class Clip(Annotating):
    """A page with an annotator of a clip.

    Attributes:
        tracks: the rows of the list of tracks.
    """

    def __init__(self, page: Page, root: Path) -> None:
        super().__init__(page)
        self._database = root / "clip" / "results" / "annotations.db"
        self.tracks: Locator = self.root.get_by_role("listbox", name="Tracks").get_by_role("option")
        self.hint: Locator = self.root.locator(".ipya-track-hint")

    def stored(self) -> dict[str, list[int]]:
        """Return the frames of each track from the database, independently of Ipyannotator's own code."""
        connection = sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)
        try:
            query = "SELECT track, key FROM objects JOIN items ON items.id = objects.item ORDER BY key"
            found: dict[str, list[int]] = {}
            for track, key in connection.execute(query):
                found.setdefault(track, []).append(int(key.removesuffix(".jpg")))
            return found
        finally:
            connection.close()

    def comes_to(self, right: Callable[[dict[str, list[int]]], bool]) -> None:
        """Wait until what is stored is as it should be."""
        deadline = time.monotonic() + 30
        while not right(self.stored()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert right(self.stored()), self.stored()

    def go(self, key: str, frame: int) -> None:
        self.canvas.focus()
        self.page.keyboard.press(key)
        self.shows(f"{frame:04}.jpg")

    def middle(self, one: str, other: str) -> tuple[float, float]:
        """Return the middle between the circle's centres on two frames, in pixels of the picture."""
        truth = json.loads((self._database.parents[1] / "annotations.json").read_text())
        boxes = [
            next(each for path, each in truth.items() if path.endswith(name))["bbox"][0]
            for name in (one, other)
        ]
        x, y = (
            sum(box[at] + box[size] / 2 for box in boxes) / 2
            for at, size in (("x", "width"), ("y", "height"))
        )
        return x, y

    def painted(self, at: tuple[float, float]) -> bool:
        """Tell whether the layer of the objects has something at a place of the picture, which fills its height."""
        alpha: int = self.canvas.evaluate(
            """(stage, [x, y, width, height]) => {
                const layer = stage.querySelectorAll('canvas')[1];
                const scale = layer.height / height;
                const left = (layer.width - width * scale) / 2 + x * scale;
                return layer.getContext('2d').getImageData(Math.round(left), Math.round(y * scale), 1, 1).data[3];
            }""",
            [*at, *SIZE],
        )
        return alpha > 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("voila") / "root"
    root.mkdir()
    write_notebook(root / "work.ipynb", OPEN)
    voila = Server("voila", root, options=["work.ipynb"])
    yield voila
    voila.stop()


@pytest.fixture
def clip(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Clip]:
    """A page on a clip whose circle passes behind the rectangle; with the truth, what is to be seen has boxes."""
    folder = server.folder / "clip"
    shutil.rmtree(folder, ignore_errors=True)
    create_mot_ds(folder, n_frames=FRAMES, occluded=True)
    if request.param:
        (folder / "results").mkdir()
        shutil.copy(folder / "annotations.json", folder / "results" / "annotations.json")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"{error}\n{error.stack or ''}"))
    page.goto(server.url)
    on_screen = Clip(page, server.folder)
    on_screen.ready()
    yield on_screen
    context.close()
    assert not [error for error in errors if "ipya" in error.lower()]


@without_truth
def test_boxes_that_are_drawn_get_ids_and_are_followed(clip: Clip) -> None:
    expect(clip.hint).to_have_text("Next box: new track #1", timeout=SLOW)
    clip.draw(0.1, 0.1, 0.2, 0.25)
    clip.draw(0.5, 0.5, 0.6, 0.7)
    expect(clip.tracks).to_have_count(2)
    for frame in (1, 2):
        clip.go("d", frame)
        expect(clip.hint).to_have_text("Next box: by overlap, else new #3")
        clip.draw(0.51, 0.51, 0.61, 0.71)  # not in the order of the first frame
        clip.draw(0.11, 0.11, 0.21, 0.26)
    clip.comes_to(lambda stored: stored == {"1": [0, 1, 2], "2": [0, 1, 2]})
    clip.go("d", 3)
    clip.page.keyboard.press("n")
    expect(clip.hint).to_have_text("Next box: new track #3")
    clip.draw(0.51, 0.51, 0.61, 0.71)
    clip.comes_to(lambda stored: stored.get("3") == [3])
    clip.page.keyboard.press("Control+z")
    clip.comes_to(lambda stored: "3" not in stored)
    clip.tracks.nth(0).get_by_role("checkbox", include_hidden=True).click()
    expect(clip.hint).to_have_text("Next box: continues #1")
    clip.draw(0.7, 0.1, 0.8, 0.3)
    clip.comes_to(lambda stored: stored == {"1": [0, 1, 2, 3], "2": [0, 1, 2]})


@with_truth
def test_a_track_is_joined_across_an_occlusion_and_taken_apart_again(clip: Clip) -> None:
    expect(clip.tracks).to_have_count(4, timeout=SLOW)
    before = clip.stored()
    clip.tracks.nth(0).get_by_role("checkbox", include_hidden=True).click()
    clip.tracks.nth(3).get_by_role("checkbox", include_hidden=True).click()
    clip.canvas.focus()
    clip.page.keyboard.press("j")
    clip.comes_to(
        lambda stored: stored == {"1": before["1"] + before["4"], "2": before["2"], "3": before["3"]}
    )
    expect(clip.tracks).to_have_count(3)
    clip.tracks.nth(1).get_by_role("checkbox", include_hidden=True).click()
    clip.button("Join").click()
    refusal = clip.root.get_by_text("cannot be joined: more than one of them is on")
    expect(refusal.first).to_be_visible()
    clip.canvas.focus()
    clip.page.keyboard.press("Control+z")
    clip.comes_to(lambda stored: stored == before)
    clip.tracks.nth(3).locator(".ipya-track-name").click()
    clip.shows(f"{before['4'][0]:04}.jpg")


@with_truth
def test_trajectories_are_drawn_and_switched_off(clip: Clip) -> None:
    expect(clip.tracks).to_have_count(4, timeout=SLOW)
    clip.go("d", 1)
    between = clip.middle("0002.jpg", "0003.jpg")  # of the frames to come, off every box of this one
    clip.comes_to(lambda _: clip.painted(between))
    clip.page.keyboard.press("t")
    clip.comes_to(lambda _: not clip.painted(between))
    switch = clip.root.get_by_role("switch", name="Trajectories")
    expect(switch).not_to_be_checked()
    clip.button("Explore").click()
    expect(clip.root.get_by_role("toolbar", name="Tracks")).to_be_hidden(timeout=SLOW)
    expect(switch).not_to_be_checked()
    clip.page.keyboard.press("t")
    clip.comes_to(lambda _: clip.painted(between))
