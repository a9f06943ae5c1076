"""How databases of older versions become current: recorded functions, in order, never changed once released.

The version of a database is the number of migrations it has had. A new one has them all, from the first, so there
is one way to the present form. All that are due run in one transaction: a failure leaves the database as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, update

from ipyannotator.errors import NewerVersion
from ipyannotator.stores.tables import meta

APPLICATION_ID = 0x49507941
"""Marks the file as Ipyannotator's ("IPyA") for SQLite's `application_id` and the `file` command."""

_RECORDS = """
CREATE TABLE {0}items (
    id INTEGER PRIMARY KEY NOT NULL, scope INTEGER NOT NULL, "key" TEXT NOT NULL, state TEXT NOT NULL, note TEXT,
    media TEXT, objects INTEGER NOT NULL, fields INTEGER NOT NULL, revision INTEGER NOT NULL, UNIQUE (scope, "key"));
CREATE TABLE {0}objects (
    item INTEGER NOT NULL, id TEXT NOT NULL, part TEXT NOT NULL, class_id TEXT, shape TEXT NOT NULL, attributes TEXT,
    score FLOAT, track TEXT, origin TEXT NOT NULL, author TEXT NOT NULL, "order" BIGINT NOT NULL,
    revision INTEGER NOT NULL, PRIMARY KEY (item, id)) WITHOUT ROWID;
CREATE TABLE {0}fields (
    item INTEGER NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (item, id)) WITHOUT ROWID;
CREATE TABLE {0}classes (
    task TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, retired BOOLEAN NOT NULL, body TEXT NOT NULL,
    revision INTEGER NOT NULL, PRIMARY KEY (task, id)) WITHOUT ROWID;
"""

_FIRST = (
    """
CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL);
CREATE TABLE scopes (id INTEGER PRIMARY KEY NOT NULL, task TEXT NOT NULL, layer TEXT NOT NULL, UNIQUE (task, layer));
"""
    + _RECORDS.format("")
    + "CREATE INDEX items_finished ON items (scope, \"key\") WHERE state != 'todo';"
    + _RECORDS.format("past_")
    + """
CREATE TABLE counters (
    scope INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (scope, kind, name)) WITHOUT ROWID;
CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, id TEXT NOT NULL UNIQUE, scope INTEGER NOT NULL,
    status TEXT NOT NULL, kind TEXT NOT NULL, undoes TEXT NOT NULL, time FLOAT NOT NULL, version INTEGER NOT NULL,
    body TEXT NOT NULL, blobs TEXT);
CREATE TABLE touched (
    seq INTEGER NOT NULL, item TEXT NOT NULL, scope INTEGER NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL,
    stands BOOLEAN NOT NULL, PRIMARY KEY (seq, item)) WITHOUT ROWID;
CREATE INDEX touched_undo ON touched (scope, item, author, kind, stands, seq);
CREATE TABLE answers (id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE dropped (id TEXT PRIMARY KEY NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE blobs (hash TEXT PRIMARY KEY NOT NULL, data TEXT NOT NULL);
"""
)


def first(connection: Connection) -> None:
    """Make the tables, and the project's id."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
    connection.execute(insert(meta), {"name": "project", "value": uuid.uuid4().hex.encode()})


def leases(connection: Connection) -> None:
    """Make the table of leases."""
    connection.exec_driver_sql(
        """
CREATE TABLE leases (
    task TEXT NOT NULL, layer TEXT NOT NULL, "key" TEXT NOT NULL, page TEXT NOT NULL, holder TEXT NOT NULL,
    author TEXT NOT NULL, name TEXT NOT NULL, renewed FLOAT NOT NULL, seconds FLOAT NOT NULL,
    PRIMARY KEY (task, layer, "key")) WITHOUT ROWID;
"""
    )


def batches(connection: Connection) -> None:
    """Make the tables of what came in at once."""
    for prefix in ("", "past_"):
        connection.exec_driver_sql(
            f"""
CREATE TABLE {prefix}batches (
    scope INTEGER NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (scope, id)) WITHOUT ROWID;
"""
        )
    connection.exec_driver_sql("CREATE INDEX scopes_layer ON scopes (layer)")


MIGRATIONS: list[Callable[[Connection], None]] = [first, leases, batches]
"""All migrations, the oldest first. Append; never change or reorder."""


def version(connection: Connection) -> int:
    """Return the version of the database, 0 for an empty one."""
    if not inspect(connection).has_table("meta"):
        return 0
    return int(connection.scalar(select(meta.c.value).where(meta.c.name == "version")) or 0)


def check(connection: Connection, where: str) -> bool:
    """Return whether the database is current; raise `NewerVersion` where it is of a later version."""
    found = version(connection)
    if found > len(MIGRATIONS):
        raise NewerVersion(
            f"{where} has version {found}, written by a later Ipyannotator; this one knows versions up to "
            f"{len(MIGRATIONS)}. Update it with `pip install -U ipyannotator`; nothing was changed."
        )
    return found == len(MIGRATIONS)


def migrate(connection: Connection, where: str) -> None:
    """Bring the database to the current version, within the caller's transaction."""
    if check(connection, where):
        return
    for migration in MIGRATIONS[version(connection) :]:
        migration(connection)
    value = str(len(MIGRATIONS)).encode()
    done = connection.execute(update(meta).where(meta.c.name == "version").values(value=value))
    if not done.rowcount:
        connection.execute(insert(meta), {"name": "version", "value": value})
