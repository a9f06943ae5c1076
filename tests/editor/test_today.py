"""What a person did today: theirs only, since their midnight, in all their windows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ipyannotator.editor import Editor, today
from ipyannotator.editor.today import Done, Today, first_since
from ipyannotator.model import Box
from ipyannotator.stores import MemoryStore, SqlStore


@pytest.fixture
def watch() -> Iterator[Callable[..., Today]]:
    opened: list[Today] = []

    def make(editor: Editor, **more: Any) -> Today:
        told = threading.Event()
        made = Today(editor, told.set, **more)
        opened.append(made)
        made.catch_up()
        return made

    yield make
    for each in opened:
        each.close()


def test_what_i_do_is_counted_as_i_do_it(editor: Editor, watch: Callable[..., Today]) -> None:
    mine = watch(editor)
    assert mine.done == Done()
    one = editor.view("0.png").add(Box(1, 1, 5, 5), label="car")
    editor.view("0.png").add(Box(1, 1, 6, 6), label="car")
    assert mine.done[:3] == (1, 0, 2)
    editor.set_state("done", key="0.png")
    editor.set_state("skipped", key="1.png")
    assert mine.done[:3] == (2, 2, 2)
    one.delete()
    editor.set_state("todo", key="1.png")
    assert mine.done[:3] == (2, 1, 1)
    assert mine.done.first is not None
    assert 0 <= mine.done.first <= time.time() - today.midnight() + 1


def test_an_undo_takes_it_back(editor: Editor, watch: Callable[..., Today]) -> None:
    mine = watch(editor)
    editor.view("0.png").add(Box(1, 1, 5, 5), label="car")
    editor.go(0)
    editor.undo()
    assert mine.done.objects == 0
    editor.redo()
    assert mine.done.objects == 1


def test_others_work_is_theirs_and_my_other_window_counts(
    make: Callable[..., Editor], watch: Callable[..., Today]
) -> None:
    here, again, other = make("ann", ["car"]), make("ann"), make("bob")
    mine = watch(here)
    again.view("0.png").add(Box(1, 1, 5, 5), label="car")
    other.view("1.png").add(Box(1, 1, 5, 5), label="car")
    here.catch_up()
    assert mine.done[:3] == (1, 0, 1)
    assert watch(other).done[:3] == (1, 0, 1)


def test_what_files_bring_is_nobodys_work(editor: Editor, watch: Callable[..., Today]) -> None:
    mine = watch(editor)
    change = editor.view("0.png").add(Box(1, 1, 5, 5), label="car")
    assert change
    entry = editor.store.log(editor.store.head() - 1)[0].change
    op = msgspec.structs.replace(entry.ops[0], id="in", new={**entry.ops[0].new, "id": "in"})
    editor.do([op], origin="file")
    assert mine.done.objects == 1


def test_yesterday_is_not_today(
    editor: Editor, watch: Callable[..., Today], monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.view("0.png").add(Box(1, 1, 5, 5), label="car")
    assert watch(editor).done.items == 1
    mine = watch(editor, begin=time.time() + 3600)
    assert mine.done == Done()
    mine.begin(time.time() - 3600)
    mine.catch_up()
    assert mine.done.items == 1
    # The day changes by itself where no browser says otherwise.
    own = watch(editor)
    monkeypatch.setattr(today, "midnight", lambda: time.time() + 3600)
    own.catch_up()
    assert own.done == Done()


@pytest.mark.parametrize("kind", ["sql", "memory"])
@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_the_days_first_entry_is_found(tmp_path: Path, editor: Editor, kind: str, count: int) -> None:
    store: Any = SqlStore(tmp_path / "other") if kind == "sql" else MemoryStore()
    template = editor.store.log()[0].change
    for number in range(count):
        op = msgspec.structs.replace(
            template.ops[0],
            id=f"{number}",
            new={**template.ops[0].new, "id": f"{number}", "name": f"n{number}"},
        )
        store.commit(
            msgspec.structs.replace(template, id=f"c{number}", ops=(op,), time=float(number), undoes="")
        )
    for since in range(count + 2):
        assert first_since(store, float(since)) == min(since, count)
    store.close()


def test_a_long_log_takes_few_reads(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    store = editor.store

    class Long:
        def head(self) -> int:
            return 1_000_000

        def log(self, after: int, **_: Any) -> list[Any]:
            reads.append(after)
            entry = store.log()[0]
            change = msgspec.structs.replace(entry.change, time=float(after + 1))
            return [entry._replace(seq=after + 1, change=change)] if after < 1_000_000 else []

    long: Any = Long()
    assert first_since(long, 999_000.0) == 998_999
    assert len(reads) <= 21
