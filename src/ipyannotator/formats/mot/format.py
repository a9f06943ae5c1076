"""MOTChallenge, read and written; `head.py` has what the files beside the ground truth say."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

import msgspec

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import (
    FARTHEST,
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Losses,
    Reading,
    Sample,
    Size,
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.mot.head import (
    GROUND_TRUTH,
    LABELS,
    SEQUENCE,
    TRACKS,
    Head,
    Tracks,
    head_of,
    labels_text,
    sequence_text,
)
from ipyannotator.formats.placing import Place, check_inside, original_names, read_bytes, staged_folder
from ipyannotator.formats.values import plain
from ipyannotator.model import Box

IGNORED = "ignored"
VISIBILITY = "visibility"

SIZELESS = "without a size (left out)"
PLACED = "with a place in the world (not kept)"
UNSURE = "with a confidence that is not from 0 to 1 (not kept)"

_FILES = frozenset({"gt.txt", "det.txt"})
_FEWEST, _CLASSED, _WORLD = 6, 9, 10
"""Values of a line: a box alone; with class and visibility; with a place in the world."""
_NONE = -1
_DIGITS = 9
"""Decimals of a coordinate that are meant; what is behind them comes from adding 1 in binary."""


class Mot:
    """MOTChallenge: boxes with tracks, on the frames of one video."""

    name = "mot"
    title = "MOTChallenge"
    file = ""
    holds = Holds(
        shapes=frozenset({"box"}), unlabelled=True, tracks=True, attributes=(IGNORED, VISIBILITY), splits=False, sizes=False
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is the folder of a video, or a `gt.txt` or `det.txt`."""
        try:
            file = path / GROUND_TRUTH if path.is_dir() else path
            if file.name not in _FILES or not file.is_file():
                return False
            with file.open("rb") as opened:
                first = opened.readline(1000).removeprefix(b"\xef\xbb\xbf")
            return not first.strip() or _Line.of(first.decode().split(",")) is not None
        except (OSError, ValueError):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one kind
        """Read the folder of a video, its `gt.txt`, or one file of detections or results."""
        file = path / GROUND_TRUTH if path.is_dir() else path
        if not file.is_file():
            raise FormatError(f"There is no file {file}, expected {GROUND_TRUTH} in the folder of a video.")
        root = file.parent.parent if file.parent.name in ("gt", "det") else file.parent
        head = head_of(root, file)
        originals = {
            PurePosixPath(new).stem: old for new, old in original_names(root).items()
        }  # the ending of a picture that is not there is not known

        def samples(lost: Losses) -> Iterator[Sample]:
            things = _things(file, head, lost)
            for frame in head.frames(things):
                stem = f"{frame:06d}"
                width, height = head.size or (None, None)
                name = originals.get(stem) or head.picture(frame)
                yield Sample(name, width, height, tuple(things.get(frame, ())))

        return Reading(list(head.names.values()) if head.said else [], samples, head.length)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folder of a video."""
        mode = images_mode(images, alone=False)
        names: dict[
            str, str
        ] = {}  # those that are as they should be too, or they would be looked for in `img1/`
        with staged_folder(path, self.name, mode, names) as place, tempfile.TemporaryFile() as spool:
            writer = _Writer(content.classes, spool)
            for frame, sample in enumerate(content.samples, 1):
                name = check_inside(sample.name)
                new = f"{frame:06d}{PurePosixPath(name).suffix}"
                names[name] = new
                place.image(f"img1/{new}", sample)
                writer.add(frame, sample)
            writer.finish(place)
        return {name: new for name, new in names.items() if name != new}


FORMATS.register("mot")(Mot())


# ---- writing --------------------------------------------------------------------------------------------------------


class _Writer:
    """A video under way: lines go to a temporary file, since only the last one tells which ids are free.

    Args:
        classes: their names.
        spool: takes lines: the frame, the track, and what stands behind it.
    """

    def __init__(self, classes: list[str], spool: IO[bytes]) -> None:
        self._classes = classes
        self._numbers = {name: at for at, name in reversed(list(enumerate(classes, 1)))}
        self._spool = spool
        self._tracks: dict[str, None] = {}
        self._sizes: set[Size | None] = set()
        self._endings: Counter[str] = Counter()
        self._frames = 0

    def add(self, frame: int, sample: Sample) -> None:
        self._frames = frame
        known = sample.width is not None and sample.height is not None
        self._sizes.add((sample.width or 0, sample.height or 0) if known else None)
        self._endings[PurePosixPath(sample.name).suffix] += 1
        for thing in sample.things:
            if thing.track is not None:
                self._tracks[thing.track] = None
            self._spool.write(msgspec.json.encode([frame, thing.track, self._rest(thing)]) + b"\n")

    def _rest(self, thing: Thing) -> str:
        box = thing.shape
        if not isinstance(box, Box) or box.angle:
            raise InvalidValue("The object to write", thing, "an upright box")
        if thing.label is not None and thing.label not in self._numbers:
            raise InvalidValue("The class to write", thing.label, f"one of: {', '.join(self._classes)}")
        number = _NONE if thing.label is None else self._numbers[thing.label]
        seen = thing.attributes.get(VISIBILITY)
        seen = 1 if seen is None else seen
        if isinstance(seen, bool) or not isinstance(seen, (int, float)) or not 0 <= seen <= 1:
            raise InvalidValue(f"The attribute {VISIBILITY!r}", seen, "a number from 0 to 1")
        flag = int(not thing.attributes.get(IGNORED))
        values = (box.x + 1, box.y + 1, box.width, box.height, flag, number, seen)
        return ",".join(str(plain(value)) for value in values)

    def finish(self, place: Place) -> None:
        tracks = Tracks.of(self._tracks)
        ids = {name: at for at, name in tracks.names.items()}
        free = tracks.single
        self._spool.seek(0)
        with place.open(GROUND_TRUTH) as target:
            for row in self._spool:
                frame, track, rest = json.loads(row)
                number = free if track is None else ids.get(track) or int(track)
                free += track is None
                target.write(f"{frame},{number},{rest}\n".encode())
        place.put(LABELS, labels_text(self._classes).encode())
        if tracks.names or free > tracks.single:
            place.put(TRACKS, tracks.data())
        size = next(iter(self._sizes)) if len(self._sizes) == 1 else None
        ending = self._endings.most_common(1)[0][0] if self._endings else ""
        place.put(SEQUENCE, sequence_text(self._frames, size, ending).encode())


# ---- reading --------------------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """The numbers of a line; those that it does not have are None."""

    frame: int
    id: int
    box: tuple[float, float, float, float]
    confidence: float | None
    label: int | None
    visibility: float | None
    placed: bool

    @classmethod
    def of(cls, parts: list[str]) -> _Line | None:
        """Return what the values of a line say; None where there are too few, or one is no number."""
        try:
            values = [float(part) for part in parts]
        except ValueError:
            return None
        finite = all(abs(value) <= FARTHEST for value in values)
        if len(values) < _FEWEST or not finite or not all(value.is_integer() for value in values[:2]):
            return None
        world = len(values) >= _WORLD
        label = values[7] if len(values) >= _CLASSED - 1 and not world else float(_NONE)
        if not label.is_integer():
            return None
        x, y, width, height = values[2:6]
        return cls(
            int(values[0]), int(values[1]), (x, y, width, height),
            values[6] if len(values) > _FEWEST else None, None if label == _NONE else int(label),
            values[8] if len(values) == _CLASSED else None, world and set(values[7:10]) != {float(_NONE)},
        )  # fmt: skip


def _things(file: Path, head: Head, lost: Losses) -> dict[int, list[Thing]]:
    """Return what is on each frame; lines are in any order."""
    try:
        rows = read_bytes(file).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(f"{file} is not a text ({error}). Nothing was taken in.") from error
    found: dict[int, list[Thing]] = {}
    empty = True
    for at, row in enumerate(rows, 1):
        if not row.strip():
            continue
        empty = False
        where = f"{file}, line {at}"
        with lost.noting():
            line = _line(where, row, head)
            thing = _thing(where, line, head, lost)
            if thing is not None:
                found.setdefault(line.frame, []).append(thing)
    if empty and head.length is None:
        raise FormatError(f"{file} has no line in it, and no seqinfo.ini beside it. Nothing was taken in.")
    return found


def _line(where: str, row: str, head: Head) -> _Line:
    line = _Line.of(row.split(","))
    if line is None:
        raise FormatError(
            f"{where} is {row[:80]!r}, expected at least six numbers with commas between them: frame, id, left, "
            "top, width, height; the first two and a class are whole numbers. Nothing was taken in."
        )
    if line.frame < 1 or (head.length is not None and line.frame > head.length):
        most = f"1 to {head.length:,}, as seqinfo.ini says" if head.length is not None else "1 or more"
        raise _wrong(where, "the frame", line.frame, most)
    return line


def _thing(where: str, line: _Line, head: Head, lost: Losses) -> Thing | None:
    x, y, width, height = line.box
    if width < 0 or height < 0:
        raise _wrong(where, "width and height", f"{width:g}, {height:g}", "none below 0")
    if line.label is not None and line.label not in head.names:
        raise _wrong(where, "the class", line.label, f"-1 or one of 1 to {len(head.names)}, {head.known}")
    if line.id < _NONE:
        raise _wrong(where, "the id", line.id, "-1 or more")
    lost.update([PLACED] * line.placed)
    if not width or not height:
        lost[SIZELESS] += 1
        return None
    attributes: dict[str, Any] = {}
    score = None
    if head.truth:
        if line.confidence == 0:
            attributes[IGNORED] = True
        seen = line.visibility
        if seen is not None and seen not in (1, _NONE):
            if not 0 <= seen <= 1:
                raise _wrong(where, "the visibility", seen, "-1, or from 0 to 1")
            attributes[VISIBILITY] = seen
    elif line.confidence not in (None, _NONE):
        score = line.confidence if 0 <= (line.confidence or 0) <= 1 else None
        lost.update([UNSURE] * (score is None))
    box = Box(round(x - 1, _DIGITS), round(y - 1, _DIGITS), width, height)
    label = None if line.label is None else head.names[line.label]
    return Thing(box, label, score, head.tracks.name(line.id), attributes)


def _wrong(where: str, what: str, value: object, expected: str) -> FormatError:
    return FormatError(f"{where}: {what} is {value!r}, expected {expected}. Nothing was taken in.")
