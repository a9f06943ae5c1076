"""Making a batch visible in the database, and taking it back: sets of rows at once, whatever their number.

A batch lies in a scope of its own until then. To become visible, its items change their scope, and the objects of those
that were there before change their item; so nothing is written a second time, and others wait for a moment only.

The same code serves the records as they are (`NOW`) and as of the entry to which the log was compacted (`PAST`), which
have no counters.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ipyannotator.model import BatchRecord, ItemRecord, Ref, batch_layer
from ipyannotator.stores.effects import shown
from ipyannotator.stores.packing import chunks
from ipyannotator.stores.rows import Scope, scope
from ipyannotator.stores.tables import NOW, OF_BATCHES, Tables, counters, log, scopes


class Tally(NamedTuple):
    """By how much the counters of a scope change: items by shown state, objects by class."""

    states: Counter[str]
    labels: Counter[str]


def put(
    connection: Connection, tables: Tables, where: Scope, pairs: dict[Ref, tuple[BatchRecord | None, BatchRecord | None]],
    seq: int,
) -> Tally:  # fmt: skip
    """Make batches visible, or take them back, and keep their records.

    Args:
        connection: within the transaction.
        tables: `NOW` or `PAST`.
        where: the scope in which they are visible.
        pairs: their records before and after, as `Effects.batches`.
        seq: the number of the log entry.

    Returns:
        By how much the counters of the scope change.
    """
    tally = Tally(Counter(), Counter())
    for before, after in pairs.values():
        if after is not None:
            stood = _show(connection, tables, where, after, seq, tally)
            body = msgspec.json.encode(msgspec.structs.replace(after, stood=stood, revision=0)).decode()
            row = {"scope": where.id, "id": after.id, "body": body, "revision": seq}
            connection.execute(insert(tables.batches), row)
        elif before is not None:
            _take_back(connection, tables, where, before, seq, tally)
            address = (tables.batches.c.scope == where.id, tables.batches.c.id == before.id)
            connection.execute(delete(tables.batches).where(*address))
    return tally


def waiting(connection: Connection, task: str) -> dict[str, float]:
    """Return the layers of a task that hold a batch that is not visible, with the time of its last entry."""
    layers = connection.execute(
        select(scopes.c.id, scopes.c.layer).where(scopes.c.task == task, OF_BATCHES)
    ).all()
    found = {}
    for number, layer in layers:
        if connection.scalar(select(NOW.items.c.id).where(NOW.items.c.scope == number).limit(1)) is not None:
            last = connection.scalar(select(func.max(log.c.time)).where(log.c.scope == number))
            found[layer] = float(last or 0)
    return found


def clear(connection: Connection, where: Scope, tables: Tables, limit: int) -> bool:
    """Delete some items of a batch with their objects; return whether there were any."""
    items = tables.items
    numbers = list(connection.scalars(select(items.c.id).where(items.c.scope == where.id).limit(limit)))
    for part in chunks(numbers):
        connection.execute(delete(tables.objects).where(tables.objects.c.item.in_(part)))
        connection.execute(delete(items).where(items.c.id.in_(part)))
    return bool(numbers)


def forget(connection: Connection, where: Scope) -> None:
    """Delete what the log and the counters say of a batch that never became visible."""
    connection.execute(delete(log).where(log.c.scope == where.id))
    connection.execute(delete(counters).where(counters.c.scope == where.id))


# ---- becoming visible -----------------------------------------------------------------------------------------------


def _show(
    connection: Connection, tables: Tables, where: Scope, record: BatchRecord, seq: int, tally: Tally
) -> list[str]:
    """Move what a batch has into the scope; return the keys of items that were there and kept their state."""
    hidden = scope(connection, where.task, batch_layer(record.id))
    items, objects = tables.items, tables.objects
    for state, number in _states(connection, tables, hidden):
        tally.states[state] += number
    tally.labels.update(_labels(connection, tables, items.c.scope == hidden.id))
    new, old = items.alias(), items.alias()
    both = connection.execute(
        select(
            new.c.id,
            new.c.state,
            new.c.objects,
            old.c.id,
            old.c.key,
            old.c.state,
            old.c.objects,
            old.c.fields,
        ).where(new.c.scope == hidden.id, old.c.scope == where.id, old.c.key == new.c.key)
    ).all()
    stood = []
    if both:
        # An object that is there by its id stays as it is: the same file came in twice at once.
        move = update(objects).prefix_with("OR IGNORE").where(objects.c.item == bindparam("here"))
        moved = [{"here": here, "there": there} for here, _, _, there, *_ in both]
        connection.execute(move.values(item=bindparam("there")), moved)
        doubles = _doubles(connection, tables, [here for here, *_ in both], tally)
        writes = []
        for here, wanted, number, there, key, state, objects_there, fields in both:
            number -= doubles[here]  # noqa: PLW2901
            before = ItemRecord(id=key, state=state, objects=objects_there)
            begun = shown(before, fields) is not None  # by somebody, who decides when it is done
            after = ItemRecord(id=key, state=state if begun else wanted, objects=objects_there + number)
            if after.state == state:
                stood.append(key)
            _shift(tally, shown(ItemRecord(id=key, state=wanted, objects=number + doubles[here]), 0), None)
            _shift(tally, shown(before, fields), shown(after, fields))
            writes.append({"number": there, "many": after.objects, "now": after.state})
        _write(connection, tables, writes, seq)
        for part in chunks(here for here, *_ in both):
            connection.execute(delete(items).where(items.c.id.in_(part)))
    connection.execute(update(items).where(items.c.scope == hidden.id).values(scope=where.id, revision=seq))
    if tables is NOW:
        connection.execute(delete(counters).where(counters.c.scope == hidden.id))
    return sorted(stood)


def _doubles(connection: Connection, tables: Tables, numbers: list[int], tally: Tally) -> Counter[int]:
    """Delete what could not be moved; return how many objects that were by item."""
    objects = tables.objects
    found: Counter[int] = Counter()
    for part in chunks(numbers):
        left = objects.c.item.in_(part)
        for item, class_id in connection.execute(select(objects.c.item, objects.c.class_id).where(left)):
            found[item] += 1
            tally.labels[class_id or ""] -= 1
        connection.execute(delete(objects).where(left))
    return found


def _states(connection: Connection, tables: Tables, where: Scope) -> list[tuple[str, int]]:
    items = tables.items
    query = select(items.c.state, items.c.objects > 0, func.count()).where(items.c.scope == where.id)
    found = connection.execute(query.group_by(items.c.state, items.c.objects > 0))
    told = (
        (shown(ItemRecord(id="", state=state, objects=int(some)), 0), number) for state, some, number in found
    )
    return [(state, number) for state, number in told if state is not None]


def _labels(connection: Connection, tables: Tables, condition: Any) -> Counter[str]:
    items, objects = tables.items, tables.objects
    query = (
        select(objects.c.class_id, func.count()).join(items, items.c.id == objects.c.item).where(condition)
    )
    return Counter(
        {
            class_id or "": number
            for class_id, number in connection.execute(query.group_by(objects.c.class_id))
        }
    )


# ---- taking back ----------------------------------------------------------------------------------------------------


def _take_back(
    connection: Connection, tables: Tables, where: Scope, record: BatchRecord, seq: int, tally: Tally
) -> None:
    """Delete what a batch brought to items on which nothing has changed since it became visible."""
    items, objects = tables.items, tables.objects
    untouched = (items.c.scope == where.id) & (items.c.revision == record.revision)
    rows = connection.execute(
        select(items.c.id, items.c.key, items.c.state, items.c.objects, items.c.fields).where(untouched)
    ).all()
    gone: Counter[int] = Counter()
    brought = objects.c.revision.in_(
        select(func.json_each(msgspec.json.encode(record.parts).decode()).table_valued("value").c.value)
    )
    for part in chunks(row.id for row in rows):
        its = objects.c.item.in_(part) & brought
        counted = connection.execute(
            select(objects.c.item, objects.c.class_id, func.count())
            .where(its)
            .group_by(objects.c.item, objects.c.class_id)
        )
        for item, class_id, number in counted:
            gone[item] += number
            tally.labels[class_id or ""] -= number
        connection.execute(delete(objects).where(its))
    stood = set(record.stood)
    writes = []
    for number, key, state, count, fields in rows:
        before = ItemRecord(id=key, state=state, objects=count)
        after = ItemRecord(id=key, state=state if key in stood else "todo", objects=count - gone[number])
        _shift(tally, shown(before, fields), shown(after, fields))
        writes.append({"number": number, "many": after.objects, "now": after.state})
    if writes:
        _write(connection, tables, writes, seq)


def _write(connection: Connection, tables: Tables, writes: list[dict[str, Any]], seq: int) -> None:
    """Set the state of items, and how many objects they have."""
    items = tables.items
    statement = update(items).where(items.c.id == bindparam("number"))
    connection.execute(
        statement.values(objects=bindparam("many"), state=bindparam("now"), revision=seq), writes
    )


def _shift(tally: Tally, before: str | None, after: str | None) -> None:
    for state, one in ((before, -1), (after, 1)):
        if state is not None:
            tally.states[state] += one
