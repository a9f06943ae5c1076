"""One port per project, kept: yesterday's bookmark opens after a restart."""

from __future__ import annotations

import errno
import socket

from ipyannotator.errors import InvalidValue, StoreError
from ipyannotator.web.people import People

FIRST, TRIED = 8866, 100
"""Where a project without a port begins to look, and how many ports it tries."""


def bind(people: People, host: str, port: int | None) -> tuple[list[socket.socket], int, str]:
    """Take the project's port, and remember it.

    Args:
        people: what remembers.
        host: the address to listen on.
        port: the port that was asked for; None for the project's own, or a free one where it has none yet.

    Returns:
        The listening sockets, the port, and a word where it is not the one to be expected.

    Raises:
        StoreError: the port is taken by another program.
        InvalidValue: the port or the host cannot be listened on.
    """
    if port is not None and not 0 <= port <= 65535:  # noqa: PLR2004 - the range of ports
        raise InvalidValue("The port", port, "a number from 1 to 65535, or 0 for any that is free")
    kept = people.recall("port")
    wanted = port if port is not None else int(kept) if kept else None
    if wanted is not None:
        sockets = _listen(host, wanted)
        if sockets is None:
            raise StoreError(_taken(wanted, asked=port is not None))
        return _remembered(people, sockets, "")
    for candidate in range(FIRST, FIRST + TRIED):
        sockets = _listen(host, candidate)
        if sockets is not None:
            word = (
                f"Port {FIRST} is taken; this project now has port {candidate}." if candidate != FIRST else ""
            )
            return _remembered(people, sockets, word)
    raise StoreError(f"Ports {FIRST} to {FIRST + TRIED - 1} are all taken. Give a free one with --port.")


def _remembered(
    people: People, sockets: list[socket.socket], word: str
) -> tuple[list[socket.socket], int, str]:
    port = int(sockets[0].getsockname()[1])
    people.remember("port", str(port))
    return sockets, port, word


def _taken(port: int, *, asked: bool) -> str:
    if asked:
        return f"Port {port} is taken by another program. Give another one with --port, or none for this project's own."
    return (
        f"Port {port}, where the bookmarks of this project's people lead, is taken by another program. Perhaps the "
        f"project is already being served: then open it, or stop it first. Otherwise stop that program, or give "
        f"another port with --port; people then need its address: their links change in the number {port} only."
    )


def _listen(host: str, port: int) -> list[socket.socket] | None:
    """Return listening sockets, one for each kind of address that the host has, or None where the port is taken."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, place in dict.fromkeys((info[0], info[4][:2]) for info in found):
            # Where any port will do, the first one's is taken for the others too.
            number = sockets[0].getsockname()[1] if sockets else port
            sockets.append(socket.create_server((place[0], number), family=family, backlog=128))
            sockets[-1].settimeout(0)
    except socket.gaierror as error:
        remedy = "Behind a proxy, leave it and give the whole address as the base URL."
        raise InvalidValue(
            "The host", host, "a name or number of this machine, or 0.0.0.0", remedy
        ) from error
    except OSError as error:
        if sockets and error.errno == errno.EADDRNOTAVAIL:
            return sockets  # a name that has an IPv6 address, on a machine that has not
        for each in sockets:
            each.close()
        if error.errno == errno.EADDRINUSE:
            return None
        if error.errno == errno.EACCES:
            expected = "one that this user may listen on; most from 1024 on are"
            raise InvalidValue("The port", port, expected) from error
        if error.errno == errno.EADDRNOTAVAIL:
            raise InvalidValue("The host", host, "a name or number of this machine, or 0.0.0.0") from error
        raise
    return sockets
