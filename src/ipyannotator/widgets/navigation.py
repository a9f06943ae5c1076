"""Which item is on screen, and how to get to another one; undo, redo and save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets
from ipywidgets import Button, HBox, IntSlider, Label, Text

from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark

Act = Callable[[str, Any], None]
"""Called with the name of an action and its value, None where it has none."""


class Navigation(HBox):  # type: ignore[misc]
    """Previous, a box for a number or a name, the total, Next, and a slider.

    It moves nothing by itself: it asks (`on_act`), and shows what `index` is set to.

    Args:
        total: how many items there are.
        index: the position of the item on screen, from 0.

    Attributes:
        name: the name of the item on screen, shown as the tooltip of the box.
        disabled: whether nothing can be asked for.
    """

    index = traitlets.Int(0, min=0, help="the position of the item on screen, from 0")
    total = traitlets.Int(0, min=0, help="how many items there are")
    name = traitlets.Unicode("", help="the name of the item on screen")
    disabled = traitlets.Bool(default_value=False, help="whether nothing can be asked for")

    def __init__(self, total: int = 0, index: int = 0) -> None:
        self._handlers: list[Act] = []
        self._showing = Showing(self._show)
        self.previous = mark(
            Button(description="Previous", tooltip="Previous"),
            "ipya-with-icon", "ipya-previous", name="Previous", action="previous",
        )  # fmt: skip
        self.next = mark(
            Button(description="Next", tooltip="Next"),
            "ipya-with-icon", "ipya-next", name="Next", action="next",
        )  # fmt: skip
        self.position = mark(
            Text(continuous_update=False, placeholder="number or name"),
            "ipya-position", name="Go to number or name",
        )  # fmt: skip
        self.of = mark(Label(), "ipya-total-items")
        self.slider = mark(
            IntSlider(min=1, max=1, value=1, readout=False, continuous_update=False), name="Image number"
        )
        super().__init__([self.previous, self.position, self.of, self.next, self.slider])
        self.add_class("ipya-navigation")
        self.previous.on_click(lambda _: self._ask("previous"))
        self.next.on_click(lambda _: self._ask("next"))
        self.position.observe(self._typed, "value")
        self.slider.observe(self._slid, "value")
        self.observe(lambda _: self._showing(), ["index", "total", "name", "disabled"])
        with self.hold_trait_notifications():
            self.total = total
            self.index = index
        self._showing()

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `previous`, `next`, or `go` with a position from 0 or a text."""
        self._handlers.append(handler)

    def on_go(self, handler: Callable[[int | str], None]) -> None:
        """Call a function with the item that is asked for: a position from 0, or what somebody typed as a name."""

        def act(name: str, value: Any) -> None:
            step = {"previous": -1, "next": 1}.get(name, 0)
            handler(max(0, min(self.total - 1, self.index + step)) if step else value)

        self.on_act(act)

    def _ask(self, name: str, value: Any = None) -> None:
        for handler in list(self._handlers):
            handler(name, value)
        self._showing()  # what was not done is taken back on the screen

    def _typed(self, change: Any) -> None:
        text = change.new.strip()
        if self._showing or not text:
            self._showing()
        elif text.isascii() and text.isdecimal() and text == str(int(text)):  # "00012" is part of a name
            self._ask("go", int(text) - 1)
        else:
            self._ask("go", text)

    def _slid(self, change: Any) -> None:
        if not self._showing:
            self._ask("go", change.new - 1)

    def _show(self) -> None:
        number = min(self.index + 1, self.total)
        self.position.value = str(number)
        self.position.tooltip = self.name or "Type a number or a name"
        self.of.value = f"/ {self.total:,}"
        # ipywidgets refuses a range that does not hold the value: widen, move, narrow.
        self.slider.max = max(self.slider.max, self.total, 1)
        self.slider.value = max(number, 1)
        self.slider.max = max(self.total, 1)
        self.slider.disabled = self.disabled or self.total < 2  # noqa: PLR2004 - one item needs no slider
        self.position.disabled = self.disabled or not self.total
        self.previous.disabled = self.disabled or self.index <= 0
        self.next.disabled = self.disabled or self.index >= self.total - 1


class History(HBox):  # type: ignore[misc]
    """Undo, redo and save.

    Attributes:
        read_only: whether nothing can be changed; then there is nothing to show.
    """

    read_only = traitlets.Bool(default_value=False, help="whether nothing can be changed")

    def __init__(self, *, read_only: bool = False) -> None:
        self._handlers: list[Act] = []
        self.undo = self._button("Undo")
        self.redo = self._button("Redo")
        self.save = self._button("Save")
        super().__init__([self.undo, self.redo, self.save])
        self.add_class("ipya-history")
        self.observe(self._show, "read_only")
        self.read_only = read_only

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `undo`, `redo` or `save`."""
        self._handlers.append(handler)

    def _button(self, name: str) -> Button:
        action = name.lower()
        button = mark(
            Button(description=name, tooltip=name),
            "ipya-icon-button",
            f"ipya-{action}",
            name=name,
            action=action,
        )
        button.on_click(lambda _: self._ask(action))
        return button

    def _ask(self, name: str) -> None:
        for handler in list(self._handlers):
            handler(name, None)

    def _show(self, change: Any) -> None:
        self.layout.display = "none" if change.new else None
