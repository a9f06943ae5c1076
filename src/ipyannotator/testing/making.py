"""Small values to make changes of, and the two comparisons that the suites use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ipyannotator.model import Author, Box, Change, ClassRecord, ObjectRecord, Op, encode, invert, new_id
from ipyannotator.stores.base import Counts, Store

TASK = "boxes"
ANN, BEN = Author("ann", "Ann"), Author("ben", "Ben")


def same(what: str, found: object, expected: object) -> None:
    """Raise `AssertionError` where two values differ."""
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}.")


def raises(what: str, kind: type[Exception], fn: Callable[[], object]) -> None:
    """Raise `AssertionError` where a call does not raise an error of a kind."""
    try:
        found = fn()
    except kind:
        return
    raise AssertionError(f"{what}: returned {found!r}, expected {kind.__name__}.")


def box(object_id: str, key: str = "a", **values: Any) -> Op:
    """Return the operation that creates a box on an item."""
    record = ObjectRecord(id=object_id, item=key, **{"shape": Box(1, 2, 30, 40), **values})
    return Op("create", "object", object_id, key, new=encode(record))


def state(key: str, old: str, new: str) -> Op:
    """Return the operation that sets an item's state."""
    return Op("set", "item", key, key, "state", old, new)


def field(name: str, old: Any, new: Any, key: str = "a") -> Op:
    """Return the operation that sets a field of an item."""
    return Op("set", "field", name, key, "value", old, new)


def klass(class_id: str, name: str, order: int = 0) -> Op:
    """Return the operation that creates a class."""
    return Op("create", "class", class_id, new=encode(ClassRecord(id=class_id, name=name, order=order)))


def change(*ops: Op, **values: Any) -> Change:
    """Return a change by Ann with a new id, its item the one of the first operation."""
    return Change(
        **{
            "id": new_id(),
            "task": TASK,
            "ops": ops,
            "author": ANN,
            "item": ops[0].item if ops else "",
            **values,
        }
    )


def undo_of(made: Change, **values: Any) -> Change:
    """Return the change that takes another one back."""
    return change(*invert(made.ops), undoes=made.id, author=made.author, layer=made.layer, **values)


def everything(store: Store, tasks: Iterable[tuple[str, str]] = ((TASK, "main"),)) -> dict[str, object]:
    """Return all that a store holds of some tasks and layers, for comparison with another store."""
    return {
        f"{task}/{layer}": (
            list(store.each(task, layer)),
            store.classes(task),
            _ordered(store.counts(task, layer)),
        )
        for task, layer in tasks
    } | {"log": store.log(parts=True), "head": store.head()}


def _ordered(counts: Counts) -> tuple[dict[str, int], dict[str, int]]:
    return dict(sorted(counts.states.items())), dict(sorted(counts.classes.items()))
