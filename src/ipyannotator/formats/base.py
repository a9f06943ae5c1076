"""The seam between the annotations and other programs' files.

A format reads a file or folder into samples, and writes samples into one. It knows no store and no source: what is
annotated comes and goes as `Sample`s, one per item, lazily, so that a hundred thousand of them never lie in memory
where the format allows. What a format can hold it says as data (`Holds`); `fitting.fit` brings samples into that form
and counts what is lost, in one place for all formats.

The built-in formats enter as a stranger's does: by `@FORMATS.register(name)` on an instance's class or an entry
point of the group `ipyannotator.formats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import msgspec

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.model import Shape, SkeletonTemplate
from ipyannotator.registry import Registry

FORMATS: Registry[Format] = Registry("format", "ipyannotator.formats")
"""Formats by name."""

Images = Literal["copy", "link", "none"]
"""What becomes of the pictures in an export: copied, linked by symbolic links, or left where they are."""

Size = tuple[int, int]
"""Width and height of a picture in pixels, after EXIF orientation."""

SizeOf = Callable[[str], Size | None]
"""Gives the size of an item by the name that a file has for it; None where nobody knows the item."""

Kinds = Collection[str]
"""Kinds of shape, as a class has them; empty for every one."""

FARTHEST = 1e9
"""Pixels; a coordinate beyond is a fault of the file."""

MANY = 20
"""Faults after which a file is not read further."""


class Losses(Counter[str]):
    """How often something was not taken over, by what, as a phrase that follows the number: “turned (…)”.

    Attributes:
        faults: what is wrong with the file, as far as it was read; see `noting`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[FormatError] = []

    def noting(self) -> _Noting:
        """Return a context that notes a fault and lets reading go on, so that a person is told all of them at once."""
        return _Noting(self)

    def note(self, fault: FormatError) -> None:
        """Note a fault; raise all of them where they have become too many to read on."""
        self.faults.append(fault)
        if len(self.faults) >= MANY:
            self.check()

    def check(self) -> None:
        """Raise what was noted, as one error."""
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            texts = [str(fault).removesuffix(_NOTHING).rstrip() for fault in self.faults]
            many = (
                f"{MANY} faults, and it was read no further" if len(texts) == MANY else f"{len(texts)} faults"
            )
            raise FormatError("\n- ".join((f"{many}.{_NOTHING}", *texts))) from self.faults[0]


class _Noting:
    """Notes the fault that ends it."""

    def __init__(self, lost: Losses) -> None:
        self._lost = lost

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, FormatError):
            return False
        self._lost.note(error)
        return True


_NOTHING = " Nothing was taken in."


@dataclass(frozen=True, slots=True)
class Holds:
    """What a format can hold.

    Attributes:
        shapes: the kinds of shape.
        angle: whether boxes may be turned; else their bounding box is written.
        holes: whether polygons may have holes; else they are written as pixels, where there are masks.
        joints: whether the joints of skeletons have their names.
        outside: whether shapes may reach outside the image; else they are cut at its edge.
        fractions: whether there are parts of a pixel; else coordinates are rounded.
        unlabelled: whether objects without a class exist.
        several: whether an item may have several objects; else only the first is written.
        apart: whether objects of one class stay apart; else they become one mask, and a pixel is of the topmost one.
        scores: whether an object has a score.
        tracks: whether an object has a track.
        attributes: True for any, else the names of those that it has a place for.
        splits: whether items are parted into training, validation and so on.
        numbers: whether classes have numbers, which a second export must not change.
        items: whether items have numbers, likewise.
        sizes: whether the size of each image is needed to write it.
    """

    shapes: frozenset[str]
    angle: bool = False
    holes: bool = True
    joints: bool = True
    outside: bool = True
    fractions: bool = True
    unlabelled: bool = False
    several: bool = True
    apart: bool = True
    scores: bool = False
    tracks: bool = False
    attributes: bool | tuple[str, ...] = ()
    splits: bool = True
    numbers: bool = True
    items: bool = False
    sizes: bool = True

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of shape as a class says them: boxes at any angle are `rotated_box`."""
        return self.shapes | {"rotated_box"} if self.angle and "box" in self.shapes else self.shapes


class Thing(msgspec.Struct, frozen=True, gc=False):
    """One annotated thing: its shape in pixels of the full-resolution image after EXIF orientation, and the rest.

    There are millions of them, which is why it is no dataclass: it is made in a sixth of the time.
    """

    shape: Shape
    label: str | None = None
    score: float | None = None
    track: str | None = None
    attributes: Mapping[str, Any] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One item with all that is annotated on it.

    Attributes:
        name: its path within the data set, `/`-separated; of a file that was read, as it stands there, perhaps
            without the ending.
        width: of the image in pixels, None where it is not known.
        height: the same, vertically.
        things: the objects, in their order.
        split: the name of the part it belongs to (`train`, `val`, …), or empty.
        number: its number from 1, where the format numbers items and the caller knows one; else 0.
        file: the picture on the disk, None where it is not known.
    """

    name: str
    width: int | None = None
    height: int | None = None
    things: tuple[Thing, ...] = ()
    split: str = ""
    number: int = 0
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be written.

    Attributes:
        classes: the names of the classes by number, from 0.
        samples: the items; read once. What they have is what the format `Holds`.
        splits: the names of the parts, in order; empty where there are none.
        templates: the joints of skeletons, by the name of their class.
    """

    classes: list[str]
    samples: Iterable[Sample]
    splits: tuple[str, ...] = ()
    templates: Mapping[str, SkeletonTemplate] = field(default_factory=dict)


class Reading:
    """What a file holds; iterating reads it, each time anew.

    Args:
        classes: the names of the classes in the file's order.
        samples: reads the items; counts in the argument what is not taken over.
        total: how many items there are, None where only reading tells.
        templates: the joints of skeletons, by the name of their class, where the file says them.

    Attributes:
        lost: what was not taken over; complete when an iteration has ended.
    """

    def __init__(
        self, classes: list[str], samples: Callable[[Losses], Iterator[Sample]], total: int | None = None,
        templates: Mapping[str, SkeletonTemplate] | None = None,
    ) -> None:  # fmt: skip
        self.classes = classes
        self.total = total
        self.templates = dict(templates or {})
        self.lost = Losses()
        self._samples = samples

    def __iter__(self) -> Iterator[Sample]:
        """Read the items.

        Raises:
            FormatError: something in the file is not what the format says; names the file and the place, and of several
                faults each, at the end.
        """
        self.lost = Losses()
        yield from self._samples(self.lost)
        self.lost.check()


class Format(Protocol):
    """Somebody else's form of annotations. Methods keep nothing, so one instance serves all threads.

    Attributes:
        name: by which it is asked for, e.g. `yolo`.
        title: for the screen, e.g. `YOLO detection`.
        holds: what it can hold.
        file: the ending by which a path to write means one file, e.g. `.json`; empty where it is always a folder.
    """

    name: str
    title: str
    holds: Holds
    file: str

    def detect(self, path: Path) -> bool:
        """Tell whether a path looks like this format; cheap, and never raises."""
        ...

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:
        """Read a file or folder.

        Args:
            path: what to read.
            size: knows the sizes of items, for formats that do not keep them.
            kinds: the kinds of shape that are wanted, where a file says several of one thing, an outline beside its
                box; None for the richest.

        Raises:
            FormatError: it is not of this format, cut short, or inconsistent; names file, place and what was expected.
        """
        ...

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a data set; the same content gives the same bytes. Nothing is at `path` before all is written.

        Args:
            path: the folder, or the file where it has the ending `file`.
            content: what to write.
            images: what to do with the pictures; None for `copy` into a folder, and `none` beside a file.

        Returns:
            Name to new name, of items that could not keep theirs.

        Raises:
            InvalidValue: the place holds something else, or a name would lead out of the folder.
            StoreError: it could not be written; what was there is as it was.
        """
        ...


def is_file(kind: Format, path: Path) -> bool:
    """Tell whether a path to be written means one file."""
    return bool(kind.file) and path.suffix.lower() == kind.file


def images_mode(images: str | None, *, alone: bool) -> Images:
    """Return what to do with pictures; `alone` is one file, which has no place for them. Raise `InvalidValue`."""
    if images is None:
        return "none" if alone else "copy"
    if images not in get_args(Images):
        raise InvalidValue("images", images, "'copy', 'link' or 'none'")
    if alone and images != "none":
        raise InvalidValue("images", images, "'none' for a single file", "Name a folder to get the pictures.")
    return images  # type: ignore[return-value] # it was looked up


def find_format(path: Path) -> Format:
    """Return the one format that a path looks like; raise `FormatError` where none does, or several do."""
    if not path.exists():
        raise FormatError(f"There is nothing at {path}.")
    names = sorted(str(name) for name in FORMATS)
    fitting = [name for name in names if FORMATS.get(name).detect(path)]
    if len(fitting) != 1:
        found = f"looks like {' and '.join(fitting)}" if fitting else "looks like no known format"
        raise FormatError(f"{path} {found}. Name one of: {', '.join(names)}.")
    return FORMATS.get(fitting[0])
