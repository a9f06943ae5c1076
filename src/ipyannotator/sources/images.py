"""A folder of images as a source."""

from __future__ import annotations

import os
import stat
import threading
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipyannotator.errors import InvalidValue, MediaError, MissingFolder, NoItems, SourceError
from ipyannotator.mltypes import InputImage
from ipyannotator.remote import is_address
from ipyannotator.sources import listing, render, tiff  # noqa: F401 - TIFF registers itself
from ipyannotator.sources.base import SOURCES, Media, Region, Request
from ipyannotator.sources.crops import Cutter
from ipyannotator.sources.finding import find_folder
from ipyannotator.sources.loaded import Keep
from ipyannotator.sources.tiles import Opened, Shelf, draw

_LATER = 1.0
"""Seconds after opening when the listing is written to the cache."""


class ImageSource:
    """The images of a folder, in the plain order of their keys.

    A key is the path relative to the folder, `/`-separated, Unicode NFC. The order is fixed while the source is
    open: `refresh` appends, and a file that vanishes stays in the list and raises `MediaError("missing")` when it
    is asked for.

    Args:
        folder: the folder.
        recursive: whether subfolders are looked into.
        cache: a folder where the listing may be kept for the next time, or None.

    Raises:
        MissingFolder: there is no such folder.
        NoItems: it has no images; the message says what it has.
        SourceError: it may not be read.
    """

    def __init__(self, folder: str | Path, *, recursive: bool = False, cache: Path | None = None) -> None:
        self.folder = Path(folder).expanduser().absolute()
        self.recursive = recursive
        self.location = listing.readable(str(self.folder))
        self.notices: list[str] = []
        self._root = os.fspath(self.folder)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None
        self._cutter = Cutter()
        self._decoded = Keep()
        self._shelf = Shelf()
        # Of the last look, where they tell of any change; without them each look is a full one.
        self._folders: dict[str, listing.Stamp] = {}
        listed = self._open(cache)
        self._keys = listed.keys
        self._locators = listed.locators
        self.notices += listed.notices
        # Positions of the keys that were listed at first are found by bisection, so that a million of them need
        # no second table; those that `refresh` appended are few.
        self._sorted = len(self._keys)
        self._appended: dict[str, int] = {}

    def _open(self, cache: Path | None) -> listing.Listing:
        file = None
        if cache is not None:
            file = listing.cache_file(cache, self._root, recursive=self.recursive)
            kept = listing.load(file, self._root)
            if kept is not None and kept.keys:
                self._folders = listing.kept_folders(file)
                return kept
        found = self._scan()
        listed = listing.assign(found.paths)
        listed = listed._replace(notices=found.notices + listed.notices)
        if not listed.keys:
            raise NoItems(self._nothing())
        if file is not None and found.lasting:
            # Beside and a little later, so that the first image need not wait for it. A daemon: it writes to a
            # temporary file, so a kernel that ends in the middle leaves no half listing.
            copy = listed._replace(keys=list(listed.keys), locators=dict(listed.locators))
            self._writer = threading.Thread(target=self._write, args=(file, copy, found), daemon=True)
            self._writer.start()
        return listed

    def _write(self, file: Path, listed: listing.Listing, found: listing.Scan) -> None:
        self._closing.wait(_LATER)
        listing.save(file, listed, found)

    def _unchanged(self) -> bool:
        try:
            return listing.unchanged(self._root, self._folders)
        except OSError:
            return False  # a folder is gone; the full look says what that means

    def _scan(self) -> listing.Scan:
        try:
            found = listing.scan(self._root, recursive=self.recursive)
        except PermissionError as error:
            raise SourceError(
                f"The folder “{self.location}” cannot be read: no permission. "
                "Ask its owner for the right to read it, or copy the images elsewhere."
            ) from error
        except NotADirectoryError as error:
            raise MissingFolder(f"“{self.location}” is a file, expected a folder of images.") from error
        except FileNotFoundError as error:
            raise MissingFolder(f"There is no folder “{self.location}”.") from error
        except OSError as error:
            raise SourceError(
                f"The folder “{self.location}” cannot be read: {error.strerror or error}."
            ) from error
        self._folders = found.folders if found.lasting else {}
        return found

    def _nothing(self) -> str:
        endings = ", ".join(sorted(suffix[1:] for suffix in listing.SUFFIXES))
        has = listing.describe(self._root)
        below = "" if self.recursive else " To look into subfolders, use InputImage(…, recursive=True)."
        return (
            f"There are no images in “{self.location}”. {has}. Images are files ending in {endings}.{below}"
        )

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self._keys)

    def key(self, index: int) -> str:
        """Return the key at a position from 0; raise `IndexError`."""
        if not 0 <= index < len(self._keys):
            raise IndexError(f"There is no item {index}: the positions go from 0 to {len(self._keys) - 1}.")
        return self._keys[index]

    def index(self, key: str) -> int:
        """Return the position of a key; raise `KeyError`."""
        at = bisect_left(self._keys, key, 0, self._sorted)
        if at < self._sorted and self._keys[at] == key:
            return at
        return self._appended[key]

    def name(self, key: str) -> str:
        """Return what the person reads as the item's name: the path within the folder."""
        return key

    def path(self, key: str) -> Path:
        """Return the item's file; raise `KeyError` for a key that is not in the list."""
        self.index(key)
        return Path(self._path(key))

    def _path(self, key: str) -> str:
        return os.path.join(self._root, self._locators.get(key, key))  # noqa: PTH118 - cheaper than a Path, asked often

    def _status(self, key: str) -> os.stat_result:
        self.index(key)
        try:
            status = Path(self._path(key)).stat()
        except OSError as error:
            raise render.unreadable(key, error) from error
        if not stat.S_ISREG(status.st_mode):
            raise MediaError("unreadable", f"“{key}” is not a file any more. Put the image back, or skip it.")
        return status

    def stamp(self, key: str) -> str:
        """Return a text that changes whenever the file does; one `stat`. Raise `MediaError`."""
        status = self._status(key)
        # The change time is there for a file that was replaced by one of the same size with its time preserved.
        return f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}-{status.st_size:x}"

    def media(self, key: str, request: Request) -> Media:
        """Return the image, or a region of it, as something a browser can draw; see `render`.

        Raises:
            MediaError: it cannot be shown.
            KeyError: the key is not in the list.
        """
        self._status(key)
        tiles = self._tiles(key)
        if tiles is not None:
            return draw(tiles, key, request)
        return render.render(self._path(key), key, request, self._decoded, self.stamp(key))

    def _tiles(self, key: str) -> Opened | None:
        """Return the file as tiles, or None where it is a picture as any other."""
        return self._shelf.get(self._path(key), key, self.stamp(key))

    def crops(self, key: str, regions: Sequence[Region | None], size: int) -> list[Media | MediaError]:
        """Return small pictures of parts of an image, or of all of it, for one decoding; see `Cutter.crops`.

        Raises:
            MediaError: the image cannot be shown at all.
            KeyError: the key is not in the list.
        """
        tiles = self._tiles(key)
        if tiles is None:
            return self._cutter.crops(self._path(key), key, self.stamp(key), regions, size)
        return [_crop(tiles, key, region, size) for region in regions]

    def facts(self, key: str) -> dict[str, Any]:
        """Return `{"width", "height", "hash"}`: pixels after EXIF orientation, BLAKE2b-128 of the file in hex."""
        self._status(key)
        tiles = self._tiles(key)
        if tiles is None:
            return render.facts(self._path(key), key)
        width, height = tiles.tiles.levels[0]
        return {"width": width, "height": height, "hash": render.content_hash(self._path(key))}

    def refresh(self) -> list[str]:
        """Look again, append new images at the end, sorted among themselves, and return their keys.

        Where no folder has changed since the last look, that is a few system calls.

        Raises:
            SourceError: the folder cannot be listed any more.
        """
        if self._folders and self._unchanged():
            return []
        found = self._scan()
        with self._lock:
            known = (
                {self._locators.get(key, key) for key in self._keys} if self._locators else set(self._keys)
            )
            fresh = [path for path in found.paths if path not in known]
            del known
            if not fresh:
                return []
            listed = listing.assign(fresh, self._keys)
            self._locators.update(listed.locators)
            start = len(self._keys)
            # The list first: whoever finds a key in the table finds it in the list too.
            self._keys.extend(listed.keys)
            self._appended.update((key, start + at) for at, key in enumerate(listed.keys))
            self.notices += [notice for notice in listed.notices if notice not in self.notices]
            return list(listed.keys)

    def relink(
        self,
        missing: Mapping[str, str],
        sizes: Mapping[str, int] | None = None,
        *,
        exclude: Collection[str] = (),
    ) -> dict[str, str]:
        """Find, by content, the new names of files that were renamed or moved within the folder.

        Looks again first, so that new names are known. Files that `refresh` appended are read first, then those of
        the same name in another folder, then the others; it stops when all are found.

        Args:
            missing: content hash, as in `facts`, by old key. Keys whose file is there are passed over.
            sizes: of the old files in bytes, by old key, as far as known; files of other sizes need not be read.
            exclude: keys that are no new names (e.g. those with annotations of their own).

        Returns:
            The new key by old key, for those that were found.
        """
        self.refresh()
        sizes = sizes or {}
        wanted: dict[str, list[str]] = {}
        for old, digest in sorted(missing.items()):
            if not Path(self._path(old)).exists():
                wanted.setdefault(digest, []).append(old)
        open_sizes = {sizes.get(old, -1) for olds in wanted.values() for old in olds}
        found: dict[str, str] = {}
        for key in self._candidates({old for olds in wanted.values() for old in olds}):
            if not wanted:
                break
            if key in exclude:
                continue
            try:
                if -1 not in open_sizes and Path(self._path(key)).stat().st_size not in open_sizes:
                    continue
                digest = render.content_hash(self._path(key))
            except OSError:
                continue
            olds = wanted.get(digest)
            if olds:
                found[olds.pop(0)] = key
                if not olds:
                    del wanted[digest]
        return found

    def _candidates(self, olds: set[str]) -> list[str]:
        names = {old.rpartition("/")[2] for old in olds}
        keys = list(self._keys)
        ordered = sorted(range(len(keys)), key=lambda at: (at < self._sorted, _last(keys[at]) not in names))
        return [keys[at] for at in ordered if keys[at] not in olds]

    def close(self) -> None:
        """End it: wait until the listing is written. Closing twice is harmless."""
        self._closing.set()
        self._cutter.clear()
        self._decoded.clear()
        self._shelf.clear()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.join()


def _crop(tiles: Opened, key: str, region: Region | None, size: int) -> Media | MediaError:
    try:
        return draw(tiles, key, Request(size, size, region))
    except InvalidValue:
        return MediaError("outside", f"This lies outside of “{key}”.")
    except MediaError as error:
        return error


def _last(key: str) -> str:
    return key.rpartition("/")[2]


@SOURCES.register(InputImage)
def open_images(input: InputImage, project_path: Path, cache: Path | None = None) -> ImageSource:  # noqa: A002
    """Open the folder, or the address, of an `InputImage`; see `find_folder` and `ImageSource` for the errors."""
    if is_address(input.image_dir):
        from ipyannotator.sources.remote import RemoteImageSource  # it is an `ImageSource` itself

        return RemoteImageSource(str(input.image_dir), recursive=input.recursive, cache=cache)
    folder = find_folder(input.image_dir, project_path)
    return ImageSource(folder, recursive=input.recursive, cache=cache)
