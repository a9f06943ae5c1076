"""Files at addresses: buckets (`s3://`, `gs://`), web servers (`https://`), and whatever else fsspec knows.

Who may read and write there is said outside, as the services' own programs want it: environment variables, a profile, an
instance's role, or fsspec's configuration. So an address never holds a secret, and none can end up in a log or a file.

An address that ends in `.txt` is a list: each line a path below the list's folder, or an address of the same kind, which
may be signed; an empty line, or one that begins with `#`, is passed by. So a web server need not list its folders. The
name of a file elsewhere is its server and its path. Signatures stay in memory: they are in no name and in no error.
"""

from __future__ import annotations

import errno
import functools
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from ipyannotator.errors import InvalidValue, MissingPackage

_INSTALL = "pip install 'ipyannotator[buckets]'"
_FLAT = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "http", "https"})
"""Kinds of services that know no folders; to make one would make a bucket, of a name that was mistyped."""
_REFUSED = (401, 403)
_FULL = (errno.ENOSPC, errno.EDQUOT)


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
    """Return an address without a slash at its end; raise `InvalidValue` where it holds a secret, or nothing."""
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
    if not (parts.netloc or parts.path.strip("/")):
        # fsspec would take `s3:`, which is left of it, for a folder on the disk.
        raise InvalidValue(
            what, address, "an address with a bucket, a server or a folder in it, such as s3://bucket/photos"
        )
    return address.rstrip("/")


class Place:
    """A folder, one file, or a list of files, at an address.

    Args:
        address: such as `s3://bucket/photos`.

    Raises:
        InvalidValue: it holds a name, a password or a query, or nothing serves it, or what does cannot begin.
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
        except Exception as error:  # each service has errors of its own; some ask for credentials at once
            raise InvalidValue(
                "The address", self.address, f"one that can be opened ({_reason(error)})",
                "See that the credentials in the environment are right.",
            ) from error  # fmt: skip
        self._root = str(root).rstrip("/")
        said = self._fs.protocol
        self._kinds = frozenset([said] if isinstance(said, str) else said)
        self._web = "http" in self._kinds
        self._listed: dict[str, str] | None = None

    def is_file(self) -> bool:
        """Tell whether there is a file at the very address."""
        if not self._web:
            return bool(self._asked(lambda: self._fs.isfile(self._root)))
        try:
            info = self._asked(lambda: self._fs.info(self._root))
        except FileNotFoundError:
            return False
        # A web server knows no folders: what it gives for one is a page with links.
        return info.get("mimetype") != "text/html" or self._root.lower().endswith((".html", ".htm"))

    def files(self, *, recursive: bool) -> Iterator[Found]:
        """List what is there, folder by folder, or what a list has.

        Args:
            recursive: whether the folders below are looked into; a list is given whole.

        Raises:
            FileNotFoundError: there is nothing.
            Unreachable: it cannot be listed, or a line of a list is wrong.
        """
        if self._is_list:
            self._listed = self._read_list()
            yield from (Found(name, "") for name in self._listed)
            return
        waiting = [self._root]
        while waiting:
            folder = waiting.pop()
            self._fs.invalidate_cache(folder)
            infos = self._asked(lambda: self._fs.ls(folder, detail=True))  # noqa: B023 - asked at once
            self._fs.invalidate_cache(folder)  # it would keep all it was told, for ever
            for info in infos:
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
            Unreachable: it cannot be read, or not be written to the disk.
        """
        path = self._path(name)
        # Not by `mkstemp`: a project may be shared, and the copies are for all who may read it.
        part = target.parent / f".{secrets.token_hex(8)}.part"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._asked(lambda: self._fs.get_file(path, str(part)), name)
            part.replace(target)
        except FileNotFoundError:
            raise
        except (
            OSError
        ) as error:  # e.g. a name too long, or a folder where a bucket has a file of the same name
            raise Unreachable(
                f"{self._where(name)} cannot be kept on this computer's disk ({error.strerror})."
            ) from error
        finally:
            if part.parent.is_dir():
                part.unlink(missing_ok=True)

    def put(self, source: Path, name: str) -> None:
        """Copy a file from the disk; raise `Unreachable` or, without the bucket, `FileNotFoundError`."""
        path = self._path(name)
        if not self._kinds & _FLAT:
            self._asked(lambda: self._fs.makedirs(path.rpartition("/")[0], exist_ok=True), name)
        self._asked(lambda: self._fs.put_file(str(source), path), name)

    def delete(self, name: str) -> None:
        """Delete a file; raise `Unreachable` where it cannot be deleted."""
        self._asked(lambda: self._fs.rm_file(self._path(name)), name)

    # ---- inside -------------------------------------------------------------------------------------------------

    @functools.cached_property
    def _is_list(self) -> bool:
        return self._root.lower().endswith(".txt") and self.is_file()

    def _where(self, name: str) -> str:
        return f"{self.address}/{name}" if name else self.address

    def _path(self, name: str) -> str:
        if not name:
            return self._root
        if self._is_list:
            if self._listed is None:
                self._listed = self._read_list()
            if name not in self._listed:
                raise FileNotFoundError(self._where(name))
            return self._listed[name]
        return f"{self._root}/{quote(name) if self._web else name}"

    def _below(self, path: str) -> str:
        """Return a path below the root; empty for one that is elsewhere, or that would lead out of a folder."""
        root = self._root
        if self._web:
            if "?" in path or "%2f" in path.lower():
                return ""  # it could not be found again by its name
            path, root = unquote(path), unquote(root)
        if not path.startswith(f"{root}/"):
            return ""
        return _safe(path[len(root) + 1 :])

    def _read_list(self) -> dict[str, str]:
        """Return where the files of a list are, by name, in its order."""
        data = self._asked(lambda: self._fs.cat_file(self._root))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unreachable(
                f"{self.address} is not text in UTF-8 (byte {error.start} of it). Expected a path or an address in each "
                "line. Save it in UTF-8."
            ) from error
        found: dict[str, str] = {}
        for number, line in enumerate(text.split("\n"), 1):
            entry = line.strip()
            if entry and not entry.startswith("#"):
                name, path = self._entry(entry)
                if not name:
                    kinds = " or ".join(f"{kind}://…" for kind in sorted(self._kinds))
                    raise Unreachable(
                        f"{self.address}, line {number} is “{_without_secrets(entry)[:200]}”, expected a path below the "
                        f"list's folder, or an address ({kinds}). Correct the line, or take it out."
                    )
                found.setdefault(name, path)
        return found

    def _entry(self, entry: str) -> tuple[str, str]:
        """Return the name and the path of a line; the name is empty where it must not be read."""
        base = self._root.rpartition("/")[0]
        if not is_address(entry):
            return _safe(self._plain(entry)), f"{base}/{entry}"
        try:
            parts = urlsplit(entry)
        except ValueError:
            return "", ""
        if parts.scheme not in self._kinds or parts.username is not None:
            return "", ""
        path = str(self._fs._strip_protocol(entry))  # noqa: SLF001 - fsspec's own word for subclasses and callers
        plain, folder = self._plain(path), self._plain(base)
        if plain.startswith(f"{folder}/"):
            return _safe(plain[len(folder) + 1 :]), path
        # A colon stands in no name of a folder on Windows.
        return _safe(plain.partition("://")[2].replace(":", "_") if self._web else plain.lstrip("/")), path

    def _plain(self, path: str) -> str:
        return unquote(re.split("[?#]", path, maxsplit=1)[0]) if self._web else path

    def _asked(self, ask: Any, name: str = "") -> Any:
        where = self._where(name)
        try:
            return ask()
        except FileNotFoundError:
            raise FileNotFoundError(where) from None  # its own text may have a signature
        except Exception as error:  # noqa: BLE001 - each service has errors of its own
            # A traceback shows the cause as it is, and that of a list may have a signature.
            raise Unreachable(f"{where}{_why(error)}") from (error if self._listed is None else None)


def _why(error: Exception) -> str:
    # aiohttp says `status`, and warns of its `code`; Google's libraries say `code`.
    status = error.status if hasattr(error, "status") else getattr(error, "code", None)
    if isinstance(error, PermissionError) or status in _REFUSED:
        return ": no permission. See that the environment has the right to read it, or to write there."
    if isinstance(error, OSError) and error.errno in _FULL:
        return " cannot be kept: this computer's disk is full. Make room."
    return f" cannot be reached ({_reason(error)}). Is the network there?"


def _reason(error: Exception) -> str:
    return _without_secrets(str(error).splitlines()[0])[:200] if str(error) else type(error).__name__


def _safe(name: str) -> str:
    """Return a name; empty for one that would lead out of a folder."""
    return name if name and not {"", ".", ".."} & set(name.split("/")) and "\0" not in name else ""


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
