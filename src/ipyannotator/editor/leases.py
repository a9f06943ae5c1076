"""How several people share out what is to do: whoever has an unfinished item on screen has a lease on it.

How this works. Where a project is shared, `next` takes the next item on lease from the store (`stores/leases.py` has the
rules), and moving to an item by hand does the same if it is free; if it is not, the person is told who works on it, and
may edit it all the same. One page has one item: with the next one the former is let go. The follower's thread renews
the lease as long as the page lives. A kernel outlives its page, so the page says that it is there (`alive`); of one that
has said so and fell silent, the lease is left to run out. A page that never says anything is renewed for.

A lease that was lost (the computer slept, the same page was opened again) is not taken back by the thread, but
only by what the person does: else a kernel whose page was reloaded would take the item from its successor.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from ipyannotator.editor.todo import around
from ipyannotator.errors import InvalidValue, StoreError
from ipyannotator.model import Change, new_id
from ipyannotator.stores.leases import Claim, Lease

if TYPE_CHECKING:
    from ipyannotator.editor.core import Editor

RENEW_EVERY = 15.0
"""Seconds between two renewals."""
SILENT = 150.0
"""Seconds after which a page that fell silent is gone; a browser wakes a page in the background once a minute."""


class Sharing(NamedTuple):
    """That several people work on a project, and how.

    Attributes:
        overlap: to how many people each item is given.
        holder: an id of what the page is opened in, e.g. the browser's tab; a page that is opened in it again gets its
            item back at once. A fresh one where empty.
        clock: tells the seconds since 1970.
    """

    overlap: int = 1
    holder: str = ""
    clock: Callable[[], float] = time.time


class Leases:
    """The leases of one editor; without `sharing`, nothing is leased and nothing is asked.

    Args:
        editor: the editor whose item is leased.
        sharing: how the project is shared; None where one person works on it.
    """

    def __init__(self, editor: Editor, sharing: Sharing | None) -> None:
        if sharing is not None and sharing.overlap < 1:
            raise InvalidValue("The overlap", sharing.overlap, "at least 1")
        self._editor = editor
        self._clock = sharing.clock if sharing else time.time
        self._shared = sharing is not None
        page = new_id()
        self._claim = Claim(
            editor.task, editor.layer, page, (sharing and sharing.holder) or page, editor.author,
            sharing.overlap if sharing else 1,
        )  # fmt: skip
        self._lock = threading.RLock()
        self._held: str | None = None
        self._begun = False
        self._renewed = self._clock()
        self._alive: float | None = None
        if self._shared:
            self._changed = _forwarding(self)
            editor.events.on("change", self._changed)

    @property
    def held(self) -> str | None:
        """The key of the item that this page has on lease, or None."""
        return self._held

    def next(self, start: int) -> int | None:
        """Return the position of the next item for this person, from `start` on, going round; None where none is left.

        Where the project is shared, it is on lease afterwards, and the former one is free. The first time, the item
        that this page, or the same person on a page that is gone, had on screen before comes first.
        """
        editor = self._editor
        shown = editor.shown
        if not self._on:
            return editor.next_todo(start)
        with self._lock:
            now = self._clock()
            keys = around(shown, start) if self._begun else chain(self._before(now), around(shown, start))
            key = editor.store.lease(self._claim, keys, now)
            self._begun = True
            if key is None:
                return None
            self._held, self._renewed = key, now
        return shown.index(key)

    def hold(self) -> None:
        """Take the item on screen on lease if it is free; say who works on it otherwise. The former one is let go."""
        if not self._on:
            return
        try:
            with self._lock:
                self._begun = True
                key = None if self._editor.place else self._editor.key
                text = "" if key is None or self._take(key) else self._others(key)
                if self._held is not None and self._held != key:
                    self.release()
        except StoreError as error:  # looking at an item goes on without a lease
            text = str(error)
        if text:
            self._editor.events.emit("notice", "warning", text)

    def release(self) -> None:
        """Let go what is on lease, e.g. where no item is on screen."""
        if not self._on:
            return
        with self._lock:
            self._held = None
            self._editor.store.release(self._claim)

    def alive(self) -> None:
        """Hear that the page is there; to be called at least once a minute once it was called."""
        self._alive = self._clock()

    def tick(self) -> None:
        """Renew the lease if it is time; called by the follower, several times a second."""
        if not self._on or self._held is None:
            return
        now = self._clock()
        if self._alive is not None and now < self._alive:
            self._alive = now  # the clock was set back
        if self._alive is not None and now - self._alive > SILENT:
            return
        if 0 <= now - self._renewed < RENEW_EVERY:
            return
        with self._lock:
            key = self._held
            if key is None:
                return
            self._renewed = now
            if self._editor.store.renew(self._claim, key, now):
                return
            self._held = None
            text = self._others(key) if key == self._editor.key else ""
        if text:
            self._editor.events.emit("notice", "warning", text)

    def why_none(self) -> str:
        """Return a sentence for the person to whom `next` gave nothing."""
        editor = self._editor
        if not self._on or editor.next_todo(0) is None:
            return "Everything is done."
        now = self._clock()
        others = {
            lease.author.name or lease.author.id
            for lease in editor.store.leases(editor.task)
            if lease.in_force(now)
            and lease.author.id != editor.author.id
            and not editor.store.finished(editor.task, [lease.key], lease.layer)
        }
        if not others:
            return "Nothing is left to do for you."
        *most, last = sorted(others)
        who = f"{', '.join(most)} and {last} are" if most else f"{last} is"
        return f"Nothing is left to do for you; {who} working on the last ones."

    def close(self) -> None:
        """Let go what is on lease; closing twice is harmless."""
        if not self._shared:
            return
        self._editor.events.off("change", self._changed)
        try:
            self.release()
        except StoreError:  # it was closed, or cannot be written: the lease runs out by itself
            self._held = None
        self._shared = False

    # ---- inside -------------------------------------------------------------------------------------------------

    @property
    def _on(self) -> bool:
        """Whether anything is leased; a store may become one for reading after the editor was made."""
        return self._shared and not self._editor.read_only

    def _take(self, key: str) -> bool:
        """Try to have an item on lease; a finished one needs none."""
        if key == self._held:
            return True
        now = self._clock()
        if self._editor.store.lease(self._claim, [key], now) is None:
            return False
        self._held, self._renewed = key, now
        return True

    def _before(self, now: float) -> Iterator[str]:
        """Iterate the items on screen when this person's pages were left, those of this page first."""
        known = [
            lease
            for lease in self._editor.store.leases(self._claim.task)
            if lease.layer == self._claim.layer and lease.author.id == self._claim.author.id
        ]
        known.sort(key=lambda lease: (lease.holder != self._claim.holder, -lease.renewed))
        for lease in known:
            if not lease.bars(self._claim, now):
                try:
                    self._editor.shown.index(lease.key)
                except KeyError:  # not among what is shown here
                    continue
                yield lease.key

    def _others(self, key: str) -> str:
        """Return who works on an item that cannot be had; empty where it is finished."""
        editor = self._editor
        if editor.store.finished(editor.task, [key], editor.layer):
            return ""
        now = self._clock()
        for lease in editor.store.leases(editor.task):
            if (lease.key, lease.layer) == (key, editor.layer) and lease.bars(self._claim, now):
                return _who(lease, editor.author.id)
        return (
            "Enough people have this one already; you may do it all the same."
            if self._claim.people > 1
            else ""
        )

    def _touched(self, change: Change) -> None:
        """Take the item on screen on lease once somebody begins to edit it, or takes back that it is done."""
        if self._on and self._begun and self._held is None and not self._editor.place:
            with self._lock:
                if change.item == self._editor.key:
                    self._take(change.item)


def _who(lease: Lease, me: str) -> str:
    if lease.author.id == me:
        return "You have this one open in another window."
    return f"{lease.author.name or lease.author.id} is working on this one. What you change is kept as well."


def _forwarding(leases: Leases) -> Callable[[Change], None]:
    """Return a handler that does not keep the editor alive: the events outlive it."""
    reference = weakref.ref(leases)

    def changed(change: Change) -> None:
        its = reference()
        if its is not None:
            its._touched(change)  # noqa: SLF001 - a part of the same class, but for the weak reference

    return changed
