"""Bringing samples into the form that a format can hold, and counting what that loses."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipyannotator.formats.adapting import adapt
from ipyannotator.formats.base import Holds, Sample, Size, Thing
from ipyannotator.model import Box, Mask, Polygon, Shape
from ipyannotator.model.shapes.rings import bridged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FURTHER = "beyond the first of their image (left out)"
MERGED = "beside others of their class (they became one with them)"
COVERING = "over others (what is beneath was cut away)"
UNLABELLED = "without a class (left out)"
TURNED = "turned (their bounding box is written)"
CUT = "reaching outside the image (cut at its edge)"
OUTSIDE = "outside the image (left out)"
WRITTEN = "of the kind {!r} (written as {!r})"
BRIDGED = "with holes or in several parts (written as one outline, joined by lines there and back)"
PIXELS = "with holes (written as pixels)"
ROUNDED = "with parts of a pixel (rounded)"
SCORED = "with a score (not kept)"
TRACKED = "with a track (not kept)"


def fit(sample: Sample, holds: Holds, lost: Counter[str]) -> Sample:
    """Return the sample as a format can hold it.

    Args:
        sample: what there is.
        holds: what the format can hold.
        lost: counts what was lost.
    """
    size = None if sample.width is None or sample.height is None else (sample.width, sample.height)
    things = tuple(
        held for thing in sample.things if (held := fit_thing(thing, holds, size, lost)) is not None
    )
    if len(things) > 1 and not holds.several:
        lost[FURTHER] += len(things) - 1
        things = things[:1]
    if not holds.apart:
        things = _merged(things, lost)
    return dataclasses.replace(sample, things=things)


def _merged(things: Sequence[Thing], lost: Counter[str]) -> tuple[Thing, ...]:
    """Return one mask for each class; where several lie on a pixel, it is of the topmost."""
    found: dict[str | None, NDArray[np.bool_]] = {}
    covered = 0
    for thing in things:
        if not isinstance(thing.shape, Mask):
            continue
        here = thing.shape.to_array()
        beneath = [other for label, other in found.items() if label != thing.label and (other & here).any()]
        covered += bool(beneath)
        for array in beneath:
            array[here] = False
        found[thing.label] = found[thing.label] | here if thing.label in found else here.copy()
    lost.update([MERGED] * (len(things) - len(found)))
    lost.update([COVERING] * covered)
    return tuple(Thing(Mask.from_array(array), label) for label, array in found.items() if array.any())


def fit_thing(thing: Thing, holds: Holds, size: Size | None, lost: Counter[str]) -> Thing | None:
    """Return one thing as a format can hold it on an image of this size; None where it cannot at all."""
    if thing.label is None and not holds.unlabelled:
        lost[UNLABELLED] += 1
        return None
    shape = fit_shape(thing.shape, holds, size, lost)
    if shape is None:
        return None
    score, track = thing.score, thing.track
    if score is not None and not holds.scores:
        lost[SCORED] += 1
        score = None
    if track is not None and not holds.tracks:
        lost[TRACKED] += 1
        track = None
    return Thing(shape, thing.label, score, track, _attributes(thing.attributes, holds, lost))


def _attributes(values: Mapping[str, Any], holds: Holds, lost: Counter[str]) -> Mapping[str, Any]:
    if holds.attributes is True or not values:
        return values
    names = holds.attributes or ()
    for name in values:
        if name not in names:
            lost[f"with the attribute {name!r} (not kept)"] += 1
    return {name: value for name, value in values.items() if name in names}


def fit_shape(shape: Shape, holds: Holds, size: Size | None, lost: Counter[str]) -> Shape | None:
    """Return a shape as a format can hold it; None where nothing of it is left."""
    held = adapt(shape, holds.kinds, size)
    if held is None and isinstance(shape, Mask) and "polygon" in holds.shapes:
        held = _bridged(shape.to_polygons())
    if held is None:
        lost[f"of the kind {shape.kind!r} (left out)"] += 1
        return None
    if held is not shape:
        lost[TURNED if held.kind == shape.kind else WRITTEN.format(shape.kind, held.kind)] += 1
    if isinstance(held, Polygon) and held.holes and not holds.holes:
        held = _without_holes(held, holds, size, lost)
    if not isinstance(held, Box):
        return _cut(held, holds, size, lost)
    return _fit_box(held, holds, size, lost)


def _without_holes(shape: Polygon, holds: Holds, size: Size | None, lost: Counter[str]) -> Shape:
    pixels = adapt(shape, {"mask"}, size) if "mask" in holds.shapes else None
    lost[BRIDGED if pixels is None else PIXELS] += 1
    return pixels or _bridged([shape])


def _bridged(parts: Sequence[Polygon]) -> Polygon:
    """Return polygons as one: what is inside, by the even-odd rule, is the same, for a line there and back has no area."""
    return Polygon(bridged([ring for part in parts for ring in (part.points, *part.holes)]))


def _cut(shape: Shape, holds: Holds, size: Size | None, lost: Counter[str]) -> Shape | None:
    """Return what of a shape other than a box lies in the image, where nothing may reach outside."""
    if holds.outside or size is None:
        return shape
    inside = shape.clipped(*size)
    if inside is None:
        lost[OUTSIDE] += 1
    elif inside is not shape:
        lost[CUT] += 1
    return inside


def _fit_box(shape: Box, holds: Holds, size: Size | None, lost: Counter[str]) -> Box | None:
    if not holds.outside and size is not None:
        bounds = shape.bounds()
        inside = (
            max(0.0, bounds.left), max(0.0, bounds.top), min(size[0], bounds.right), min(size[1], bounds.bottom)
        )  # fmt: skip
        if inside[0] >= inside[2] or inside[1] >= inside[3]:
            lost[OUTSIDE] += 1
            return None
        if inside != tuple(bounds):
            lost[CUT] += 1
            shape = _box(*inside)
    if not holds.fractions:
        bounds = shape.bounds()
        left, top, right, bottom = whole = tuple(math.floor(value + 0.5) for value in bounds)
        if whole != tuple(bounds):
            lost[ROUNDED] += 1
            shape = _box(left, top, max(right, left + 1), max(bottom, top + 1))
    return shape


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left, top, right - left, bottom - top)
