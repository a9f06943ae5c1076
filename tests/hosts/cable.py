"""A cable between browser and server that can be cut: a proxy on loopback that drops and refuses connections."""

from __future__ import annotations

import contextlib
import socket
import threading


class Cable:
    """Forwards a port of its own to another one, until it is cut, and again when it is mended."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._joined = True
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """End all connections, and take no new ones."""
        with self._lock:
            self._joined = False
            ends, self._ends = self._ends, set()
        for end in ends:
            _end(end)

    def mend(self) -> None:
        """Take connections again."""
        self._joined = True

    def close(self) -> None:
        self.cut()
        _end(self._listener)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                _end(near)
                continue
            with self._lock:
                if self._joined:
                    self._ends |= {near, far}
                    self._threads += [
                        threading.Thread(target=self._forward, args=pair, daemon=True)
                        for pair in ((near, far), (far, near))
                    ]
                    for thread in self._threads[-2:]:
                        thread.start()
                    continue
            _end(near)
            _end(far)

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for end in (source, target):
            with self._lock:
                self._ends.discard(end)
            _end(end)


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
