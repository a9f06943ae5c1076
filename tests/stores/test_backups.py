"""Daily copies."""

import datetime as dt
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ipyannotator.errors import DamagedStore, InvalidValue, ReadOnly, StoreError
from ipyannotator.stores import SqlStore, backups, restore_backup
from ipyannotator.testing.making import box, change, everything


@pytest.fixture
def store(tmp_path):
    opened = SqlStore(tmp_path / "results")
    yield opened
    opened.close()


def on(monkeypatch, day):
    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2030, 1, day, 12, tzinfo=tz)

    monkeypatch.setattr("ipyannotator.stores.sql.dt.datetime", Clock)


def test_once_a_day_when_something_changed_and_seven_are_kept(store, tmp_path, monkeypatch):
    folder = tmp_path / "results" / "backups"
    made = []
    for day in range(1, 11):
        on(monkeypatch, day)
        store.commit(change(box(str(day))))
        made.append(store.backup(folder))
        store.commit(change(box(f"{day} later")))
        assert store.backup(folder) is None
    assert [path.name for path in made[:2]] == ["annotations-2030-01-01.db", "annotations-2030-01-02.db"]
    assert sorted(folder.iterdir()) == made[-7:]
    on(monkeypatch, 11)
    assert store.backup(folder, keep=2) is not None
    assert [path.name[-5:-3] for path in sorted(folder.iterdir())] == ["10", "11"]
    on(monkeypatch, 12)
    assert store.backup(folder) is None  # nothing changed since
    store.remember("export", b"x")
    assert store.backup(folder) is not None


def test_a_copy_is_whole_and_alone(store, tmp_path):
    store.commit(change(*(box(str(n)) for n in range(500))))
    copy = store.backup(tmp_path / "copies")
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    other = tmp_path / "other"
    other.mkdir()
    copy.rename(other / "annotations.db")
    opened = SqlStore(other)
    assert everything(opened) == everything(store)
    assert opened.project == store.project
    opened.close()


def test_a_copy_that_cannot_be_written(store, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"No backup could be written.*annotations are saved"):
        store.backup(tmp_path / "file" / "backups")
    with pytest.raises(InvalidValue):
        store.backup(tmp_path, keep=0)
    reader = SqlStore(tmp_path / "results", read_only=True)
    with pytest.raises(ReadOnly):
        reader.backup(tmp_path)
    reader.close()


def test_restoring_keeps_what_is_there(store, tmp_path):
    store.commit(change(box("old")))
    copy = store.backup(tmp_path / "results" / "backups")
    old = everything(store)
    store.commit(change(box("new")))
    new = everything(store)
    # As after a kill: the newest changes are in the journal beside the file.
    assert (tmp_path / "results" / "annotations.db-wal").stat().st_size > 0
    restore_backup(str(copy))
    with pytest.raises(StoreError, match="replaced"):
        store.commit(change(box("lost?")))
    store.close()
    restored = SqlStore(tmp_path / "results")
    assert everything(restored) == old
    restored.close()
    aside = next(p for p in (tmp_path / "results").iterdir() if "damaged" in p.name and p.suffix != "")
    before = tmp_path / "before"
    before.mkdir()
    name = next(p.name for p in aside.parent.iterdir() if "damaged" in p.name and p.name.endswith("Z"))
    for path in list(aside.parent.glob("*damaged*")):
        path.rename(before / path.name.replace(name, "annotations.db"))
    kept = SqlStore(before)
    assert everything(kept) == new
    kept.close()


def test_a_backup_that_is_damaged_or_missing_is_not_restored(store, tmp_path):
    folder = tmp_path / "results" / "backups"
    store.commit(change(box("o")))
    copy = store.backup(folder)
    store.close()
    before = (tmp_path / "results" / "annotations.db").read_bytes()
    copy.write_bytes(b"\0" * 10 + copy.read_bytes()[10:])
    with pytest.raises(DamagedStore, match="Nothing was changed"):
        restore_backup(copy)
    with pytest.raises(StoreError, match=copy.name):
        restore_backup(folder / "annotations-1999-01-01.db")
    assert (tmp_path / "results" / "annotations.db").read_bytes() == before
    names = sorted(path.name for path in (tmp_path / "results").iterdir())
    assert names == ["annotations.db", "backups"]


def test_restoring_where_no_file_is(store, tmp_path):
    store.commit(change(box("o")))
    copy = store.backup(tmp_path / "copies")
    state = everything(store)
    target = tmp_path / "elsewhere" / "annotations.db"
    target.parent.mkdir()
    assert restore_backup(copy, target) == target
    opened = SqlStore(target.parent)
    assert everything(opened) == state
    opened.close()


def test_the_latest_is_found_by_date(tmp_path):
    assert backups.latest(tmp_path) is None
    assert backups.latest(tmp_path / "none") is None
    for name in ("annotations-2029-12-31.db", "annotations-2030-01-01.db", "annotations-old.db", "z.db"):
        sqlite3.connect(tmp_path / name).close()
    assert backups.latest(tmp_path).name == "annotations-2030-01-01.db"


def test_two_stores_of_one_kernel_copy_at_the_same_time(tmp_path):
    """A cell that is run again opens the project beside the one that is open; both look after the copies."""
    folder = tmp_path / "results"
    stores = [SqlStore(folder) for _ in range(4)]
    stores[0].commit(change(*(box(str(n)) for n in range(2000))))
    begin = threading.Barrier(len(stores))

    def copy(store):
        begin.wait(10)
        return store.backup(folder / "backups")

    try:
        with ThreadPoolExecutor(len(stores)) as pool:
            made = [path for path in pool.map(copy, stores) if path is not None]
    finally:
        for store in stores:
            store.close()
    assert list((folder / "backups").iterdir()) == [made[0]]
    with sqlite3.connect(made[0]) as copy:
        assert copy.execute("SELECT count(*) FROM objects").fetchone() == (2000,)
    copy.close()
