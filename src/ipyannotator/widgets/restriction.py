"""A chip that says which part of the items is shown, and clears that."""

from __future__ import annotations

from collections.abc import Callable

import traitlets
from ipywidgets import Button, HBox, Label

from ipyannotator.widgets.marks import mark


class Restriction(HBox):  # type: ignore[misc]
    """A chip such as "marked: 3 ×".

    Args:
        text: what is common to the items that are shown.

    Attributes:
        text: what is common to the items that are shown.
    """

    text = traitlets.Unicode("", help="what is common to the items that are shown")

    def __init__(self, text: str = "") -> None:
        self._handlers: list[Callable[[], None]] = []
        self.label = mark(Label(), "ipya-ellipsis")
        self.clear = mark(
            Button(tooltip="Show all again"), "ipya-icon-button", "ipya-clear", name="Show all again"
        )
        super().__init__([self.label, self.clear])
        self.add_class("ipya-restriction")
        self.clear.on_click(lambda _: [handler() for handler in self._handlers])
        self.observe(self._show, "text")
        self.text = text

    def on_clear(self, handler: Callable[[], None]) -> None:
        """Call a function when somebody wants to see all again."""
        self._handlers.append(handler)

    def _show(self, _: object) -> None:
        self.label.value = self.text
        self.label.tooltip = self.text or None
