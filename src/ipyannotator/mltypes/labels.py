"""Labels of whole items: words, or pictures.

A label is an object of the shape `Whole`, so that it has an author, an origin and perhaps a score, is counted by class,
and is taken back as a box is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.mltypes.base import Output, Parsed, check_size, names_of
from ipyannotator.model import FieldRecord, ObjectRecord, Schema, Whole
from ipyannotator.model.friendly import friendly


@dataclass(frozen=True)
class Labels(Output):
    """What words and pictures as labels share.

    Attributes:
        pictorial: whether labels are shown as pictures.
    """

    pictorial: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("labels",)

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return the names of the labels, in the order of the classes."""
        given = {record.class_id for record in objects if isinstance(record.shape, Whole)}
        return [record.name for record in schema if record.id in given]

    def from_value(self, value: Any) -> Parsed:
        """Return the labels of a list of names, or of one name alone."""
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
            raise FormatError(
                f'{value!r} is not a value of labels, expected a list of names such as ["cat"].'
            )
        labels = [{"shape": Whole(), "label": name, "part": "labels"} for name in dict.fromkeys(names)]
        return Parsed(labels)


@friendly
@dataclass(frozen=True)
class OutputLabel(Labels):
    """Words as labels of an item.

    Attributes:
        class_labels: the words; None lets the person type new ones.
        label_width: width of a label's button, in CSS pixels.
        label_height: the same, vertically.
        multiple: whether an item may have several labels.
        advance: whether choosing a label also marks the item as done and shows the next one to do.
    """

    name: ClassVar[str] = "labels"
    class_labels: list[str] | None = None
    label_width: int = 50
    label_height: int = 50
    multiple: bool = True
    advance: bool = False

    def __post_init__(self) -> None:
        if self.class_labels is not None:
            object.__setattr__(self, "class_labels", names_of("OutputLabel.class_labels", self.class_labels))
        check_size("OutputLabel.label_width", self.label_width)
        check_size("OutputLabel.label_height", self.label_height)

    @property
    def classes(self) -> list[str] | None:  # type: ignore[override] # it is named as in the paper
        """The words, as every output has them."""
        return self.class_labels


@friendly
@dataclass(frozen=True)
class OutputImageLabel(Labels):
    """Pictures as labels of an item: one for each image file of a folder, which is named as the file is.

    Attributes:
        label_dir: the folder of the pictures, sought as an input's folder is. None: `Settings.label_dir`, and where
            that is None too, the labels that are there already, shown as pictures made from their names.
        label_width: width of a picture, in CSS pixels.
        label_height: the same, vertically.
        multiple: whether an item may have several labels.
        advance: whether choosing a label also marks the item as done and shows the next one to do.
    """

    name: ClassVar[str] = "image_labels"
    pictorial: ClassVar[bool] = True
    label_dir: str | Path | None = None
    label_width: int = 50
    label_height: int = 50
    multiple: bool = True
    advance: bool = False

    def __post_init__(self) -> None:
        if self.label_dir is not None and not isinstance(self.label_dir, (str, Path)):
            raise InvalidValue("OutputImageLabel.label_dir", self.label_dir, "the path of a folder, or None")
        check_size("OutputImageLabel.label_width", self.label_width)
        check_size("OutputImageLabel.label_height", self.label_height)

    def offered(self, pictures: Callable[[str | Path | None], list[str] | None]) -> list[str] | None:
        """Return the names of the pictures in the folder, or None where there is no folder."""
        return pictures(self.label_dir)
