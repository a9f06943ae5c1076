"""The list of classes."""

from __future__ import annotations

from typing import ClassVar

import traitlets

from ipyannotator.widgets.component import Component


class ClassPicker(Component):
    """The classes with their keys and how many of each are on the item; choose one, or filter by typing.

    Attributes:
        open: whether a typed name may become a new class (action `add_class`).
    """

    module: ClassVar[str] = "classes"

    open = traitlets.Bool(default_value=False, help="whether a typed name may become a class").tag(sync=True)
