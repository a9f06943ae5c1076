"""What a person does in a host: open a notebook, run it, find the annotator, draw."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

from tests.hosts.servers import Server

SLOW = 60_000
"""Milliseconds to wait for a host that starts on a busy machine."""


def write_notebook(path: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(notebook, path)
    return path


class Annotating:
    """One annotator on a page."""

    def __init__(self, page: Page, at: int = 0) -> None:
        self.page = page
        self.root: Locator = page.locator(".ipyannotator").nth(at)
        self.canvas: Locator = self.root.get_by_role("application", name="Annotation canvas")
        self.status: Locator = self.root.get_by_role("status").first

    def ready(self) -> Annotating:
        """Wait until a picture, or a word on why there is none, is on the canvas."""
        expect(self.canvas).to_be_visible(timeout=SLOW)
        expect(self.canvas).to_have_attribute("data-state", "ready", timeout=SLOW)
        return self

    def shows(self, name: str) -> Annotating:
        expect(self.canvas).to_have_attribute("data-item", name, timeout=SLOW)
        expect(self.canvas).to_have_attribute("data-state", "ready", timeout=SLOW)
        return self

    def draw(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw with the mouse; fractions of the canvas."""
        self.canvas.evaluate("element => element.scrollIntoView({block: 'end'})")
        box = self.canvas.bounding_box()
        assert box is not None
        x, y = (box["x"] + box["width"] * left, box["y"] + box["height"] * top)
        to_x, to_y = (box["x"] + box["width"] * right, box["y"] + box["height"] * bottom)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=3)
        mouse.move(to_x, to_y, steps=3)
        mouse.up()

    def saved(self) -> None:
        expect(self.status).to_have_text("saved", timeout=SLOW)

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)


def open_notebook(page: Page, server: Server, notebook: str, *, at: str = "") -> None:
    """Open a notebook in Lab or Notebook 7, and wait for its kernel."""
    path = {"lab": f"/lab/tree/{notebook}?reset", "notebook": f"/notebooks/{notebook}"}[server.host]
    page.goto((at or server.url) + path)
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext", timeout=SLOW)
    page.wait_for_function(
        "() => ['idle', 'busy'].includes(window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status)",
        timeout=SLOW,
    )


def command(page: Page, name: str) -> None:
    """Perform a command of Lab or Notebook 7."""
    page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)


def run_all(page: Page) -> None:
    command(page, "notebook:run-all-cells")


def save_notebook(page: Page) -> None:
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
