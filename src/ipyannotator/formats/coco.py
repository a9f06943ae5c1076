"""COCO: one JSON file with images, annotations and categories (https://cocodataset.org/#format-data).

Boxes are `[x, y, width, height]` in pixels from the top left corner, as floats; category, image and annotation ids
begin at 1, since evaluation takes an annotation of id 0 for none. A path that ends in `.json` is one file; a folder
gets `images/` and `annotations/instances_<split>.json`, `instances_default.json` without splits.

Beyond the standard: `score` and `attributes` of an annotation are written where there are any, as other tools do.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import (
    FARTHEST,
    FORMATS,
    Content,
    Holds,
    Images,
    Losses,
    Reading,
    Sample,
    SizeOf,
    Thing,
    images_mode,
    is_file,
)
from ipyannotator.formats.placing import check_inside, read_bytes, staged_file, staged_folder
from ipyannotator.model import Box

CROWD = "iscrowd"
"""The attribute under which the standard's mark of a crowd is kept."""

OUTLINES = "with an outline (its box was taken)"
KEYPOINTS = "with keypoints (not taken)"
BOXLESS = "without a box (left out)"
SIZELESS = "without a size (left out)"
ABOVE = "of a class with a supercategory (not kept)"

_WHOLE = "instances_default.json"
_HEAD = 1 << 20
"""Bytes of a file that are looked at to tell whether it is COCO."""


class _Image(msgspec.Struct):
    id: int | str
    file_name: str
    width: float | None = None
    height: float | None = None


class _Annotation(msgspec.Struct):
    image_id: int | str
    category_id: int | str
    bbox: list[float] | None = None
    iscrowd: int | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    segmentation: msgspec.Raw = msgspec.Raw()
    keypoints: msgspec.Raw = msgspec.Raw()


class _Category(msgspec.Struct):
    id: int | str
    name: str
    supercategory: str | None = None


class _File(msgspec.Struct):
    images: list[_Image] = []
    annotations: list[_Annotation] | None = None
    categories: list[_Category] = []


class _Part(NamedTuple):
    """One file of a data set, with the split that it is."""

    path: Path
    split: str


class Coco:
    """COCO detection: boxes in one JSON file."""

    name = "coco"
    title = "COCO detection"
    file = ".json"
    holds = Holds(shapes=frozenset({"box"}), scores=True, attributes=True, items=True)

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or a folder of such."""
        try:
            return any(_looks(part.path) for part in _parts(path))
        except (OSError, FormatError):
            return False

    def read(self, path: Path, size: SizeOf | None = None) -> Reading:  # noqa: ARG002 - it has sizes itself
        """Read a file, or all `instances_*.json` of a data set's folder."""
        files = [(part, _load(part.path)) for part in _parts(path)]
        classes = list(dict.fromkeys(each.name for _, file in files for each in file.categories))

        def samples(lost: Losses) -> Iterator[Sample]:
            for part, file in files:
                yield from _samples(part, file, lost)

        return Reading(classes, samples, sum(len(file.images) for _, file in files))

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a file, or a folder with the pictures."""
        mode = images_mode(images, alone=is_file(self, path))
        if is_file(self, path):
            if content.splits:
                raise InvalidValue("The path", str(path), "a folder: each split is a file of its own")
            with (
                staged_file(path, self.title, replace=_looks(path)) as target,
                _writing(content.classes) as one,
            ):
                for sample in content.samples:
                    one.add(sample)
                one.finish(target)
            return {}
        with staged_folder(path, self.name, mode, {}) as place, contextlib.ExitStack() as stack:
            names = content.splits or ("",)
            writers = {name: stack.enter_context(_writing(content.classes)) for name in names}
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
def _writing(classes: list[str]) -> Iterator[_Writer]:
    with tempfile.TemporaryFile() as images, tempfile.TemporaryFile() as annotations:
        yield _Writer(classes, images, annotations)


class _Writer:
    """One file under way: images and annotations go to temporary files, since each is a list of its own."""

    def __init__(self, classes: list[str], images: IO[bytes], annotations: IO[bytes]) -> None:
        self._numbers = {name: at for at, name in reversed(list(enumerate(classes, 1)))}
        self._classes = classes
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
        if not isinstance(thing.shape, Box) or thing.label is None:
            raise InvalidValue("The object to write", thing, "a box with a class")
        box = [_plain(getattr(thing.shape, name)) for name in ("x", "y", "width", "height")]
        others = {name: value for name, value in thing.attributes.items() if name != CROWD}
        row: dict[str, Any] = {
            "id": self._count, "image_id": number, "category_id": self._numbers[thing.label], "bbox": box,
            "area": _plain(box[2] * box[3]), "iscrowd": int(bool(thing.attributes.get(CROWD))), "segmentation": [],
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
            {"id": at, "name": name, "supercategory": ""} for at, name in enumerate(self._classes, 1)
        ]
        target.write(b'{"info": ' + msgspec.json.encode(info) + b',\n"licenses": [],\n"categories": [\n')
        target.write(b",\n".join(map(msgspec.json.encode, categories)))
        for name, file in ((b"images", self._images), (b"annotations", self._annotations)):
            target.write(b'\n],\n"' + name + b'": [\n')
            file.seek(0)
            shutil.copyfileobj(file, target)
        target.write(b"\n]}\n")


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number


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


def _samples(part: _Part, file: _File, lost: Losses) -> Iterator[Sample]:
    names = {each.id: each.name for each in file.categories}
    above = {each.id for each in file.categories if each.supercategory and each.supercategory != each.name}
    if not all(name.strip() for name in names.values()):
        raise FormatError(f"{part.path}, categories: a name is empty. Nothing was taken in.")
    images = {each.id for each in file.images}
    if len(images) < len(file.images):
        twice = next(
            number for number, count in Counter(each.id for each in file.images).items() if count > 1
        )
        raise FormatError(f"{part.path}, images: the id {twice!r} stands there twice. Nothing was taken in.")
    rows: dict[int | str, list[int]] = {}
    annotations = file.annotations or []
    for at, row in enumerate(annotations):
        if row.image_id not in images:
            raise _wrong(part.path, at, "image_id", row.image_id, "the id of one of the images")
        rows.setdefault(row.image_id, []).append(at)
    if file.annotations is None:  # a list of images to be annotated says nothing of what is on them
        lost["images without a section of annotations (left out)"] += len(file.images)
        return
    for image in file.images:
        things = [_thing(part.path, at, annotations[at], names, lost) for at in rows.get(image.id, ())]
        if above:
            lost[ABOVE] += sum(annotations[at].category_id in above for at in rows.get(image.id, ()))
        width, height = (None if side is None else round(side) for side in (image.width, image.height))
        kept = tuple(thing for thing in things if thing is not None)
        yield Sample(image.file_name, width, height, kept, part.split)


def _thing(path: Path, at: int, row: _Annotation, names: dict[int | str, str], lost: Losses) -> Thing | None:
    if names and row.category_id not in names:
        raise _wrong(path, at, "category_id", row.category_id, "the id of one of the categories")
    if bytes(row.keypoints) not in (b"", b"[]", b"null"):
        lost[KEYPOINTS] += 1
    box = row.bbox
    if not box:
        lost[BOXLESS] += 1
        return None
    if len(box) != 4 or not all(abs(value) <= FARTHEST for value in box) or min(box[2:]) < 0:  # noqa: PLR2004 - as it says
        raise _wrong(path, at, "bbox", box, "[x, y, width, height] in pixels, none negative but x and y")
    if not all(box[2:]):
        lost[SIZELESS] += 1
        return None
    if bytes(row.segmentation) not in (b"", b"[]", b"null"):
        lost[OUTLINES] += 1
    if row.score is not None and not 0 <= row.score <= 1:
        raise _wrong(path, at, "score", row.score, "a number from 0 to 1")
    attributes = {**(row.attributes or {}), **({CROWD: True} if row.iscrowd else {})}
    label = names.get(row.category_id, str(row.category_id))
    return Thing(Box(*box), label, row.score, attributes=attributes)


def _wrong(path: Path, at: int, what: str, value: object, expected: str) -> FormatError:
    return FormatError(
        f"{path}, annotations[{at}].{what} is {value!r}, expected {expected}. Nothing was taken in."
    )
