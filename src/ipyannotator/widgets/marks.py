"""Marks on ipywidgets, as CSS classes, that the frame's browser side acts on (`js/src/frame.ts`).

ipywidgets has no way to give a control an accessible name of its own (a slider's handle has none at all), nor to show
which key does the same. These marks do; they work for anybody's widget in a slot.
"""

from __future__ import annotations

import re
from typing import TypeVar

from ipywidgets import DOMWidget

from ipyannotator.errors import InvalidValue

W = TypeVar("W", bound=DOMWidget)


def mark(widget: W, *classes: str, name: str = "", action: str = "") -> W:
    """Mark a widget, and return it.

    Args:
        widget: the widget.
        *classes: CSS classes.
        name: the accessible name of its control: words of letters and digits.
        action: the action of the keymap that it stands for; its key is shown in the tooltip.
    """
    if name and not re.fullmatch(r"\w+( \w+)*", name):
        raise InvalidValue("The accessible name", name, "words of letters and digits, one space between")
    if action and not re.fullmatch(r"[\w:]+", action):
        raise InvalidValue("The action", action, "the name of an action")
    for each in classes:
        widget.add_class(each)
    if name:
        widget.add_class(f"ipya-name--{name.replace(' ', '-')}")
    if action:
        widget.add_class(f"ipya-action--{action}")
    return widget
