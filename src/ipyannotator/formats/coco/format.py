"""COCO, read and written; `shapes.py` has what an annotation says of its shape."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import msgspec

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
from ipyannotator.formats.coco.shapes import Row, described, shape_of, written
from ipyannotator.formats.placing import check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.formats.values import Wrong
from ipyannotator.model import SkeletonTemplate

CROWD = "iscrowd"
"""The attribute under which the standard's mark of a crowd is kept."""

BOXLESS = "without a box (left out)"
SIZELESS = "without a size (left out)"
ABOVE = "of a class with a supercategory (not kept)"

T = TypeVar("T")

_WHOLE = "instances_default.json"
_HEAD = 1 << 20
"""Bytes of a file that are looked at to tell whether it is COCO."""


class _Image(msgspec.Struct, gc=False):
    id: int | str
    file_name: str
    width: float | None = None
    height: float | None = None


class _Category(msgspec.Struct):
    id: int | str
    name: str
    supercategory: str | None = None
    keypoints: list[str] | None = None
    skeleton: list[tuple[int, int]] | None = None


class _File(msgspec.Struct):
    """A file; its annotations, of which there may be millions, are read one by one when their image's turn comes.

    Tuples of plain values: Python's garbage collector looks at them once, at lists again and again.
    """

    images: tuple[_Image, ...] = ()
    annotations: tuple[msgspec.Raw, ...] | None = None
    categories: list[_Category] = []


class _Whose(msgspec.Struct, gc=False):
    image_id: int | str


_whose = msgspec.json.Decoder(_Whose)
_row = msgspec.json.Decoder(Row)


class _Part(NamedTuple):
    """One file of a data set, with the split that it is."""

    path: Path
    split: str


class Coco:
    """COCO: boxes, outlines, masks and keypoints in one JSON file."""

    name = "coco"
    title = "COCO"
    file = ".json"
    holds = Holds(
        shapes=frozenset({"box", "polygon", "mask", "skeleton"}), holes=False, scores=True, attributes=True, items=True
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder of such."""
        try:
            return any(_looks(part.path) for part in _parts(path))
        except (OSError, FormatError):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has sizes itself
        """Read a file, or all `instances_*.json` of a data set's folder."""
        files = [(part, _load(part.path)) for part in _parts(path)]
        classes = list(dict.fromkeys(each.name for _, file in files for each in file.categories))

        def samples(lost: Losses) -> Iterator[Sample]:
            for part, file in files:
                yield from _samples(part, file, kinds or (), lost)

        templates = {name: made for part, file in files for name, made in _templates(part, file)}
        return Reading(classes, samples, sum(len(file.images) for _, file in files), templates)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with the pictures."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            if content.splits:
                raise InvalidValue("The path", str(path), "a folder: each split is a file of its own")
            with (
                staged_file(path, self.title, replace=_looks(path)) as target,
                _writing(content) as one,
            ):
                for sample in content.samples:
                    one.add(sample)
                one.finish(target)
            return {}
        with staged_folder(path, self.name, mode, {}) as place, contextlib.ExitStack() as stack:
            names = content.splits or ("",)
            writers = {name: stack.enter_context(_writing(content)) for name in names}
            for sample in content.samples:
                writers[sample.split].add(sample)
                place.image(f"images/{check_inside(sample.name)}", sample)
            for name, writer in writers.items():
                file = f"instances_{name}.json" if name else _WHOLE
                with place.open(f"annotations/{file}") as target:
                    writer.finish(target)
        return {}


FORMATS.register("coco")(Coco())


# ---- writing --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _writing(content: Content) -> Iterator[_Writer]:
    with tempfile.TemporaryFile() as images, tempfile.TemporaryFile() as annotations:
        yield _Writer(content, images, annotations)


class _Writer:
    """One file under way: images and annotations go to temporary files, since each is a list of its own."""

    def __init__(self, content: Content, images: IO[bytes], annotations: IO[bytes]) -> None:
        self._numbers = {name: at for at, name in reversed(list(enumerate(content.classes, 1)))}
        self._classes = content.classes
        self._templates = content.templates
        self._images = images
        self._annotations = annotations
        self._count = 0
        self._items = 0

    def add(self, sample: Sample) -> None:
        name = check_inside(sample.name)
        if sample.width is None or sample.height is None:
            raise InvalidValue(f"The size of {name!r}", None, "width and height in pixels")
        self._items += 1
        number = sample.number or self._items
        image = {"id": number, "file_name": name, "width": sample.width, "height": sample.height}
        self._put(self._images, image, first=self._items == 1)
        for thing in sample.things:
            self._count += 1
            self._put(self._annotations, self._row(thing, number), first=self._count == 1)

    def _row(self, thing: Thing, number: int) -> dict[str, Any]:
        if thing.shape.kind not in Coco.holds.shapes or thing.label is None:
            raise InvalidValue("The object to write", thing, "a box, polygon, mask or skeleton with a class")
        others = {name: value for name, value in thing.attributes.items() if name != CROWD}
        row: dict[str, Any] = {
            "id": self._count, "image_id": number, "category_id": self._numbers[thing.label],
            **written(thing.shape), "iscrowd": int(bool(thing.attributes.get(CROWD))),
        }  # fmt: skip
        if thing.score is not None:
            row["score"] = thing.score
        if others:
            row["attributes"] = others
        return row

    @staticmethod
    def _put(file: IO[bytes], row: dict[str, Any], *, first: bool) -> None:
        file.write((b"" if first else b",\n") + msgspec.json.encode(row))

    def finish(self, target: IO[bytes]) -> None:
        info = {"description": "Exported by Ipyannotator", "version": "1.0"}
        categories = [
            {"id": at, "name": name, "supercategory": ""}
            | (described(self._templates[name]) if name in self._templates else {})
            for at, name in enumerate(self._classes, 1)
        ]
        target.write(b'{"info": ' + msgspec.json.encode(info) + b',\n"licenses": [],\n"categories": [\n')
        target.write(b",\n".join(map(msgspec.json.encode, categories)))
        for name, file in ((b"images", self._images), (b"annotations", self._annotations)):
            target.write(b'\n],\n"' + name + b'": [\n')
            file.seek(0)
            shutil.copyfileobj(file, target)
        target.write(b"\n]}\n")


# ---- reading --------------------------------------------------------------------------------------------------------


def _parts(path: Path) -> list[_Part]:
    """Return the files of a data set; raise `FormatError` where there are none."""
    if path.is_file():
        return [_Part(path, "")]
    for folder in (path / "annotations", path):
        files = sorted(folder.glob("instances_*.json"))
        if files:
            return [_Part(file, _split(file)) for file in files]
    for folder in (path / "annotations", path):
        files = [file for file in sorted(folder.glob("*.json")) if _looks(file)]
        if files:
            return [_Part(file, "") for file in files]
    files = sorted(path.glob("*/_annotations.coco.json"))  # one folder for each split, as some services give
    if files:
        return [_Part(file, file.parent.name) for file in files]
    raise FormatError(
        f"There is no COCO file at {path}: expected a file that ends in .json, or a folder with "
        "annotations/instances_….json."
    )


def _split(file: Path) -> str:
    name = file.stem.removeprefix("instances_")
    return "" if file.name == _WHOLE else name


def _looks(path: Path) -> bool:
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
        end = path.stat().st_size
        file.seek(max(0, end - _HEAD))
        text = head + file.read(_HEAD)
    return (
        head.lstrip()[:1] == b"{"
        and b'"images"' in text
        and (b'"annotations"' in text or b'"file_name"' in text)
    )


def _load(path: Path) -> _File:
    data = read_bytes(path)
    try:
        file = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_File)
    except msgspec.ValidationError as error:
        hint = ""
        if data.lstrip()[:1] == b"[":
            hint = " A list alone is a file of results, which does not say what the images are called."
        raise FormatError(f"{path} is not COCO: {error}.{hint} Nothing was taken in.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(
            f"{path} is not readable as JSON ({error}); it may have been cut short. Nothing was taken in."
        ) from error
    return file


def _samples(part: _Part, file: _File, kinds: Kinds, lost: Losses) -> Iterator[Sample]:
    names = {each.id: each.name for each in file.categories}
    above = {each.id for each in file.categories if each.supercategory and each.supercategory != each.name}
    if not all(name.strip() for name in names.values()):
        raise FormatError(f"{part.path}, categories: a name is empty. Nothing was taken in.")
    places = {each.id: at for at, each in enumerate(file.images)}
    if len(places) < len(file.images):
        twice = next(
            number for number, count in Counter(each.id for each in file.images).items() if count > 1
        )
        raise FormatError(f"{part.path}, images: the id {twice!r} stands there twice. Nothing was taken in.")
    annotations = file.annotations or ()
    whose, order = _by_image(part.path, annotations, places, lost)
    if file.annotations is None:  # a list of images to be annotated says nothing of what is on them
        lost["images without a section of annotations (left out)"] += len(file.images)
        return
    start = 0
    for number, image in enumerate(file.images):
        width, height = (None if side is None else round(side) for side in (image.width, image.height))
        size = (width, height) if width and height else None
        reader = _Reader(part.path, names, kinds, size, lost)
        stop = bisect_right(order, number, start, key=whose.__getitem__)
        things = []
        for at in order[start:stop]:
            try:
                row = _decoded(part.path, at, annotations[at], _row)
                thing = reader.thing(at, row)
            except FormatError as fault:
                lost.note(fault)
                continue
            if row.category_id in above:
                lost[ABOVE] += 1
            if thing is not None:
                things.append(thing)
        start = stop
        yield Sample(image.file_name, width, height, tuple(things), part.split)


def _by_image(
    path: Path, annotations: Sequence[msgspec.Raw], places: Mapping[int | str, int], lost: Losses
) -> tuple[array[int], array[int]]:
    """Return the place of the image of each annotation, and the annotations in the order of these places.

    In plain numbers: a list for each of a hundred thousand images would be walked through by Python's garbage collector
    again and again.
    """
    whose = array("q", bytes(8 * len(annotations)))
    for at, text in enumerate(annotations):
        try:
            image_id = _decoded(path, at, text, _whose).image_id
            if image_id not in places:
                raise _wrong(path, at, "image_id", image_id, "the id of one of the images")
            whose[at] = places[image_id]
        except FormatError as fault:
            whose[at] = len(places)  # of no image
            lost.note(fault)
    return whose, array("q", sorted(range(len(annotations)), key=whose.__getitem__))


def _decoded(path: Path, at: int, text: msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what, _, where = str(error).partition(" - at `$")
        place = f"annotations[{at}]{where.rstrip('`')}"
        raise FormatError(f"{path} is not COCO: {place}: {what}. Nothing was taken in.") from error


class _Reader(NamedTuple):
    """What the annotations of one image are read with."""

    path: Path
    names: dict[int | str, str]
    kinds: Kinds
    size: Size | None
    lost: Losses

    def thing(self, at: int, row: Row) -> Thing | None:
        """Return what an annotation says; None where it says of no place."""
        if self.names and row.category_id not in self.names:
            raise _wrong(self.path, at, "category_id", row.category_id, "the id of one of the categories")
        try:
            shape = shape_of(row, self.kinds, self.size, self.lost)
        except Wrong as wrong:
            raise _wrong(self.path, at, *wrong.args) from wrong
        if shape is None:
            self.lost[SIZELESS if row.bbox else BOXLESS] += 1
            return None
        if row.score is not None and not 0 <= row.score <= 1:
            raise _wrong(self.path, at, "score", row.score, "a number from 0 to 1")
        attributes = row.attributes or {}
        if row.iscrowd:
            attributes = {**attributes, CROWD: True}
        label = self.names.get(row.category_id, str(row.category_id))
        return Thing(shape, label, row.score, attributes=attributes)


def _templates(part: _Part, file: _File) -> Iterator[tuple[str, SkeletonTemplate]]:
    """Yield the joints of the categories that have some."""
    for at, each in enumerate(file.categories):
        if not each.keypoints:
            continue
        joints = each.keypoints
        try:
            bones = [(joints[one - 1], joints[other - 1]) for one, other in each.skeleton or ()]
            yield each.name, SkeletonTemplate(tuple(joints), tuple(dict.fromkeys(bones)))
        except (InvalidValue, IndexError) as error:
            raise FormatError(
                f"{part.path}, categories[{at}]: its keypoints and skeleton cannot be read ({error}). Nothing was taken in."
            ) from error


def _wrong(path: Path, at: int, what: str, value: object, expected: str) -> FormatError:
    return FormatError(
        f"{path}, annotations[{at}].{what} is {value!r}, expected {expected}. Nothing was taken in."
    )
