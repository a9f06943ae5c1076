"""What the editor sees to in every change that comes in, whoever made it.

What a change sets of an object is checked against what is declared of its class; what is there already never is, and
neither is what files bring in, nor what an undo brings back: so a declaration that has changed makes nothing impossible,
and nothing is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ipyannotator.errors import Conflict, InvalidValue
from ipyannotator.model import (
    Attribute,
    Author,
    Change,
    ClassRecord,
    ObjectRecord,
    Op,
    Ref,
    Schema,
    Shape,
    perform,
)
from ipyannotator.model.classes import takes

Objects = Callable[[str, Iterable[str]], "list[ObjectRecord]"]
"""Gives the stored objects of an item by their ids, as `Editor.objects`."""


class Declared(dict[str, "dict[str, Attribute]"]):
    """The attributes of classes by name, each made once: a change may add ten thousand objects."""

    def __call__(self, rules: ClassRecord) -> dict[str, Attribute]:
        """Return the attributes of a class."""
        if rules.id not in self:
            self[rules.id] = {each.name: each for each in attributes(rules)}
        return self[rules.id]


class Missing(NamedTuple):
    """What an object still needs before its item can be done.

    Attributes:
        object: the id of the object.
        label: the name of its class; None for none.
        attributes: the names of what is required and has no value.
    """

    object: str
    label: str | None
    attributes: tuple[str, ...]


def signed(op: Op, author: Author) -> Op:
    """Return the operation with author and order in a new object; one that an undo brings back keeps its own."""
    if op.action != "create" or op.record != "object" or not isinstance(op.new, dict) or op.new.get("author"):
        return op
    order = op.new.get("order") or time.time_ns() // 1000
    return msgspec.structs.replace(op, new={**op.new, "author": author.id, "order": order})


def with_defaults(change: Change, schema: Schema, objects: Objects) -> Change:
    """Return the change with the defaults of a class in objects that a person adds, or gives this class.

    Args:
        change: what is to be done.
        schema: the classes as they are now.
        objects: gives what is stored.
    """
    if change.origin != "human" or change.undoes or not _has_rules(schema):
        return change
    declared = Declared()
    ops = tuple(_with_defaults(op, schema, declared) for op in change.ops)
    ops += tuple(_further_defaults(ops, schema, declared, objects))
    return change if ops == change.ops else msgspec.structs.replace(change, ops=ops)


def check(change: Change, schema: Schema, objects: Objects) -> None:
    """Raise `InvalidValue` where a change says of objects what this task does not know, or their class does not take.

    Args:
        change: what is to be done.
        schema: the classes as they are now.
        objects: gives what is stored.
    """
    _check_classes(change, schema)
    if not change.undoes and change.origin in ("human", "model") and _has_rules(schema):
        _check_objects(change, schema, objects)


def _check_classes(change: Change, schema: Schema) -> None:
    """Raise `InvalidValue` for classes that the schema does not have, unless this very change adds them."""
    known = {op.id for op in change.ops if op.record == "class" and op.action == "create"}
    for op in change.ops:
        if op.record != "object" or op.action == "delete":
            continue
        if op.action == "create":
            wanted = op.new.get("class_id") if isinstance(op.new, dict) else None
        else:
            wanted = op.new if op.path == "class_id" else None
        if wanted is None or (isinstance(wanted, str) and wanted in known):
            continue
        if not isinstance(wanted, str) or schema.by_id(wanted) is None:
            raise InvalidValue("The class id", wanted, "the id of a class of this task")


def _check_objects(change: Change, schema: Schema, objects: Objects) -> None:
    """Raise `InvalidValue` where what a change sets of an object is not as its class has it."""
    gone = {op.id for op in change.ops if op.record == "object" and op.action == "delete"}
    ops = tuple(op for op in change.ops if op.record == "object" and op.id not in gone)
    wanted = _set_on(ops)
    ops = tuple(op for op in ops if op.action == "create" or op.id in wanted.get(op.item, ()))
    stored = {
        Ref("object", record.id, item): record
        for item, ids in wanted.items()
        for record in objects(item, ids)
    }
    try:
        done = perform(ops, stored.get)
    except (Conflict, InvalidValue):
        return  # whoever writes it says so
    declared = Declared()
    for before, after in done.values():
        rules = schema.rules(after.class_id) if isinstance(after, ObjectRecord) else None
        if rules is not None and isinstance(after, ObjectRecord):
            earlier = before if isinstance(before, ObjectRecord) else None
            if earlier is None or earlier.shape != after.shape or earlier.class_id != after.class_id:
                _check_shape(after.shape, rules)
            _check_attributes(after, earlier, declared(rules))


def missing(objects: Iterable[ObjectRecord], schema: Schema) -> list[Missing]:
    """Return what objects still need before their item can be done, in their order."""
    found, declared = [], Declared()
    for record in objects:
        rules = schema.rules(record.class_id)
        if rules is None or rules.retired:
            continue
        wanted = declared(rules).values()
        names = tuple(each.name for each in wanted if each.is_missing(record.attributes.get(each.name)))
        if names:
            found.append(Missing(record.id, schema.name(record.class_id), names))
    return found


def words(lacking: Sequence[Missing]) -> str:
    """Return what is missing as a sentence for the person."""
    names = list(dict.fromkeys(name for each in lacking for name in each.attributes))
    labels = list(dict.fromkeys(each.label or "an object without a class" for each in lacking))
    many = f"{len(lacking):,} objects ({', '.join(labels)})" if len(lacking) > 1 else labels[0]
    return f"Not done yet: {', '.join(names)} of {many} must be given. What lacks it is selected."


def requires(schema: Schema) -> bool:
    """Tell whether anything is required of objects at all."""
    rules = [*schema.active, *([schema.unclassed] if schema.unclassed else [])]
    return any(values.get("required") for record in rules for values in record.attributes)


def attributes(rules: ClassRecord) -> list[Attribute]:
    """Return the attributes that are declared of a class; what a later version declares is passed over."""
    made = []
    for values in rules.attributes:
        try:
            made.append(Attribute(**values))
        except (InvalidValue, TypeError):
            continue
    return made


def _has_rules(schema: Schema) -> bool:
    rules = [*schema, *([schema.unclassed] if schema.unclassed else [])]
    return any(record.shapes or record.attributes for record in rules)


def _with_defaults(op: Op, schema: Schema, declared: Declared) -> Op:
    if op.action != "create" or op.record != "object" or not isinstance(op.new, dict):
        return op
    class_id, given = op.new.get("class_id"), op.new.get("attributes") or {}
    rules = schema.rules(class_id) if class_id is None or isinstance(class_id, str) else None
    if rules is None or not isinstance(given, dict):
        return op
    values = {
        name: each.default
        for name, each in declared(rules).items()
        if each.default is not None and name not in given
    }
    return msgspec.structs.replace(op, new={**op.new, "attributes": {**given, **values}}) if values else op


def _further_defaults(
    ops: tuple[Op, ...], schema: Schema, declared: Declared, objects: Objects
) -> Iterator[Op]:
    """Yield what gives objects that get another class the defaults of it, where they have no value."""
    given = {(op.item, op.id): op.new for op in ops if op.record == "object" and op.path == "class_id"}
    set_here = {(op.item, op.id, op.path) for op in ops}
    by_item: dict[str, list[str]] = {}
    for item, name in given:
        by_item.setdefault(item, []).append(name)
    for item, names in by_item.items():
        for record in objects(item, names):
            class_id = given[item, record.id]
            rules = schema.by_id(class_id) if isinstance(class_id, str) else None
            for name, each in (declared(rules) if rules else {}).items():
                path = f"attributes/{name}"
                lacks = name not in record.attributes and (item, record.id, path) not in set_here
                if lacks and each.default is not None and (item, record.id, "attributes") not in set_here:
                    yield Op("set", "object", record.id, item, path, None, each.default)


def _set_on(ops: Iterable[Op]) -> dict[str, list[str]]:
    """Return the objects by item of which something is set that a class has a say in."""
    found: dict[str, list[str]] = {}
    for op in ops:
        if op.action == "set" and op.path.partition("/")[0] in ("shape", "class_id", "attributes"):
            found.setdefault(op.item, []).append(op.id)
    return found


def _check_attributes(
    record: ObjectRecord, before: ObjectRecord | None, declared: Mapping[str, Attribute]
) -> None:
    known: Mapping[str, Any] = before.attributes if before is not None else {}
    for name, value in record.attributes.items():
        if name in declared and (name not in known or known[name] != value):
            declared[name].check(value)


def _check_shape(shape: Shape, rules: ClassRecord) -> None:
    whose = f"The class {rules.name!r}" if rules.name else "An object without a class"
    if not takes(rules.shapes, shape):
        turned = " at an angle" if shape.kind == "box" and "box" in rules.shapes else ""
        kinds = ", ".join(rules.shapes)
        raise InvalidValue(f"{whose}: its shape", f"{shape.kind}{turned}", f"one of: {kinds}")
    joints = getattr(shape, "joints", None)
    if shape.kind == "skeleton" and rules.skeleton and joints is not None:
        wanted = len(rules.skeleton.get("joints", ()))
        if len(joints) != wanted:
            raise InvalidValue(
                f"{whose}: joints of the skeleton", len(joints), f"{wanted}, as its template has"
            )
