"""What the `before_change` hooks make of a change."""

from __future__ import annotations

import threading

import msgspec

from ipyannotator.editor.events import Events
from ipyannotator.errors import IpyannotatorError
from ipyannotator.model import Change


class Amending:
    """Passes changes through the hooks, on the thread that makes them.

    Args:
        events: has the hooks.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._here = threading.local()

    def __call__(self, change: Change) -> Change:
        """Return what the hooks make of a change; whatever that is, it stays this change, by this author.

        Raises:
            Rejected: a hook refused it.
            IpyannotatorError: a hook makes changes itself.
        """
        if getattr(self._here, "running", False):
            raise IpyannotatorError(
                "A 'before_change' hook cannot make changes itself. Return the change with more operations, "
                "or use `on('change')`."
            )
        self._here.running = True
        try:
            amended: Change = self._events.amend(change)
        finally:
            self._here.running = False
        if amended is change:
            return change
        return msgspec.structs.replace(
            amended, id=change.id, task=change.task, author=change.author, layer=change.layer, undoes=change.undoes
        )  # fmt: skip
