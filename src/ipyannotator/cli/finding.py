"""What is in a folder that is about to become a project: its images, and annotations that are there already."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ipyannotator.errors import MissingFolder, NoItems, SourceError
from ipyannotator.formats import FORMATS
from ipyannotator.sources import listing
from ipyannotator.sources.finding import folders_near

_USUAL = ("images", "imgs", "img", "jpegimages", "pictures", "pics", "photos", "frames")
"""Names of folders that hold the images, whatever else is beside them."""
_OURS = ("results", "create_results")
_DEPTH = 4
_FOLDERS = 5000
_FILES = 50
"""JSON files that are looked into."""
_LARGEST = 200_000_000
"""Bytes of a JSON file that is read to see whose it is."""


class Images(NamedTuple):
    """Where the images of a project are.

    Attributes:
        folder: relative to the project's, `/`-separated; absolute where they lie elsewhere.
        recursive: whether they are deeper than one level of subfolders.
        total: how many there are.
        others: other folders with images, and how many they have.
    """

    folder: str
    recursive: bool
    total: int
    others: dict[str, int]


class Work(NamedTuple):
    """Annotations that are there already.

    Attributes:
        path: where.
        name: of the format; `json` for the original's file, empty for a database of our own.
        title: for the person.
    """

    path: Path
    name: str
    title: str


def images(folder: Path, wanted: str | None = None) -> Images:
    """Find the images of a project.

    Args:
        folder: of the project.
        wanted: the folder of the images, where it was said; within the project, or absolute.

    Raises:
        MissingFolder: there is no such folder.
        NoItems: it has no images; the message says what it has.
        SourceError: it may not be read.
    """
    for place in (folder, *([folder / wanted] if wanted else [])):
        if not place.is_dir():
            near = ", ".join(f"“{name}”" for name in folders_near([folder, place.parent], place.name))
            raise MissingFolder(
                f"There is no folder {place}." + (f" With images there are: {near}." if near else "")
            )
    try:
        counts = _counts(folder / wanted if wanted else folder)
    except OSError as error:
        raise SourceError(f"{folder} cannot be read: {error.strerror or error}.") from error
    if not counts:
        place = folder / wanted if wanted else folder
        near = ", ".join(f"“{name}”" for name in folders_near([folder, folder.parent]))
        raise NoItems(
            f"There are no images in “{place}”. {listing.describe(os.fspath(place))}. Expected files such as .jpg, .png "
            "or .tif, in the folder or below it." + (f" With images there are: {near}." if near else "")
        )
    base, recursive = (".", _is_deep(counts)) if wanted else _chosen(counts)
    inside = {name for name in counts if base in (".", name) or name.startswith(base + "/")}
    if not recursive and base in counts:
        inside = {base}
    others = {name: count for name, count in sorted(counts.items()) if name not in inside}
    return Images(wanted or base, recursive, sum(counts[name] for name in inside), others)


def works(folder: Path) -> Iterator[Work]:
    """Find annotations that are there already: ours, the original's, and other programs'."""
    database = folder / "results" / "annotations.db"
    if database.is_file():
        yield Work(database, "", "a database of annotations")
    jsons = 0
    told: set[Path] = set()
    for place in _folders(folder, images_too=False):
        for name in sorted(map(str, FORMATS)):
            above = any(place.is_relative_to(path) for path in told)
            if not above and FORMATS.get(name).detect(place):
                told.add(place)
                yield Work(place, name, FORMATS.get(name).title)
        for path in sorted(place.glob("*.json")):
            jsons += 1
            if jsons > _FILES or any(path.is_relative_to(each) for each in told):
                continue
            kind = next((name for name in sorted(map(str, FORMATS)) if FORMATS.get(name).detect(path)), None)
            if kind is not None:
                yield Work(path, kind, FORMATS.get(kind).title)
            elif _is_original(path):
                yield Work(path, "json", "annotations in the form of the first Ipyannotator")


def _counts(root: Path) -> dict[str, int]:
    """Return how many images each folder has, by its path relative to the root."""
    found = {}
    for place in _folders(root, images_too=True):
        with os.scandir(place) as entries:
            count = sum(listing.is_image(entry.name) and entry.is_file() for entry in entries)
        if count:
            found[place.relative_to(root).as_posix()] = count
    return found


def _folders(root: Path, *, images_too: bool) -> Iterator[Path]:
    """Yield a folder and those below it, the nearest first; each once, also where links lead to it twice."""
    waiting = deque([(root, 0)])
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < _FOLDERS:
        place, depth = waiting.popleft()
        try:
            status = place.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(place) as entries:
                names = sorted(
                    entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir()
                )
        except OSError:
            if place == root:
                raise
            continue
        yield place
        if depth < _DEPTH:
            waiting.extend(
                (place / name, depth + 1)
                for name in names
                if not (images_too and depth == 0 and name in _OURS)
            )


def _chosen(counts: dict[str, int]) -> tuple[str, bool]:
    """Return the folder of the images, and whether it is to be taken with all that is below it."""
    if "." in counts:
        return ".", False
    parts = {name: name.split("/") for name in counts}
    usual = [
        "/".join(path[: at + 1])
        for path in parts.values()
        for at, part in enumerate(path)
        if part.lower() in _USUAL
    ]
    if usual:
        base = min(
            usual, key=lambda name: (name.count("/"), _USUAL.index(name.rpartition("/")[2].lower()), name)
        )
    elif len(counts) == 1:
        base = next(iter(counts))
    else:
        base = os.path.commonpath(list(counts)) or "."
    below = {
        name.removeprefix(base + "/") if base != "." else name
        for name in counts
        if base in (".", name) or name.startswith(base + "/")
    }
    return base, _is_deep({("." if name == base else name): 1 for name in below})


def _is_deep(counts: dict[str, int]) -> bool:
    """Tell whether images lie deeper than an input looks by itself: one level, and that only where it has none."""
    return "." not in counts and any("/" in name for name in counts)


def _is_original(path: Path) -> bool:
    """Tell whether a JSON has the original's form: paths of images to values."""
    try:
        if path.stat().st_size > _LARGEST:
            return False
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return (
        isinstance(content, dict)
        and bool(content)
        and all(listing.is_image(name.rpartition("/")[2].rpartition("\\")[2]) for name in content)
        and all(value is None or isinstance(value, (list, dict)) for value in content.values())
    )
