"""Dropping old entries of the log, and replaying what remains.

The tables `PAST` hold the records as of the last entry that was dropped. Compacting applies the oldest entries to
them and drops these, some at a time, each time in one transaction: whenever it is interrupted, `PAST` and the log
together still give the present state.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, union
from sqlalchemy.dialects.sqlite import insert as upsert

from ipyannotator.model import Change, refs, trace
from ipyannotator.stores import batches, entries
from ipyannotator.stores.database import Database
from ipyannotator.stores.effects import effects
from ipyannotator.stores.memory import MemoryStore
from ipyannotator.stores.packing import chunks
from ipyannotator.stores.records import Records
from ipyannotator.stores.rows import ItemRow, Rows, Scope, scope
from ipyannotator.stores.tables import NOW, PAST, blobs, dropped, log, meta, scopes, touched

_STEP = 200
"""Entries per transaction, so that nobody waits long to write."""
_PAGE = 500


def compact(database: Database, before: float) -> int:
    """Drop the entries before the first one that is not older than `before`; return how many."""
    with database.atomic() as connection:
        first = connection.scalar(select(func.min(log.c.seq)).where(log.c.time >= before))
        until = entries.head(connection) if first is None else first - 1
    number = 0
    while True:
        with database.atomic() as connection:
            done = _step(connection, until)
            number += done
            if done == 0:
                if number:
                    _drop_blobs(connection)
                return number


def _step(connection: Connection, until: int) -> int:
    old = entries.entries(connection, entries.compacted(connection), until=until, limit=_STEP)
    if not old:
        return 0
    for entry, status, _ in old:
        change = entry.change
        _apply(connection, scope(connection, change.task, change.layer), change, entry.seq)
        connection.execute(insert(dropped), {"id": change.id, "seq": entry.seq, "status": status})
    last = old[-1][0].seq
    connection.execute(delete(touched).where(touched.c.seq <= last))
    connection.execute(delete(log).where(log.c.seq <= last))
    statement = upsert(meta).values(name="compacted", value=str(last).encode())
    connection.execute(
        statement.on_conflict_do_update(index_elements=("name",), set_={"value": str(last).encode()})
    )
    return len(old)


def _apply(connection: Connection, where: Scope, change: Change, seq: int) -> None:
    rows = Rows(connection, PAST, where)
    loaded = rows.load(refs(change.ops))
    what = effects(trace(change.ops, loaded.get).records, seq, rows.tally)
    rows.write(what)
    batches.put(connection, PAST, where, what.batches, seq)


def _drop_blobs(connection: Connection) -> None:
    """Delete the blobs that nothing names any more."""
    columns = [
        column
        for tables in (NOW, PAST)
        for column in (
            tables.items.c.note, tables.items.c.media, tables.objects.c.shape, tables.objects.c.attributes,
            tables.fields.c.value, tables.classes.c.body,
        )
    ]  # fmt: skip
    named = union(*(select(func.substr(column, 2)).where(column.like("#%")) for column in columns))
    kept = set(connection.scalars(named))
    for places in connection.scalars(select(log.c.blobs).where(log.c.blobs.is_not(None))):
        kept.update(digest for *_, digest in msgspec.json.decode(places))
    for part in chunks(set(connection.scalars(select(blobs.c.hash))) - kept):
        connection.execute(delete(blobs).where(blobs.c.hash.in_(part)))


def replay(connection: Connection) -> MemoryStore:
    """Return a store in memory made from the snapshot and the log."""
    records = Records()
    for number, task, layer in connection.execute(select(scopes.c.id, scopes.c.task, scopes.c.layer)).all():
        rows = Rows(connection, PAST, Scope(number, task, layer))
        for annotated in rows.annotated(_all(rows)):
            records.put(task, layer, annotated)
        for batch in rows.batches():
            records.layers[task, layer].batches[batch.id] = batch
        classes = {record.id: record for record in rows.classes()}
        if classes:
            records.classes[task] = classes
    start = entries.compacted(connection)
    store = MemoryStore(records=records, start=start)
    after = start
    while page := entries.entries(connection, after, limit=_PAGE):
        for entry, status, _ in page:
            store.replayed(entry, status)
            after = entry.seq
    return store


def _all(rows: Rows) -> Iterator[ItemRow]:
    after = ""
    while page := rows.items(PAST.items.c.key > after, limit=_PAGE):
        yield from page
        after = page[-1].record.id
