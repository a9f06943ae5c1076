"""Events: how everything that is not the editor hears of what happens.

Widgets, progress, exports and a user's hooks all subscribe here; there is no second mechanism. A handler that
raises never breaks the annotator: the exception goes to the `error` event, with its traceback, and work goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final

from ipyannotator.errors import InvalidValue, Rejected

EVENTS: Final = {
    "open": "an item came on screen: `fn(annotation)`",
    "before_change": "a change is about to be made: `fn(change)`; may return an amended change or raise `Rejected`",
    "stored": "something was stored in this task, by whomever: `fn(entry)`, with the log's number",
    "change": "a change was made here: `fn(change)`",
    "remote": "somebody else changed something in this task: `fn(change)`",
    "select": "the selection changed: `fn(objects)`",
    "submit": "an item was marked as done: `fn(annotation)`",
    "pointer": "a pointer moved or was pressed on the canvas: `fn(event)` (provisional)",
    "key": "a key of the keymap was pressed that calls Python: `fn(key)`",
    "error": "something failed: `fn(error)`; `error.text` and `error.detail` are for the person",
    "notice": "something should be said to the person: `fn(level, text)`",
    "task": "the schema, the counters or the list of items changed: `fn()`",
}
"""The events, with the call that a handler gets."""

Handler = Callable[..., Any]


class Failure:
    """What an `error` handler gets.

    Attributes:
        error: the exception, or None where it happened in the browser.
        text: one line for the person.
        detail: the traceback.
    """

    def __init__(self, text: str, detail: str = "", error: BaseException | None = None) -> None:
        self.text = text
        self.detail = detail
        self.error = error

    @classmethod
    def of(cls, error: BaseException, where: str) -> Failure:
        """Describe an exception that was raised somewhere."""
        text = f"{where}: {type(error).__name__}: {error}"
        return cls(text, "".join(traceback.format_exception(error)), error)

    def __repr__(self) -> str:
        return f"Failure({self.text!r})"


class Events:
    """Handlers by event. Adding and removing while events are running is safe."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = {event: [] for event in EVENTS}
        self._loop: asyncio.AbstractEventLoop | None = None

    def on(self, event: str, handler: Handler | None = None) -> Handler:
        """Add a handler, as a call or as a decorator; returns the handler.

        `before_change` handlers are synchronous; all others may be `async`.
        """
        self._known(event)
        if handler is None:
            return lambda fn: self.on(event, fn)
        if not callable(handler):
            raise InvalidValue(f"The handler of {event!r}", handler, "a callable")
        if event == "before_change" and inspect.iscoroutinefunction(handler):
            raise InvalidValue(
                "The handler of 'before_change'", handler, "a plain function, not an async one"
            )
        with contextlib.suppress(
            RuntimeError
        ):  # async handlers run where they were added: on the kernel's loop
            self._loop = asyncio.get_running_loop()
        self._handlers[event] = [*self._handlers[event], handler]
        return handler

    def off(self, event: str, handler: Handler) -> None:
        """Remove a handler; removing one that is not there is harmless."""
        self._known(event)
        self._handlers[event] = [kept for kept in self._handlers[event] if kept != handler]

    def emit(self, event: str, *args: Any) -> None:
        """Call all handlers in the order they were added."""
        for handler in self._handlers[event]:
            try:
                result = handler(*args)
                if inspect.iscoroutine(result):
                    self._schedule(event, result)
            except Exception as error:  # noqa: BLE001 - anything may go wrong in somebody's handler
                self._failed(event, handler, error)

    def heard(self, event: str) -> bool:
        """Return whether an event has a handler."""
        self._known(event)
        return bool(self._handlers[event])

    def amend(self, change: Any) -> Any:
        """Pass a change through the `before_change` handlers; `Rejected` goes through to the caller."""
        for handler in self._handlers["before_change"]:
            try:
                result = handler(change)
                if result is not None and not isinstance(result, type(change)):
                    raise InvalidValue("What a 'before_change' handler returned", result, "a Change or None")  # noqa: TRY301
                change = result if result is not None else change
            except Rejected:
                raise
            except Exception as error:  # noqa: BLE001 - a broken hook must not stop the work
                self._failed("before_change", handler, error)
        return change

    def clear(self) -> None:
        """Remove all handlers."""
        self._handlers = {event: [] for event in EVENTS}

    def _known(self, event: str) -> None:
        if event not in EVENTS:
            raise InvalidValue("The event", event, f"one of: {', '.join(EVENTS)}")

    def _failed(self, event: str, handler: Handler, error: Exception) -> None:
        if event != "error":  # a failing error handler has nobody left to tell
            name = getattr(handler, "__name__", repr(handler))
            self.emit("error", Failure.of(error, f"The hook {name} on {event!r} failed"))

    def _schedule(self, event: str, work: Coroutine[Any, Any, Any]) -> None:
        async def guarded() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001 - as in `emit`
                self._failed(event, guarded, error)

        guarded.__name__ = getattr(work, "__name__", "async handler")
        if self._loop is not None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(guarded(), self._loop)
        else:
            threading.Thread(
                target=lambda: asyncio.run(guarded()), name="ipyannotator-hook", daemon=True
            ).start()
