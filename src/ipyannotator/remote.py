"""Files at addresses: buckets (`s3://`, `gs://`), web servers (`https://`), and whatever else fsspec knows.

Who may read and write there is said outside, as the services' own programs want it: environment variables, a profile, an
instance's role, or fsspec's configuration. So an address never holds a secret, and none can end up in a log or a file.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from ipyannotator.errors import InvalidValue, MissingPackage

_INSTALL = "pip install 'ipyannotator[buckets]'"


class Found(NamedTuple):
    """A file at an address.

    Attributes:
        name: its path below the address, `/`-separated.
        stamp: a text that changes whenever the file does, as far as the service says.
    """

    name: str
    stamp: str


class Unreachable(Exception):
    """Something at an address cannot be reached; the message says what and why, without a secret."""


def is_address(text: object) -> bool:
    """Tell whether a text is the address of something that is not on this computer's disk."""
    return isinstance(text, str) and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", text) is not None


def check_address(what: str, address: str) -> str:
    """Return an address without a slash at its end; raise `InvalidValue` where it holds a secret, or may."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InvalidValue(what, address, f"an address such as s3://bucket/photos ({error})") from error
    if parts.username is not None or parts.password is not None or parts.query:
        clean = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        raise InvalidValue(
            what, clean, "an address without a name, a password or a query",
            "They would be written into files. Give them by environment variables, or in fsspec's configuration.",
        )  # fmt: skip
    return address.rstrip("/")


class Place:
    """A folder, or one file, at an address.

    Args:
        address: such as `s3://bucket/photos`.

    Raises:
        InvalidValue: it holds a name, a password or a query, or nothing serves it.
        MissingPackage: what serves it is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = check_address("The address", address)
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise MissingPackage(f"Addresses need fsspec: {_INSTALL}.") from error
        try:
            self._fs, root = url_to_fs(self.address)
        except ImportError as error:
            raise MissingPackage(f"{self.address} needs one more package ({error}): {_INSTALL}.") from error
        except ValueError as error:
            raise InvalidValue("The address", self.address, f"one that is served ({error})") from error
        self._root = str(root).rstrip("/")

    def is_file(self) -> bool:
        """Tell whether there is a file at the very address."""
        return bool(self._asked(lambda: self._fs.isfile(self._root)))

    def files(self, *, recursive: bool) -> Iterator[Found]:
        """List what is there, folder by folder.

        Raises:
            Unreachable: it cannot be listed.
        """
        waiting = [self._root]
        while waiting:
            folder = waiting.pop()
            self._fs.invalidate_cache(folder)
            for info in self._asked(lambda: self._fs.ls(folder, detail=True)):  # noqa: B023 - asked at once
                path = str(info["name"]).rstrip("/")
                if info["type"] == "directory":
                    if recursive and path != folder and self._below(path):
                        waiting.append(path)
                elif name := self._below(path):
                    yield Found(name, _stamp(info))

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file to the disk; it is there whole, or not at all.

        Args:
            name: its path below the address; empty for the file at the address.
            target: where to; its folder is made.

        Raises:
            FileNotFoundError: it is gone.
            Unreachable: it cannot be read.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        os.close(number)
        try:
            self._asked(lambda: self._fs.get_file(self._path(name), part), name)
            Path(part).replace(target)
        finally:
            Path(part).unlink(missing_ok=True)

    def put(self, source: Path, name: str) -> None:
        """Copy a file from the disk; raise `Unreachable` where it cannot be written."""
        path = self._path(name)
        self._asked(lambda: self._fs.makedirs(path.rpartition("/")[0], exist_ok=True), name)
        self._asked(lambda: self._fs.put_file(str(source), path), name)

    def delete(self, name: str) -> None:
        """Delete a file; raise `Unreachable` where it cannot be deleted."""
        self._asked(lambda: self._fs.rm_file(self._path(name)), name)

    # ---- inside -------------------------------------------------------------------------------------------------

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def _below(self, path: str) -> str:
        """Return a path below the root; empty for one that is elsewhere, or that would lead out of a folder."""
        if not path.startswith(f"{self._root}/"):
            return ""
        name = path[len(self._root) + 1 :]
        return name if name and not {"", ".", ".."} & set(name.split("/")) and "\0" not in name else ""

    def _asked(self, ask: Any, name: str = "") -> Any:
        where = f"{self.address}/{name}" if name else self.address
        try:
            return ask()
        except FileNotFoundError:
            raise
        except PermissionError as error:
            raise Unreachable(
                f"{where}: no permission. See that the environment has the right to read it, or to write there."
            ) from error
        except Exception as error:  # each service has errors of its own
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise Unreachable(
                f"{where} cannot be reached ({_without_secrets(reason)}). Is the network there?"
            ) from error


def _stamp(info: dict[str, Any]) -> str:
    said = [
        info.get(name) for name in ("ETag", "etag", "md5Hash", "LastModified", "updated", "mtime", "created")
    ]
    return "-".join(str(each).strip('"') for each in (*said, info.get("size")) if each is not None)


def _without_secrets(text: str) -> str:
    """Return a text in which addresses have no name, no password and no query."""
    text = re.sub(r"://[^/@\s]+@", "://", text)
    return re.sub(r"\?[^\s'\")]+", "", text)


def last_name(address: str) -> str:
    """Return the last part of an address."""
    return unquote(address.rstrip("/").rpartition("/")[2]) or "data"
