"""Reading YOLO data sets, in the layouts that are about.

    images/train/a.jpg   labels/train/a.txt   data.yaml     as trainers' documentation has it
    train/images/a.jpg   train/labels/a.txt   data.yaml     as some services export it
    images/a.jpg         labels/a.txt         classes.txt   as labelling programs write it
    a.jpg  a.txt  classes.txt (or obj.names)                as Darknet had it

Labels are found by walking the folder, not by following the paths in `data.yaml`, which are often those of another
machine; those only tell which part is for training and which for validation.
"""

from __future__ import annotations

import math
import os
import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ipyannotator.errors import FormatError, MissingPackage
from ipyannotator.formats.base import Losses, Reading, Sample, Size, SizeOf, Thing
from ipyannotator.formats.naming import stem
from ipyannotator.formats.pictures import SUFFIXES, picture_size
from ipyannotator.formats.placing import original_names, read_bytes
from ipyannotator.model import Box

OUTLINES = "with an outline (its bounding box was taken)"
KEYPOINTS = "with keypoints (not taken)"
SIZELESS = "without a size (left out)"
UNKNOWN = "on an image whose size is not known (left out)"

_YAMLS = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_LISTS = ("classes.txt", "obj.names", "labels/classes.txt", "classes.names", "predefined_classes.txt")
_SPLITS = ("train", "val", "test")
_NO_LABELS = {
    "classes",
    "train",
    "val",
    "valid",
    "test",
    "trainval",
    "readme",
    "notes",
    "license",
    "requirements",
}

_BOX, _SCORED, _OUTLINE = 5, 6, 7
"""Values in a line: of a box; of one with a score; at least, of an outline."""
_FARTHEST = 2.0
"""Fractions beyond this are no fractions."""
_ROUND = 4
"""Decimals of a pixel that are kept, so that what was read, written and read again stays what it is."""


class _Set(NamedTuple):
    """What the head of a data set says.

    Attributes:
        root: its folder.
        names: the classes by number.
        folders: split to the folder of its images, as parts of a path.
        keypoints: how many values of a line belong to keypoints.
    """

    root: Path
    names: dict[int, str]
    folders: dict[str, tuple[str, ...]]
    keypoints: int = 0


def looks(path: Path) -> bool:
    """Tell whether a path is a data set, or its head."""
    if path.is_file() and path.suffix not in (".yaml", ".yml"):
        return False
    head = _head(path)
    return path.is_file() or next(_labels(head), None) is not None


def read(path: Path, size: SizeOf | None) -> Reading:
    """Return the reading of a folder or its `data.yaml`; see `Format.read`."""
    head = _head(path)
    files = list(_labels(head))
    if not files:
        raise FormatError(f"There are no labels under {head.root}: expected text files in a folder `labels`.")
    reader = _Reader(head, size)

    def samples(lost: Losses) -> Iterator[Sample]:
        for file in files:
            yield reader.sample(file, lost)

    return Reading([head.names[at] for at in sorted(head.names)], samples, len(files))


# ---- the head -------------------------------------------------------------------------------------------------------


def _head(path: Path) -> _Set:
    if path.is_file():
        return _yaml(path)
    if not path.is_dir():
        raise FormatError(f"There is no folder {path}.")
    for name in _YAMLS:
        if (path / name).is_file():
            return _yaml(path / name)
    for name in _LISTS:
        if (path / name).is_file():
            lines = _text(path / name).splitlines()
            while lines and not lines[-1].strip():
                lines.pop()
            return _Set(path, dict(enumerate(lines)), {})
    for file in sorted([*path.glob("*.yaml"), *path.glob("*.yml")]):
        return _yaml(file)
    raise FormatError(
        f"{path} does not say what its classes are called: expected data.yaml, or classes.txt with one name a line."
    )


def _yaml(file: Path) -> _Set:
    try:
        import yaml
    except ImportError as error:
        raise MissingPackage("YOLO needs PyYAML: pip install 'ipyannotator[formats]'.") from error
    try:
        # Everything as text: a class called `no` is not False. This loader makes nothing but texts, lists, mappings.
        content = yaml.load(_text(file), Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError) as error:
        raise FormatError(f"{file} is not readable as YAML ({error}). Nothing was taken in.") from error
    names = content.get("names") if isinstance(content, dict) else None
    try:
        numbered = {int(at): name for at, name in names.items()} if isinstance(names, dict) else None
    except (TypeError, ValueError):
        numbered = None
    if isinstance(names, list):
        numbered = dict(enumerate(names))
    if numbered is None or not all(isinstance(name, str) and name.strip() for name in numbered.values()):
        raise FormatError(
            f"{file}: `names` is {reprlib.repr(names)}, expected class names, as a list or by number."
        )
    folders = {}
    for split in _SPLITS:
        folder = content.get(split) or (content.get("valid") if split == "val" else None)
        if isinstance(folder, str) and not folder.endswith(".txt"):
            parts = folder.replace("\\", "/").split("/")
            folders[split] = tuple(part for part in parts if part not in ("", ".", ".."))
    return _Set(file.parent, numbered, folders, _keypoints(file, content))


def _keypoints(file: Path, content: dict[str, Any]) -> int:
    shape = content.get("kpt_shape")
    if shape is None:
        return 0
    try:
        points, values = shape
        return int(points) * int(values)
    except (TypeError, ValueError) as error:
        raise FormatError(f"{file}: `kpt_shape` is {reprlib.repr(shape)}, expected two numbers.") from error


def _text(file: Path) -> str:
    try:
        return read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{file} is not a text in UTF-8 ({error}). Nothing was taken in.") from error


# ---- the labels -----------------------------------------------------------------------------------------------------


class _Label(NamedTuple):
    """One file of labels, and its path within the data set without the ending."""

    path: Path
    parts: tuple[str, ...]


def _labels(head: _Set) -> Iterator[_Label]:
    """Yield the files of labels in order: those under a folder `labels`; where there is none, those beside images."""
    found = False
    for label in _texts(head.root):
        if "labels" in label.parts[:-1]:
            found = True
            yield label
    if not found:
        yield from (label for label in _texts(head.root) if label.parts[-1].lower() not in _NO_LABELS)


def _texts(root: Path) -> Iterator[_Label]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(folder).relative_to(root).parts
        for name in sorted(names):
            if name.endswith(".txt") and name != "classes.txt" and not name.startswith("."):
                yield _Label(Path(folder, name), (*inside, name.removesuffix(".txt")))


class _Reader:
    """Reads the labels of one data set."""

    def __init__(self, head: _Set, size: SizeOf | None) -> None:
        self._head = head
        self._size = size
        self._folders: dict[Path, dict[str, str]] = {}
        originals = original_names(head.root)
        self._originals = originals | {stem(new): old for new, old in originals.items()}

    def sample(self, label: _Label, lost: Losses) -> Sample:
        *folders, last = label.parts
        split, start = "", 0
        if "labels" in folders:
            at = folders.index("labels")
            folders[at] = "images"
            start = at + 1
            split, start = self._split(folders, start)
        image = self._image(self._head.root.joinpath(*folders), last)
        name = "/".join([*folders[start:], image.name if image else last])
        name = self._originals.get(name, name)
        size = self._size(name) if self._size else None
        if size is None and image is not None:
            size = picture_size(image)
        things = tuple(self._things(label.path, size, lost))
        width, height = size or (None, None)
        return Sample(name, width, height, things, split, file=image)

    def _split(self, folders: list[str], start: int) -> tuple[str, int]:
        """Return the split that a folder of images belongs to, and where the path within it begins."""
        fits = {
            split: parts
            for split, parts in self._head.folders.items()
            if tuple(folders[: len(parts)]) == parts and len(parts) >= start
        }
        if not fits:
            return "", start
        longest = max(map(len, fits.values()))
        names = [split for split, parts in fits.items() if len(parts) == longest]
        return (names[0] if len(names) == 1 else ""), longest

    def _image(self, folder: Path, last: str) -> Path | None:
        if folder not in self._folders:
            try:
                names = sorted(path.name for path in folder.iterdir())
            except OSError:
                names = []
            self._folders[folder] = {
                stem(name): name for name in reversed(names) if Path(name).suffix.lower() in SUFFIXES
            }
        name = self._folders[folder].get(last)
        return folder / name if name else None

    def _things(self, file: Path, size: Size | None, lost: Losses) -> Iterator[Thing]:
        for number, line in enumerate(_text(file).splitlines(), 1):
            if not line.strip():
                continue
            thing = self._thing(f"{file}, line {number}", line.split(), size or (1, 1), lost)
            if thing is not None and size is None:
                lost[UNKNOWN] += 1
            elif thing is not None:
                yield thing

    def _thing(self, where: str, words: list[str], size: Size, lost: Losses) -> Thing | None:
        try:
            numbers = [float(word) for word in words]
        except ValueError as error:
            raise FormatError(f"{where}: {error}, expected numbers only. Nothing was taken in.") from error
        label = self._label(where, numbers[0])
        score = None
        if self._head.keypoints and len(numbers) in (
            _BOX + self._head.keypoints,
            _BOX + self._head.keypoints + 1,
        ):
            lost[KEYPOINTS] += 1
            numbers = numbers[:_BOX]
        if len(numbers) == _SCORED:
            score = numbers.pop()
            if not 0 <= score <= 1:
                raise FormatError(f"{where}: the score is {score}, expected 0 to 1. Nothing was taken in.")
        values = numbers[1:]
        if not all(math.isfinite(value) and abs(value) <= _FARTHEST for value in values):
            raise FormatError(
                f"{where}: {' '.join(words[1:6])}; expected fractions of the image's size, from 0 to 1. "
                "Nothing was taken in."
            )
        if len(numbers) >= _OUTLINE and len(numbers) % 2:
            lost[OUTLINES] += 1
            edges = min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2])
        elif len(numbers) == _BOX:
            x, y, width, height = values
            if width < 0 or height < 0:
                raise FormatError(
                    f"{where}: the size is {width} × {height}, less than 0. Nothing was taken in."
                )
            edges = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        else:
            raise FormatError(
                f"{where}: {len(words)} values, expected the class, x, y, width and height. Nothing was taken in."
            )
        left, right = (_pixels(value, size[0]) for value in edges[::2])
        top, bottom = (_pixels(value, size[1]) for value in edges[1::2])
        if left >= right or top >= bottom:
            lost[SIZELESS] += 1
            return None
        return Thing(Box(left, top, right - left, bottom - top), label, score)

    def _label(self, where: str, number: float) -> str:
        names = self._head.names
        if not math.isfinite(number) or number not in names:
            known = f"0 to {max(names)}" if names else "none, since data.yaml names none"
            raise FormatError(f"{where}: the class is {number:g}, expected {known}. Nothing was taken in.")
        return names[int(number)]


def _pixels(fraction: float, side: int) -> float:
    value = round(fraction * side, _ROUND)
    whole = round(value)
    return float(whole) if abs(value - whole) <= side * 1e-6 else value
