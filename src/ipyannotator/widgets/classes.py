"""The list of classes."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from ipyannotator.widgets.component import Component


class ClassPicker(Component):
    """The classes with their keys and how many of each are on the item; choose one, or filter by typing.

    Args:
        open: sets `extensible` (which cannot be called so: every widget has a method `open`).

    Attributes:
        extensible: whether a typed name may become a new class (action `add_class`).
    """

    module: ClassVar[str] = "classes"

    extensible = traitlets.Bool(default_value=False, help="whether a typed name may become a class").tag(
        sync=True
    )

    def __init__(self, *, open: bool = False, **values: Any) -> None:  # noqa: A002 - the word of `OutputImageBbox`
        super().__init__(**{"extensible": open, **values})
