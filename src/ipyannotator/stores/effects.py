"""What a change means to a store, as pure functions: the part that every store has in common.

- `normal` brings a change into the form that is kept, or refuses it.
- `effects` turns what `model.trace` returns into the records to write and the counters' differences.
- `kind_of` and `flips` are the rules of undo: which entries of the log stand.

**How undo works.** Every entry is a `change`, an `undo`, a `redo`, or comes from a `file`. An entry stands until an
entry that names it in `undoes` takes it back. Taking back an undo makes what it undid stand again, and so on along
the chain. `to_undo` is the author's latest standing `change` on the item. `to_redo` is the author's latest standing
`undo` there, unless a `change` of theirs came after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, NamedTuple, cast

import msgspec

from ipyannotator.errors import Conflict, InvalidValue, NewerVersion
from ipyannotator.model import (
    BATCH_LAYER,
    STATES,
    Answer,
    BatchRecord,
    Change,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Op,
    Record,
    Ref,
    State,
    encode,
    items,
)
from ipyannotator.model.change import VERSION

Kind = Literal["change", "undo", "redo", "file"]
Records = Mapping[Ref, tuple[Record | None, Record | None]]


class Known(NamedTuple):
    """What the rules of undo need to know of an entry: its kind, and the id of the entry it takes back."""

    kind: Kind
    undoes: str


class Effects(NamedTuple):
    """What a change writes.

    Attributes:
        items: by key, the item's new record and how many fields on it have a value.
        objects: by address, the new record, None where it is gone.
        fields: the same for fields; None where the value is None.
        classes: the same for classes.
        batches: by address, the record of a batch before and after: what it has is to appear, or to go.
        states: by shown state, how many items more (or fewer) are in it.
        labels: by class id, how many objects more (or fewer) have it; without a class under an empty string.
    """

    items: dict[str, tuple[ItemRecord, int]]
    objects: dict[Ref, ObjectRecord | None]
    fields: dict[Ref, FieldRecord | None]
    classes: dict[Ref, ClassRecord | None]
    batches: dict[Ref, tuple[BatchRecord | None, BatchRecord | None]]
    states: dict[str, int]
    labels: dict[str, int]


def normal(change: Change) -> Change:
    """Return the change as the log will give it back; raise `InvalidValue` where it cannot be kept."""
    kept = settled(change)
    check_kept(kept)
    if kept.layer.startswith(BATCH_LAYER):
        raise InvalidValue("The layer of the change", kept.layer, "one that is visible", "See `Store.fill`.")
    return kept


def settled(change: Change) -> Change:
    """Return the change on its way through JSON, which settles what tuples, numbers and mappings become.

    So all stores hold the same values.

    Raises:
        NewerVersion: it is of a later version.
        InvalidValue: it has what JSON cannot hold.
    """
    if change.version > VERSION:
        raise NewerVersion(
            f"The change {change.id!r} has version {change.version}; this Ipyannotator knows versions up to "
            f"{VERSION}. Update it with `pip install -U ipyannotator`."
        )
    with as_json(change):
        return msgspec.json.decode(msgspec.json.encode(change), type=Change)


@contextmanager
def as_json(change: Change) -> Iterator[None]:
    """Raise `InvalidValue` for what keeps a change from being JSON."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise InvalidValue(
            "A text of the change", error.object, "valid Unicode, without lone surrogates"
        ) from error
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidValue("The change", change.id, f"values that JSON can hold ({error})") from error


def check_kept(change: Change) -> None:
    """Raise `InvalidValue` where the names in a change cannot be kept."""
    for name in ("id", "task", "layer"):
        if not getattr(change, name):
            raise InvalidValue(f"The {name} of a change", getattr(change, name), "a text that is not empty")
    for name in (
        change.id,
        change.task,
        change.layer,
        change.item,
        *(part for op in change.ops for part in (op.id, op.item)),
    ):
        if "\0" in name:
            raise InvalidValue("A name in the change", name, "a text without NUL characters")
    if not change.ops:
        raise InvalidValue("The operations of a change", change.ops, "at least one")


def check_batch(change: Change) -> None:
    """Raise `InvalidValue` unless a change fills a batch."""
    check_kept(change)
    check_hidden(change.layer)
    if change.origin != "file":
        raise InvalidValue("The origin of what fills a batch", change.origin, "'file'")


def check_hidden(layer: str) -> None:
    """Raise `InvalidValue` unless a layer is one of a batch."""
    if not layer.startswith(BATCH_LAYER):
        raise InvalidValue("The layer of a batch", layer, f"{BATCH_LAYER}…, as `batch_layer` gives it")


def normal_answer(answer: Answer) -> Answer:
    """Return the answer as it will be given again; raise `InvalidValue` where it cannot be kept."""
    try:
        kept = msgspec.json.decode(msgspec.json.encode(answer), type=Answer)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise InvalidValue("The answer", answer.id, f"values that JSON can hold ({error})") from error
    if not kept.id:
        raise InvalidValue("The id of an answer", kept.id, "a text that is not empty")
    return kept


def check_status(status: str) -> None:
    """Refuse to commit with a status that means that nothing was written."""
    if status not in ("ok", "amended"):
        raise InvalidValue("The status of a commit", status, "'ok' or 'amended'", "Others are for `keep`.")


def shown(item: ItemRecord | None, fields: int) -> str | None:
    """Return the state that the screen shows and the counters count; None for an untouched item."""
    if item is None:
        return None
    if item.state != "todo":
        return item.state
    return "in_progress" if item.objects or fields else None


def effects(records: Records, seq: int, tally: Callable[[str], tuple[ItemRecord | None, int]]) -> Effects:
    """Return what to write.

    Args:
        records: what `model.trace` returned.
        seq: the number of the log entry, the new revision.
        tally: returns the stored item record of a key (None where there is none) and the number of its fields.
    """
    out = Effects({}, {}, {}, {}, {}, Counter(), _labels(records))
    grown: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for ref, (before, after) in records.items():
        new = None if after is None else msgspec.structs.replace(after, revision=seq)
        if ref.record == "field":
            value, old = cast("FieldRecord", new), cast("FieldRecord", before)
            filled[ref.item] += (value.value is not None) - (old.value is not None)
            out.fields[ref] = None if value.value is None else value
        elif before is None and new is None:
            continue  # made and deleted within the change
        elif ref.record == "object":
            grown[ref.item] += (new is not None) - (before is not None)
            out.objects[ref] = cast("ObjectRecord | None", new)
        elif ref.record == "class":
            out.classes[ref] = cast("ClassRecord | None", new)
        elif ref.record == "batch":
            out.batches[ref] = cast("BatchRecord | None", before), cast("BatchRecord | None", new)
    for key in dict.fromkeys(ref.item for ref in records if ref.item):
        stored, fields = tally(key)
        own = records.get(Ref("item", key, key))
        base = cast("ItemRecord", own[1]) if own else stored or ItemRecord(id=key)
        objects = (stored.objects if stored else 0) + grown[key]
        item = msgspec.structs.replace(base, objects=objects, revision=seq)
        out.items[key] = (item, fields + filled[key])
        for state, one in ((shown(stored, fields), -1), (shown(item, fields + filled[key]), 1)):
            if state is not None:
                out.states[state] += one
    return out


class Filled(NamedTuple):
    """What fills a batch: as `Effects`, but all objects are new, and get their revision where they are written."""

    items: dict[str, tuple[ItemRecord, int]]
    objects: list[ObjectRecord]
    states: dict[str, int]
    labels: dict[str, int]


def filled(ops: Iterable[Op], seq: int, tally: Callable[[str], tuple[ItemRecord | None, int]]) -> Filled:
    """Return what to write of operations that fill a batch: they create objects, and set states of items.

    Nobody else writes there, so nothing can clash, and a million objects need no comparing.

    Args:
        ops: the operations; what they create are records.
        seq: the number of the log entry, the new revision.
        tally: as for `effects`.
    """
    out = Filled({}, [], Counter(), Counter())
    states: dict[str, State] = {}
    for op in ops:
        if op.record == "object" and op.action == "create" and isinstance(op.new, ObjectRecord):
            out.objects.append(op.new)
        elif op.record == "item" and op.path == "state" and op.new in STATES:
            states[op.item] = op.new
        else:
            raise InvalidValue("The operation of a batch", op, "an object to create, or the state of an item")
    out.labels.update(Counter(record.class_id or "" for record in out.objects))
    grown = Counter(record.item for record in out.objects)
    for key in dict.fromkeys((*grown, *states)):
        stored, fields = tally(key)
        base = stored or ItemRecord(id=key)
        item = msgspec.structs.replace(
            base, objects=base.objects + grown[key], state=states.get(key, base.state), revision=seq
        )
        out.items[key] = (item, fields)
        for state, one in ((shown(stored, fields), -1), (shown(item, fields), 1)):
            if state is not None:
                out.states[state] += one
    return out


def _labels(records: Records) -> Counter[str]:
    """Return by class id how many objects more have it."""
    labels: Counter[str] = Counter()
    for ref, pair in records.items():
        if ref.record == "object":
            for record, one in zip(pair, (-1, 1), strict=True):
                if record is not None:
                    labels[cast("ObjectRecord", record).class_id or ""] += one
    return labels


def check_classes(records: Records, classes: Iterable[ClassRecord], used: Callable[[str], int]) -> None:
    """Raise `Conflict` where two classes on offer would share a name, or a class in use would go.

    The store is the one place where two people who add the same class at once meet.

    Args:
        records: what `model.trace` returned.
        classes: the stored classes of the task.
        used: returns how many stored objects of the task have a class id.
    """
    touched = {ref.id: pair for ref, pair in records.items() if ref.record == "class"}
    after = {record.id: record for record in classes}
    labels = _labels(records)
    for class_id, (before, record) in touched.items():
        if record is not None:
            after[class_id] = cast("ClassRecord", record)
        elif before is not None:
            del after[class_id]
            if used(class_id) + labels[class_id] > 0:
                raise _clash(cast("ClassRecord", before), "still has objects; retire it instead")
    names: dict[str, ClassRecord] = {}
    for offered in sorted(after.values(), key=lambda record: record.id in touched):
        if offered.retired:
            continue
        other = names.setdefault(offered.name, offered)
        if other is not offered and offered.id in touched:
            raise _clash(other, "exists already")


def _clash(record: ClassRecord, what: str) -> Conflict:
    where = {"record": "class", "id": record.id, "item": "", "path": "", "value": encode(record)}
    return Conflict(f"The class {record.name!r} {what}.", (where,))


def kind_of(change: Change, find: Callable[[str], Known | None]) -> Kind:
    """Return the kind of a change; `find` returns what is known of an entry by its id, within task and layer."""
    if not change.undoes:
        return "file" if change.origin == "file" else "change"
    target = find(change.undoes)
    return "redo" if target and target.kind == "undo" else "undo"


def flips(change: Change, find: Callable[[str], Known | None]) -> list[tuple[str, bool]]:
    """Return the ids of the entries that begin (True) or cease (False) to stand when the change is made."""
    out: dict[str, bool] = {}
    target, stands = change.undoes, False
    while target and target not in out and (entry := find(target)):
        out[target] = stands
        target, stands = entry.undoes, not stands
    return list(out.items())


def reach(change: Change) -> list[str]:
    """Return the keys under which undo finds a change; one that touches no item is found under an empty key."""
    return items(change) or [""]
