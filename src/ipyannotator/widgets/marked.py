"""What can be done with what is marked in a grid: another class, deletion, opening it."""

from __future__ import annotations

from typing import Any

import traitlets
from ipywidgets import Button, Dropdown, Label, VBox

from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark
from ipyannotator.widgets.navigation import Act


class MarkedPanel(VBox):  # type: ignore[misc]
    """How many are marked; relabel, delete, open them in create, or take the marks away.

    It changes nothing by itself: it asks (`on_act`), and shows what its attributes are set to.

    Attributes:
        count: how many are marked.
        classes: name and id of the classes that can be given.
        deletable: whether what is marked can be deleted; whole items cannot.
    """

    count = traitlets.Int(0, min=0, help="how many are marked")
    classes: traitlets.List[Any] = traitlets.List(help="name and id of the classes that can be given")
    deletable = traitlets.Bool(default_value=True, help="whether what is marked can be deleted")

    def __init__(self) -> None:
        self._handlers: list[Act] = []
        self._showing = Showing(self._show)
        self.title = mark(Label(), "ipya-title")
        self.relabel = mark(Dropdown(options=[("Relabel to…", "")]), name="Relabel to")
        self.delete = mark(Button(description="Delete"), "ipya-hint", name="Delete", action="delete")
        self.opening = mark(
            Button(button_style="primary"), "ipya-hint", name="Open in Create", action="open_marked"
        )
        self.clear = mark(Button(description="Take the marks away"), name="Take the marks away")
        super().__init__([self.title, self.relabel, self.delete, self.opening, self.clear])
        self.add_class("ipya-marked")
        self.relabel.observe(self._relabelled, "value")
        self.delete.on_click(lambda _: self._ask("delete"))
        self.opening.on_click(lambda _: self._ask("open_marked"))
        self.clear.on_click(lambda _: self._ask("unmark_all"))
        self.observe(lambda _: self._showing(), ["count", "classes", "deletable"])
        self._showing()

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `relabel` with a class's id, `delete`, `open_marked`, `unmark_all`."""
        self._handlers.append(handler)

    def _ask(self, name: str, value: Any = None) -> None:
        for handler in list(self._handlers):
            handler(name, value)
        self._showing()

    def _relabelled(self, change: Any) -> None:
        if not self._showing and change.new:
            self._ask("relabel", change.new)

    def _show(self) -> None:
        self.title.value = f"{self.count:,} marked wrong"
        self.opening.description = f"Open {self.count:,} in Create"
        self.relabel.options = [("Relabel to…", ""), *map(tuple, self.classes)]
        self.relabel.value = ""
        none = not self.count
        for control in (self.opening, self.clear):
            control.disabled = none
        self.relabel.disabled = none or not self.deletable
        self.delete.disabled = none or not self.deletable
