"""The canvas on the kernel's side: one item, its picture and its objects.

How this works. A `patch` that was sent before a `show` is contained in it, and one that is sent after it applies on
top (see `line.py`). Pictures are made on worker threads, since a large one may take seconds; a `show` that is overtaken
by the next one is dropped before it is sent.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import traitlets

from ipyannotator.editor import Editor
from ipyannotator.errors import MediaError
from ipyannotator.model import Entry, ObjectRecord, encode, is_sweeping
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.cache import MediaCache
from ipyannotator.sources.look import Look
from ipyannotator.widgets.adjusting import look_of, read_adjust
from ipyannotator.widgets.assisting import Assisting
from ipyannotator.widgets.line import Line

AHEAD = (1, 2, -1)
"""Which neighbours of the item on screen are sent ahead, nearest in working order first."""
REMEMBERED = 16
"""How many pictures the browser is taken to keep; it asks again for what it has dropped."""


class Canvas(Line):
    """The drawing surface of one editor.

    Args:
        editor: what it shows.
        media: where pictures come from.
        act: is called with the name and value of an action that the browser asks for.
        values: traits.
    """

    module: ClassVar[str] = "canvas"
    handlers: ClassVar[dict[str, str]] = {
        **Line.handlers,
        "hello": "_on_hello",
        "select": "_on_select",
        "media": "_on_media",
        "assist": "_on_assist",
    }

    width = traitlets.Int(0, help="width at opening in CSS pixels; 0 for the room there is").tag(sync=True)
    height = traitlets.Int(0, help="the same, vertically").tag(sync=True)
    enlarge = traitlets.Bool(
        default_value=True, help="whether pictures that are smaller than the surface are enlarged to fill it"
    ).tag(sync=True)

    adjust: traitlets.Dict[str, Any] = traitlets.Dict(
        help="how the picture is looked at: brightness, contrast, gamma, fill, outline, names, invert, window, channels; {} for as it is"
    ).tag(sync=True)

    hidden = traitlets.List(
        traitlets.Unicode(), help="what is not shown: ids of objects, ids or names of classes"
    ).tag(sync=True)
    locked = traitlets.List(
        traitlets.Unicode(),
        help="what the person cannot change here: ids of objects, ids or names of classes",
    ).tag(sync=True)

    def __init__(
        self, editor: Editor, media: MediaCache, act: Callable[[str, Any], None], **values: Any
    ) -> None:
        self._media = media
        self._request = Request(1280, 720)
        self._turn = 0
        self._sent: OrderedDict[str, Look] = OrderedDict()
        self.assisting = Assisting(editor, self._tell)
        super().__init__(editor, act, **values)
        self._follow("open", lambda _: self.show())

    @traitlets.validate("adjust")
    def _check_adjust(self, proposal: Any) -> dict[str, Any]:
        return read_adjust(proposal["value"])

    @traitlets.observe("adjust")
    def _adjusted(self, _: Any) -> None:
        look = look_of(self.adjust)
        if look != self._request.look:  # the rest is done by the browser
            self._request = self._request._replace(look=look)
            self.show()

    @traitlets.validate("hidden", "locked")
    def _check_veil(self, proposal: Any) -> list[str]:
        by_name = {record.name: record.id for record in self.editor.schema}
        return list(dict.fromkeys(by_name.get(each, each) for each in proposal["value"]))

    def is_locked(self, record: ObjectRecord) -> bool:
        """Return whether the person cannot change an object here: it is locked itself, or all of its class is."""
        return record.id in self.locked or record.class_id in self.locked

    # ---- out ----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Send the item on screen: at once what is known of it, together with its picture."""
        self._turn += 1
        if self._greeted:  # before a view has said how large it is, nobody is looking
            self._later(self._show, self._turn)

    def close(self) -> None:
        """End it."""
        self._turn += 1
        self.assisting.close()
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
        super()._stored(entry)
        seq, change = entry
        if is_sweeping(change):
            self.show()
            return
        with self._out:
            key = self.editor.key
            ops = [op for op in change.ops if op.item == key]
            if ops:
                self._tell({"type": "patch", "item": key, "seq": seq}, [msgspec.json.encode(ops)])

    def point(self, ids: Sequence[str]) -> None:
        """Show that these objects of the item on screen are selected."""
        with self._out:
            selected = {
                "type": "patch",
                "item": self.editor.key,
                "seq": self.editor.store.head(),
                "selected": list(ids),
            }
            self._tell(selected, [b"[]"])

    def _remember(self, name: str) -> None:
        self._sent.setdefault(name, self._request.look)
        self._sent.move_to_end(name)
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    # ---- in -----------------------------------------------------------------------------------------------------

    def _on_hello(self, content: Mapping[str, Any]) -> None:
        width, height = max(int(content["width"]), 1), max(int(content["height"]), 1)
        self._request = self._request._replace(width=width, height=height)
        with self._out:
            self._sent.clear()
        self._greet(self.show)

    def _on_change(self, content: Mapping[str, Any]) -> None:
        super()._on_change(content)
        self._select(content.get("selected", ()), content["change"].get("item"))

    def _select(self, ids: Sequence[str], item: str | None = None) -> None:
        if (item is None or item == self.editor.key) and tuple(ids) != self.editor.selection:
            self.editor.select(ids)

    def _on_select(self, content: Mapping[str, Any]) -> None:
        self._select([str(each) for each in content["ids"]])

    def _on_assist(self, content: Mapping[str, Any]) -> None:
        self.assisting.ask(content)

    def _on_media(self, content: Mapping[str, Any]) -> None:
        region = content.get("region")
        width, height = int(content["width"]), int(content["height"])
        name = str(content["id"])
        # A tile belongs to the picture that is on screen there, although another look may be on its way.
        look = self._sent.get(name, self._request.look)
        request = Request(width, height, tuple(region), look) if region else self._request
        self._later(self._fetch, name, str(content["key"]), request)

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
                    "region": list(request.region or (0, 0, 0, 0)),
                    "mime": "",
                    "note": "",
                    "problem": problem,
                }
            )


def _resized(recorded: Mapping[str, Any] | None, media: Media) -> str | None:
    if not recorded or (recorded["width"], recorded["height"]) == (media.width, media.height):
        return None
    was = f"{recorded['width']} × {recorded['height']}"
    return f"This picture was {was} pixels when it was annotated and is {media.width} × {media.height} now."
