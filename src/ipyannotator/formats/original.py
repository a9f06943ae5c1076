"""The original's JSON: one file, from the path of each item to the value that its output writes.

    {"project/images/0001.jpg": {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}, …}

An untouched item is `null`. Paths are written as the original wrote them (`project_path/image_dir/name`) and read
tolerantly: a project that was moved, or opened from another working directory, still finds its items.

`read` and `write` are for files; `matched` and `merge` are pure. `merge` is the three-way merge by which a JSON that
was changed by hand comes back in: it compares with what was last exported, so it touches only what the person
changed, and never takes newer work back.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec

from ipyannotator.errors import FormatError, StoreError


def read(path: Path) -> dict[str, Any]:
    """Return the file's content, path to value.

    Raises:
        FormatError: it cannot be read, is not JSON (it may have been cut short), or not a mapping.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise FormatError(
            f"{path} cannot be read: {error.strerror or error}. Nothing was changed."
        ) from error
    except ValueError as error:  # broken JSON and broken UTF-8 alike
        raise FormatError(
            f"{path} is not readable as JSON ({error}); it may have been cut short while it was written. "
            "Repair it, or move it away to begin without it. Nothing was changed."
        ) from error
    if not isinstance(content, dict):
        raise FormatError(
            f"{path} holds a {type(content).__name__}, expected a mapping from image paths to values."
        )
    return content


def dumps(content: Mapping[str, Any]) -> bytes:
    """Return the bytes of a file with this content; the same content gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def write(path: Path, data: bytes) -> None:
    """Write the file atomically: readers see the old one or the new one, and a crash leaves the old one.

    Raises:
        StoreError: it could not be written; the old file is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(
            f"Cannot write {path}: {error.strerror}. What is in the database is safe."
        ) from error


def matched(paths: Iterable[str], index: Callable[[str], Any], folder: str) -> dict[str, str]:
    """Find the item's key for each path of a file.

    Args:
        paths: the file's keys.
        index: raises `KeyError` for what is no key of the source.
        folder: the path of the image folder as it is written today.

    Returns:
        Path to key. A path that fits no item gets the key it would have had, so nothing is dropped.
    """
    found = {}
    prefix = folder.rstrip("/") + "/"
    for path in paths:
        plain = path.replace("\\", "/")
        parts = PurePosixPath(plain).parts or (plain,)
        under = plain.startswith(prefix)
        inside = plain.removeprefix(prefix) if under else parts[-1]
        # From the longest tail to the bare name: in a folder with subfolders the longest match is the right one.
        tails = ("/".join(parts[start:]) for start in range(len(parts)))
        key = next((name for name in ((inside, *tails) if under else tails) if _has(index, name)), inside)
        found[path] = key
    return found


def _has(index: Callable[[str], Any], key: str) -> bool:
    try:
        index(key)
    except KeyError:
        return False
    return True


class Merge(NamedTuple):
    """What a three-way merge of one item wants done.

    Attributes:
        remove: positions in `ours` of objects to delete.
        add: positions in `theirs` of objects to create.
        kept: how many removals of theirs were passed over, since the object was changed here as well.
    """

    remove: list[int]
    add: list[int]
    kept: int


def merge(base: list[Any], theirs: list[Any], ours: list[Any]) -> Merge:
    """Merge one item's objects: what changed from `base` to `theirs` is done to `ours`.

    The lists hold comparable values (shape and label). An object that theirs removed goes only where ours still has
    it as it was; one that theirs added comes only where ours has not got it already.
    """
    removed, added = _missing(base, theirs), _missing(theirs, base)
    left = list(enumerate(ours))
    remove, kept = [], 0
    for value in (base[at] for at in removed):
        spot = next((pair for pair in left if pair[1] == value), None)
        if spot is None:
            kept += 1
        else:
            left.remove(spot)
            remove.append(spot[0])
    # What ours has beyond the base is compared with what theirs added, so that the same edit on both sides is one.
    fresh = [ours[at] for at in _missing(ours, base)]
    add = []
    for at in added:
        if theirs[at] in fresh:
            fresh.remove(theirs[at])
        else:
            add.append(at)
    return Merge(remove, add, kept)


def _missing(these: list[Any], those: list[Any]) -> list[int]:
    """Return the positions of what is in these and not in those, counted with repetitions."""
    rest = list(those)
    positions = []
    for at, value in enumerate(these):
        if value in rest:
            rest.remove(value)
        else:
            positions.append(at)
    return positions
