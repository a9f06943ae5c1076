"""Several processes on one project, and processes that are killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from ipyannotator.errors import StoreError
from ipyannotator.model import Op
from ipyannotator.stores import SqlStore
from ipyannotator.testing.making import TASK, box, change, everything

WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from ipyannotator.stores import SqlStore
    from ipyannotator.testing.making import box, change
    store = SqlStore(Path(sys.argv[1]))
    name, number = sys.argv[2], int(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(number):
        answer = store.commit(change(box(f"{name}-{n}", f"item {n % 7}"), id=f"{name}-{n}"))
        print(answer.status, f"{name}-{n}", flush=True)
    store.close()
""")


def writer(folder, name, number):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, folder, name, str(number)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process):
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.parametrize("after", [1, 37, 150])
def test_killed_while_it_writes(tmp_path, after):
    process = writer(tmp_path, "w", 100_000)
    begin(process)
    acknowledged = [process.stdout.readline().split()[1] for _ in range(after)]
    os.kill(process.pid, signal.SIGKILL)
    # What was still in the pipe was acknowledged too; the last line may be cut.
    rest, _ = process.communicate()
    acknowledged += [line.split()[1] for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    reader = SqlStore(tmp_path, read_only=True)
    seen = everything(reader)
    reader.close()
    store = SqlStore(tmp_path)
    assert everything(store) == seen
    ids = [entry.change.id for entry in store.log()]
    assert len(ids) == len(set(ids))
    assert ids[: len(acknowledged)] == acknowledged
    assert len(ids) - len(acknowledged) <= 1
    objects = [record.id for one in store.each(TASK) for record in one.objects]
    assert sorted(objects) == sorted(ids)
    assert everything(store.replay()) == everything(store)
    again = store.commit(change(box("w-0", "item 0"), id="w-0"))
    assert (again.status, again.seq) == ("ok", 1)
    with sqlite3.connect(tmp_path / "annotations.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    store.close()


def test_two_processes_and_this_one_write_at_once(tmp_path):
    store = SqlStore(tmp_path)
    processes = [writer(tmp_path, name, 60) for name in ("one", "two")]
    for process in processes:
        begin(process)
    mine = [store.commit(change(box(f"own-{n}", "item 0"), id=f"own-{n}")) for n in range(60)]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 60
    assert {answer.status for answer in mine} == {"ok"}
    assert store.head() == 180
    assert len({entry.change.id for entry in store.log()}) == 180
    assert sum(store.counts(TASK).classes.values()) == 180
    assert everything(store.replay()) == everything(store)
    store.close()


def test_two_stores_on_one_file_see_each_other_and_conflict_by_value(tmp_path):
    one, two = SqlStore(tmp_path), SqlStore(tmp_path)
    assert one.project == two.project
    one.commit(change(box("o")))
    assert two.head() == 1
    assert [entry.change for entry in two.log()] == [entry.change for entry in one.log()]
    assert one.commit(change(Op("set", "object", "o", "a", "shape/x", 1, 5))).status == "ok"
    late = two.commit(change(Op("set", "object", "o", "a", "shape/x", 1, 9)))
    assert (late.status, late.current[0]["value"]) == ("conflict", 5)
    assert two.commit(change(Op("set", "object", "o", "a", "shape/y", 2, 9))).status == "ok"
    assert one.annotated(TASK, "a") == two.annotated(TASK, "a")
    one.close()
    two.close()


def test_many_open_a_new_project_at_once(tmp_path):
    found, failures = [], []

    def work():
        try:
            store = SqlStore(tmp_path / "new")
            found.append(store.project)
            store.close()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(found)) == 1


def test_a_file_that_another_program_holds(tmp_path):
    class Impatient(SqlStore):
        busy = 0.05

    store = Impatient(tmp_path)
    other = sqlite3.connect(tmp_path / "annotations.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    made = change(box("o"))
    with pytest.raises(StoreError, match=r"held by another program.*try again"):
        store.commit(made)
    assert store.annotated(TASK, "a").objects == []
    other.execute("ROLLBACK")
    other.close()
    assert store.commit(made).status == "ok"
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_connections_of_its_own(tmp_path):
    script = textwrap.dedent("""
        import json, os, sys
        from pathlib import Path
        from ipyannotator.stores import SqlStore
        from ipyannotator.testing.making import box, change
        store = SqlStore(Path(sys.argv[1]))
        store.commit(change(box("before")))
        child = os.fork()
        for n in range(20):
            store.commit(change(box(f"{bool(child)}{n}")))
        if not child:
            store.close()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        print(json.dumps([status, store.head()]))
        store.close()
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [0, 41]


def test_closing_leaves_nothing_open(tmp_path):
    import psutil

    def files():
        return [file.path for file in psutil.Process().open_files() if str(tmp_path) in file.path]

    store = SqlStore(tmp_path)
    threads = [threading.Thread(target=lambda n=n: store.commit(change(box(str(n))))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files()
    iterator = store.items(TASK)
    next(iterator)
    store.close()
    assert files() == []
    assert [path.name for path in tmp_path.iterdir()] == ["annotations.db"]
    with pytest.raises(StoreError, match="was closed"):
        store.head()
