"""Counts the messages of widgets on the WebSockets of a page's kernels."""

from __future__ import annotations

import json
import struct
from typing import Any, NamedTuple

from playwright.sync_api import Page, WebSocket


class Message(NamedTuple):
    """One message: whether to the kernel, its type, and bytes on the wire."""

    up: bool
    kind: str
    size: int


class Frames:
    """Hears all kernel messages of a page; install it before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.heard: list[Message] = []
        page.on("websocket", self._opened)

    def comm(self, *, up: bool) -> list[Message]:
        """Return the messages of widgets so far, in one direction."""
        return [message for message in self.heard if message.up is up and message.kind == "comm_msg"]

    def clear(self) -> None:
        """Forget what was heard."""
        self.heard.clear()

    def _opened(self, socket: WebSocket) -> None:
        if "/channels" not in socket.url:
            return
        socket.on("framesent", lambda payload: self._frame(payload, up=True))
        socket.on("framereceived", lambda payload: self._frame(payload, up=False))

    def _frame(self, payload: Any, *, up: bool) -> None:
        self.heard.append(Message(up, kind(payload), len(payload)))


def kind(payload: str | bytes) -> str:
    """Return the type of a kernel message.

    Binary ones are of the protocol `v1.kernel.websocket.jupyter.org`: a count of offsets (64 bits, little-endian), the
    offsets, and the parts: channel, header, parent's header, metadata, content, buffers.
    """
    if isinstance(payload, str):
        header = json.loads(payload)["header"]
    else:
        (count,) = struct.unpack_from("<Q", payload)
        offsets = struct.unpack_from(f"<{count}Q", payload, 8)
        header = json.loads(payload[offsets[1] : offsets[2]])
    return str(header["msg_type"])
