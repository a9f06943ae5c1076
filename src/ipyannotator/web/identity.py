"""Jupyter's own questions, answered by the gate: who is this, and may they?

The gate has asked both before. That Jupyter's handlers ask again, in the way that is documented for them, is a second
lock on the same door.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User

if TYPE_CHECKING:
    from ipyannotator.web.gate import Gate


@dataclass
class Visitor(User):  # type: ignore[misc]
    """A person, as Jupyter sees one."""

    key: str = ""


class ByLink(IdentityProvider):  # type: ignore[misc]
    """Knows people by their cookie only: no token in an address or a header, no password, nobody anonymous."""

    def get_user(self, handler: Any) -> Visitor | None:
        """Return who sends the request."""
        gate: Gate = handler.settings["gate"]
        person = gate.person(handler.request)
        return None if person is None else Visitor(username=person.name, name=person.name, key=person.key)

    def is_token_authenticated(self, handler: Any) -> bool:  # noqa: ARG002 - Jupyter's signature
        """Never: so origins are always checked."""
        return False


class OwnKernels(Authorizer):  # type: ignore[misc]
    """Lets a visitor use a page's own kernel, and nothing else that Jupyter has."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:  # noqa: ARG002
        """Return whether the request is about a kernel of this visitor."""
        gate: Gate = handler.settings["gate"]
        kernel = handler.path_kwargs.get("kernel_id", "")
        return resource == "kernels" and bool(kernel) and gate.may_use(user.key, kernel)
