"""How far the work has come, what the person did today, where it is kept, and the verdict on the item: flag, skip, done."""

from __future__ import annotations

from typing import Any

import traitlets
from ipywidgets import Button, HBox, IntProgress, Label, Text, ToggleButton

from ipyannotator.editor.today import Done
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark
from ipyannotator.widgets.navigation import Act


def today_words(done: Done) -> tuple[str, str]:
    """Return what a person did today in a word or two, and at length."""
    text = f"You: {done.items:,} today"
    if not done.items or done.first is None:
        return text, "What you do today is counted here."
    hours, minutes = divmod(int(done.first) // 60, 60)
    parts = [_count(done.items, "item"), f"{done.finished:,} finished"]
    if done.objects:
        parts.append(f"{_count(done.objects, 'object')} made")
    return text, f"Today you worked on {', '.join(parts)}, since {hours}:{minutes:02}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


class Footer(HBox):  # type: ignore[misc]
    """Progress, the place of the results, Flag with its note, Skip and Done.

    It changes nothing by itself: it asks (`on_act`), and shows what its attributes are set to.

    Attributes:
        done: how many items are done.
        total: how many items there are.
        location: where the results are written.
        state: the state of the item on screen, as in `model.State`, or `in_progress`.
        note: the note of the item on screen.
        read_only: whether nothing can be changed; then only progress and place are shown.
        today: what the person did today, in a word or two; empty for nothing.
        today_detail: the same at length, for the tooltip.
    """

    done = traitlets.Int(0, min=0, help="how many items are done")
    total = traitlets.Int(0, min=0, help="how many items there are")
    location = traitlets.Unicode("", help="where the results are written")
    state = traitlets.Unicode("todo", help="the state of the item on screen")
    note = traitlets.Unicode("", help="the note of the item on screen")
    read_only = traitlets.Bool(default_value=False, help="whether nothing can be changed")

    today = traitlets.Unicode("", help="what the person did today")
    today_detail = traitlets.Unicode("", help="the same at length")

    def __init__(self, *, total: int = 0, location: str = "", read_only: bool = False) -> None:
        self._handlers: list[Act] = []
        self._showing = Showing(self._show)
        self.progress_text = mark(Label(), "ipya-progress-text")
        self.day = mark(Label(), "ipya-today")
        self.bar = IntProgress(min=0, max=1, value=0)
        self.place = mark(Label(), "ipya-location", "ipya-ellipsis")
        self.note_field = mark(
            Text(continuous_update=False, placeholder="Why? (optional)"), "ipya-note", name="Note on the flag"
        )
        self.flag = mark(
            ToggleButton(description="Flag", tooltip="Flag for somebody to look at"),
            "ipya-with-icon", "ipya-flag", name="Flag", action="flag",
        )  # fmt: skip
        self.skip = mark(Button(description="Skip", tooltip="Skip"), "ipya-hint", name="Skip", action="skip")
        self.finish = mark(
            Button(description="Done", tooltip="Done, and open the next one to do", button_style="primary"),
            "ipya-hint", name="Done", action="done",
        )  # fmt: skip
        super().__init__(
            [
                self.progress_text,
                self.bar,
                self.day,
                self.place,
                self.note_field,
                self.flag,
                self.skip,
                self.finish,
            ]
        )
        self.add_class("ipya-footer")
        self.skip.on_click(lambda _: self._ask("skip"))
        self.finish.on_click(lambda _: self._ask("done"))
        self.flag.observe(self._flagged, "value")
        self.note_field.observe(self._noted, "value")
        shown = ["done", "total", "location", "state", "note", "read_only", "today", "today_detail"]
        self.observe(lambda _: self._showing(), shown)
        with self.hold_trait_notifications():
            self.total = total
            self.location = location
            self.read_only = read_only
        self._showing()

    def on_act(self, handler: Act) -> None:
        """Call a function with what is asked for: `skip`, `done`, or `flag` with the note.

        Without a note (None) `flag` toggles: it flags, or takes the flag back.
        """
        self._handlers.append(handler)

    def _ask(self, name: str, value: Any = None) -> None:
        for handler in list(self._handlers):
            handler(name, value)
        self._showing()  # what was not done is taken back on the screen

    def _flagged(self, _: Any) -> None:
        if not self._showing:
            self._ask("flag")

    def _noted(self, change: Any) -> None:
        if not self._showing and self.state == "flagged":
            self._ask("flag", change.new.strip())

    def _show(self) -> None:
        self.progress_text.value = f"{self.done:,} of {self.total:,} done"
        self.bar.max = max(self.total, 1)
        self.bar.value = min(self.done, self.total)
        # The end of a path says most, so it is cut at the front; the mark keeps "/" where it belongs there.
        self.place.value = f"\N{LEFT-TO-RIGHT MARK}{self.location}" if self.location else ""
        self.place.tooltip = f"Results are written to {self.location}" if self.location else None
        self.day.value = self.today
        self.day.tooltip = self.today_detail or None
        self.day.layout.display = None if self.today else "none"
        flagged = self.state == "flagged"
        self.flag.value = flagged
        self.note_field.value = self.note
        self.note_field.layout.display = None if flagged and not self.read_only else "none"
        for control in (self.flag, self.skip, self.finish):
            control.layout.display = "none" if self.read_only else None
            control.disabled = not self.total
