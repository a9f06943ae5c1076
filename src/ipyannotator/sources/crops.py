"""Small pictures of parts of an image: many for one decoding.

How this works. A grid of boxes wants a dozen parts of the same photograph, now and again a moment later. So what was
decoded is kept for a while: upright, in 8 bits, and no larger than the parts that are wanted need it. The least
recently used goes first, and what would take more than all of the room is not kept.
"""

from __future__ import annotations

import io
import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ipyannotator.errors import MediaError
from ipyannotator.sources.base import Media, Region
from ipyannotator.sources.display import converter, reduced
from ipyannotator.sources.opening import SIDEWAYS, Picture, decode, in_words, open_picture, room_for
from ipyannotator.sources.render import upright

_QUALITY = 85
_MOST_PROFILE = 1 << 12
_SPARE = 1.5
"""What is kept has at least so many pixels for each one that is wanted: shrinking it the rest of the way looks good."""


class Decoded(NamedTuple):
    """A decoded picture.

    Attributes:
        im: its pixels, upright, in 8 bits.
        width: pixels of the whole item at full resolution, after EXIF orientation.
        height: the same, vertically.
        profile: the colour profile to send along, or None.
        note: a word to the person about how it is shown.
    """

    im: Image.Image
    width: int
    height: int
    profile: bytes | None
    note: str

    @property
    def scale(self) -> float:
        """Pixels that are there for each one at full resolution."""
        return max(self.im.size) / max(self.width, self.height, 1)

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return self.im.width * self.im.height * (4 if self.im.mode == "RGB" else len(self.im.getbands()))


class Cutter:
    """Cuts small pictures out of image files. All methods are safe to call from any thread.

    Args:
        memory_bytes: the most memory that kept pictures take.
    """

    def __init__(self, memory_bytes: int = 128 << 20) -> None:
        self.memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Decoded] = OrderedDict()
        self._bytes = 0

    def crops(
        self, path: str, key: str, stamp: str, regions: Sequence[Region | None], size: int
    ) -> list[Media | MediaError]:
        """Return small pictures of parts of an image.

        Args:
            path: the file.
            key: names the file in errors.
            stamp: a text that changes whenever the file does.
            regions: `(x, y, width, height)` in full-resolution pixels after EXIF orientation, cut at the image's
                edges; None for all of it.
            size: the most pixels of a picture, horizontally and vertically. Nothing is enlarged.

        Returns:
            For each region the picture, as JPEG, or as PNG where it is transparent; `Media.region` is what it shows.
            An error where the region has nothing of the image.

        Raises:
            MediaError: the image cannot be shown at all.
        """
        with in_words(key):
            decoded = self._decoded(path, key, stamp, regions, size)
            return [_cut(decoded, key, region, size) for region in regions]

    def clear(self) -> None:
        """Let go of the memory."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _decoded(
        self, path: str, key: str, stamp: str, regions: Sequence[Region | None], size: int
    ) -> Decoded:
        with self._lock:
            known = self._kept.get((key, stamp))
            if known is not None:
                self._kept.move_to_end((key, stamp))
        if known is not None and known.scale >= _needed(known.width, known.height, regions, size):
            return known
        with Path(path).open("rb") as file:
            picture = open_picture(file, key)
            with room_for(picture):
                decoded = _decode(picture, key, _needed(picture.width, picture.height, regions, size))
        self._keep((key, stamp), decoded)
        return decoded

    def _keep(self, name: tuple[str, str], decoded: Decoded) -> None:
        if decoded.size > self.memory_bytes:
            return
        with self._lock:
            before = self._kept.pop(name, None)
            self._bytes += decoded.size - (before.size if before else 0)
            self._kept[name] = decoded
            while self._bytes > self.memory_bytes:
                _, old = self._kept.popitem(last=False)
                self._bytes -= old.size


def _needed(width: int, height: int, regions: Sequence[Region | None], size: int) -> float:
    """Return how many pixels are needed for each one at full resolution, at most 1."""
    sides = [max(region[2], region[3]) if region else max(width, height) for region in regions]
    return min(1.0, _SPARE * size / max(min(sides, default=1), 1))


def _decode(picture: Picture, key: str, scale: float) -> Decoded:
    im = picture.im
    if picture.format == "JPEG" and scale < 1:
        im.draft(None, (math.ceil(im.width * scale), math.ceil(im.height * scale)))
    turn = decode(picture, key)
    convert, note = converter(picture)
    stored = (picture.height, picture.width) if turn >= SIDEWAYS else (picture.width, picture.height)
    # A JPEG may have been decoded at a half, a quarter or an eighth of its size already.
    factor = max(1, int(max(im.size) / max(max(stored) * scale, 1)))
    shown = upright(reduced(im, (0, 0, *im.size), factor, convert), turn)
    if shown is im:  # Pillow's image belongs to the file, which is closed
        shown = im.copy()
    profile = im.info.get("icc_profile") if im.mode in ("RGB", "RGBA") else None
    if not isinstance(profile, bytes) or len(profile) > _MOST_PROFILE:
        profile = None
    return Decoded(shown, picture.width, picture.height, profile, note)


def _cut(decoded: Decoded, key: str, region: Region | None, size: int) -> Media | MediaError:
    whole = (0.0, 0.0, float(decoded.width), float(decoded.height))
    x, y, width, height = region or whole
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(decoded.width, math.ceil(x + width)), min(decoded.height, math.ceil(y + height))
    if right <= left or bottom <= top:
        return MediaError("outside", f"This lies outside of “{key}”.")
    scale = min(1.0, size / (right - left), size / (bottom - top))
    target = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    across, down = decoded.im.width / decoded.width, decoded.im.height / decoded.height
    box = (left * across, top * down, right * across, bottom * down)
    im = decoded.im.resize(target, Image.Resampling.BICUBIC, box)
    mime, data = _encoded(im, decoded.profile)
    shown = (float(left), float(top), float(right - left), float(bottom - top))
    return Media(mime, data, decoded.width, decoded.height, shown, decoded.note)


def _encoded(im: Image.Image, profile: bytes | None) -> tuple[str, bytes]:
    if im.mode in ("LA", "RGBA") and im.getchannel("A").getextrema() == (255, 255):
        im = im.convert(im.mode[:-1])
    out = io.BytesIO()
    if im.mode in ("LA", "RGBA"):
        im.save(out, "PNG", compress_level=1, icc_profile=profile)
        return "image/png", out.getvalue()
    im.save(out, "JPEG", quality=_QUALITY, icc_profile=profile)
    return "image/jpeg", out.getvalue()
