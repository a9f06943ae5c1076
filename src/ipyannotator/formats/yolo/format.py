"""Writing YOLO, and the four forms of it that there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ipyannotator.errors import FormatError, InvalidValue, MissingPackage
from ipyannotator.formats.base import (
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Reading,
    Sample,
    Size,
    SizeOf,
    Thing,
    images_mode,
)
from ipyannotator.formats.naming import Stems, stem
from ipyannotator.formats.placing import check_inside, staged_folder
from ipyannotator.formats.yolo import lines, reading
from ipyannotator.model import Shape, Skeleton

RESERVED = ("images", "labels")
"""Folders by which trainers find the labels of an image; an item's own folders of that name get a `_`."""

_DECIMALS = 10
_FEWEST = 6


class Yolo:
    """YOLO, as Ultralytics reads it.

    Args:
        name: by which it is asked for.
        title: for the screen.
        holds: what a line can hold. Trainers refuse an image whose objects reach outside, so what does is cut.
        line: the numbers of a line, as fractions.
    """

    file = ""

    def __init__(
        self, name: str, title: str, holds: Holds, line: Callable[[Shape, Size, int], list[float]]
    ) -> None:
        self.name = name
        self.title = title
        self.holds = holds
        self._line = line

    def detect(self, path: Path) -> bool:
        """Tell whether a path is a `data.yaml` with names, or a folder with class names and labels."""
        try:
            return reading.form_of(path) == self.name
        except (OSError, FormatError, MissingPackage):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:
        """Read the folder of a data set, or its `data.yaml`."""
        return reading.read(path, size, kinds or (), turned=self.holds.angle)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folder of a data set."""
        mode = images_mode(images, alone=False)
        numbers = {name: at for at, name in reversed(list(enumerate(content.classes)))}
        stems = Stems(RESERVED)
        joints = max((len(each.joints) for each in content.templates.values()), default=0)
        with staged_folder(path, self.name, mode, stems.marked) as place:
            for sample in content.samples:
                name = stems.name(check_inside(sample.name))
                within = f"{sample.split}/" if sample.split else ""
                rows = (self._written(sample, thing, numbers, joints) for thing in sample.things)
                place.put(f"labels/{within}{stem(name)}.txt", "".join(rows).encode())
                place.image(f"images/{within}{name}", sample)
            place.put("data.yaml", _yaml(content, joints if "skeleton" in self.holds.shapes else 0))
        return stems.renamed

    def _written(self, sample: Sample, thing: Thing, numbers: dict[str, int], joints: int) -> str:
        if not sample.width or not sample.height:
            raise InvalidValue(f"The size of {sample.name!r}", (sample.width, sample.height), "pixels")
        if thing.shape.kind not in self.holds.shapes or thing.label is None:
            raise InvalidValue(
                "The object to write", thing, f"a {' or '.join(self.holds.shapes)} with a class"
            )
        if isinstance(thing.shape, Skeleton):
            joints = max(joints, len(thing.shape.joints))
        fractions = self._line(thing.shape, (sample.width, sample.height), joints)
        return " ".join([str(numbers[thing.label]), *map(_fraction, fractions)]) + "\n"


for _name, _title, _holds, _line in (
    ("yolo", "YOLO detection", Holds(frozenset({"box"}), outside=False), lines.box),
    (
        "yolo-segment",
        "YOLO segmentation",
        Holds(frozenset({"polygon"}), holes=False, outside=False),
        lines.outline,
    ),
    ("yolo-pose", "YOLO pose", Holds(frozenset({"skeleton"}), outside=False), lines.keypoints),
    (
        "yolo-obb",
        "YOLO oriented boxes",
        Holds(frozenset({"box"}), angle=True, outside=False),
        lines.corners,
    ),
):
    FORMATS.register(_name)(Yolo(_name, _title, _holds, _line))


def _yaml(content: Content, joints: int) -> bytes:
    try:
        import yaml
    except ImportError as error:
        raise MissingPackage("YOLO needs PyYAML: pip install 'ipyannotator[formats]'.") from error
    # Without `path`, trainers take the folder of this file, so that the data set can be moved.
    if content.splits:
        folders = {split: f"images/{split}" for split in content.splits}
        for needed in ("train", "val"):
            folders.setdefault(needed, next(iter(folders.values())))
        word = ""
    else:
        folders = dict.fromkeys(("train", "val"), "images")
        word = "# Exported without splits: train and val are the same images.\n"
    values: dict[str, object] = {
        **folders,
        "nc": len(content.classes),
        "names": dict(enumerate(content.classes)),
    }
    if joints:
        templates = {at: content.templates.get(name) for at, name in enumerate(content.classes)}
        values["kpt_shape"] = [joints, 3]
        values["kpt_names"] = {at: list(each.joints) for at, each in templates.items() if each is not None}
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1000)
    return (word + text).encode()


def _fraction(value: float) -> str:
    if isinstance(value, int):  # how well a joint is seen
        return str(value)
    whole, _, decimals = f"{value:.{_DECIMALS}f}".partition(".")
    return f"{whole}.{decimals[:_FEWEST]}{decimals[_FEWEST:].rstrip('0')}"
