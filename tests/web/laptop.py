"""A browser whose pages can be put to sleep as a laptop does it.

Playwright keeps the pages that it drives awake, so it lets go of the browser while the lid is closed.
"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import websocket  # type: ignore[import-untyped, unused-ignore]
from playwright.sync_api import Browser, BrowserType, Page


class Laptop:
    """A Chromium of its own with one page.

    Args:
        kind: Playwright's Chromium.
        path: the browser to start.
        folder: for its profile.
    """

    def __init__(self, kind: BrowserType, path: str, folder: Path) -> None:
        self._kind = kind
        self._process = subprocess.Popen(
            [
                path, "--headless=new", "--no-sandbox", "--no-first-run", "--disable-gpu", "--window-size=1280,900",
                "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={folder}", "about:blank",
            ],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stderr is not None
        self._port = next(
            found[1]
            for line in self._process.stderr
            if (found := re.search(r"ws://127\.0\.0\.1:(\d+)", line))
        )
        self._browser: Browser | None = None

    def look(self) -> Page:
        """Return the page, with somebody in front of it."""
        self._browser = self._kind.connect_over_cdp(f"http://127.0.0.1:{self._port}")
        return self._browser.contexts[0].pages[0]

    def close_lid(self) -> None:
        """Freeze the page: no timer, no message, no event reaches it."""
        assert self._browser is not None
        page = self._browser.contexts[0].pages[0]
        page.evaluate("() => document.addEventListener('freeze', () => { window.slept = true })")
        self._browser.close()
        self._tell("frozen")

    def open_lid(self) -> Page:
        """Thaw it, and return the page."""
        self._tell("active")
        page = self.look()
        assert page.evaluate("() => window.slept") is True
        return page

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()
        self._process.terminate()
        self._process.wait(30)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _tell(self, state: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/list", timeout=10) as answer:
            pages: list[dict[str, Any]] = [each for each in json.load(answer) if each["type"] == "page"]
        line = websocket.create_connection(pages[0]["webSocketDebuggerUrl"], timeout=10)
        try:
            asked: tuple[tuple[str, dict[str, str]], ...] = (
                ("Page.enable", {}),
                ("Page.setWebLifecycleState", {"state": state}),
            )
            for number, (method, values) in enumerate(asked):
                line.send(json.dumps({"id": number, "method": method, "params": values}))
                while (said := json.loads(line.recv())).get("id") != number:
                    pass
                assert "error" not in said, said
        finally:
            line.close()
