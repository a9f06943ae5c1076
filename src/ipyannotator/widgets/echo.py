"""Telling what somebody typed from what the program shows.

A control is set in two ways: by the person, which is a wish to be passed on, and by us, to show how things are, which
must not come back as a wish. Widget messages arrive on several threads, so "we are showing" counts per thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Showing:
    """Runs a function that brings controls in line with the state, on one thread at a time.

    It is true, within the thread that shows, while it shows. Where another thread asks in the meantime, the one that
    shows does it once more at the end, so that the last state is what stays; nobody waits, so nothing can lock up.

    Args:
        draw: sets the controls from the state.
    """

    def __init__(self, draw: Callable[[], None]) -> None:
        self._draw = draw
        self._lock = threading.Lock()
        self._owner = 0
        self._again = False

    def __bool__(self) -> bool:
        return self._owner == threading.get_ident()

    def __call__(self) -> None:
        """Show the state now."""
        with self._lock:
            if self._owner:
                self._again = self._again or self._owner != threading.get_ident()
                return
            self._owner = threading.get_ident()
        try:
            more = True
            while more:
                self._draw()
                with self._lock:
                    more, self._again = self._again, False
                    if not more:
                        self._owner = 0
        except BaseException:
            with self._lock:
                self._owner, self._again = 0, False
            raise
