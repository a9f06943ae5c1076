"""What a model suggests on the item on screen, and what can be done with it."""

from __future__ import annotations

from typing import Any

import traitlets
from ipywidgets import Box, Button, FloatSlider, Label, VBox

from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark
from ipyannotator.widgets.navigation import Act


class SuggestionsPanel(VBox):  # type: ignore[misc]
    """How many suggestions there are; accept those above a score, reject the rest; what the model is about.

    It changes nothing by itself: it asks (`on_act`), and shows what its attributes are set to.

    Attributes:
        count: how many suggestions nobody has judged yet.
        above: how many of them have at least the score `threshold`, or none.
        threshold: from 0 to 1; the person moves it.
        name: what the model is called; empty where only its suggestions are there.
        state: `idle`, `running` or `failed`.
        problem: how it failed, in one line.
        read_only: whether nothing can be changed.
    """

    count = traitlets.Int(0, min=0, help="how many suggestions nobody has judged yet")
    above = traitlets.Int(0, min=0, help="how many of them have at least the score")
    threshold = traitlets.Float(0.5, min=0.0, max=1.0, help="the score")
    name = traitlets.Unicode("", help="what the model is called")
    state = traitlets.Enum(["idle", "running", "failed"], "idle", help="what the model is about")
    problem = traitlets.Unicode("", help="how it failed")
    read_only = traitlets.Bool(default_value=False, help="whether nothing can be changed")

    def __init__(self, *, read_only: bool = False) -> None:
        self._handlers: list[Act] = []
        self._showing = Showing(self._show)
        self.title = mark(Label(), "ipya-suggestions-title")
        self.said = mark(Label(), "ipya-suggestions-problem")
        self.retry = mark(Button(description="Retry", tooltip="Ask the model again"), name="Retry")
        self.score = mark(
            FloatSlider(
                value=0.5, min=0, max=1, step=0.01, description="Score", readout=False, continuous_update=False
            ),
            "ipya-score", name="Least score",
        )  # fmt: skip
        self.accept = mark(
            Button(button_style="primary"), "ipya-hint", name="Accept above the score", action="accept_all"
        )
        self.reject = mark(
            Button(description="Reject the rest", tooltip="Take all suggestions off that are left"),
            "ipya-hint", name="Reject the rest", action="reject_all",
        )  # fmt: skip
        self.buttons = mark(Box([self.accept, self.reject]), "ipya-suggestions-buttons")
        super().__init__([self.title, self.said, self.retry, self.score, self.buttons])
        self.add_class("ipya-suggestions")
        self.accept.on_click(lambda _: self._ask("accept_all"))
        self.reject.on_click(lambda _: self._ask("reject_all"))
        self.retry.on_click(lambda _: self._ask("suggest_again"))
        self.score.observe(self._moved, "value")
        shown = ["count", "above", "threshold", "name", "state", "problem", "read_only"]
        self.observe(lambda _: self._showing(), shown)
        self.read_only = read_only
        self._showing()

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `accept_all`, `reject_all`, `suggest_again`."""
        self._handlers.append(handler)

    def _ask(self, name: str) -> None:
        for handler in list(self._handlers):
            handler(name, None)

    def _moved(self, change: Any) -> None:
        if not self._showing:
            self.threshold = change.new

    def _show(self) -> None:
        number = f"{self.count:,}" if self.count else "No"
        what = f"{number} suggestion{'' if self.count == 1 else 's'}"
        self.title.value = f"{what} of {self.name}" if self.name else what
        self.said.value = {"idle": "", "running": "suggesting…", "failed": self.problem}[self.state]
        self.said.layout.display = None if self.said.value else "none"
        self.retry.layout.display = None if self.state == "failed" and not self.read_only else "none"
        self.score.value = self.threshold
        self.accept.description = f"Accept {self.above:,} above {self.threshold:.2f}"
        for control in (self.score, self.buttons):
            control.layout.display = None if self.count else "none"
        self.accept.disabled = self.read_only or not self.above
        self.reject.disabled = self.read_only or not self.count
