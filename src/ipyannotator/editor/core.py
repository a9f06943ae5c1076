"""The editor: the one door through which anything is modified, and the position in the data.

How this works. A gesture in the browser, a line of Python and an undo all become a `Change` and go through `apply`:
hooks may amend or refuse it, the store writes it in one transaction, the answer goes back at once (`reply`), and only
then are observers told. `apply` may be called from any thread and any number of times with the same change: ids make
it idempotent. Hooks run outside the lock that orders commits, so a slow one delays nobody's saving.

`following.py` has the thread that has the editor `catch_up` with what other kernels write on the same project.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from ipyannotator.editor.amending import Amending
from ipyannotator.editor.checking import check, signed, with_defaults
from ipyannotator.editor.events import Events
from ipyannotator.editor.following import follow
from ipyannotator.editor.leases import Leases, Sharing
from ipyannotator.editor.live import AnnotationView, ObjectView
from ipyannotator.editor.todo import next_todo
from ipyannotator.errors import (
    Conflict,
    InvalidValue,
    NothingToUndo,
    ReadOnly,
    Rejected,
)
from ipyannotator.mltypes import Output
from ipyannotator.model import (
    Answer,
    Author,
    Change,
    Entry,
    ItemRecord,
    ObjectClass,
    ObjectRecord,
    Op,
    Origin,
    Ref,
    Schema,
    invert,
    new_id,
)
from ipyannotator.model.schema import name_of
from ipyannotator.sources import Part, Source
from ipyannotator.stores.base import Store


class Editor:
    """The live model of one task on one source.

    Args:
        store: where annotations are kept.
        source: what is annotated.
        output: what is annotated on it.
        author: who makes the changes that come through here.
        layer: `main`, unless people work independently on the same items.
        events: handlers to tell; a new set where None.
        extensible: whether new labels become classes on offer; as the output says where None.
        sharing: how several people share the project; None where one person works on it.

    Attributes:
        shown: the items that one moves through: the source, or a part of it (`restrict`).
        leases: who has which item, where the project is shared.
        amend: passes a change through the `before_change` hooks.
        place: what undo goes by instead of the item on screen, while a grid of many is: a name that is no key.
    """

    def __init__(
        self, store: Store, source: Source, output: Output, *, author: Author, layer: str = "main",
        events: Events | None = None, extensible: bool | None = None, sharing: Sharing | None = None,
    ) -> None:  # fmt: skip
        self.store = store
        self.source = source
        self.shown = source
        self.place = ""
        self.output = output
        self.extensible = output.classes is None if extensible is None else extensible
        self.task = output.name
        self.author = author
        self.layer = layer
        self.events = events or Events()
        self.amend = Amending(self.events)
        self.selection: tuple[str, ...] = ()
        self._index = 0
        self._lock = threading.RLock()
        self._schema: Schema | None = None
        self._own: set[int] = set()
        self._seen = store.head()
        self._closed = threading.Event()
        self.leases = Leases(self, sharing)
        follow(self, self._closed)

    # ---- reading ------------------------------------------------------------------------------------------------

    @property
    def read_only(self) -> bool:
        """Whether changes are refused."""
        return self.store.read_only

    @property
    def index(self) -> int:
        """The position of the item on screen, from 0."""
        return self._index

    @property
    def key(self) -> str:
        """The key of the item on screen."""
        return self.shown.key(self._index)

    @property
    def schema(self) -> Schema:
        """The classes of the task, as they are now."""
        schema = self._schema
        if schema is None:
            with self._lock:  # else a class that comes in meanwhile would be missed
                schema = self._schema = Schema(self.store.classes(self.task), self.output.unclassed)
        return schema

    @property
    def _where(self) -> str:
        return self.place or self.key

    def item(self, key: str) -> ItemRecord:
        """Return what is stored of an item besides its objects."""
        ref = Ref("item", key, key)
        found = self.store.records(self.task, [ref], self.layer).get(ref)
        return found if isinstance(found, ItemRecord) else ItemRecord(id=key)

    def objects(self, key: str, ids: Iterable[str]) -> list[ObjectRecord]:
        """Return some objects of an item, in the order of `ids`; those that do not exist are left out."""
        wanted = [Ref("object", each, key) for each in ids]
        found = self.store.records(self.task, wanted, self.layer)
        return [record for ref in wanted if isinstance(record := found.get(ref), ObjectRecord)]

    def view(self, key: str) -> AnnotationView:
        """Return what is known of an item, as a live object."""
        return AnnotationView(self, key)

    def state(self, record: ItemRecord) -> str:
        """Return the state that is shown: `todo` with something on it is `in_progress`."""
        return "in_progress" if record.state == "todo" and record.objects else record.state

    # ---- moving -------------------------------------------------------------------------------------------------

    def go(self, index: int) -> None:
        """Show the item at a position from 0; negative ones count from the end. Raise `IndexError`."""
        total = len(self.shown)
        if not isinstance(index, int) or not -total <= index < total:
            raise IndexError(f"There is no item {index!r}; there are {total}, numbered from 0.")
        with self._lock:
            self._index = index % total
            self.selection = ()
        self.events.emit("open", self.view(self.key))
        self.leases.hold()

    def restrict(self, keys: Iterable[str] | None, name: str = "") -> None:
        """Move through these items only, in this order; through all again where None. Shows the first of them.

        Raises:
            NoItems: there is none.
            KeyError: the source has no item of this key.
        """
        key = self.key
        shown = self.source if keys is None else Part(self.source, keys, name)
        with self._lock:
            self.shown = shown
            self._index = 0
        self.go(self.source.index(key) if keys is None else 0)
        self.events.emit("task")

    def next_todo(self, start: int) -> int | None:
        """Return the position of the first unfinished item from `start` on, going round; None if all are finished.

        A question only: to go on to the next item is `leases.next`, which passes by what others work on.
        """
        return next_todo(self.store, self.shown, self.task, self.layer, start)

    @property
    def selected(self) -> list[ObjectView]:
        """The selected objects of the item on screen."""
        return [ObjectView(self, record) for record in self.objects(self.key, self.selection)]

    def select(self, ids: Iterable[str]) -> None:
        """Tell observers which objects of the item on screen are selected."""
        self.selection = tuple(ids)
        self.events.emit("select", self.selected)

    # ---- changing: the one door ---------------------------------------------------------------------------------

    def apply(
        self, change: Change, reply: Callable[[Answer], None] | None = None, author: Author | None = None
    ) -> Answer:
        """Make a change.

        Args:
            change: what to do. Author, layer and time are set here, whatever it says.
            reply: is called with the answer as soon as it is durable, before observers are told.
            author: who makes it, where that is not the editor's author but a model.

        Returns:
            The answer: `ok`, `amended`, `rejected` or `conflict`; for a known id the one that was given before.

        Raises:
            ReadOnly: this is an explore step.
            InvalidValue: the change is malformed.
            StoreError: it could not be written now; nothing was changed, and the same change may be sent again.
        """
        self.check_writable()
        answer = self.store.answer(change.id)
        fresh = False
        if answer is None:
            answer, fresh = self._decide(change, author or self.author)
        if reply is not None:
            reply(answer)
        if fresh and answer.change is not None:
            self.events.emit("stored", Entry(answer.seq, answer.change))
            self.events.emit("change", answer.change)
            self.events.emit("task")
        return answer

    def check_writable(self) -> None:
        """Raise `ReadOnly` where changes are refused."""
        if self.read_only:
            raise ReadOnly("Explore changes nothing. Switch to Create, or open the task with `.create()`.")

    def do(
        self, ops: Iterable[Op], *, item: str | None = None, origin: Origin = "human", undoes: str = "",
        author: Author | None = None,
    ) -> Change:  # fmt: skip
        """Make a change of these operations, from Python; return what was stored.

        Raises:
            Rejected: a hook refused it.
            Conflict: somebody changed the same values since they were read.
        """
        change = Change(
            id=new_id(), task=self.task, ops=tuple(ops), item=self._where if item is None else item, origin=origin,
            undoes=undoes,
        )  # fmt: skip
        answer = self.apply(change, author=author)
        if answer.status == "rejected":
            raise Rejected(answer.reason)
        if answer.change is None:
            raise Conflict(answer.reason, answer.current)
        return answer.change

    def refuse(self, change_id: str, reason: str) -> Answer:
        """Keep and return the answer `rejected` for a change that cannot be made (it is malformed)."""
        answer = Answer(id=change_id, status="rejected", reason=reason)
        self.store.keep(answer)
        return answer

    def undo(self) -> Change:
        """Take back the author's latest change on the item, or in the grid, on screen.

        Raises:
            NothingToUndo: there is none.
            Conflict: somebody has since edited the same values.
        """
        return self._back(self.store.to_undo(self.task, self._where, self.author.id, self.layer), "undo")

    def redo(self) -> Change:
        """Bring back what the author's latest undo on the item on screen took away; raises as `undo`."""
        return self._back(self.store.to_redo(self.task, self._where, self.author.id, self.layer), "redo")

    def add_class(self, given: str | ObjectClass, *, retired: bool = False) -> str:
        """Add a class, or offer a retired one again; return its id. Not an edit of the item, so undo passes it by."""
        with self._lock:
            found = self.schema.find(name_of(given))
            if found is None:
                whole = isinstance(given, ObjectClass) or retired
                op = self.schema.new_class(
                    given if whole else self.output.declared(name_of(given)), retired=retired
                )
            elif found.retired and not retired:
                op = Op("set", "class", found.id, path="retired", old=True, new=False)
            else:
                return found.id
            self.do([op], item="")
            return op.id

    def declare(self, classes: Iterable[str | ObjectClass]) -> None:
        """Make exactly these the classes on offer, in this order; see `Schema.declare`."""
        classes = list(classes)
        for last in (False, False, True):
            ops = self.schema.declare(classes)
            try:
                if ops:
                    self.do(ops, item="", origin="file")
            except Conflict:  # another kernel declares the same at this moment: look what is left to do
                self._schema = None
                if last:
                    raise
            else:
                return

    def set_state(self, state: str, *, note: str | None = None, key: str | None = None) -> None:
        """Set the state of an item, and its note where one is given; nothing happens where both stand already."""
        key = self.key if key is None else key
        now = self.item(key)
        ops = [Op("set", "item", key, key, "state", now.state, state)] if state != now.state else []
        if note is not None and note != now.note:
            ops.append(Op("set", "item", key, key, "note", now.note, note))
        if ops:
            self.do(ops, item=key)

    def close(self) -> None:
        """End the follower, the source and the store; closing twice is harmless."""
        self._closed.set()
        self.leases.close()
        self.source.close()
        self.store.close()

    # ---- inside -------------------------------------------------------------------------------------------------

    def _decide(self, change: Change, author: Author) -> tuple[Answer, bool]:
        """Return the answer to a change that has none, and whether it is news: it may be sent twice at once."""
        if change.task != self.task:
            raise InvalidValue("The task of the change", change.task, f"{self.task!r}")
        change = msgspec.structs.replace(
            change,
            author=author,
            layer=self.layer,
            time=time.time(),
            ops=tuple(signed(op, author) for op in change.ops),
        )
        try:
            amended = self.amend(with_defaults(change, self.schema, self.objects))
        except Rejected as refusal:
            return self.refuse(change.id, str(refusal) or "refused by a hook"), False
        with self._lock:
            known = self.store.answer(change.id)
            if known is not None:
                return known, False
            check(amended, self.schema, self.objects)
            answer = self.store.commit(amended, "ok" if amended == change else "amended")
            if answer.change is not None:
                self._own.add(answer.seq)
                self._noticed(answer.change)
        return answer, True

    def _back(self, target: Change | None, what: Literal["undo", "redo"]) -> Change:
        if target is None:
            raise NothingToUndo(f"There is nothing of yours to {what} on this item.")
        try:
            return self.do(invert(target.ops), undoes=target.id, origin=target.origin)
        except Conflict as clash:
            raise Conflict(
                f"Cannot {what}: somebody has changed the same values since.", clash.current
            ) from clash

    def _noticed(self, change: Change) -> None:
        if any(op.record == "class" for op in change.ops):
            self._schema = None

    def catch_up(self) -> None:
        """Tell observers what others have written since the last time."""
        head = self.store.head()
        if head <= self._seen:
            return
        with self._lock:
            entries = self.store.log(self._seen, task=self.task)
            others = [entry for entry in entries if entry.seq not in self._own]
            self._seen = max([head, *(entry.seq for entry in entries)])
            self._own = {seq for seq in self._own if seq > self._seen}
            for entry in others:
                self._noticed(entry.change)
        for entry in others:
            if entry.change.layer == self.layer:
                self.events.emit("stored", entry)
                self.events.emit("remote", entry.change)
        if others:
            self.events.emit("task")
