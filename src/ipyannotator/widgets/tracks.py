"""The list of tracks, and their trajectories on the canvas.

How this works. The page gets the whole list once, and from then on the tracks that became others. The centres of a
track's boxes it asks for when it draws them, a block of frames at a time, and is told from then on where one moved: so
neither an edit nor a step costs more the longer the clip is. Every message has a number; the page that misses one asks
for everything again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec
import traitlets

from ipyannotator.editor import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.editor.tracks import REACH, Changed, Summary, Tracks
from ipyannotator.model.change import VERSION
from ipyannotator.widgets.component import Component

BLOCK = 512
"""Frames whose centres are sent together; `js/src/tracks/book.ts` has the same."""


class TrackList(Component):
    """The tracks with their frames; choose, join and change them, and see where they go.

    Args:
        editor: what is on screen.
        tracks: its tracks.
        values: traits.

    Attributes:
        trails: whether trajectories are drawn.
    """

    module: ClassVar[str] = "tracks"

    trails = traitlets.Bool(default_value=True, help="whether trajectories are drawn").tag(sync=True)

    def __init__(self, editor: Editor, tracks: Tracks, **values: Any) -> None:
        self._editor = editor
        self._tracks = tracks
        self._out = threading.RLock()
        self._number = 0
        self._greeted = False
        self._drawn: dict[str, set[int]] = {}
        super().__init__(**values)
        self.on_msg(lambda _, content, __: self.receive(content))

    def refresh(self) -> None:
        """Send all of it: everything was read, or a page has come."""
        with self._out:
            if not self._greeted:
                return
            self._drawn.clear()
            rows = [_row(each) for each in self._tracks.summaries()]
            self._tell({"type": "tracks", "complete": self._tracks.complete}, rows)
            self.show_frame()

    def show_frame(self) -> None:
        """Send where the item on screen is among the frames, and which boxes are near."""
        with self._out:
            if not self._greeted:
                return
            key = self._editor.key
            frame = self._editor.source.index(key)
            near = [
                [place.track, place.class_id, place.frame, *place.bounds]
                for place in self._tracks.around(frame)
                if place.bounds is not None
            ]
            self._tell({"type": "here", "item": key, "frame": frame}, near)

    def update(self, changed: Changed) -> None:
        """Send what became of tracks."""
        if not changed:
            return
        with self._out:
            if not self._greeted:
                return
            rows = [_row(found) for track in changed if (found := self._tracks.summary(track)) is not None]
            gone = sorted(changed.keys() - {row[0] for row in rows})
            centers = {}
            for track, frames in changed.items():
                drawn = self._drawn.get(track, set())
                known = [frame for frame in frames if frame // BLOCK in drawn]
                if known and track not in gone:
                    centers[track] = self._tracks.centers(track, known)
            for track in gone:
                self._drawn.pop(track, None)
            self._tell({"type": "changed"}, {"tracks": rows, "gone": gone, "centers": centers})
            here = self._editor.source.index(self._editor.key)
            if any(abs(frame - here) <= REACH for frames in changed.values() for frame in frames):
                self.show_frame()

    def receive(self, content: Any) -> None:
        """Handle a message of the page; what goes wrong is told."""
        try:
            handlers: dict[str, Callable[[Mapping[str, Any]], None]] = {
                "hello": self._hello,
                "draw": self._draw,
            }
            handlers[content["type"]](content)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person must see it
            self._editor.events.emit("error", Failure.of(error, "A message of the list of tracks failed"))

    def _hello(self, _: Mapping[str, Any]) -> None:
        with self._out:
            self._greeted = True
            self.refresh()

    def _draw(self, content: Mapping[str, Any]) -> None:
        with self._out:
            told = []
            for track, block in content["blocks"]:
                self._drawn.setdefault(track, set()).add(block)
                end = min((block + 1) * BLOCK, len(self._editor.source))
                centers = self._tracks.centers(track, range(block * BLOCK, end))
                told.append([track, block, [each for each in centers if len(each) > 1]])
            self._tell({"type": "centers"}, told)

    def _tell(self, content: dict[str, Any], data: Any) -> None:
        self._number += 1
        self.send({"v": VERSION, **content, "number": self._number}, [msgspec.json.encode(data)])


def _row(summary: Summary) -> list[Any]:
    return [summary.id, summary.class_id, summary.first, summary.last, summary.boxes]
