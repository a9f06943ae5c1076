"""What changes tracks: join, split, rename, delete, as operations for one change, so that each is one undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ipyannotator.editor.tracks import Summary, Tracks, check_id, natural
from ipyannotator.errors import InvalidValue, Rejected
from ipyannotator.model import Op

_MOST = 5
"""Runs of frames that a sentence names; the others are counted."""


def joined(tracks: Tracks, ids: Iterable[str]) -> tuple[str, list[Op]]:
    """Return the id that joined tracks have, and the operations: the one that begins first gives its id to all.

    Raises:
        Rejected: more than one of them is on a frame; the message says on which.
        InvalidValue: these are not two tracks or more.
    """
    found = sorted(_known(tracks, ids), key=lambda each: (each.first, natural(each.id)))
    if len(found) < 2:  # noqa: PLR2004 - two
        raise InvalidValue("What is to be joined", [each.id for each in found], "two tracks or more")
    first, *others = (each.id for each in found)
    seen: set[str] = set()
    shared: set[str] = set()
    frames: dict[str, int] = {}
    for track in (first, *others):
        here = {key: place.frame for (key, _), place in tracks.boxes(track).items()}
        shared |= seen & here.keys()
        seen |= here.keys()
        frames |= here
    if shared:
        names = ", ".join(f"#{each}" for each in (first, *others))
        where = frames_text(frames[key] for key in shared)
        raise Rejected(
            f"{names} cannot be joined: more than one of them is on {where}. "
            "Delete one of the boxes there, or give it another id, first."
        )
    return first, [op for other in others for op in _renumbered(tracks, other, first)]


def split(tracks: Tracks, track: str, frame: int) -> tuple[str, list[Op]]:
    """Return a new id, and the operations that give it to a track's boxes from a frame on.

    Raises:
        Rejected: all of the track, or nothing of it, is from there on.
        InvalidValue: there is no such track.
    """
    (summary,) = _known(tracks, [track])
    if not summary.first < frame <= summary.last:
        raise Rejected(
            f"#{track} goes from frame {summary.first + 1} to {summary.last + 1} and cannot be split at "
            f"{frame + 1}. Go to the frame from which on it is to be another track."
        )
    new = tracks.free()
    return new, list(_renumbered(tracks, track, new, frame))


def renamed(tracks: Tracks, track: str, name: str) -> list[Op]:
    """Return the operations that give all boxes of a track another id.

    Raises:
        Rejected: another track has it.
        InvalidValue: it is none, or there is no such track.
    """
    name = check_id(name)
    _known(tracks, [track])
    if name == track:
        return []
    if tracks.boxes(name):
        raise Rejected(f"There is a track #{name} already. To make one of both, check them and press Join.")
    return list(_renumbered(tracks, track, name))


def removed(tracks: Tracks, ids: Iterable[str]) -> list[Op]:
    """Return the operations that delete all boxes of some tracks. Raise `InvalidValue` where one is none."""
    return [
        Op("delete", "object", name, key, old={"track": summary.id})
        for summary in _known(tracks, ids)
        for key, name in tracks.boxes(summary.id)
    ]


def frames_text(frames: Iterable[int]) -> str:
    """Return frames, from 0, as people count them: `frame 3`, `frames 3–5, 9 and 20 more`."""
    runs: list[list[int]] = []
    for frame in sorted(frames):
        if runs and frame == runs[-1][1] + 1:
            runs[-1][1] = frame
        elif frame >= 0:
            runs.append([frame, frame])
    if not runs:
        return "a frame that is no longer there"
    words = [str(a + 1) if a == b else f"{a + 1}–{b + 1}" for a, b in runs[:_MOST]]
    if len(runs) > _MOST:
        words.append(f"{sum(b - a + 1 for a, b in runs[_MOST:])} more")
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{'frame' if len(runs) == 1 and runs[0][0] == runs[0][1] else 'frames'} {text}"


def _known(tracks: Tracks, ids: Iterable[str]) -> list[Summary]:
    found = []
    for track in dict.fromkeys(str(each) for each in ids):
        summary = tracks.summary(track)
        if summary is None:
            raise InvalidValue("The track", track, "the id of one that there is")
        found.append(summary)
    return found


def _renumbered(tracks: Tracks, track: str, new: str, since: int | None = None) -> Iterator[Op]:
    for (key, name), place in tracks.boxes(track).items():
        if since is None or place.frame >= since:
            yield Op("set", "object", name, key, "track", track, new)
