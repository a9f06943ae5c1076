"""From an image file to something a browser draws.

The file's own bytes are passed through where the browser can draw them right: 8-bit JPEG in grey or colour (it
applies the EXIF orientation itself), PNG, still GIF and WebP, no larger than was asked for. Everything else is
decoded, turned upright, converted to 8 bits, scaled down and encoded again: as JPEG, or as PNG where it has alpha
or is small and came from a lossless file.

A file that is passed through is not decoded here, which would cost more than sending it. Its header is, and its
end is looked at (JPEG's end marker, PNG's chain of chunks up to the last, GIF's trailer, WebP's length): a file that
was cut off is found and reported. Damage in the middle shows in the browser, which reports what it cannot decode.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
from pathlib import Path
from typing import IO, Any

from PIL import Image

from ipyannotator.errors import InvalidValue
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.display import reduced
from ipyannotator.sources.loaded import Keep, Loaded, load
from ipyannotator.sources.look import AS_IS, Look
from ipyannotator.sources.opening import (
    SIDEWAYS,
    Picture,
    in_words,
    open_picture,
    png_chunks,
    room_for,
    unreadable,
)

__all__ = ["content_hash", "facts", "render", "unreadable", "upright"]

_MOST_BYTES = 8 << 20
_SMALL = 1 << 18
_QUALITY = 90
_MOST_PROFILE = 1 << 16
_GAP = 1.5
_LOSSLESS = ("PNG", "GIF", "BMP", "PPM", "TIFF")
_MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Region = tuple[int, int, int, int]


def render(path: str, key: str, request: Request, keep: Keep | None = None, stamp: str = "") -> Media:
    """Return an image, or a region of it, as a browser can draw it, no larger than requested.

    Args:
        path: the file.
        key: names the file in errors.
        request: pixels of the screen, and the region in full-resolution pixels after EXIF orientation. The region is
            widened to whole pixels and cut at the image's edges; what is shown is in the answer.
        keep: where the decoded picture is kept, or found, when a region is asked for; None decodes it for this alone.
        stamp: a text that changes whenever the file does, for `keep`.

    Raises:
        MediaError: it cannot be shown.
        InvalidValue: the region lies outside of the image.
    """
    with in_words(key), Path(path).open("rb") as file:
        picture = open_picture(file, key)
        region = _inside(picture, request.region)
        scale = min(1.0, max(1, request.width) / region[2], max(1, request.height) / region[3])
        whole = region == (0, 0, picture.width, picture.height)
        plain = whole and scale == 1.0 and request.look == AS_IS
        if plain and _passes(picture, file):
            file.seek(0)
            mime, data, note = _MIMES[picture.format], file.read(), ""
        else:
            with room_for(picture):
                if keep is not None and not whole:
                    loaded = keep.get(picture, key, stamp, request.look)
                else:
                    loaded = _load(picture, key, scale, request.look)
                shown, note = _shown(picture, loaded, region, scale)
            mime, data = _encoded(shown, picture)
        where = tuple(map(float, region))
        return Media(
            mime, data, picture.width, picture.height, (where[0], where[1], where[2], where[3]), note
        )


def facts(path: str, key: str) -> dict[str, Any]:
    """Return `{"width", "height", "hash"}`: pixels after EXIF orientation and `content_hash`; raise `MediaError`."""
    with in_words(key), Path(path).open("rb") as file:
        picture = open_picture(file, key)
        return {"width": picture.width, "height": picture.height, "hash": _hash(file)}


def content_hash(path: str) -> str:
    """Return the BLAKE2b hash (128 bits, hex) of a file's bytes; raise `OSError`."""
    with Path(path).open("rb") as file:
        return _hash(file)


def _hash(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.blake2b(digest_size=16)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _inside(picture: Picture, region: tuple[float, float, float, float] | None) -> Region:
    """Return the region in whole pixels within the image."""
    if region is None:
        return 0, 0, picture.width, picture.height
    x, y, width, height = region
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(picture.width, math.ceil(x + width)), min(picture.height, math.ceil(y + height))
    if right <= left or bottom <= top:
        raise InvalidValue(
            "The region", region, f"a part of an image of {picture.width} by {picture.height} pixels"
        )
    return left, top, right - left, bottom - top


def _load(picture: Picture, key: str, scale: float, look: Look) -> Loaded:
    """Decode, at a half, a quarter or an eighth of the size where that is enough and costs less."""
    size = (
        (picture.width, picture.height) if picture.orientation < SIDEWAYS else (picture.height, picture.width)
    )
    if picture.format == "JPEG" and scale < 1:
        picture.im.draft(None, (math.ceil(size[0] * scale), math.ceil(size[1] * scale)))
    return load(picture, key, look)


def _shown(picture: Picture, loaded: Loaded, region: Region, scale: float) -> tuple[Image.Image, str]:
    """Return the region upright, in 8 bits, scaled; and a note for the person."""
    im, turn, convert, note = loaded
    target = max(1, round(region[2] * scale)), max(1, round(region[3] * scale))
    x, y, width, height = _as_stored(region, turn, picture.width, picture.height)
    if turn >= SIDEWAYS:
        target = target[1], target[0]
    stored = (picture.height, picture.width) if turn >= SIDEWAYS else (picture.width, picture.height)
    # A JPEG may have been decoded at a half, a quarter or an eighth of its size, rounded up.
    part = max(1, round(max(stored) / max(im.size)))
    left, top, right, bottom = x / part, y / part, (x + width) / part, (y + height) / part
    box = (
        math.floor(left),
        math.floor(top),
        min(im.width, math.ceil(right)),
        min(im.height, math.ceil(bottom)),
    )
    factor = max(1, int(min((right - left) / target[0], (bottom - top) / target[1]) / _GAP))
    shown = reduced(im, box, factor, convert)
    inner = (
        (left - box[0]) / factor,
        (top - box[1]) / factor,
        min(shown.width, (right - box[0]) / factor),
        min(shown.height, (bottom - box[1]) / factor),
    )
    if shown.size != target or inner != (0, 0, *target):
        shown = shown.resize(target, Image.Resampling.LANCZOS, inner)
    shown = upright(shown, turn)
    if picture.animated and picture.format != "JPEG":
        what = "page" if picture.format == "TIFF" else "frame"
        note = f"The first {what} of several. {note}".strip()
    return shown, note


def upright(im: Image.Image, turn: int) -> Image.Image:
    """Return an image with its EXIF orientation applied."""
    return im.transpose(_TURNS[turn]) if turn in _TURNS else im


def _as_stored(region: Region, turn: int, width: int, height: int) -> Region:
    """Return where a region of the upright image of `width` by `height` pixels is in the image as it is stored."""
    x, y, w, h = region
    far_x, far_y = width - x - w, height - y - h
    stored = {
        2: (far_x, y, w, h),
        3: (far_x, far_y, w, h),
        4: (x, far_y, w, h),
        5: (y, x, h, w),
        6: (y, far_x, h, w),
        7: (far_y, far_x, h, w),
        8: (far_y, x, h, w),
    }
    return stored.get(turn, region)


def _encoded(im: Image.Image, picture: Picture) -> tuple[str, bytes]:
    if im.mode in ("LA", "RGBA") and im.getchannel("A").getextrema() == (255, 255):
        im = im.convert(im.mode[:-1])
    profile = picture.im.info.get("icc_profile") if picture.im.mode in ("RGB", "RGBA") else None
    if not isinstance(profile, bytes) or len(profile) > _MOST_PROFILE:
        profile = None
    out = io.BytesIO()
    small = im.width * im.height <= _SMALL
    if im.mode in ("LA", "RGBA") or (small and picture.format in _LOSSLESS):
        im.save(out, "PNG", compress_level=6 if small else 1, icc_profile=profile)
        return "image/png", out.getvalue()
    im.save(out, "JPEG", quality=_QUALITY, icc_profile=profile)
    return "image/jpeg", out.getvalue()


def _passes(picture: Picture, file: IO[bytes]) -> bool:  # noqa: PLR0911 - one answer a format
    """Return whether a browser draws the file as it is, right, and the file is whole."""
    size = file.seek(0, os.SEEK_END)
    if size > _MOST_BYTES or picture.deep:
        return False
    if picture.format == "JPEG":
        return picture.im.mode in ("L", "RGB") and _ends(file, size, b"\xff\xd9")
    # Browsers do not agree on the orientation of other formats than JPEG.
    if picture.animated or picture.orientation != 1:
        return False
    if picture.format == "PNG":
        return _png_is_whole(file, size)
    if picture.format == "GIF":
        return _ends(file, size, b";")
    if picture.format == "WEBP":
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 <= size
    return False


def _ends(file: IO[bytes], size: int, mark: bytes) -> bool:
    """Return whether the file ends with the mark, apart from filling zeros."""
    file.seek(max(0, size - 4096))
    return file.read().rstrip(b"\0").endswith(mark)


def _png_is_whole(file: IO[bytes], size: int) -> bool:
    return any(kind == b"IEND" and file.tell() + length + 4 <= size for kind, length in png_chunks(file))
