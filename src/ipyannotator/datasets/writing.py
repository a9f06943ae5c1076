"""Writes a set of example data file by file, so that what was broken off is completed and nothing is done twice.

`dataset.json` is written first and says what the set is; a file that is there is whole, since each is written under
another name and then renamed. So a second call finds everything and writes nothing, and one after a broken-off call
writes what is missing. A folder that holds something else is left alone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ipyannotator.errors import DatasetError

RECIPE = "dataset.json"
"""Says what a set is and how it was made."""
ANNOTATIONS = "annotations.json"


class Pictures(Mapping[str, NDArray[np.uint8]]):
    """The pictures of a set by file name, each read when it is asked for: rows × columns × (red, green, blue)."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder = folder
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> NDArray[np.uint8]:
        if name not in self._names:
            raise KeyError(name)
        with Image.open(self.folder / name) as image:
            return np.asarray(image.convert("RGB"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<{len(self)} pictures in {self.folder}>"


def complete(
    folder: Path,
    recipe: Mapping[str, Any],
    annotations: Mapping[str, Any],
    files: Mapping[str, Callable[[], bytes]],
) -> None:
    """Write what is missing of a set.

    Args:
        folder: where the set lies; made where it is not there.
        recipe: what tells this set from others, as `dataset.json` has it.
        annotations: the truth in the original's form, path of the picture to value; their file names are unique.
        files: what makes the content of each file, by its path within the folder.

    Raises:
        DatasetError: the folder is a file, holds something else, or cannot be written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise DatasetError(f"“{folder}” is a file, expected a folder for the example data. Give another.")
        known = _known(folder, recipe, [ANNOTATIONS, *files])
        folder.mkdir(parents=True, exist_ok=True)
        if not known:
            write(folder / RECIPE, as_json(recipe))
        _annotate(folder / ANNOTATIONS, annotations)
        for name, content in files.items():
            path = folder / name
            if not path.exists():
                write(path, content())
    except OSError as error:
        raise unwritable(folder, error) from error


def _known(folder: Path, recipe: Mapping[str, Any], names: list[str]) -> bool:
    """Tell whether the folder holds this set already, whole or in part; raise `DatasetError` for another one."""
    other = "Give another path, or delete the folder."
    path = folder / RECIPE
    if path.exists():
        found = read_json(path)
        if found != json.loads(as_json(recipe)):
            raise DatasetError(f"“{folder}” holds other data: {_difference(found, recipe)}. {other}")
        return True
    foreign = next((name for name in names if (folder / name).exists()), None)
    if foreign is not None:
        raise DatasetError(f"“{folder}” has {foreign}, and no {RECIPE} says that it is example data. {other}")
    return False


def _difference(found: Any, recipe: Mapping[str, Any]) -> str:
    wanted = json.loads(as_json(recipe))
    if not isinstance(found, dict):
        return f"its {RECIPE} is {found!r}"
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return "; ".join(f"{name} is {found.get(name)!r} there, {wanted.get(name)!r} here" for name in names)


def _annotate(path: Path, annotations: Mapping[str, Any]) -> None:
    """Add what the file does not know yet; what it has stays, also under the name that the folder had then."""
    there = read_json(path) if path.exists() else None
    if there is not None and not isinstance(there, dict):
        raise DatasetError(f"“{path}” holds no annotations. Delete it, and it is made anew.")
    names = {key.rpartition("/")[2] for key in there or {}}
    new = {key: value for key, value in annotations.items() if key.rpartition("/")[2] not in names}
    if there is None or new:
        write(path, as_json({**(there or {}), **new}))


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; raise `DatasetError`."""
    try:
        return json.loads(path.read_bytes())
    except (ValueError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"“{path}” is not readable as JSON ({error}). Delete it, and it is made anew."
        ) from error


def as_json(content: Any) -> bytes:
    """Return the bytes of a JSON file, the same for the same content."""
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"


def write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all; make its folder. Raise `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """Return the error for a folder in which something could not be read or written."""
    return DatasetError(
        f"The example data cannot be written to “{folder}”: {error.strerror or error}. Make room or get the right "
        "to write there, or give another path, and call again; what is there already is kept."
    )
