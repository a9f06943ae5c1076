"""Starting the web app, and ending it.

    serve("photos", authors=["Ann", "Ben"])

runs until it is interrupted. Each person has a link; its token becomes a cookie (`login.py`), every request passes the
gate (`gate.py`), and each page has a kernel of its own that is told by us whose it is (`kernels.py`, `visit.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import logging
import signal
import socket
import ssl
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ipyannotator import config
from ipyannotator.base import Settings
from ipyannotator.errors import InvalidValue, MissingPackage
from ipyannotator.web import address as addresses
from ipyannotator.web import ports
from ipyannotator.web.address import Address
from ipyannotator.web.people import People, Person, Tickets, named

if TYPE_CHECKING:
    from ipyannotator.web.app import App

_SWEEP = 1.0
"""Seconds in which the kernels of a person who was revoked are ended; their requests are refused at once."""


_LONGEST_BODY = 1_000_000
"""Bytes of a request's body: forms are short, and widget messages go another way."""


class Serving(NamedTuple):
    """What runs, for whoever started it.

    Attributes:
        address: where it is found.
        links: the name and the link of each person who is served by name now. None where the link was shown when it
            was made, still holds, and cannot be shown again, since only its hash is kept.
        own: a link for who runs the server, that ends with it.
        who: whose it is: the first author's, or the user's of this machine.
        word: something to be told about the port; often empty.
        port: what is listened on; behind a proxy not the one in the address.
    """

    address: Address
    links: dict[str, str | None]
    own: str
    who: str
    word: str
    port: int

    def __str__(self) -> str:
        lines = [self.word] if self.word else []
        lines.append(f"Serving at {self.address.home}")
        for name, link in self.links.items():
            again = (
                f"(the link given before holds; a new one: ipyannotator people add FOLDER {name!r} --renew)"
            )
            lines.append(f"  {name}: {link or again}")
        if not self.links.get(self.who):
            lines.append(f"  For you, as {self.who}, until this ends: {self.own}")
        if not self.address.secure and not self.address.here_only:
            lines.append(
                "Not encrypted: on a network you do not trust, use --certfile or a proxy that encrypts."
            )
        lines.append("Each link lets its owner in, as that person. End with Ctrl-C.")
        return "\n".join(lines)


def people(folder: str | Path) -> People:
    """Return who may enter a project's web app; what is changed there holds at once, also while it is served.

    Raises:
        ConfigError: its `ipyannotator.toml` is not there, or not as it should be.
        MissingFolder: there is no such folder.
    """
    return People(_settings(Path(folder)).results)


def link(folder: str | Path, token: str) -> str:
    """Return the link for a token, where the project's web app was last served.

    Raises:
        InvalidValue: it was never served, so nobody knows where it will be.
    """
    kept = people(folder).recall("home")
    if kept is None:
        raise InvalidValue("The address", kept, "known", "Serve the project once, then make the link.")
    return msgspec.json.decode(kept.encode(), type=Address).link(token)


def serve(
    folder: str | Path, *, authors: Sequence[str] = (), host: str = "127.0.0.1", port: int | None = None,
    browser: bool = True, certfile: str | Path | None = None, keyfile: str | Path | None = None,
    base_url: str = "/", overlap: int | None = None, trust: bool = False, idle: float = 1800.0, pool_size: int = 0,
    ready: Callable[[Serving], object] | None = None,
) -> None:  # fmt: skip
    """Serve a project as a web page, until interrupted (Ctrl-C, SIGTERM). Call it in the main thread.

    Args:
        folder: the project, with its `ipyannotator.toml`.
        authors: names of people to let in. Who is new gets a link; who was let in before keeps theirs.
        host: what to listen on; `0.0.0.0` for every interface of this machine.
        port: the port; None for the project's own, which is kept from the first time on.
        browser: whether to open the page here.
        certfile: a certificate chain (PEM), to encrypt.
        keyfile: its private key (PEM), where it is not in `certfile`.
        base_url: the path that everything lies under; behind a proxy, the whole address that people see.
        overlap: how many people get each item; None for what the project says.
        trust: whether the project's `plugins` may run; see `Annotator.open`.
        idle: seconds after which the kernel of a page that is not connected is ended.
        pool_size: how many kernels to start ahead, so that pages open faster; each takes its memory.
        ready: told what runs, once it does; None prints it.

    Raises:
        MissingPackage: the web extra is not installed.
        ConfigError: the project's `ipyannotator.toml` is not there, or not as it should be.
        MissingFolder: there is no such folder.
        InvalidValue: a name, host, port, base URL or certificate cannot be used.
        StoreError: the port is taken, or the list of people cannot be written.
    """
    _check_packages()
    if overlap is not None and overlap < 1:
        raise InvalidValue("overlap", overlap, "1 or more")
    if isinstance(authors, str):
        raise InvalidValue("authors", authors, f"a list of names, such as [{authors!r}]")
    authors = [named(name) for name in authors]
    settings = _settings(Path(folder))
    known = People(settings.results)
    encryption = _encryption(certfile, keyfile)
    addresses.find(
        host, 0, base_url, tls=encryption is not None
    )  # a bad one is told of before anything is written
    sockets, taken, word = ports.bind(known, host, port)
    try:
        address = addresses.find(host, taken, base_url, tls=encryption is not None)
        known.remember("home", msgspec.json.encode(address).decode())
        tickets = Tickets(known)
        gate = (address, known, tickets, _cookie(settings.results))
        options = {
            "overlap": overlap or settings.overlap,
            "trust": trust,
            "idle": idle,
            "pool_size": pool_size,
        }

        def started() -> None:
            # Not before: a link that is made is shown this once, and a server that fails would take it along.
            links = _let_in(known, authors, address)
            here = _who_runs_it(known, authors, settings)
            own = address.link(tickets.issue(here))
            (ready or _tell)(Serving(address, links, own, here.name, word, taken))
            if browser:
                # Others on this machine can see what a program is started with, so this link works once.
                webbrowser.open(address.link(tickets.issue(here, once=True)))

        with tempfile.TemporaryDirectory(prefix="ipya-") as work_dir:
            folders = {"project": Path(folder).resolve(), "work_dir": Path(work_dir).resolve()}
            asyncio.run(_run(gate, sockets, encryption, started, {**options, **folders}))
    finally:
        for each in sockets:
            each.close()


async def _run(
    gate: tuple[Address, People, Tickets, str], sockets: list[socket.socket], encryption: ssl.SSLContext | None,
    started: Callable[[], None], options: dict[str, Any],
) -> None:  # fmt: skip
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import PeriodicCallback

    from ipyannotator.web.app import App
    from ipyannotator.web.gate import Gate
    from ipyannotator.web.login import Attempts

    # Tornado would complain of how Jupyter sets its pings, and of every malformed request that a scanner sends.
    logging.getLogger("tornado.general").setLevel(logging.ERROR)
    app: App = App(Gate(*gate, {}, Attempts()), **options)
    server = HTTPServer(app.build(), ssl_options=encryption, max_body_size=_LONGEST_BODY)
    with _interrupts() as interrupted:
        server.add_sockets(sockets)
        app.kernel_manager.fill()
        sweep = PeriodicCallback(app.kernel_manager.end_of_strangers, 1000 * _SWEEP)
        sweep.start()
        try:
            await asyncio.to_thread(started)
            await interrupted.wait()
        finally:
            sweep.stop()
            server.stop()
            await server.close_all_connections()
            await app.kernel_manager.shutdown_all()


@contextlib.contextmanager
def _interrupts() -> Iterator[asyncio.Event]:
    """Yield what is set when the process is asked to end."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    asked = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.getsignal(number) for number in asked}

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(event.set)

    for number in asked:
        signal.signal(number, end)
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_in(known: People, authors: Sequence[str], address: Address) -> dict[str, str | None]:
    """Add who is new; return the links that can be shown."""
    links: dict[str, str | None] = {}
    for name in authors:
        person = known.known(name)
        links[person.name if person else name] = None if person else address.link(known.add(name))
    return links


def _who_runs_it(known: People, authors: Sequence[str], settings: Settings) -> Person:
    """Return as whom the browser is opened here: the first author, or the user of this machine."""
    name = authors[0] if authors else settings.who().name
    if known.known(name) is None:
        known.add(name)
    person = known.known(name)
    assert person is not None  # noqa: S101 - just added
    return person


def _tell(serving: Serving) -> None:
    sys.stdout.write(f"{serving}\n")
    sys.stdout.flush()


def _cookie(results: Path) -> str:
    """Name the cookie by the project: a browser keeps those of several projects on one host apart."""
    return "ipyannotator-" + hashlib.sha256(str(results.resolve()).encode()).hexdigest()[:12]


def _settings(folder: Path) -> Settings:
    return config.read(folder).settings


def _encryption(certfile: str | Path | None, keyfile: str | Path | None) -> ssl.SSLContext | None:
    if certfile is None:
        if keyfile is not None:
            raise InvalidValue("certfile", None, "the certificate of the key file", "Give both.")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certfile, keyfile)
    except (OSError, ssl.SSLError) as error:
        given = " and ".join(str(name) for name in (certfile, keyfile) if name is not None)
        expected = "a certificate chain and its private key, both in PEM form"
        raise InvalidValue("The certificate", given, expected, f"({error})") from error
    return context


def _check_packages() -> None:
    missing = [name for name in ("voila", "ipykernel") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingPackage(f"Serving needs {' and '.join(missing)}: pip install 'ipyannotator[web]'")
