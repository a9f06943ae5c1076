"""Takes the pictures of the pages on shapes, `docs/images/shapes-*.png`, with python scripts/screens.py [name …].

A notebook shows a picture of its annotator as it is at that place. So its cells up to there are run, in a real Voilà and
a real Chromium; what they annotate is drawn by `ipyannotator.datasets` or by the notebook itself. Then some keys are
pressed, as a person would, and the annotator is taken.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import browser
import demo

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
SLOW = 60_000
"""Milliseconds to wait for a host that starts on a busy machine."""
WIDTH, HEIGHT = 1180, 900
COLORS = 200
"""Of the palette: enough for a photograph that is drawn, and a third of the bytes."""


class Shot(NamedTuple):
    """A picture of a notebook's annotator."""

    notebook: str
    keys: tuple[str, ...]
    """Pressed on the canvas before it is taken; the first selects the object after the last one, thus the first."""
    themes: tuple[str, ...] = ("light",)


SHOTS = {
    "shapes-boxes": Shot("shapes_boxes", ("]", "]")),
    "shapes-polygons": Shot("shapes_polygons", ("]", "]", "]"), ("light", "dark")),
    "shapes-points": Shot("shapes_points", ("]", "]", ".", ".", ".")),
    "shapes-masks": Shot("shapes_masks", ("]",)),
}


def cells(shot: str) -> list[str]:
    """Return the code of a notebook up to the cell that has the picture, and a last cell that shows the annotator."""
    notebook = json.loads((ROOT / "docs" / f"{SHOTS[shot].notebook}.ipynb").read_text("utf-8"))
    found: list[str] = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and f"(images/{shot}-" in source:
            return [*found, "a"]
        if cell["cell_type"] == "code":
            # Only the last cell shows something, as the page is to have one annotator.
            found.append(source.removesuffix("\na") + "\nNone")
    raise SystemExit(f"docs/{SHOTS[shot].notebook}.ipynb has no picture {shot}.")


@contextmanager
def served(folder: Path, code: list[str], theme: str) -> Iterator[str]:
    """Serve cells of code by Voilà from a folder; the address of the page."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made: list[dict[str, Any]] = [
        {
            "id": f"cell-{at}",
            "cell_type": "code",
            "metadata": {},
            "source": each,
            "execution_count": None,
            "outputs": [],
        }
        for at, each in enumerate(code)
    ]
    page = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": made}
    (folder / "page.ipynb").write_text(json.dumps(page), encoding="utf-8")
    port = demo.free_port()
    private = {
        name: str(folder / ".jupyter" / name)
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")
    }
    command = [sys.executable, "-m", "voila", "page.ipynb", "--no-browser", f"--port={port}"]
    with (folder / "voila.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--Voila.ip=127.0.0.1", f"--theme={theme}", "--show_tracebacks=True"],
            cwd=folder,
            env={**os.environ, **private},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait(server, port, folder / "voila.log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return as soon as the server listens. It is not asked for anything: each page that it gives is a kernel."""
    limit = time.monotonic() + SLOW / 1000
    while time.monotonic() < limit and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Voilà did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


def take(page: Page, shot: Shot) -> bytes:
    """Return the annotator on a page, as PNG, once it shows everything."""
    root = page.locator(".ipyannotator")
    canvas = root.get_by_role("application", name="Annotation canvas")
    expect(canvas).to_have_attribute("data-state", "ready", timeout=SLOW)
    expect(root.get_by_role("status").first).to_have_text("saved", timeout=SLOW)
    expect(root.get_by_role("option").first).to_be_visible(timeout=SLOW)
    canvas.focus()
    for key in shot.keys:
        page.keyboard.press(key)
    page.mouse.move(2, 2)
    # What moves has come to rest, and the last frame is painted.
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(({finished}) => finished))")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return root.screenshot()


def main() -> None:
    """Take the pictures that are named, or all."""
    names = sys.argv[1:] or list(SHOTS)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser.find(), args=["--no-sandbox"])
        for name in names:
            for theme in SHOTS[name].themes:
                with tempfile.TemporaryDirectory() as folder, served(Path(folder), cells(name), theme) as url:
                    context = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT})
                    page = context.new_page()
                    page.goto(url, timeout=SLOW)
                    picture = Image.open(io.BytesIO(take(page, SHOTS[name]))).convert("RGB")
                    context.close()
                path = IMAGES / f"{name}-{theme}.png"
                picture.quantize(COLORS).save(path, optimize=True)
                print(
                    f"{path.relative_to(ROOT)}: {picture.width} × {picture.height}, {path.stat().st_size:,} bytes"
                )
        chromium.close()


if __name__ == "__main__":
    main()
