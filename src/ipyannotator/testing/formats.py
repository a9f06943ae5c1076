# ruff: noqa: D103 - the names of the checks say what they check
"""The suite of formats: whatever a format says it holds comes back, the same bytes come out, nothing is half written."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import Content, Format, Losses, Sample, SizeOf, Thing
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.naming import stem
from ipyannotator.model import (
    Box,
    Ellipse,
    Mask,
    Points,
    Polygon,
    Polyline,
    Shape,
    Skeleton,
    SkeletonTemplate,
    encode_shape,
)
from ipyannotator.testing.making import raises, same

LABELS = [
    "car", "<b>bold</b> & co", 'say "hi" \\ it\'s', "a/b: c, d", "Ünï 😀", "no", "1", "- x: [y]", "#1", "tab\tin", "nbsp\u00a0",
    "two\nlines",
]  # fmt: skip
"""Names of classes that have broken programs."""

PRECISION = 1e-3
"""Pixels by which a coordinate may come back different, where the format has parts of a pixel."""


def check_format(kind: Format, folder: Path, ending: str = "") -> None:
    """Check that a format does what `formats.base.Format` promises.

    Args:
        kind: the format.
        folder: an empty folder to work in.
        ending: of the path to write, for a format that can be one file.

    Raises:
        AssertionError: it does not.
    """
    for check in FORMAT_CHECKS:
        place = folder / check.__name__
        place.mkdir()
        check(kind, place, f"out{ending}")


def samples(kind: Format, *, pictures: Path | None = None) -> list[Sample]:
    """Return items with all that a format holds, and nothing that it does not."""
    boxes = [
        Box(10, 20, 30, 40),
        Box(0, 0, 640, 480),
        Box(1.5, 2.25, 3.125, 4.0625),
        Box(-5, -5, 20, 20),
        Box(50, 60, 9, 9, 30),
    ]
    rich = [
        Thing(
            boxes[0], "car", 0.5, "t1", {"truncated": True, "pose": "Left", "n": 1, "deep": {"a": [1, None]}}
        ),
        *(Thing(Box(at, at, 10 + at, 20), label) for at, label in enumerate(LABELS)),
        *(Thing(box, "car") for box in boxes),
        *(Thing(shape, "car") for shape in _others()),
    ]
    names = [
        "0.jpg",
        "1.png",
        "deep/er/ünï 😀.jpg",
        "images/labels/x.jpg",
        "same.jpg",
        "same.png",
        "SAME.jpeg",
    ]
    found: list[Sample] = []
    for at, name in enumerate(names):
        file = None
        if pictures is not None:
            file = pictures / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (640, 480), (20 * at, 90, 120)).save(file)
        sample = Sample(
            name, 640, 480, () if at == 1 else tuple(rich[: len(rich) - at]), number=at + 5, file=file
        )
        found.append(fit(sample, kind.holds, Losses()))
    return found


@functools.cache
def _others() -> list[Shape]:
    # Two parts, one of them with a hole.
    pixels = [[row in range(10, 60) and at % 200 in range(20, 90) and (row, at // 10) != (30, 4) for at in range(400)]
              + [False] * 240 for row in range(480)]  # fmt: skip
    return [
        Polygon(((1.5, 2), (300, 4.25), (20, 50))),
        Polygon(((10, 10), (90, 10), (90, 90), (10, 90)), (((20, 20), (40, 20), (40, 40)),)),
        Polygon(((-64, 10), (704, 10), (704, 106))),
        Polyline(((1, 2), (30, 40.5))),
        Points(((5, 6), (7.5, 8))),
        Skeleton(((10, 20, 2), (30.5, 40, 1), (0, 0, 0))),
        Ellipse(100, 100, 40, 20),
        Mask.from_array(pixels),
    ]


def content(kind: Format, some: list[Sample] | None = None) -> Content:
    """Return what is to be written, of these items or of `samples`."""
    template = SkeletonTemplate(("head", "tail", "leg"), (("head", "tail"),))
    return Content(LABELS, iter(samples(kind) if some is None else some), templates={"car": template})


def sizes(some: list[Sample]) -> SizeOf:
    """Return what knows the sizes of items, by their names with and without the ending."""
    known = {
        name: (each.width or 1, each.height or 1) for each in some for name in (each.name, stem(each.name))
    }
    return known.get


def tree(path: Path) -> dict[str, str]:
    """Return a hash of each file under a path, or of the file itself, by its name."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {
        file.relative_to(path.parent).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def things(sample: Sample, digits: int = 3) -> list[tuple[object, ...]]:
    """Return what is on an item as values that can be compared, coordinates rounded."""
    return [
        (
            *_geometry(thing.shape, digits), thing.label,
            thing.score, thing.track, dict(thing.attributes),
        )
        for thing in sample.things
    ]  # fmt: skip


def _geometry(shape: Shape, digits: int) -> tuple[object, ...]:
    if isinstance(shape, Box):
        return (*(round(value, digits) for value in shape.bounds()), shape.angle)
    return tuple(_rounded(value, digits) for value in encode_shape(shape).values())


def _rounded(value: object, digits: int) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_rounded(each, digits) for each in value)
    return round(value, digits) if isinstance(value, float) else value


def check_what_it_holds_comes_back(kind: Format, folder: Path, out: str) -> None:
    written = samples(kind)
    kind.write(folder / out, content(kind), images="none")
    reading = kind.read(folder / out, sizes(written))
    read = list(reading)
    expected = {
        each.name if each.name in {r.name for r in read} else stem(each.name): things(each)
        for each in written
    }
    same("items and what is on them", {each.name: things(each) for each in read}, expected)
    same("the total", reading.total or len(written), len(written))
    same("the classes", reading.classes or LABELS, LABELS)
    if "skeleton" in kind.holds.shapes and kind.holds.joints:
        joints = [
            {name: template.joints for name, template in each.templates.items()}
            for each in (reading, content(kind))
        ]
        same("the joints", *joints)
    same("lost in reading", sum(reading.lost.values()), 0)
    same("a second reading", [each.name for each in reading], [each.name for each in read])


def check_it_knows_its_own(kind: Format, folder: Path, out: str) -> None:
    kind.write(folder / out, content(kind), images="none")
    (folder / "other").mkdir()
    (folder / "other" / "a.txt").write_text("hello")
    same("detects nothing in", kind.detect(folder / "other"), False)  # noqa: FBT003
    same("detects nothing at", kind.detect(folder / "absent"), False)  # noqa: FBT003


def check_the_same_content_gives_the_same_bytes(kind: Format, folder: Path, out: str) -> None:
    for name in ("a", "b"):
        kind.write(folder / name / out, content(kind), images="none")
    same("bytes", tree(folder / "a" / out), tree(folder / "b" / out))
    kind.write(folder / "a" / out, content(kind), images="none")
    same("bytes written over an earlier export", tree(folder / "a" / out), tree(folder / "b" / out))


def check_what_breaks_off_leaves_nothing(kind: Format, folder: Path, out: str) -> None:
    def breaking() -> Iterator[Sample]:
        yield from samples(kind)[:2]
        raise KeyboardInterrupt

    def write(some: Iterator[Sample]) -> Callable[[], object]:
        return lambda: kind.write(folder / out, Content(LABELS, some), images="none")

    try:
        write(breaking())()
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("An interruption was swallowed.")
    same("left behind", list(folder.iterdir()), [])
    kind.write(folder / out, content(kind), images="none")
    before = tree(folder / out)
    try:
        write(breaking())()
    except KeyboardInterrupt:
        same("the earlier export", tree(folder / out), before)
    same("beside it", [each.name for each in folder.iterdir()], [out])


def check_nothing_is_written_outside(kind: Format, folder: Path, out: str) -> None:
    for name in ("../evil.jpg", "a/../../evil.jpg", "/evil.jpg", "..", "", "a\0.jpg"):
        bad = Sample(name, 640, 480, (), number=1)
        raises(f"The name {name!r}", InvalidValue, lambda bad=bad: kind.write(  # type: ignore[misc]
            folder / "in" / out, Content(LABELS, [bad]), images="none"
        ))  # fmt: skip
    same("written", [each for each in folder.rglob("*") if each.is_file()], [])


def check_others_files_are_not_touched(kind: Format, folder: Path, out: str) -> None:
    place = folder / out
    if Path(out).suffix:
        place.write_text('{"mine": 1}')
    else:
        place.mkdir()
        (place / "mine.txt").write_text("1")
    before = tree(place)
    raises("A place with other files", InvalidValue, lambda: kind.write(place, content(kind), images="none"))
    same("they", tree(place), before)


def check_pictures_are_copied_or_linked(kind: Format, folder: Path, out: str) -> None:
    some = samples(kind, pictures=folder / "pictures")
    if Path(out).suffix:
        raises("One file", InvalidValue, lambda: kind.write(folder / out, content(kind, some), images="copy"))
        return
    for mode in ("copy", "link"):
        kind.write(folder / mode, content(kind, some), images=mode)
        files = [file for file in (folder / mode).rglob("*") if file.suffix in (".jpg", ".png", ".jpeg")]
        wanted = sorted(file.read_bytes() for file in (folder / "pictures").rglob("*") if file.is_file())
        files = [
            file for file in files if file.read_bytes() in wanted
        ]  # a format may have pictures of its own
        same(f"pictures ({mode})", sorted(file.read_bytes() for file in files), wanted)
        same(f"links ({mode})", {file.is_symlink() for file in files}, {mode == "link"})
        read = {each.name: things(each) for each in kind.read(folder / mode)}
        same(f"read with its pictures ({mode})", read, {each.name: things(each) for each in some})


def check_nonsense_is_refused(kind: Format, folder: Path, out: str) -> None:
    for at, data in enumerate((b"", b"\x00\xff" * 50, b'{"images": [', b"<annotation><object>", b"names: [")):
        place = folder / f"{at}{Path(out).suffix or '.xml'}"
        place.write_bytes(data)
        raises(f"Reading {data[:20]!r}", FormatError, lambda place=place: list(kind.read(place)))  # type: ignore[misc]
    (folder / "empty").mkdir()
    raises("Reading an empty folder", FormatError, lambda: list(kind.read(folder / "empty")))


FORMAT_CHECKS = [
    value for name, value in list(globals().items()) if name.startswith("check_") and name != "check_format"
]
