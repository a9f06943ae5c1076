"""The web page around an annotator: connection, the end of the work, and what went wrong, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from ipyannotator.widgets.component import Component


class Page(Component):
    """What makes a served annotator a page for people who never see code.

    Attributes:
        title: what the browser's tab says.
        finished: `{"title", "lines"}`: said on the whole page when nothing is left to do; empty while something is.
        problem: `{"title", "lines", "detail"}`: said on the whole page where there is no annotator; empty where there is.
    """

    title = traitlets.Unicode("Ipyannotator", help="what the browser's tab says").tag(sync=True)
    finished: traitlets.Dict[str, Any] = traitlets.Dict(help="what to say when nothing is left to do").tag(
        sync=True
    )
    problem: traitlets.Dict[str, Any] = traitlets.Dict(help="why there is no annotator").tag(sync=True)

    def __init__(self, **values: Any) -> None:
        self._handlers: list[Callable[[float | None], None]] = []
        super().__init__(**values)
        self.on_msg(lambda _, content, __: self.receive(content))

    def on_alive(self, handler: Callable[[float | None], None]) -> None:
        """Call a function whenever the page says that somebody has it open and visible: every 15 seconds.

        It gets when today began where that person is, in seconds since 1970; None where the page did not say.
        """
        self._handlers.append(handler)

    def receive(self, content: Any) -> None:
        """Answer the page, so that it knows that it is heard, and tell the handlers."""
        if not isinstance(content, Mapping) or content.get("type") != "alive":
            return
        self.send({"type": "alive", "n": content.get("n")})
        began = content.get("midnight")
        told = float(began) if isinstance(began, (int, float)) and not isinstance(began, bool) else None
        for handler in list(self._handlers):
            handler(told)
