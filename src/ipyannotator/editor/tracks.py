"""Tracks: the boxes that show one thing, through the frames, by the id that they carry.

How this works. A thread reads the whole task once. From then on the entries of the log say which boxes may be others,
and those are read again from the store: so the order in which entries are told does not matter, and an edit costs what
it touches, whatever the number of frames. Of a box its frame, class and bounds are held.

`retracking.py` has what changes tracks.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ipyannotator.editor.core import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Entry, ObjectRecord, Ref, is_sweeping
from ipyannotator.model.shapes import Bounds, UnknownShape

LONGEST = 64
"""Characters of an id."""
REACH = 10
"""Frames before and after, within which a track is near, and a new box may continue it."""

_NUMBER = re.compile(r"[0-9]{1,15}")
"""Ids that count: what is longer is exact neither here nor in the browser, and is taken for a name."""

Address = tuple[str, str]
"""The key of an item and the id of an object on it."""
Changed = dict[str, set[int]]
"""The frames on which tracks have become others, by track."""


class Place(NamedTuple):
    """One box of a track.

    Attributes:
        frame: the position of its item in the source, from 0; -1 where the item is not there any more.
        bounds: the rectangle that holds it, in pixels; None for a shape that is not known here.
    """

    track: str
    frame: int
    class_id: str | None
    bounds: Bounds | None

    @property
    def center(self) -> tuple[float, float] | None:
        """The middle of it, in pixels."""
        if self.bounds is None:
            return None
        left, top, right, bottom = self.bounds
        return (left + right) / 2, (top + bottom) / 2


class Summary(NamedTuple):
    """One track, as a list shows it: class and frames of its boxes on items that are there."""

    id: str
    class_id: str | None
    first: int
    last: int
    boxes: int


class Tracks:
    """The tracks of a task. All methods are safe to call from any thread.

    Whoever uses it passes it what is stored from then on (`fold`).

    Args:
        editor: the task.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._lock = threading.RLock()
        self._read_all = threading.Event()
        self._closed = False
        self._frames: dict[str, dict[str, Place]] = {}
        self._tracks: dict[str, dict[Address, Place]] = {}
        self._summaries: dict[str, Summary | None] = {}
        self._late: set[str] = set()
        self._anew = False
        self._ready: Callable[[], None] = lambda: None
        self._reader: threading.Thread | None = None

    def start(self, ready: Callable[[], None] = lambda: None) -> None:
        """Read the task, on a thread; `ready` is called on it at the end. Entries may be folded in before."""
        self._ready = ready
        self._reader = threading.Thread(target=self._read, name="ipyannotator-tracks", daemon=True)
        self._reader.start()

    def close(self) -> None:
        """End it; who waits waits no more."""
        self._closed = True
        if self._reader is not None and threading.current_thread() is not self._reader:
            self._reader.join()

    # ---- asking -------------------------------------------------------------------------------------------------

    @property
    def complete(self) -> bool:
        """Whether the whole task has been read."""
        return self._read_all.is_set()

    def wait(self) -> None:
        """Wait until the whole task has been read."""
        self._read_all.wait()

    def summary(self, track: str) -> Summary | None:
        """Return what a list shows of a track; None where no box has it."""
        with self._lock:
            if track not in self._summaries:
                self._summaries[track] = _summary(track, self._tracks.get(track, {}).values())
            return self._summaries[track]

    def summaries(self) -> list[Summary]:
        """Return all tracks by their first frame."""
        with self._lock:
            found = [summary for track in self._tracks if (summary := self.summary(track)) is not None]
        return sorted(found, key=lambda each: (each.first, natural(each.id)))

    def centers(
        self, track: str, frames: Iterable[int] | None = None
    ) -> list[tuple[int, float, float] | tuple[int]]:
        """Return the centre of a track's box on each of its frames, by frame: `(frame, x, y)` in pixels.

        Args:
            track: the id.
            frames: only these; `(frame,)` where it has no box there.
        """
        with self._lock:
            found: dict[int, tuple[int, float, float] | tuple[int]] = {}
            if frames is None:
                places = list(self._tracks.get(track, {}).values())
            else:
                found = {frame: (frame,) for frame in frames}
                keys = [self._editor.source.key(frame) for frame in found]
                places = [
                    each for key in keys for each in self._frames.get(key, {}).values() if each.track == track
                ]
            for place in places:
                center = place.center
                if center is not None and place.frame >= 0:
                    found[place.frame] = (place.frame, round(center[0], 1), round(center[1], 1))
        return [found[frame] for frame in sorted(found)]

    def boxes(self, track: str) -> dict[Address, Place]:
        """Return the boxes of a track, those on items that are not there any more too; empty where it is none."""
        with self._lock:
            return dict(self._tracks.get(track, {}))

    def around(self, frame: int, reach: int = REACH) -> list[Place]:
        """Return the boxes near a frame, one of each track, the nearest; not those on it."""
        source = self._editor.source
        nearest: dict[str, Place] = {}
        with self._lock:
            for step in range(1, reach + 1):
                for at in (frame - step, frame + step):
                    if 0 <= at < len(source):
                        for place in self._frames.get(source.key(at), {}).values():
                            nearest.setdefault(place.track, place)
        return list(nearest.values())

    def on(self, key: str) -> dict[str, Place]:
        """Return the boxes of an item that belong to tracks, by object id."""
        with self._lock:
            return dict(self._frames.get(key, {}))

    def free(self, taken: Iterable[str] = ()) -> str:
        """Return the next free number: one more than the highest that a track or one of `taken` has."""
        with self._lock:
            return next_number([*self._tracks, *taken])

    # ---- following ----------------------------------------------------------------------------------------------

    def fold(self, entry: Entry) -> Changed:
        """Take in an entry of the log; return which tracks it changed, and on which frames."""
        changed: Changed = {}
        if is_sweeping(entry.change):
            self._read_anew()
            return changed
        refs = {Ref("object", op.id, op.item) for op in entry.change.ops if op.record == "object"}
        if not refs:
            return changed
        with self._lock:
            if not self.complete:  # the thread may have read what was before it, and not taken it in yet
                self._late |= {ref.item for ref in refs}
            found = self._editor.store.records(self._editor.task, refs, self._editor.layer)
            for ref in refs:
                record = found.get(ref)
                self._set(ref.item, ref.id, record if isinstance(record, ObjectRecord) else None, changed)
        return changed

    # ---- inside -------------------------------------------------------------------------------------------------

    def _read_anew(self) -> None:
        """Forget everything, and read the whole task again."""
        with self._lock:
            if not self.complete:
                self._anew = True  # the thread that reads begins again
                return
            self._forget()
            self._read_all.clear()
        if not self._closed:
            self.start(self._ready)

    def _forget(self) -> None:
        self._anew = False
        self._late = set()
        self._frames, self._tracks, self._summaries = {}, {}, {}

    def _read(self) -> None:
        editor = self._editor
        keys: set[str] | None = None
        try:
            while not self._closed:
                for item, objects, _ in editor.store.each(editor.task, editor.layer, keys):
                    if self._closed:
                        return
                    with self._lock:
                        if self._anew:
                            break
                        self._take(item.id, objects)
                with self._lock:
                    if self._anew:
                        self._forget()
                        keys = None
                        continue
                    keys, self._late = self._late, set()
                    if not keys:
                        self._read_all.set()
                        break
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it
            if not self._closed:
                editor.events.emit("error", Failure.of(error, "Reading the tracks failed"))
        finally:
            self._read_all.set()
        if not self._closed:
            self._ready()

    def _take(self, key: str, objects: Iterable[ObjectRecord]) -> None:
        changed: Changed = {}
        records = {record.id: record for record in objects}
        for name in [*self._frames.get(key, {})]:
            if name not in records:
                self._set(key, name, None, changed)
        for name, record in records.items():
            self._set(key, name, record, changed)

    def _set(self, key: str, name: str, record: ObjectRecord | None, changed: Changed) -> None:
        before = self._frames.get(key, {}).pop(name, None)
        now = None
        if record is not None and record.track:
            bounds = None if isinstance(record.shape, UnknownShape) else record.shape.bounds()
            now = Place(record.track, self._frame(key), record.class_id, bounds)
            self._frames.setdefault(key, {})[name] = now
        if before == now:
            return
        for place in (before, now):
            if place is not None:
                frames = changed.setdefault(place.track, set())
                if place.frame >= 0:
                    frames.add(place.frame)
                self._summaries.pop(place.track, None)
        if before is not None:
            del self._tracks[before.track][key, name]
            if not self._tracks[before.track]:
                del self._tracks[before.track]
        if now is not None:
            self._tracks.setdefault(now.track, {})[key, name] = now

    def _frame(self, key: str) -> int:
        try:
            return self._editor.source.index(key)
        except KeyError:
            return -1


def natural(track: str) -> tuple[bool, int, str]:
    """Return what ids are sorted by: numbers by their size, before names."""
    number = _NUMBER.fullmatch(track)
    return (number is None, int(track) if number else 0, track)


def next_number(ids: Iterable[str]) -> str:
    """Return one more than the highest number among ids, as text; `1` where none is a number."""
    return str(max((int(track) for track in ids if _NUMBER.fullmatch(track)), default=0) + 1)


def check_id(track: object) -> str:
    """Return the id of a track as it was typed, without blanks around it; raise `InvalidValue` where it is none."""
    text = track.strip() if isinstance(track, str) else ""
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InvalidValue("The id of a track", track, f"a number or a name of 1 to {LONGEST} characters")
    return text


def _summary(track: str, places: Iterable[Place]) -> Summary | None:
    first = last = -1
    class_id: str | None = None
    count = 0
    for place in places:
        if place.frame >= 0:
            count += 1
            last = max(last, place.frame)
            if first < 0 or place.frame < first:
                first, class_id = place.frame, place.class_id
    return Summary(track, class_id, first, last, count) if count else None
