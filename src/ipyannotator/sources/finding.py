"""Where the folder of the data is, and, where it is not, which folders with images are near."""

from __future__ import annotations

import difflib
import os
import time
from collections import deque
from itertools import islice
from pathlib import Path

from ipyannotator.errors import MissingFolder, SourceError
from ipyannotator.sources.listing import is_image, readable

_DEPTH = 3
_FOLDERS = 1000
_ENTRIES = 500
_SECONDS = 0.5
_SHOWN = 6


def find_folder(image_dir: str | Path, project_path: str | Path) -> Path:
    """Return the folder of the data.

    Args:
        image_dir: absolute, or sought under `project_path`, then under the working directory. `~` is understood.
        project_path: the folder of the project.

    Raises:
        MissingFolder: there is none; the message says where it was sought and which folders with images are near.
        SourceError: a folder on the way to it may not be entered.
    """
    wanted = Path(image_dir).expanduser()
    bases = [Path(project_path).expanduser().absolute(), Path.cwd()]
    places = list(dict.fromkeys([wanted] if wanted.is_absolute() else [base / wanted for base in bases]))
    for place in places:
        try:
            if place.is_dir():
                return place
            if place.exists():
                raise MissingFolder(
                    f"“{readable(str(place))}” is a file, expected a folder of images. "
                    f"Give the folder that it is in: “{readable(str(place.parent))}”."
                )
        except PermissionError as error:
            raise SourceError(
                f"“{readable(str(place))}” cannot be reached: no permission to enter a folder on the way to it. "
                "Ask its owner for the right to read it."
            ) from error
    sought = " and ".join(f"“{readable(str(place))}”" for place in places)
    roots = [*([wanted.parent] if wanted.is_absolute() else []), *bases]
    near = folders_near(roots, wanted.name)
    hint = (
        "Folders with images near it: " + ", ".join(f"“{name}”" for name in near) + "."
        if near
        else "No folder with images is near it."
    )
    raise MissingFolder(f"There is no folder “{readable(str(image_dir))}”. Looked for {sought}. {hint}")


def folders_near(roots: list[Path], name: str = "") -> list[str]:
    """Return a few folders that hold images, those of a similar name first; bounded in time, depth and number."""
    end = time.monotonic() + _SECONDS
    waiting = deque((root, 0) for root in dict.fromkeys(roots))
    seen: set[Path] = set()
    found: list[Path] = []
    while waiting and len(seen) < _FOLDERS and time.monotonic() < end:
        folder, depth = waiting.popleft()
        if folder in seen:
            continue
        seen.add(folder)
        images, inner = _peek(folder)
        if images:
            found.append(folder)
        if depth < _DEPTH:
            waiting.extend((folder / below, depth + 1) for below in inner)
    like = difflib.SequenceMatcher(b=name.lower())

    def unlike(folder: Path) -> float:
        like.set_seq1(folder.name.lower())
        return -like.ratio()

    return [readable(_short(folder)) for folder in sorted(found, key=unlike)[:_SHOWN]]


def _peek(folder: Path) -> tuple[bool, list[str]]:
    """Return whether a folder has images, and its subfolders; judged by its first entries."""
    images, inner = False, []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _ENTRIES):
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.name)
                elif not images:
                    images = is_image(entry.name) and entry.is_file()
    except OSError:
        pass  # a folder that cannot be looked into has nothing to suggest
    return images, sorted(inner)


def _short(folder: Path) -> str:
    """Return the folder as one would type it: relative to the working directory where it is below."""
    try:
        return str(folder.relative_to(Path.cwd()))
    except ValueError:
        return str(folder)
