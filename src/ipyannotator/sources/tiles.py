"""Pictures of any size, as tiles of a pyramid: only what is in sight is ever read.

How this works. A `Tiles` is an opened file: its levels, each smaller than the one before, and a way to read a box of
one. `draw` takes the coarsest level that is sharp enough for what was asked, reads the box strip by strip, and brings
it to the screen. Where a level is damaged there, the next coarser one is shown, with a word on it: the rest works.

A stranger's format enters as TIFF does: a function `(path, key) -> Tiles | None`, registered in `TILES` by the file's
ending, which returns None for files that are better opened as any picture is.
"""

from __future__ import annotations

import io
import math
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from ipyannotator.errors import InvalidValue, MediaError
from ipyannotator.registry import Registry
from ipyannotator.sources.base import Media, Request
from ipyannotator.sources.look import Look, Window, coloured, percentiles, windowed

TILES: Registry[Any] = Registry("format of tiles", "ipyannotator.tiles")
"""Functions `(path, key) -> Tiles | None` that open a file, by its ending in lower case (".tif")."""

MOST_PIXELS = 1 << 28
"""A part of a level that has more pixels than this is not read to be shown small."""
_STRIP = 1 << 23
_QUALITY = 90
_SAMPLE = 1 << 21
_OPEN = 4
_SHARP = 0.99

Box = tuple[int, int, int, int]


class Tiles(Protocol):
    """An opened picture that can be read in parts. Its methods are called from any thread.

    Attributes:
        levels: width and height in pixels of each level, the full resolution first, each smaller than the last.
        rgb: whether its three or four channels are red, green, blue and alpha.
        note: a word to the person about what is shown of it, or empty.
    """

    levels: tuple[tuple[int, int], ...]
    rgb: bool
    note: str

    def read(self, level: int, box: Box) -> npt.NDArray[Any]:
        """Return the values of a box (left, top, right, bottom) of a level: rows × columns × channels.

        Raises:
            MediaError: this part cannot be read; the message says why.
        """
        ...

    def close(self) -> None:
        """End it; closing twice is harmless."""
        ...


class Opened(NamedTuple):
    """A file that is open, and what was found out about it.

    Attributes:
        tiles: the file.
        windows: for each channel the values that become black and white; None for 8 bits, which are shown as they are.
    """

    tiles: Tiles
    windows: tuple[Window, ...] | None


class Shelf:
    """The files that are open: the last few. All methods are safe to call from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, tuple[str, Opened | None]] = OrderedDict()

    def get(self, path: str, key: str, stamp: str) -> Opened | None:
        """Return the opened file, or None where it is better opened as any picture is.

        Args:
            path: the file.
            key: names it in errors.
            stamp: a text that changes whenever the file does.

        Raises:
            MediaError: it cannot be opened.
        """
        ending = Path(path).suffix.lower()
        if ending not in TILES:
            return None
        with self._lock:
            known = self._open.get(path)
            if known is not None and known[0] == stamp:
                self._open.move_to_end(path)
                return known[1]
            tiles = TILES.get(ending)(path, key)
            opened = None if tiles is None else Opened(tiles, _windows(tiles))
            # What falls out is left to whoever still reads it; the file closes with the last of them.
            self._open[path] = stamp, opened
            self._open.move_to_end(path)
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return opened

    def clear(self) -> None:
        """Close all."""
        with self._lock:
            opened = [each for _, each in self._open.values() if each is not None]
            self._open.clear()
        for each in opened:
            each.tiles.close()


def draw(opened: Opened, key: str, request: Request) -> Media:
    """Return a picture or a part of it as a browser can draw it, no larger than requested.

    Raises:
        MediaError: nothing of it can be read.
        InvalidValue: the region lies outside of it.
    """
    tiles = opened.tiles
    width, height = tiles.levels[0]
    left, top, right, bottom = _inside(request.region, width, height)
    scale = min(1.0, request.width / (right - left), request.height / (bottom - top))
    target = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    fit = [at for at, (across, _) in enumerate(tiles.levels) if across >= width * scale * _SHARP]
    first = max(fit, default=0)
    why = ""
    for level in range(first, len(tiles.levels)):
        across, down = tiles.levels[level][0] / width, tiles.levels[level][1] / height
        exact = left * across, top * down, right * across, bottom * down
        try:
            im = _drawn(opened, level, exact, target, request.look)
        except MediaError as error:
            why = why or str(error)
            continue
        note = tiles.note if level == first else f"{why} It is shown less sharp."
        mime, data = _encoded(im)
        return Media(mime, data, width, height, (left, top, right - left, bottom - top), note)
    raise MediaError("corrupt", why or f"Nothing of “{key}” can be read.")


def _inside(region: tuple[float, float, float, float] | None, width: int, height: int) -> Box:
    x, y, w, h = region or (0, 0, width, height)
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(width, math.ceil(x + w)), min(height, math.ceil(y + h))
    if right <= left or bottom <= top:
        raise InvalidValue("The region", region, f"a part of an image of {width} by {height} pixels")
    return left, top, right, bottom


def _drawn(
    opened: Opened,
    level: int,
    exact: tuple[float, float, float, float],
    target: tuple[int, int],
    look: Look,
) -> Image.Image:
    """Return a part of a level in 8 bits, in the size of the target."""
    across, down = opened.tiles.levels[level]
    left, top = min(math.floor(exact[0]), across - 1), min(math.floor(exact[1]), down - 1)
    right, bottom = min(across, math.ceil(exact[2])), min(down, math.ceil(exact[3]))
    box = left, top, max(right, left + 1), max(bottom, top + 1)
    width, height = box[2] - box[0], box[3] - box[1]
    if width * height > MOST_PIXELS:
        raise MediaError(
            "too large",
            f"This picture has no level that is small enough to be shown whole ({across:,} by {down:,} pixels is "
            "the smallest). Save it as a pyramid, with levels of half the size down to 1,000 pixels.",
        )
    factor = max(1, min(width // target[0], height // target[1]))
    rows = max(1, _STRIP // width // factor) * factor
    pieces = []
    for row in range(box[1], box[3], rows):
        values = opened.tiles.read(level, (box[0], row, box[2], min(box[3], row + rows)))
        pieces.append(_smaller(_eight(values, opened.windows, look), factor))
    planes = np.concatenate(pieces)
    im = _picture(planes, look, rgb=opened.tiles.rgb)
    inner = tuple((exact[at] - box[at % 2]) / factor for at in range(4))
    inside = (max(0.0, inner[0]), max(0.0, inner[1]), min(im.width, inner[2]), min(im.height, inner[3]))
    if im.size == target and inside == (0, 0, *target):
        return im
    return im.resize(target, Image.Resampling.LANCZOS, inside)


def _eight(values: npt.NDArray[Any], windows: tuple[Window, ...] | None, look: Look) -> npt.NDArray[np.uint8]:
    if look.window is not None:
        return windowed(values, look.window)
    if windows is None:
        return values
    return np.dstack([windowed(values[..., at], window) for at, window in enumerate(windows)])


def _smaller(planes: npt.NDArray[np.uint8], factor: int) -> npt.NDArray[np.uint8]:
    """Return the mean of each square of so many pixels a side; of what is left of one at right and bottom too."""
    if factor == 1:
        return planes
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(planes[..., at])).reduce(factor))
        for at in range(planes.shape[2])
    ]
    return np.dstack(channels)


def _picture(planes: npt.NDArray[np.uint8], look: Look, *, rgb: bool) -> Image.Image:
    count = planes.shape[2]
    if count == 1 and not look.channels:
        return Image.fromarray(np.ascontiguousarray(planes[..., 0]))
    if rgb and not look.channels:
        return Image.fromarray(np.ascontiguousarray(planes[..., :4]))
    return Image.fromarray(coloured(planes, look.channels))


def _encoded(im: Image.Image) -> tuple[str, bytes]:
    out = io.BytesIO()
    if im.mode == "RGBA":
        im.save(out, "PNG", compress_level=1)
        return "image/png", out.getvalue()
    im.save(out, "JPEG", quality=_QUALITY)
    return "image/jpeg", out.getvalue()


def _windows(tiles: Tiles) -> tuple[Window, ...] | None:
    """Look at the coarsest level that can be read, or at its middle where that is large."""
    for level in reversed(range(len(tiles.levels))):
        width, height = tiles.levels[level]
        side = math.isqrt(_SAMPLE)
        left, top = max(0, (width - side) // 2), max(0, (height - side) // 2)
        try:
            values = tiles.read(level, (left, top, min(width, left + side), min(height, top + side)))
        except MediaError:
            continue
        if values.dtype == np.uint8:
            return None
        return tuple(percentiles(values[..., at]) for at in range(values.shape[2]))
    return None  # nothing can be read; whoever draws it says why
