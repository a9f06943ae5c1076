"""Images at an address, as a source: listed there, and copied to the disk one by one when they are looked at."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from ipyannotator.errors import MediaError, SourceError
from ipyannotator.remote import Place, Unreachable
from ipyannotator.sources import listing
from ipyannotator.sources.images import ImageSource
from ipyannotator.sources.mirror import Mirror

KEPT = 3600.0
"""Seconds for which a listing is taken again when the source is opened anew; it is brought up to date meanwhile."""
AGAIN = 60.0
"""Seconds from one listing to the next one, at least."""
SHARE = 20
"""How many times as long as a listing took there is none."""
_PATIENCE = 5.0
"""Seconds that a listing under way is waited for at the end."""


class _Kept(msgspec.Struct):
    at: float
    stamps: dict[str, str]


class RemoteImageSource(ImageSource):
    """The images below an address: everything else is as for a folder, which is where their copies are.

    Args:
        address: such as `s3://bucket/photos`.
        recursive: whether the folders below it are looked into.
        cache: a folder where copies and the listing are kept for the next time; None for a temporary one.

    Raises:
        NoItems: there are no images.
        SourceError: it cannot be listed.
        InvalidValue, MissingPackage: as `Place`.
    """

    def __init__(self, address: str, *, recursive: bool = False, cache: Path | None = None) -> None:
        self._place = Place(address)
        self._temporary = Path(tempfile.mkdtemp(prefix="ipyannotator-")) if cache is None else None
        name = hashlib.sha1(
            f"{self._place.address}\n{recursive}".encode(), usedforsecurity=False
        ).hexdigest()[:16]
        home = (cache or self._temporary or Path()) / "remote" / name
        self._list = home / "listing.json"
        copies = home / "files"
        copies.mkdir(parents=True, exist_ok=True)
        self._mirror = Mirror(self._place, copies)
        self._stamps: dict[str, str] = {}
        self._found: _Kept | None = None
        self._failed: SourceError | None = None
        self._looker: threading.Thread | None = None
        self._next = 0.0
        try:
            super().__init__(copies, recursive=recursive)
        except BaseException:
            self._tidy()
            raise
        self.location = self._place.address

    def stamp(self, key: str) -> str:
        """Return a text that changes whenever the image does, as of the last listing; nothing is asked for."""
        self.index(key)
        return self._stamps.get(self._locators.get(key, key), "")

    def relink(
        self,
        missing: Mapping[str, str],  # noqa: ARG002
        sizes: Mapping[str, int] | None = None,  # noqa: ARG002
        *,
        exclude: Collection[str] = (),  # noqa: ARG002
    ) -> dict[str, str]:
        """Return nothing: to find images by content, all of them would have to be fetched."""
        return {}

    def refresh(self, *, now: bool = False) -> list[str]:
        """Append the images that are new since the last look, and return their keys; see `ImageSource.refresh`.

        It is asked for every few seconds, and a bucket may take minutes to list. So listings are made on a thread of
        their own, now and then, and this returns what the last one has found.

        Args:
            now: whether to list at once, and to wait for it.
        """
        if now:
            self._look()
        elif self._looker is None and time.time() > self._next:
            self._looker = threading.Thread(target=self._look, name="ipyannotator-list", daemon=True)
            self._looker.start()
        elif self._looker is not None and not self._looker.is_alive():
            self._looker = None
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        return super().refresh() if self._found is not None else []

    def close(self) -> None:
        """End it; the copies stay where there is a cache."""
        super().close()
        if self._looker is not None:
            self._looker.join(_PATIENCE)
        self._tidy()

    # ---- inside -------------------------------------------------------------------------------------------------

    def _scan(self) -> listing.Scan:
        kept, found = self._read(), self._found
        if found is None and (kept is None or time.time() - kept.at > KEPT):
            self._look()
            found = self._found
            if self._failed is not None:
                raise self._failed
        if found is not None:
            # What this one knew, where it knew: another kernel may have written the listing since.
            self._mirror.keep(self._stamps or (kept.stamps if kept else {}), found.stamps)
            part = self._list.with_suffix(".part")
            part.write_bytes(msgspec.json.encode(found))
            part.replace(self._list)
            self._found = None
        now = found or kept or _Kept(0.0, {})
        self._stamps = now.stamps
        return listing.Scan(sorted(now.stamps), {}, [], lasting=False)

    def _look(self) -> None:
        """List what is there, for the next `_scan`; what goes wrong is for whoever asks next."""
        began = time.time()
        try:
            self._found = _Kept(began, self._listed())
        except SourceError as error:
            self._failed = error
        self._next = time.time() + max(AGAIN, SHARE * (time.time() - began))

    def _listed(self) -> dict[str, str]:
        stamps = {}
        try:
            for found in self._place.files(recursive=self.recursive):
                if self._closing.is_set():
                    break
                # Hidden files and folders are left out, as `listing.scan` does.
                if listing.is_image(found.name.rpartition("/")[2]) and "/." not in f"/{found.name}":
                    stamps[found.name] = found.stamp
        except FileNotFoundError as error:
            raise SourceError(f"There is nothing at {self._place.address}.") from error
        except Unreachable as error:
            raise SourceError(str(error)) from error
        return stamps

    def _read(self) -> _Kept | None:
        try:
            return msgspec.json.decode(self._list.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return None

    def _nothing(self) -> str:
        below = (
            "" if self.recursive else " To look into the folders below, use InputImage(…, recursive=True)."
        )
        endings = ", ".join(sorted(suffix[1:] for suffix in listing.SUFFIXES))
        return f"There are no images at {self._place.address}. Images are files ending in {endings}.{below}"

    def _path(self, key: str) -> str:
        try:
            return os.fspath(self._mirror.path(self._locators.get(key, key)))
        except FileNotFoundError as error:
            raise MediaError("missing", f"“{key}” is not at {self._place.address} any more.") from error
        except Unreachable as error:
            raise MediaError("unreachable", f"“{key}” cannot be fetched: {error}") from error

    def _tidy(self) -> None:
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
