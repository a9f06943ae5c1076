"""Masks as pictures: one PNG for each image, in which the value of a pixel is the number of its class.

    masks/a.png          a palette picture of the image's size; 0 is what is of no class
    classes.json         the names by number; null for 0

What belongs to which object is not in it: all of a class is one mask. In reading, masks may also be in colour, as CVAT and
the Pascal VOC devkit have them: then `labelmap.txt` says which colour is which class (`name:red,green,blue::`), and the
folder is `SegmentationClass`. Value 255 is VOC's border between objects, and is left out.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image

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
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.folders import SPLITS
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.formats.pictures import SUFFIXES
from ipyannotator.formats.placing import check_inside, original_names, read_bytes, staged_folder
from ipyannotator.model import Mask
from ipyannotator.model.schema import color

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDERS = ("masks", "SegmentationClass")
MOST = 254
"""Classes that a picture of one byte a pixel can tell apart; 0 is none, 255 a border."""
BACKGROUND = "background"
BORDER = 255
UNNAMED = "values that no class has (left out)"

_DEEP = 2
"""Dimensions of a picture without colours."""


class Masks:
    """Masks as pictures, whose values are the numbers of classes."""

    name = "masks"
    title = "Mask pictures"
    file = ""
    holds = Holds(frozenset({"mask"}), apart=False)

    def detect(self, path: Path) -> bool:
        """Tell whether a path is a folder with masks and the names of their classes."""
        names = ("classes.json", "labelmap.txt")
        return any((path / name).is_file() for name in names) and any(
            (path / name).is_dir() for name in FOLDERS
        )

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one kind
        """Read a folder."""
        root = next((path / name for name in FOLDERS if (path / name).is_dir()), None)
        if root is None:
            raise FormatError(f"There is no folder {' or '.join(FOLDERS)} in {path}.")
        names, colors = _classes(path)
        originals = {stem(new): old for new, old in original_names(path).items()}
        beside = _pictures(path)
        files = sorted(file for file in root.rglob("*.png") if file.is_file())

        def samples(lost: Losses) -> Iterator[Sample]:
            for file in files:
                whole = stem(file.relative_to(root).as_posix())
                head, _, tail = whole.partition("/")
                split = head if tail and head.lower() in SPLITS else ""
                picture = beside.get(whole)
                name = (tail if split else whole) + (picture.suffix if picture else "")
                with lost.noting():
                    sample = _sample(file, _Names(names, colors), lost)
                    name = originals.get(name, originals.get(stem(name), name))
                    yield dataclasses.replace(sample, name=name, split=split, file=picture)

        return Reading([name for name in names if name is not None], samples, len(files))

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a folder."""
        if len(content.classes) > MOST:
            raise InvalidValue(
                "The number of classes", len(content.classes), f"at most {MOST}, for one byte a pixel"
            )
        mode = images_mode(images, alone=False)
        numbers = {name: at for at, name in reversed(list(enumerate(content.classes, 1)))}
        palette = _palette(len(content.classes))
        stems = Stems()
        with staged_folder(path, self.name, mode, stems.marked) as place:
            for sample in content.samples:
                name = stems.name(check_inside(sample.name))
                within = f"{sample.split}/" if sample.split else ""
                place.put(f"masks/{within}{stem(name)}.png", _png(sample, numbers, palette))
                place.image(f"images/{within}{name}", sample)
            names = json.dumps([None, *content.classes], ensure_ascii=False, indent=1)
            place.put("classes.json", f"{names}\n".encode())
        return stems.renamed


FORMATS.register("masks")(Masks())


def _palette(count: int) -> list[int]:
    """Return red, green and blue of each number: black for none, then the colours that new classes get."""
    colors = ["#000000", *(color(at) for at in range(count))]
    return [int(each[at : at + 2], 16) for each in colors for at in (1, 3, 5)]


def _png(sample: Sample, numbers: dict[str, int], palette: list[int]) -> bytes:
    import numpy as np

    if not sample.width or not sample.height:
        raise InvalidValue(f"The size of {sample.name!r}", (sample.width, sample.height), "pixels")
    values = np.zeros((sample.height, sample.width), np.uint8)
    for thing in sample.things:
        if not isinstance(thing.shape, Mask) or thing.label is None:
            raise InvalidValue("The object to write", thing, "a mask with a class")
        values[thing.shape.to_array()] = numbers[thing.label]
    picture = Image.fromarray(values, "P")
    picture.putpalette(palette)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()


# ---- reading --------------------------------------------------------------------------------------------------------


def _classes(path: Path) -> tuple[list[str | None], dict[int, int]]:
    """Return the names by number, and the numbers by colour where masks may be in colour."""
    named, mapped = path / "classes.json", path / "labelmap.txt"
    if named.is_file():
        try:
            names = json.loads(read_bytes(named))
        except ValueError as error:
            raise FormatError(f"{named} is not readable as JSON ({error}). Nothing was taken in.") from error
        if not isinstance(names, list) or not all(
            each is None or (isinstance(each, str) and each) for each in names
        ):
            raise FormatError(
                f"{named} is {str(names)[:60]!r}, expected a list of names, null for what is of no class."
            )
        return names, {}
    if mapped.is_file():
        return _labelmap(mapped)
    raise FormatError(
        f"{path} does not say what its classes are called: expected classes.json or labelmap.txt."
    )


def _labelmap(file: Path) -> tuple[list[str | None], dict[int, int]]:
    names: list[str | None] = []
    colors: dict[int, int] = {}
    for at, line in enumerate(read_bytes(file).decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        try:
            red, green, blue = (int(part) for part in rest.split(":")[0].split(","))
            colors[_code(red, green, blue)] = len(names)
        except ValueError as error:
            raise FormatError(
                f"{file}, line {at} is {line!r}, expected `name:red,green,blue::`. Nothing was taken in."
            ) from error
        names.append(None if name.strip().lower() == BACKGROUND else name)
    return names, colors


def _code(red: Any, green: Any, blue: Any) -> Any:
    return (red * 256 + green) * 256 + blue


class _Names(NamedTuple):
    """The names of classes by number, and the numbers by colour."""

    names: list[str | None]
    colors: dict[int, int]


def _pictures(path: Path) -> dict[str, Path]:
    """Return the pictures beside the masks, by their name within their folder without the ending."""
    folders = [path / name for name in ("images", "JPEGImages")]
    return {
        stem(file.relative_to(folder).as_posix()): file
        for folder in folders for file in sorted(folder.rglob("*")) if file.suffix.lower() in SUFFIXES
    }  # fmt: skip


def _sample(file: Path, known: _Names, lost: Losses) -> Sample:
    names, colors = known
    values = _values(file)
    if values.ndim > _DEEP:
        import numpy as np

        if not colors:
            raise FormatError(
                f"{file} is in colour, and no labelmap.txt says which class a colour is. Nothing was taken in."
            )
        codes = _code(*(values[..., at].astype(np.int64) for at in range(3)))
        present = [(colors.get(int(each)), codes == each) for each in _unique(codes)]
    else:
        present = [(int(each), values == each) for each in _unique(values) if each != BORDER]
    things = []
    for number, where in sorted(present, key=lambda pair: -1 if pair[0] is None else pair[0]):
        label = names[number] if number is not None and number < len(names) else None
        if label is not None:
            things.append(Thing(Mask.from_array(where), label))
        elif number != 0:
            lost[UNNAMED] += 1
    return Sample(file.stem, values.shape[1], values.shape[0], tuple(things))


def _unique(values: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    found: NDArray[Any] = np.unique(values)
    return found


def _values(file: Path) -> NDArray[np.uint8]:
    """Return the values of a picture: the numbers of a palette, or red, green and blue."""
    import numpy as np

    try:
        with Image.open(file) as picture:
            plain = picture if picture.mode in ("P", "L", "1") else picture.convert("RGB")
            return np.asarray(plain, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FormatError(f"{file} cannot be read as a picture ({error}). Nothing was taken in.") from error
