"""A widget of ours and its browser side with nothing between them but a WebSocket, as a notebook has one.

Messages and traits go both ways as they do in Jupyter: JSON with binary buffers, in order, over one socket; what comes
from the page is handled on another thread than the test's.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ipyannotator.widgets.component import STATIC
from ipyannotator.widgets.line import Line

HERE = Path(__file__).parent


class Wire:
    """Serves a page, and one widget on its WebSocket.

    Args:
        widget: the widget; from now on it sends here.

    Attributes:
        origin: where the files of this folder are, and those of `static`.
        heard: what the page has sent, in order.
    """

    def __init__(self, widget: Line) -> None:
        self.widget = widget
        self.heard: list[dict[str, Any]] = []
        self._pages: set[_Page] = set()
        self._waiting: deque[tuple[dict[str, Any], list[bytes]]] = deque()
        self._traits = [name for name in widget.keys if not name.startswith("_")]
        self._from_page = threading.local()
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="wire", daemon=True)
        self._thread.start()
        self._up.wait(10)
        widget.send = self.send
        widget.observe(self._trait_changed, self._traits)

    def values(self) -> dict[str, Any]:
        """Return the traits as the page gets them."""
        return {
            name: value for name, value in self.widget.get_state(self._traits).items() if name != "layout"
        }

    def send(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        """Send a message of the widget to the page; from any thread."""
        self._put({"message": content}, list(buffers or []))

    def close(self) -> None:
        """End the socket and its thread."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def _trait_changed(self, change: Any) -> None:
        if getattr(self._from_page, "name", None) != change.name:
            self._put({"traits": {change.name: change.new}}, [])

    def _put(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self._waiting.append(({**content, "buffers": len(buffers)}, buffers))
        self._loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        while self._waiting:
            content, buffers = self._waiting.popleft()
            for page in list(self._pages):
                try:
                    written = [page.write_message(json.dumps(content))]
                    written += [page.write_message(bytes(each), binary=True) for each in buffers]
                except WebSocketClosedError:
                    self._pages.discard(page)
                else:
                    for each in written:
                        each.add_done_callback(
                            lambda done: done.exception()
                        )  # the page may be closed meanwhile

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        sockets = bind_sockets(0, "127.0.0.1")
        self.origin = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        handlers = [
            ("/line", _Page, {"wire": self}),
            ("/static/(.*)", StaticFileHandler, {"path": str(STATIC)}),
            ("/(.*)", StaticFileHandler, {"path": str(HERE)}),
        ]
        server = HTTPServer(Application(handlers))
        server.add_sockets(sockets)
        self._up.set()
        await self._end.wait()
        server.stop()
        for page in list(self._pages):
            page.close()
        await server.close_all_connections()
        await self._loop.shutdown_default_executor()

    async def take(self, text: str) -> None:
        """Handle what the page sent, on another thread."""
        content = json.loads(text)
        await self._loop.run_in_executor(None, self._handle, content)

    def _handle(self, content: dict[str, Any]) -> None:
        if "message" in content:
            self.heard.append(content["message"])
            self.widget.receive(content["message"])
        for name, value in content.get("traits", {}).items():
            self._from_page.name = name
            setattr(self.widget, name, value)
            self._from_page.name = None


class _Page(WebSocketHandler):
    """One page's end."""

    def initialize(self, wire: Wire) -> None:
        self._wire = wire

    def open(self, *_: str, **__: str) -> None:
        self.write_message(json.dumps({"traits": self._wire.values(), "buffers": 0}))
        self._wire._pages.add(self)

    def on_close(self) -> None:
        self._wire._pages.discard(self)

    async def on_message(self, message: str | bytes) -> None:
        await self._wire.take(str(message))
