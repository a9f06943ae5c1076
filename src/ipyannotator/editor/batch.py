"""Much that comes in at once, an imported file for one: written bit by bit, seen all at once, taken back all at once.

What is added lies in a layer that nobody sees, in transactions as short as a person's, so people go on drawing. `show`
makes all of it visible by one change. A batch that is not shown, since the file was broken or the kernel died, is
cleared: by `abandon`, or by `clear_abandoned` when the next one begins.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import msgspec

from ipyannotator.editor.core import Editor
from ipyannotator.errors import Conflict, InvalidValue
from ipyannotator.model import (
    BatchRecord,
    Change,
    ObjectRecord,
    Op,
    batch_layer,
    decode,
    encode,
    new_id,
)
from ipyannotator.stores.base import Annotated

STALE = 600.0
"""Seconds without a new part after which a batch counts as abandoned; one that is written has a part each moment."""


class Batch:
    """Much that comes in at once.

    Args:
        editor: the task.
        title: what it is, for the person: the file's name.
    """

    def __init__(self, editor: Editor, title: str) -> None:
        self._editor = editor
        self._title = title
        self._id = new_id()
        self._layer = batch_layer(self._id)
        self._parts: list[int] = []

    def add(self, ops: Iterable[Op]) -> None:
        """Add objects, given as records, and states of items; the `before_change` hooks see them as any change.

        Raises:
            Rejected: a hook refused it.
            InvalidValue: a hook made something else of it.
            StoreError: it could not be written.
        """
        editor = self._editor
        change = Change(
            id=new_id(), task=editor.task, ops=tuple(ops), layer=self._layer, author=editor.author,
            time=time.time(), origin="file",
        )  # fmt: skip
        if editor.events.heard("before_change"):
            change = _amended(editor, change)
        if change.ops:
            self._parts.append(editor.store.fill(change))

    def each(self, keys: Iterable[str]) -> Iterator[Annotated]:
        """Iterate those of some items that are in the batch already, with their objects."""
        return self._editor.store.each(self._editor.task, self._layer, keys)

    def show(self, ops: Iterable[Op] = ()) -> str:
        """Make everything visible; return the id by which it can be taken back, empty where nothing was added.

        Args:
            ops: what is done in the same change: the classes that the objects have.

        Raises:
            Conflict: somebody else has made one of these classes meanwhile.
        """
        every = [*ops]
        if self._parts:
            record = BatchRecord(id=self._id, title=self._title, parts=self._parts)
            every.append(Op("create", "batch", self._id, new=encode(record)))
        if every:
            self._editor.do(every, item="", origin="file")
        return self._id if self._parts else ""

    def abandon(self) -> None:
        """Clear what was added; it was never seen."""
        self._editor.store.discard(self._editor.task, self._layer)


def clear_abandoned(editor: Editor) -> int:
    """Clear the batches that nobody goes on with; return how many."""
    now = time.time()
    stale = [layer for layer, last in editor.store.batches(editor.task).items() if now - last > STALE]
    for layer in stale:
        editor.store.discard(editor.task, layer)
    return len(stale)


def take_back(editor: Editor, batch: str) -> int:
    """Take back what a batch brought to items on which nothing has changed since; return how many items those are."""
    try:
        change = editor.do([Op("delete", "batch", batch)], item="", origin="file")
    except Conflict:  # somebody took it back at this moment
        return 0
    answer = editor.store.answer(change.id)
    seq = answer.seq if answer is not None else 0
    return sum(item.revision == seq for item in editor.store.items(editor.task, editor.layer))


def _amended(editor: Editor, change: Change) -> Change:
    """Return what the hooks make of a part: they see objects in their JSON form, as in any change."""
    plain = _with(change, [_plain(op) for op in change.ops])
    amended = editor.amend(plain)
    return change if amended is plain else _with(amended, [_recorded(op) for op in amended.ops])


def _with(change: Change, ops: list[Op]) -> Change:
    return msgspec.structs.replace(change, ops=tuple(ops))


def _plain(op: Op) -> Op:
    return Op(op.action, op.record, op.id, op.item, new=encode(op.new)) if op.record == "object" else op


def _recorded(op: Op) -> Op:
    if op.record == "object" and op.action == "create":
        return Op("create", "object", op.id, op.item, new=decode(ObjectRecord, op.new))
    if op.record == "item" and op.path == "state":
        return op
    raise InvalidValue(
        "What a 'before_change' hook added to an import", op, "objects to create, or states of items"
    )
