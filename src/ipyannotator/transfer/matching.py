"""Which item a file means: other programs write names without folders, with other folders, or without the ending."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from ipyannotator.editor.core import Editor
from ipyannotator.errors import MediaError
from ipyannotator.formats import original
from ipyannotator.formats.base import Size
from ipyannotator.formats.naming import ending, stem
from ipyannotator.formats.pictures import SUFFIXES
from ipyannotator.sources import Source
from ipyannotator.sources.opening import in_words, open_picture


class Matcher:
    """Finds the items of a source by the names that files have for them.

    The longest tail of the name that is a key wins: the path, then the bare name; then an item in any folder that has
    this name, if it is the only one; for a name without an ending likewise, whatever the ending of the item.

    Args:
        source: the items.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last: dict[str, str | None] = {}
        self._stems: dict[str, str | None] = {}
        self._last_stems: dict[str, str | None] = {}
        self._latest: tuple[str | None, str | None] = None, None

    def key(self, name: str) -> str | None:
        """Return the key of an item; None where the source has none, or several that it could be."""
        if name != self._latest[0]:  # asked by a format for the size first, then for what it says
            self._latest = name, self._find(name)
        return self._latest[1]

    def _find(self, name: str) -> str | None:
        name = unicodedata.normalize("NFC", name.replace("\\", "/"))
        found = original.matched([name], self._source.index, self._source.location)[name]
        if self._has(found):
            return found
        if not self._last:
            self._index()
        last = name.rpartition("/")[2]
        if ending(name).lower() in SUFFIXES:
            return self._last.get(last)
        tails = (name.split("/", at)[-1] for at in range(name.count("/") + 1))
        return next((self._stems[tail] for tail in tails if tail in self._stems), self._last_stems.get(last))

    def _has(self, key: str) -> bool:
        try:
            self._source.index(key)
        except KeyError:
            return False
        return True

    def _index(self) -> None:
        for at in range(len(self._source)):
            key = self._source.key(at)
            last = key.rpartition("/")[2]
            names = (self._last, last), (self._stems, stem(key)), (self._last_stems, stem(last))
            for table, name in names:  # where two could be meant, none is
                table[name] = None if name in table else key


def size_of(editor: Editor, key: str, media: dict[str, Any] | None = None) -> Size | None:
    """Return width and height of an item in pixels; None where its media cannot be read.

    Args:
        editor: the task.
        key: the item.
        media: what was recorded of the media when the item was annotated; where nothing was, the file is asked.
    """
    finder = getattr(editor.source, "path", None) if media is None else None
    try:
        if finder is not None:  # the head of the file tells it; `facts` would read all of it
            with in_words(key), open(finder(key), "rb") as file:  # noqa: PTH123 - asked a hundred thousand times
                picture = open_picture(file, key)
                return picture.width, picture.height
        facts = media or editor.source.facts(key)
    except (MediaError, KeyError):
        return None
    width, height = facts.get("width"), facts.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None


class Sizes:
    """The sizes of items, each looked for once.

    Args:
        editor: the task.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        items = editor.store.items(editor.task, editor.layer)
        self._known = {
            item.id: size_of(editor, item.id, item.media) for item in items if item.media is not None
        }

    def __call__(self, key: str) -> Size | None:
        """Return width and height of an item in pixels; None where its media cannot be read."""
        if key not in self._known:
            self._known[key] = size_of(self._editor, key)
        return self._known[key]


def path_of(editor: Editor, key: str) -> Path | None:
    """Return the file of an item; None where its source has no files, or it is gone."""
    finder = getattr(editor.source, "path", None)
    if finder is None:
        return None
    try:
        path = Path(finder(key))
    except KeyError:
        return None
    except MediaError as error:
        if error.kind == "missing":
            return None
        raise  # it is there, and cannot be reached now: it must not be left out as if it were gone
    return path if path.is_file() else None
