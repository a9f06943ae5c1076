"""The one door of the web app: every request passes here before any handler, Voilà's or Jupyter's, sees it.

Voilà leaves some handlers open to everybody (its files, templates and static files), so asking is not left to them.
A request goes on only if it

1. is for a name that we answer to,
2. comes from our own page, where it changes something or opens a WebSocket,
3. carries the cookie of somebody who may enter, and
4. names no kernel but the visitor's own.

Everything else gets the page that asks for a link (`login.py`), or a plain refusal.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RedirectHandler, RequestHandler

from ipyannotator.web.address import Address
from ipyannotator.web.login import Attempts, Login
from ipyannotator.web.people import People, Person, Tickets

_KERNEL = re.compile(r"\w+-\w+-\w+-\w+-\w+", re.ASCII)

_SAFE = {"GET", "HEAD"}


class Gate(NamedTuple):
    """Who may do what.

    Attributes:
        address: where the app is found.
        people: who may enter.
        tickets: what this run of the server gave out.
        cookie: the name of the cookie that keeps a visitor's token.
        owners: the key of the person that each kernel was started for.
        attempts: wrong tokens, counted.
    """

    address: Address
    people: People
    tickets: Tickets
    cookie: str
    owners: dict[str, str]
    attempts: Attempts

    def person(self, request: HTTPServerRequest) -> Person | None:
        """Return who sends a request, by nothing but the cookie."""
        morsel = request.cookies.get(self.cookie)
        return None if morsel is None else self.people.whose(morsel.value)

    def may_use(self, person_key: str, kernel_id: str) -> bool:
        """Return whether a kernel is this person's, or no kernel that we know of."""
        return self.owners.get(kernel_id, person_key) == person_key

    def refusal(self, request: HTTPServerRequest) -> str:
        """Return why a request is not even asked for a token; empty where it is."""
        if not self.address.answers_to(request.host_name):
            return f"This server is not called {request.host_name}."
        changes = request.method not in _SAFE or "Upgrade" in request.headers
        if changes and not self.ours(request):
            return "This request comes from the page of another site."
        return ""

    def stranger(self, request: HTTPServerRequest) -> str:
        """Return why who sends a request may not; empty where they may."""
        person = self.person(request)
        if person is None:
            return "Open this project by your link first."
        kernels = _KERNEL.findall(unquote(request.path))
        if not all(self.may_use(person.key, kernel) for kernel in kernels):
            return "This page belongs to somebody else."
        return ""

    def ours(self, request: HTTPServerRequest) -> bool:
        """Return whether a request was not sent by some other site's page. Who sends no origin is no browser."""
        origin = request.headers.get("Origin")
        return origin is None or self.address.accepts(origin, request.host)


class GatedApplication(Application):
    """A Tornado application whose setting `gate` is asked first."""

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Return what serves a request; Tornado's documented place to choose it."""
        gate: Gate = self.settings["gate"]
        home, path = gate.address.base_url, request.path
        why = gate.refusal(request)
        if why:
            return self._refuse(request, why)
        if path == home.rstrip("/"):
            return self.get_handler_delegate(request, RedirectHandler, {"url": home, "permanent": False})
        why = gate.stranger(request)
        entering = path == home + "login" or (path == home and (why or "token" in request.query_arguments))
        if entering:
            return self.get_handler_delegate(request, Login, {"gate": gate})
        return self._refuse(request, why) if why else super().find_handler(request, **kwargs)

    def _refuse(self, request: HTTPServerRequest, why: str) -> Any:
        return self.get_handler_delegate(request, Refused, {"why": why})


class Refused(RequestHandler):
    """Answers 403 and why, in plain text."""

    def initialize(self, why: str) -> None:
        """Take the reason."""
        self._why = why

    def prepare(self) -> None:
        """Answer, whatever the method."""
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish(f"{self._why}\n")

    def check_xsrf_cookie(self) -> None:
        """Nothing is done here that would need it."""
