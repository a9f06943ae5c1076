"""The canvas on the kernel's side: adapts an editor to the wire (`docs/protocol.md`), and nothing more.

How this works. Messages come in on any thread and are handled as they come. What goes out goes through one lock, and
the state that a `show` carries is read inside it: so a `patch` that was sent before a `show` is contained in it, and
one that is sent after it applies on top. Pictures are made on worker threads, since a large one may take seconds; a
`show` that is overtaken by the next one is dropped before it is sent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import traitlets

from ipyannotator.editor import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.errors import (
    InvalidValue,
    IpyannotatorError,
    MediaError,
    NewerVersion,
    ReadOnly,
    StoreError,
)
from ipyannotator.model import Answer, Author, Change, ClassRecord, Entry, Op, encode
from ipyannotator.model.change import VERSION
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.cache import MediaCache
from ipyannotator.widgets.component import Component

AHEAD = (1, 2, -1)
"""Which neighbours of the item on screen are sent ahead, nearest in working order first."""
REMEMBERED = 16
"""How many pictures the browser is taken to keep; it asks again for what it has dropped."""


class Canvas(Component):
    """The drawing surface of one editor.

    Args:
        editor: what it shows.
        media: where pictures come from.
        act: is called with the name and value of an action that the browser asks for.
    """

    classes: traitlets.List[dict[str, Any]] = traitlets.List(
        help="the schema's classes, in their JSON form"
    ).tag(sync=True)
    keymap = traitlets.Dict(help="key to action name").tag(sync=True)
    labels = traitlets.Dict(help="action name to what the help calls it").tag(sync=True)
    read_only = traitlets.Bool(help="whether drawing is off").tag(sync=True)
    active_class = traitlets.Unicode("", help="the id of the class that a new object gets").tag(sync=True)
    tool = traitlets.Unicode("box", help="the name of the tool in use").tag(sync=True)
    width = traitlets.Int(0, help="width at opening in CSS pixels; 0 for the room there is").tag(sync=True)
    height = traitlets.Int(0, help="the same, vertically").tag(sync=True)

    def __init__(
        self, editor: Editor, media: MediaCache, act: Callable[[str, Any], None], **values: Any
    ) -> None:
        self.editor = editor
        self._media = media
        self._act = act
        self._out = threading.RLock()
        self._workers = ThreadPoolExecutor(2, "ipyannotator-show")
        self._request = Request(1280, 720)
        self._turn = 0
        self._greeted = False
        self._ended = False
        self._unsaid: list[tuple[str, str, str]] = []
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._said: set[str] = set()
        self._subscriptions: list[tuple[str, Callable[..., Any]]] = [
            ("open", lambda _: self.show()),
            ("stored", self._stored),
            ("error", self._failed),
            ("notice", self.notify),
        ]
        super().__init__(read_only=editor.read_only, **values)
        for event, handler in self._subscriptions:
            editor.events.on(event, handler)
        self.on_msg(lambda _, content, buffers: self.receive(content, buffers))
        self.refresh_classes()

    # ---- out ----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Send the item on screen: at once what is known of it, together with its picture."""
        self._turn += 1
        if self._greeted:  # before a view has said how large it is, nobody is looking
            self._later(self._show, self._turn)

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
        self._turn += 1
        self._workers.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _show(self, turn: int) -> None:
        editor = self.editor
        index = editor.index
        key = editor.shown.key(index)
        media, problem = self._picture(key, self._request)
        with self._out:
            if turn != self._turn:
                return
            seq = editor.store.head()
            item, objects, _ = editor.store.annotated(editor.task, key, editor.layer)
            buffers = [msgspec.json.encode([encode(record) for record in objects])]
            described = None
            if media is not None:
                name = self._media.media_id(key, self._request)
                described = {"id": name, "region": list(media.region), "mime": media.mime, "note": media.note}
                if name not in self._sent:
                    buffers.append(media.data)
                self._remember(name)
            self._tell(
                {
                    "type": "show",
                    "item": {
                        "key": key,
                        "name": editor.shown.name(key),
                        "index": index,
                        "total": len(editor.shown),
                        "state": editor.state(item),
                        "note": item.note,
                        "width": media.width if media else 0,
                        "height": media.height if media else 0,
                        "problem": problem,
                        "warning": _resized(item.media, media) if media and objects else None,
                    },
                    "media": described,
                    "selected": list(editor.selection),
                    "seq": seq,
                },
                buffers,
            )
        total = len(editor.shown)
        ahead = [editor.shown.key((index + step) % total) for step in AHEAD if total > abs(step)]
        self._media.prefetch(ahead, self._request, self._send_ahead)

    def _send_ahead(self, key: str, media: Media | MediaError) -> None:
        name = self._media.media_id(key, self._request)
        with self._out:
            if isinstance(media, MediaError) or name in self._sent:
                return
            self._send_media(name, key, media)

    def _send_media(self, name: str, key: str, media: Media) -> None:
        with self._out:
            self._remember(name)
            self._tell(
                {
                    "type": "media", "id": name, "key": key, "region": list(media.region), "mime": media.mime,
                    "note": media.note, "problem": None,
                },
                [media.data],
            )  # fmt: skip

    def _picture(self, key: str, request: Request) -> tuple[Media | None, str | None]:
        try:
            return self._media.get(key, request), None
        except MediaError as error:
            return None, str(error)

    def _stored(self, entry: Entry) -> None:
        """Tell the browser what changed on the item on screen, whoever did it; its own edits change nothing there."""
        seq, change = entry
        if any(op.record == "class" for op in change.ops):
            self.refresh_classes()
        with self._out:
            key = self.editor.key
            ops = [op for op in change.ops if op.item == key]
            if ops:
                self._tell({"type": "patch", "item": key, "seq": seq}, [msgspec.json.encode(ops)])

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

    def _remember(self, name: str) -> None:
        self._sent[name] = None
        self._sent.move_to_end(name)
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    # ---- in -----------------------------------------------------------------------------------------------------

    def receive(self, content: Any, buffers: Sequence[Any] = ()) -> None:  # noqa: ARG002 - the widget's signature
        """Handle a message from the browser. Nothing that goes wrong stays unseen."""
        try:
            getattr(self, _handler(content))(content)
        except IpyannotatorError as error:
            self.notify("error", str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must see it, and the next message works
            self.editor.events.emit("error", Failure.of(error, "A message from the browser failed"))

    def _on_hello(self, content: Mapping[str, Any]) -> None:
        self._request = Request(max(int(content["width"]), 1), max(int(content["height"]), 1))
        with self._out:
            self._sent.clear()
            self._greeted = True
            unsaid, self._unsaid = self._unsaid, []
        self.show()
        for notice in unsaid:
            self.notify(*notice)

    def _on_change(self, content: Mapping[str, Any]) -> None:
        data = content["change"]
        change_id = data.get("id") if isinstance(data, Mapping) else None
        if not isinstance(change_id, str) or not change_id:
            raise InvalidValue("The change", data, "a mapping with an id")
        try:
            change = msgspec.convert(data, Change)
            ops = tuple(map(_unsigned, change.ops))
            change = msgspec.structs.replace(change, ops=ops, author=Author(""), origin="human", undoes="")
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
        self._select(content.get("selected", ()), data.get("item"))

    def _select(self, ids: Sequence[str], item: str | None = None) -> None:
        if (item is None or item == self.editor.key) and tuple(ids) != self.editor.selection:
            self.editor.select(ids)

    def _on_select(self, content: Mapping[str, Any]) -> None:
        self._select([str(each) for each in content["ids"]])

    def _on_action(self, content: Mapping[str, Any]) -> None:
        self._act(str(content["name"]), content.get("value"))

    def _on_media(self, content: Mapping[str, Any]) -> None:
        region = content.get("region")
        width, height = int(content["width"]), int(content["height"])
        request = Request(width, height, tuple(region)) if region else self._request
        self._later(self._fetch, str(content["id"]), str(content["key"]), request)

    def _fetch(self, name: str, key: str, request: Request) -> None:
        media, problem = self._picture(key, request)
        if media is not None:
            self._send_media(name, key, media)
        else:
            self._tell(
                {
                    "type": "media",
                    "id": name,
                    "key": key,
                    "region": [0, 0, 0, 0],
                    "mime": "",
                    "note": "",
                    "problem": problem,
                }
            )

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


_HANDLERS = {
    "hello": "_on_hello",
    "change": "_on_change",
    "select": "_on_select",
    "action": "_on_action",
    "media": "_on_media",
    "problem": "_on_problem",
}


def _handler(content: Any) -> str:
    """Return the name of the method for a message; raise where it is none of ours, or of a later version."""
    if not isinstance(content, Mapping) or not isinstance(content.get("v"), int):
        raise InvalidValue("The message", content, "a mapping with a version `v`")
    if content["v"] > VERSION:
        raise NewerVersion(
            f"The page speaks version {content['v']} of the protocol, this kernel {VERSION}. Reload the page."
        )
    if content.get("type") not in _HANDLERS:
        raise InvalidValue("The type of the message", content.get("type"), f"one of {', '.join(_HANDLERS)}")
    return _HANDLERS[content["type"]]


def _unsigned(op: Op) -> Op:
    """Take the author out of what the browser sends: who it is, the kernel says."""
    if op.action != "create" or not isinstance(op.new, dict):
        return op
    return msgspec.structs.replace(
        op, new={name: value for name, value in op.new.items() if name != "author"}
    )


def _class_data(record: ClassRecord) -> dict[str, Any]:
    return {
        "id": record.id, "name": record.name, "color": record.color, "key": record.key, "order": record.order,
        "retired": record.retired,
    }  # fmt: skip


def _resized(recorded: Mapping[str, Any] | None, media: Media) -> str | None:
    if not recorded or (recorded["width"], recorded["height"]) == (media.width, media.height):
        return None
    was = f"{recorded['width']} × {recorded['height']}"
    return f"This picture was {was} pixels when it was annotated and is {media.width} × {media.height} now."
