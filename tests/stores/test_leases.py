"""Leases between processes, after a crash, and in databases of the first version; the rest is in the suite of stores."""

import sqlite3
import subprocess
import sys
import textwrap
from unittest.mock import Mock

import pytest

from ipyannotator.errors import StoreError
from ipyannotator.model import Author
from ipyannotator.stores import SqlStore, migrations
from ipyannotator.stores.leases import PERSONAL
from ipyannotator.testing.leases import NOW, claim, finish
from ipyannotator.testing.making import ANN, BEN, TASK, box, change, everything

KEYS = [f"{number:03}" for number in range(50)]

VISITOR = textwrap.dedent("""
    import sys
    from pathlib import Path
    from ipyannotator.model import Author
    from ipyannotator.stores import SqlStore
    from ipyannotator.testing.leases import NOW, claim, finish
    store = SqlStore(Path(sys.argv[1]))
    mine = claim(Author(sys.argv[2]), people=int(sys.argv[3]))
    print("ready", flush=True)
    sys.stdin.readline()
    keys = [f"{number:03}" for number in range(50)]
    while (key := store.lease(mine, keys, NOW)) is not None:
        print(key, flush=True)
        if sys.argv[4] == "stay":
            sys.stdin.readline()
        finish(store, key, mine.layer)
    store.close()
""")


def visitor(folder, name, people=1, what="work"):
    process = subprocess.Popen(
        [sys.executable, "-c", VISITOR, folder, name, str(people), what],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process):
    process.stdin.write("\n")
    process.stdin.flush()


def run(visitors):
    """Let visitors work at the same time; return what each of them got."""
    for process in visitors:
        begin(process)
    got = [process.communicate(timeout=120)[0].split() for process in visitors]
    assert [process.returncode for process in visitors] == [0] * len(visitors)
    return got


def test_four_processes_and_fifty_items_without_a_double(tmp_path):
    got = run([visitor(tmp_path, name) for name in ("ann", "ben", "cid", "dan")])
    assert sorted(key for its in got for key in its) == KEYS
    store = SqlStore(tmp_path)
    assert store.counts(TASK).states == {"done": 50}
    assert everything(store.replay()) == everything(store)
    store.close()


@pytest.mark.parametrize("people", [2, 3])
def test_each_item_to_so_many_people_and_no_more(tmp_path, people):
    names = ("ann", "ben", "cid", "dan")
    got = run([visitor(tmp_path, name, people) for name in names])
    assert all(len(its) == len(set(its)) for its in got)  # nobody twice
    given = sorted(key for its in got for key in its)
    assert given == sorted(KEYS * people)
    store = SqlStore(tmp_path)
    found = [key for name in names for key in store.finished(TASK, KEYS, PERSONAL + name)]
    assert sorted(found) == given
    store.close()


def test_the_item_of_a_killed_process_comes_back(tmp_path):
    gone = visitor(tmp_path, "ann", what="stay")
    begin(gone)
    assert gone.stdout.readline() == "000\n"
    gone.kill()
    gone.communicate()
    store = SqlStore(tmp_path)
    ben = claim(BEN)
    assert store.lease(ben, KEYS, NOW + 599) == "001"
    assert store.lease(ben, KEYS, NOW + 600) == "000"
    assert store.lease(claim(ANN), KEYS, NOW + 601) == "001"
    store.close()


def test_what_another_process_finished_a_moment_ago(tmp_path):
    one, two = SqlStore(tmp_path), SqlStore(tmp_path)

    def offered():
        yield "a"
        yield "b"
        finish(two, "a")  # while the first of them has yet to decide

    assert one.lease(claim(), offered(), NOW) == "b"
    one.close()
    two.close()


def test_finished_between_looking_and_taking(tmp_path, monkeypatch):
    one, two = SqlStore(tmp_path), SqlStore(tmp_path)
    take = one._take_first

    def late(wanted, keys, now):
        if "a" in keys and not two.finished(TASK, ["a"]):
            finish(two, "a")
        return take(wanted, keys, now)

    monkeypatch.setattr(one, "_take_first", late)
    assert one.lease(claim(), ["a", "b"], NOW) == "b"
    one.close()
    two.close()


def test_a_lease_outlives_the_process_and_is_no_annotation(tmp_path):
    store = SqlStore(tmp_path)
    store.commit(change(box("o")))
    before, ann = everything(store), claim()
    store.lease(ann, ["a"], NOW)
    assert everything(store) == before
    assert store.replay().leases(TASK) == []
    store.close()
    store = SqlStore(tmp_path)
    assert [(lease.key, lease.author) for lease in store.leases(TASK)] == [("a", ANN)]
    assert store.renew(ann, "a", NOW + 1)
    store.close()
    reader = SqlStore(tmp_path, read_only=True)
    assert len(reader.leases(TASK)) == 1
    reader.close()


def test_keys_and_names_of_any_kind(tmp_path):
    store = SqlStore(tmp_path)
    odd = ["it's", 'a "b"', "a/b?c#d", "ä😀", "[1,2]", "%", "1"]
    who = [claim(Author(f"{key} id", key), people=2) for key in odd]
    assert [store.lease(each, [key], NOW) for each, key in zip(who, odd, strict=True)] == odd
    assert {lease.author.name: lease.key for lease in store.leases(TASK)} == dict(zip(odd, odd, strict=True))
    for each, key in zip(who, odd, strict=True):
        finish(store, key, each.layer)
        assert store.finished(TASK, odd, each.layer) == {key}
    store.close()


def test_a_million_finished_ones_are_passed_by_in_large_parts(tmp_path, monkeypatch):
    store = SqlStore(tmp_path)
    read, write = Mock(wraps=store._db.read), Mock(wraps=store._db.atomic)
    monkeypatch.setattr(store._db, "read", read)
    monkeypatch.setattr(store._db, "atomic", write)
    monkeypatch.setattr(
        "ipyannotator.stores.sql_leases._by_layer",
        lambda _connection, wanted, keys: {wanted.layer: {key for key in keys if key != "last"}},
    )
    keys = (str(number) if number < 1_000_000 else "last" for number in range(1_000_001))
    assert store.lease(claim(), keys, NOW) == "last"
    assert (read.call_count < 30, write.call_count) == (True, 1)
    store.close()


def test_a_database_of_the_first_version_is_given_the_table(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        store = SqlStore(tmp_path)
        store.commit(change(box("o")))
        before = everything(store)
        store.close()
    with pytest.raises(StoreError, match="older"):
        SqlStore(tmp_path, read_only=True)
    store = SqlStore(tmp_path)
    assert store.lease(claim(), ["a"], NOW) == "a"
    assert everything(store) == before
    store.close()
    raw = sqlite3.connect(tmp_path / "annotations.db")
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
