# ruff: noqa: D103 - the names of the checks say what they check
"""The suite of stores."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ipyannotator.errors import InvalidValue, ReadOnly, StoreError
from ipyannotator.model import Answer, Author, Box, FieldRecord, ItemRecord, ObjectRecord, Op, Ref, encode
from ipyannotator.stores.base import Annotated, Counts, Store
from ipyannotator.testing.batches import BATCH_CHECKS
from ipyannotator.testing.leases import LEASE_CHECKS
from ipyannotator.testing.making import (
    ANN,
    BEN,
    TASK,
    box,
    change,
    everything,
    field,
    klass,
    raises,
    same,
    state,
    undo_of,
)


def check_store(factory: Callable[[], Store], reopen: Callable[[Store], Store] | None = None) -> None:
    """Check that a store does what `stores.base.Store` promises.

    Args:
        factory: returns a fresh, empty store; called once for each check. The store is closed by the suite.
        reopen: given an open store, closes it and returns the same one opened anew; None where nothing outlives
            closing.

    Raises:
        AssertionError: it does not.
    """
    for check in STORE_CHECKS:
        store = factory()
        try:
            check(store)
            same(f"{check.__name__}: replay", everything(store.replay()), everything(store))
            if reopen is not None:
                before, project = everything(store), store.project
                store = reopen(store)
                same(f"{check.__name__}: reopened", (everything(store), store.project), (before, project))
        finally:
            store.close()
            store.close()


def an_empty_store_is_empty(store: Store) -> None:
    same("head", store.head(), 0)
    same("log", store.log(), [])
    same("items", list(store.items(TASK)), [])
    same("each", list(store.each(TASK)), [])
    same("each of keys", list(store.each(TASK, keys=["a"])), [])
    same("classes", store.classes(TASK), [])
    same("counts", store.counts(TASK), Counts({}, {}))
    same("annotated", store.annotated(TASK, "a"), Annotated(ItemRecord(id="a"), [], []))
    same("answer", store.answer("x"), None)
    same("to_undo", (store.to_undo(TASK, "a", "ann"), store.to_redo(TASK, "a", "ann")), (None, None))
    same("recall", store.recall("x"), None)
    if not store.project:
        raise AssertionError("project: is empty, expected an id.")


def a_commit_is_kept(store: Store) -> None:
    made = change(box("o", class_id="car", score=0.5, attributes={"colour": "red", "n": [1, 2.5, None]}))
    answer = store.commit(made)
    same("answer", (answer.status, answer.id, answer.change), ("ok", made.id, made))
    same("head", store.head(), answer.seq)
    same("kept answer", store.answer(made.id), answer)
    same("log", [(entry.seq, entry.change) for entry in store.log()], [(answer.seq, made)])
    found = store.annotated(TASK, "a")
    same("item", found.item, ItemRecord(id="a", objects=1, revision=answer.seq))
    same("number of objects", len(found.objects), 1)
    kept = found.objects[0]
    same("attributes", kept.attributes, {"colour": "red", "n": [1, 2.5, None]})
    same("object", (kept.id, kept.class_id, kept.score, kept.revision), ("o", "car", 0.5, answer.seq))
    same("shape", kept.shape, Box(1, 2, 30, 40))
    same("counts", store.counts(TASK), Counts({"in_progress": 1}, {"car": 1}))
    moved = store.commit(change(Op("set", "object", "o", "a", "shape/x", 1, 7.5)), "amended")
    same("status", (moved.status, moved.seq > answer.seq), ("amended", True))
    same("moved", store.annotated(TASK, "a").objects[0].shape, Box(7.5, 2, 30, 40))
    same("log after", [entry.seq for entry in store.log(answer.seq)], [moved.seq])


def records_are_read_by_address(store: Store) -> None:
    store.commit(change(box("one"), box("two")))
    store.commit(change(state("a", "todo", "done")))
    wanted, item = Ref("object", "two", "a"), Ref("item", "a", "a")
    its = store.annotated(TASK, "a")
    expected = {wanted: next(record for record in its.objects if record.id == "two"), item: its.item}
    found = store.records(TASK, [wanted, item, Ref("object", "gone", "a"), Ref("item", "b", "b")])
    same("records", found, expected)
    same("records of another layer", store.records(TASK, [wanted], "other"), {})


def the_same_id_is_applied_once(store: Store) -> None:
    made = change(box("o"))
    first = store.commit(made)
    same("resent", store.commit(made), first)
    same("resent with other operations", store.commit(change(box("p"), id=made.id)), first)
    same("objects", [one.id for one in store.annotated(TASK, "a").objects], ["o"])
    refused = Answer(id="refused", status="rejected", reason="too small")
    store.keep(refused)
    store.keep(Answer(id="refused", status="rejected", reason="another"))
    same("kept", store.answer("refused"), refused)
    same("committed after a refusal", store.commit(change(box("q"), id="refused")), refused)
    answers: list[Answer] = []
    again = change(box("r"))
    threads = [threading.Thread(target=lambda: answers.append(store.commit(again))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same("answers of four threads", answers, [answers[0]] * 4)
    same("log", len(store.log()), 2)


def a_conflict_writes_nothing(store: Store) -> None:
    store.commit(change(box("o", class_id="car")))
    before = everything(store)
    lost = change(box("p"), Op("set", "object", "o", "a", "class_id", "dog", "cat"), author=BEN)
    answer = store.commit(lost)
    same("status", (answer.status, answer.change, answer.seq), ("conflict", None, 0))
    value = {"record": "object", "id": "o", "item": "a", "path": "class_id", "value": "car"}
    same("current", list(answer.current), [value])
    same("state", everything(store), before)
    same("resent", store.commit(lost), answer)
    same("deleted twice", store.commit(change(Op("delete", "object", "none", "a"))).status, "conflict")
    same("created twice", store.commit(change(box("o"))).status, "conflict")
    same("in another layer", store.commit(change(box("o"), layer="second")).status, "ok")
    same("in another task", store.commit(change(box("o"), task="other")).status, "ok")


def malformed_changes_are_refused(store: Store) -> None:
    store.commit(change(box("o")))
    before = everything(store)
    shape = {"kind": "box", "x": 0, "y": 0, "width": -1, "height": 1}
    bad = {
        "no operations": change(item="a"),
        "no id": change(box("p"), id=""),
        "no task": change(box("p"), task=""),
        "an unknown record": change(Op("create", "ghost", "g", "a", new={"id": "g"})),
        "an unknown path": change(Op("set", "object", "o", "a", "colour", None, "red")),
        "the revision": change(Op("set", "object", "o", "a", "revision", 1, 2)),
        "a wrong type": change(state("a", "todo", "maybe")),
        "a wrong shape": change(Op("set", "object", "o", "a", "shape", None, shape)),
        "no item": change(
            Op("create", "object", "p", new=encode(ObjectRecord(id="p", item="", shape=Box(0, 0, 1, 1))))
        ),
        "a lone surrogate": change(box("p", "\ud800")),
        "a NUL in a name": change(box("p\0q")),
        "a value that is no JSON": change(field("f", None, object())),
        "a created item": change(Op("create", "item", "b", "b", new={"id": "b"})),
    }
    for what, made in bad.items():
        if what == "a wrong shape":
            stored = encode(store.annotated(TASK, "a").objects[0])["shape"]
            made = change(Op("set", "object", "o", "a", "shape", stored, shape))  # noqa: PLW2901
        raises(what, InvalidValue, lambda made=made: store.commit(made))  # type: ignore[misc]
        if what != "no id":
            same(f"the answer to {what}", store.answer(made.id), None)
    raises("a status", InvalidValue, lambda: store.commit(change(box("p")), "rejected"))
    same("state", everything(store), before)


def counters_follow(store: Store) -> None:
    store.commit(change(box("o", class_id="car"), box("p"), box("q", "b")))
    same("drawn", store.counts(TASK), Counts({"in_progress": 2}, {"car": 1, "": 2}))
    store.commit(change(state("a", "todo", "done"), Op("set", "object", "p", "a", "class_id", None, "car")))
    same("done", store.counts(TASK), Counts({"in_progress": 1, "done": 1}, {"car": 2, "": 1}))
    store.commit(change(Op("delete", "object", "q", "b")))
    same("deleted", store.counts(TASK), Counts({"done": 1}, {"car": 2}))
    store.commit(change(field("f", None, {"k": 1}, "b")))
    same("a field", store.counts(TASK), Counts({"in_progress": 1, "done": 1}, {"car": 2}))
    same("the field", [(f.id, f.value) for f in store.annotated(TASK, "b").fields], [("f", {"k": 1})])
    store.commit(change(Op("set", "field", "f", "b", "value/k", 1, 2), field("g", None, 0, "b")))
    store.commit(change(field("f", {"k": 2}, None, "b"), state("c", "todo", "skipped")))
    same("a field gone", [(f.id, f.value) for f in store.annotated(TASK, "b").fields], [("g", 0)])
    same("counts", store.counts(TASK), Counts({"in_progress": 1, "done": 1, "skipped": 1}, {"car": 2}))
    same("another layer", store.counts(TASK, "second"), Counts({}, {}))
    same("origins", (store.origins(TASK), store.origins(TASK, "second")), ({"human": 2}, {}))


def items_come_in_order(store: Store) -> None:
    keys = ["Z.jpg", "a b#%'\".jpg", "a.jpg", "a/b.jpg", "ä.jpg", "\uffee.jpg", "😀.jpg"]
    store.commit(change(*(state(key, "todo", "done") for key in reversed(keys))))
    store.commit(change(box("o", "b"), box("o", "a.jpg"), box("p", "a.jpg", order=-1)))
    everyone = sorted([*keys, "b"])
    same("items", [item.id for item in store.items(TASK)], everyone)
    same("finished", [item.id for item in store.items(TASK, finished=True)], sorted(keys))
    within = [item.id for item in store.items(TASK, after="a.jpg", until="b")]
    same("after and until", within, ["a/b.jpg", "b"])
    same("each", [(one.item.id, len(one.objects)) for one in store.each(TASK)], [
        (key, {"a.jpg": 2, "b": 1}.get(key, 0)) for key in everyone
    ])  # fmt: skip
    same(
        "each of keys",
        [one.item.id for one in store.each(TASK, keys=iter(["b", "none", "Z.jpg"]))],
        ["b", "Z.jpg"],
    )
    same("objects by order", [one.id for one in store.annotated(TASK, "a.jpg").objects], ["p", "o"])
    started = store.items(TASK)
    next(started)
    store.commit(change(box("o", "zz")))
    same("written while iterating", len(list(started)) >= len(everyone) - 1, expected=True)


def classes_stay_unique(store: Store) -> None:
    store.commit(change(klass("1", "car", 2), klass("2", "dog", 1)))
    same("classes", [record.id for record in store.classes(TASK)], ["2", "1"])
    store.commit(change(Op("set", "class", "1", path="name", old="car", new="Auto"), box("o", class_id="1")))
    same("renamed", [record.name for record in store.classes(TASK)], ["dog", "Auto"])
    same("a second one of a name", store.commit(change(klass("3", "dog"))).status, "conflict")
    same("deleted in use", store.commit(change(Op("delete", "class", "1"))).status, "conflict")
    same("deleted", store.commit(change(Op("delete", "class", "2"))).status, "ok")
    same("in another layer", store.commit(change(klass("4", "cat"), layer="second")).status, "ok")
    same("one schema per task", [record.id for record in store.classes(TASK)], ["4", "1"])
    same("other task", store.classes("other"), [])


def undo_and_redo_follow_the_author(store: Store) -> None:
    def offered(key: str = "a", author: Author = ANN) -> tuple[str | None, str | None]:
        undo, redo = store.to_undo(TASK, key, author.id), store.to_redo(TASK, key, author.id)
        return (undo.id if undo else None, redo.id if redo else None)

    one, two = change(box("1"), id="one"), change(box("2"), box("3", "b"), id="two")
    for made in (
        one,
        two,
        change(box("4"), author=BEN, id="ben"),
        change(box("5"), origin="file", id="file"),
    ):
        same("made", store.commit(made).status, "ok")
    same(
        "latest", (offered(), offered("b"), offered("a", BEN)), (("two", None), ("two", None), ("ben", None))
    )
    undo_two = undo_of(two, id="undo two")
    same("undone", store.commit(undo_two).status, "ok")
    same("after undo", (offered(), offered("b")), (("one", "undo two"), (None, "undo two")))
    undo_one = undo_of(one, id="undo one")
    store.commit(undo_one)
    same("after both", offered(), (None, "undo one"))
    store.commit(undo_of(undo_one, id="redo one"))
    same("after redo", offered(), ("one", "undo two"))
    redo_two = undo_of(undo_two, id="redo two")
    store.commit(redo_two)
    same("after both redone", offered(), ("two", None))
    same("undo after redo", store.commit(undo_of(two, id="undo two again")).status, "ok")
    same("again", offered(), ("one", "undo two again"))
    store.commit(change(box("6"), id="six"))
    same("a new change ends redo", (offered(), offered("b")), (("six", None), (None, "undo two again")))
    same("nothing is Ben's to redo", offered("a", BEN), ("ben", None))
    classes = change(klass("c", "car"), id="class")
    store.commit(classes)
    same("changes without an item", offered(""), ("class", None))


def a_delete_can_be_taken_back_whole(store: Store) -> None:
    store.commit(change(box("o", author="ann", order=5, attributes={"k": 1})))
    kept = store.annotated(TASK, "a").objects[0]
    answer = store.commit(change(Op("delete", "object", "o", "a", old={"id": "o", "item": "a"})))
    if answer.change is None:
        raise AssertionError("The answer to a delete has no change.")
    store.commit(undo_of(answer.change))
    found = store.annotated(TASK, "a").objects[0]
    same("restored", encode(found), encode(kept))


def bulky_values_survive(store: Store) -> None:
    mask = {"kind": "mask-of-a-stranger", "rle": list(range(5000))}
    record = {"id": "m", "item": "a", "shape": mask, "attributes": {"text": "ä" * 5000}}
    made = change(Op("create", "object", "m", "a", new=record), field("long", None, ["x" * 100] * 100))
    store.commit(made)
    same("log", store.log()[0].change, made)
    found = store.annotated(TASK, "a")
    same("shape", encode(found.objects[0])["shape"], mask)
    same("attributes", found.objects[0].attributes, {"text": "ä" * 5000})
    same("field", found.fields[0].value, ["x" * 100] * 100)
    store.commit(undo_of(made))
    same("undone", store.annotated(TASK, "a")[1:], ([], []))


def values_are_remembered(store: Store) -> None:
    store.remember("export", b"\x00\xff")
    store.remember("export", b"new")
    same("recalled", (store.recall("export"), store.recall("other")), (b"new", None))
    same("not in the log", store.head(), 0)


def the_log_can_be_compacted(store: Store) -> None:
    old = [change(box(str(n), class_id="car"), time=float(n)) for n in range(5)]
    for made in [*old, change(klass("car", "car"), time=2.0), change(state("a", "todo", "done"), time=10.0)]:
        store.commit(made)
    late = change(box("late"), time=3.0)
    store.commit(late)
    before = everything(store)
    same("dropped", store.compact(5.0), 6)
    after = everything(store)
    same("state", {**after, "log": 0}, {**before, "log": 0})
    same("log", [entry.seq for entry in store.log()], [7, 8])
    same("a known id", store.commit(old[0]).seq, 1)
    same("nothing applied twice", store.head(), 8)
    same("undo", store.to_undo(TASK, "a", "ann"), late)
    same("replay", everything(store.replay()), after)
    same("dropped again", store.compact(5.0), 0)
    same("all dropped", (store.compact(1e12), store.log(), store.head()), (2, [], 8))
    same("state of all", {**everything(store), "log": 0}, {**before, "log": 0})
    same("goes on", store.commit(change(box("new"))).seq, 9)


def reading_only_refuses_to_write(store: Store) -> None:
    store.commit(change(box("o")))
    store.read_only = True
    raises("commit", ReadOnly, lambda: store.commit(change(box("p"))))
    raises("keep", ReadOnly, lambda: store.keep(Answer(id="x", status="rejected")))
    raises("remember", ReadOnly, lambda: store.remember("x", b""))
    raises("compact", ReadOnly, lambda: store.compact(0.0))
    same("objects", len(store.annotated(TASK, "a").objects), 1)
    store.read_only = False


def tasks_have_logs_of_their_own(store: Store) -> None:
    store.commit(change(box("o")))
    store.commit(change(box("o"), task="other"))
    store.commit(change(box("p")))
    same("of a task", [entry.seq for entry in store.log(task=TASK)], [1, 3])
    same("limited", [entry.seq for entry in store.log(1, limit=1)], [2])
    same("of none", store.log(task="none"), [])
    other = [FieldRecord(id="f", item="a", value=1, revision=4)]
    store.commit(change(field("f", None, 1), task="other"))
    same("fields", (store.annotated("other", "a").fields, store.annotated(TASK, "a").fields), (other, []))


def threads_write_and_read_at_once(store: Store) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(10):
                store.commit(change(box(f"{name}{n}", name), box(f"{name}{n}", "shared")))
                same("objects of a thread", len(store.annotated(TASK, name).objects), n + 1)
                store.counts(TASK)
                list(store.items(TASK))
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    same("objects", (len(store.annotated(TASK, "shared").objects), store.head()), (40, 40))


def a_closed_store_says_so(store: Store) -> None:
    twin = store.replay()
    twin.close()
    raises("read", StoreError, lambda: twin.counts(TASK))
    raises("write", StoreError, lambda: twin.commit(change(box("o"))))


STORE_CHECKS: tuple[Callable[[Store], None], ...] = (
    an_empty_store_is_empty,
    a_commit_is_kept,
    records_are_read_by_address,
    the_same_id_is_applied_once,
    a_conflict_writes_nothing,
    malformed_changes_are_refused,
    counters_follow,
    items_come_in_order,
    classes_stay_unique,
    undo_and_redo_follow_the_author,
    a_delete_can_be_taken_back_whole,
    bulky_values_survive,
    values_are_remembered,
    the_log_can_be_compacted,
    reading_only_refuses_to_write,
    tasks_have_logs_of_their_own,
    threads_write_and_read_at_once,
    a_closed_store_says_so,
    *BATCH_CHECKS,
    *LEASE_CHECKS,
)
"""What `check_store` checks, each with a fresh store."""
