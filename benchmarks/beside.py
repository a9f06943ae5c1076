"""Other people's canvases in pages of their own, and the plain one: fetched, served, shown.

Annotorious and Konva come from npm, by the lock file in `peers/`; jupyter-bbox-widget comes from PyPI, and what is
measured of it is its half in the page, with a model that costs nothing: no kernel, no Lab.
"""

from __future__ import annotations

import mimetypes
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

HERE = Path(__file__).parent / "peers"
ORIGIN = "http://localhost"
BBOX = "jupyter-bbox-widget==0.7.0"
PLAIN, KONVA, LIFTING, ANNOTORIOUS, BBOXES = (
    "a plain canvas", "Konva", "Konva, the dragged on a layer of its own", "Annotorious", "jupyter-bbox-widget",
)  # fmt: skip

_DIST = "node_modules/@annotorious/annotorious/dist"
_SCRIPTS = {
    PLAIN: ("/peers/plain.js",),
    KONVA: ("/node_modules/konva/konva.min.js", "/peers/konva.js"),
    LIFTING: ("/node_modules/konva/konva.min.js", "/peers/konva.js"),
    ANNOTORIOUS: (f"/{_DIST}/annotorious.js", "/peers/annotorious.js"),
    BBOXES: ("/peers/bbox.js",),
}
_STYLES = {ANNOTORIOUS: f"/{_DIST}/annotorious.css", BBOXES: "/bbox/style.css"}


class Peers:
    """What could be fetched.

    Args:
        folder: an empty folder to fetch into.

    Attributes:
        names: those that are there; the plain canvas always is.
        missing: those that are not, with the reason.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = [PLAIN]
        self.missing: dict[str, str] = {}
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        self._fetch((KONVA, LIFTING, ANNOTORIOUS), npm, folder)
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(folder / "pip"),
            BBOX,
        ]
        self._fetch((BBOXES,), pip, folder)

    def open(self, browser: Browser, name: str, photo: bytes, viewport: tuple[int, int]) -> Page:
        """Open a page with one of them, nothing shown yet."""
        page = browser.new_page(viewport={"width": viewport[0], "height": viewport[1]})
        page.route(f"{ORIGIN}/**", lambda route: self._serve(route, photo))
        page.goto(f"{ORIGIN}/{'?lifting' if name == LIFTING else ''}")
        if style := _STYLES.get(name):
            page.add_style_tag(url=style)
        for script in _SCRIPTS[name]:
            own = script.startswith("/peers/")
            page.add_script_tag(url=script, type="module" if own else "text/javascript")
        page.wait_for_function("() => window.peer")
        return page

    @staticmethod
    def show(page: Page, shapes: Sequence[Mapping[str, Any]]) -> float:
        """Show the photograph and shapes; return the milliseconds until they are painted."""
        taken: float = page.evaluate(
            """async (shapes) => {
              const began = performance.now();
              await peer.show('/photo.jpg', shapes);
              await watch.painted();
              return performance.now() - began;
            }""",
            list(shapes),
        )
        return taken

    def _fetch(self, names: tuple[str, ...], command: list[str], folder: Path) -> None:
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            self.missing |= dict.fromkeys(names, f"could not be fetched ({type(error).__name__})")
        else:
            self.names += names

    def _serve(self, route: Route, photo: bytes) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path == "/photo.jpg":
            route.fulfill(body=photo, content_type="image/jpeg")
            return
        file = self._file(path)
        if not file.is_file():
            route.fulfill(status=404)
            return
        mime = "text/javascript" if file.suffix == ".mjs" else mimetypes.guess_type(file.name)[0]
        route.fulfill(body=file.read_bytes(), content_type=mime or "application/octet-stream")

    def _file(self, path: str) -> Path:
        if path == "/":
            return HERE / "peer.html"
        if path.startswith("/peers/"):
            return HERE / Path(path).name
        if path.startswith("/bbox/"):
            return self.folder / "pip" / "jupyter_bbox_widget" / "static" / Path(path).name
        return self.folder / path.lstrip("/")
