"""Tracks: what the index knows of them, and what joining, splitting, renaming and deleting do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ipyannotator.editor import Editor, retracking
from ipyannotator.editor.tracks import Summary, Tracks, check_id, natural, next_number
from ipyannotator.errors import InvalidValue, Rejected
from ipyannotator.model import Box, ObjectRecord, Op, encode

Put = Callable[..., ObjectRecord]


def put(
    editor: Editor, frame: int, track: str | None, x: float = 10, *, label: str | None = "car"
) -> ObjectRecord:
    """Draw a box of 4 × 2 pixels."""
    key = editor.source.key(frame)
    record = ObjectRecord(
        id=f"{key}-{track}-{x}",
        item=key,
        shape=Box(x, 20, 4, 2),
        track=track,
        class_id=editor.schema.id_of(label),
    )
    editor.do([Op("create", "object", record.id, key, new=encode(record))], item=key)
    return record


def follow(editor: Editor) -> Tracks:
    tracks = Tracks(editor)
    editor.events.on("stored", tracks.fold)
    tracks.start()
    tracks.wait()
    return tracks


@pytest.fixture
def tracks(editor: Editor) -> Iterator[Tracks]:
    """#1 on the frames 0 to 2, #2 on 4 and 5, #3 on 0 and 1."""
    for frame in (0, 1, 2):
        put(editor, frame, "1", 10 * frame)
    for frame in (4, 5):
        put(editor, frame, "2", 10 * frame, label="bus")
    for frame in (0, 1):
        put(editor, frame, "3", 50)
    put(editor, 3, None)
    found = follow(editor)
    yield found
    found.close()


def rows(editor: Editor) -> dict[str, list[tuple[int, str | None]]]:
    """Return what is stored, by id: the frames, and the ids."""
    found: dict[str, list[tuple[int, str | None]]] = {}
    for item, objects, _ in editor.store.each(editor.task, editor.layer):
        for record in objects:
            found.setdefault(record.track or "", []).append((editor.source.index(item.id), record.id))
    return {track: sorted(where) for track, where in sorted(found.items())}


def frames(editor: Editor) -> dict[str, list[int]]:
    return {track: [frame for frame, _ in where] for track, where in rows(editor).items()}


def test_every_track_has_its_frames_class_and_way(editor: Editor, tracks: Tracks) -> None:
    car, bus = editor.schema.id_of("car"), editor.schema.id_of("bus")
    assert tracks.summaries() == [
        Summary("1", car, 0, 2, 3),
        Summary("3", car, 0, 1, 2),
        Summary("2", bus, 4, 5, 2),
    ]
    assert tracks.centers("1") == [(0, 2, 21), (1, 12, 21), (2, 22, 21)]
    assert tracks.centers("1", [1, 4]) == [(1, 12, 21), (4,)]
    assert {place.track: place.frame for place in tracks.around(3)} == {"1": 2, "2": 4, "3": 1}
    assert tracks.summary("nobody") is None
    assert tracks.free() == "4"
    assert tracks.free(["7"]) == "8"


def test_what_is_stored_is_followed(editor: Editor, tracks: Tracks) -> None:
    told: list[Any] = []
    editor.events.on(
        "stored", lambda entry: told.append(entry.change.ops[0].path or entry.change.ops[0].action)
    )
    record = put(editor, 3, "1", 30)
    assert tracks.summary("1") == Summary("1", record.class_id, 0, 3, 4)
    editor.view(record.item)[record.id].shape = Box(0, 0, 2, 2)
    assert tracks.centers("1", [3]) == [(3, 1, 1)]
    editor.do([Op("set", "object", record.id, record.item, "track", "1", None)])
    assert tracks.centers("1", [3]) == [(3,)]
    editor.undo()
    editor.view(record.item)[record.id].delete()
    assert tracks.summary("1") == Summary("1", record.class_id, 0, 2, 3)
    assert told == ["create", "shape", "track", "track", "delete"]


def test_what_another_kernel_writes_is_followed(
    make: Callable[..., Editor], editor: Editor, tracks: Tracks
) -> None:
    put(make("ben"), 5, "9")
    editor.catch_up()
    assert tracks.summary("9") == Summary("9", editor.schema.id_of("car"), 5, 5, 1)


def test_what_is_stored_while_it_is_read_is_not_lost(editor: Editor) -> None:
    """Entries may be folded in before, while and after the thread reads what was there."""
    put(editor, 0, "1")
    tracks = Tracks(editor)
    editor.events.on("stored", tracks.fold)
    put(editor, 1, "1")
    gone = put(editor, 2, "1")
    tracks.start()
    editor.view(gone.item)[gone.id].delete()
    put(editor, 3, "1")
    tracks.wait()
    tracks.close()
    assert [frame for frame, *_ in tracks.centers("1")] == [0, 1, 3]


def test_tracks_that_never_meet_are_joined_by_one_change(editor: Editor, tracks: Tracks) -> None:
    before = rows(editor)
    track, ops = retracking.joined(tracks, ["2", "1"])
    editor.do(ops)
    assert track == "1"
    assert frames(editor) == {"": [3], "1": [0, 1, 2, 4, 5], "3": [0, 1]}
    assert [each.id for each in tracks.summaries()] == ["1", "3"]
    editor.undo()
    assert rows(editor) == before
    assert [each.id for each in tracks.summaries()] == ["1", "3", "2"]


def test_tracks_that_meet_are_not_joined(editor: Editor, tracks: Tracks) -> None:
    before = rows(editor)
    with pytest.raises(
        Rejected, match=r"#1, #3, #2 cannot be joined: more than one of them is on frames 1–2\."
    ):
        retracking.joined(tracks, ["2", "3", "1"])
    with pytest.raises(InvalidValue, match="two tracks or more"):
        retracking.joined(tracks, ["1", "1"])
    with pytest.raises(InvalidValue, match="'8'"):
        retracking.joined(tracks, ["1", "8"])
    assert rows(editor) == before


def test_a_track_is_split_from_a_frame_on(editor: Editor, tracks: Tracks) -> None:
    new, ops = retracking.split(tracks, "1", 1)
    editor.do(ops)
    assert new == "4"
    assert frames(editor) == {"": [3], "1": [0], "2": [4, 5], "3": [0, 1], "4": [1, 2]}
    for frame in (0, 3):
        with pytest.raises(Rejected, match=f"goes from frame 5 to 6 and cannot be split at {frame + 1}"):
            retracking.split(tracks, "2", frame)


def test_a_track_is_renamed_and_deleted(editor: Editor, tracks: Tracks) -> None:
    editor.do(retracking.renamed(tracks, "3", " left lane "))
    assert frames(editor) == {"": [3], "1": [0, 1, 2], "2": [4, 5], "left lane": [0, 1]}
    assert retracking.renamed(tracks, "1", "1") == []
    with pytest.raises(Rejected, match="There is a track #2 already"):
        retracking.renamed(tracks, "1", "2")
    editor.do(retracking.removed(tracks, ["1", "2"]))
    assert frames(editor) == {"": [3], "left lane": [0, 1]}
    editor.undo()
    assert frames(editor) == {"": [3], "1": [0, 1, 2], "2": [4, 5], "left lane": [0, 1]}


def test_a_frame_that_is_gone_keeps_its_boxes_and_is_in_no_list(editor: Editor, tracks: Tracks) -> None:
    lost = ObjectRecord(id="lost", item="gone.png", shape=Box(1, 1, 2, 2), track="1")
    editor.do([Op("create", "object", "lost", "gone.png", new=encode(lost))], item="gone.png")
    summary = tracks.summary("1")
    assert summary is not None
    assert (summary.first, summary.last, summary.boxes) == (0, 2, 3)
    assert len(tracks.centers("1")) == 3
    editor.do(retracking.renamed(tracks, "1", "5"))
    assert editor.objects("gone.png", ["lost"])[0].track == "5"


@pytest.mark.parametrize(
    ("ids", "expected"),
    [([], "1"), (["1", "2", "9"], "10"), (["car", "3b", "٣"], "1"), (["20210101120000123456", "4"], "5")],
)
def test_the_next_number(ids: list[str], expected: str) -> None:
    assert next_number(ids) == expected


def test_ids_are_sorted_as_people_count() -> None:
    assert sorted(["10", "b", "9", "a"], key=natural) == ["9", "10", "a", "b"]


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "x" * 65, None, 3])
def test_what_is_no_id_is_refused(bad: object) -> None:
    with pytest.raises(InvalidValue, match="id of a track"):
        check_id(bad)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([3], "frame 4"),
        ([4, 2, 3, 8], "frames 3–5 and 9"),
        (range(0, 40, 2), "frames 1, 3, 5, 7, 9 and 15 more"),
        ([-1], "a frame that is no longer there"),
    ],
)
def test_frames_are_named_as_people_count(given: Any, expected: str) -> None:
    assert retracking.frames_text(given) == expected
