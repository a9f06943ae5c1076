"""A grid on a real project, in a browser: pictures and boxes are made, everything between is real."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page

from ipyannotator.editor import Editor
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author, Box, Op, encode_shape
from ipyannotator.sources import ImageSource, MediaCache
from ipyannotator.stores import SqlStore
from ipyannotator.widgets.cells import Cell, Mark
from ipyannotator.widgets.grid import Grid
from ipyannotator.widgets.keymap import KeyMap
from tests.browser.wire import Wire

WRONG = Mark("object", "attributes/review", "wrong", "wrong")
REVIEW = Mark("field", "value", "wrong", "wrong", id="review")
ANN = Author("ann", "Ann")


class Boxes(OutputImageBbox):
    """The task."""

    name = "boxes"


def photograph(path: Path, seed: int, size: tuple[int, int] = (640, 480), boxes: int = 13) -> list[Box]:
    """Write a picture with so many blots on it, and return the boxes around them."""
    chance = np.random.default_rng(seed)
    small = chance.integers(150, 220, (size[1] // 16, size[0] // 16, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    found = []
    for _ in range(boxes):
        side = int(chance.integers(30, 90))
        x, y = int(chance.integers(0, size[0] - side)), int(chance.integers(0, size[1] - side))
        draw.ellipse(
            (x, y, x + side, y + side), fill=tuple(int(each) for each in chance.integers(60, 220, 3))
        )
        found.append(Box(x, y, side, side))
    image.save(path, quality=88)
    return found


class Project:
    """A project of pictures with boxes, and a grid of all of them.

    Args:
        folder: an empty folder.
        images: how many pictures.
        boxes: how many boxes on each.
        grid: options of the grid.
    """

    def __init__(self, folder: Path, images: int = 12, boxes: int = 13, **grid: Any) -> None:
        self.folder = folder / "photos"
        self.folder.mkdir()
        found = [photograph(self.folder / f"{at:05}.jpg", at, boxes=boxes) for at in range(images)]
        self.source = ImageSource(self.folder)
        self.editor = Editor(SqlStore(folder / "results"), self.source, Boxes(), author=ANN)
        for name, colour in (("RBC", "#d55e00"), ("WBC", "#0072b2")):
            new = {"id": name, "name": name, "color": colour, "key": "1" if name == "RBC" else "2"}
            self.editor.do([Op("create", "class", name, new=new)], item="", origin="file")
        self.cells: list[Cell] = []
        for at, there in enumerate(found):
            ops = []
            for number, box in enumerate(there):
                record = {
                    "id": f"o{at}-{number}", "item": f"{at:05}.jpg", "shape": encode_shape(box), "class_id": "RBC",
                    "score": round(0.99 - 0.01 * (number % 30), 2), "order": number + 1,
                }  # fmt: skip
                ops.append(Op("create", "object", record["id"], f"{at:05}.jpg", new=record))
                self.cells.append(Cell(f"{at:05}.jpg", str(record["id"])))
            if ops:
                self.editor.do(ops, item=f"{at:05}.jpg", origin="file")
        self.media = MediaCache(self.source)
        self.acted: list[tuple[str, Any]] = []
        session = {
            "id": "session-1", "project": self.editor.store.project, "task": "boxes", "layer": "main",
            "author": {"id": "ann", "name": "Ann"},
        }  # fmt: skip
        options = {"question": "Which of these are not RBC?", "hint": "Click marks", **grid}
        marks = options.pop("marks", (WRONG, REVIEW))
        self.grid = Grid(self.editor, self.media, self.act, marks=marks, session=session, **options)
        self.grid.keymap = {**KeyMap(lambda: None).wire({})[0], "1": "class:RBC", "2": "class:WBC"}
        self.grid.labels = {}

    def act(self, name: str, value: Any = None) -> None:
        """Note what is asked for; perform undo and redo."""
        self.acted.append((name, value))
        if name in ("undo", "redo"):
            getattr(self.editor, name)()

    def value(self, cell: Cell) -> Any:
        """Return the mark that is stored of an object."""
        (record,) = self.editor.objects(cell.item, [cell.object])
        return record.attributes.get("review")

    def close(self) -> None:
        """End it."""
        self.grid.close()
        self.media.close()
        self.editor.close()


class GridPage:
    """One page with one grid, wired to a project.

    Args:
        browser: a Chromium of Playwright.
        project: what it shows.
        stage: width and height of the grid in CSS pixels.
        dark: whether the host's theme is dark.
        mounted: whether it is displayed at once.
    """

    def __init__(
        self,
        browser: Browser,
        project: Project,
        stage: tuple[int, int] = (1008, 636),
        *,
        dark: bool = False,
        mounted: bool = True,
    ) -> None:
        self.project = project
        self.wire = Wire(project.grid)
        self.context = browser.new_context(
            viewport={"width": stage[0] + 60, "height": stage[1] + 60},
            color_scheme="dark" if dark else "light",
        )
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack or ''}"))
        self.page.on("console", self._heard)
        self.page.goto(f"{self.wire.origin}/grid.html")
        self.page.wait_for_selector("html[data-loaded]", state="attached")
        self.page.evaluate("() => desk.open()")
        if mounted:
            self.mount(stage)

    def mount(self, stage: Sequence[int] = (1008, 636)) -> None:
        self.page.evaluate("([width, height]) => desk.mount(width, height)", list(stage))

    def unmount(self) -> None:
        self.page.evaluate("() => desk.unmount()")

    def settled(self) -> None:
        """Wait until every cell in sight has its picture."""
        self.page.wait_for_function(
            "() => document.querySelector('.ipya-cell[aria-description]') && desk.blank() === 0",
            timeout=20_000,
        )

    def saved(self) -> None:
        """Wait until nothing waits in the outbox."""
        self.page.wait_for_function(
            "() => [...globalThis[Symbol.for('ipyannotator.sessions')].open.values()]"
            ".every(({save}) => save.kind === 'saved')"
        )

    def until(self, there: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something is so in the kernel."""
        deadline = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < deadline, f"it never came; asked were {self.project.acted}"
            self.page.wait_for_timeout(5)

    @property
    def grid(self) -> Locator:
        return self.page.get_by_role("grid")

    def cell(self, at: int) -> Locator:
        return self.page.locator(f'.ipya-cell[data-at="{at}"]')

    def marked(self) -> list[int]:
        """Return which cells in the page are marked."""
        found: list[int] = self.page.evaluate(
            "() => [...document.querySelectorAll('.ipya-cell[aria-selected=true]')].map(c => +c.dataset.at)"
            ".sort((a, b) => a - b)"
        )
        return found

    def close(self) -> None:
        self.context.close()
        self.wire.close()

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)
