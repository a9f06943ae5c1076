"""The seam between the editor and what keeps the annotations.

A store keeps two things: the current state, in tables that serve all reads, and the append-only log of changes.
`commit` is its only way in. Everything is addressed by task and layer, so several tasks share one store.

`StoreState` and its parts are what reads return. The two built-in stores, and a stranger's, pass
`ipyannotator.testing.check_store`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from ipyannotator.model import (
    Answer,
    Change,
    ClassRecord,
    Entry,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    Record,
    Ref,
    Status,
)
from ipyannotator.registry import Registry
from ipyannotator.stores.leases import Claim, Lease

STORES: Registry[Callable[..., Store]] = Registry("store", "ipyannotator.stores")
"""Store classes by name; each is opened by `Store(folder, read_only=…)`."""


class Counts(NamedTuple):
    """Numbers kept up to date in each transaction.

    Attributes:
        states: items by shown state (`in_progress`, `done`, `skipped`, `flagged`); untouched ones are not counted.
        classes: objects by class id; objects without a class under an empty string.
    """

    states: dict[str, int]
    classes: dict[str, int]


class Annotated(NamedTuple):
    """All that is known of one item."""

    item: ItemRecord
    objects: list[ObjectRecord]
    fields: list[FieldRecord]


class Store(Protocol):
    """What keeps annotations. All methods are safe to call from any thread.

    Attributes:
        project: a stable id of the project, made with the store; survives moving the folder.
        read_only: whether writing raises `ReadOnly`.
        location: where it is, for the screen.
        notices: sentences that the person should see once (e.g. that the file system has no WAL).
    """

    project: str
    read_only: bool
    location: str
    notices: list[str]

    def commit(self, change: Change, status: Status = "ok") -> Answer:
        """Apply a change in one transaction and append it to the log.

        A change whose id is known is not applied again: its first answer is returned. An answer `conflict` is
        kept like the others. Two classes on offer of one name, and deleting a class that objects have, are
        conflicts too. A `delete` is kept with the whole of what it deleted. The revision of each record that
        changed becomes the entry's number, and so does that of each item on which anything changed.

        Raises:
            InvalidValue: the change is malformed.
            StoreError: it could not be written (disk full, no permission, damage); nothing was changed.
            ReadOnly: the store is read-only.
        """
        ...

    def fill(self, change: Change) -> int:
        """Write a part of a batch and append it to the log; return the number of the entry.

        A batch lies in a layer of its own, `batch_layer(id)`, which `layers` does not name. All of its parts become
        visible in a task's layer by one change there that creates its `BatchRecord`, and go by the one that deletes it:
        from the items on which nothing changed since. An item that was there before keeps its state unless it is `todo`.

        Args:
            change: of origin `file`, in the batch's layer; its operations create objects, given as records, and set
                states of items.

        Raises:
            InvalidValue, StoreError, ReadOnly: as for `commit`.
        """
        ...

    def batches(self, task: str) -> dict[str, float]:
        """Return the layers that hold a batch that is not visible, with the time of its last part, seconds since 1970."""
        ...

    def discard(self, task: str, layer: str) -> None:
        """Clear a batch that never became visible, its entries in the log too; nothing is harmless."""
        ...

    def keep(self, answer: Answer) -> None:
        """Keep the answer of a change that was not committed (`rejected`), for a resend."""
        ...

    def answer(self, change_id: str) -> Answer | None:
        """Return the kept answer of a change, or None."""
        ...

    def annotated(self, task: str, key: str, layer: str = "main") -> Annotated:
        """Return all that is known of one item; defaults where nothing is. Objects by (order, id)."""
        ...

    def records(self, task: str, refs: Iterable[Ref], layer: str = "main") -> dict[Ref, Record]:
        """Return some items, objects and fields by address; what is not stored is left out."""
        ...

    def items(
        self,
        task: str,
        layer: str = "main",
        *,
        after: str = "",
        until: str | None = None,
        finished: bool = False,
    ) -> Iterator[ItemRecord]:
        """Iterate the touched items by key, lazily; also those on which all was taken back again.

        Args:
            task: the task.
            layer: the layer.
            after: only keys greater than this.
            until: only keys up to and including this.
            finished: only items whose state is not `todo`.
        """
        ...

    def finished(self, task: str, keys: Iterable[str], layer: str = "main") -> set[str]:
        """Return those of the keys whose state is not `todo`; of a million in about a second."""
        ...

    def layers(self, task: str) -> list[str]:
        """Return the names of the task's layers in which something was ever written, sorted; without batches."""
        ...

    def each(self, task: str, layer: str = "main", keys: Iterable[str] | None = None) -> Iterator[Annotated]:
        """Iterate all touched items with their objects and fields by key, lazily; or those of `keys`, in that order."""
        ...

    def classes(self, task: str) -> list[ClassRecord]:
        """Return the classes of the task by (order, id), the retired ones too."""
        ...

    def counts(self, task: str, layer: str = "main") -> Counts:
        """Return the counters."""
        ...

    def origins(self, task: str, layer: str = "main") -> dict[str, int]:
        """Return how many objects there are by their origin; counted when asked, a second for some million."""
        ...

    def head(self) -> int:
        """Return the number of the last log entry, 0 before the first. Cheap enough to ask twice a second."""
        ...

    def log(
        self, after: int = 0, *, task: str | None = None, limit: int | None = None, parts: bool = False
    ) -> list[Entry]:
        """Return the log's entries after a number, oldest first; with `parts` those that fill batches, too."""
        ...

    def to_undo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest change that touched the item and stands, or None.

        Undos and redos are not candidates, nor are changes of origin `file`; a change that was taken back and
        brought back stands again. Changes that touch no item (of the schema) are found under an empty key.
        """
        ...

    def to_redo(self, task: str, item: str, author: str, layer: str = "main") -> Change | None:
        """Return the author's latest undo on the item that stands, unless a new change of theirs came after it."""
        ...

    def lease(self, claim: Claim, keys: Iterable[str], now: float) -> str | None:
        """Take the first of some items that is neither finished nor on lease to somebody else; let go what the page had.

        Atomic, also between processes; not part of the log. `leases.py` says who may have what.

        Args:
            claim: who wants one.
            keys: the items, best first; read lazily.
            now: seconds since 1970; machines that share a store agree on it within seconds.

        Returns:
            The item's key. None where there is none, and what the page had before stays with it.
        """
        ...

    def renew(self, claim: Claim, key: str, now: float) -> bool:
        """Renew a lease, also one that ran out and would be given to the page again; return whether the page has it."""
        ...

    def release(self, claim: Claim) -> None:
        """Let go what the claim's page has in its task and layer; nothing is harmless."""
        ...

    def leases(self, task: str) -> list[Lease]:
        """Return the leases of a task by layer and key, those that ran out too."""
        ...

    def remember(self, name: str, value: bytes) -> None:
        """Keep a value beside the annotations (e.g. the content of the last export); not part of the log."""
        ...

    def recall(self, name: str) -> bytes | None:
        """Return a remembered value, or None."""
        ...

    def replay(self) -> Store:
        """Return an in-memory store made from the log alone; equal to this one where nothing is wrong."""
        ...

    def compact(self, before: float) -> int:
        """Drop log entries older than `before` (seconds since 1970), keeping a snapshot; return how many.

        Entries are dropped up to the first that is not older. Their ids stay known: a resend gets its answer,
        without the change. They are no longer offered for undo.
        """
        ...

    def backup(self, folder: Path, keep: int = 7) -> Path | None:
        """Write today's copy, once a day, and drop all but the newest `keep`; None where there is nothing to do."""
        ...

    def close(self) -> None:
        """End it; closing twice is harmless."""
        ...
