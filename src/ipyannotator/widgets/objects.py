"""The list of objects."""

from __future__ import annotations

from typing import ClassVar

from ipyannotator.widgets.component import Component


class ObjectList(Component):
    """The objects on the item, of any number: select and delete them. Their values are edited in the fields."""

    module: ClassVar[str] = "objects"
