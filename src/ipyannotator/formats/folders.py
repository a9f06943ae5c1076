"""One folder for each class, as image classifiers are trained: `train/cat/a.jpg`, or without splits `cat/a.jpg`.

The picture itself says which class it is of, by where it lies; so an export has to copy or link it, and an image has one
class. `yolo classify`, torchvision's `ImageFolder` and Hugging Face's `imagefolder` read this. A name of a class that no
folder can have is written with %XX for what is in the way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import (
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Losses,
    Reading,
    Sample,
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.naming import folder_name
from ipyannotator.formats.pictures import SUFFIXES
from ipyannotator.formats.placing import check_inside, mark_of, staged_folder
from ipyannotator.model import Whole

SPLITS = ("train", "val", "valid", "validation", "test")
"""Names of folders that are parts of a data set, and no classes."""


class Folders:
    """One folder for each class."""

    name = "folders"
    title = "Class folders"
    file = ""
    holds = Holds(frozenset({"whole"}), several=False, numbers=False, sizes=False)

    def detect(self, path: Path) -> bool:
        """Tell whether a path is an export of ours, or parts of a data set that hold folders of pictures only."""
        if not path.is_dir():
            return False
        mark = mark_of(path)
        if mark is not None:
            return mark["format"] == self.name
        try:
            parts = [entry.name for entry in os.scandir(path) if entry.is_dir()]
            found = [part for part in parts if part.lower() in SPLITS]
            return (
                bool(found) and len(found) == len(parts) and all(_only_folders(path / part) for part in found)
            )
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - of whole images
        """Read a folder of classes, or of parts that have the classes in them."""
        if not path.is_dir():
            raise FormatError(f"There is no folder {path}.")
        parts = [(name if name.lower() in SPLITS else "", name) for name in _folders(path)]
        split = bool(parts) and all(part for part, _ in parts)
        places = [(part, path / part) for part, _ in parts] if split else [("", path)]
        classes = [(part, place / name, name) for part, place in places for name in _folders(place)]
        if not any(True for _, place, _ in classes for _ in _pictures(place)):
            raise FormatError(f"{path} has no folders with pictures in them, expected one for each class.")

        def samples(_: Losses) -> Iterator[Sample]:
            for part, place, name in classes:
                for picture in _pictures(place):
                    inside = picture.relative_to(place).as_posix()
                    yield Sample(inside, things=(Thing(Whole(), unquote(name)),), split=part, file=picture)

        return Reading(list(dict.fromkeys(unquote(name) for *_, name in classes)), samples)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folders."""
        mode = images_mode(images, alone=False)
        if mode == "none":
            raise InvalidValue(
                "images", images, "'copy' or 'link'", "The folders hold nothing but the pictures."
            )
        with staged_folder(path, self.name, mode, {}) as place:
            for sample in content.samples:
                name = check_inside(sample.name)
                for thing in sample.things:
                    if not isinstance(thing.shape, Whole) or thing.label is None:
                        raise InvalidValue("The object to write", thing, "a label of the whole image")
                    folder = "/".join(part for part in (sample.split, folder_of(thing.label)) if part)
                    place.image(f"{folder}/{name}", sample)
        return {}


FORMATS.register("folders")(Folders())


def folder_of(label: str) -> str:
    """Return the name of the folder of a class; one that would be taken for a part of the data set begins with %XX."""
    name = folder_name(label)
    return f"%{ord(name[0]):02X}{name[1:]}" if name.lower() in SPLITS else name


def _folders(path: Path) -> list[str]:
    return sorted(
        entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith(".")
    )


def _only_folders(path: Path) -> bool:
    """Tell whether a folder holds other folders, with a picture in one of them, and no files beside these."""
    entries = [entry for entry in os.scandir(path) if not entry.name.startswith(".")]
    return all(entry.is_dir() for entry in entries) and any(
        True for entry in entries for _ in _pictures(Path(entry.path))
    )


def _pictures(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(folder, name)
