"""Other programs' data sets, out and in: what stands behind `a.export('yolo', folder)` and `a.import_('voc', path)`.

A place may be an address (`s3://bucket/set`): then the data set is written beside first, and copied there whole; or copied
from there first. Pictures of a data set that comes in are not copied: those of the project are meant.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ipyannotator.editor.core import Editor
from ipyannotator.errors import FormatError, InvalidValue, StoreError
from ipyannotator.formats.placing import MARK
from ipyannotator.remote import Place, Unreachable, is_address, last_name
from ipyannotator.transfer import exporting, importing
from ipyannotator.transfer.importing import take_back
from ipyannotator.transfer.report import Report

__all__ = ["Report", "export", "import_", "take_back"]

_PICTURES = (".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
"""Endings of files that are pictures in every form of data set; a PNG may be a mask."""


def export(editor: Editor, name: str, path: str | Path, **options: Any) -> Report:
    """Write the annotations as a data set of another program; see `exporting.export`.

    Args:
        editor: the task.
        name: of the format.
        path: the folder or file to write, or an address. There the mark of an export is written last: what has one is whole.
        **options: as for `exporting.export`.

    Raises:
        StoreError: the address cannot be written to.
    """
    if not is_address(path):
        return exporting.export(editor, name, path, **options)
    place = Place(str(path))
    if options.get("images") == "link":
        raise InvalidValue("images", "link", "'copy' or 'none', since nothing at an address can be linked")
    with tempfile.TemporaryDirectory(prefix="ipyannotator-") as folder, _told(folder, place, StoreError):
        made = Path(folder) / last_name(place.address)
        before = []
        if place.is_file():
            place.fetch("", made)  # what may not be replaced here, may not there
        else:
            before = _before(place)
        report = exporting.export(editor, name, made, **options)
        if made.is_file():
            place.put(made, "")
        else:
            _put(made, place, before)
        report.path = place.address
        return report


def import_(editor: Editor, name: str | None, path: str | Path, **options: Any) -> Report:
    """Take a data set of another program in; see `importing.import_`.

    Args:
        editor: the task.
        name: of the format; None to find out.
        path: the file or folder, or an address.
        **options: as for `importing.import_`.

    Raises:
        FormatError: the address cannot be read.
    """
    if not is_address(path):
        return importing.import_(editor, name, path, **options)
    place = Place(str(path))
    with tempfile.TemporaryDirectory(prefix="ipyannotator-") as folder, _told(folder, place, FormatError):
        report = importing.import_(editor, name, _got(place, Path(folder)), **options)
        report.path = place.address
        return report


@contextlib.contextmanager
def _told(folder: str, place: Place, kind: type[FormatError | StoreError]) -> Iterator[None]:
    """Put the address where a message names the copy."""
    try:
        yield
    except Unreachable as error:
        raise kind(f"{error} Nothing was changed here.") from error
    except FileNotFoundError as error:
        raise kind(f"There is nothing at {place.address}.") from error
    except (FormatError, StoreError) as error:
        copy = str(Path(folder) / last_name(place.address))
        raise type(error)(str(error).replace(copy, place.address)) from error


def _got(place: Place, folder: Path) -> Path:
    """Copy a data set to the disk; of its pictures the names only."""
    target = folder / last_name(place.address)
    if place.is_file():
        place.fetch("", target)
        return target
    for found in list(place.files(recursive=True)):
        copy = target / found.name
        if copy.suffix.lower() in _PICTURES:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.touch()
        else:
            place.fetch(found.name, copy)
    return target


def _before(place: Place) -> list[str]:
    """Return what is at an address; raise `InvalidValue` where that is no export of ours."""
    try:
        names = [found.name for found in place.files(recursive=True)]
    except FileNotFoundError:
        return []
    if names and MARK not in names:
        raise InvalidValue("The path", place.address, "one with nothing in it, or with an earlier export")
    return names


def _put(made: Path, place: Place, before: list[str]) -> None:
    """Copy an export to an address, its mark last; of an earlier one, what is no longer in it is deleted."""
    names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    for name in sorted(names, key=lambda name: name == MARK):
        place.put(made / name, name)
    for name in set(before) - set(names):
        place.delete(name)
