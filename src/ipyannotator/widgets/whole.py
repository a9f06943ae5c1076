"""Labels of the whole image beside its objects: a button for each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ipywidgets import Box, Label, ToggleButton

from ipyannotator.widgets.closing import close_tree
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.marks import mark

Toggle = Callable[[str], None]
"""Called with the id of a class that is to be given to the image, or taken away."""


class WholeLabels(Box):  # type: ignore[misc]
    """A button for each class that labels the whole image, pressed where it has it.

    It changes nothing by itself: it tells which one was pressed (`on_toggle`), and shows what it is given.

    Args:
        read_only: whether nothing can be changed.

    Attributes:
        buttons: the buttons by the id of their class.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self.label = Label("Whole image")
        super().__init__([self.label])
        # Named like ipywidgets' own, it is a group of buttons to the browser side.
        mark(self, "ipya-whole", "ipya-toggle-buttons", name="Labels of the whole image")
        self.read_only = read_only
        self.buttons: dict[str, ToggleButton] = {}
        self._toggles: list[Toggle] = []
        self._classes: tuple[tuple[str, str], ...] = ()
        self._given: Collection[str] = frozenset()
        self._showing = Showing(self._draw)
        self._showing()

    def on_toggle(self, handler: Toggle) -> None:
        """Call a function with the id of the class whose button somebody pressed."""
        self._toggles.append(handler)

    def show(self, classes: Sequence[tuple[str, str]], given: Collection[str]) -> None:
        """Show other labels.

        Args:
            classes: `(name, id)` of those on offer.
            given: the ids of those that the image has.
        """
        self._classes, self._given = tuple(classes), frozenset(given)
        self._showing()

    def _pressed(self, class_id: str) -> None:
        if self._showing:
            return
        for handler in list(self._toggles):
            handler(class_id)
        self._showing()  # what was not taken is taken back on the screen

    def _draw(self) -> None:
        classes = self._classes
        if [(button.description, name) for name, button in self.buttons.items()] != list(classes):
            old = self.buttons
            self.buttons = {class_id: self._button(name, class_id) for name, class_id in classes}
            self.children = [self.label, *self.buttons.values()]
            for button in old.values():
                close_tree(button)
        for class_id, button in self.buttons.items():
            button.value = class_id in self._given
        self.layout.display = None if self.buttons else "none"

    def _button(self, name: str, class_id: str) -> ToggleButton:
        button = ToggleButton(description=name, tooltip=name, disabled=self.read_only)
        button.observe(lambda _: self._pressed(class_id), "value")
        return button
