"""What a format may want to know of a picture on the disk."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from ipyannotator.formats.base import Size

SUFFIXES = frozenset({
    ".avif", ".bmp", ".dng", ".gif", ".heic", ".heif", ".jp2", ".jpeg", ".jpg", ".mpo", ".pfm", ".png", ".ppm",
    ".tif", ".tiff", ".webp",
})  # fmt: skip
"""Endings that mean a picture, in a name that a file gives."""

_ORIENTATION = 0x0112
_SIDEWAYS = {5, 6, 7, 8}
"""The orientations of EXIF in which width and height change places."""


def picture_size(path: Path) -> Size | None:
    """Return width and height after EXIF orientation, from the head of the file; None where it is no picture."""
    try:
        with Image.open(path) as picture:
            width, height = picture.size
            # Of a PNG, Pillow's `getexif` would decode all of it.
            has = picture.format != "PNG" or "exif" in picture.info
            turn = picture.getexif().get(_ORIENTATION) if has else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width) if turn in _SIDEWAYS else (width, height)
