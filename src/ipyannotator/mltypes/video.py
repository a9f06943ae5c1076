"""Boxes on the frames of a video, and the original's coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from ipyannotator.mltypes.boxes import OutputImageBbox
from ipyannotator.model import ObjectRecord
from ipyannotator.model.friendly import friendly


class Coordinate(NamedTuple):
    """A point, in pixels."""

    x: float
    y: float


class BboxCoordinate(NamedTuple):
    """A box: its top left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


class BboxVideoCoordinate(NamedTuple):
    """A box on a frame, with the id of what it shows."""

    x: float
    y: float
    width: float
    height: float
    id: str


@friendly
@dataclass(frozen=True)
class OutputVideoBbox(OutputImageBbox):
    """Boxes on frames, each with the id of the thing that it follows through the frames.

    Attributes:
        classes: the names of the classes; None lets the person type new ones.
    """

    name: ClassVar[str] = "video_bbox"
    classes: list[str] | None = None

    def box_value(self, record: ObjectRecord) -> dict[str, Any]:
        """Return one box in the original's form, `id` among its values."""
        return {**super().box_value(record), "id": record.track or ""}

    def box_object(self, box: Any, label: Any) -> dict[str, Any]:
        """Return the object of one box; one without an id belongs to no track."""
        found = super().box_object(box, label)
        track = box.get("id")
        return {**found, "track": None if track in (None, "") else str(track)}
