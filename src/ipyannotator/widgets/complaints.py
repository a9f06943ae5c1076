"""What rules find wrong with the item on screen: a line for each, which leads to what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets
from ipywidgets import Button, DOMWidget, Label, VBox

from ipyannotator.widgets.closing import close_tree
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark

MANY = 20
"""Lines that are shown; more would push the rest of the panel away."""


class ComplaintList(VBox):  # type: ignore[misc]
    """A line for each complaint; a click selects what it is about.

    Attributes:
        lines: the texts, each with the ids of the objects that it is about.
    """

    lines = traitlets.List(traitlets.Any(), help="the texts, each with the ids of its objects")

    def __init__(self) -> None:
        super().__init__()
        self.add_class("ipya-complaints")
        self._handlers: list[Callable[[Sequence[str]], None]] = []
        self._rows: list[DOMWidget] = []
        self._showing = Showing(self._show)
        self.title = mark(Label(), "ipya-complaints-title")
        self.observe(lambda _: self._showing(), "lines")
        self._showing()

    def on_point(self, handler: Callable[[Sequence[str]], None]) -> None:
        """Call a function with the ids of the objects of a line that was clicked."""
        self._handlers.append(handler)

    def _show(self) -> None:
        lines: list[Any] = list(self.lines)
        old = self._rows
        self.title.value = "1 complaint" if len(lines) == 1 else f"{len(lines):,} complaints"
        self._rows = [self._line(text, ids) for text, ids in lines[:MANY]]
        if len(lines) > MANY:
            self._rows.append(mark(Label(f"… and {len(lines) - MANY:,} more"), "ipya-complaints-more"))
        self.children = (self.title, *self._rows) if lines else ()
        for row in old:
            close_tree(row)

    def _line(self, text: str, ids: Sequence[str]) -> Button:
        line = mark(Button(description=f"⚠ {text}", tooltip=text), "ipya-complaint")
        line.disabled = not ids
        line.on_click(lambda _: self._point(ids))
        return line

    def _point(self, ids: Sequence[str]) -> None:
        for handler in list(self._handlers):
            handler(ids)
