"""The web page around an annotator: connection, the end of the work, and what went wrong, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from ipyannotator.widgets.component import Component


class Page(Component):
    """What makes a served annotator a page for people who never see code.

    Args:
        showing: tells the key of the item that is, or is about to be, on screen; empty where there are many.

    Attributes:
        title: what the browser's tab says.
        holder: what this page is called among all that are open; leases are held by it.
        finished: `{"title", "lines"}`: said on the whole page when nothing is left to do; empty while something is.
        problem: `{"title", "lines", "detail"}`: said on the whole page where there is no annotator; empty where there is.
    """

    title = traitlets.Unicode("Ipyannotator", help="what the browser's tab says").tag(sync=True)
    holder = traitlets.Unicode("", help="what this page is called among all that are open").tag(sync=True)
    finished: traitlets.Dict[str, Any] = traitlets.Dict(help="what to say when nothing is left to do").tag(
        sync=True
    )
    problem: traitlets.Dict[str, Any] = traitlets.Dict(help="why there is no annotator").tag(sync=True)

    def __init__(self, showing: Callable[[], str] = str, **values: Any) -> None:
        self._showing = showing
        self._alive: list[Callable[[float | None], None]] = []
        self._returned: list[Callable[[str, str], None]] = []
        super().__init__(**values)
        self.on_msg(lambda _, content, __: self.receive(content))

    def on_alive(self, handler: Callable[[float | None], None]) -> None:
        """Call a function whenever the page says that somebody has it open: every 15 seconds, or every minute.

        It gets when today began where that person is, in seconds since 1970; None where the page did not say.
        """
        self._alive.append(handler)

    def on_return(self, handler: Callable[[str, str], None]) -> None:
        """Call a function when the page was loaded anew in its tab.

        It gets the holder of the page that was there before, and the key of the item that the person wants back;
        empty where they asked for none.
        """
        self._returned.append(handler)

    def receive(self, content: Any) -> None:
        """Answer the page, so that it knows that it is heard, and tell the handlers."""
        if not isinstance(content, Mapping) or content.get("type") != "alive":
            return
        try:
            was, item, began = (content.get(name) for name in ("was", "item", "midnight"))
            if isinstance(was, str) and isinstance(item, str) and (was or item):
                for each in list(self._returned):
                    each(was, item)
            told = float(began) if isinstance(began, (int, float)) and not isinstance(began, bool) else None
            for handler in list(self._alive):
                handler(told)
        finally:
            self.send({"type": "alive", "n": content.get("n"), "item": self._showing()})
