"""The frame: one arrangement of named slots for every step and every kind of data.

How this works. ipywidgets renders a child again when a sibling before it is replaced or moved. So each slot is a box
of its own that never moves, and replacing a part replaces the content of its box: nothing else is touched, the canvas
least of all. Where the slots stand, and how the ipywidgets in them look, says `js/src/frame.css`; the last box holds
an invisible component that brings this style, and does what ipywidgets cannot (`js/src/frame.ts`).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any, ClassVar

import traitlets
from ipywidgets import Box, HBox, Label, ToggleButtons, VBox, Widget

from ipyannotator.errors import InvalidValue
from ipyannotator.widgets.closing import close_tree
from ipyannotator.widgets.component import Component
from ipyannotator.widgets.marks import mark

IN_HEADER = ("steps", "title", "restriction", "navigation", "history", "status")
"""The slots inside the header, from left to right."""
IN_SIDE = ("classes", "objects", "tracks", "suggestions", "complaints", "fields")
"""The slots of the side panel, from top to bottom."""
SLOTS = ("header", *IN_HEADER, "tools", "stage", *IN_SIDE, "footer")
"""All slots."""


class Keeper(Component):
    """The browser side of the frame: its style, keys wherever the focus is, accessible names.

    Attributes:
        stage: width and height of the stage at opening in CSS pixels, 0 for the room there is.
    """

    module: ClassVar[str] = "frame"

    stage = traitlets.List(
        traitlets.Int(min=0),
        default_value=[0, 0],
        minlen=2,
        maxlen=2,
        help="width and height of the stage, in pixels",
    ).tag(sync=True)


class Slot(Box):  # type: ignore[misc]
    """One place of the frame; takes one widget, or none, and then takes no room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.add_class("ipya-slot")
        self.add_class(f"ipya-slot-{name}")
        self.layout.display = "none"
        self._hidden = False

    @property
    def content(self) -> Widget | None:
        """The widget in it."""
        return self.children[0] if self.children else None

    @content.setter
    def content(self, widget: Widget | None) -> None:
        if widget is not self.content:
            self.children = () if widget is None else (widget,)
        self._show()

    @property
    def hidden(self) -> bool:
        """Whether it is not shown, whatever is in it."""
        return self._hidden

    @hidden.setter
    def hidden(self, hidden: bool) -> None:
        self._hidden = hidden
        self._show()

    def _show(self) -> None:
        self.layout.display = "none" if self._hidden or self.content is None else None


class Parts(MutableMapping[str, "Widget | None"]):
    """The slots of a frame by name: `parts.fields = my_widget`, or `parts["fields"]`; None empties a slot.

    Setting replaces what is shown there, at once, on every screen; the widget that was there is not closed. Deleting
    empties the slot. Setting `header` replaces all that is in it (`steps`, `title`, `restriction`, `navigation`, `history`,
    `status`).

    Raises:
        InvalidValue: there is no such slot, or the value is no ipywidget.
    """

    _slots: dict[str, Slot]
    _rows: tuple[Box, ...]

    def __init__(self, slots: dict[str, Slot], rows: tuple[Box, ...] = ()) -> None:
        object.__setattr__(self, "_slots", slots)
        object.__setattr__(self, "_rows", rows)

    def add(self, name: str, widget: Widget, *, before: str | None = None) -> None:
        """Add a slot of your own to the side panel, at its end, or before another one.

        Raises:
            InvalidValue: there is one of this name, it is no name, or the value is no ipywidget.
        """
        if (
            not isinstance(name, str)
            or not name.isidentifier()
            or name.startswith("_")
            or hasattr(Parts, name)
        ):
            raise InvalidValue("The name of a new part", name, "a plain word such as 'clock'")
        if name in self._slots:
            raise InvalidValue(
                "The name of a new part", name, "one that is not there yet", f"Set `a.parts.{name}` instead."
            )
        slot = Slot(name)
        slot.add_class("ipya-slot-added")
        self._slots[name] = slot
        try:
            self[name] = widget
            if before is not None:
                self._row_of(before)
        except InvalidValue:
            del self._slots[name]
            close_tree(slot)
            raise
        side = self._rows[-1]
        side.children = (*side.children, slot)  # at the end, so that nothing else is drawn anew
        self.move(name, before=before)

    def hide(self, *names: str) -> None:
        """Show parts no longer; what is in them stays there, and goes on."""
        for slot in [self._slot(name) for name in names]:
            slot.hidden = True

    def show(self, *names: str) -> None:
        """Show parts again; without a name, all."""
        for slot in [self._slot(name) for name in names or self._slots]:
            slot.hidden = False

    def move(self, name: str, *, before: str | None = None) -> None:
        """Put a part of the header or of the side panel before another one there, or to the end; nothing is drawn anew."""
        row, slot = self._row_of(name), self._slot(name)
        others = [each for each in sorted(row.children, key=_order) if each is not slot]
        if before is not None and self._row_of(before) is not row:
            beside = ", ".join(each for each, other in self._slots.items() if other in row.children)
            raise InvalidValue("The part to stand before", before, f"one of: {beside}")
        at = len(others) if before is None else others.index(self._slot(before))
        for order, each in enumerate([*others[:at], slot, *others[at:]]):
            each.layout.order = str(order)

    def _row_of(self, name: str) -> Box:
        slot = self._slot(name)
        for row in self._rows:
            if slot in row.children:
                return row
        movable = ", ".join(
            each for each, other in self._slots.items() if any(other in row.children for row in self._rows)
        )
        raise InvalidValue("The part", name, f"one that can be moved: {movable}")

    def __getitem__(self, name: str) -> Widget | None:
        return self._slot(name).content

    def __setitem__(self, name: str, widget: Widget | None) -> None:
        slot = self._slot(name)
        if widget is not None and not isinstance(widget, Widget):
            raise InvalidValue(
                f"The part {name!r}",
                widget,
                "an ipywidget, or None",
                "Wrap text as `ipywidgets.Label(text)`.",
            )
        slot.content = widget

    def __delitem__(self, name: str) -> None:
        self._slot(name).content = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._slots)

    def __len__(self) -> int:
        return len(self._slots)

    def __getattr__(self, name: str) -> Widget | None:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except InvalidValue as error:
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, widget: Widget | None) -> None:
        self[name] = widget

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._slots]

    def __repr__(self) -> str:
        return (
            f"Parts({', '.join(f'{name}={type(w).__name__}' for name, w in self.items() if w is not None)})"
        )

    def _slot(self, name: str) -> Slot:
        if name not in self._slots:
            near = difflib.get_close_matches(str(name), self._slots, 1)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            raise InvalidValue("The part", name, f"one of {', '.join(self._slots)}", hint)
        return self._slots[name]


class Frame(Box):  # type: ignore[misc]
    """The frame around a task.

    Args:
        steps: the names of the steps to switch between; with fewer than two there is no switch.
        title: stands in the header, beside the steps.
        session: the session of the components in it.
        stage: width and height of the stage at opening in CSS pixels, 0 for the room there is.

    Attributes:
        step: the step on screen. Setting it moves the switch, and asks for nothing.
        title: stands in the header.
        session: the session of the components in it.
        stage: see above.
        parts: the slots.
    """

    step = traitlets.Unicode("", help="the step on screen")
    title = traitlets.Unicode("", help="what stands in the header")
    session = traitlets.Dict(help="the session of the components in it")
    stage = traitlets.Tuple(
        traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0), help="size of the stage"
    )

    def __init__(
        self,
        steps: Sequence[str] = (),
        *,
        title: str = "",
        session: dict[str, Any] | None = None,
        stage: tuple[int, int] = (0, 0),
    ) -> None:
        self._handlers: list[Callable[[str], None]] = []
        self._slots = {name: Slot(name) for name in SLOTS}
        self._keeper = Keeper(session=session or {}, stage=list(stage))
        keeper = mark(Box([self._keeper]), "ipya-slot-keeper")
        self._header = mark(HBox([self._slots[name] for name in IN_HEADER]), "ipya-header")
        side = mark(VBox([self._slots[name] for name in IN_SIDE]), "ipya-side")
        self.parts = Parts(self._slots, (self._header, side))
        slots = self._slots
        places = [slots["header"], slots["tools"], slots["stage"], side, slots["footer"]]
        super().__init__([mark(Box(places), "ipya-grid"), keeper])
        self.add_class("ipyannotator")
        self._switch = mark(ToggleButtons(options=[(_label(name), name) for name in steps]), name="Step")
        self._label = mark(Label(), "ipya-ellipsis")
        self.parts.header = self._header
        self.parts.steps = self._switch if len(steps) > 1 else None
        self._switch.observe(self._switched, "value")
        self.observe(self._show, ["step", "title", "session", "stage"])
        with self.hold_trait_notifications():
            self.title = title
            self.session = session or {}
            self.stage = stage
            self.step = steps[0] if steps else ""

    def on_step(self, handler: Callable[[str], None]) -> None:
        """Call a function with the step that somebody chooses on the switch.

        If `step` is not set to it in the course of that, the switch goes back.
        """
        self._handlers.append(handler)

    def close(self) -> None:
        """Take it off the screen, with its slots; the widgets in the slots stay as they are."""
        self._header.children = ()
        for slot in self._slots.values():
            slot.children = ()
            close_tree(slot)
        for widget in (self._switch, self._label, self._header, *self.children):
            close_tree(widget)
        self.layout.close()
        super().close()

    def _switched(self, change: Any) -> None:
        if change.new == self.step:
            return
        for handler in list(self._handlers):
            handler(change.new)
        if self._switch.value != self.step:
            self._switch.value = self.step or None

    def _show(self, _: Any) -> None:
        self._label.value = self.title
        self._label.tooltip = self.title or None
        if self.parts.title in (self._label, None):
            self.parts.title = self._label if self.title else None
        names = [value for _, value in self._switch.options]
        self._switch.value = self.step if self.step in names else None
        self._keeper.session = self.session
        self._keeper.stage = list(self.stage)


def _order(slot: Slot) -> int:
    return int(
        slot.layout.order or 0
    )  # those that nobody has moved stay in their order, as sorting is stable


def _label(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
