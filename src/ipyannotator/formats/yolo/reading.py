"""Reading YOLO data sets, in the layouts that are about.

    images/train/a.jpg   labels/train/a.txt   data.yaml     as trainers' documentation has it
    train/images/a.jpg   train/labels/a.txt   data.yaml     as some services export it
    images/a.jpg         labels/a.txt         classes.txt   as labelling programs write it
    a.jpg  a.txt  classes.txt (or obj.names)                as Darknet had it

Labels are found by walking the folder, not by following the paths in `data.yaml`, which are often those of another
machine; those only tell which part is for training and which for validation.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import Kinds, Losses, Reading, Sample, Size, SizeOf, Thing
from ipyannotator.formats.naming import ending, stem
from ipyannotator.formats.pictures import SUFFIXES, picture_size
from ipyannotator.formats.placing import mark_of, original_names
from ipyannotator.formats.yolo.head import Head, head_of, templates_of, text_of
from ipyannotator.formats.yolo.things import OUTLINE, Lines

UNKNOWN = "on an image whose size is not known (left out)"

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

_LOOKED_AT = 200
"""Files of labels that are looked at to tell outlines from boxes."""


def form_of(path: Path) -> str:
    """Return which form of YOLO a data set, or its head, has by its name; empty where it is none.

    Four corners are an outline, unless it is an export of ours that says otherwise: nothing else tells.
    """
    if path.is_file() and path.suffix not in (".yaml", ".yml"):
        return ""
    head = head_of(path)
    mark = mark_of(head.root)
    if mark and str(mark["format"]).startswith("yolo"):
        return str(mark["format"])
    if not path.is_file() and next(_labels(head), None) is None:
        return ""
    if head.joints:
        return "yolo-pose"
    return "yolo-segment" if any(len(line) > OUTLINE for line in _first_lines(head)) else "yolo"


def _first_lines(head: Head) -> Iterator[list[str]]:
    """Yield the first line of some of the files that have one."""
    for file in itertools.islice(_labels(head), _LOOKED_AT):
        with file.path.open(encoding="utf-8-sig", errors="replace") as lines:
            yield from ([line.split()] if (line := lines.readline()).strip() else [])


def read(path: Path, size: SizeOf | None, kinds: Kinds, *, turned: bool) -> Reading:
    """Return the reading of a folder or its `data.yaml`; see `Format.read`.

    Args:
        path: the folder or head.
        size: knows the sizes of items.
        kinds: the kinds of shape that are wanted; empty for all.
        turned: whether four corners are a turned box, and no outline.
    """
    head = head_of(path)
    files = list(_labels(head))
    if not files:
        raise FormatError(f"There are no labels under {head.root}: expected text files in a folder `labels`.")
    reader = _Reader(head, size, kinds, turned=turned)

    def samples(lost: Losses) -> Iterator[Sample]:
        for file in files:
            with lost.noting():
                yield reader.sample(file, lost)

    return Reading([head.names[at] for at in sorted(head.names)], samples, len(files), templates_of(head))


# ---- the labels -----------------------------------------------------------------------------------------------------


class _Label(NamedTuple):
    """One file of labels, and its path within the data set without the ending."""

    path: Path
    parts: tuple[str, ...]


def _labels(head: Head) -> Iterator[_Label]:
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

    def __init__(self, head: Head, size: SizeOf | None, kinds: Kinds, *, turned: bool) -> None:
        self._head = head
        self._lines = Lines(head, kinds, turned)
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
                stem(name): name for name in reversed(names) if ending(name).lower() in SUFFIXES
            }
        name = self._folders[folder].get(last)
        return folder / name if name else None

    def _things(self, file: Path, size: Size | None, lost: Losses) -> Iterator[Thing]:
        for number, line in enumerate(text_of(file).splitlines(), 1):
            if not line.strip():
                continue
            thing = self._lines.thing((file, number), line.split(), size or (1, 1), lost)
            if thing is not None and size is None:
                lost[UNKNOWN] += 1
            elif thing is not None:
                yield thing
