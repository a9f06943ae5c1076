"""The shape of one COCO annotation: its keypoints, its outline as polygons or as runs of pixels, its box.

An annotation may have all three; what is wanted is taken, keypoints before an outline before the box. Several polygons
are one object in several parts, which becomes a mask: pixels that the parts share are in it once.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ipyannotator.errors import InvalidValue
from ipyannotator.formats.adapting import adapt
from ipyannotator.formats.base import FARTHEST, Kinds, Losses, Size
from ipyannotator.formats.values import Wrong, opened, plain
from ipyannotator.model import Box, Mask, Polygon, Shape, Skeleton, SkeletonTemplate
from ipyannotator.model.shapes import rle
from ipyannotator.model.shapes.filling import filled

OUTLINES = "with an outline (its box was taken)"
KEYPOINTS = "with keypoints (not taken)"
BESIDE = "with an outline beside its keypoints (not taken)"

OUTLINED = frozenset({"polygon", "mask"})
"""The kinds of shape that an outline can be."""

_JOINT = 3
"""Numbers of a keypoint: x, y and COCO's visibility."""


class _Rle(msgspec.Struct):
    size: tuple[int, int]
    counts: str | list[int]


_Outline = list[list[float]] | _Rle


class Row(msgspec.Struct, gc=False):
    """One annotation as it stands in the file; outline and keypoints are read where they are wanted."""

    image_id: int | str
    category_id: int | str
    bbox: list[float] | None = None
    iscrowd: int | None = None
    score: float | None = None
    attributes: dict[str, Any] | None = None
    segmentation: msgspec.Raw = msgspec.Raw()
    keypoints: msgspec.Raw = msgspec.Raw()


def shape_of(row: Row, kinds: Kinds, size: Size | None, lost: Losses) -> Shape | None:
    """Return the richest shape of an annotation that is of a wanted kind, its box where none is; None without any.

    Args:
        row: the annotation.
        kinds: what is wanted; empty for everything.
        size: of its image in pixels.
        lost: counts what was not taken.

    Raises:
        Wrong: a value is not what the format says.
    """
    box = _box(row.bbox)
    outlined, jointed = is_given(row.segmentation), is_given(row.keypoints)
    if jointed and (not kinds or "skeleton" in kinds):
        joints = _joints(row.keypoints)
        if joints is not None:
            if outlined:
                lost[BESIDE] += 1
            return joints
    elif jointed:
        lost[KEYPOINTS] += 1
    outlines = OUTLINED & {*kinds} if kinds else OUTLINED
    if outlined and outlines:
        outline = _outline(row.segmentation, size)
        held = outline and adapt(outline, outlines, size)
        if held is not None:
            return held
    if outlined and box is not None:
        lost[OUTLINES] += 1
    return box


def written(shape: Shape) -> dict[str, Any]:
    """Return what an annotation says of a shape: `bbox`, `area`, `segmentation`, and of a skeleton its keypoints."""
    left, top, right, bottom = shape.bounds()
    box = [left, top, right - left, bottom - top]
    if isinstance(shape, Box):  # its own numbers: right - left may be off by a rounding
        box = [shape.x, shape.y, shape.width, shape.height]
    sides = [plain(value) for value in box]
    if isinstance(shape, Skeleton):
        joints = [
            value
            for x, y, seen in shape.joints
            for value in ((plain(x), plain(y), seen) if seen else (0, 0, 0))
        ]
        return {
            "bbox": sides, "area": plain(box[2] * box[3]), "segmentation": [], "keypoints": joints,
            "num_keypoints": sum(joint[2] > 0 for joint in shape.joints),
        }  # fmt: skip
    outline: list[list[float]] | dict[str, Any] = []
    if isinstance(shape, Polygon):
        outline = [[plain(value) for point in shape.points for value in point]]
    elif isinstance(shape, Mask):
        outline = {"size": list(shape.size), "counts": shape.counts}
    area = box[2] * box[3] if isinstance(shape, Box) else shape.measure()
    return {"bbox": sides, "area": plain(area), "segmentation": outline}


def is_given(value: msgspec.Raw) -> bool:
    """Tell whether something was said."""
    return bytes(value) not in (b"", b"[]", b"null")


def _box(box: list[float] | None) -> Box | None:
    """Return the box; None where it has no extent, or where there is none."""
    if not box:
        return None
    if len(box) == 4 and box[2] > 0 and box[3] > 0 and max(box) <= FARTHEST and min(box) >= -FARTHEST:  # noqa: PLR2004
        return Box(*box)  # nearly all of them
    if len(box) != 4 or not all(abs(value) <= FARTHEST for value in box) or min(box[2:]) < 0:  # noqa: PLR2004 - as it says
        raise Wrong("bbox", box, "[x, y, width, height] in pixels, none negative but x and y")
    return Box(*box) if all(box[2:]) else None


def _joints(given: msgspec.Raw) -> Skeleton | None:
    """Return the keypoints; None where none of them is there."""
    expected = "three numbers for each joint: x and y in pixels, and 0 (absent), 1 (hidden) or 2 (visible)"
    try:
        values = msgspec.json.decode(given, type=list[float])
        joints = [tuple(values[at : at + _JOINT]) for at in range(0, len(values), _JOINT)]
        if len(values) % _JOINT or not all(abs(value) <= FARTHEST for value in values):
            raise Wrong("keypoints", values, expected)
        return Skeleton(joints) if any(joint[2] for joint in joints) else None  # type: ignore[arg-type] # it looks
    except (msgspec.ValidationError, InvalidValue) as error:
        raise Wrong("keypoints", _start(bytes(given).decode(errors="replace")), expected) from error


def _outline(given: msgspec.Raw, size: Size | None) -> Shape | None:
    """Return a polygon or mask; None where it has no extent, or has parts on an image of unknown size."""
    expected = "polygons, each a list of x and y in pixels, or run-length data with `size` and `counts`"
    try:
        outline = msgspec.json.decode(given, type=_Outline)
    except msgspec.ValidationError as error:
        raise Wrong("segmentation", _start(bytes(given).decode(errors="replace")), expected) from error
    if isinstance(outline, _Rle):
        return _runs(outline, size)
    rings = []
    for values in outline:
        if len(values) % 2 or not all(abs(value) <= FARTHEST for value in values):
            raise Wrong("segmentation", values[:8], "an even number of coordinates in pixels")
        ring = tuple(zip(values[::2], values[1::2], strict=True))
        try:
            rings.append(Polygon(opened(ring)))
        except InvalidValue:  # a line or a point, as careless tools write them
            continue
    if len(rings) == 1:
        return rings[0]
    return _together(rings, size) if rings and size is not None else None


def _together(rings: list[Polygon], size: Size) -> Mask | None:
    found = filled([rings[0].points], size[1], size[0])
    for ring in rings[1:]:
        found |= filled([ring.points], size[1], size[0])
    return Mask.from_array(found) if found.any() else None


def _runs(outline: _Rle, size: Size | None) -> Mask | None:
    height, width = outline.size
    if size is not None and (width, height) != size:
        raise Wrong(
            "segmentation.size", [height, width], f"the height and width of its image, {[size[1], size[0]]}"
        )
    import numpy as np

    try:
        if isinstance(outline.counts, str):
            runs = rle.decode(outline.counts, (height, width))
            return Mask((height, width), outline.counts) if rle.area(runs) else None
        runs = np.asarray(outline.counts, dtype=np.int64)
        total = int(runs.sum()) if runs.size and runs.min() >= 0 else -1
        if total != height * width:
            raise Wrong(
                "segmentation.counts", outline.counts[:8], f"runs of {height * width:,} pixels, not {total:,}"
            )
        return Mask((height, width), rle.encode(runs)) if rle.area(runs) else None
    except (InvalidValue, OverflowError) as error:
        raise Wrong(
            "segmentation.counts", _start(outline.counts), f"runs of {width} × {height} pixels"
        ) from error


def _start(counts: str | list[int]) -> Any:
    return counts[:40]


def described(template: SkeletonTemplate) -> dict[str, Any]:
    """Return what a category says of its keypoints."""
    joints = list(template.joints)
    bones = [[joints.index(one) + 1, joints.index(other) + 1] for one, other in template.edges]
    return {"keypoints": joints, "skeleton": bones}
