"""Writing a data set so that it is there whole or not at all, and never outside its folder.

How this works. Everything is written into a folder beside the place, with a name that begins with a dot; only when
the last file is complete is that folder renamed. A kill in the middle leaves the dotted folder and nothing at the
place. A folder that holds anything but an earlier export of ours is refused, so nobody's files are ever replaced;
what other programs have put beside ours at its top is carried over.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from ipyannotator.errors import FormatError, InvalidValue, StoreError
from ipyannotator.formats.base import Images, Sample

MARK = ".ipyannotator.json"
"""The file in a folder that we wrote: the format, what stands at its top, and items that could not keep their names."""


class Place:
    """A folder that is being written.

    Args:
        folder: where files go for now.
        images: what becomes of pictures.
    """

    def __init__(self, folder: Path, images: Images) -> None:
        self.folder = folder
        self.images = images
        self._made: set[Path] = set()

    def put(self, name: str, data: bytes) -> None:
        """Write a file under a `/`-separated name within the folder."""
        self._path(name).write_bytes(data)

    def open(self, name: str) -> IO[bytes]:
        """Open a file for writing."""
        return self._path(name).open("wb")

    def image(self, name: str, sample: Sample) -> None:
        """Put a sample's picture under a name, in the way that was asked for.

        Raises:
            InvalidValue: it has none.
        """
        if self.images == "none":
            return
        if sample.file is None:
            raise InvalidValue(
                f"The picture of {sample.name!r}", None, "a file", "Export with `images='none'`."
            )
        path = self._path(name)
        if self.images == "link":
            path.symlink_to(sample.file.absolute())
        else:
            shutil.copyfile(sample.file, path)

    def _path(self, name: str) -> Path:
        path = self.folder / check_inside(name)
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path


def check_inside(name: str) -> str:
    """Return a `/`-separated name of a file within a folder; raise `InvalidValue` where it leads out of it."""
    parts = PurePosixPath(name).parts
    plain = "/".join(parts)
    if not parts or ".." in parts or plain.startswith("/") or "\0" in name or Path(plain).is_absolute():
        raise InvalidValue("The name of an item", name, "a path within the folder, without '..'")
    if os.name == "nt" and ("\\" in name or ":" in name):
        raise InvalidValue("The name of an item", name, "a name that this system allows")
    return plain


@contextmanager
def staged_folder(path: Path, kind: str, images: Images, renamed: dict[str, str]) -> Iterator[Place]:
    """Write a folder whole or not at all; `renamed` is read at the end.

    Raises:
        InvalidValue: there is something else at the place.
        StoreError: it could not be written; what was there is as it was.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow a link at the place itself
    check_free(path)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        try:
            temporary.mkdir(parents=True)
            yield Place(temporary, images)
            mark = {"format": kind, "renamed": renamed, "wrote": sorted([*_names(temporary), MARK])}
            (temporary / MARK).write_bytes(msgspec.json.format(msgspec.json.encode(mark), indent=1) + b"\n")
            _swap(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise _failed(path, error) from error


@contextmanager
def staged_file(path: Path, kind: str, *, replace: bool) -> Iterator[IO[bytes]]:
    """Write a file whole or not at all.

    Args:
        path: the file.
        kind: the title of the format, for messages.
        replace: whether what is there may be replaced.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - as above
    if path.exists() and (path.is_dir() or not replace):
        raise InvalidValue(
            "The file to write", str(path), f"new, or an earlier one of {kind}", "Choose another name."
        )
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _failed(path, error) from error


def check_free(path: Path) -> None:
    """Raise `InvalidValue` unless a folder can be written here without touching anybody's files."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise InvalidValue("The folder to write", str(path), "a folder, or nothing yet")
    if path.exists() and any(path.iterdir()) and mark_of(path) is None:
        raise InvalidValue(
            "The folder to write", str(path), "new, empty, or an earlier export",
            "It holds other files, which would be mixed up with the data set: choose a folder of its own.",
        )  # fmt: skip


def mark_of(path: Path) -> dict[str, dict[str, str] | list[str] | str] | None:
    """Return what we wrote about a folder that we wrote; None where we did not."""
    try:
        mark = json.loads((path / MARK).read_bytes())
    except (OSError, ValueError):
        return None
    return mark if isinstance(mark, dict) and "format" in mark else None


def original_names(path: Path) -> dict[str, str]:
    """Return new name to name, of the items that could not keep theirs in a folder that we wrote."""
    renamed = (mark_of(path) or {}).get("renamed")
    if not isinstance(renamed, dict):
        return {}
    return {new: old for old, new in renamed.items() if isinstance(new, str)}


def _names(folder: Path) -> Iterable[str]:
    return (entry.name for entry in os.scandir(folder))


def _swap(temporary: Path, path: Path) -> None:
    """Put the finished folder in its place; an earlier one goes when the new one is there."""
    if not path.exists():
        temporary.rename(path)
        return
    wrote = (mark_of(path) or {}).get("wrote")
    ours = set(map(str, wrote)) if isinstance(wrote, list) else {MARK}
    old = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.old")
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    for name in _names(old):
        if name not in ours and not (path / name).exists():
            (old / name).rename(path / name)
    shutil.rmtree(old, ignore_errors=True)


def _failed(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"Cannot write {path}: {error.strerror or error}. Nothing was written there; what was there is as it was."
    )


def read_bytes(path: Path) -> bytes:
    """Return a file's content; raise `FormatError` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}.") from error
