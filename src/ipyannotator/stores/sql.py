"""The store on SQLite, through SQLAlchemy Core: one file `annotations.db` in the project's folder of results.

How a commit works: one transaction looks the change's id up, loads the records that the change names, lets the pure
core apply the operations (`model.trace`) and work out what follows (`effects`), appends to the log and writes the
records. Nothing that is shared with the in-memory twin stands here.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ipyannotator.errors import Conflict, DamagedStore, ReadOnly, StoreError
from ipyannotator.model import (
    Answer,
    Change,
    ClassRecord,
    Entry,
    ItemRecord,
    Record,
    Ref,
    Status,
    items,
    refs,
    trace,
)
from ipyannotator.stores import backups, batches, compacting, entries
from ipyannotator.stores.base import STORES, Annotated, Counts
from ipyannotator.stores.database import Database
from ipyannotator.stores.effects import (
    as_json,
    check_batch,
    check_classes,
    check_hidden,
    check_status,
    effects,
    filled,
    normal,
    normal_answer,
)
from ipyannotator.stores.failures import damaged
from ipyannotator.stores.memory import MemoryStore
from ipyannotator.stores.packing import chunks
from ipyannotator.stores.rows import ItemRow, Rows, count, scope
from ipyannotator.stores.sql_leases import SqlLeases
from ipyannotator.stores.tables import NOW, PAST, counters, meta, scopes

T = TypeVar("T")

_PAGE = 500
"""Items per page of an iteration."""
_WEIGHT = 5000
"""Objects per page of an iteration; a single item may have more."""


@STORES.register("sql")
class SqlStore(SqlLeases):
    """The annotations of a project in a SQLite file.

    Args:
        folder: the folder of the file `annotations.db`; both are made where they are missing.
        read_only: change nothing on the disk; a file that does not exist is an empty store, and is found when it
            appears.

    Attributes:
        vfs: the name of a SQLite VFS, empty for the default one; set it on a subclass.
        busy: seconds to wait for another process that writes.

    Raises:
        StoreError: the file cannot be made, opened or written.
        NewerVersion: a later Ipyannotator wrote it.
        DamagedStore: it is damaged; the message names the latest backup.
    """

    vfs = ""
    busy = 10.0

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.project = ""
        self.read_only = read_only
        self.path = Path(folder) / "annotations.db"
        self.location = str(self.path)
        self._db = Database(
            self.path, read_only=read_only, vfs=self.vfs, busy=self.busy, prepare=self._prepare
        )
        self.notices = self._db.notices

    # ---- writing

    def commit(self, change: Change, status: Status = "ok") -> Answer:
        """Apply a change in one transaction and append it to the log; see `Store.commit`."""
        self._check_writable()
        change = normal(change)
        check_status(status)
        with self._db.atomic() as connection:
            known = entries.answered(connection, change.id)
            if known is not None:
                return known
            try:
                return self._write(connection, change, status)
            except Conflict as clash:
                answer = Answer(id=change.id, status="conflict", reason=str(clash), current=clash.current)
                entries.keep(connection, answer)
                return answer

    def _write(self, connection: Connection, change: Change, status: Status) -> Answer:
        """Write a change; a `Conflict` is raised before anything was written."""
        where = scope(connection, change.task, change.layer)
        rows = Rows(connection, NOW, where)
        done = trace(change.ops, rows.load(refs(change.ops)).get)
        if any(ref.record == "class" for ref in done.records):
            check_classes(
                done.records, rows.classes(), lambda class_id: _used(connection, change.task, class_id)
            )
        if not where.id:
            where = scope(connection, change.task, change.layer, make=True)
            rows = Rows(connection, NOW, where)
        change = msgspec.structs.replace(change, ops=done.ops)
        seq = entries.append(connection, where, change, status)
        what = effects(done.records, seq, rows.tally)
        rows.write(what)
        shifted = batches.put(connection, NOW, where, what.batches, seq)
        count(connection, where, "state", what.states, shifted.states)
        count(connection, where, "class", what.labels, shifted.labels)
        return Answer(id=change.id, status=status, change=change, seq=seq)

    def fill(self, change: Change) -> int:
        """Write a part of a batch and append it to the log; see `Store.fill`."""
        self._check_writable()
        check_batch(change)
        with self._db.atomic(lasting=False) as connection, as_json(change):
            where = scope(connection, change.task, change.layer, make=True)
            rows = Rows(connection, NOW, where)
            rows.load(Ref("item", key, key) for key in items(change))
            seq = entries.append(connection, where, change, "ok")
            what = filled(change.ops, seq, rows.tally)
            rows.fill(what, seq)
            count(connection, where, "state", what.states)
            count(connection, where, "class", what.labels)
            return seq

    def discard(self, task: str, layer: str) -> None:
        """Clear a batch that never became visible; see `Store.discard`."""
        self._check_writable()
        check_hidden(layer)
        for tables in (NOW, PAST):
            more = True
            while more:  # some at a time, so that nobody waits long to write
                with self._db.atomic() as connection:
                    more = batches.clear(connection, scope(connection, task, layer), tables, _PAGE)
        with self._db.atomic() as connection:
            batches.forget(connection, scope(connection, task, layer))

    def keep(self, answer: Answer) -> None:
        """Keep the answer of a change that was not committed; the first one stays."""
        self._check_writable()
        answer = normal_answer(answer)
        with self._db.atomic() as connection:
            if entries.answered(connection, answer.id) is None:
                entries.keep(connection, answer)

    def remember(self, name: str, value: bytes) -> None:
        """Keep a value beside the annotations."""
        self._check_writable()
        row = {"name": f"value/{name}", "value": bytes(value)}
        with self._db.atomic() as connection:
            statement = upsert(meta)
            update = {"value": statement.excluded.value}
            connection.execute(statement.on_conflict_do_update(index_elements=("name",), set_=update), row)

    def compact(self, before: float) -> int:
        """Drop log entries older than `before` (seconds since 1970), keeping a snapshot; return how many.

        Entries are dropped up to the first that is not older. Their changes are no longer offered for undo; their
        ids stay known, their answers without the change.
        """
        self._check_writable()
        return compacting.compact(self._db, before)

    def backup(self, folder: Path, keep: int = 7) -> Path | None:
        """Write today's copy, once a day, and drop all but the newest `keep`; None where there is nothing to do."""

        def copy(connection: Connection) -> Path | None:
            raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
            return backups.backup(raw, Path(folder), keep, dt.datetime.now().astimezone().date())

        self._check_writable()
        try:
            return self._db.read(copy)
        except DamagedStore as error:
            raise damaged(self.path, str(error)) from error
        except OSError as error:
            raise StoreError(
                f"No backup could be written to {folder} ({error}). The annotations are saved."
            ) from error

    # ---- reading

    def answer(self, change_id: str) -> Answer | None:
        """Return the kept answer of a change, or None."""
        return self._db.read(lambda connection: entries.answered(connection, change_id))

    def annotated(self, task: str, key: str, layer: str = "main") -> Annotated:
        """Return all that is known of one item."""

        def read(rows: Rows) -> Annotated:
            found = rows.items(NOW.items.c.key == key)
            return next(rows.annotated(found), Annotated(ItemRecord(id=key), [], []))

        return self._read(task, layer, read)

    def records(self, task: str, refs: Iterable[Ref], layer: str = "main") -> dict[Ref, Record]:
        """Return some items, objects and fields by address; what is not stored is left out."""
        return self._read(task, layer, lambda rows: rows.load(list(refs)))

    def items(
        self,
        task: str,
        layer: str = "main",
        *,
        after: str = "",
        until: str | None = None,
        finished: bool = False,
    ) -> Iterator[ItemRecord]:
        """Iterate the touched items by key, in pages."""
        key = NOW.items.c.key
        conditions = [key <= until] if until is not None else []
        if finished:
            conditions.append(NOW.items.c.state != "todo")
        while True:
            page = self._page(task, layer, key > after, *conditions)
            for row in page:
                yield row.record
            if len(page) < _PAGE:
                return
            after = page[-1].record.id

    def each(self, task: str, layer: str = "main", keys: Iterable[str] | None = None) -> Iterator[Annotated]:
        """Iterate the touched items with their objects and fields, in pages; see `Store.each`."""
        if keys is None:
            yield from self._each_touched(task, layer)
            return
        for part in chunks(keys, _PAGE):
            found = {
                row.record.id: row.record.objects
                for row in self._page(task, layer, NOW.items.c.key.in_(part))
            }
            for some in _weighed([key for key in part if key in found], found.__getitem__):
                there = {
                    one.item.id: one
                    for one in self._read(
                        task,
                        layer,
                        lambda rows, some=some: list(rows.annotated(rows.items(NOW.items.c.key.in_(some)))),  # type: ignore[misc]
                    )
                }
                yield from (there[key] for key in some if key in there)

    def _each_touched(self, task: str, layer: str) -> Iterator[Annotated]:
        after = ""

        def read(rows: Rows) -> list[Annotated]:
            page = rows.items(NOW.items.c.key > after, limit=_PAGE)
            light = next(_weighed(page, lambda row: row.record.objects), [])
            return list(rows.annotated(light))

        while page := self._read(task, layer, read):
            yield from page
            after = page[-1].item.id

    def batches(self, task: str) -> dict[str, float]:
        """Return the layers that hold a batch that is not visible, with the time of its last part."""
        return self._db.read(lambda connection: batches.waiting(connection, task))

    def classes(self, task: str) -> list[ClassRecord]:
        """Return the classes of the task by (order, id), the retired ones too."""
        return self._read(task, "main", Rows.classes)

    def counts(self, task: str, layer: str = "main") -> Counts:
        """Return the counters."""
        return self._read(task, layer, lambda rows: Counts(rows.counted("state"), rows.counted("class")))

    def origins(self, task: str, layer: str = "main") -> dict[str, int]:
        """Return how many objects there are by their origin."""
        return self._read(task, layer, Rows.origins)

    def head(self) -> int:
        """Return the number of the last log entry."""
        return self._db.read(entries.head)

    def log(
        self, after: int = 0, *, task: str | None = None, limit: int | None = None, parts: bool = False
    ) -> list[Entry]:
        """Return the log's entries after a number, oldest first; with `parts` those that fill batches, too."""
        found = self._db.read(
            lambda connection: entries.entries(connection, after, task=task, limit=limit, parts=parts)
        )
        return [entry for entry, *_ in found]

    def to_undo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest change that touched the item and stands."""

        def read(connection: Connection) -> Change | None:
            where = scope(connection, task, layer)
            return entries.entry(connection, entries.latest(connection, where, item, author, "change"))

        return self._db.read(read)

    def to_redo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest undo on the item that stands, unless a new change came after it."""

        def read(connection: Connection) -> Change | None:
            where = scope(connection, task, layer)
            undo = entries.latest(connection, where, item, author, "undo")
            newest = entries.latest(connection, where, item, author, "change", (True, False))
            return entries.entry(connection, undo) if undo > newest else None

        return self._db.read(read)

    def recall(self, name: str) -> bytes | None:
        """Return a remembered value, or None."""
        return self._db.read(
            lambda connection: connection.scalar(select(meta.c.value).where(meta.c.name == f"value/{name}"))
        )

    def replay(self) -> MemoryStore:
        """Return an in-memory store made from the snapshot and the log alone."""
        twin = self._db.read(compacting.replay)
        twin.project = self.project
        return twin

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        self._db.close()

    # ---- inner parts

    def _prepare(self, connection: Connection) -> None:
        """Learn whose project it is, whenever a file is newly seen."""
        value = connection.scalar(select(meta.c.value).where(meta.c.name == "project"))
        if value is None:
            raise damaged(self.path, "it has no project id")
        self.project = value.decode()

    def _check_writable(self) -> None:
        if self.read_only:
            raise ReadOnly(
                f"{self.location} is open for reading only. Annotate with `create()` to write to it."
            )

    def faults(self) -> list[str]:
        """Check the whole file; return what is wrong with it, in SQLite's words. Reads all of it."""

        def read(connection: Connection) -> list[str]:
            rows = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            found = [str(row) for row in rows if row != "ok"]
            return [*found, *(f"a row of {row[0]} refers to one of {row[2]} that is gone" for row in broken)]

        return self._db.read(read)

    def _read(self, task: str, layer: str, fn: Callable[[Rows], T]) -> T:
        return self._db.read(lambda connection: fn(Rows(connection, NOW, scope(connection, task, layer))))

    def _page(self, task: str, layer: str, *conditions: object) -> list[ItemRow]:
        return self._read(task, layer, lambda rows: rows.items(*conditions, limit=_PAGE))


def _used(connection: Connection, task: str, class_id: str) -> int:
    """Return how many objects of a task have a class."""
    query = select(func.sum(counters.c.number)).where(
        counters.c.scope.in_(select(scopes.c.id).where(scopes.c.task == task)),
        counters.c.kind == "class",
        counters.c.name == class_id,
    )
    return int(connection.scalar(query) or 0)


def _weighed(values: Iterable[T], weigh: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut values into lists that weigh at most `_WEIGHT` together, or hold one value."""
    part: list[T] = []
    weight = 0
    for value in values:
        if part and weight + weigh(value) > _WEIGHT:
            yield part
            part, weight = [], 0
        part.append(value)
        weight += weigh(value)
    if part:
        yield part
