"""What the editor knows of the files behind items: recording their content, and finding them again.

When an item is first annotated, the size and the content hash of its media are kept with it (as a change of origin
`file`, which no undo takes back). A picture that was renamed is then found by its content, and one that was replaced
by another of a different size is noticed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.errors import Conflict, IpyannotatorError, MediaError, SourceError
from ipyannotator.model import Change, Op, encode, new_id


class FactKeeper:
    """Records size and hash of the media of each item that is annotated, on a worker thread.

    Args:
        editor: whose changes to watch.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._worker = ThreadPoolExecutor(1, "ipyannotator-facts")
        self._known: set[str] = set()
        editor.events.on("change", self._changed)

    def close(self) -> None:
        """End it, after what is under way."""
        self._editor.events.off("change", self._changed)
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _changed(self, change: Change) -> None:
        if change.origin == "file":
            return
        for key in {op.item for op in change.ops if op.item}:
            if key not in self._known:
                self._known.add(key)
                try:
                    self._worker.submit(self._record, key)
                except RuntimeError:  # closed in the meantime; the next change of the item records it
                    return

    def _record(self, key: str) -> None:
        try:
            record_facts(self._editor, key)
        except Exception as error:  # noqa: BLE001 - a worker has nobody above it
            self._known.discard(key)
            self._editor.events.emit("error", Failure.of(error, f"Could not record what {key} looks like"))


def record_facts(editor: Editor, key: str) -> None:
    """Keep size and hash of an item's media, unless they are kept already or cannot be read."""
    if editor.item(key).media is not None:
        return
    try:
        facts = editor.source.facts(key)
    except MediaError:
        return  # the screen shows what is wrong with it
    try:
        editor.do([Op("set", "item", key, key, "media", None, facts)], item="", origin="file")
    except Conflict:
        return  # another kernel was faster


def missing(editor: Editor) -> dict[str, str]:
    """Return the annotated items that the source no longer has: key to content hash, empty where it is not known."""
    gone = {}
    for item in editor.store.items(editor.task, editor.layer):
        try:
            editor.source.index(item.id)
        except KeyError:
            if item.objects or item.state != "todo":
                gone[item.id] = (item.media or {}).get("hash", "")
    return gone


def relink(editor: Editor) -> dict[str, str]:
    """Give annotations whose file is gone to the file that has the same content now.

    Returns:
        Old key to new key, for those that were found and carry no annotation of their own yet.
    """
    finder = getattr(editor.source, "relink", None)
    if finder is None:
        raise SourceError(f"Items of {editor.source.location} cannot be found by content.")
    editor.source.refresh()
    gone = {key: content for key, content in missing(editor).items() if content}
    moved = {}
    for old, new in finder(gone).items():
        target, present, _ = editor.store.annotated(editor.task, new, editor.layer)
        if present or target.state != "todo":
            continue
        item, objects, fields = editor.store.annotated(editor.task, old, editor.layer)
        ops: list[Op] = []
        for record in objects:
            copy = {**encode(record), "id": new_id(), "item": new}
            ops.append(Op("delete", "object", record.id, old, old=encode(record)))
            ops.append(Op("create", "object", str(copy["id"]), new, new=copy))
        for field in fields:
            ops.append(Op("set", "field", field.id, old, "value", field.value, None))
            ops.append(Op("set", "field", field.id, new, "value", None, field.value))
        for path, blank in (("state", "todo"), ("note", ""), ("media", None)):
            value = getattr(item, path)
            if value != blank:
                ops.append(Op("set", "item", old, old, path, value, blank))
                if value != getattr(target, path):
                    ops.append(Op("set", "item", new, new, path, getattr(target, path), value))
        try:
            editor.do(ops, item=new)
            moved[old] = new
        except IpyannotatorError as error:
            editor.events.emit("notice", "warning", f"{old} could not be moved to {new}: {error}")
    return moved
