"""What SQLite reports, in words that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ipyannotator.errors import DamagedStore, StoreError
from ipyannotator.stores.backups import latest

_NO_PERMISSION = (
    "Give yourself write permission, or choose another folder with Settings(result_dir=…); "
    "`explore()` needs no permission to write."
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise SQLite's errors on a database file as `StoreError` or `DamagedStore`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, PoolTimeoutError) as error:
        raise explain(getattr(error, "orig", None) or error, path) from error


def explain(error: BaseException, path: Path) -> StoreError:
    """Return the error to raise. By text, because Python 3.10 does not give SQLite's error codes."""
    text = str(error)
    if "malformed" in text or "not a database" in text:
        return damaged(path, text)
    if "disk is full" in text:
        return StoreError(
            f"The disk is full: {path} could not be written ({text}). Nothing was changed; "
            "free some space and try again."
        )
    if "readonly" in text or "unable to open" in text:
        return StoreError(f"{path} cannot be opened for writing ({text}). {_NO_PERMISSION}")
    if "locked" in text or "busy" in text:
        return StoreError(
            f"{path} is held by another program ({text}). Nothing was changed; try again, or close that program."
        )
    if "disk I/O" in text:
        return StoreError(
            f"{path} could not be read or written ({text}). Nothing was changed; check that the disk is "
            "connected, healthy and not full, and try again."
        )
    return StoreError(f"{path} could not be read or written ({text}). Nothing was changed.")


def damaged(path: Path, text: str) -> DamagedStore:
    """Return the error for a damaged file, which names the latest backup and how to bring it back."""
    backup = latest(path.parent / "backups")
    if backup is None:
        remedy = f"There is no backup in {path.parent / 'backups'}. Move the file away to begin anew; keep it for repair."
    else:
        remedy = (
            f"The latest backup is {backup}. Close what has the project open, then bring the backup back with "
            f"`ipyannotator.stores.restore_backup({str(backup)!r})`; the damaged file is kept beside it."
        )
    return DamagedStore(f"{path} is damaged ({text}). {remedy}")


def no_folder(folder: Path, error: OSError) -> StoreError:
    """Return the error for a folder that cannot be made."""
    return StoreError(f"The folder {folder} for the results cannot be made ({error}). {_NO_PERMISSION}")
