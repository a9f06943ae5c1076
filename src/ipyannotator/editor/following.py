"""The thread that keeps an editor up to date: with what others write, and with files that are added.

It watches the tail of the store's log, so that what other kernels write on the same project reaches the observers
(events `stored` and `remote`) within half a second, and looks at the source now and then. It holds the editor weakly, and
ends with it.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from ipyannotator.editor.events import Failure
from ipyannotator.errors import SourceError, StoreError

if TYPE_CHECKING:
    from ipyannotator.editor.core import Editor

POLL = 0.4
"""Seconds between two looks at the log's tail."""
LOOK_EVERY = 8
"""Every so many looks at the log, the source is looked at too."""


def follow(editor: Editor, closed: threading.Event) -> None:
    """Start the thread for an editor; it ends when `closed` is set, or the editor is gone."""
    threading.Thread(
        target=_follow, args=(weakref.ref(editor), closed), name="ipyannotator-follow", daemon=True
    ).start()


def _follow(reference: weakref.ref[Editor], closed: threading.Event) -> None:
    looks = 0
    failing = ""
    while not closed.wait(POLL):
        editor = reference()
        if editor is None:
            return
        looks += 1
        try:
            editor.catch_up()
            editor.leases.tick()
            if looks % LOOK_EVERY == 0:
                _look_for_new_items(editor)
            failing = ""
        except Exception as error:  # noqa: BLE001 - the thread must live, and the person must know
            if not closed.is_set() and failing != str(error):  # said once, not twice a second
                editor.events.emit(
                    "error", Failure.of(error, _WHAT.get(type(error), "Cannot keep up with the project"))
                )
            failing = str(error)
        del editor


_WHAT: dict[type[Exception], str] = {
    StoreError: "Cannot read what others have saved",
    SourceError: "Cannot look for new items",
}


def _look_for_new_items(editor: Editor) -> None:
    fresh = editor.source.refresh()
    if fresh:
        what = "1 new item was" if len(fresh) == 1 else f"{len(fresh):,} new items were"
        editor.events.emit("notice", "info", f"{what} found; new items come last.")
        editor.events.emit("task")
