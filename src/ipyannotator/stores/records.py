"""All records of a store in memory, and how a change alters them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from ipyannotator.model import (
    BatchRecord,
    Change,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Record,
    Ref,
    batch_layer,
    trace,
)
from ipyannotator.stores.base import Annotated
from ipyannotator.stores.effects import check_classes, effects, shown

T = TypeVar("T")


class _Layer:
    """The records of one task and layer."""

    def __init__(self) -> None:
        self.items: dict[str, ItemRecord] = {}
        self.objects: dict[str, dict[str, ObjectRecord]] = {}
        self.fields: dict[str, dict[str, FieldRecord]] = {}
        self.batches: dict[str, BatchRecord] = {}
        self.states: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()

    def annotated(self, key: str) -> Annotated:
        objects = sorted(self.objects.get(key, {}).values(), key=lambda record: (record.order, record.id))
        fields = sorted(self.fields.get(key, {}).values(), key=lambda record: record.id)
        return Annotated(self.items.get(key, ItemRecord(id=key)), objects, fields)

    def load(self, ref: Ref) -> Record | None:
        """Return an item, object or field by its address, or None."""
        if ref.record == "item":
            return self.items.get(ref.id)
        if ref.record == "batch":
            return self.batches.get(ref.id)
        kept = self.objects if ref.record == "object" else self.fields
        return kept.get(ref.item, {}).get(ref.id)

    def replace(self, item: ItemRecord, objects: dict[str, ObjectRecord], seq: int) -> None:
        """Give an item another record and other objects."""
        key, fields = item.id, len(self.fields.get(item.id, {}))
        self._count(self.items.get(key), fields, -1)
        self.labels.subtract(record.class_id or "" for record in self.objects.get(key, {}).values())
        self.items[key] = msgspec.structs.replace(item, objects=len(objects), revision=seq)
        self.objects[key] = objects
        self._count(self.items[key], fields, 1)
        self.labels.update(record.class_id or "" for record in objects.values())

    def take_back(self, record: BatchRecord, seq: int) -> None:
        """Take back what a batch brought to items on which nothing has changed since."""
        parts, stood = set(record.parts), set(record.stood)
        for key, item in list(self.items.items()):
            if item.revision == record.revision:
                its = self.objects.get(key, {})
                kept = {id_: each for id_, each in its.items() if each.revision not in parts}
                state = item.state if key in stood else "todo"
                self.replace(msgspec.structs.replace(item, state=state), kept, seq)
        del self.batches[record.id]

    def _count(self, item: ItemRecord | None, fields: int, one: int) -> None:
        state = shown(item, fields)
        if state is not None:
            self.states[state] += one


class Records:
    """All records of a store, changed by `apply` alone."""

    def __init__(self) -> None:
        self.layers: dict[tuple[str, str], _Layer] = {}
        self.classes: dict[str, dict[str, ClassRecord]] = {}

    def layer(self, task: str, layer: str) -> _Layer:
        """Return a layer; an empty one where nothing was written yet."""
        return self.layers.get((task, layer)) or _Layer()

    def apply(self, change: Change, seq: int) -> Change:
        """Apply a change and return it as the log keeps it; raise `Conflict` or `InvalidValue` and change nothing."""
        layer = self.layer(change.task, change.layer)
        classes = self.classes.get(change.task, {})

        def load(ref: Ref) -> Record | None:
            if ref.record == "class":
                return classes.get(ref.id)
            return layer.load(ref)

        def used(class_id: str) -> int:
            return sum(its.labels[class_id] for (task, _), its in self.layers.items() if task == change.task)

        done = trace(change.ops, load)
        if any(ref.record == "class" for ref in done.records):
            check_classes(done.records, classes.values(), used)
        what = effects(done.records, seq, lambda key: (layer.items.get(key), len(layer.fields.get(key, {}))))
        self.layers.setdefault((change.task, change.layer), layer)
        layer.items.update({key: record for key, (record, _) in what.items.items()})
        _write(layer.objects, what.objects)
        _write(layer.fields, what.fields)
        for ref, record in what.classes.items():
            if record is None:
                classes.pop(ref.id, None)
            else:
                self.classes.setdefault(change.task, classes)[ref.id] = record
        layer.states.update(what.states)
        layer.labels.update(what.labels)
        for before, after in what.batches.values():
            if after is not None:
                self._show(change.task, layer, after, seq)
            elif before is not None:
                layer.take_back(before, seq)
        return msgspec.structs.replace(change, ops=done.ops)

    def _show(self, task: str, layer: _Layer, record: BatchRecord, seq: int) -> None:
        """Make what a batch has visible in a layer."""
        hidden = self.layers.pop((task, batch_layer(record.id)), None) or _Layer()
        stood = []
        for key, item in hidden.items.items():
            there = layer.items.get(key)
            begun = shown(there, len(layer.fields.get(key, {}))) is not None
            state = there.state if there is not None and begun else item.state
            if there is not None and there.state == state:
                stood.append(key)
            objects = {**hidden.objects.get(key, {}), **layer.objects.get(key, {})}
            layer.replace(msgspec.structs.replace(there or item, state=state), objects, seq)
        layer.batches[record.id] = msgspec.structs.replace(record, stood=sorted(stood), revision=seq)

    def put(self, task: str, layer: str, annotated: Annotated) -> None:
        """Take over an item as it is, from a snapshot."""
        own = self.layers.setdefault((task, layer), _Layer())
        key = annotated.item.id
        own.items[key] = annotated.item
        own.objects[key] = {record.id: record for record in annotated.objects}
        own.fields[key] = {record.id: record for record in annotated.fields}
        state = shown(annotated.item, len(annotated.fields))
        if state is not None:
            own.states[state] += 1
        own.labels.update(record.class_id or "" for record in annotated.objects)


def _write(kept: dict[str, dict[str, T]], what: Mapping[Ref, T | None]) -> None:
    for ref, record in what.items():
        if record is None:
            kept.get(ref.item, {}).pop(ref.id, None)
        else:
            kept.setdefault(ref.item, {})[ref.id] = record
