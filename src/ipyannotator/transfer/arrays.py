"""Annotations as what other libraries take: arrays for scikit-image and OpenCV, a `Dataset` for Hugging Face.

An array is of the full-resolution image after EXIF orientation. In arrays, classes are numbered from 1, since 0 is the
background; an object without a class has the number 0. In a `Dataset` they are numbered from 0, as its `ClassLabel` has
them. What has no area (lines, points, keypoints) is in none of the arrays, nor is what lies outside the image; what is in
them is in the order of the objects, so that entry i of each is the same one.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ipyannotator.editor.core import Editor
from ipyannotator.errors import InvalidValue, MediaError, MissingPackage
from ipyannotator.formats.adapting import WAYS, adapt
from ipyannotator.formats.base import Losses, Sample, Size, Thing
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.hugging_face import ImageFolder
from ipyannotator.mltypes.labels import Labels
from ipyannotator.model import Box, Mask, ObjectRecord, Whole
from ipyannotator.transfer.exchange import accepted
from ipyannotator.transfer.matching import path_of, size_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 2**16 - 1
"""Classes that an array of 16 bits can tell apart."""


def labels(annotated: Iterable[Thing], size: Size, classes: Sequence[str]) -> NDArray[np.uint16]:
    """Return the class of each pixel, as `skimage.measure.regionprops` and trainers of segmentation take it.

    Args:
        annotated: the objects, the topmost last.
        size: width and height of the image in pixels.
        classes: the names of the classes.

    Returns:
        An array of shape (height, width): the number of the class of the topmost object on the pixel, from 1; 0 where
        there is none. What has no class is passed over.

    Raises:
        InvalidValue: an object is of a class that is not among `classes`, or these are too many.
    """
    import numpy as np

    numbers = _numbered(classes)
    found = np.zeros((size[1], size[0]), np.uint16)
    for thing in _areas(annotated, size):
        if number := _number(thing, numbers):
            found[_pixels(thing, size)] = number
    return found


def instances(annotated: Iterable[Thing], size: Size) -> NDArray[np.bool_]:
    """Return the pixels of each object, those under others too: shape (N, height, width).

    It takes a byte for each pixel of each object. An object that is on the centre of no pixel has none.
    """
    import numpy as np

    some = [_pixels(thing, size) for thing in _areas(annotated, size)]
    return np.stack(some) if some else np.zeros((0, size[1], size[0]), bool)


def boxes(
    annotated: Iterable[Thing], size: Size, classes: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the boxes around objects, cut at the edge of the image, and their classes, as torchvision takes them.

    Returns:
        An array of shape (N, 4), left, top, right and bottom in pixels; and one of shape (N,), the numbers of classes
        from 1, 0 for none.

    Raises:
        InvalidValue: as of `labels`.
    """
    import numpy as np

    numbers = _numbered(classes)
    some = list(_areas(annotated, size))
    sides = np.array([_bounds(thing, size) for thing in some], np.float32).reshape(-1, 4)
    return sides, np.array([_number(thing, numbers) for thing in some], np.int64)


def contours(annotated: Iterable[Thing], size: Size) -> list[list[NDArray[np.int32]]]:
    """Return the outlines of each object as `cv2.findContours` gives them, those of its parts and of holes in them.

    Returns:
        For each object its outlines, arrays of shape (K, 1, 2): x and y of pixels on the edge, which belong to it.
        `cv2.drawContours(image, found, -1, 1, cv2.FILLED)` fills one object.

    Raises:
        MissingPackage: OpenCV is not installed.
    """
    import numpy as np

    try:
        import cv2
    except ImportError as error:
        raise MissingPackage(
            "`contours` needs OpenCV: pip install 'ipyannotator[assist]'. `labels` and `instances` do without."
        ) from error
    found: list[list[NDArray[np.int32]]] = []
    for thing in _areas(annotated, size):
        pixels = _pixels(thing, size).astype(np.uint8)
        outlines, _ = cv2.findContours(pixels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        found.append([np.asarray(outline, np.int32) for outline in outlines])
    return found


class Arrays:
    """What is on one item, each array made when it is first asked for.

    Args:
        annotated: the objects, the topmost last.
        size: width and height of the image in pixels.
        classes: the names of the classes, from number 1.

    Attributes:
        things: the objects that have an area in the image; entry i of the arrays is of the i-th.
        size: as given.
        classes: as given.
    """

    def __init__(self, annotated: Iterable[Thing], size: Size, classes: Sequence[str]) -> None:
        self.things = tuple(_areas(annotated, size))
        self.size = size
        self.classes = tuple(classes)

    def __repr__(self) -> str:
        return f"<Arrays of {len(self.things)} objects on {self.size[0]} × {self.size[1]}>"

    @cached_property
    def labels(self) -> NDArray[np.uint16]:
        """The class of each pixel; see `labels`."""
        return labels(self.things, self.size, self.classes)

    @cached_property
    def instances(self) -> NDArray[np.bool_]:
        """The pixels of each object; see `instances`."""
        return instances(self.things, self.size)

    @cached_property
    def boxes(self) -> NDArray[np.float32]:
        """The box around each object, of shape (N, 4); see `boxes`."""
        return boxes(self.things, self.size, self.classes)[0]

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The number of the class of each object, from 1, 0 for none."""
        return boxes(self.things, self.size, self.classes)[1]

    @cached_property
    def contours(self) -> list[list[NDArray[np.int32]]]:
        """The outlines of each object; see `contours`."""
        return contours(self.things, self.size)


# ---- of a task ------------------------------------------------------------------------------------------------------


def arrays(
    editor: Editor, key: str, *, suggestions: bool = False, classes: Sequence[str] | None = None
) -> Arrays:
    """Return what is annotated on an item as arrays.

    Args:
        editor: the task.
        key: the item.
        suggestions: also what a model suggested and nobody has accepted.
        classes: the names of the classes from number 1; None for those of the task in their order. Give them where
            numbers must stay what they are, whatever is added to the task or put into another order.

    Raises:
        InvalidValue: there is no such item, or an object is of a class that is not among `classes`.
        MediaError: the size of its image is not known.
    """
    _check_keys(editor, [key])
    item, every, _ = editor.store.annotated(editor.task, key, editor.layer)
    size = size_of(editor, key, item.media)
    if size is None:
        raise MediaError("unreadable", f"The size of {key!r} is not known, since its image cannot be read.")
    objects = every if suggestions else accepted(every)
    return Arrays(_things(editor, objects), size, names_of(editor) if classes is None else _checked(classes))


def to_dataset(
    editor: Editor, *, only_done: bool = True, suggestions: bool = False, classes: Sequence[str] | None = None,
    items: Iterable[str] | None = None,
) -> Any:  # fmt: skip
    """Return the annotations as a `datasets.Dataset`, as the guides of `transformers` to detection and classification have it.

    Its columns: `image`, which is read from its file when it is asked for; `item`, its key; `image_id`, `width`, `height`;
    `objects` with `bbox` (left, top, width, height in pixels), `category` and `area` of each; and for labels of whole images
    `label`, where an image has several also `labels`. Classes are `ClassLabel`s. Shapes are written as boxes, which are cut
    at the edge of the image; what that loses is counted in `dataset.info.description`.

    Args:
        editor: the task.
        only_done: only items in the state `done`; else all that have objects too.
        suggestions: also what a model suggested and nobody has accepted.
        classes: the names of the classes from number 0; None for those of the task in their order.
        items: the keys of the items; None for all.

    Raises:
        MissingPackage: `datasets` is not installed.
        InvalidValue: no item is done, an item is not there, or an object is of a class that is not among `classes`.
    """
    hugging = _datasets()
    names = names_of(editor) if classes is None else _checked(classes)
    numbers = {name: at for at, name in enumerate(names)}
    lost = Losses()
    samples = list(
        _samples(editor, lost, None if items is None else sorted(set(items)), only_done, suggestions)
    )
    if not samples:
        raise InvalidValue(
            "The number of items", 0, "at least one that is done and whose image is there",
            "Mark items as done, or ask with `only_done=False`.",
        )  # fmt: skip
    category = hugging.ClassLabel(names=names)
    wholes = [[t.label for t in each.things if isinstance(t.shape, Whole)] for each in samples]
    most, of_wholes = max(map(len, wholes)), isinstance(editor.output, Labels)
    kinds: dict[str, Any] = {
        "image": hugging.Image(), "item": hugging.Value("string"),
        **{name: hugging.Value("int64") for name in ("image_id", "width", "height")},
    }  # fmt: skip
    columns: dict[str, list[Any]] = {
        "image": [str(each.file) for each in samples],
        "item": [each.name for each in samples],
        "image_id": list(range(1, len(samples) + 1)),
        "width": [each.width for each in samples],
        "height": [each.height for each in samples],
    }
    if not of_wholes:
        side = hugging.Value("float32")
        kinds["objects"] = {
            "bbox": hugging.Sequence(hugging.Sequence(side, length=4)),
            "category": hugging.Sequence(category),
            "area": hugging.Sequence(side),
        }
        columns["objects"] = [_objects(each, numbers) for each in samples]
    if most or of_wholes:
        kinds["label"] = category
        columns["label"] = [_class(each[0], numbers) if each else None for each in wholes]
    if most > 1:
        kinds["labels"] = hugging.Sequence(category)
        columns["labels"] = [[_class(label, numbers) for label in each] for each in wholes]
    made = hugging.Dataset.from_dict(columns, features=hugging.Features(kinds))
    said = "; ".join(f"{count:,} {what}" for what, count in lost.items() if count)
    made.info.description = f"{editor.task}: {len(samples):,} items." + (f" {said}." if said else "")
    return made


def names_of(editor: Editor) -> list[str]:
    """Return the names of a task's classes in their order: those on offer, and retired ones that objects have."""
    used = editor.store.counts(editor.task, editor.layer).classes
    return list(
        dict.fromkeys(record.name for record in editor.schema if not record.retired or used.get(record.id))
    )


def _samples(
    editor: Editor, lost: Counter[str], keys: list[str] | None, only_done: bool, suggestions: bool
) -> Iterator[Sample]:
    """Yield the items with what is on them as a data set holds it, and count what is left out."""
    if not hasattr(editor.source, "path"):
        raise InvalidValue("The items", editor.source.location, "files, which a data set can name")
    _check_keys(editor, keys or [])
    for item, every, _ in editor.store.each(editor.task, editor.layer, keys):
        objects = every if suggestions else accepted(every)
        if item.state != "done" and (only_done or not objects):
            continue
        file = path_of(editor, item.id)
        size = size_of(editor, item.id, item.media)
        if file is None or size is None:
            lost["items whose image is gone or cannot be read (left out)"] += 1
            continue
        sample = Sample(item.id, *size, tuple(_things(editor, objects)), file=file)
        yield fit(sample, ImageFolder.holds, lost)


def _objects(sample: Sample, numbers: dict[str, int]) -> dict[str, list[Any]]:
    some = [thing for thing in sample.things if isinstance(thing.shape, Box)]
    sides = [thing.shape.bounds() for thing in some]
    return {
        "bbox": [[left, top, right - left, bottom - top] for left, top, right, bottom in sides],
        "category": [_class(thing.label, numbers) for thing in some],
        "area": [(right - left) * (bottom - top) for left, top, right, bottom in sides],
    }


def _things(editor: Editor, objects: Iterable[ObjectRecord]) -> Iterator[Thing]:
    schema = editor.schema
    return (Thing(o.shape, schema.name(o.class_id), o.score, o.track, o.attributes) for o in objects)


def _check_keys(editor: Editor, keys: Iterable[str]) -> None:
    for key in keys:
        try:
            editor.source.index(key)
        except KeyError:
            raise InvalidValue("The item", key, f"the key of one in {editor.source.location}") from None


def _datasets() -> Any:
    try:
        return importlib.import_module("datasets")
    except ImportError as error:
        raise MissingPackage(
            "`to_dataset` needs Hugging Face's datasets: pip install datasets. `export('imagefolder', folder)` does without."
        ) from error


# ---- shapes ---------------------------------------------------------------------------------------------------------


def _areas(annotated: Iterable[Thing], size: Size) -> Iterator[Thing]:
    """Yield what has an area, any of it in the image."""
    for thing in annotated:
        kind = thing.shape.kind
        if kind == "mask" or "mask" in WAYS.get(kind, {}):
            left, top, right, bottom = _bounds(thing, size)
            if left < right and top < bottom:
                yield thing


def _bounds(thing: Thing, size: Size) -> tuple[float, float, float, float]:
    left, top, right, bottom = thing.shape.bounds()
    return max(0.0, left), max(0.0, top), min(float(size[0]), right), min(float(size[1]), bottom)


def _pixels(thing: Thing, size: Size) -> NDArray[np.bool_]:
    import numpy as np

    mask = adapt(thing.shape, ("mask",), size)
    if isinstance(mask, Mask):
        mask = mask.clipped(*size)  # one of an image of another size
    return mask.to_array() if isinstance(mask, Mask) else np.zeros((size[1], size[0]), bool)


def _numbered(classes: Sequence[str]) -> dict[str, int]:
    if len(classes) > MOST:
        raise InvalidValue("The number of classes", len(classes), f"at most {MOST:,}, for 16 bits a pixel")
    return {name: at for at, name in enumerate(_checked(classes), 1)}


def _checked(classes: Sequence[str]) -> list[str]:
    if isinstance(classes, str) or len(set(classes)) < len(classes):
        raise InvalidValue("classes", classes, "the names of the classes, each once")
    return list(classes)


def _number(thing: Thing, numbers: dict[str, int]) -> int:
    return 0 if thing.label is None else _class(thing.label, numbers)


def _class(label: str | None, numbers: dict[str, int]) -> int:
    if label not in numbers:
        raise InvalidValue("The class of an object", label, f"one of: {', '.join(numbers) or 'none given'}")
    return numbers[label]
