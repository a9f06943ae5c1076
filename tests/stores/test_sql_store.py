"""What only the SQLite store has: pages, blobs, indexes, speed at size."""

import pytest
from sqlalchemy import event, text

from ipyannotator.model import SHAPES, Box, Op, UnknownShape, encode
from ipyannotator.stores import SqlStore, entries, sql
from ipyannotator.testing.making import TASK, box, change, everything, field, klass, state, undo_of


@pytest.fixture
def store(tmp_path):
    opened = SqlStore(tmp_path)
    yield opened
    opened.close()


def queried(store, query):
    with store._db._engine("rw").connect() as connection:
        return connection.execute(text(query)).all()


def test_a_bulky_value_is_stored_once(store):
    mask = {"kind": "mask-of-a-stranger", "rle": list(range(3000))}
    for key in ("a", "b"):
        record = {"id": "m", "item": key, "shape": mask}
        made = change(Op("create", "object", "m", key, new=record))
        store.commit(made)
        store.commit(undo_of(made))
        store.commit(change(Op("create", "object", "m", key, new=record)))
    assert queried(store, "SELECT count(*) FROM blobs") == [(1,)]
    assert queried(store, "SELECT max(length(body)) < 500 FROM log") == [(1,)]
    assert everything(store.replay()) == everything(store)
    store.compact(1e12)
    assert queried(store, "SELECT count(*) FROM blobs") == [(1,)]
    store.commit(change(Op("delete", "object", "m", "a"), Op("delete", "object", "m", "b")))
    store.compact(1e12)
    assert queried(store, "SELECT count(*) FROM blobs") == [(0,)]


def test_many_small_values_that_are_bulky_together(store):
    made = change(field("f", None, {str(n): "x" * 10 for n in range(1000)}))
    store.commit(made)
    assert store.log()[0].change == made
    assert queried(store, "SELECT count(*) FROM blobs") == [(1,)]


def test_a_shape_of_a_plugin_that_changed_is_a_placeholder(store, monkeypatch):
    class Old:
        kind = "dot"

    data = {"kind": "dot", "u": 1}
    store.commit(
        change(Op("create", "object", "d", "a", new={"id": "d", "item": "a", "shape": data}), box("o"))
    )
    monkeypatch.setitem(SHAPES._parts, "dot", Box)
    first, second = store.annotated(TASK, "a").objects
    assert (first.shape, second.shape) == (UnknownShape("dot", data), Box(1, 2, 30, 40))
    monkeypatch.delitem(SHAPES._parts, "dot")
    assert encode(store.annotated(TASK, "a").objects[0])["shape"] == data


def test_iterations_cross_pages_and_hold_no_transaction(store, monkeypatch):
    monkeypatch.setattr(sql, "_PAGE", 7)
    monkeypatch.setattr(sql, "_WEIGHT", 10)
    store.commit(
        change(
            *(box(f"{n}.{m}", f"k{n:03}") for n in range(40) for m in range(n % 5)),
            state("last", "todo", "done"),
        )
    )
    wanted = [f"k{n:03}" for n in range(40) if n % 5] + ["last"]
    assert [item.id for item in store.items(TASK)] == wanted
    assert [one.item.id for one in store.each(TASK)] == wanted
    assert all(len(one.objects) == one.item.objects for one in store.each(TASK))
    assert [one.item.id for one in store.each(TASK, keys=reversed(wanted))] == wanted[::-1]
    assert [item.id for item in store.items(TASK, finished=True)] == ["last"]
    iterator = store.each(TASK)
    next(iterator)
    # An open read transaction would keep the journal from being emptied.
    assert queried(store, "PRAGMA wal_checkpoint(TRUNCATE)") == [(0, 0, 0)]
    assert len(list(iterator)) == len(wanted) - 1


def plans(store, call):
    """Return how SQLite goes about the queries that a call makes."""
    seen = []
    engine = store._db._engine("rw")

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    call()
    event.remove(engine, "before_cursor_execute", note)
    out = []
    with engine.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters)).all()
            out += [row.detail for row in rows]
    assert out
    return out


def test_no_query_of_a_step_scans_a_table(store):
    made = change(box("o"), klass("car", "car"))
    store.commit(made)
    store.commit(change(box("p")))
    calls = {
        "commit": lambda: store.commit(
            change(box("q", "a"), Op("delete", "object", "p", "a"), field("f", None, 1), undoes=made.id)
        ),
        "annotated": lambda: store.annotated(TASK, "a"),
        "items": lambda: list(store.items(TASK, after="0", finished=True)),
        "to_undo": lambda: store.to_undo(TASK, "a", "ann"),
        "to_redo": lambda: store.to_redo(TASK, "a", "ann"),
        "counts": lambda: store.counts(TASK),
        "head": store.head,
        "answer": lambda: store.answer(made.id),
        "log": lambda: store.log(1),
    }
    for name, call in calls.items():
        scans = [plan for plan in plans(store, call) if plan.startswith("SCAN")]
        # What a query itself lists is "scanned" too.
        scans = [plan for plan in scans if "VIRTUAL TABLE" not in plan and "CONSTANT ROW" not in plan]
        assert scans == [], name


def test_ten_thousand_objects_at_once(store):
    store.commit(change(*(box(str(n), class_id="car", score=0.5) for n in range(10_000))))
    found = store.annotated(TASK, "a")
    assert len(found.objects) == found.item.objects == 10_000
    assert store.counts(TASK).classes == {"car": 10_000}


def test_old_entries_are_upgraded_when_read(store, monkeypatch):
    store.commit(change(box("o")))
    monkeypatch.setattr(entries, "VERSION", 2)
    monkeypatch.setitem(entries.UPGRADES, 1, lambda data: {**data, "layer": "upgraded"})
    assert store.log()[0].change.layer == "upgraded"
