"""Where the web app is found: the names that it answers to, its links, and the origins it takes requests from."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from ipyannotator.errors import InvalidValue

_PORTS = {"http": 80, "https": 443}


class Address(NamedTuple):
    """Where people find the app.

    Attributes:
        origin: scheme, name and port as a browser shows them, e.g. `http://127.0.0.1:8866`.
        base_url: the path that everything lies under; begins and ends with a slash.
        names: the names in a `Host` header that are answered, in lower case.
        numbers: whether every IP address is answered too, not only the loopback ones.
        public: whether `origin` was given, for a proxy or a hub, rather than found.
    """

    origin: str
    base_url: str
    names: frozenset[str]
    numbers: bool
    public: bool

    @property
    def home(self) -> str:
        """The page's address, without a token."""
        return self.origin + self.base_url

    @property
    def secure(self) -> bool:
        """Whether browsers reach it encrypted."""
        return self.origin.startswith("https:")

    @property
    def here_only(self) -> bool:
        """Whether it is reached from this machine only."""
        name = urlsplit(self.origin).hostname or ""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(name).is_loopback and not self.numbers
        return name == "localhost"

    def link(self, token: str) -> str:
        """Return a link that lets its owner in."""
        return f"{self.home}?token={quote(token, safe='')}"

    def answers_to(self, host: str) -> bool:
        """Return whether a request with this `Host` header is for us.

        A page of another name that resolves to this machine (DNS rebinding) is not.
        """
        name = re.sub(r":\d+$", "", host.lower()).removeprefix("[").removesuffix("]").rstrip(".")
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(name).is_loopback or self.numbers or name in self.names
        return name in self.names

    def accepts(self, origin: str, host: str) -> bool:
        """Return whether a request of a page of this origin, sent to this host, comes from our own page."""
        origin = origin.lower()
        if self.public and origin == self.origin.lower():
            return True
        parts = urlsplit(origin)
        return parts.scheme in _PORTS and parts.netloc == host.lower()


def find(host: str, port: int, base_url: str, *, tls: bool) -> Address:
    """Work out where people find an app that listens there.

    Args:
        host: what it listens on: a name or number of this machine; `0.0.0.0` or `::` for every interface.
        port: the port that it listens on.
        base_url: a path, or behind a proxy the whole address, e.g. `https://example.org/annotate/`.
        tls: whether the app itself encrypts.

    Raises:
        InvalidValue: the base URL is neither.
    """
    everywhere = host in {"", "0.0.0.0", "::"}  # noqa: S104 - it is asked for
    names = {"localhost", host.lower()}
    if everywhere:
        names |= {name.lower() for name in (socket.gethostname(), socket.getfqdn())}
        names |= {f"{name}.local" for name in names if "." not in name}
    origin, path = _split(base_url)
    public = bool(origin)
    if public:
        names.add(urlsplit(origin).hostname or "")
    else:
        shown = _reachable() if everywhere else host
        shown = f"[{shown}]" if ":" in shown else shown
        origin = f"{'https' if tls else 'http'}://{shown}:{port}"
    return Address(origin, path, frozenset(names), numbers=everywhere, public=public)


def _split(base_url: str) -> tuple[str, str]:
    """Return origin and path of a base URL; the origin is empty for a mere path."""
    parts = urlsplit(base_url if "://" in base_url else "/" + base_url.lstrip("/"))
    path = "/" + parts.path.strip("/") + "/" if parts.path.strip("/") else "/"
    good_path = re.fullmatch(r"[\w/.~-]+", path, re.ASCII) and not {".", ".."} & set(path.split("/"))
    if not good_path or parts.query or parts.fragment or (parts.scheme and parts.scheme not in _PORTS):
        expected = "a path such as '/annotate/', or behind a proxy an address such as 'https://example.org/annotate/'"
        raise InvalidValue("The base URL", base_url, expected)
    if not parts.scheme:
        return "", path
    # As browsers write an origin: lower case, without the scheme's own port.
    netloc = parts.netloc.lower().removesuffix(f":{_PORTS[parts.scheme]}")
    return f"{parts.scheme}://{netloc}", path


def _reachable() -> str:
    """Return the number that other machines most likely reach this one by."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("10.255.255.255", 1))  # sends nothing; asks which interface would be used
        return str(probe.getsockname()[0])
    return socket.gethostname()
