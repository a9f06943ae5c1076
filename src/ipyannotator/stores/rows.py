"""Records as rows of the four tables, loaded and written for one transaction.

The same code serves the records as they are (`NOW`) and as of the entry to which the log was compacted (`PAST`).
Rows become records directly, not through validation: a canvas waits for them by the ten thousand.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple, cast

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select
from sqlalchemy.dialects.sqlite import Insert, dialect
from sqlalchemy.dialects.sqlite import insert as upsert

from ipyannotator.errors import InvalidValue
from ipyannotator.model import (
    BatchRecord,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Record,
    Ref,
    Shape,
    UnknownShape,
    decode,
    decode_shape,
    encode,
)
from ipyannotator.stores.base import Annotated
from ipyannotator.stores.effects import Effects, Filled
from ipyannotator.stores.packing import Packer, Unpacker, chunks
from ipyannotator.stores.tables import Tables, counters, scopes


class Scope(NamedTuple):
    """A (task, layer) and its number; 0 where the database has none yet."""

    id: int
    task: str
    layer: str


Row = tuple[Any, ...]
"""The values of a row in the order of its table's columns."""


class ItemRow(NamedTuple):
    """An item's row: its number, its record, and how many fields on it have a value."""

    id: int
    record: ItemRecord
    fields: int


def scope(connection: Connection, task: str, layer: str, *, make: bool = False) -> Scope:
    """Return the scope of a task and layer."""
    found = connection.scalar(select(scopes.c.id).where(scopes.c.task == task, scopes.c.layer == layer))
    if found is None and make:
        found = connection.execute(insert(scopes), {"task": task, "layer": layer}).inserted_primary_key[0]  # type: ignore[index]
    return Scope(found or 0, task, layer)


class Rows:
    """The records of one scope, through one connection."""

    def __init__(self, connection: Connection, tables: Tables, where: Scope) -> None:
        self._connection = connection
        self._tables = tables
        self._scope = where
        self._unpack = Unpacker(connection)
        self._items: dict[str, ItemRow] = {}

    # ---- reading

    def items(self, *conditions: Any, limit: int | None = None) -> list[ItemRow]:
        """Return the items' rows by key."""
        table = self._tables.items
        query = select(
            table.c.id, table.c.key, table.c.state, table.c.note, table.c.media, table.c.objects, table.c.fields,
            table.c.revision,
        ).where(table.c.scope == self._scope.id, *conditions)  # fmt: skip
        rows = self._connection.execute(query.order_by(table.c.key).limit(limit)).all()
        self._unpack.fetch(text for row in rows for text in (row.note, row.media))
        return [
            ItemRow(
                number,
                ItemRecord(
                    id=key,
                    state=state,
                    note="" if note is None else self._unpack.value(note),
                    media=None if media is None else self._unpack.value(media),
                    objects=objects,
                    revision=revision,
                ),
                fields,
            )
            for number, key, state, note, media, objects, fields, revision in rows
        ]

    def annotated(self, rows: Iterable[ItemRow]) -> Iterator[Annotated]:
        """Return items with their objects and fields, in the order given."""
        for part in chunks(rows):
            of = {row.id: row.record.id for row in part}
            objects: dict[int, list[ObjectRecord]] = {number: [] for number in of}
            fields: dict[int, list[FieldRecord]] = {number: [] for number in of}
            if any(row.record.objects for row in part):
                table = self._tables.objects
                for number, record in self._objects(of, table.c.item.in_(of), in_order=True):
                    objects[number].append(record)
            if any(row.fields for row in part):
                for number, field in self._fields(of, self._tables.fields.c.item.in_(of)):
                    fields[number].append(field)
            for row in part:
                yield Annotated(row.record, objects[row.id], fields[row.id])

    def counted(self, kind: Literal["state", "class"]) -> dict[str, int]:
        """Return the counters that are not 0."""
        query = select(counters.c.name, counters.c.number).where(
            counters.c.scope == self._scope.id, counters.c.kind == kind, counters.c.number != 0
        )
        return {name: number for name, number in self._connection.execute(query)}  # noqa: C416 - rows are no pairs to mypy

    def origins(self) -> dict[str, int]:
        """Return how many objects there are by origin."""
        objects, items = self._tables.objects, self._tables.items
        here = items.c.scope == self._scope.id
        query = select(objects.c.origin, func.count()).join(items, items.c.id == objects.c.item).where(here)
        return {name: number for name, number in self._connection.execute(query.group_by(objects.c.origin))}  # noqa: C416

    def classes(self) -> list[ClassRecord]:
        """Return the classes of the task by (order, id)."""
        table = self._tables.classes
        rows = self._connection.execute(
            select(table.c.body, table.c.revision).where(table.c.task == self._scope.task)
        ).all()
        self._unpack.fetch(row.body for row in rows)
        records = [
            msgspec.structs.replace(decode(ClassRecord, self._unpack.value(body)), revision=revision)
            for body, revision in rows
        ]
        return sorted(records, key=lambda record: (record.order, record.id))

    def batches(self) -> list[BatchRecord]:
        """Return the visible batches of the scope by id."""
        table = self._tables.batches
        query = select(table.c.body, table.c.revision).where(table.c.scope == self._scope.id)
        return [
            msgspec.structs.replace(msgspec.json.decode(body, type=BatchRecord), revision=revision)
            for body, revision in self._connection.execute(query.order_by(table.c.id))
        ]

    def _objects(
        self, of: dict[int, str], condition: Any, *, in_order: bool = False
    ) -> Iterator[tuple[int, ObjectRecord]]:
        table = self._tables.objects
        query = select(
            table.c.item, table.c.id, table.c.part, table.c.class_id, table.c.shape, table.c.attributes, table.c.score,
            table.c.track, table.c.origin, table.c.author, table.c.order, table.c.revision,
        ).where(condition)  # fmt: skip
        if in_order:
            query = query.order_by(table.c.order, table.c.id)
        rows = self._connection.execute(query).all()
        self._unpack.fetch(text for row in rows for text in (row[4], row[5]))
        value = self._unpack.value
        for (
            item,
            key,
            part,
            class_id,
            shape,
            attributes,
            score,
            track,
            origin,
            author,
            order,
            revision,
        ) in rows:
            yield item, ObjectRecord(
                id=key, item=of[item], part=part, class_id=class_id, shape=_shape(value(shape)),
                attributes={} if attributes is None else value(attributes), score=score, track=track, origin=origin,
                author=author, order=order, revision=revision,
            )  # fmt: skip

    def _fields(self, of: dict[int, str], condition: Any) -> Iterator[tuple[int, FieldRecord]]:
        table = self._tables.fields
        query = select(table.c.item, table.c.id, table.c.value, table.c.revision).where(condition)
        rows = self._connection.execute(query.order_by(table.c.id)).all()
        self._unpack.fetch(row.value for row in rows)
        for item, name, value, revision in rows:
            yield (
                item,
                FieldRecord(id=name, item=of[item], value=self._unpack.value(value), revision=revision),
            )

    # ---- loading what a change names

    def load(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Return the stored records of some addresses; absent ones are left out."""
        wanted = list(refs)
        found: dict[Ref, Record] = {}
        table = self._tables
        for part in chunks(dict.fromkeys(ref.item for ref in wanted if ref.item)):
            for row in self.items(table.items.c.key.in_(part)):
                self._items[row.record.id] = row
                found[Ref("item", row.record.id, row.record.id)] = row.record
        of = {row.id: key for key, row in self._items.items()}
        kinds: tuple[tuple[str, Any, Any], ...] = (
            ("object", table.objects, self._objects),
            ("field", table.fields, self._fields),
        )
        for kind, its, read in kinds:
            pairs = [
                (self._items[ref.item].id, ref.id)
                for ref in wanted
                if ref.record == kind and ref.item in self._items
            ]
            for part in chunks(pairs):
                for _, record in read(of, _among(its, part)):
                    found[Ref(kind, record.id, record.item)] = record
        if any(ref.record == "class" for ref in wanted):
            found.update((Ref("class", record.id, ""), record) for record in self.classes())
        if any(ref.record == "batch" for ref in wanted):
            found.update((Ref("batch", record.id, ""), record) for record in self.batches())
        return found

    def tally(self, key: str) -> tuple[ItemRecord | None, int]:
        """Return a loaded item's record and the number of its fields."""
        row = self._items.get(key)
        return (row.record, row.fields) if row else (None, 0)

    # ---- writing

    def write(self, what: Effects) -> None:
        """Write the records; all items must have been loaded."""
        pack = Packer()
        table = self._tables
        numbers = self._number(what.items)
        writes = (
            (
                table.items,
                ("id",),
                [self._item_row(pack, numbers[key], *pair) for key, pair in what.items.items()],
            ),
            (
                table.objects,
                ("item", "id"),
                [
                    _object_row(pack, numbers[record.item], record, record.revision)
                    for record in what.objects.values()
                    if record
                ],
            ),
            (
                table.fields,
                ("item", "id"),
                [
                    (numbers[ref.item], ref.id, pack.text(record.value), record.revision)
                    for ref, record in what.fields.items()
                    if record
                ],
            ),
            (
                table.classes,
                ("task", "id"),
                [_class_row(pack, self._scope.task, record) for record in what.classes.values() if record],
            ),
        )
        pack.flush(self._connection)
        for its, address, rows in writes:
            self._put(its, address, rows)
        for its, gone in ((table.objects, what.objects), (table.fields, what.fields)):
            lost = [{"i": numbers[ref.item], "n": ref.id} for ref, record in gone.items() if record is None]
            if lost:
                match = (its.c.item == bindparam("i"), its.c.id == bindparam("n"))
                self._connection.execute(delete(its).where(*match), lost)
        for ref, record in what.classes.items():
            if record is None:
                match = (table.classes.c.task == self._scope.task, table.classes.c.id == ref.id)
                self._connection.execute(delete(table.classes).where(*match))

    def fill(self, what: Filled, seq: int) -> None:
        """Write what fills a batch; all items must have been loaded."""
        pack = Packer()
        numbers = self._number(what.items)
        items = [self._item_row(pack, numbers[key], *pair) for key, pair in what.items.items()]
        objects = [_object_row(pack, numbers[record.item], record, seq) for record in what.objects]
        pack.flush(self._connection)
        self._put(self._tables.items, ("id",), items)
        self._put(self._tables.objects, ("item", "id"), objects)

    def _put(self, table: Table, address: tuple[str, ...], rows: list[Row]) -> None:
        if rows:
            # Plainly to the driver: SQLAlchemy takes longer to look at a million rows than SQLite to write them.
            self._connection.exec_driver_sql(_upsert(table, address), rows)

    def _number(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the rows' numbers of items, the next ones for those that are new."""
        numbers = {key: self._items[key].id if key in self._items else 0 for key in keys}
        if not all(numbers.values()):
            table = self._tables.items
            last = self._connection.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0
            for key, number in numbers.items():
                if not number:
                    numbers[key] = last = last + 1
        return numbers

    def _item_row(self, pack: Packer, number: int, record: ItemRecord, fields: int) -> Row:
        return (
            number, self._scope.id, record.id, record.state, pack.text(record.note) if record.note else None,
            None if record.media is None else pack.text(record.media), record.objects, fields, record.revision,
        )  # fmt: skip


def count(
    connection: Connection, where: Scope, kind: Literal["state", "class"], *changes: dict[str, int]
) -> None:
    """Add to the counters of a scope."""
    rows = [
        {"scope": where.id, "kind": kind, "name": name, "number": number}
        for some in changes
        for name, number in some.items()
        if number
    ]
    if rows:
        connection.execute(_COUNT, rows)


@functools.cache
def _upsert(table: Table, address: tuple[str, ...]) -> str:
    """Return the statement that writes whole rows, new or not; made once, because making it costs more than running it."""
    statement = upsert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in address}
    whole = statement.on_conflict_do_update(index_elements=address, set_=others)
    return str(whole.compile(dialect=dialect()))


def _add() -> Insert:
    statement = upsert(counters)
    more = {"number": counters.c.number + statement.excluded.number}
    return statement.on_conflict_do_update(index_elements=("scope", "kind", "name"), set_=more)


_COUNT = _add()


def _among(table: Table, pairs: list[tuple[int, str]]) -> Any:
    """Return the condition that a row's (item, id) is one of the pairs; as a join, which uses the primary key."""
    wanted = func.json_each(msgspec.json.encode(pairs).decode()).table_valued("value")
    return (table.c.item == func.json_extract(wanted.c.value, "$[0]")) & (
        table.c.id == func.json_extract(wanted.c.value, "$[1]")
    )


def _shape(data: Any) -> Shape:
    try:
        return decode_shape(data)
    except InvalidValue:
        # Written by a plugin whose shape has other values now: a placeholder for one object, not an error for all.
        return UnknownShape(cast("str", data["kind"]), data)


def _object_row(pack: Packer, number: int, record: ObjectRecord, revision: int) -> Row:
    shape = record.shape.data if isinstance(record.shape, UnknownShape) else record.shape
    return (
        number, record.id, record.part, record.class_id, pack.text(shape),
        pack.text(record.attributes) if record.attributes else None, record.score, record.track, record.origin,
        record.author, record.order, revision,
    )  # fmt: skip


def _class_row(pack: Packer, task: str, record: ClassRecord) -> Row:
    return task, record.id, record.name, record.retired, pack.text(encode(record)), record.revision
