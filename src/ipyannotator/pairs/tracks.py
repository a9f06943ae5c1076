"""One frame at a time with its boxes, each of which belongs to a track."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from ipyannotator.editor import retracking
from ipyannotator.editor.tracks import Tracks, check_id
from ipyannotator.errors import InvalidValue, Rejected
from ipyannotator.model import Change, Entry, ObjectRecord, Op
from ipyannotator.pairs.boxes import BoxView
from ipyannotator.widgets.fields import BoxFields, TrackFields
from ipyannotator.widgets.tracks import TrackList


class TrackView(BoxView):
    """Draw boxes that follow things through the frames; join, split, rename and delete their tracks."""

    methods: ClassVar[dict[str, str]] = {
        **BoxView.methods,
        "join_tracks": "join",
        "split_track": "split",
        "rename_track": "rename",
        "delete_tracks": "delete_tracks",
        "open_track": "open_track",
    }
    keys: ClassVar[dict[str, str]] = {"n": "track_new", "j": "track_join", "t": "track_trails"}

    def fill(self) -> None:
        """Add the list of tracks."""
        annotator, editor = self.annotator, self.editor
        self.tracks = Tracks(editor)
        self.list = TrackList(editor, self.tracks, session=self.line.session, trails=annotator.trails)
        super().fill()
        self.list.observe(lambda change: annotator.set_trait("trails", change.new), "trails")
        annotator.put("tracks", self.list)
        annotator.wire("before_change", self.settle_ids)
        annotator.wire("stored", self._follow)
        annotator.wire("open", lambda _: self.list.show_frame())
        self.tracks.start(self.list.refresh)

    def make_fields(self) -> BoxFields:
        """Return the fields of a box, its id among them."""
        return TrackFields(read_only=self.editor.read_only)

    def values(self, record: ObjectRecord) -> dict[str, Any] | None:
        """Return the values of a box, its id among them."""
        numbers = super().values(record)
        return None if numbers is None else {**numbers, "track": record.track or ""}

    def edit(self, what: tuple[str, Any]) -> None:
        """Set a value of what is selected; `track` of one box, empty for none."""
        name, value = what
        if name != "track":
            super().edit(what)
            return
        self.editor.check_writable()
        track = check_id(value) if str(value).strip() else None
        records = self._selected()
        if len(records) == 1 and records[0].track != track:
            (record,) = records
            self.editor.do([Op("set", "object", record.id, record.item, "track", record.track, track)])

    def join(self, ids: list[str]) -> None:
        """Make one track of several that are never on one frame; the one that begins first gives its id."""
        self._begin()
        track, ops = retracking.joined(self.tracks, ids)
        self.editor.do(ops)
        self._say(f"Joined as #{track}.")

    def split(self, track: str) -> None:
        """Make another track of a track's boxes from the frame on screen on."""
        self._begin()
        new, ops = retracking.split(self.tracks, str(track), self._frame())
        self.editor.do(ops)
        self._say(f"From here on #{track} is #{new}.")

    def rename(self, names: list[str]) -> None:
        """Give a track, the first of two ids, the second one."""
        self._begin()
        old, new = names
        ops = retracking.renamed(self.tracks, str(old), new)
        if ops:
            self.editor.do(ops)

    def delete_tracks(self, ids: list[str]) -> None:
        """Delete all boxes of some tracks, in one change."""
        self._begin()
        ops = retracking.removed(self.tracks, ids)
        self.editor.do(ops)
        names = ", ".join(f"#{track}" for track in dict.fromkeys(ids))
        boxes = "1 box is" if len(ops) == 1 else f"{len(ops):,} boxes are"
        self._say(f"{boxes} deleted with {names}. Undo brings all of it back.")

    def open_track(self, track: str) -> None:
        """Show the first frame of a track."""
        summary = self.tracks.summary(str(track))
        if summary is None:
            raise InvalidValue("The track", track, "the id of one that there is")
        key = self.editor.source.key(summary.first)
        try:
            at = self.editor.shown.index(key)
        except KeyError:  # a part of the frames is shown, and this is not in it
            self.annotator.show_all()
            at = summary.first
        self.annotator.go(at)

    def settle_ids(self, change: Change) -> Change | None:
        """See to it that no two boxes of a frame have one id; a box that a person adds gets one of its own.

        What files bring in stays as it is: it may have boxes without id, and two of one.

        Raises:
            Rejected: a box would get the id of another one on its frame.
        """
        if change.origin not in ("human", "model"):
            return None
        there = self._ids({op.item for op in change.ops if _gives_id(op)})
        if not there:
            return None
        given: list[tuple[Op, str]] = []
        ops = []
        for op in change.ops:
            here = there.get(op.item)
            if op.record == "object" and here is not None:
                if op.action == "delete":
                    here.pop(op.id, None)
                elif _gives_id(op):
                    ops.append(made := self._with_id(op, change, there))
                    here[op.id] = track = made.new if made.action == "set" else made.new.get("track")
                    given.append((made, track))
                    continue
            ops.append(op)
        for op, track in given:
            others = [each for name, each in there[op.item].items() if name != op.id]
            if track and track in others and there[op.item].get(op.id) == track:
                where = retracking.frames_text([self.editor.source.index(op.item)])
                raise Rejected(
                    f"There is another box #{track} on {where}. Two boxes of a frame cannot have one id: "
                    "give the other one another id, or delete it, first."
                )
        return msgspec.structs.replace(change, ops=tuple(ops)) if tuple(ops) != change.ops else None

    def close(self) -> None:
        """End it."""
        self.tracks.close()
        super().close()

    # ---- inside -------------------------------------------------------------------------------------------------

    def _with_id(self, op: Op, change: Change, there: dict[str, dict[str, str | None]]) -> Op:
        """Return the creation of a box with an id of its own, where a person makes it."""
        if op.action != "create" or change.origin != "human" or change.undoes:
            return op
        track = op.new.get("track")
        if track and track not in there[op.item].values():
            return op
        self.tracks.wait()
        taken = [each for here in there.values() for each in here.values() if each]
        return msgspec.structs.replace(op, new={**op.new, "track": self.tracks.free(taken)})

    def _ids(self, keys: set[str]) -> dict[str, dict[str, str | None]]:
        """Return the ids of the boxes on some items, by object."""
        if self.tracks.complete:
            return {key: {name: place.track for name, place in self.tracks.on(key).items()} for key in keys}
        editor = self.editor
        read = editor.store.each(editor.task, editor.layer, keys) if keys else ()
        found = {item.id: {record.id: record.track for record in objects} for item, objects, _ in read}
        return {key: found.get(key, {}) for key in keys}

    def _begin(self) -> None:
        self.editor.check_writable()
        self.tracks.wait()

    def _frame(self) -> int:
        return self.editor.source.index(self.editor.key)

    def _follow(self, entry: Entry) -> None:
        self.list.update(self.tracks.fold(entry))

    def _say(self, text: str) -> None:
        self.annotator.events.emit("notice", "info", text)


def _gives_id(op: Op) -> bool:
    if op.record != "object":
        return False
    return isinstance(op.new, dict) if op.action == "create" else op.action == "set" and op.path == "track"
