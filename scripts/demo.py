"""Makes example pictures and a ready notebook in ./demo, and opens JupyterLab on it: `make demo`.

What is there already is left alone: the pictures, a notebook that somebody changed, and above all the annotations.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any, NoReturn

import pictures

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "Ipyannotator.ipynb"

CELLS = """
# Ipyannotator

Run the cell below (Shift+Enter), choose a class with a digit key, and draw boxes around the cells with the mouse.
Every box is saved at once: no Save is needed, and running the cell again, tomorrow or after a killed kernel, shows
everything as it was. Press `?` on the picture to see all keys.
%%
from ipyannotator import Annotator, InputImage, OutputImageBbox

annotator = Annotator(InputImage("photos"), OutputImageBbox(["red cell", "white cell", "platelet"]))
a = annotator.create()
a
%% markdown
What you have drawn, one row per box, in pixels of the full-resolution picture:
%%
a.to_dataframe()
%% markdown
The annotator is a live object. `a.current` is the picture on screen, and `a.undo()` takes your last change back.
A hook sees every change; run this cell and draw another box:
%%
from ipywidgets import Label

told = Label("Draw another box.")


@a.on("change")
def count(change):
    told.value = f"{len(a.current.objects)} boxes on {a.item}"


told
%% markdown
Take the annotations away as a file. The JSON has one entry per picture, with its boxes and their labels:
%%
from pathlib import Path

path = Path(a.save())
print(path)
print(path.read_text()[:400])
%% markdown
Look at the data set without being able to change anything:
%%
annotator.explore()
"""
"""The cells of the notebook, each begun by a line `%%`, or `%% markdown` for text."""


def notebook() -> dict[str, Any]:
    """Return the notebook of the demo, in Jupyter's format 4.5."""
    cells: list[dict[str, Any]] = []
    for number, text in enumerate(("%% markdown" + CELLS).split("%%")[1:]):
        kind, _, source = text.partition("\n")
        cell = {"id": f"cell-{number}", "metadata": {}, "source": source.strip()}
        code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": []}
        cells.append(cell | ({"cell_type": "markdown"} if kind.strip() else code))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}


def prepare(folder: Path) -> None:
    """Make what is missing of the pictures and the notebook; touch nothing that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = folder / "photos"
    if not photos.exists():
        print("Making example pictures …", flush=True)
        # Under another name until they are complete, so that an interrupted run leaves no half set behind.
        unfinished = folder / f".photos-{os.getpid()}"
        pictures.make(unfinished)
        unfinished.rename(photos)
    path = folder / NOTEBOOK
    if not path.exists():
        path.write_text(json.dumps(notebook(), indent=1) + "\n", encoding="utf-8")


def serve(folder: Path, *, browser: bool) -> int:
    """Run JupyterLab on the notebook until Ctrl-C; return its exit code."""
    port, token = free_port(), secrets.token_urlsafe(24)
    log = folder / ".jupyterlab.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"),
    ]
    if os.name != "nt" and os.geteuid() == 0:
        command.append("--allow-root")
    with log.open("wb") as output:
        # In a group of its own, so that Ctrl-C reaches this process alone, which then ends the server in order. The
        # token goes by the environment, which other users cannot read, unlike a command line.
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "JUPYTER_TOKEN": token},
            start_new_session=True,
        )
    try:
        wait(server, f"http://127.0.0.1:{port}/api/status?token={token}", log)
        url = f"http://127.0.0.1:{port}/lab/tree/{NOTEBOOK}?token={token}"
        print(
            f"\nJupyterLab is at\n\n    {url}\n\nYour annotations are kept in {folder}. Ctrl-C ends it.",
            flush=True,
        )
        if browser and has_screen():
            webbrowser.open(url)
        return server.wait()
    except KeyboardInterrupt:
        print("\nEnding JupyterLab …", flush=True)
        return 0
    finally:
        end(server)


def wait(server: subprocess.Popen[bytes], status: str, log: Path, seconds: float = 120) -> None:
    """Return as soon as the server answers; exit with its log where it ends before."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and server.poll() is None:
        try:
            with urllib.request.urlopen(status, timeout=5) as answer:  # noqa: S310 - our own, on the loopback
                if "started" in json.load(answer):
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit(
        f"JupyterLab did not start. Its log, {log}, ends with:\n{log.read_text('utf-8', 'replace')[-3000:]}"
    )


def end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels; what is drawn is saved already."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    """Return a port that is free on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def has_screen() -> bool:
    """Tell whether a graphical browser can open; without one, `webbrowser` may start one in the terminal."""
    return sys.platform in {"win32", "darwin"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def interrupt(*_: object) -> NoReturn:
    """Treat a request to end as Ctrl-C."""
    raise KeyboardInterrupt


def main() -> int:
    """Prepare the folder and run JupyterLab."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "demo", help="where to make it (default: ./demo)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--no-server", action="store_true", help="make the pictures and the notebook only")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    folder = options.folder.resolve()
    prepare(folder)
    if options.no_server:
        print(f"The notebook is {folder / NOTEBOOK}.")
        return 0
    return serve(folder, browser=not options.no_browser)


if __name__ == "__main__":
    sys.exit(main())
