"""What a visitor's page may say to its kernel: widget messages, and no code.

A kernel runs whatever an `execute_request` holds, and a visitor who speaks the protocol could send one. Only what
widgets need is let through.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

LOG = logging.getLogger(__name__)

ALLOWED = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")
"""The types of message that are passed on; Jupyter's own check, `allowed_message_types`, gets them too."""

TARGETS = {"jupyter.widget", "jupyter.widget.control", "jupyter.widget.version"}
"""The comms that a page may open: those of ipywidgets."""

CHANNELS = {"shell", "control"}

_V1 = "v1.kernel.websocket.jupyter.org"


def allowed(channel: Any, header: Any, content: Any) -> bool:
    """Return whether a message may go on to the kernel."""
    if channel not in CHANNELS or not isinstance(header, dict) or not isinstance(content, dict):
        return False
    kind = header.get("msg_type")
    return kind in ALLOWED and (kind != "comm_open" or content.get("target_name") in TARGETS)


class WidgetMessages(ZMQChannelsWebsocketConnection):  # type: ignore[misc]
    """Passes on what is allowed, and drops the rest with a line in the log."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Look at a message before Jupyter does."""
        try:
            channel, header, content = self._parts(incoming_msg)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            channel = header = content = None
        if not allowed(channel, header, content):
            kind = header.get("msg_type") if isinstance(header, dict) else None
            LOG.warning("A visitor's message of type %r on %r was refused.", kind, channel)
            return
        super().handle_incoming_message(incoming_msg)

    def _parts(self, message: Any) -> tuple[Any, Any, Any]:
        if self.subprotocol == _V1:
            channel, parts = deserialize_msg_from_ws_v1(message)
            return channel, self.session.unpack(parts[0]), self.session.unpack(parts[3])
        # The older form has each message as one JSON text, or in front of its buffers.
        if isinstance(message, bytes):
            at = [int.from_bytes(message[4 * n : 4 * n + 4], "big") for n in (1, 2)]
            count = int.from_bytes(message[:4], "big")
            message = message[at[0] : at[1] if count > 1 else None]
        whole = json.loads(message)
        return whole.get("channel"), whole.get("header"), whole.get("content")


class VisitorSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """A page's WebSocket; the kernels know which are open, to close those of somebody who was revoked."""

    async def open(self, kernel_id: str) -> None:
        """Join the open ones."""
        self.kernel_manager.sockets.setdefault(kernel_id, set()).add(self)
        await super().open(kernel_id)

    def on_close(self) -> None:
        """Leave the open ones."""
        open_ones = self.kernel_manager.sockets.get(self.kernel_id, set())
        open_ones.discard(self)
        if not open_ones:
            self.kernel_manager.sockets.pop(self.kernel_id, None)
        super().on_close()
