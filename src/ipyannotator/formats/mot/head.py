"""What stands beside the boxes of a MOTChallenge video: its frames, the names of classes, the names of tracks."""

from __future__ import annotations

import configparser
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import FARTHEST, Size
from ipyannotator.formats.pictures import SUFFIXES
from ipyannotator.formats.placing import check_inside, read_bytes

GROUND_TRUTH = "gt/gt.txt"
LABELS = "gt/labels.txt"
TRACKS = "gt/tracks.json"
SEQUENCE = "seqinfo.ini"

OFFICIAL: Final = (
    "pedestrian", "person on vehicle", "car", "bicycle", "motorbike", "non motorized vehicle", "static person",
    "distractor", "occluder", "occluder on the ground", "occluder full", "reflection", "crowd",
)  # fmt: skip
"""The classes of the challenge's own sets by number, from 1 (Milan et al., 2016; Dendorfer et al., 2020)."""

_MOST = 10_000_000
"""Frames that a video can have; more are a fault of the file."""
_SECTION = "Sequence"


class Tracks(NamedTuple):
    """The names of tracks by their ids.

    Attributes:
        names: of tracks that are not called as their id is written.
        single: the first id of boxes without a track.
    """

    names: Mapping[int, str]
    single: int

    @classmethod
    def of(cls, tracks: Collection[str]) -> Tracks:
        """Return ids for these tracks: a number is its own id, other names get those above."""
        largest = max((int(track) for track in tracks if _is_id(track)), default=0)
        names = dict(enumerate((track for track in tracks if not _is_id(track)), largest + 1))
        return cls(names, largest + len(names) + 1)

    def name(self, number: int) -> str | None:
        """Return the name of the track of an id; None for a box without one."""
        if number < 0 or number >= self.single:
            return None
        return self.names.get(number, str(number))

    def data(self) -> bytes:
        """Return what the file says of them."""
        said = {"names": {str(at): name for at, name in self.names.items()}, "single": self.single}
        return msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"


_NO_TRACKS: Final = Tracks({}, int(FARTHEST) + 1)
"""Where nothing is said, each is called by its id."""


class Head(NamedTuple):
    """What is said of a video beside its boxes.

    Attributes:
        names: the classes by number.
        said: whether the names were said; else they are those of the challenge.
        tracks: the names of tracks.
        truth: whether the file of boxes is ground truth; else it has scores.
        length: how many frames there are, None where it is not said.
        size: of the frames in pixels, None where it is not said.
        folder: of the pictures, `/`-separated.
        ending: of the pictures, empty where it is not known.
        pictures: the names of those that are there, by the number of the frame.
    """

    names: dict[int, str]
    said: bool
    tracks: Tracks
    truth: bool
    length: int | None
    size: Size | None
    folder: str
    ending: str
    pictures: Mapping[int, str]

    @property
    def known(self) -> str:
        """Where the names of the classes are from, in words."""
        return "as labels.txt says" if self.said else "the challenge's own, since there is no labels.txt"

    def frames(self, some: Iterable[int]) -> Iterable[int]:
        """Return the numbers of all frames, where nothing says how many there are: of these, and of the pictures."""
        return range(1, self.length + 1) if self.length is not None else sorted({*some, *self.pictures})

    def picture(self, frame: int) -> str:
        """Return the name of the picture of a frame."""
        return f"{self.folder}/{self.pictures.get(frame, f'{frame:06d}{self.ending}')}"


def head_of(root: Path, file: Path) -> Head:
    """Return what is said of a video.

    Args:
        root: its folder.
        file: its boxes.

    Raises:
        FormatError: something of it cannot be read, or is no number.
    """
    names = _names(root, file)
    truth = file.name == "gt.txt"
    info = _sequence(root / SEQUENCE)
    folder = info.get("imdir", "img1").strip().replace("\\", "/")
    try:
        folder = check_inside(folder)
    except InvalidValue as error:
        raise _wrong(root, "imDir", folder, "a folder within that of the video") from error
    length = _number(root, info, "seqlength", _MOST)
    width, height = (_number(root, info, f"im{side}", int(FARTHEST)) for side in ("width", "height"))
    return Head(
        dict(enumerate(OFFICIAL if names is None else names, 1)),
        names is not None,
        _tracks(root / TRACKS) if truth else _NO_TRACKS,
        truth,
        length,
        (width, height) if width and height else None,
        folder,
        info.get("imext", "").strip(),
        _pictures(root / folder),
    )


def labels_text(names: list[str]) -> str:
    """Return the names of classes one a line; those that a line cannot hold as they are, as JSON's texts."""
    return "".join(f"{name if _is_plain(name) else json.dumps(name)}\n" for name in names)


def sequence_text(length: int, size: Size | None, ending: str) -> str:
    """Return `seqinfo.ini`.

    Args:
        length: how many frames there are.
        size: of all frames in pixels; None where they differ, or it is not known.
        ending: of the pictures.
    """
    sides = f"imWidth={size[0]}\nimHeight={size[1]}\n" if size else ""
    return (
        f"[{_SECTION}]\nname=sequence\nimDir=img1\nframeRate=30\nseqLength={length}\n{sides}imExt={ending}\n"
    )


def _is_id(track: str) -> bool:
    return track.isascii() and track.isdigit() and track[0] != "0" and len(track) < 10  # noqa: PLR2004 - below FARTHEST


def _is_plain(name: str) -> bool:
    return name == name.strip() and len(name.splitlines()) == 1 and name[0] not in '"\ufeff'


def _names(root: Path, file: Path) -> list[str] | None:
    """Return the names of the classes; None where there is no file of them."""
    places = (root / LABELS, file.parent / "labels.txt", root / "labels.txt")
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        return None
    try:
        lines = read_bytes(found).decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{found} is not a text ({error}). Nothing was taken in.") from error
    names = [_said(line.strip()) for line in lines]
    while names and not names[-1]:
        names.pop()
    if not all(names):
        raise FormatError(
            f"{found}, line {names.index('') + 1} is empty, expected the name of a class. Nothing was taken in."
        )
    return names


def _said(line: str) -> str:
    if line[:1] != '"':
        return line
    try:
        name = json.loads(line)
    except (ValueError, RecursionError):
        return line
    return name if isinstance(name, str) and name.strip() else line


def _tracks(file: Path) -> Tracks:
    if not file.is_file():
        return _NO_TRACKS
    try:
        said: Any = json.loads(read_bytes(file))
        return Tracks({int(at): str(name) for at, name in said["names"].items()}, int(said["single"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FormatError(
            f"{file} is not what an export wrote ({error!r}), expected `names` and `single`. Nothing was taken in."
        ) from error


def _sequence(file: Path) -> dict[str, str]:
    """Return the values of `seqinfo.ini` by their names in small letters; none where there is no such file."""
    if not file.is_file():
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(read_bytes(file).decode("utf-8-sig"), str(file))
        return dict(parser[_SECTION])
    except (configparser.Error, UnicodeDecodeError, KeyError) as error:
        raise FormatError(
            f"{file} cannot be read ({error}), expected a section [{_SECTION}]. Nothing was taken in."
        ) from error


def _number(root: Path, info: Mapping[str, str], name: str, most: int) -> int | None:
    said = info.get(name, "").strip()
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) < 11 and int(said) <= most):  # noqa: PLR2004 - as long as `most`
        raise _wrong(root, name, said, f"a whole number, at most {most:,}")
    return int(said)


def _pictures(folder: Path) -> dict[int, str]:
    """Return the names of the pictures that are called by a number."""
    if not folder.is_dir():
        return {}
    named = (file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    return {
        int(file.stem): file.name
        for file in sorted(named)
        if file.stem.isascii() and file.stem.isdigit() and len(file.stem) < 10  # noqa: PLR2004 - below FARTHEST
    }


def _wrong(root: Path, what: str, value: str, expected: str) -> FormatError:
    return FormatError(f"{root / SEQUENCE}: {what} is {value!r}, expected {expected}. Nothing was taken in.")
