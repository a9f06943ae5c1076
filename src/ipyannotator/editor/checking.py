"""What the editor sees to in every change that comes in, whoever made it."""

from __future__ import annotations

import time

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.model import Author, Change, Op, Schema


def signed(op: Op, author: Author) -> Op:
    """Return the operation with author and order in a new object; one that an undo brings back keeps its own."""
    if op.action != "create" or op.record != "object" or not isinstance(op.new, dict) or op.new.get("author"):
        return op
    order = op.new.get("order") or time.time_ns() // 1000
    return msgspec.structs.replace(op, new={**op.new, "author": author.id, "order": order})


def check_classes(change: Change, schema: Schema) -> None:
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
