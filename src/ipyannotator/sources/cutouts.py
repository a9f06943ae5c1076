"""Parts of an image as images of their own, with the pixels as they are in the file."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ipyannotator.errors import MediaError
from ipyannotator.model import Bounds
from ipyannotator.sources.opening import Picture, decode, in_words, open_picture, room_for
from ipyannotator.sources.render import upright

_QUALITY = 95


class Cutout(NamedTuple):
    """A part of an image, as a file.

    Attributes:
        suffix: the ending of its name: `.jpg`, `.png` or `.tif`.
        data: its bytes.
        region: where it is, `(x, y, width, height)` in whole pixels of the full-resolution image.
    """

    suffix: str
    data: bytes
    region: tuple[int, int, int, int]


def cut_out(path: Path, key: str, bounds: Sequence[Bounds], margin: float) -> list[Cutout | None]:
    """Cut parts out of an image, which is decoded once.

    What was compressed with loss is written as JPEG, of a quality at which nothing more is seen to go; everything else
    as PNG, or as TIFF where the pixels are numbers that PNG has not.

    Args:
        path: the file.
        key: names it in errors.
        bounds: the parts, in full-resolution pixels; they may reach beyond the image.
        margin: what comes on top on each side, as a part of the longer side.

    Returns:
        For each part its file; None where it lies outside the image.

    Raises:
        MediaError: the image cannot be read.
    """
    with in_words(key), path.open("rb") as file:
        picture = open_picture(file, key)
        with room_for(picture):
            turn = decode(picture, key)
            whole = upright(picture.im, turn)
            return [_cut(whole, picture, each, margin) for each in bounds]


def _cut(whole: Image.Image, picture: Picture, bounds: Bounds, margin: float) -> Cutout | None:
    extra = margin * max(bounds.right - bounds.left, bounds.bottom - bounds.top)
    left, top = max(0, math.floor(bounds.left - extra)), max(0, math.floor(bounds.top - extra))
    right = min(whole.width, math.ceil(bounds.right + extra))
    bottom = min(whole.height, math.ceil(bounds.bottom + extra))
    if right <= left or bottom <= top:
        return None
    part = whole.crop((left, top, right, bottom))
    profile = picture.im.info.get("icc_profile")
    kind = "JPEG" if picture.format == "JPEG" else "TIFF" if part.mode[0] == "F" else "PNG"
    values = {"quality": _QUALITY, "subsampling": 0} if kind == "JPEG" else {}
    data = io.BytesIO()
    try:
        part.save(data, kind, icc_profile=profile, **values)
    except OSError as error:
        raise MediaError("unreadable", f"A part of an image cannot be written as {kind}: {error}.") from error
    suffix = {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tif"}[kind]
    return Cutout(suffix, data.getvalue(), (left, top, right - left, bottom - top))
