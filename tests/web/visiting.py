"""A visitor who speaks the kernel protocol, as one with bad intent would."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import struct
import uuid
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakSet

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.web.serving import SLOW, Serve

_ended: WeakSet[WebSocketClientConnection] = WeakSet()

V1 = "v1.kernel.websocket.jupyter.org"


def open_page(server: Serve, cookie: str, path: str = "/") -> str:
    """Open the page as a browser does, and return its kernel's id."""
    answer = server.ask(path, cookie=cookie)
    assert answer.status == 200, answer
    found = re.search(r'"kernelId": "([^"]+)"', answer.body)
    assert found, answer.body
    return found[1]


@contextlib.asynccontextmanager
async def connected(
    server: Serve, kernel: str, cookie: str, *, protocols: list[str] | None = None, **headers: str
) -> AsyncIterator[WebSocketClientConnection]:
    """Open the kernel's WebSocket; it is closed, and known to be, at the end."""
    address = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    request = HTTPRequest(
        address, headers={"Cookie": cookie, **headers}, request_timeout=SLOW, connect_timeout=SLOW
    )
    socket = await websocket_connect(request, subprotocols=protocols)
    try:
        yield socket
    finally:
        socket.close()
        await closed(socket)


async def closed(socket: WebSocketClientConnection) -> int | None:
    """Wait until the server closes, and return its reason. Who has read the end once would wait for ever."""
    while socket not in _ended and await socket.read_message() is not None:
        continue
    _ended.add(socket)
    return socket.close_code


async def refused(server: Serve, kernel: str, cookie: str, **headers: str) -> int:
    """Return the status with which a WebSocket is refused; 0 where it is not."""
    try:
        async with connected(server, kernel, cookie, **headers):
            return 0
    except HTTPClientError as error:
        return error.code


def message(kind: str, content: dict[str, Any], channel: str = "shell") -> dict[str, Any]:
    header = {
        "msg_id": uuid.uuid4().hex, "username": "Ben", "session": uuid.uuid4().hex, "date": "2026-01-01T00:00:00Z",
        "msg_type": kind, "version": "5.3",
    }  # fmt: skip
    return {
        "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": channel, "buffers": [],
    }  # fmt: skip


def as_v1(message: dict[str, Any]) -> bytes:
    """Write a message as the binary protocol has it."""
    names = ("header", "parent_header", "metadata", "content")
    return v1_message([message["channel"].encode(), *(json.dumps(message[name]).encode() for name in names)])


def v1_message(parts: list[bytes]) -> bytes:
    """Put channel, header, parent, metadata, content and buffers together."""
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def v1_parts(message: bytes) -> list[bytes]:
    """Take them apart."""
    (count,) = struct.unpack("<Q", message[:8])
    at = struct.unpack(f"<{count}Q", message[8 : 8 * (count + 1)])
    return [message[start:end] for start, end in itertools.pairwise(at)]


async def reply(socket: WebSocketClientConnection, kind: str, *, v1: bool = False) -> dict[str, Any] | None:
    """Read until a message of a type comes; None where the socket is closed before."""
    while (received := await socket.read_message()) is not None:
        if v1:
            assert isinstance(received, bytes)
            parts = v1_parts(received)
            if json.loads(parts[1])["msg_type"] == kind:
                return dict(json.loads(parts[4]))
        elif isinstance(received, str) and (whole := json.loads(received))["header"]["msg_type"] == kind:
            return dict(whole["content"])
    return None
