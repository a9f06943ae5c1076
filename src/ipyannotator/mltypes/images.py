"""Images as input, and nothing annotated on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipyannotator.errors import InvalidValue
from ipyannotator.mltypes.base import Input, Output, Parsed, check_size
from ipyannotator.model import FieldRecord, ObjectRecord, Schema
from ipyannotator.model.friendly import friendly
from ipyannotator.remote import check_address, is_address


@friendly
@dataclass(frozen=True)
class InputImage(Input):
    """A folder of images; where it has none itself, those of its subfolders, one for each class.

    Attributes:
        image_dir: the folder: absolute, or sought under the project's folder, then under the working directory; or an
            address such as `s3://bucket/photos`.
        image_width: the width of the drawing surface when it opens, in CSS pixels; None for the room there is.
        image_height: the same, vertically. The person can resize it.
        fit_canvas: whether images smaller than a drawing surface of a given size are enlarged to fill it. Where no
            size is given, they always are.
        recursive: whether subfolders are looked into, however deep.
    """

    image_dir: str | Path = "pics"
    image_width: int | None = None
    image_height: int | None = None
    fit_canvas: bool = False
    recursive: bool = False

    def __post_init__(self) -> None:
        check_size("InputImage.image_width", self.image_width, optional=True)
        check_size("InputImage.image_height", self.image_height, optional=True)
        if not isinstance(self.image_dir, (str, Path)):
            raise InvalidValue("InputImage.image_dir", self.image_dir, "the path of a folder")
        if is_address(self.image_dir):
            check_address("InputImage.image_dir", str(self.image_dir))


@friendly
@dataclass(frozen=True)
class NoOutput(Output):
    """Nothing is annotated: a data set to look at."""

    def to_value(self, objects: list[ObjectRecord], fields: list[FieldRecord], schema: Schema) -> Any:  # noqa: ARG002
        """Return None: there is nothing to write."""
        return None

    def from_value(self, value: Any) -> Parsed:  # noqa: ARG002
        """Return nothing."""
        return Parsed()
