"""The attributes of what is selected: one control for each, by its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Final

from ipywidgets import Box, DOMWidget, Dropdown, Label, Text, ToggleButton, ToggleButtons, VBox

from ipyannotator.model import Attribute
from ipyannotator.widgets.closing import close_tree
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark

Tell = Callable[[str, Any], None]
"""Called with the name of an attribute and what somebody typed or chose; None for nothing any more."""
MIXED: Final = "mixed"
"""What stands where the selected objects have different values."""


class Control:
    """The control of one attribute.

    Args:
        attribute: whose it is.
        tell: is called with what somebody typed or chose.

    Attributes:
        widget: what is on the screen.
    """

    widget: DOMWidget

    def __init__(self, attribute: Attribute, tell: Callable[[Any], None]) -> None:
        self.attribute = attribute
        self.tell = tell

    def show(self, value: Any, *, mixed: bool, disabled: bool) -> None:
        """Show a value; where it is mixed, the selected objects have different ones."""
        raise NotImplementedError

    def _named(self, widget: DOMWidget, style: str) -> DOMWidget:
        words = " ".join(re.findall(r"\w+", self.attribute.name)) or "attribute"
        return mark(widget, "ipya-attribute", style, name=words)


class TextControl(Control):
    """A text, told on Enter or when the field is left; empty for none."""

    placeholder: ClassVar[str] = ""

    def __init__(self, attribute: Attribute, tell: Callable[[Any], None]) -> None:
        super().__init__(attribute, tell)
        self.widget: Text = self._named(
            Text(description=attribute.name, continuous_update=False), "ipya-text-field"
        )
        self.widget.observe(lambda change: self.tell(self.read(change.new)), "value")

    def show(self, value: Any, *, mixed: bool, disabled: bool) -> None:
        """Show a value."""
        self.widget.value = "" if mixed or value is None else self.written(value)
        self.widget.placeholder = MIXED if mixed else self.hint()
        self.widget.disabled = disabled

    def hint(self) -> str:
        """Return what stands in the empty field."""
        return "needed" if self.attribute.required else ""

    def read(self, text: str) -> Any:
        """Return what somebody typed as a value."""
        return text or None

    def written(self, value: Any) -> str:
        """Return a value as it stands in the field."""
        return str(value)


class NumberControl(TextControl):
    """A number; a field of text, since one of numbers cannot be empty."""

    def hint(self) -> str:
        """Return the range."""
        return self.attribute.expected

    def read(self, text: str) -> Any:
        """Return the number; what is none stays as it is, so that the check can say what it should be."""
        plain = text.strip().replace(",", ".")
        if not plain:
            return None
        try:
            number = float(plain)
        except ValueError:
            return text
        return int(number) if number.is_integer() else number

    def written(self, value: Any) -> str:
        """Return a number without a needless fraction."""
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class ChoiceControl(Control):
    """One of some texts."""

    def __init__(self, attribute: Attribute, tell: Callable[[Any], None]) -> None:
        super().__init__(attribute, tell)
        self.widget: Dropdown = self._named(Dropdown(description=attribute.name), "ipya-choice-field")
        self.widget.observe(lambda change: self.tell(change.new), "value")

    def show(self, value: Any, *, mixed: bool, disabled: bool) -> None:
        """Show a value, whether it is still a choice or not."""
        value = None if mixed else value
        none = MIXED if mixed else "choose one" if self.attribute.required else "none"
        options: list[tuple[str, Any]] = [(none, None), *((each, each) for each in self.attribute.choices)]
        if value is not None and value not in self.attribute.choices:
            options.append((f"{value} (no choice any more)", value))
        if tuple(self.widget.options) != tuple(options):
            self.widget.options = options
        # By its place: set by a value of None, nothing would be shown.
        self.widget.index = [each for _, each in options].index(value)
        self.widget.disabled = disabled


class FlagControl(Control):
    """Yes or no, or not said yet."""

    def __init__(self, attribute: Attribute, tell: Callable[[Any], None]) -> None:
        super().__init__(attribute, tell)
        self.buttons = ToggleButtons(options=[("yes", True), ("no", False)], value=None)
        self.widget: Box = self._named(Box([Label(attribute.name), self.buttons]), "ipya-flag-field")
        self.widget.add_class(
            "ipya-toggle-buttons"
        )  # a group of buttons to the browser side, as ipywidgets' own
        self.buttons.observe(lambda change: self.tell(change.new), "value")

    def show(self, value: Any, *, mixed: bool, disabled: bool) -> None:
        """Show a value; neither is pressed where they differ."""
        self.buttons.value = value if isinstance(value, bool) and not mixed else None
        self.buttons.disabled = disabled


class ChoicesControl(Control):
    """Several of some texts: a button for each."""

    def __init__(self, attribute: Attribute, tell: Callable[[Any], None]) -> None:
        super().__init__(attribute, tell)
        self.label = Label(attribute.name)
        self.buttons = {each: ToggleButton(description=each, tooltip=each) for each in attribute.choices}
        self.widget: Box = self._named(Box([self.label, *self.buttons.values()]), "ipya-choices-field")
        self.widget.add_class(
            "ipya-toggle-buttons"
        )  # a group of buttons to the browser side, as ipywidgets' own
        for button in self.buttons.values():
            button.observe(lambda _: self.tell(self._chosen()), "value")

    def show(self, value: Any, *, mixed: bool, disabled: bool) -> None:
        """Show which are chosen; none is pressed where they differ."""
        chosen = value if isinstance(value, (list, tuple)) and not mixed else ()
        self.label.value = f"{self.attribute.name} ({MIXED})" if mixed else self.attribute.name
        for each, button in self.buttons.items():
            button.value = each in chosen
            button.disabled = disabled

    def _chosen(self) -> list[str] | None:
        return [each for each, button in self.buttons.items() if button.value] or None


CONTROLS: Final[dict[str, type[Control]]] = {
    "choice": ChoiceControl,
    "choices": ChoicesControl,
    "number": NumberControl,
    "text": TextControl,
    "flag": FlagControl,
}
"""The control of each type of attribute; a class of yours may take the place of one."""


class AttributeFields(VBox):  # type: ignore[misc]
    """A control for each attribute of what is selected.

    It changes nothing by itself: it tells what was typed or chosen (`on_edit`), and shows what it is given.

    Attributes:
        controls: the controls by the name of their attribute.
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_class("ipya-attributes")
        self.controls: dict[str, Control] = {}
        self._edits: list[Tell] = []
        self._declared: tuple[Attribute, ...] = ()
        self._values: Mapping[str, Any] = {}
        self._mixed: Collection[str] = ()
        self._disabled = False
        self._showing = Showing(self._draw)
        self._showing()

    def on_edit(self, handler: Tell) -> None:
        """Call a function with the name of an attribute and what somebody typed or chose."""
        self._edits.append(handler)

    def show(
        self, declared: Sequence[Attribute], values: Mapping[str, Any], mixed: Collection[str] = (), *,
        disabled: bool = False,
    ) -> None:  # fmt: skip
        """Show other values.

        Args:
            declared: what what is selected has; none hides it all.
            values: the values by name.
            mixed: the names of those that differ among what is selected.
            disabled: whether nothing can be changed.
        """
        self._values, self._mixed, self._disabled = dict(values), frozenset(mixed), disabled
        self._declared = tuple(declared)
        self._showing()

    def _told(self, name: str, value: Any) -> None:
        if self._showing or (value == self._values.get(name) and name not in self._mixed):
            return
        for handler in list(self._edits):
            handler(name, value)
        self._showing()  # what was not taken is taken back on the screen

    def _draw(self) -> None:
        declared = self._declared
        # The controls stay while they are the same, so that somebody may go on typing in one.
        if [control.attribute for control in self.controls.values()] != list(declared):
            old = self.controls
            self.controls = {each.name: self._control(each) for each in declared}
            self.children = [control.widget for control in self.controls.values()]
            for control in old.values():
                close_tree(control.widget)
        for name, control in self.controls.items():
            value, mixed = self._values.get(name), name in self._mixed
            control.show(value, mixed=mixed, disabled=self._disabled)
            lacks = control.attribute.is_missing(value) and not mixed
            (control.widget.add_class if lacks else control.widget.remove_class)("ipya-needed")
        self.layout.display = None if self.controls else "none"

    def _control(self, attribute: Attribute) -> Control:
        return CONTROLS[attribute.type](attribute, lambda value: self._told(attribute.name, value))
