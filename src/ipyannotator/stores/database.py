"""A SQLite file: how it is opened, read and written, whatever it holds.

**Writing.** `atomic` is one `BEGIN IMMEDIATE` transaction; a lock lets the threads of this process queue fairly,
SQLite's own lock the processes. A connection serves one thread at a time, out of SQLAlchemy's pool. Before each
write the file is compared with the one that was opened: writing to a file that was deleted or replaced would be
acknowledged and lost.

**Reading only** must change nothing in the folder, not even by the `-wal` and `-shm` files that SQLite makes beside
a database in WAL mode. So where no writer has made them, the file is opened as immutable, and whatever was read is
read again if the file changed meanwhile; where they are there, it is opened as usual. Each read opens its own
connection, so that a writer which appears later is noticed, and can end undisturbed.

**No WAL.** SQLite's WAL needs memory shared between processes. Where the file system has none, or is a network
file system (on which WAL seems to work and corrupts the file when two machines write), a rollback journal is used.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from ipyannotator.errors import ReadOnly, StoreError
from ipyannotator.stores import migrations
from ipyannotator.stores.backups import latest
from ipyannotator.stores.failures import damaged, explained, no_folder
from ipyannotator.stores.mounts import is_network

T = TypeVar("T")

_TRIES = 20


class _Look(NamedTuple):
    """What can be seen of the file without opening it (which, with locks held, would drop them)."""

    file: tuple[int, int]
    size: int
    time: int
    live: bool


class Database:
    """A SQLite file in a folder.

    Args:
        path: the file; made with its folder unless `read_only`.
        read_only: never change anything; a file that does not exist is an empty database.
        vfs: the name of a SQLite VFS; empty for the default one.
        busy: seconds to wait for another process that writes.
        prepare: called with a connection to each file that is newly seen.
    """

    def __init__(
        self, path: Path, *, read_only: bool, vfs: str, busy: float, prepare: Callable[[Connection], None]
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.notices: list[str] = []
        self._vfs = vfs
        self._busy = busy
        self._prepare = prepare
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._closed = False
        self._seen: tuple[int, int] | None = None
        self._synchronous = "FULL"
        self._engines: dict[str, Engine] = {}
        self._empty: Engine | None = None
        with explained(path):
            if read_only:
                self.read(lambda _: None)
            else:
                self._open()

    @contextmanager
    def atomic(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Open a transaction for writing; all of it is written at the end, or nothing where an error is raised.

        Args:
            lasting: whether it is on the disk at the end; else it is no later than the next one that lasts, and a power
                cut before that may take it back, as a whole.
        """
        self._check_open()
        if self.read_only:
            raise ReadOnly(f"{self.path} is open for reading only. Annotate with `create()` to write to it.")
        with self._lock, explained(self.path):
            look = self._look()
            if look is None or look.file != self._seen:
                raise StoreError(
                    f"{self.path} was moved, deleted or replaced while it was open. Nothing was written; "
                    "open the project anew (run the cell again)."
                )
            with self._engine("rw").connect().execution_options(write=True) as connection:
                # The write-ahead log is written in order: who waits for its end has waited for all of it.
                waits = lasting or self._synchronous != "FULL"
                if not waits:
                    _synchronous(connection, "NORMAL")
                try:
                    with connection.begin():
                        yield connection
                finally:
                    if not waits:
                        _synchronous(connection, self._synchronous)

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Return what `fn` reads through a connection, all of it from one moment; it may be called again."""
        self._check_open()
        with explained(self.path):
            if not self.read_only:
                with self._engine("rw").connect() as connection:
                    return fn(connection)
            for _ in range(_TRIES):
                look = self._look()
                if look is None or look.size == 0:
                    if look is not None and latest(self.path.parent / "backups") is not None:
                        raise damaged(self.path, "it is empty")
                    return self._read_empty(fn)
                mode = "ro" if look.live or self._vfs or is_network(self.path.parent) else "immutable"
                try:
                    result = self._read_file(fn, mode, look)
                except Exception:
                    if mode == "immutable" and self._look() != look:
                        continue
                    raise
                if mode == "ro" or self._look() == look:
                    return result
        raise StoreError(f"{self.path} changes faster than it can be read. Try again.")

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self._closed = True
            for engine in (*self._engines.values(), *([self._empty] if self._empty else [])):
                engine.dispose()
            self._engines.clear()
            self._empty = None

    # ---- opening

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise no_folder(self.path.parent, error) from error
        look = self._look()
        copy = latest(self.path.parent / "backups")
        if look is not None and look.size == 0 and copy is not None:
            raise damaged(self.path, "it is empty")
        if look is None and copy is not None:
            self.notices.append(
                f"There was no {self.path.name}, so a new one was made; but there is a backup. To bring it back: "
                f"ipyannotator.stores.restore_backup({str(copy)!r})."
            )
        self._settle()
        look = self._look()
        self._seen = look.file if look else None
        try:
            with self.atomic() as connection:
                migrations.migrate(connection, str(self.path))
                self._prepare(connection)
        except BaseException:
            self.close()
            raise

    def _settle(self) -> None:
        """Check whose file it is, and settle the journal."""
        if not is_network(self.path.parent) and self._has_wal():
            return
        # A file in WAL mode that cannot be used so can be opened by one exclusive connection only.
        with closing(self._connect("rwc")) as raw:
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")
            _check_ours(raw, self.path)
            mode = raw.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
        # With a rollback journal only EXTRA outlives a power cut right after the answer.
        self._synchronous = "EXTRA"
        self.notices.append(
            f"The file system of {self.path.parent} does not allow SQLite's write-ahead log, so a rollback "
            f"journal is used ({mode}): saving is slower, and readers wait for writers. A local disk is better."
        )

    def _has_wal(self) -> bool:
        with closing(self._connect("rwc")) as raw:
            try:
                _check_ours(raw, self.path)
                mode = raw.execute("PRAGMA journal_mode").fetchone()[0]
                if mode != "wal":
                    mode = raw.execute("PRAGMA journal_mode = WAL").fetchone()[0]
                raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError as error:
                if not any(word in str(error) for word in ("I/O", "locking protocol", "unable to open")):
                    raise
                return False
            return bool(mode == "wal")

    # ---- connections

    def _uri(self, mode: str) -> str:
        how = "immutable=1" if mode == "immutable" else f"mode={mode}"
        return f"{self.path.absolute().as_uri()}?{how}" + (f"&vfs={self._vfs}" if self._vfs else "")

    def _connect(self, mode: str) -> sqlite3.Connection:
        # Transactions are begun by `_begin` alone; the pool lets a connection serve one thread at a time.
        return sqlite3.connect(
            self._uri(mode), uri=True, timeout=self._busy, isolation_level=None, check_same_thread=False
        )

    def _engine(self, mode: str) -> Engine:
        with self._lock:
            if self._pid != os.getpid():
                # After a fork the connections belong to the parent; closing them here would drop its locks.
                for engine in self._engines.values():
                    engine.dispose(close=False)
                self._engines.clear()
                self._pid = os.getpid()
            if mode not in self._engines:
                self._check_open()
                self._engines[mode] = self._make_engine(mode)
            return self._engines[mode]

    def _make_engine(self, mode: str) -> Engine:
        if mode != "rw":
            engine = create_engine("sqlite://", creator=lambda: self._connect(mode), poolclass=NullPool)
        else:
            engine = create_engine(
                "sqlite://",
                creator=lambda: self._connect(mode),
                poolclass=QueuePool,
                pool_size=4,
                max_overflow=-1,
            )
            event.listen(engine, "connect", self._tune)
        event.listen(engine, "begin", _begin)
        return engine

    def _tune(self, raw: Any, _record: Any) -> None:
        raw.execute(f"PRAGMA synchronous = {self._synchronous}")
        raw.execute("PRAGMA cache_size = -8000")

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.path} was closed. Open the project anew (run the cell again).")

    # ---- reading only

    def _look(self) -> _Look | None:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        live = any(self.path.with_name(self.path.name + suffix).exists() for suffix in ("-wal", "-journal"))
        return _Look((stat.st_dev, stat.st_ino), stat.st_size, stat.st_mtime_ns, live)

    def _read_empty(self, fn: Callable[[Connection], T]) -> T:
        with self._lock:
            if self._empty is None:
                self._empty = create_engine(
                    "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
                )
                with self._empty.begin() as connection:
                    migrations.migrate(connection, "memory")
            with self._empty.connect() as connection:
                if self._seen is None:
                    self._prepare(connection)
                return fn(connection)

    def _probe(self, mode: str) -> Connection:
        connection = self._engine(mode).connect()
        try:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        except Exception:
            connection.close()
            raise
        return connection

    def _read_file(self, fn: Callable[[Connection], T], mode: str, look: _Look) -> T:
        try:
            connection = self._probe(mode)
        except Exception as error:
            text = str(error)
            if mode != "ro" or not ("unable to open" in text or "readonly" in text):
                raise
            note = f"{self.path} is read without its journal, because the folder cannot be written; the newest changes may be missing."
            if note not in self.notices:
                self.notices.append(note)
            connection = self._engine("immutable").connect()
        with connection:
            if self._seen != look.file:
                if _is_new(connection):
                    return self._read_empty(fn)
                raw = connection.connection.dbapi_connection
                _check_ours(raw, self.path)  # type: ignore[arg-type]
                if not migrations.check(connection, str(self.path)):
                    raise StoreError(
                        f"{self.path} was written by an older Ipyannotator. Open it once with `create()` to bring "
                        "it up to date; reading only changes nothing."
                    )
                self._prepare(connection)
                self._seen = look.file
            return fn(connection)


def _synchronous(connection: Connection, mode: str) -> None:
    """Say what a commit waits for; to the driver itself, since it must be said outside a transaction."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA synchronous = {mode}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _is_new(connection: Connection) -> bool:
    return not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()


def _check_ours(raw: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that somebody else made, before anything is done to it."""
    used = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    mark = raw.execute("PRAGMA application_id").fetchone()[0]
    if used and mark != migrations.APPLICATION_ID:
        raise StoreError(
            f"{path} is a SQLite database, but not one of Ipyannotator's (application_id {mark}, expected "
            f"{migrations.APPLICATION_ID}). Move it away, or choose another folder with Settings(result_dir=…)."
        )
