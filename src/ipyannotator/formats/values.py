"""Values in other programs' files: JSON, paths, rings, and what is said of one that is wrong."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from ipyannotator.errors import FormatError

_ROOT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[A-Za-z]:(?=/)|/")
"""How a path begins that is not relative to anything: with a scheme, a drive, or the root."""

_Pair = tuple[float, float]
_T = TypeVar("_T")


class Wrong(Exception):
    """A value is not what the format says: its name, what it is, and what was expected."""


def plain(number: float) -> float:
    """Return a whole number as one: it is shorter in JSON."""
    return int(number) if float(number).is_integer() else number


def reduced(name: str, folder: str = "") -> str:
    """Return a path as another program wrote it, a URL or one of Windows too, as one that stays within a data set.

    Args:
        name: the path; of an absolute one all but the root is left, since its tail may be an item's.
        folder: the `/`-separated folder within the data set that it is relative to; `..` stops at the top.
    """
    text = name.replace("\\", "/")
    root = _ROOT.match(text)
    if root is not None:
        text = (re.split("[?#]", text)[0] if root[0].endswith("://") else text)[root.end() :]
    parts = folder.split("/") if folder and root is None else []
    for part in text.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def opened(ring: tuple[_Pair, ...]) -> tuple[_Pair, ...]:
    """Return a ring without its first point repeated at the end, as some programs write it."""
    return ring[:-1] if len(ring) > 3 and ring[0] == ring[-1] else ring  # noqa: PLR2004 - a triangle


def decoded(data: bytes | str, kind: type[_T], where: str, what: str) -> _T:
    """Return JSON as a type; a byte order mark is passed over.

    Raises:
        FormatError: it is cut short, or something else; names the place `where` and what was expected, `what`.
    """
    try:
        return msgspec.json.decode(
            data.removeprefix(b"\xef\xbb\xbf") if isinstance(data, bytes) else data, type=kind
        )
    except msgspec.ValidationError as error:
        raise FormatError(f"{where} is not {what}: {error}. Nothing was taken in.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(
            f"{where} is not readable as JSON ({error}); it may have been cut short. Nothing was taken in."
        ) from error
