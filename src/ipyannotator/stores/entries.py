"""The log in the database: entries, the index for undo, the answers.

An entry's body is the change as JSON and carries the version it was written in; older ones are upgraded by the
recorded functions of `UPGRADES` when they are read, the log itself is never rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, literal, null, select, union_all, update

from ipyannotator.errors import NewerVersion
from ipyannotator.model import Answer, Change, Entry, Status
from ipyannotator.model.change import VERSION
from ipyannotator.stores.effects import Kind, Known, flips, kind_of, reach
from ipyannotator.stores.packing import Packer, Unpacker
from ipyannotator.stores.rows import Scope
from ipyannotator.stores.tables import OF_BATCHES, answers, dropped, log, meta, scopes, touched

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By version, the function that brings the JSON form of a change of this version to the next one."""

_BY_ID = union_all(
    select(
        literal("log").label("table"), log.c.seq, log.c.status, log.c.version, log.c.body, log.c.blobs
    ).where(log.c.id == bindparam("id")),
    select(literal("answers"), literal(0), literal(""), answers.c.version, answers.c.body, null()).where(
        answers.c.id == bindparam("id")
    ),
    select(literal("dropped"), dropped.c.seq, dropped.c.status, literal(VERSION), literal(""), null()).where(
        dropped.c.id == bindparam("id")
    ),
)


def upgraded(data: Any, version: int) -> Any:
    """Return the JSON form of a change in the present version."""
    if version > VERSION:
        raise NewerVersion(
            f"An entry of the log has version {version}; this Ipyannotator knows versions up to {VERSION}. "
            "Update it with `pip install -U ipyannotator`."
        )
    for step in range(version, VERSION):
        data = UPGRADES[step](data)
    return {**data, "version": VERSION}


def answered(connection: Connection, change_id: str) -> Answer | None:
    """Return the first answer to a change, None where it is unknown."""
    row = connection.execute(_BY_ID, {"id": change_id}).first()
    if row is None:
        return None
    table, seq, status, version, body, places = row
    if table == "log":
        change = Unpacker(connection).change(upgraded(msgspec.json.decode(body), version), places)
        return Answer(id=change_id, status=status, change=change, seq=seq)
    if table == "dropped":
        return Answer(id=change_id, status=status, seq=seq)
    data = msgspec.json.decode(body)
    if data.get("change"):
        data["change"] = upgraded(data["change"], version)
    return msgspec.convert(data, Answer)


def keep(connection: Connection, answer: Answer) -> None:
    """Keep the answer to a change that is not in the log."""
    body = msgspec.json.encode(answer).decode()
    connection.execute(insert(answers), {"id": answer.id, "version": VERSION, "body": body})


def append(connection: Connection, where: Scope, change: Change, status: Status) -> int:
    """Append a change to the log and to the index for undo; return its number."""
    found: dict[str, tuple[int, Known] | None] = {}

    def find(change_id: str) -> Known | None:
        if change_id not in found:
            query = select(log.c.seq, log.c.kind, log.c.undoes).where(
                log.c.id == change_id, log.c.scope == where.id
            )
            row = connection.execute(query).first()
            found[change_id] = (row.seq, Known(row.kind, row.undoes)) if row else None
        entry = found[change_id]
        return entry[1] if entry else None

    kind = kind_of(change, find)
    pack = Packer()
    body, places = pack.body(change)
    pack.flush(connection)
    row = {
        "id": change.id, "scope": where.id, "status": status, "kind": kind, "undoes": change.undoes,
        "time": change.time, "version": VERSION, "body": body, "blobs": places,
    }  # fmt: skip
    seq: int = connection.execute(insert(log), row).inserted_primary_key[0]  # type: ignore[index]
    if kind in ("change", "undo"):
        entry = {"seq": seq, "scope": where.id, "author": change.author.id, "kind": kind, "stands": True}
        connection.execute(insert(touched), [{**entry, "item": key} for key in reach(change)])
    for change_id, stands in flips(change, find):
        its = found[change_id]
        if its is not None:
            connection.execute(update(touched).where(touched.c.seq == its[0]).values(stands=stands))
    return seq


def head(connection: Connection) -> int:
    """Return the number of the last entry, also where it was dropped."""
    last = connection.scalar(select(func.max(log.c.seq)))
    return int(last) if last is not None else compacted(connection)


def compacted(connection: Connection) -> int:
    """Return the number of the last entry that was dropped, 0 where none was."""
    return int(connection.scalar(select(meta.c.value).where(meta.c.name == "compacted")) or 0)


def entries(
    connection: Connection,
    after: int,
    *,
    until: int | None = None,
    task: str | None = None,
    limit: int | None = None,
    parts: bool = True,
) -> list[tuple[Entry, Status, Kind]]:
    """Return entries of the log after a number, oldest first, with their status and kind."""
    query = select(log.c.seq, log.c.status, log.c.kind, log.c.version, log.c.body, log.c.blobs).where(
        log.c.seq > after
    )
    if until is not None:
        query = query.where(log.c.seq <= until)
    if task is not None:
        query = query.where(log.c.scope.in_(select(scopes.c.id).where(scopes.c.task == task)))
    if not parts:
        query = query.where(log.c.scope.not_in(select(scopes.c.id).where(OF_BATCHES)))
    unpack = Unpacker(connection)
    return [
        (Entry(seq, unpack.change(upgraded(msgspec.json.decode(body), version), places)), status, kind)
        for seq, status, kind, version, body, places in connection.execute(
            query.order_by(log.c.seq).limit(limit)
        )
    ]


def latest(
    connection: Connection, where: Scope, item: str, author: str, kind: Kind, stands: Iterable[bool] = (True,)
) -> int:
    """Return the number of the author's latest entry of a kind that touched the item, 0 where there is none."""
    numbers = [
        connection.scalar(
            select(func.max(touched.c.seq)).where(
                touched.c.scope == where.id,
                touched.c.item == item,
                touched.c.author == author,
                touched.c.kind == kind,
                touched.c.stands == standing,
            )
        )
        for standing in stands
    ]
    return max(number or 0 for number in numbers)


def entry(connection: Connection, seq: int) -> Change | None:
    """Return the change of a number, None where the log has none."""
    found = entries(connection, seq - 1, until=seq)
    return found[0][0].change if found else None
