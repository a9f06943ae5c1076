"""CVAT's XML, read and written; `shapes.py` has the elements of shapes, `labels.py` those of classes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import (
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
    is_file,
)
from ipyannotator.formats.cvat.labels import label_of, labels_of, parsed
from ipyannotator.formats.cvat.shapes import (
    TAGS,
    Joints,
    attributes_of,
    element,
    flag,
    shape_of,
    text,
    whole,
)
from ipyannotator.formats.placing import check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.formats.values import Wrong

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SIZELESS = "without a size (left out)"
GROUPED = "in a group (not kept)"
JOINTED = "with attributes of single joints (not kept)"
UNKNOWN = "of the kind {!r} (left out)"

_FILE = "annotations.xml"
_DEFAULT = "default"
"""What CVAT calls the part of items that are in none."""
_HEAD = 4096
"""Bytes of a file that are looked at to tell whether it is CVAT's."""
_FRAMES = 10_000_000
"""Frames that a video can have; more are a fault of the file."""
_LONG = 9
"""Digits of an id that no frame has."""
_BESIDE = frozenset({"attribute"})


class Cvat:
    """CVAT for images: every shape, in one XML file."""

    name = "cvat"
    title = "CVAT for images"
    file = ".xml"
    holds = Holds(
        shapes=frozenset({"box", "polygon", "polyline", "points", "skeleton", "ellipse", "mask", "whole"}),
        angle=True, holes=False, attributes=True, numbers=False,
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder with one as `annotations.xml`."""
        try:
            return _looks(path / _FILE if path.is_dir() else path)
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one of each
        """Read a file, or the `annotations.xml` of a folder."""
        file = path / _FILE if path.is_dir() else path
        root = parsed(file, read_bytes(file))
        if root.tag != "annotations":
            raise FormatError(
                f"{file}: the outermost element is <{root.tag}>, expected <annotations>. Nothing was taken in."
            )
        labels = labels_of(file, root)
        frames = _Frames(file, root)
        reader = _Reader(file, frozenset(labels.classes), labels.templates)

        def samples(lost: Losses) -> Iterator[Sample]:
            tracked = frames.tracked()
            for at, image in enumerate(root.iterfind("image"), 1):
                with lost.noting():
                    yield reader.image(at, image, tracked, lost)
            for frame in frames.left(tracked):
                yield reader.frame(frame, frames.size, tracked.get(frame, ()), lost)

        return Reading(labels.classes, samples, frames.total(), labels.templates)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with the pictures."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            with staged_file(path, self.title, replace=self.detect(path)) as target:
                target.write(_head(content).encode())
                for at, sample in enumerate(content.samples):
                    target.write(_image(at, sample, content.templates).encode())
                target.write(b"</annotations>\n")
            return {}
        with staged_folder(path, self.name, mode, {}) as place, place.open(_FILE) as target:
            target.write(_head(content).encode())
            for at, sample in enumerate(content.samples):
                target.write(_image(at, sample, content.templates).encode())
                place.image(f"images/{check_inside(sample.name)}", sample)
            target.write(b"</annotations>\n")
        return {}


FORMATS.register("cvat")(Cvat())


# ---- writing --------------------------------------------------------------------------------------------------------


def _head(content: Content) -> str:
    labels = "".join(label_of(name, content.templates.get(name)) for name in content.classes)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
        f"  <meta>\n    <task>\n      <labels>\n{labels}      </labels>\n    </task>\n  </meta>\n"
    )


def _image(at: int, sample: Sample, joints: Joints) -> str:
    name = check_inside(sample.name)
    if sample.width is None or sample.height is None:
        raise InvalidValue(f"The size of {name!r}", None, "width and height in pixels")
    split = f' subset="{text(sample.split)}"' if sample.split else ""
    lines = [
        f'  <image id="{at}" name="{text(name)}"{split} width="{sample.width}" height="{sample.height}">\n'
    ]
    for thing in sample.things:
        if thing.label is None:
            raise InvalidValue("The object to write", thing, "one with a class")
        lines.append(element(thing.shape, thing.label, thing.attributes, joints))
    return "".join([*lines, "  </image>\n"])


# ---- reading --------------------------------------------------------------------------------------------------------


def _looks(file: Path) -> bool:
    if file.suffix.lower() != ".xml" or not file.is_file():
        return False
    with file.open("rb") as opened:
        return b"<annotations" in opened.read(_HEAD)


class _Tracked(NamedTuple):
    """A shape of a track on one frame."""

    track: str
    label: str | None
    where: str
    given: Element


class _Frames:
    """What a file says of a video: how many frames, how large, and what is on each.

    Args:
        file: for messages.
        root: the outermost element.

    Raises:
        FormatError: the head says something that is no number.
    """

    def __init__(self, file: Path, root: Element) -> None:
        self._file = file
        self._root = root
        task = root.find("meta/task")
        self.size: Size | None = None
        self._all: range = range(0)
        if task is None or root.find("track") is None:
            return
        width, height = (self._number(f"original_size/{side}", task) for side in ("width", "height"))
        self.size = (width, height) if width and height else None
        # Frames are numbered as in the video: where some are passed over, only those with something on them are known.
        if not self._number("start_frame", task) and not (task.findtext("frame_filter") or "").strip():
            self._all = range(self._number("size", task))

    def tracked(self) -> dict[int, list[_Tracked]]:
        """Return what is on each frame, in the order of the tracks."""
        found: dict[int, list[_Tracked]] = {}
        for at, track in enumerate(self._root.iterfind("track"), 1):
            name = track.get("id", str(at - 1))
            for nth, given in enumerate(track, 1):
                if given.tag in _BESIDE:
                    continue
                where = f"{self._file}, track {name}, {given.tag} {nth}"
                try:
                    frame = whole(given, "frame")
                    if frame >= _FRAMES:
                        raise Wrong("frame", given.get("frame"), f"a number below {_FRAMES:,}")  # noqa: TRY301 - one message
                    if not flag(given, "outside"):
                        found.setdefault(frame, []).append(_Tracked(name, track.get("label"), where, given))
                except Wrong as wrong:
                    raise _wrong(where, wrong) from wrong
        return found

    def left(self, tracked: dict[int, list[_Tracked]]) -> list[int]:
        """Return the frames that no `<image>` stands for."""
        images = {each.get("id") for each in self._root.iterfind("image")}
        return sorted(frame for frame in {*self._all, *tracked} if str(frame) not in images)

    def total(self) -> int | None:
        """Return how many items there are; None where only reading tells."""
        return None if self._root.find("track") is not None else len(self._root.findall("image"))

    def _number(self, name: str, task: Element) -> int:
        said = (task.findtext(name) or "0").strip()
        try:
            found = int(said)
        except ValueError:
            found = -1
        if not 0 <= found < _FRAMES:
            raise FormatError(
                f"{self._file}, meta/task/{name} is {said!r}, expected a whole number below {_FRAMES:,}. Nothing was taken in."
            )
        return found


class _Reader(NamedTuple):
    """What the items of one file are read with."""

    file: Path
    classes: frozenset[str]
    templates: Joints

    def image(self, at: int, image: Element, tracked: dict[int, list[_Tracked]], lost: Losses) -> Sample:
        """Return the item of an `<image>`, with what tracks have on it."""
        name = image.get("name", "").replace("\\", "/")
        where = f"{self.file}, image {at}"
        if not name.strip():
            raise FormatError(
                f"{where}: its name is {name!r}, expected that of a file. Nothing was taken in."
            )
        where = f"{where} ({name})"
        try:
            width, height = (whole(image, side, "0") or None for side in ("width", "height"))
        except Wrong as wrong:
            raise _wrong(where, wrong) from wrong
        size = (width, height) if width and height else None
        given = [
            _Tracked("", each.get("label"), f"{where}, {each.tag} {nth}", each)
            for nth, each in enumerate(image, 1)
        ]
        number = image.get("id", "")
        given += tracked.get(int(number), []) if number.isdecimal() and len(number) < _LONG else []
        split = image.get("subset", "")
        return Sample(
            name, width, height, self._things(given, size, lost), "" if split.lower() == _DEFAULT else split
        )

    def frame(self, frame: int, size: Size | None, given: list[_Tracked] | tuple[()], lost: Losses) -> Sample:
        """Return the item of a frame that has no name in the file."""
        width, height = size or (None, None)
        return Sample(f"frame_{frame:06d}", width, height, self._things(given, size, lost))

    def _things(
        self, given: list[_Tracked] | tuple[()], size: Size | None, lost: Losses
    ) -> tuple[Thing, ...]:
        """Return what is on an item, the lowest first, as CVAT draws it."""
        found: list[tuple[int, Thing]] = []
        for each in given:
            try:
                thing = self._thing(each, size, lost)
                if thing is not None:
                    found.append((_level(each.given), thing))
            except Wrong as wrong:
                raise _wrong(each.where, wrong) from wrong
        return tuple(thing for _, thing in sorted(found, key=lambda pair: pair[0]))

    def _thing(self, each: _Tracked, size: Size | None, lost: Losses) -> Thing | None:
        given = each.given
        if given.tag not in TAGS:
            lost[UNKNOWN.format(given.tag)] += 1
            return None
        if not (each.label or "").strip() or (self.classes and each.label not in self.classes):
            known = ", ".join(sorted(self.classes)[:20])
            raise Wrong("label", each.label, f"one of the labels in <meta>: {known}" if known else "a text")
        lost.update([GROUPED] * (given.get("group_id", "0") != "0"))
        lost.update([JOINTED] * (given.find("points/attribute") is not None))
        shape = shape_of(given, size, self.templates.get(each.label or ""))
        if shape is None:
            lost[SIZELESS] += 1
            return None
        return Thing(shape, each.label, None, each.track or None, attributes_of(given))


def _level(given: Element) -> int:
    said = given.get("z_order", "0")
    try:
        return int(said)
    except ValueError as error:
        raise Wrong("z_order", said, "a whole number") from error


def _wrong(where: str, wrong: Wrong) -> FormatError:
    what, value, expected = wrong.args
    return FormatError(f"{where}: {what} is {value!r}, expected {expected}. Nothing was taken in.")
