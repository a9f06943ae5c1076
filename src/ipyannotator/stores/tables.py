"""The tables of the database, as SQLAlchemy Core sees them. `migrations.py` makes them.

    meta        name, value       the project's id, the version, how far the log was compacted, remembered values
    scopes      task, layer       every (task, layer) has a number
    items       the touched items, each with its counts
    objects     by item and id
    fields      by item and name; only those with a value
    classes     by task and id
    batches     by scope and id; what came in at once and is visible
    counters    by scope: items by shown state, objects by class
    log         the append-only log; `body` is the change as JSON
    touched     which entries touched which item, for undo; `stands` as `effects.py` explains
    answers     the answers of changes that were not written
    dropped     the ids of entries that `compact` took from the log
    blobs       values above 4 kB, by content hash
    leases      which page has which unfinished item on screen

`NOW` are the records as they are, `PAST` the same tables as of the entry to which the log was compacted.
A JSON column whose text begins with `#`, which no JSON does, names a blob.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ipyannotator.model import BATCH_LAYER

metadata = MetaData()

meta = Table(
    "meta", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)

scopes = Table(
    "scopes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, nullable=False),
    Column("layer", Text, nullable=False),
    UniqueConstraint("task", "layer"),
)
Index("scopes_layer", scopes.c.layer)
OF_BATCHES = (scopes.c.layer >= BATCH_LAYER) & (scopes.c.layer < f"{BATCH_LAYER}\U0010ffff")
"""The scopes that hold a batch until it is made visible, as bounds, which an index serves (LIKE it does not)."""


class Tables(NamedTuple):
    """The tables of records."""

    items: Table
    objects: Table
    fields: Table
    classes: Table
    batches: Table


def _records(prefix: str) -> Tables:
    items = Table(
        f"{prefix}items",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("scope", Integer, nullable=False),
        Column("key", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("note", Text),
        Column("media", Text),
        Column("objects", Integer, nullable=False),
        Column("fields", Integer, nullable=False),
        Column("revision", Integer, nullable=False),
        UniqueConstraint("scope", "key"),
    )
    # The items that a person has finished are few among many, and asked for often.
    if not prefix:
        Index("items_finished", items.c.scope, items.c.key, sqlite_where=text("state != 'todo'"))
    objects = Table(
        f"{prefix}objects",
        metadata,
        Column("item", Integer, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("part", Text, nullable=False),
        Column("class_id", Text),
        Column("shape", Text, nullable=False),
        Column("attributes", Text),
        Column("score", Float),
        Column("track", Text),
        Column("origin", Text, nullable=False),
        Column("author", Text, nullable=False),
        Column("order", BigInteger, nullable=False),
        Column("revision", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    fields = Table(
        f"{prefix}fields",
        metadata,
        Column("item", Integer, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("value", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    classes = Table(
        f"{prefix}classes",
        metadata,
        Column("task", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("retired", Boolean, nullable=False),
        Column("body", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    batches = Table(
        f"{prefix}batches",
        metadata,
        Column("scope", Integer, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("body", Text, nullable=False),
        Column("revision", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    return Tables(items, objects, fields, classes, batches)


NOW = _records("")
PAST = _records("past_")

counters = Table(
    "counters",
    metadata,
    Column("scope", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    sqlite_with_rowid=False,
)

log = Table(
    "log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("scope", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("undoes", Text, nullable=False),
    Column("time", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("blobs", Text),
    sqlite_autoincrement=True,
)

touched = Table(
    "touched",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("scope", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stands", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "touched_undo",
    touched.c.scope,
    touched.c.item,
    touched.c.author,
    touched.c.kind,
    touched.c.stands,
    touched.c.seq,
)

answers = Table(
    "answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

dropped = Table(
    "dropped",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("status", Text, nullable=False),
    sqlite_with_rowid=False,
)

blobs = Table(
    "blobs",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("data", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("task", Text, primary_key=True),
    Column("layer", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("page", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("renewed", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    sqlite_with_rowid=False,
)
