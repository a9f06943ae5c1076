"""What a disk can do to a store, and what the person then reads. Nothing acknowledged is lost, nothing half-written."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import textwrap

import pytest
from sqlalchemy import text

from ipyannotator.errors import DamagedStore, NewerVersion, StoreError
from ipyannotator.stores import SqlStore, restore_backup
from ipyannotator.stores.mounts import file_system
from ipyannotator.testing.making import TASK, box, change, everything, field

BIG = "x" * 200_000


@pytest.fixture
def store(tmp_path):
    opened = SqlStore(tmp_path)
    yield opened
    opened.close()


def pages(store, limit):
    """Limit the pages of the database, on the connection that will write."""
    with store._db._engine("rw").connect() as connection:
        return connection.execute(text(f"PRAGMA max_page_count = {limit}")).scalar()


def test_full_disk_changes_nothing_and_later_commits_work(store):
    store.commit(change(box("o")))
    before = everything(store)
    pages(store, 10)  # SQLite takes the present size where the limit is below it
    made = change(box("p"), field("f", None, BIG))
    with pytest.raises(StoreError, match=r"disk is full.*free some space"):
        store.commit(made)
    assert everything(store) == before
    assert store.answer(made.id) is None
    pages(store, 1_000_000)
    assert store.commit(made).status == "ok"
    assert store.annotated(TASK, "a").fields[0].value == BIG


def test_a_write_that_the_system_refuses_changes_nothing(tmp_path):
    script = textwrap.dedent("""
        import resource, signal, sys
        from pathlib import Path
        from ipyannotator.errors import StoreError
        from ipyannotator.stores import SqlStore
        from ipyannotator.testing.making import TASK, box, change, field
        from ipyannotator.testing.making import everything
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = SqlStore(Path(sys.argv[1]))
        store.commit(change(box("o")))
        before = everything(store)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = Path(sys.argv[1], "annotations.db-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10_000, hard))
        try:
            store.commit(change(box("p"), field("f", None, "x" * 200_000)))
        except StoreError as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert everything(store) == before
        assert store.commit(change(box("p"), field("f", None, "x" * 200_000))).status == "ok"
        assert everything(store.replay()) == everything(store)
        store.close()
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Nothing was changed" in done.stdout
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match=r"cannot be made.*result_dir"):
        SqlStore(tmp_path / "file" / "results")


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs POSIX users")
def test_no_permission_to_write(tmp_path):
    folder = tmp_path / "results"
    store = SqlStore(folder)
    store.commit(change(box("o")))
    store.close()
    script = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from ipyannotator.errors import StoreError
        from ipyannotator.stores import SqlStore
        warm = SqlStore(Path(sys.argv[2]))  # what is imported late, while it can be
        warm.close()
        SqlStore(Path(sys.argv[2]), read_only=True).close()
        if os.geteuid() == 0:
            os.setegid(65534)
            os.seteuid(65534)
        folder = Path(sys.argv[1])
        for place in (folder, folder / "below"):
            try:
                SqlStore(place)
            except StoreError as error:
                print(error)
        reader = SqlStore(folder, read_only=True)
        print(len(reader.annotated("boxes", "a").objects), "object")
        reader.close()
    """)
    for part in (tmp_path.parent.parent, tmp_path.parent, tmp_path):
        part.chmod(0o755)
    for path in (folder / "annotations.db", folder):
        path.chmod(0o444 if path.is_file() else 0o555)
    command = [sys.executable, "-c", script, folder, tmp_path / "warm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert "write permission" in first
    assert "annotations.db" in first
    assert "cannot be made" in second
    assert third == "1 object"
    assert sorted(path.name for path in folder.iterdir()) == ["annotations.db"]


def test_a_database_of_a_newer_version(store, tmp_path):
    store.close()
    with sqlite3.connect(tmp_path / "annotations.db") as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    raw.close()
    before = (tmp_path / "annotations.db").read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerVersion, match=r"version 99.*pip install -U"):
            SqlStore(tmp_path, read_only=read_only)
    assert (tmp_path / "annotations.db").read_bytes() == before


def test_a_log_entry_of_a_newer_version(store):
    store.commit(change(box("o")))
    with store._db.atomic() as connection:
        connection.execute(text("UPDATE log SET version = 99"))
    with pytest.raises(NewerVersion, match="version 99"):
        store.log()
    assert len(store.annotated(TASK, "a").objects) == 1


def test_somebody_elses_database_is_left_alone(tmp_path):
    path = tmp_path / "annotations.db"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE theirs (x)")
    raw.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match="not one of Ipyannotator's"):
            SqlStore(tmp_path, read_only=read_only)
    assert path.read_bytes() == before


def filled(tmp_path, objects=3000):
    store = SqlStore(tmp_path)
    store.commit(change(*(box(str(n)) for n in range(objects))))
    backup = store.backup(tmp_path / "backups")
    state = everything(store)
    store.close()
    return backup, state


def damage_header(path):
    with path.open("r+b") as file:
        file.write(b"\xde\xad\xbe\xef" * 64)


def damage_middle(path):
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xde\xad\xbe\xef" * ((size - 4096) // 4))


def truncate(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [damage_header, damage_middle, truncate])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_file_offers_the_backup(tmp_path, damage, read_only):
    backup, state = filled(tmp_path)
    path = tmp_path / "annotations.db"
    damage(path)
    harmed = path.read_bytes()
    with pytest.raises(DamagedStore) as caught:
        SqlStore(tmp_path, read_only=read_only)
    call = f"ipyannotator.stores.restore_backup({str(backup)!r})"
    assert call in str(caught.value)
    assert path.read_bytes() == harmed
    assert restore_backup(backup) == path
    (aside,) = (p for p in tmp_path.iterdir() if "damaged" in p.name)
    assert aside.read_bytes() == harmed
    store = SqlStore(tmp_path)
    assert everything(store) == state
    store.close()


def test_one_damaged_page_is_noticed_when_it_is_read(tmp_path):
    backup, _ = filled(tmp_path)
    path = tmp_path / "annotations.db"
    raw = sqlite3.connect(path)
    root = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'objects'").fetchone()[0]
    raw.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    store = SqlStore(tmp_path)
    with pytest.raises(DamagedStore, match="restore_backup") as caught:
        store.annotated(TASK, "a")
    assert str(backup) in str(caught.value)
    with pytest.raises(DamagedStore):
        store.commit(change(box("new")))
    (tmp_path / "backups" / "elsewhere").mkdir()
    with pytest.raises(DamagedStore, match="restore_backup"):
        store.backup(tmp_path / "backups" / "elsewhere")
    assert list((tmp_path / "backups" / "elsewhere").iterdir()) == []
    store.close()


def test_a_damaged_file_without_a_backup(tmp_path):
    (tmp_path / "annotations.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DamagedStore, match="There is no backup"):
        SqlStore(tmp_path)


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_goes_away_is_not_written_to(store, tmp_path, how):
    store.commit(change(box("o")))
    path = tmp_path / "annotations.db"
    if how == "replaced":
        shutil.copy(path, tmp_path / "copy")
    path.unlink()
    if how == "replaced":
        (tmp_path / "copy").rename(path)
    with pytest.raises(StoreError, match=r"moved, deleted or replaced.*Nothing was written"):
        store.commit(change(box("p")))


def test_a_missing_file_beside_a_backup_is_said(tmp_path):
    backup, _ = filled(tmp_path)
    (tmp_path / "annotations.db").unlink()
    store = SqlStore(tmp_path)
    assert [str(backup) in notice for notice in store.notices] == [True]
    store.close()


class NoWal(SqlStore):
    """On a VFS of SQLite that has file locks but no shared memory, as some network file systems."""

    vfs = "unix-dotfile"


def test_without_wal_a_rollback_journal_is_used_and_said(tmp_path):
    store = NoWal(tmp_path)
    assert ["rollback journal" in notice for notice in store.notices] == [True]
    with store._db._engine("rw").connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "delete"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 3  # EXTRA
    for n in range(20):
        store.commit(change(box(str(n))))
    assert len(store.annotated(TASK, "a").objects) == 20
    assert everything(store.replay()) == everything(store)
    reader = NoWal(tmp_path, read_only=True)
    assert everything(reader) == everything(store)
    reader.close()
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations.db"]


def test_a_wal_file_moved_to_a_disk_without_wal(tmp_path):
    store = SqlStore(tmp_path)
    store.commit(change(box("o")))
    state = everything(store)
    store.close()
    moved = NoWal(tmp_path)
    assert everything(moved) == state
    assert moved.commit(change(box("p"))).status == "ok"
    moved.close()
    back = SqlStore(tmp_path)
    assert back.notices == []
    assert len(back.annotated(TASK, "a").objects) == 2
    back.close()


def test_with_wal_every_commit_reaches_the_disk(store):
    assert store.notices == []
    with store._db._engine("rw").connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL


def test_the_file_system_of_a_folder(tmp_path):
    mounts = "/dev/vda / ext4 rw 0 0\nhost:/x /net/my\\040home nfs4 rw 0 0\ntmpfs /net/my\\040home/tmp tmpfs rw 0 0\n"
    kinds = {
        "/home/a": "ext4",
        "/net/my home/a/b": "nfs4",
        "/net/my home": "nfs4",
        "/net/my home/tmp/x": "tmpfs",
        "/net/my": "ext4",
    }
    from pathlib import PurePosixPath

    assert {path: file_system(PurePosixPath(path), mounts) for path in kinds} == kinds
    assert file_system(tmp_path, "") == ""
