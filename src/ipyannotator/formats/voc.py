"""Pascal VOC: one XML file per image (http://host.robots.ox.ac.uk/pascal/VOC/).

Coordinates: `xmin`, `ymin`, `xmax`, `ymax` are taken as they stand, as the edges of the box in pixels from the top
left corner: x = xmin, width = xmax - xmin. That is what LabelImg, CVAT and Datumaro write, and how torchvision's
examples and most trainers read. The challenge's own files (2007 to 2012) mean something else: the first pixel is 1,
and `xmax` is the last pixel that belongs to the object. Nothing in a file tells which is meant; for those,
`Voc(first_pixel=1)`, registered as `voc-devkit`, reads x = xmin - 1, width = xmax - xmin + 1, and writes so.

A data set is a folder with `Annotations/`, `JPEGImages/` and `ImageSets/Main/<split>.txt` (`trainval.txt` without
splits); `labelmap.txt` has the names of the classes, without which CVAT and Datumaro know those of the challenge alone.
Reading takes any folder and looks for XML in it; document type declarations, entities and references to
other files are refused.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
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
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.formats.placing import check_inside, original_names, read_bytes, staged_folder
from ipyannotator.model import Box

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FLAGS = ("truncated", "difficult", "occluded")
POSE = "pose"
_UNSAID = "Unspecified"

SIZELESS = "without a size (left out)"
PARTS = "with parts of their own, such as a head (parts not taken)"
_WHOLE = "trainval"
_SIDES = ("xmin", "ymin", "xmax", "ymax")


class Voc:
    """Pascal VOC detection.

    Args:
        name: by which it is asked for.
        title: for the screen.
        first_pixel: 0 where coordinates are edges, 1 where they are the first and last pixel counted from 1.
    """

    file = ""
    holds = Holds(
        shapes=frozenset({"box"}), fractions=False, attributes=(POSE, *FLAGS), numbers=False
    )  # fmt: skip

    def __init__(self, name: str = "voc", title: str = "Pascal VOC", first_pixel: int = 0) -> None:
        self.name = name
        self.title = title
        self.first_pixel = first_pixel

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, or has one in it."""
        if self.first_pixel:
            return False  # it looks like the other, and must be asked for
        try:
            first = next(iter(_files(path)), None)
            return (
                first is not None
                and re.search(rb"<annotation[\s>]", first[1].read_bytes()[:4096]) is not None
            )
        except (OSError, FormatError):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one kind
        """Read one XML file, or all of a folder."""
        files = list(_files(path))
        if not files:
            raise FormatError(
                f"There are no XML files in {path}. Expected Pascal VOC: one .xml for each image."
            )
        originals = original_names(path)

        def samples(lost: Losses) -> Iterator[Sample]:
            for folder, file in files:
                with lost.noting():
                    yield self._sample(folder, file, originals, lost)

        return Reading([], samples, len(files))

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folder of a data set."""
        mode = images_mode(images, alone=False)
        stems = Stems()
        lists: dict[str, list[str]] = {name: [] for name in content.splits or (_WHOLE,)}
        with staged_folder(path, self.name, mode, stems.marked) as place:
            for sample in content.samples:
                name = stems.name(check_inside(sample.name))
                place.put(f"Annotations/{stem(name)}.xml", self._xml(name, sample))
                place.image(f"JPEGImages/{name}", sample)
                lists[sample.split or _WHOLE].append(stem(name))
            for split, names in lists.items():
                place.put(f"ImageSets/Main/{split}.txt", "".join(f"{name}\n" for name in names).encode())
            # A name with a colon, which parts the columns, cannot stand there.
            rows = (f"{name}:::\n" for name in content.classes if ":" not in name)
            place.put("labelmap.txt", "".join(("# label:color_rgb:parts:actions\n", *rows)).encode())
        return stems.renamed

    # ---- writing ------------------------------------------------------------------------------------------------

    def _xml(self, name: str, sample: Sample) -> bytes:
        if sample.width is None or sample.height is None:
            raise InvalidValue(f"The size of {name!r}", None, "width and height in pixels")
        folder = str(PurePosixPath("JPEGImages", name).parent)
        lines = [
            "<annotation>",
            f"\t<folder>{_text(folder)}</folder>",
            f"\t<filename>{_text(PurePosixPath(name).name)}</filename>",
            "\t<source>\n\t\t<database>Unknown</database>\n\t</source>",
            f"\t<size>\n\t\t<width>{sample.width}</width>\n\t\t<height>{sample.height}</height>\n\t\t<depth>3</depth>",
            "\t</size>",
            "\t<segmented>0</segmented>",
            *(self._object(thing) for thing in sample.things),
            "</annotation>\n",
        ]
        return "\n".join(lines).encode()

    def _object(self, thing: Thing) -> str:
        if not isinstance(thing.shape, Box) or thing.label is None:
            raise InvalidValue("The object to write", thing, "a box with a class")
        left, top, right, bottom = thing.shape.bounds()
        first = self.first_pixel
        sides = zip(_SIDES, (left + first, top + first, right, bottom), strict=True)
        values = thing.attributes
        flags = [f"\t\t<{name}>{int(bool(values.get(name)))}</{name}>" for name in FLAGS[:2]]
        if "occluded" in values:
            flags.append(f"\t\t<occluded>{int(bool(values['occluded']))}</occluded>")
        return "\n".join([
            "\t<object>",
            f"\t\t<name>{_text(thing.label)}</name>",
            f"\t\t<pose>{_text(str(values.get(POSE, _UNSAID)))}</pose>",
            *flags,
            "\t\t<bndbox>",
            *(f"\t\t\t<{name}>{round(value)}</{name}>" for name, value in sides),
            "\t\t</bndbox>",
            "\t</object>",
        ])  # fmt: skip

    # ---- reading ------------------------------------------------------------------------------------------------

    def _sample(self, folder: str, file: Path, originals: dict[str, str], lost: Losses) -> Sample:
        root = _parse(file)
        if root.tag != "annotation":
            raise FormatError(f"{file}: the outermost element is <{root.tag}>, expected <annotation>.")
        name = (root.findtext("filename") or "").strip().replace("\\", "/") or file.stem
        if folder:
            name = f"{folder}/{name.rpartition('/')[2]}"
        things = [self._thing(file, at, each, lost) for at, each in enumerate(root.iterfind("object"), 1)]
        width, height = (_side(file, root, side) for side in ("width", "height"))
        return Sample(
            originals.get(name, name), width, height, tuple(thing for thing in things if thing is not None)
        )

    def _thing(self, file: Path, at: int, element: Element, lost: Losses) -> Thing | None:
        where = f"{file}, object {at}"
        label = element.findtext("name") or ""
        if not label.strip():
            raise FormatError(f"{where}: it has no <name>. Nothing was taken in.")
        if label[0] == "\n":  # a printer that indents texts as well
            label = label.strip()
        box = element.find("bndbox")
        if box is None:
            raise FormatError(f"{where}: it has no <bndbox>. Nothing was taken in.")
        left, top, right, bottom = (_number(where, box, name) for name in _SIDES)
        left, top = left - self.first_pixel, top - self.first_pixel
        if right < left or bottom < top:
            said = ", ".join(f"{name} {box.findtext(name)}" for name in _SIDES)
            raise FormatError(
                f"{where}: {said}; expected xmin below xmax and ymin below ymax. Nothing was taken in."
            )
        if element.find("part") is not None:
            lost[PARTS] += 1
        if right == left or bottom == top:
            lost[SIZELESS] += 1
            return None
        attributes: dict[str, Any] = {}
        pose = (element.findtext(POSE) or "").strip()
        if pose not in ("", _UNSAID):
            attributes[POSE] = pose
        for name in FLAGS:
            if (element.findtext(name) or "0").strip().lower() not in ("0", "false", "no", ""):
                attributes[name] = True
        return Thing(Box(left, top, right - left, bottom - top), label, attributes=attributes)


FORMATS.register("voc")(Voc())
FORMATS.register("voc-devkit")(Voc("voc-devkit", "Pascal VOC, first pixel 1", 1))


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield the XML files in order, each with the folder it lies in within the folder of annotations."""
    if path.is_file():
        yield "", path
        return
    named = (path / name for name in ("Annotations", "annotations"))
    root = next((folder for folder in named if folder.is_dir()), path)
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(folder).relative_to(root).as_posix()
        for name in sorted(names):
            if name.lower().endswith(".xml") and not name.startswith("."):
                yield "" if inside == "." else inside, Path(folder, name)


def _parse(file: Path) -> Element:
    try:
        from defusedxml import DefusedXmlException, ElementTree
    except ImportError as error:
        raise MissingPackage("Pascal VOC needs defusedxml: pip install 'ipyannotator[formats]'.") from error
    try:
        root: Element = ElementTree.fromstring(read_bytes(file), forbid_dtd=True)
    except DefusedXmlException as error:
        raise FormatError(
            f"{file} has a document type or entities, which could be an attack: {error}. "
            "Annotations need none. Nothing was taken in."
        ) from error
    except (ElementTree.ParseError, ValueError) as error:
        raise FormatError(
            f"{file} is not readable as XML ({error}); it may have been cut short. Nothing was taken in."
        ) from error
    return root


def _number(where: str, box: Element, name: str) -> float:
    text = box.findtext(name)
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not abs(number) <= FARTHEST:
        raise FormatError(f"{where}, bndbox/{name} is {text!r}, expected pixels. Nothing was taken in.")
    return number


def _side(file: Path, root: Element, name: str) -> int | None:
    """Return a side of the image; None where it is not said, or 0 as some tools write for that."""
    text = (root.findtext(f"size/{name}") or "").strip()
    try:
        number = float(text or "0")
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise FormatError(f"{file}, size/{name} is {text!r}, expected pixels. Nothing was taken in.")
    return round(number) or None


def _text(text: str) -> str:
    """Return a text as XML; raise `InvalidValue` for what XML has no way to write."""
    for sign in text:
        code = ord(sign)
        if (code < 0x20 and sign not in "\t\n\r") or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):  # noqa: PLR2004
            raise InvalidValue("A text in Pascal VOC", text, "one without control characters", "Rename it.")
    return escape(text, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
