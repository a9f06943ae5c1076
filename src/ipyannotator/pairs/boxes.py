"""One image at a time with its boxes."""

from __future__ import annotations

from typing import Any

from ipyannotator.model import Box, ObjectRecord
from ipyannotator.pairs.improve import ImproveView
from ipyannotator.pairs.objects import ObjectsView
from ipyannotator.widgets.fields import NUMBERS


class BoxView(ObjectsView):
    """Draw, look at and correct boxes, each of one class."""

    tools = ("select", "box", "pan")

    def values(self, record: ObjectRecord) -> dict[str, Any] | None:
        """Return the numbers of a box."""
        if not isinstance(record.shape, Box):
            return None
        return {name: getattr(record.shape, name) for name in NUMBERS}


class ImproveBoxes(ImproveView):
    """Every box of every image as a cut-out, and the images without one."""

    name_of_none = "No box"
    question_of_none = "Which of these miss a box?"
