"""Boxes on images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.mltypes.base import Output, Parsed, names_of
from ipyannotator.model import Box, FieldRecord, ObjectRecord, Schema
from ipyannotator.model.friendly import friendly


@friendly
@dataclass(frozen=True)
class OutputImageBbox(Output):
    """Upright boxes on images, each of one class.

    Attributes:
        classes: the names of the classes; None lets the person type new ones.
    """

    name: ClassVar[str] = "bbox"
    parts: ClassVar[tuple[str, ...]] = ("objects",)
    classes: list[str] | None = None

    def __post_init__(self) -> None:
        if self.classes is not None:
            object.__setattr__(self, "classes", names_of(f"{type(self).__name__}.classes", self.classes))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Boxes."""
        return ("box",)

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return `{"bbox": [{"x", "y", "width", "height"}, …], "labels": [["car"], …]}`, the lists parallel.

        Pixels of the full-resolution image; whole numbers are written as integers. A box without a class has `[]`.
        """
        boxes = [record for record in objects if isinstance(record.shape, Box)]
        return {
            "bbox": [self.box_value(record) for record in boxes],
            "labels": [_labels(record, schema) for record in boxes],
        }

    def from_value(self, value: Any) -> Parsed:
        """Return the boxes of the original's value; labels that are missing at the end are taken as none."""
        if not isinstance(value, dict) or not isinstance(value.get("bbox", []), list):
            raise FormatError(
                f'{value!r} is not a value of bounding boxes, expected {{"bbox": […], "labels": […]}}.'
            )
        boxes, labels = value.get("bbox", []), value.get("labels") or []
        if not isinstance(labels, list) or len(labels) > len(boxes):
            raise FormatError(
                f"{labels!r} are not the labels of {len(boxes)} boxes, expected one list for each."
            )
        labels = labels + [[]] * (len(boxes) - len(labels))
        return Parsed([self.box_object(box, label) for box, label in zip(boxes, labels, strict=True)])

    def box_value(self, record: ObjectRecord) -> dict[str, Any]:
        """Return one box in the original's form."""
        return {name: _plain(getattr(record.shape, name)) for name in ("x", "y", "width", "height")}

    def box_object(self, box: Any, label: Any) -> dict[str, Any]:
        """Return the object of one box in the original's form and its label; raise `FormatError`."""
        try:
            shape = Box(*(box[name] for name in ("x", "y", "width", "height")))
        except (TypeError, KeyError, InvalidValue) as error:
            raise FormatError(
                f"{box!r} is not a box, expected x, y, width and height in pixels ({error})."
            ) from error
        names = [label] if isinstance(label, str) else label
        if names is None:
            names = []
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise FormatError(f"{label!r} is not the label of a box, expected a list with one name.")
        more = {_MORE: names[1:]} if len(names) > 1 else {}
        return {"shape": shape, "label": names[0] if names else None, "attributes": more}


_MORE = "more_labels"
"""The original wrote lists of one label; should somebody's file hold more, the others are kept in this attribute."""


def _labels(record: ObjectRecord, schema: Schema) -> list[str]:
    label = schema.name(record.class_id)
    return [] if label is None else [label, *record.attributes.get(_MORE, [])]


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number
