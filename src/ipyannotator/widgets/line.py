"""The session's line to the kernel: what all widgets on stage share.

It adapts an editor to the wire (`docs/protocol.md`), and nothing more.

How this works. Messages come in on any thread and are handled as they come. What goes out goes through one lock, and
the state that a message carries is read inside it: so what was sent before a message is contained in it, and what is
sent after it applies on top. What takes time is done on worker threads.

`Canvas` shows one item, `Grid` many. In the page the widget on stage opens the session, and its model carries the
messages of all widgets of the annotator.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import msgspec
import traitlets

from ipyannotator.editor import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.errors import InvalidValue, IpyannotatorError, NewerVersion, ReadOnly, StoreError
from ipyannotator.model import Answer, Author, Change, ClassRecord, Entry, Op
from ipyannotator.model.change import VERSION
from ipyannotator.widgets.component import Component


class Line(Component):
    """What is on stage of one editor, and speaks with the page for all widgets of the annotator.

    Args:
        editor: what it shows.
        act: is called with the name and value of an action that the browser asks for.
        values: traits.

    Attributes:
        handlers: the name of the method that takes a message, by the message's type; a subclass adds its own.
    """

    abstract: ClassVar[bool] = True
    handlers: ClassVar[dict[str, str]] = {
        "change": "_on_change",
        "action": "_on_action",
        "problem": "_on_problem",
    }

    classes: traitlets.List[dict[str, Any]] = traitlets.List(
        help="the schema's classes, in their JSON form"
    ).tag(sync=True)
    keymap = traitlets.Dict(help="key to action name").tag(sync=True)
    labels = traitlets.Dict(help="action name to what the help calls it").tag(sync=True)
    read_only = traitlets.Bool(help="whether nothing can be changed").tag(sync=True)
    active_class = traitlets.Unicode("", help="the id of the class that a new object gets").tag(sync=True)
    tool = traitlets.Unicode("box", help="the name of the tool in use").tag(sync=True)
    place = traitlets.Unicode("", help="what undo goes by where many items are on screen").tag(sync=True)

    def __init__(self, editor: Editor, act: Callable[[str, Any], None], **values: Any) -> None:
        self.editor = editor
        self._act = act
        self._out = threading.RLock()
        self._workers = ThreadPoolExecutor(2, "ipyannotator-show")
        self._greeted = False
        self._ended = False
        self._unsaid: list[tuple[str, str, str]] = []
        self._said: set[str] = set()
        self._subscriptions: list[tuple[str, Callable[..., Any]]] = [
            ("stored", self._told),
            ("error", self._failed),
            ("notice", self.notify),
        ]
        super().__init__(read_only=editor.read_only, **values)
        for event, handler in self._subscriptions:
            editor.events.on(event, handler)
        self.on_msg(lambda _, content, buffers: self.receive(content, buffers))
        self.refresh_classes()

    # ---- out ----------------------------------------------------------------------------------------------------

    def notify(self, level: str, text: str, detail: str = "") -> None:
        """Say something to the person; `level` is `info`, `warning` or `error`."""
        with self._out:
            if not self._greeted:  # nobody is looking yet
                self._unsaid.append((level, text, detail))
                return
        self._tell({"type": "notice", "level": level, "text": text, "detail": detail})

    def refresh_classes(self) -> None:
        """Send the classes as they are now."""
        self.classes = [_class_data(record) for record in self.editor.schema]

    def close(self) -> None:
        """End it."""
        self._ended = True
        for event, handler in self._subscriptions:
            self.editor.events.off(event, handler)
        self._workers.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _follow(self, event: str, handler: Callable[..., Any]) -> None:
        """Subscribe to an event of the editor until the end."""
        self._subscriptions.append((event, handler))
        self.editor.events.on(event, handler)

    def _greet(self, show: Callable[[], None]) -> None:
        """Somebody looks now: show it, then say what was to be said."""
        with self._out:
            self._greeted = True
            unsaid, self._unsaid = self._unsaid, []
        show()
        for notice in unsaid:
            self.notify(*notice)

    def _told(self, entry: Entry) -> None:
        try:
            self._stored(entry)
        except StoreError:
            if not self._ended:  # else the store was closed under it, and nobody looks any more
                raise

    def _stored(self, entry: Entry) -> None:
        """Tell the browser what was stored, by whomever; a subclass tells what of it is on screen."""
        if any(op.record == "class" for op in entry.change.ops):
            self.refresh_classes()

    def _failed(self, failure: Failure) -> None:
        if (
            failure.text not in self._said
        ):  # shown once: a hook that fails at every change must not bury the work
            self._said.add(failure.text)
            self.notify("error", failure.text, failure.detail)

    def _answer(self, answer: Answer) -> None:
        amended = answer.status == "amended" and answer.change is not None
        self._tell(
            {
                "type": "answer",
                "id": answer.id,
                "status": answer.status,
                "reason": answer.reason,
                "ops": msgspec.to_builtins(answer.change.ops) if amended and answer.change else None,
                "current": list(answer.current),
                "seq": answer.seq,
            }
        )

    def _tell(self, content: dict[str, Any], buffers: Sequence[bytes] | None = None) -> None:
        with self._out:
            self.send({"v": VERSION, **content}, buffers)

    # ---- in -----------------------------------------------------------------------------------------------------

    def receive(self, content: Any, buffers: Sequence[Any] = ()) -> None:  # noqa: ARG002 - the widget's signature
        """Handle a message from the browser. Nothing that goes wrong stays unseen."""
        try:
            getattr(self, self._handler(content))(content)
        except IpyannotatorError as error:
            self.notify("error", str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must see it, and the next message works
            self.editor.events.emit("error", Failure.of(error, "A message from the browser failed"))

    def _handler(self, content: Any) -> str:
        """Return the name of the method for a message; raise where it is none of ours, or of a later version."""
        if not isinstance(content, Mapping) or not isinstance(content.get("v"), int):
            raise InvalidValue("The message", content, "a mapping with a version `v`")
        if content["v"] > VERSION:
            raise NewerVersion(
                f"The page speaks version {content['v']} of the protocol, this kernel {VERSION}. Reload the page."
            )
        if content.get("type") not in self.handlers:
            raise InvalidValue(
                "The type of the message", content.get("type"), f"one of {', '.join(self.handlers)}"
            )
        return self.handlers[content["type"]]

    def _on_change(self, content: Mapping[str, Any]) -> None:
        data = content["change"]
        change_id = data.get("id") if isinstance(data, Mapping) else None
        if not isinstance(change_id, str) or not change_id:
            raise InvalidValue("The change", data, "a mapping with an id")
        try:
            change = msgspec.convert(data, Change)
            ops = tuple(map(_unsigned, change.ops))
            change = msgspec.structs.replace(
                change, ops=ops, item=self.place or change.item, author=Author(""), origin="human", undoes=""
            )
            self.editor.apply(change, self._answer)
        except (msgspec.ValidationError, InvalidValue) as error:
            self._answer(self.editor.refuse(change_id, str(error)))
        except ReadOnly as error:  # not kept: nothing is written in explore
            self._answer(Answer(id=change_id, status="rejected", reason=str(error)))
        except StoreError as error:
            self._tell({"type": "failed", "id": change_id, "reason": str(error)})
        except Exception as error:
            # Not known to be written, so the page keeps it, says so and asks again; what is behind it goes to `error`.
            self._tell({"type": "failed", "id": change_id, "reason": f"{type(error).__name__}: {error}"})
            raise

    def _on_action(self, content: Mapping[str, Any]) -> None:
        self._act(str(content["name"]), content.get("value"))

    def _on_problem(self, content: Mapping[str, Any]) -> None:
        text, stack = str(content.get("text", "")), str(content.get("stack", ""))
        self._said.add(text)  # the browser has shown it already
        self.editor.events.emit("error", Failure(text, stack))

    def _later(self, work: Callable[..., None], *args: Any) -> None:
        def guarded() -> None:
            try:
                work(*args)
            except Exception as error:  # noqa: BLE001 - a worker has nobody above it
                if self._ended:  # the store was closed under it, and nobody looks any more
                    return
                self.editor.events.emit("error", Failure.of(error, "Showing the item failed"))

        try:
            self._workers.submit(guarded)
        except RuntimeError:  # closed in the meantime: there is no screen left to show it on
            return


def _unsigned(op: Op) -> Op:
    """Take the author out of what the browser sends: who it is, the kernel says, and nobody signs for another."""
    if op.action == "set" and op.path.partition("/")[0] == "author":
        raise InvalidValue("The path of an operation", op.path, "a value that can be changed on the screen")
    if op.action != "create" or not isinstance(op.new, dict):
        return op
    return msgspec.structs.replace(
        op, new={name: value for name, value in op.new.items() if name != "author"}
    )


def _class_data(record: ClassRecord) -> dict[str, Any]:
    data = {
        "id": record.id, "name": record.name, "color": record.color, "key": record.key, "order": record.order,
        "retired": record.retired,
    }  # fmt: skip
    rules = {
        "shapes": list(record.shapes),
        "attributes": list(record.attributes),
        "skeleton": record.skeleton,
    }
    return {**data, **{name: value for name, value in rules.items() if value}}
