"""Daily copies of the database, and the way back.

A copy is made by SQLite's backup API, so it is whole even while others write; it gets a temporary name, is checked,
and only then takes its place among the others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import sqlite3
import threading
from pathlib import Path

from ipyannotator.errors import DamagedStore, InvalidValue, StoreError

_NAME = re.compile(r"annotations-\d{4}-\d\d-\d\d\.db")


def backups(folder: Path) -> list[Path]:
    """Return the copies in a folder, the oldest first."""
    try:
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    except OSError:
        return []


def latest(folder: Path) -> Path | None:
    """Return the newest copy in a folder, or None."""
    found = backups(folder)
    return found[-1] if found else None


def backup(source: sqlite3.Connection, folder: Path, keep: int, today: dt.date) -> Path | None:
    """Write today's copy and drop all but the newest `keep`; None where today's exists or nothing is new."""
    if keep < 1:
        raise InvalidValue("The number of backups to keep", keep, "at least 1")
    target = folder / f"annotations-{today.isoformat()}.db"
    last = latest(folder)
    if target.exists() or (last is not None and _mark_of(source) == _mark(last)):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    part = _part(target)
    try:
        with contextlib.closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            # A copy lies alone: no -wal beside it, so that it can be moved, mailed and opened anywhere.
            copy.execute("PRAGMA journal_mode = DELETE")
            _check(copy, part)
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    for old in backups(folder)[:-keep]:
        old.unlink(missing_ok=True)
    return target


def restore_backup(path: str | Path, target: str | Path | None = None) -> Path:
    """Put a backup in the database's place. The file there is moved aside under a name with the time, not deleted.

    Close every annotator of the project before; one that is still open refuses to write to the replaced file.

    Args:
        path: the backup, as the error message of the damaged database names it.
        target: the database file; by default `annotations.db` in the folder above the backup's.

    Returns:
        The restored database file.

    Raises:
        StoreError: the backup does not exist, or cannot be put there.
        DamagedStore: the backup itself is damaged; nothing was moved.
    """
    path = Path(path)
    target = Path(target) if target is not None else path.absolute().parent.parent / "annotations.db"
    if not path.is_file():
        known = ", ".join(other.name for other in backups(path.parent)) or "none"
        raise StoreError(f"There is no backup {path}. Backups in {path.parent}: {known}.")
    part = _part(target)
    aside = dt.datetime.now(tz=dt.timezone.utc).strftime("damaged-%Y%m%dT%H%M%S.%fZ")
    try:
        shutil.copyfile(path, part)
        with contextlib.closing(sqlite3.connect(part)) as copy:
            _check(copy, path)
        _sync(part)
        # The journal goes first, because SQLite would apply it to whatever file lies beside it. The database is
        # linked aside and then replaced, so that at no moment there is none.
        for suffix in ("-wal", "-shm", "-journal"):
            side = target.with_name(target.name + suffix)
            if side.exists():
                side.rename(target.with_name(f"{target.name}.{aside}{suffix}"))
        if target.exists():
            _keep(target, target.with_name(f"{target.name}.{aside}"))
        part.replace(target)
    except OSError as error:
        raise StoreError(f"The backup {path} could not be put in place of {target} ({error}).") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _part(target: Path) -> Path:
    """Return a temporary name; one kernel may have a project open more than once."""
    return target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}.part")


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # no hard links on this file system
        shutil.copy2(path, aside)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        result = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        result = str(error)
    if result != "ok":
        raise DamagedStore(f"{path} is damaged ({result}). Nothing was changed; the earlier backups stay.")


def _mark_of(connection: sqlite3.Connection) -> object:
    """Return what tells whether anything changed: the last entry, the number of answers, what is remembered."""
    try:
        queries = (
            "SELECT seq FROM sqlite_sequence WHERE name = 'log'",
            "SELECT count(*), max(id) FROM answers",
            "SELECT name, value FROM meta ORDER BY name",
        )
        return [connection.execute(query).fetchall() for query in queries]
    except sqlite3.DatabaseError:
        return object()  # equal to nothing


def _mark(path: Path) -> object:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            return _mark_of(copy)
    except sqlite3.Error:
        return None
