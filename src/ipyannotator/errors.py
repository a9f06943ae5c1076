"""Every error that Ipyannotator raises on purpose, in one small tree.

    IpyannotatorError
    ├── UnsupportedPair     no annotator serves this (input, output, step)
    ├── NotRegistered       a registry has no such name
    ├── InvalidValue        a value from Python, a file or the browser is not what was expected (also a ValueError)
    │   └── UnknownClass    a label that is not in the schema
    ├── ReadOnly            a write through an explore step
    ├── Rejected            a hook or a check refused a change
    ├── Conflict            somebody changed the same values in the meantime
    ├── NothingToUndo       the author has nothing to undo or redo on this item
    ├── SourceError         the data cannot be listed
    │   ├── MissingFolder   the folder of the data does not exist
    │   └── NoItems         the folder has nothing to annotate
    ├── MediaError          one item cannot be shown; the others can
    ├── StoreError          the store cannot be opened, read or written; nothing was changed
    │   ├── NewerVersion    written by a later version of Ipyannotator
    │   └── DamagedStore    the file is damaged; the message names the latest backup
    ├── FormatError         a file is not what its format says
    ├── ConfigError         the file of a project is missing, or something in it is wrong
    ├── DatasetError        example data cannot be made, or what is there already is something else
    │   ├── DownloadError   a server did not give the file that was published
    │   └── UnsafeArchive   an archive would write outside its folder; nothing of it was written
    └── MissingPackage      an optional package is needed; the message names the install line (also an ImportError)

A message gives the value, what was expected, and the remedy; the data are attributes as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class IpyannotatorError(Exception):
    """The base of all errors of this package."""


class UnsupportedPair(IpyannotatorError):
    """No annotator serves this pair of input and output, or not this step of it."""


class NotRegistered(IpyannotatorError, LookupError):
    """A registry has no entry of this name."""


LONGEST = 200
"""Characters of a value in an error; of a longer one, a mask or an array, both ends are shown."""


class InvalidValue(IpyannotatorError, ValueError):
    """A value is not what was expected.

    Attributes:
        value: the offending value.
        expected: what it should have been, in words.
    """

    def __init__(self, what: str, value: Any, expected: str, remedy: str = "") -> None:
        self.value = value
        self.expected = expected
        super().__init__(
            f"{what} is {_shortened(repr(value))}, expected {expected}." + (f" {remedy}" if remedy else "")
        )


class UnknownClass(InvalidValue):
    """A label names no class of the schema."""


class ReadOnly(IpyannotatorError):
    """Something tried to write through an explore step, which changes nothing."""


class Rejected(IpyannotatorError):
    """Raised by a `before_change` hook or a check to refuse a change; the person sees the text."""


class Conflict(IpyannotatorError):
    """Somebody changed the same values since they were read; nothing was written.

    Attributes:
        current: the present values, one per operation that clashed: `{"record", "id", "item", "path", "value"}`.
    """

    def __init__(self, message: str, current: tuple[dict[str, Any], ...] = ()) -> None:
        self.current = current
        super().__init__(message)


class NothingToUndo(IpyannotatorError):
    """There is no change of this author on this item to take back, or to bring back."""


class SourceError(IpyannotatorError):
    """The data cannot be listed."""


class MissingFolder(SourceError, FileNotFoundError):
    """The folder of the data does not exist; the message says where it was sought and what is near."""


class NoItems(SourceError):
    """The folder holds nothing to annotate."""


class MediaError(IpyannotatorError):
    """One item cannot be shown.

    Attributes:
        kind: a short word for what is wrong, e.g. `missing`, `unreadable`, `too large`.
    """

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class StoreError(IpyannotatorError):
    """The store cannot be opened, read or written. What was saved before stays as it was."""


class NewerVersion(StoreError):
    """The database, log entry or message was written by a later version of Ipyannotator."""


class DamagedStore(StoreError):
    """The database file is damaged; the message names the latest backup and how to restore it."""


class FormatError(IpyannotatorError, ValueError):
    """A file is not what its format says."""


class ConfigError(IpyannotatorError, ValueError):
    """A project's `ipyannotator.toml` is missing, or something in it is not what it should be.

    Attributes:
        file: the file.
        key: what in it is wrong, e.g. `output.classes`; empty where it is the whole.
    """

    def __init__(self, message: str, file: Path, key: str = "") -> None:
        self.file = file
        self.key = key
        super().__init__(message)


class DatasetError(IpyannotatorError):
    """Example data cannot be made where they were asked for; what was there is as it was."""


class DownloadError(DatasetError):
    """A file could not be downloaded, or is not the one that was published.

    Attributes:
        urls: where it was sought.
        expected: the hash of the published file, e.g. `sha256:…`.
    """

    def __init__(self, message: str, urls: tuple[str, ...] = (), expected: str = "") -> None:
        self.urls = urls
        self.expected = expected
        super().__init__(message)


class UnsafeArchive(DatasetError):
    """An archive holds what would be written, or would point, outside its folder; nothing of it was written."""


class MissingPackage(IpyannotatorError, ImportError):
    """An optional package is needed; the message names the install line."""


def _shortened(text: str) -> str:
    """Return a text that a person can read at a glance: of a long one both ends."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 40]} … {text[-40:]}"
