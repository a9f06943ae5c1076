"""The fields of what is selected: class, numbers, attributes, Delete."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import traitlets
from ipywidgets import Box, Button, Dropdown, FloatText, HBox, Label, Text

from ipyannotator.widgets.attributes import AttributeFields
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark

NUMBERS = ("x", "y", "width", "height")
SIZES = ("width", "height", "rx", "ry")
"""Numbers that are more than 0."""
Edit = Callable[[str, Any], None]
"""Called with the name of a value (`class_id`, `x`, `attributes/colour`, …) and the new value."""


class BoxFields(Box):  # type: ignore[misc]
    """The class and the numbers of the selected box, to be read and typed.

    It changes nothing by itself: it tells what was typed (`on_edit`), once per number, on Enter or when the field is
    left; and shows what `value` is set to.

    Attributes:
        value: the selected box: `{"class_id", "x", "y", "width", "height"}` in pixels of the full-resolution image;
            of several only what they have in common; None where there is nothing to show.
        count: how many objects are selected. With several, their class can be set, and they can be deleted.
        classes: `(name, id)` of the classes on offer.
        read_only: whether nothing can be changed.
    """

    names: ClassVar[tuple[str, ...]] = NUMBERS
    """The numbers that there are fields for."""

    value = traitlets.Dict(default_value=None, allow_none=True, help="the selected box, or None")
    count = traitlets.Int(0, min=0, help="how many objects are selected")
    classes = traitlets.List(traitlets.Tuple(), help="(name, id) of the classes on offer")
    read_only = traitlets.Bool(default_value=False, help="whether nothing can be changed")

    def __init__(self, classes: Sequence[tuple[str, str]] = (), *, read_only: bool = False) -> None:
        self._edits: list[Edit] = []
        self._deletes: list[Callable[[], None]] = []
        self._showing = Showing(self._show)
        self.summary = Label()
        self.delete = mark(
            Button(description="Delete", tooltip="Delete what is selected"),
            "ipya-with-icon", "ipya-delete", name="Delete", action="delete",
        )  # fmt: skip
        self.title = mark(HBox([self.summary, self.delete]), "ipya-fields-title")
        self.class_id = mark(Dropdown(description="Class"), "ipya-class-field", name="Class of the selected")
        self.numbers = {
            name: mark(FloatText(description=name, continuous_update=False), "ipya-number-field", name=name)
            for name in self.names
        }
        super().__init__([self.title, self.class_id, *self.numbers.values()])
        self.add_class("ipya-fields")
        self.delete.on_click(lambda _: self._ask_delete())
        self.class_id.observe(self._class_chosen, "value")
        for name, field in self.numbers.items():
            field.observe(lambda change, name=name: self._typed(name, change.new), "value")
        self.observe(lambda _: self._showing(), ["value", "count", "classes", "read_only"])
        with self.hold_trait_notifications():
            self.classes = list(classes)
            self.read_only = read_only
        self._showing()

    def select(self, value: Mapping[str, Any] | None, count: int) -> None:
        """Show another selection: the box where it is exactly one, and how many are selected."""
        with self.hold_trait_notifications():
            self.set_trait("value", None if value is None else dict(value))
            self.count = count
        self._showing()

    def on_edit(self, handler: Edit) -> None:
        """Call a function with what somebody typed or chose. A class goes to all that is selected."""
        self._edits.append(handler)

    def on_delete(self, handler: Callable[[], None]) -> None:
        """Call a function when Delete is pressed."""
        self._deletes.append(handler)

    def _ask_delete(self) -> None:
        for handler in list(self._deletes):
            handler()

    def _class_chosen(self, change: Any) -> None:
        if not self._showing and change.new is not None:
            self._tell("class_id", change.new)

    def _typed(self, name: str, number: float) -> None:
        if self._showing or self.value is None or name not in self.value:
            return
        if not math.isfinite(number) or (name in SIZES and number <= 0):
            self._showing()  # not a shape: what it was comes back
        elif number != _shown(self.value.get(name)):
            self._tell(name, number)

    def _tell(self, name: str, value: Any) -> None:
        for handler in list(self._edits):
            handler(name, value)
        self._showing()  # what was not taken is taken back on the screen

    def _show(self) -> None:
        """Bring the controls in line with the traits; what this sets is not taken for something typed."""
        value = self.value or {}
        count = max(self.count, 1) if value else self.count
        self.summary.value = _summary(count)
        options = [(str(name), each) for name, each in self.classes]
        chosen = value.get("class_id")
        if chosen is not None and chosen not in {each for _, each in options}:
            options.append((f"{chosen} (retired)", chosen))
        if chosen is None:
            options.insert(0, ("choose a class" if count else "", None))
        if tuple(self.class_id.options) != tuple(options):
            self.class_id.options = options
        # By its place: set by a value of None, nothing would be shown.
        self.class_id.index = [each for _, each in options].index(chosen)
        self.class_id.disabled = self.read_only or not count
        for name, field in self.numbers.items():
            field.value = _shown(value.get(name))
            field.disabled = self.read_only or name not in value
        # A number field cannot be empty; without a box its 0 is hidden.
        numbered = any(name in value for name in self.names)
        (self.remove_class if numbered else self.add_class)("ipya-fields-blank")
        self.delete.disabled = not count
        self.delete.layout.visibility = "hidden" if self.read_only else None
        # The place stays when nothing is selected, so that nothing around it moves.


class TrackFields(BoxFields):
    """The same with the id of the track that the box belongs to; `value` and `on_edit` have it as `track`."""

    def __init__(self, classes: Sequence[tuple[str, str]] = (), *, read_only: bool = False) -> None:
        self.track = mark(
            Text(description="Id", continuous_update=False), "ipya-track-field", name="Id",
        )  # fmt: skip
        super().__init__(classes, read_only=read_only)
        self.children = (self.title, self.class_id, self.track, *self.numbers.values())
        self.track.observe(self._track_typed, "value")

    def _track_typed(self, change: Any) -> None:
        if self._showing or self.value is None:
            return
        if change.new.strip() == self.value.get("track", ""):
            self._showing()
        else:
            self._tell("track", change.new)

    def _show(self) -> None:
        super()._show()
        value = self.value or {}
        self.track.value = str(value.get("track") or "")
        self.track.placeholder = "none" if value else ""
        self.track.disabled = self.read_only or "track" not in value


class ShapeFields(BoxFields):
    """The fields of a shape of any kind: its numbers where it has some, else what is to be said of it; its attributes.

    `value` has the numbers that the shape has, and besides

        facts: what is said of a shape without numbers, such as how many points it has;
        declared: the attributes of its class, as `Attribute`s;
        attributes: their values by name;
        mixed: the names of those that differ among what is selected.

    `on_edit` gets an attribute as `attributes/<name>`.
    """

    names: ClassVar[tuple[str, ...]] = (*NUMBERS, "cx", "cy", "rx", "ry", "angle")

    def __init__(self, classes: Sequence[tuple[str, str]] = (), *, read_only: bool = False) -> None:
        self.facts = mark(Label(), "ipya-facts")
        self.attributes = AttributeFields()
        super().__init__(classes, read_only=read_only)
        self.children = (self.title, self.class_id, self.facts, *self.numbers.values(), self.attributes)
        self.attributes.on_edit(lambda name, value: self._tell(f"attributes/{name}", value))

    def _show(self) -> None:
        super()._show()
        value = self.value or {}
        self.facts.value = value.get("facts", "")
        self.facts.layout.display = None if self.facts.value else "none"
        some = [name for name in self.names if name in value]
        # With nothing selected the place of a box stays, so that nothing around it moves.
        shown = some or ([] if value else NUMBERS)
        for name, field in self.numbers.items():
            field.layout.display = None if name in shown else "none"
        self.attributes.show(
            value.get("declared", ()),
            value.get("attributes", {}),
            value.get("mixed", ()),
            disabled=self.read_only,
        )


def _shown(number: Any) -> float:
    """Numbers are shown to a hundredth of a pixel; an edit of one leaves the others as exact as they were."""
    return round(float(number or 0), 2)


def _summary(count: int) -> str:
    if count == 0:
        return "Nothing selected"
    return "1 selected" if count == 1 else f"{count:,} selected"
