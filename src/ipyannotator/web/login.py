"""How a link lets somebody in, and the page for who has none.

A link's token becomes a cookie that scripts cannot read, and leaves the address bar at once. The page is whole in
itself: nobody needs another file of this server to see it.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tornado.template import Loader
from tornado.web import RequestHandler

from ipyannotator.web.people import Person

if TYPE_CHECKING:
    from ipyannotator.web.gate import Gate

TEMPLATES = Path(__file__).parent / "templates"

_REMEMBERED = 400 * 24 * 3600
"""Seconds that a browser keeps the cookie; browsers allow no more."""

ASK = "Please open this page by the link that you were given, or paste the link here."
WRONG = (
    "This link does not let you in. Perhaps it was cut short when it was copied, or it was replaced or ended. "
    "Ask the person who runs this page for a new link."
)
ENDED = "Your access to this page has ended. Ask the person who runs it for a new link."
SLOWER = "There were many wrong links from your network. Please wait a minute and try again."


class Attempts:
    """Counts wrong tokens by the address that they come from.

    Args:
        allowed: how many in a minute are answered as usual.
    """

    def __init__(self, allowed: int = 30) -> None:
        self._allowed = allowed
        self._times: dict[str, deque[float]] = {}

    def too_many(self, address: str) -> bool:
        """Count one more, and return whether that is too many."""
        now = time.monotonic()
        for other in [a for a, times in self._times.items() if times[-1] < now - 60]:
            del self._times[other]
        times = self._times.setdefault(address, deque(maxlen=self._allowed + 1))
        times.append(now)
        return len(times) > self._allowed and times[0] > now - 60


class Login(RequestHandler):
    """Takes a token from a link or from the form; shows the form to everybody else."""

    def initialize(self, gate: Gate) -> None:
        """Take what knows the people."""
        self._gate = gate

    def set_default_headers(self) -> None:
        """The page loads nothing, is shown in no frame, and tells no other site its address."""
        policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        self.set_header("Content-Security-Policy", policy)
        # Not `no-referrer`: with it, browsers send the form without an origin.
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def check_xsrf_cookie(self) -> None:
        """The gate has looked at where the form comes from."""

    def get(self) -> None:
        """Enter by a link, or show the form."""
        token = self.get_query_argument("token", None)
        if token is not None:
            self._enter(token)
        elif self._gate.person(self.request) is not None:
            self.redirect(self._gate.address.base_url, status=303)
        elif self.get_cookie(self._gate.cookie):
            self._forget()
            self._ask(ENDED)
        else:
            self._ask(ASK)

    def post(self) -> None:
        """Enter by the link, or the bare token, that was pasted into the form."""
        pasted = self.get_body_argument("link", "")
        tokens = parse_qs(urlsplit(pasted).query).get("token", [pasted]) if "token=" in pasted else [pasted]
        self._enter(tokens[0].strip())

    def _enter(self, token: str) -> None:
        gate = self._gate
        person, kept = gate.people.whose(token), token
        if person is None and (person := gate.tickets.take(token)) is not None:
            kept = self._session(person)
        if person is None and self.request.method == "GET" and gate.person(self.request) is not None:
            # A link of an earlier run that was bookmarked, in a browser that is known by now.
            self.redirect(gate.address.base_url, status=303)
            return
        if person is None:
            slower = gate.attempts.too_many(self.request.remote_ip or "")
            self._ask(SLOWER if slower else WRONG, status=429 if slower else 403)
            return
        # `Lax`, since a link in a mail is opened from another site, and must find the cookie after its redirect.
        self.set_cookie(
            gate.cookie, kept, path=gate.address.base_url, max_age=_REMEMBERED, httponly=True, samesite="Lax",
            secure=gate.address.secure or self.request.protocol == "https",
        )  # fmt: skip
        self.redirect(gate.address.base_url, status=303)

    def _session(self, person: Person) -> str:
        """Return what the browser keeps: what it has already, if that is this person's."""
        known = self.get_cookie(self._gate.cookie)
        if known and self._gate.people.whose(known) == person:
            return known
        return self._gate.people.session(person)

    def _forget(self) -> None:
        self.clear_cookie(self._gate.cookie, path=self._gate.address.base_url)

    def _ask(self, message: str, status: int = 403) -> None:
        self.set_status(status)
        page = Loader(str(TEMPLATES)).load("login.html")
        self.finish(
            page.generate(message=message, action=self._gate.address.base_url + "login", wrong=message != ASK)
        )
