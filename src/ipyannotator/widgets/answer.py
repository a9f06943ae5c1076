"""The answer for a page of a grid: none of these, or done with what was chosen."""

from __future__ import annotations

import traitlets
from ipywidgets import Button, Label, VBox

from ipyannotator.widgets.marks import mark
from ipyannotator.widgets.navigation import Act


class AnswerPanel(VBox):  # type: ignore[misc]
    """How many on the page are chosen; none of these, or done with the page.

    It changes nothing by itself: it asks (`on_act`), and shows what its attributes are set to.

    Attributes:
        count: how many on the page are chosen.
        total: how many there are on the page.
        read_only: whether nothing can be changed.
    """

    count = traitlets.Int(0, min=0, help="how many on the page are chosen")
    total = traitlets.Int(0, min=0, help="how many there are on the page")
    read_only = traitlets.Bool(default_value=False, help="whether nothing can be changed")

    def __init__(self, *, read_only: bool = False) -> None:
        self._handlers: list[Act] = []
        self.title = mark(Label(), "ipya-title")
        self.none = mark(
            Button(description="None of these"), "ipya-hint", name="None of these", action="none_of_these"
        )
        self.finish = mark(
            Button(description="Done", button_style="primary", tooltip="Done with this page; opens the next to do"),
            "ipya-hint", name="Done", action="done",
        )  # fmt: skip
        super().__init__([self.title, self.none, self.finish])
        self.add_class("ipya-marked")
        self.none.on_click(lambda _: self._ask("none_of_these"))
        self.finish.on_click(lambda _: self._ask("done"))
        self.observe(lambda _: self._show(), ["count", "total", "read_only"])
        self.read_only = read_only
        self._show()

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `none_of_these` or `done`."""
        self._handlers.append(handler)

    def _ask(self, name: str) -> None:
        for handler in list(self._handlers):
            handler(name, None)

    def _show(self) -> None:
        self.title.value = f"{self.count:,} of {self.total:,} chosen"
        for control in (self.none, self.finish):
            control.layout.display = "none" if self.read_only else None
            control.disabled = not self.total
