"""What each format holds and loses, in words: for the command line and the documentation."""

from __future__ import annotations

from typing import Final, NamedTuple

from ipyannotator.formats.base import FORMATS, Format


class Description(NamedTuple):
    """A format in words.

    Attributes:
        name: by which it is asked for.
        title: for the screen.
        holds: what it can hold.
        loses: what of an annotation it cannot.
    """

    name: str
    title: str
    holds: str
    loses: str


_PLURALS: Final = {
    "box": "boxes", "polygon": "polygons", "polyline": "lines", "mask": "masks", "skeleton": "keypoints", "ellipse": "ellipses",
    "whole": "labels of the whole image",
}  # fmt: skip


def describe(kind: Format) -> Description:
    """Return a format in words."""
    holds = kind.holds
    some = ", ".join(holds.attributes) if isinstance(holds.attributes, tuple) else ""
    placed = holds.shapes != {"whole"}
    # What it is called, whether it is held, and whether that is worth a word.
    words = [
        ("turned boxes", holds.angle, "box" in holds.shapes),
        ("holes", holds.holes, "polygon" in holds.shapes),
        ("names of joints", holds.joints, "skeleton" in holds.shapes),
        ("what reaches outside the image", holds.outside, placed),
        ("parts of a pixel", holds.fractions, placed),
        ("objects without a class", holds.unlabelled, True),
        ("several objects of an image", holds.several, not holds.several),
        ("objects of a class apart from each other", holds.apart, not holds.apart),
        ("scores", holds.scores, True),
        ("tracks", holds.tracks, placed),
        (f"the attributes {some}" if some else "attributes", bool(holds.attributes), True),
        ("splits", holds.splits, True),
    ]
    shapes = ", ".join(_PLURALS.get(name, name) for name in sorted(holds.shapes))
    kept = [what for what, held, matters in words if held and matters]
    lost = [what for what, held, matters in words if matters and not held] + (
        ["other attributes"] if some else []
    )
    return Description(kind.name, kind.title, ", ".join([shapes, *kept]), ", ".join(lost))


def descriptions() -> list[Description]:
    """Return all formats in words, by name."""
    return [describe(FORMATS.get(name)) for name in sorted(map(str, FORMATS))]
