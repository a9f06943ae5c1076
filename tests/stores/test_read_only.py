"""Reading only: nothing on the disk changes, and what others write is seen."""

import pytest

from ipyannotator.errors import ReadOnly
from ipyannotator.model import Answer
from ipyannotator.stores import SqlStore
from ipyannotator.testing.making import TASK, box, change, everything
from ipyannotator.testing.stores import an_empty_store_is_empty


def listing(folder):
    return {
        path.name: (path.stat().st_size, path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.iterdir()
    }


def test_a_store_that_does_not_exist_is_empty_and_is_found_when_it_appears(tmp_path):
    folder = tmp_path / "results"
    reader = SqlStore(folder, read_only=True)
    an_empty_store_is_empty(reader)
    assert not folder.exists()
    for write in (
        lambda: reader.commit(change(box("o"))),
        lambda: reader.keep(Answer(id="x", status="rejected")),
        lambda: reader.remember("x", b""),
    ):
        with pytest.raises(ReadOnly):
            write()
    assert not folder.exists()
    writer = SqlStore(folder)
    assert reader.head() == 0
    assert reader.project == writer.project
    writer.commit(change(box("o")))
    assert everything(reader) == everything(writer)
    writer.close()
    assert reader.head() == 1
    reader.close()


def test_reading_leaves_no_trace(tmp_path):
    writer = SqlStore(tmp_path)
    writer.commit(change(*(box(str(n), f"k{n}") for n in range(1200))))
    state = everything(writer)
    writer.close()
    before = listing(tmp_path)
    assert list(before) == ["annotations.db"]
    reader = SqlStore(tmp_path, read_only=True)
    assert everything(reader) == state
    assert everything(reader.replay()) == state
    assert listing(tmp_path) == before
    reader.close()
    assert listing(tmp_path) == before


def test_a_reader_follows_a_writer_that_comes_and_goes(tmp_path):
    SqlStore(tmp_path).close()
    reader = SqlStore(tmp_path, read_only=True)
    for round_ in range(3):
        writer = SqlStore(tmp_path)
        for n in range(3):
            writer.commit(change(box(f"{round_} {n}")))
            assert reader.head() == writer.head()
            assert reader.annotated(TASK, "a") == writer.annotated(TASK, "a")
        writer.close()
        assert [path.name for path in tmp_path.iterdir()] == ["annotations.db"]
        assert reader.head() == 3 * (round_ + 1)
    reader.close()


def test_a_reader_sees_whole_changes_while_a_writer_works(tmp_path):
    import threading

    SqlStore(tmp_path).close()
    reader = SqlStore(tmp_path, read_only=True)

    def write():
        for n in range(30):  # opens and closes: the journal appears and disappears
            writer = SqlStore(tmp_path)
            writer.commit(change(box(f"{n}"), box(f"{n}", "b")))
            writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while thread.is_alive():
        pair = next(iter(reader.each(TASK)), None)
        number = len(pair.objects) if pair else 0
        assert number >= seen
        assert pair is None or pair.item.objects == number
        seen = number
    thread.join()
    assert [len(one.objects) for one in reader.each(TASK)] == [30, 30]
    reader.close()
