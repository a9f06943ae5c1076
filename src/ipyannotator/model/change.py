"""The change: the only way anything is ever modified.

A `Change` is an atomic, ordered list of operations. An operation creates a record, deletes one, or sets a named
path of one, and always carries the old and the new value. That makes three things simple:

- **Conflict** is a comparison of values: an operation whose `old` is not what is stored clashes with somebody
  else's work, whatever its revision. Two people who change different values of one object both stand, and a chain
  of edits that waits in an outbox needs no renumbering.
- **Undo** is the same change backwards (`invert`).
- **Replay** of the log gives the present state.

`perform` is the pure core: records and operations in, records out. Stores do nothing but load what it needs and
write what it returns, in one transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from ipyannotator.errors import Conflict, InvalidValue
from ipyannotator.model.records import (
    RECORDS,
    Author,
    FieldRecord,
    ItemRecord,
    Origin,
    Record,
    decode,
    encode,
)

VERSION = 1
"""The version of changes on the wire and in the log."""

Status = Literal["ok", "amended", "rejected", "conflict"]


class Op(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One operation on one record; as the records, it holds no cycles.

    Attributes:
        action: `create`, `delete` or `set`.
        record: a kind of `RECORDS`.
        id: the record's id; for an item its key, for a field its name.
        item: the key of the item the record is on; empty for a class.
        path: for `set`, the name of the value (`shape`, `state`, …); a key of a mapping after a slash
            (`attributes/colour`, `shape/x`).
        old: the value before: of `set` the value, of `delete` the record's JSON form.
        new: the value after: of `set` the value, of `create` the record or its JSON form.
    """

    action: Literal["create", "delete", "set"]
    record: str
    id: str
    item: str = ""
    path: str = ""
    old: Any = None
    new: Any = None


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An atomic, ordered list of operations.

    Attributes:
        id: unique; the same id is never applied twice.
        task: the name of the task.
        item: the key of the item on screen when it was made, or empty; undo goes by it.
        time: seconds since 1970.
        undoes: the id of the change that this one takes back (or, for a redo, of the undo that it takes back).
    """

    id: str
    task: str
    ops: tuple[Op, ...]
    item: str = ""
    layer: str = "main"
    author: Author = Author("")
    time: float = 0.0
    origin: Origin = "human"
    undoes: str = ""
    version: int = VERSION


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a change.

    Attributes:
        id: the change's id.
        status: `ok`, `amended` (a hook altered it; `change` is what was stored), `rejected` (with the reason) or
            `conflict` (nothing was written; `current` has the present values, as `errors.Conflict.current`).
        change: what was stored; None where nothing was.
        seq: the number of the log entry, 0 where nothing was stored.
    """

    id: str
    status: Status
    change: Change | None = None
    reason: str = ""
    current: tuple[dict[str, Any], ...] = ()
    seq: int = 0


class Entry(NamedTuple):
    """One entry of the log: its number, and the change."""

    seq: int
    change: Change


class Ref(NamedTuple):
    """The address of a record within a task and layer."""

    record: str
    id: str
    item: str


def new_id() -> str:
    """Return a fresh unique id for a change, an object or a class."""
    return uuid.uuid4().hex


def refs(ops: tuple[Op, ...]) -> list[Ref]:
    """Return the distinct records that the operations name, in order."""
    return list(dict.fromkeys(Ref(op.record, op.id, op.item) for op in ops))


def items(change: Change) -> list[str]:
    """Return the distinct keys of the items that the change touches, in order; the item on screen first."""
    return list(dict.fromkeys(key for key in (change.item, *(op.item for op in change.ops)) if key))


def is_sweeping(change: Change) -> bool:
    """Tell whether a change shows a batch or takes one back, so that any item may be another after it."""
    return any(op.record == "batch" for op in change.ops)


def invert(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """Return the operations that take these back."""
    back = {"create": "delete", "delete": "create", "set": "set"}
    return tuple(
        msgspec.structs.replace(op, action=back[op.action], old=op.new, new=op.old) for op in reversed(ops)
    )


class Trace(NamedTuple):
    """What operations did.

    Attributes:
        records: for each address that was named, the record before and after; None for absent. Revisions are
            untouched.
        ops: the operations as the log keeps them: a `delete` has the whole record as its old value, so that
            taking it back restores what the sender did not know (author, order).
    """

    records: dict[Ref, tuple[Record | None, Record | None]]
    ops: tuple[Op, ...]


def perform(
    ops: tuple[Op, ...],
    load: Callable[[Ref], Record | None],
) -> dict[Ref, tuple[Record | None, Record | None]]:
    """Apply operations to records, without side effects.

    Args:
        ops: the operations, in order; later ones see what earlier ones did.
        load: returns the stored record of an address, None where there is none.

    Returns:
        For each address that was named, the record before and after; None for absent. Revisions are untouched.

    Raises:
        Conflict: where an old value is not the stored one; all clashes are listed.
        InvalidValue: where an operation is malformed or a new value has the wrong type.
    """
    return trace(ops, load).records


def trace(ops: tuple[Op, ...], load: Callable[[Ref], Record | None]) -> Trace:
    """Apply operations as `perform` does, and return the completed operations as well."""
    before: dict[Ref, Record | None] = {}
    after: dict[Ref, Record | None] = {}
    done: list[Op] = []
    clashes: list[dict[str, Any]] = []
    for op in ops:
        _check(op)
        ref = Ref(op.record, op.id, op.item)
        if ref not in before:
            before[ref] = after[ref] = load(ref) or _implicit(ref)
        record = after[ref]
        try:
            after[ref] = _ACTIONS[op.action](op, record)
        except Conflict as clash:
            clashes += clash.current
        if op.action == "delete" and record is not None:
            done.append(msgspec.structs.replace(op, old=encode(record)))
        else:
            done.append(op)
    if clashes:
        what = ", ".join(dict.fromkeys(_in_words(clash) for clash in clashes[:3]))
        raise Conflict(f"Somebody else has changed {what} in the meantime.", tuple(clashes))
    return Trace({ref: (before[ref], after[ref]) for ref in before}, tuple(done))


def _in_words(clash: Mapping[str, Any]) -> str:
    """Return what a clash is about, for the person: without the id, which says nothing to anybody."""
    whose = f"{'an' if clash['record'][0] in 'aeiou' else 'a'} {clash['record']}"
    path = clash["path"].replace("/", " ").replace("class_id", "class")
    return f"the {path} of {whose}" if path else whose


def _check(op: Op) -> None:
    """Refuse an operation whose address cannot be one, whatever is stored."""
    if op.record not in RECORDS:
        raise InvalidValue("The operation's record", op.record, f"one of {', '.join(RECORDS)}")
    if op.action not in _ACTIONS:
        raise InvalidValue("The operation's action", op.action, f"one of {', '.join(_ACTIONS)}")
    if not op.id:
        raise InvalidValue(f"The id of an operation on {op.record}", op.id, "a text that is not empty")
    if op.record in ("class", "batch"):
        if op.item:
            raise InvalidValue(
                f"The item of an operation on a {op.record}", op.item, "empty: it is the task's"
            )
    elif not op.item:
        raise InvalidValue(
            f"The item of an operation on {op.record}", op.item, "the key of the record's item"
        )
    if op.record == "item" and op.id != op.item:
        raise InvalidValue("The id of an operation on an item", op.id, f"its key {op.item!r}")
    if op.record in ("item", "field") and op.action != "set":
        raise InvalidValue(
            f"The action of an operation on {op.record}",
            op.action,
            "set",
            "They exist without being created.",
        )
    if op.record == "batch" and op.action == "set":
        raise InvalidValue("The action of an operation on a batch", op.action, "'create' or 'delete'")


def _implicit(ref: Ref) -> Record | None:
    """Items and fields exist without having been created, with default values."""
    if ref.record == "item":
        return ItemRecord(id=ref.id)
    if ref.record == "field":
        return FieldRecord(id=ref.id, item=ref.item)
    return None


def _clash(op: Op, value: Any, path: str = "") -> Conflict:
    where = {"record": op.record, "id": op.id, "item": op.item, "path": path, "value": value}
    return Conflict("changed", (where,))


def _create(op: Op, record: Record | None) -> Record:
    if record is not None:
        raise _clash(op, encode(record))
    # A record that comes as such was made here, and need not be checked a second time.
    created = op.new if isinstance(op.new, RECORDS[op.record]) else decode(RECORDS[op.record], op.new)
    if created.id != op.id or getattr(created, "item", op.item) != op.item:
        raise InvalidValue("The created record", op.new, f"id {op.id!r} on item {op.item!r}")
    return created


def _delete(op: Op, record: Record | None) -> None:
    if op.old is not None and not isinstance(op.old, dict):
        raise InvalidValue("The old value of a delete", op.old, "the record's JSON form")
    if record is None:
        raise _clash(op, None)
    # Values that the browser need not know (author, order) are compared only where the operation names them.
    now = encode(record)
    if _read(record, {**now, **(op.old or {})}) != now:
        raise _clash(op, now)


def _set(op: Op, record: Record | None) -> Record:
    if record is None:
        raise _clash(op, None)  # the whole record is gone, so no path
    head, _, tail = op.path.partition("/")
    if head in _NOT_SET or head not in record.__struct_fields__:
        raise InvalidValue(f"The path of an operation on {op.record}", op.path, "the name of a value")
    now = encode(record)
    if tail and not isinstance(now.get(head) or {}, dict):
        raise InvalidValue(
            f"The path of an operation on {op.record}", op.path, f"a whole value: {head!r} has no keys"
        )
    if _read(record, _replaced(now, head, tail, op.old)) != now:
        value = (now.get(head) or {}).get(tail) if tail else now.get(head, _default(record, head))
        raise _clash(op, value, op.path)
    changed = decode(type(record), _replaced(now, head, tail, op.new))
    kept = {name: getattr(record, name) for name in ("revision", "objects") if hasattr(record, name)}
    return msgspec.structs.replace(changed, **kept)


_NOT_SET = ("id", "item", "revision", "objects")


def _replaced(data: dict[str, Any], head: str, tail: str, value: Any) -> dict[str, Any]:
    if not tail:
        return {**data, head: value}
    inner = {name: kept for name, kept in (data.get(head) or {}).items() if name != tail}
    return {**data, head: inner if value is None else {**inner, tail: value}}


def _read(record: Record, data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the data in the form that `encode` gives, so that 10 equals 10.0 and a default may be left out."""
    try:
        return encode(decode(type(record), data))
    except InvalidValue:
        return None


def _default(record: Record, name: str) -> Any:
    field = next(field for field in msgspec.structs.fields(record) if field.name == name)
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None


_ACTIONS: Mapping[str, Callable[[Op, Record | None], Record | None]] = {
    "create": _create,
    "delete": _delete,
    "set": _set,
}
