"""Unpacks an archive that somebody else made: it is looked through first, and goes into place as a whole or not at all.

How this works. Every entry of a tar or zip file is checked before anything is written: names must lie within the
folder, links must stay within it, and only files, folders and links are taken. Then all goes into a folder of its own
beside the target, and is renamed into place. So that the check may look at names alone, no entry may lie behind a
link, and a link may go up only at its beginning; otherwise `a → b`, `b → ..` would pass it.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from ipyannotator.datasets.writing import unwritable
from ipyannotator.errors import DatasetError, UnsafeArchive

T = TypeVar("T")

_UNFINISHED = ".unpacking-"
_DAY = 86400.0
_MANY = 2000
"""Files that take a moment to write."""
_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class Entry(NamedTuple):
    """What an archive says of one of its entries.

    Attributes:
        name: the path, as it stands there.
        kind: `file`, `folder`, `link`, `hard link`, or what else it is.
        target: where a link points to.
        size: bytes, unpacked.
    """

    name: str
    kind: str
    target: str = ""
    size: int = 0


def unpack(archive: Path, parent: Path, top: str) -> Path:
    """Unpack an archive's folder `top` into `parent`; return the folder.

    Where it is there already, only what is missing of its first level is added.

    Args:
        archive: a tar file, compressed or not, or a zip file.
        parent: the folder to unpack in; made where it is not there.
        top: the folder in the archive that is wanted. What lies beside it is dropped.

    Raises:
        UnsafeArchive: an entry would write or point outside; nothing was written.
        DatasetError: the archive is damaged or has no such folder, or there is no room; nothing is left behind.
    """
    try:
        entries = listed(archive)
        check(archive, entries)
        parent.mkdir(parents=True, exist_ok=True)
        _check_room(archive, parent, sum(entry.size for entry in entries))
        _clear(parent)
        # Beside the target, so that putting it there is a rename.
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
        try:
            _extract(archive, unfinished)
            if not (unfinished / top).is_dir():
                first = ", ".join(sorted(path.name for path in unfinished.iterdir())[:5])
                raise DatasetError(f"“{archive}” has no folder {top!r}, it has {first or 'nothing'}.")
            _put(unfinished / top, parent / top)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except _DAMAGED as error:
        raise DatasetError(
            f"“{archive}” is damaged ({error}). Nothing of it was unpacked. Delete it and call again, so that it is "
            "downloaded anew."
        ) from error
    except OSError as error:
        raise unwritable(parent, error) from error
    return parent / top


def _clear(parent: Path) -> None:
    """Remove what processes that were killed left behind; what is younger may belong to one that is still at it."""
    for left in parent.glob(f"{_UNFINISHED}*"):
        if time.time() - left.stat().st_mtime > _DAY:
            shutil.rmtree(left, ignore_errors=True)


def _put(found: Path, target: Path) -> None:
    if not target.exists():
        found.rename(target)
        return
    for path in found.iterdir():
        if not (target / path.name).exists():
            path.rename(target / path.name)


def listed(archive: Path) -> list[Entry]:
    """Return the entries of an archive; raise `DatasetError` where it is none, and what tar and zip raise."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            return [_of_zip(info) for info in packed.infolist()]
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            return [_of_tar(member) for member in tar]
    raise DatasetError(
        f"“{archive}” is neither a tar nor a zip archive, or it is damaged at its beginning. Delete it and call "
        "again, so that it is downloaded anew."
    )


def _of_tar(member: tarfile.TarInfo) -> Entry:
    if member.isreg():
        return Entry(member.name, "file", size=member.size)
    if member.isdir():
        return Entry(member.name, "folder")
    if member.issym():
        return Entry(member.name, "link", member.linkname)
    if member.islnk():
        return Entry(member.name, "hard link", member.linkname)
    return Entry(member.name, "device" if member.isdev() else f"entry of the unknown type {member.type!r}")


def _of_zip(info: zipfile.ZipInfo) -> Entry:
    mode = info.external_attr >> 16
    if info.is_dir():
        return Entry(info.filename, "folder")
    if stat.S_IFMT(mode) in (0, stat.S_IFREG):
        return Entry(info.filename, "file", size=info.file_size)
    # Python would write a link's target as a file's text, which is nothing that anybody wants.
    return Entry(info.filename, "link in a zip file" if stat.S_ISLNK(mode) else "device")


def check(archive: Path, entries: Sequence[Entry]) -> None:
    """Raise `UnsafeArchive` where an entry would be written, or would point, outside the folder."""
    links = {tuple(_folded(part) for part in _parts(entry.name)) for entry in entries if "link" in entry.kind}
    for entry in entries:
        reason = _fault(entry, links)
        if reason:
            raise UnsafeArchive(
                f"“{archive}” holds {entry.name!r}, which {reason}. Nothing of it was unpacked. An archive that does "
                "this is faulty or meant to do harm: do not unpack it by other means."
            )


def _fault(entry: Entry, links: set[tuple[str, ...]]) -> str:
    """Return what is wrong with an entry, or an empty text."""
    parts = _parts(entry.name)
    if _is_absolute(entry.name):
        return "is an absolute path"
    if ".." in parts or "\0" in entry.name:
        return "leads out of the folder"
    folded = tuple(_folded(part) for part in parts)
    if any(folded[:end] in links for end in range(1, len(folded))):
        return "lies behind a link"
    if entry.kind in ("link", "hard link"):
        steps = _parts(entry.target)
        up = next((at for at, step in enumerate(steps) if step != ".."), len(steps))
        # A hard link's target is a path of the archive, a symbolic link's is seen from where it lies; neither may
        # leave the folder at the top that it is in.
        most = max(0, len(parts) - 2) if entry.kind == "link" else 0
        if _is_absolute(entry.target) or up > most or ".." in steps[up:]:
            return f"is a {entry.kind} out of the folder, to {entry.target!r}"
    elif entry.kind not in ("file", "folder"):
        return f"is a {entry.kind}"
    return ""


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]


def _is_absolute(name: str) -> bool:
    return name.startswith(("/", "\\")) or name[1:2] == ":"


def _folded(part: str) -> str:
    """Return a name as a file system may see it that tells neither case nor normal forms apart."""
    return unicodedata.normalize("NFC", part).casefold()


def _check_room(archive: Path, folder: Path, need: int) -> None:
    free = shutil.disk_usage(folder).free
    if need > free:
        raise DatasetError(
            f"“{archive}” needs {need / 1e6:,.0f} MB unpacked, {free / 1e6:,.0f} MB are free in “{folder}”. Make "
            "room and call again."
        )


def _extract(archive: Path, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in progress(packed.infolist()):
                packed.extract(info, folder)
        return
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        if not hasattr(tarfile, "data_filter"):  # a Python 3.10 of before June 2023
            for member in members:
                member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
                member.uid, member.gid, member.uname, member.gname = _ours()
            tar.extractall(folder, progress(members))  # noqa: S202 - looked through by `check`
            return
        try:
            tar.extractall(folder, progress(members), filter="data")
        except tarfile.FilterError as error:
            raise UnsafeArchive(f"“{archive}” is not safe to unpack: {error}.") from error


def _ours() -> tuple[int, int, str, str]:
    # Without names the numbers count.
    return (os.getuid(), os.getgid(), "", "") if hasattr(os, "getuid") else (0, 0, "", "")


def progress(these: Sequence[T]) -> Iterable[T]:
    """Return the same, with a progress bar where there is something to wait for and tqdm is installed."""
    if len(these) < _MANY:
        return these
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return these
    bar: Iterable[T] = tqdm(these, desc="Unpacking", unit=" files")
    return bar
