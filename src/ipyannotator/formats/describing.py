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
    words = {
        "turned boxes": holds.angle or "box" not in holds.shapes,
        "holes": holds.holes or "polygon" not in holds.shapes,
        "names of joints": holds.joints or "skeleton" not in holds.shapes,
        "what reaches outside the image": holds.outside,
        "parts of a pixel": holds.fractions,
        "objects without a class": holds.unlabelled,
        "scores": holds.scores,
        "tracks": holds.tracks,
        f"the attributes {some}" if some else "attributes": bool(holds.attributes),
        "splits": holds.splits,
    }
    shapes = ", ".join(_PLURALS.get(name, name) for name in sorted(holds.shapes))
    said = {
        "turned boxes": "box" in holds.shapes,
        "holes": "polygon" in holds.shapes,
        "names of joints": "skeleton" in holds.shapes,
    }
    kept = [what for what, held in words.items() if held and said.get(what, True)]
    lost = [what for what, held in words.items() if not held] + (["other attributes"] if some else [])
    return Description(kind.name, kind.title, ", ".join([shapes, *kept]), ", ".join(lost))


def descriptions() -> list[Description]:
    """Return all formats in words, by name."""
    return [describe(FORMATS.get(name)) for name in sorted(map(str, FORMATS))]
