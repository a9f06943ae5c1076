"""The in-memory twin of the SQLite store: the same rules on dictionaries. It also replays logs."""

from __future__ import annotations

import copy
import itertools
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from ipyannotator.errors import Conflict, ReadOnly, StoreError
from ipyannotator.model import (
    BATCH_LAYER,
    Answer,
    Change,
    ClassRecord,
    Entry,
    ItemRecord,
    Record,
    Ref,
    Status,
)
from ipyannotator.stores.base import STORES, Annotated, Counts
from ipyannotator.stores.effects import (
    Kind,
    Known,
    check_batch,
    check_hidden,
    check_status,
    flips,
    kind_of,
    normal,
    normal_answer,
    reach,
    settled,
)
from ipyannotator.stores.memory_leases import MemoryLeases
from ipyannotator.stores.records import Records

T = TypeVar("T")


class _Logged(NamedTuple):
    """An entry of the log; `stands` as `effects.py` explains."""

    change: Change
    status: Status
    kind: Kind
    stands: bool = True


@STORES.register("memory")
class MemoryStore(MemoryLeases):
    """A store that ends with the process; for tests, and what `replay` returns.

    Args:
        folder: ignored; taken so that every store is opened alike.
        read_only: whether writing raises `ReadOnly`; may be set later.
        records: the records to begin with, those of the entry number `start`.
        start: the number of the last entry before the log of this store.
    """

    def __init__(
        self,
        folder: Path | None = None,  # noqa: ARG002
        *,
        read_only: bool = False,
        records: Records | None = None,
        start: int = 0,
    ) -> None:
        super().__init__()
        self.project = uuid.uuid4().hex
        self.read_only = read_only
        self.location = "memory"
        self.notices: list[str] = []
        self._lock = threading.RLock()
        self._closed = False
        self._past = records or Records()
        self._records = copy.deepcopy(self._past)
        self._start = start
        self._log: dict[int, _Logged] = {}
        self._seqs: dict[str, int] = {}
        self._answers: dict[str, Answer] = {}
        self._values: dict[str, bytes] = {}
        self._touched: dict[tuple[str, str, str, str], list[int]] = {}

    # ---- writing

    def commit(self, change: Change, status: Status = "ok") -> Answer:
        """Apply a change and append it to the log; see `Store.commit`."""
        change = normal(change)
        check_status(status)
        with self._writing():
            known = self.answer(change.id)
            if known is not None:
                return known
            try:
                return self.replayed(Entry(self.head() + 1, change), status)
            except Conflict as clash:
                refused = Answer(id=change.id, status="conflict", reason=str(clash), current=clash.current)
                self._answers[change.id] = refused
                return refused

    def replayed(self, entry: Entry, status: Status) -> Answer:
        """Append an entry of another store's log under its own number; raise `Conflict` where it does not fit."""
        with self._lock:
            change = self._records.apply(entry.change, entry.seq)
            find = self._finder(change)
            kind = kind_of(change, find)
            for change_id, stands in flips(change, find):
                seq = self._seqs[change_id]
                self._log[seq] = self._log[seq]._replace(stands=stands)
            self._log[entry.seq] = _Logged(change, status, kind)
            self._seqs[change.id] = entry.seq
            self._answers[change.id] = Answer(id=change.id, status=status, change=change, seq=entry.seq)
            for key in reach(change):
                self._touched.setdefault((change.task, change.layer, key, change.author.id), []).append(
                    entry.seq
                )
            return self._answers[change.id]

    def fill(self, change: Change) -> int:
        """Write a part of a batch and append it to the log; see `Store.fill`."""
        check_batch(change)
        with self._writing():
            return self.replayed(Entry(self.head() + 1, settled(change)), "ok").seq

    def discard(self, task: str, layer: str) -> None:
        """Clear a batch that never became visible; see `Store.discard`."""
        check_hidden(layer)
        with self._writing():
            self._records.layers.pop((task, layer), None)
            self._past.layers.pop((task, layer), None)
            for seq, logged in list(self._log.items()):
                if (logged.change.task, logged.change.layer) == (task, layer):
                    del self._log[seq]
                    self._start = max(self._start, seq) if seq == self.head() else self._start

    def keep(self, answer: Answer) -> None:
        """Keep the answer of a change that was not committed; the first one stays."""
        with self._writing():
            self._answers.setdefault(answer.id, normal_answer(answer))

    def remember(self, name: str, value: bytes) -> None:
        """Keep a value beside the annotations."""
        with self._writing():
            self._values[name] = bytes(value)

    def compact(self, before: float) -> int:
        """Drop log entries older than `before`, keeping a snapshot; return how many."""
        with self._writing():
            old = list(
                itertools.takewhile(lambda seq: self._log[seq].change.time < before, sorted(self._log))
            )
            for seq in old:
                change = self._log.pop(seq).change
                self._past.apply(change, seq)
                self._start = seq
                del self._seqs[change.id]
                self._answers[change.id] = msgspec.structs.replace(self._answers[change.id], change=None)
                for key in reach(change):
                    self._touched[change.task, change.layer, key, change.author.id].remove(seq)
            return len(old)

    def backup(self, folder: Path, keep: int = 7) -> Path | None:  # noqa: ARG002
        """Return None: there is no file to copy."""
        return None

    # ---- reading

    def answer(self, change_id: str) -> Answer | None:
        """Return the kept answer of a change, or None."""
        with self._lock:
            self._check_open()
            return self._answers.get(change_id)

    def annotated(self, task: str, key: str, layer: str = "main") -> Annotated:
        """Return all that is known of one item."""
        with self._lock:
            self._check_open()
            return self._records.layer(task, layer).annotated(key)

    def records(self, task: str, refs: Iterable[Ref], layer: str = "main") -> dict[Ref, Record]:
        """Return some items, objects and fields by address; what is not stored is left out."""
        with self._lock:
            self._check_open()
            its = self._records.layer(task, layer)
            found = {ref: its.load(ref) for ref in refs}
        return {ref: record for ref, record in found.items() if record is not None}

    def items(
        self,
        task: str,
        layer: str = "main",
        *,
        after: str = "",
        until: str | None = None,
        finished: bool = False,
    ) -> Iterator[ItemRecord]:
        """Iterate the touched items by key."""
        with self._lock:
            self._check_open()
            records = self._records.layer(task, layer).items
            keys = sorted(key for key in records if key > after and (until is None or key <= until))
        for key in keys:
            with self._lock:
                record = records[key]
            if not finished or record.state != "todo":
                yield record

    def finished(self, task: str, keys: Iterable[str], layer: str = "main") -> set[str]:
        """Return those of the keys that are finished."""
        with self._lock:
            self._check_open()
            known = self._records.layer(task, layer).items
            return {key for key in keys if key in known and known[key].state != "todo"}

    def layers(self, task: str) -> list[str]:
        """Return the layers of a task in which something was written."""
        with self._lock:
            self._check_open()
            layers = (layer for its, layer in self._records.layers if its == task)
            return sorted(layer for layer in layers if not layer.startswith(BATCH_LAYER))

    def batches(self, task: str) -> dict[str, float]:
        """Return the layers that hold a batch that is not visible, with the time of its last part."""
        with self._lock:
            self._check_open()
            hidden = {
                layer for its, layer in self._records.layers if its == task and layer.startswith(BATCH_LAYER)
            }
            parts = (one.change for one in self._log.values() if one.change.task == task)
            return {part.layer: part.time for part in parts if part.layer in hidden}

    def each(self, task: str, layer: str = "main", keys: Iterable[str] | None = None) -> Iterator[Annotated]:
        """Iterate the touched items with their objects and fields; see `Store.each`."""
        with self._lock:
            self._check_open()
            records = self._records.layer(task, layer)
            wanted = sorted(records.items) if keys is None else keys
        for key in wanted:
            with self._lock:
                found = records.annotated(key) if key in records.items else None
            if found is not None:
                yield found

    def classes(self, task: str) -> list[ClassRecord]:
        """Return the classes of the task by (order, id), the retired ones too."""
        with self._lock:
            self._check_open()
            return sorted(
                self._records.classes.get(task, {}).values(), key=lambda record: (record.order, record.id)
            )

    def counts(self, task: str, layer: str = "main") -> Counts:
        """Return the counters."""
        with self._lock:
            self._check_open()
            its = self._records.layer(task, layer)
            return Counts(
                {k: n for k, n in its.states.items() if n}, {k: n for k, n in its.labels.items() if n}
            )

    def origins(self, task: str, layer: str = "main") -> dict[str, int]:
        """Return how many objects there are by their origin."""
        with self._lock:
            self._check_open()
            objects = self._records.layer(task, layer).objects
            return dict(Counter(record.origin for some in objects.values() for record in some.values()))

    def head(self) -> int:
        """Return the number of the last log entry."""
        with self._lock:
            self._check_open()
            return max(self._start, next(reversed(self._log), 0))

    def log(
        self, after: int = 0, *, task: str | None = None, limit: int | None = None, parts: bool = False
    ) -> list[Entry]:
        """Return the log's entries after a number, oldest first; with `parts` those that fill batches, too."""
        with self._lock:
            self._check_open()
            found = (
                Entry(seq, logged.change)
                for seq, logged in self._log.items()
                if seq > after
                and task in (None, logged.change.task)
                and (parts or not logged.change.layer.startswith(BATCH_LAYER))
            )
            return list(itertools.islice(found, limit))

    def to_undo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest change that touched the item and stands."""
        with self._lock:
            self._check_open()
            for seq in reversed(self._touched.get((task, layer, item, author), [])):
                logged = self._log[seq]
                if logged.kind == "change" and logged.stands:
                    return logged.change
            return None

    def to_redo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest undo on the item that stands, unless a new change came after it."""
        with self._lock:
            self._check_open()
            for seq in reversed(self._touched.get((task, layer, item, author), [])):
                logged = self._log[seq]
                if logged.kind == "change":
                    return None
                if logged.kind == "undo" and logged.stands:
                    return logged.change
            return None

    def recall(self, name: str) -> bytes | None:
        """Return a remembered value, or None."""
        with self._lock:
            self._check_open()
            return self._values.get(name)

    def replay(self) -> MemoryStore:
        """Return a store made from the snapshot and the log alone."""
        with self._lock:
            self._check_open()
            twin = MemoryStore(records=copy.deepcopy(self._past), start=self._start)
            twin.project = self.project
            for seq, logged in self._log.items():
                twin.replayed(Entry(seq, logged.change), logged.status)
            return twin

    def close(self) -> None:
        """End it; closing twice is harmless."""
        self._closed = True

    # ---- inner parts

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._check_open()
            if self.read_only:
                raise ReadOnly("The store is open for reading only. Annotate with `create()` to write to it.")
            yield

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError("The store in memory was closed. Open the project anew (run the cell again).")

    def _finder(self, change: Change) -> Callable[[str], Known | None]:
        def find(change_id: str) -> Known | None:
            logged = self._log.get(self._seqs.get(change_id, 0))
            if logged is None or (logged.change.task, logged.change.layer) != (change.task, change.layer):
                return None
            return Known(logged.kind, logged.change.undoes)

        return find
