"""YOLO detection: `data.yaml`, `images/` and `labels/` (https://docs.ultralytics.com/datasets/detect/).

For each image one text file of the same name under `labels/`, one line per box: the class's number from 0, then the
centre and the size of the box as fractions of the image's width and height. An image without objects has an empty
file. Written with ten decimals at most; in reading, an edge that is within a millionth of the image's size of a whole
pixel is that pixel, since six decimals are common.

`yolo_reading.py` has the reading, which knows more layouts than the one that is written.
"""

from __future__ import annotations

from pathlib import Path

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
from ipyannotator.formats import yolo_reading
from ipyannotator.formats.base import (
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Reading,
    Sample,
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.formats.placing import check_inside, staged_folder
from ipyannotator.model import Box

RESERVED = ("images", "labels")
"""Folders by which trainers find the labels of an image; an item's own folders of that name get a `_`."""

_DECIMALS = 10
_FEWEST = 6


class Yolo:
    """YOLO detection, as Ultralytics reads it."""

    name = "yolo"
    title = "YOLO detection"
    file = ""
    # Trainers refuse an image whose boxes reach outside, so what does is cut.
    holds = Holds(shapes=frozenset({"box"}), outside=False)

    def detect(self, path: Path) -> bool:
        """Tell whether a path is a `data.yaml` with names, or a folder with class names and labels."""
        try:
            return yolo_reading.looks(path)
        except (OSError, FormatError, MissingPackage):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one kind
        """Read the folder of a data set, or its `data.yaml`."""
        return yolo_reading.read(path, size)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folder of a data set."""
        mode = images_mode(images, alone=False)
        numbers = {name: at for at, name in reversed(list(enumerate(content.classes)))}
        stems = Stems(RESERVED)
        with staged_folder(path, self.name, mode, stems.marked) as place:
            for sample in content.samples:
                name = stems.name(check_inside(sample.name))
                within = f"{sample.split}/" if sample.split else ""
                lines = (_line(sample, thing, numbers) for thing in sample.things)
                place.put(f"labels/{within}{stem(name)}.txt", "".join(lines).encode())
                place.image(f"images/{within}{name}", sample)
            place.put("data.yaml", _yaml(content))
        return stems.renamed


FORMATS.register("yolo")(Yolo())


def _yaml(content: Content) -> bytes:
    try:
        import yaml
    except ImportError as error:
        raise MissingPackage("YOLO needs PyYAML: pip install 'ipyannotator[formats]'.") from error
    # Without `path`, trainers take the folder of this file, so that the data set can be moved.
    if content.splits:
        folders = {split: f"images/{split}" for split in content.splits}
        for needed in ("train", "val"):
            folders.setdefault(needed, next(iter(folders.values())))
        word = ""
    else:
        folders = dict.fromkeys(("train", "val"), "images")
        word = "# Exported without splits: train and val are the same images.\n"
    values = {**folders, "nc": len(content.classes), "names": dict(enumerate(content.classes))}
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1000)
    return (word + text).encode()


def _line(sample: Sample, thing: Thing, numbers: dict[str, int]) -> str:
    if not sample.width or not sample.height:
        raise InvalidValue(f"The size of {sample.name!r}", (sample.width, sample.height), "pixels")
    if not isinstance(thing.shape, Box) or thing.label is None:
        raise InvalidValue("The object to write", thing, "a box with a class")
    left, top, right, bottom = thing.shape.bounds()
    fractions = (
        (left + right) / 2 / sample.width, (top + bottom) / 2 / sample.height,
        (right - left) / sample.width, (bottom - top) / sample.height,
    )  # fmt: skip
    return " ".join([str(numbers[thing.label]), *map(_fraction, fractions)]) + "\n"


def _fraction(value: float) -> str:
    whole, _, decimals = f"{value:.{_DECIMALS}f}".partition(".")
    return f"{whole}.{decimals[:_FEWEST]}{decimals[_FEWEST:].rstrip('0')}"
