"""Taking over what is on another item: the objects that are not there already, as new ones of the person's own."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from ipyannotator.editor.census import REVIEW
from ipyannotator.editor.core import Editor
from ipyannotator.editor.suggesting import is_suggestion
from ipyannotator.model import ObjectRecord, Op, encode, encode_shape, new_id


def taking_over(editor: Editor, source: str, target: str) -> list[Op]:
    """Return the operations that give an item copies of what is on another one.

    A copy has shape, class, attributes and track; score, author and a reviewer's mark stay with the original. What
    somebody only suggested is not copied, nor what the item has already: the same shape and class, or the same track.

    Args:
        editor: the task.
        source: the key of the item with the originals.
        target: the key of the item that gets copies.
    """
    store = editor.store
    originals = store.annotated(editor.task, source, editor.layer).objects
    present = store.annotated(editor.task, target, editor.layer).objects
    known = {_same(record) for record in present}
    tracks = {record.track for record in present if record.track is not None}
    now = time.time_ns() // 1000
    ops: list[Op] = []
    for record in originals:
        if is_suggestion(record) or _same(record) in known or record.track in tracks:
            continue
        copy = ObjectRecord(
            id=new_id(),
            item=target,
            shape=record.shape,
            part=record.part,
            class_id=record.class_id,
            attributes={name: value for name, value in record.attributes.items() if name != REVIEW},
            track=record.track,
            order=now + len(ops),
        )
        ops.append(Op("create", "object", copy.id, target, new=encode(copy)))
    return ops


def _same(record: ObjectRecord) -> tuple[Any, ...]:
    return msgspec.json.encode(encode_shape(record.shape), order="sorted"), record.class_id
