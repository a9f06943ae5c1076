"""Which files of a folder are images, and the keys they go by: a million of them in about a second.

How this works. `scan` walks the folder with `os.scandir` in chunks, so that the tests of a name and of a directory
entry run over whole chunks in C; a chunk that is not all plain images is looked at entry by entry. `assign` turns
what was found, paths as the operating system gives them, into keys: relative to the folder, `/`-separated, Unicode
NFC, valid Unicode, unique. Nearly always key and path are the same text; only where they differ the path (the
"locator") is kept beside the key. `cached` keeps the result on disk, valid as long as no listed folder changed.
"""

# Plain strings all through: a Path for each of a million files costs more than listing them.
# ruff: noqa: PTH100, PTH105, PTH116, PTH118, PTH122, PTH123

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import time
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, repeat
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from PIL import features

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff"}
    | {".ppm", ".pgm", ".pbm", ".pnm"}
    | ({".avif"} if "avif" in features.modules and features.check("avif") else set())
    | ({".jp2"} if features.check("jpg_2000") else set())
)
"""The endings of image files, in lower case; compared without regard to case."""

_EXACT = SUFFIXES | {suffix.upper() for suffix in SUFFIXES}
_CHUNK = 1024
_SHOWN = 3
_FORMAT = 1
_NAME: Callable[[os.DirEntry[str]], str] = attrgetter("name")

Stamp = tuple[int, int, int]


class Scan(NamedTuple):
    """What a walk found.

    Attributes:
        paths: of the image files, relative to the folder, `/`-separated, as the operating system spells them; sorted.
        folders: for each listed folder its times and inode before it was listed.
        notices: sentences for the person.
        lasting: whether the folders' times will tell of any change, so that the result may be kept.
    """

    paths: list[str]
    folders: dict[str, Stamp]
    notices: list[str]
    lasting: bool


class Listing(NamedTuple):
    """The images of a folder.

    Attributes:
        keys: sorted as plain strings.
        locators: the path by key, where the two differ.
        notices: sentences for the person.
    """

    keys: list[str]
    locators: dict[str, str]
    notices: list[str]


def is_image(name: str) -> bool:
    """Return whether a file of this name counts as an image: by its ending, and not hidden."""
    return name[name.rfind(".") :].lower() in SUFFIXES and not name.startswith(".")


def readable(path: str) -> str:
    r"""Return a path as valid Unicode in NFC; bytes that are not UTF-8 become `\xNN`."""
    if path.isascii():
        return path
    try:
        path.encode()
    except UnicodeEncodeError:
        try:
            raw = path.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half of a UTF-16 pair, which Windows allows in names
            raw = path.encode("utf-8", "surrogatepass")
        path = raw.decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", path)


def scan(folder: str, *, recursive: bool = False) -> Scan:
    """Walk a folder; where it has no images itself, its subfolders too.

    A folder that is reached twice, through symbolic links, is listed once: under its own path if that is in the
    walk. Hidden files and folders are left out.

    Args:
        folder: the folder, bytes that are not UTF-8 as surrogate escapes.
        recursive: whether subfolders are looked into, however deep.

    Raises:
        OSError: the folder itself cannot be listed. Subfolders that cannot be only give a notice.
    """
    paths: list[str] = []
    folders: dict[str, Stamp] = {}
    closed: list[str] = []
    seen: set[tuple[int, int]] = set()
    lasting = True
    waiting, links = [""], list[str]()
    while waiting or links:
        if not waiting:  # links last, in a fixed order: a real path wins over one through a link
            links.sort(reverse=True)
            waiting.append(links.pop())
        below = waiting.pop()
        full = os.path.join(folder, below) if below else folder
        try:
            now, status = time.time_ns(), os.stat(full)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            names, inner, linked, broken = _look(full, recursive=recursive)
            if not (below or recursive or names):  # one subfolder for each class, as the original had it
                _, inner, linked, broken = _look(full, recursive=True)
        except OSError as error:
            if not below:
                raise
            closed.append(f"{readable(below)} ({error.strerror})")
            continue
        folders[below] = _stamp(status)
        lasting = lasting and not broken and _settled(status, now)
        prefix = below + "/" if below else ""
        paths += [prefix + name for name in names] if prefix else names
        waiting += [prefix + name for name in inner]
        links += [prefix + name for name in linked]
    if len(folders) > 1:
        paths.sort()
    notices = [f"Could not look into {_some(sorted(closed), 'more folders')}."] if closed else []
    return Scan(paths, folders, notices, lasting and not closed)


def _look(path: str, *, recursive: bool) -> tuple[list[str], list[str], list[str], bool]:
    """Return the sorted names of images in one folder, its subfolders, linked subfolders, and if links are broken."""
    names: list[str] = []
    inner: list[str] = []
    linked: list[str] = []
    broken = False
    is_file = os.DirEntry.is_file
    with os.scandir(path) as entries:
        while chunk := list(islice(entries, _CHUNK)):
            found = list(map(_NAME, chunk))
            common = found[0][found[0].rfind(".") :]
            if common in _EXACT and all(map(str.endswith, found, repeat(common))) and _all_files(chunk):
                names += found
                continue
            for name, entry in zip(found, chunk, strict=True):
                suffix = name[name.rfind(".") :]
                image = suffix in _EXACT or suffix.lower() in SUFFIXES
                if not image and not recursive:
                    continue
                try:
                    if image and is_file(entry):
                        names.append(name)
                    elif entry.is_dir():
                        if recursive and not name.startswith("."):
                            (linked if entry.is_symlink() else inner).append(name)
                    elif image and entry.is_symlink():
                        broken = True
                except OSError:  # a link to itself, or one into a folder that may not be entered
                    broken = True
    names.sort()
    # Hidden files stand side by side now: "/" is the character after ".".
    del names[bisect_left(names, ".") : bisect_left(names, "/")]
    return names, inner, linked, broken


def _all_files(entries: list[os.DirEntry[str]]) -> bool:
    try:
        return all(map(os.DirEntry.is_file, entries))
    except OSError:
        return False


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _settled(status: os.stat_result, now: int) -> bool:
    """Return whether any later change must show in the folder's times.

    A change within the same tick of the file system's clock as the last one would not. Whole seconds betray a
    coarse clock (FAT has ticks of two seconds); other clocks tick every few milliseconds.
    """
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    coarse = status.st_mtime_ns % 1_000_000_000 == 0
    return now - last > (2_100_000_000 if coarse else 100_000_000)


def assign(paths: list[str], taken: Iterable[str] = ()) -> Listing:
    """Give each path its key.

    Args:
        paths: relative to the folder, sorted.
        taken: keys that are in use already.
    """
    used = set(taken)
    if not used and all(map(str.isascii, paths)):
        return Listing(paths, {}, [])
    keys: list[str] = []
    others: list[tuple[str, str]] = []
    for path in paths:
        name = readable(path)
        if name == path and path not in used:
            keys.append(path)
        else:
            others.append((path, name))
    # Who has the plain name keeps it; the others follow in the fixed order of their paths.
    used.update(keys)
    locators: dict[str, str] = {}
    alike: list[str] = []
    undecodable: list[str] = []
    for path, name in others:
        key = _free(name, used)
        used.add(key)
        keys.append(key)
        locators[key] = path
        if key != name:
            alike.append(f"“{name}” is shown as “{key}”")
        if _surrogates(path):
            undecodable.append(f"“{key}”")
    keys.sort()
    notices = []
    if alike:
        notices.append(
            f"Some file names are the same once their accents are written alike: {_some(alike, 'more')}. "
            "Rename the files to tell them apart."
        )
    if undecodable:
        notices.append(
            f"Some file names are not UTF-8 and are shown with \\x codes: {_some(undecodable, 'more')}."
        )
    return Listing(keys, locators, notices)


def _free(name: str, used: set[str]) -> str:
    stem, suffix = os.path.splitext(name)
    key, number = name, 1
    while key in used:
        number += 1
        key = f"{stem} ({number}){suffix}"
    return key


def _surrogates(path: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in path)


def _some(words: list[str], rest: str) -> str:
    shown = ", ".join(words[:_SHOWN])
    return shown if len(words) <= _SHOWN else f"{shown} and {len(words) - _SHOWN:,} {rest}"


def cache_file(cache: Path, folder: str, *, recursive: bool) -> Path:
    """Return the file that keeps the listing of a folder."""
    name = f"{_FORMAT}|{recursive}|{sorted(SUFFIXES)}|{os.path.abspath(folder)}"
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
    return cache / f"listing-{digest}.txt"


def load(file: Path, folder: str) -> Listing | None:
    """Return the kept listing if it still holds: no listed folder has changed since. None otherwise."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        facts = json.loads(head)
        if not unchanged(folder, facts["folders"]):
            return None
        keys = body.decode().split("\0") if body else []
        if len(body) != facts["bytes"] or len(keys) != facts["count"]:
            return None
        return Listing(keys, dict(facts["locators"]), list(facts["notices"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent, of another form, or cut off: listing again is always right


def kept_folders(file: Path) -> dict[str, Stamp]:
    """Return the listed folders of a kept listing, as in `Scan`; none where it cannot be read."""
    try:
        with file.open("rb") as lines:
            return {name: tuple(stamp) for name, stamp in json.loads(lines.readline())["folders"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def unchanged(folder: str, folders: Mapping[str, Sequence[int]]) -> bool:
    """Return whether all these listed folders have the times that they had; `OSError` where one is gone."""
    return all(
        tuple(_stamp(os.stat(os.path.join(folder, below) if below else folder))) == tuple(known)
        for below, known in folders.items()
    )


def save(file: Path, listing: Listing, found: Scan) -> None:
    """Keep a listing, atomically. A folder that cannot be written, or a full disk, is no error: it is only a cache."""
    if not found.lasting:
        return
    body = "\0".join(listing.keys).encode()
    facts = {
        "folders": found.folders,
        "locators": listing.locators,
        "notices": listing.notices,
        "count": len(listing.keys),
        "bytes": len(body),
    }
    temporary = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        number, temporary = tempfile.mkstemp(prefix=".listing-", suffix=".part", dir=file.parent)
        with open(number, "wb") as out:
            out.write(json.dumps(facts).encode() + b"\n")
            out.write(body)
        os.replace(temporary, file)
    except OSError:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def describe(folder: str, limit: int = 2000) -> str:
    """Say in a few words what a folder without images has instead, looking at no more than `limit` entries."""
    kinds: dict[str, int] = {}
    subfolders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in islice(entries, limit):
            try:
                mode = entry.stat().st_mode
            except OSError:
                kinds["broken links"] = kinds.get("broken links", 0) + 1
                continue
            if stat.S_ISDIR(mode):
                subfolders.append(entry.name)
            else:
                suffix = os.path.splitext(entry.name)[1].lower()
                kind = "hidden files" if entry.name.startswith(".") else f"{suffix or 'unnamed kind'} files"
                kinds[kind] = kinds.get(kind, 0) + 1
    words = [f"{count} {readable(kind)}" for kind, count in sorted(kinds.items(), key=lambda pair: -pair[1])]
    if subfolders:
        names = [f"“{readable(name)}”" for name in sorted(subfolders)]
        words.append(f"the folders {_some(names, 'more')}" if len(names) > 1 else f"the folder {names[0]}")
    return "It is empty" if not words else f"It has {_some(words, 'other kinds')}"
