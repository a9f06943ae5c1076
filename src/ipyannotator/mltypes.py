"""Inputs and outputs: plain declarations of what the data are and what is annotated on them.

They hold no files and no state, so they are cheap to make, to compare and to print. An output also owns its storage
codec: `to_value` gives an item's annotation in the original's JSON form, `from_value` reads it back.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.model import Box, FieldRecord, ObjectRecord, Schema
from ipyannotator.model.schema import check_name

C = TypeVar("C", bound=type)


def friendly(cls: C) -> C:
    """Make a declaration refuse unknown keyword arguments with a hint at the one that was meant."""
    original = cast("Callable[..., None]", vars(cls)["__init__"])
    known = [name for name in inspect.signature(original).parameters if name != "self"]

    def init(self: object, *args: Any, **values: Any) -> None:
        for name in values:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = (
                    f" Did you mean `{near[0]}`?" if near else f" It takes: {', '.join(known) or 'nothing'}."
                )
                raise TypeError(f"{cls.__name__} has no argument `{name}`.{hint}")
        original(self, *args, **values)

    init.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    init.__doc__ = original.__doc__
    setattr(cls, "__init__", init)  # noqa: B010 - an assignment would tell the type checker something untrue
    return cls


class Input:
    """The base of all inputs."""


class Output:
    """The base of all outputs.

    Attributes:
        name: the default name of the task.
        parts: the names of what is annotated; objects carry the name of theirs.
        classes: the names of the classes on offer; None where the person may add any.
    """

    name: ClassVar[str] = "annotations"
    parts: ClassVar[tuple[str, ...]] = ()
    classes: list[str] | None = None

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:
        """Return the annotation of one item in the original's JSON form."""
        raise NotImplementedError(f"{type(self).__name__} has no form in JSON; give it `to_value`.")

    def from_value(self, value: Any) -> list[dict[str, Any]]:
        """Return the objects of one item's JSON value, each `{"shape": Shape, "label": str | None, …}`.

        Raises:
            FormatError: the value is not of this output's form; the message says what was expected.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot be read from JSON; give it `from_value`.")


@friendly
@dataclass(frozen=True)
class InputImage(Input):
    """A folder of images.

    Attributes:
        image_dir: the folder: absolute, or sought under the project's folder, then under the working directory.
        image_width: the width of the drawing surface when it opens, in CSS pixels; None for the room there is.
        image_height: the same, vertically. The person can resize it.
        fit_canvas: whether images smaller than the drawing surface are enlarged to fill it.
        recursive: whether subfolders are looked into.
    """

    image_dir: str | Path = "pics"
    image_width: int | None = None
    image_height: int | None = None
    fit_canvas: bool = False
    recursive: bool = False

    def __post_init__(self) -> None:
        for name in ("image_width", "image_height"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InvalidValue(f"InputImage.{name}", value, "a whole number of CSS pixels, or None")
        if not isinstance(self.image_dir, (str, Path)):
            raise InvalidValue("InputImage.image_dir", self.image_dir, "the path of a folder")


@friendly
@dataclass(frozen=True)
class NoOutput(Output):
    """Nothing is annotated: a data set to look at."""

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return None: there is nothing to write."""
        return None

    def from_value(self, value: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return no objects."""
        return []


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
        if self.classes is None:
            return
        if isinstance(self.classes, str) or not isinstance(self.classes, Iterable):
            raise InvalidValue("OutputImageBbox.classes", self.classes, "a list of names, or None")
        names = [check_name(name) for name in self.classes]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise InvalidValue(
                "OutputImageBbox.classes", names, "each name once", f"Twice: {', '.join(twice)}."
            )
        object.__setattr__(self, "classes", names)

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return `{"bbox": [{"x", "y", "width", "height"}, …], "labels": [["car"], …]}`, the lists parallel.

        Pixels of the full-resolution image; whole numbers are written as integers. A box without a class has `[]`.
        """
        boxes = [(o.shape, _labels(o, schema)) for o in objects if isinstance(o.shape, Box)]
        return {
            "bbox": [
                {name: _plain(getattr(box, name)) for name in ("x", "y", "width", "height")}
                for box, _ in boxes
            ],
            "labels": [labels for _, labels in boxes],
        }

    def from_value(self, value: Any) -> list[dict[str, Any]]:
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
        return [_box(box, label) for box, label in zip(boxes, labels, strict=True)]


def _labels(record: ObjectRecord, schema: Schema) -> list[str]:
    label = schema.name(record.class_id)
    return [] if label is None else [label, *record.attributes.get(_MORE, [])]


_MORE = "more_labels"
"""The original wrote lists of one label; should somebody's file hold more, the others are kept in this attribute."""


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _box(box: Any, label: Any) -> dict[str, Any]:
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
