"""An annotator in a notebook of a real JupyterLab, and what a bare message to the same kernel takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.figures import Sample
from benchmarks.frames import Frames
from tests.hosts.pages import Annotating, open_notebook, run_all, write_notebook
from tests.hosts.servers import Server

HERE = Path(__file__).parent
REST = 700
"""Milliseconds without a message after which nothing more is taken to come."""

OPEN = """
from pathlib import Path
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings
import ipyannotator.widgets.canvas as canvas
canvas.AHEAD = {ahead}
a = Annotator(InputImage({pictures!r}), OutputImageBbox(['car']), Settings(Path({project!r}), author='ann')).create()
a.index = 0
a
"""
ECHO = """
import anywidget
class Echo(anywidget.AnyWidget):
    _esm = '''
    function render({ model, el }) {
      el.textContent = 'echo';
      window.echo = () => new Promise((resolve) => {
        const began = performance.now();
        model.on('msg:custom', function heard() { model.off('msg:custom', heard); resolve(performance.now() - began); });
        model.send({ type: 'echo' });
      });
    }
    export default { render };
    '''
e = Echo()
e.on_msg(lambda _, content, buffers: e.send(content))
e
"""


@contextmanager
def annotating(
    browser: Browser,
    server: Server,
    root: Path,
    pictures: Path,
    project: Path,
    *,
    ahead: tuple[int, ...] = (1, 2, -1),
    code: str = OPEN,
) -> Iterator[tuple[Page, Annotating, Frames]]:
    """Open a notebook with an annotator, and one with an echo below it."""
    name = f"{project.name}-{len(ahead)}.ipynb"
    cell = code.format(pictures=str(pictures), project=str(project), ahead=ahead)
    write_notebook(root / name, cell, ECHO)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    frames = Frames(page)
    try:
        open_notebook(page, server, name)
        run_all(page)
        on_screen = Annotating(page).ready()
        page.wait_for_function("() => window.echo")
        page.evaluate((HERE / "lab.js").read_text(encoding="utf-8"))
        on_screen.canvas.evaluate("element => element.scrollIntoView({block: 'end'})")
        quiet(page, frames)
        yield page, on_screen, frames
        # The kernel ends with its page, so that the next measurement has the machine to itself.
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    finally:
        context.close()


def quiet(page: Page, frames: Frames) -> None:
    """Wait until no message has come for a while."""
    before = -1
    while len(frames.heard) != before:
        before = len(frames.heard)
        page.wait_for_timeout(REST)


def echo(page: Page, times: int) -> Sample:
    """Time a bare message to the kernel and back."""
    return Sample(tuple(page.evaluate("() => window.echo()") for _ in range(times)))
