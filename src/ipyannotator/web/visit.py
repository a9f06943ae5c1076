"""What the server tells a visitor's kernel: whose it is, and of which project.

It goes through the kernel's environment, which only the server can set. So the author of a change is whoever the link
belongs to, whatever a browser may say.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Author

PROJECT, AUTHOR, HOLDER = "IPYANNOTATOR_PROJECT", "IPYANNOTATOR_AUTHOR", "IPYANNOTATOR_HOLDER"
OVERLAP, TRUST = "IPYANNOTATOR_OVERLAP", "IPYANNOTATOR_TRUST"


class Visit(NamedTuple):
    """One visitor's page.

    Attributes:
        project: the project's folder, absolute.
        author: who the link belongs to.
        holder: names this page among all pages of all people; leases are held by it.
        overlap: how many people get each item.
        trust: whether the project's `plugins` may run; see `Annotator.open`.
    """

    project: Path
    author: Author
    holder: str
    overlap: int = 1
    trust: bool = False

    def environment(self) -> dict[str, str]:
        """Return the variables for the kernel's environment."""
        return {
            PROJECT: str(self.project),
            AUTHOR: msgspec.json.encode({"id": self.author.id, "name": self.author.name}).decode(),
            HOLDER: self.holder,
            OVERLAP: str(self.overlap),
            TRUST: "1" if self.trust else "",
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Visit:
        """Read what the server set.

        Raises:
            InvalidValue: it is not there or not whole; the kernel was not started by `serve`.
        """
        remedy = "Only `ipyannotator serve` sets it; in a notebook, use `Annotator.open(folder)`."
        for name in (PROJECT, AUTHOR, HOLDER):
            if not environment.get(name):
                raise InvalidValue(
                    f"The environment variable {name}", environment.get(name), "a value", remedy
                )
        try:
            author = msgspec.json.decode(environment[AUTHOR].encode(), type=Author)
            overlap = int(environment.get(OVERLAP, "1"))
        except (msgspec.MsgspecError, ValueError) as error:
            what = f"The environment variable {AUTHOR} or {OVERLAP}"
            given = (environment[AUTHOR], environment.get(OVERLAP))
            raise InvalidValue(what, given, "an author and a number", remedy) from error
        holder, project = environment[HOLDER], Path(environment[PROJECT])
        return cls(project, author, holder, overlap, trust=bool(environment.get(TRUST)))
