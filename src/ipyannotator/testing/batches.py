# ruff: noqa: D103 - the names of the checks say what they check
"""The part of the suite of stores that is about batches: hidden, visible at once, taken back at once."""

from __future__ import annotations

from collections.abc import Callable

from ipyannotator.errors import InvalidValue
from ipyannotator.model import BatchRecord, Box, ObjectRecord, Op, batch_layer, encode, invert
from ipyannotator.stores.base import Store
from ipyannotator.testing.making import TASK, box, change, everything, klass, raises, same, state

_HIDDEN = batch_layer("b")


def _part(*boxes: tuple[str, str], done: tuple[str, ...] = (), label: str = "") -> tuple[Op, ...]:
    made = tuple(
        Op("create", "object", id_, key, new=ObjectRecord(id=id_, item=key, shape=Box(1, 2, 3, 4), class_id=label or None))
        for id_, key in boxes
    )  # fmt: skip
    return made + tuple(state(key, "todo", "done") for key in done)


def _fill(store: Store, *ops: Op, time: float = 0.0) -> int:
    return store.fill(change(*ops, layer=_HIDDEN, origin="file", item="", time=time))


def _show(*parts: int) -> Op:
    return Op("create", "batch", "b", new=encode(BatchRecord(id="b", title="a file", parts=[*parts])))


def _seen(store: Store) -> dict[str, tuple[str, list[str]]]:
    return {each.item.id: (each.item.state, [one.id for one in each.objects]) for each in store.each(TASK)}


def check_a_batch_is_hidden_until_it_is_shown(store: Store) -> None:
    store.commit(change(klass("c", "car")))
    before = everything(store) | {"log": None, "head": None}
    first = _fill(
        store, *_part(("o1", "a"), ("o2", "a"), ("o3", "b"), done=("a", "b", "e"), label="c"), time=5.0
    )
    second = _fill(store, *_part(("o4", "a"), ("o5", "c")), time=6.0)
    same("hidden", everything(store) | {"log": None, "head": None}, before)
    same("layers", store.layers(TASK), ["main"])
    same("the log without and with parts", (len(store.log()), len(store.log(parts=True))), (1, 3))
    same("waiting", store.batches(TASK), {_HIDDEN: 6.0})
    same("its own layer", [each.item.id for each in store.each(TASK, _HIDDEN)], ["a", "b", "c", "e"])
    answer = store.commit(change(_show(first, second), origin="file"))
    same("answer", (answer.status, answer.seq), ("ok", second + 1))
    same(
        "visible", _seen(store),
        {"a": ("done", ["o1", "o2", "o4"]), "b": ("done", ["o3"]), "c": ("todo", ["o5"]), "e": ("done", [])},
    )  # fmt: skip
    same("counts", tuple(store.counts(TASK)), ({"done": 3, "in_progress": 1}, {"c": 3, "": 2}))
    same("origins", sum(store.origins(TASK).values()), 5)
    same("revisions", {each.item.revision for each in store.each(TASK)}, {answer.seq})
    same(
        "objects' revisions",
        [one.revision for one in store.annotated(TASK, "a").objects],
        [first, first, second],
    )
    same("nothing waits", (store.batches(TASK), store.layers(TASK)), ({}, ["main"]))


def check_what_was_there_keeps_its_state_and_its_objects(store: Store) -> None:
    store.commit(change(box("mine", "a"), state("a", "todo", "flagged")))
    store.commit(change(box("mine", "b")))
    store.commit(change(box("o3", "c", shape=Box(9, 9, 9, 9))))
    part = _fill(store, *_part(("o1", "a"), ("o2", "b"), ("o3", "c"), ("o4", "c"), done=("b", "c")))
    store.commit(change(_show(part), origin="file"))
    same(
        "together", _seen(store),
        {"a": ("flagged", ["mine", "o1"]), "b": ("todo", ["mine", "o2"]), "c": ("todo", ["o3", "o4"])},
    )  # fmt: skip
    same("the one that was there", store.annotated(TASK, "c").objects[0].shape, Box(9, 9, 9, 9))
    same("numbers", [each.item.objects for each in store.each(TASK)], [2, 2, 2])
    same("counts", tuple(store.counts(TASK)), ({"flagged": 1, "in_progress": 2}, {"": 6}))


def check_a_batch_is_taken_back_but_for_what_was_edited_since(store: Store) -> None:
    store.commit(change(box("mine", "a"), state("a", "todo", "done")))
    part = _fill(store, *_part(("o1", "a"), ("o2", "b"), ("o3", "c"), done=("b", "c", "e")))
    shown = store.commit(change(_show(part), origin="file"))
    store.commit(change(Op("delete", "object", "o3", "c"), box("new", "c")))
    store.commit(change(box("later", "d")))
    same("nothing of ours to undo", store.to_undo(TASK, "b", "ann"), None)
    back = store.commit(change(*invert(shown.change.ops if shown.change else ()), origin="file"))
    same("answer", back.status, "ok")
    same(
        "what stays", _seen(store),
        {"a": ("done", ["mine"]), "b": ("todo", []), "c": ("done", ["new"]), "d": ("todo", ["later"]), "e": ("todo", [])},
    )  # fmt: skip
    same("counts", tuple(store.counts(TASK)), ({"done": 2, "in_progress": 1}, {"": 3}))
    again = store.commit(change(*invert(shown.change.ops if shown.change else ()), origin="file"))
    same("twice", again.status, "conflict")
    same("and in again under the same ids", _back_in(store), ("todo", ["o2"]))


def _back_in(store: Store) -> tuple[str, list[str]]:
    part = store.fill(change(*_part(("o2", "b")), layer=batch_layer("b2"), origin="file", item=""))
    record = BatchRecord(id="b2", parts=[part])
    store.commit(change(Op("create", "batch", "b2", new=encode(record)), origin="file"))
    return _seen(store)["b"]


def check_a_batch_that_is_abandoned_can_be_cleared(store: Store) -> None:
    store.commit(change(box("mine", "a")))
    before = everything(store) | {"head": None}
    _fill(store, *_part(("o1", "a"), ("o2", "b"), done=("b",)))
    store.discard(TASK, _HIDDEN)
    store.discard(TASK, _HIDDEN)
    same("nothing waits", (store.batches(TASK), everything(store) | {"head": None}), ({}, before))
    same("a change after it", store.commit(change(box("o1", "a"))).status, "ok")


def check_what_a_batch_takes(store: Store) -> None:
    good = _part(("o1", "a"))
    raises("a visible layer", InvalidValue, lambda: store.fill(change(*good, origin="file")))
    raises("a person's", InvalidValue, lambda: store.fill(change(*good, layer=_HIDDEN)))
    raises("by commit", InvalidValue, lambda: store.commit(change(box("o1"), layer=_HIDDEN, origin="file")))
    raises("a visible layer to clear", InvalidValue, lambda: store.discard(TASK, "main"))
    raises("set", InvalidValue, lambda: store.commit(change(Op("set", "batch", "b", path="title", new="x"))))
    first = store.commit(change(_show(), origin="file"))
    second = store.commit(change(_show(), origin="file"))
    same("shown twice", (first.status, second.status), ("ok", "conflict"))


def check_batches_outlive_compaction(store: Store) -> None:
    part = _fill(store, *_part(("o1", "a"), ("o2", "b"), done=("a",)), time=1.0)
    same("a part dropped", store.compact(2.0), 1)
    same("still hidden", _seen(store), {})
    shown = store.commit(change(_show(part), origin="file", time=3.0))
    same("replay of what is shown", everything(store.replay()), everything(store))
    same("the showing dropped", store.compact(4.0), 1)
    same("replay without it", everything(store.replay()), everything(store))
    store.commit(change(state("b", "todo", "skipped"), time=5.0))
    store.commit(change(*invert(shown.change.ops if shown.change else ()), origin="file", time=6.0))
    same("taken back", _seen(store), {"a": ("todo", []), "b": ("skipped", ["o2"])})
    same("replay of that", everything(store.replay()), everything(store))
    store.compact(7.0)


BATCH_CHECKS: tuple[Callable[[Store], None], ...] = (
    check_a_batch_is_hidden_until_it_is_shown,
    check_what_was_there_keeps_its_state_and_its_objects,
    check_a_batch_is_taken_back_but_for_what_was_edited_since,
    check_a_batch_that_is_abandoned_can_be_cleared,
    check_what_a_batch_takes,
    check_batches_outlive_compaction,
)
