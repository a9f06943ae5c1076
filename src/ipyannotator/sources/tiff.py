"""TIFF in tiles and pyramids (also OME-TIFF, BigTIFF, and slides that are such), read with tifffile.

tifffile was chosen over libvips: it is plain Python with wheels for every system, gives the values as they are (16 bits,
floats, many channels) and the place of every tile, so that one that cannot be read is known by its place. libvips turns
all into its own pipeline, and needs a native library beside it. tifffile's own lazy reading goes through zarr, which is
not needed here: a tile is a few bytes at a known place.
"""

from __future__ import annotations

import logging
import math
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from ipyannotator.errors import MediaError
from ipyannotator.sources.tiles import TILES, Box, Tiles

LARGE = 1 << 26
"""From so many pixels on a TIFF is opened here even if it has one level only."""
_INSTALL = "pip install 'ipyannotator[large]'"
_RGB = (3, 4)

# It logs what is wrong with a file besides raising it, or instead; the person is told on the stage.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


class TiffTiles:
    """A TIFF file, opened; see `Tiles`.

    Args:
        file: tifffile's `TiffFile`, which is closed with this.
        key: names it in errors.
    """

    def __init__(self, file: Any, key: str) -> None:
        series = file.series[0]
        self._key = key
        self._lock = threading.Lock()
        self._channels = series.shape[0] if series.axes[:1] == "C" and series.axes[-2:] == "YX" else 1
        self._pages: list[list[Any]] = []
        sizes: list[tuple[int, int]] = []
        for level in series.levels:
            pages = [page for page in level.pages[: self._channels] if page is not None]
            size = (int(pages[0].imagewidth), int(pages[0].imagelength)) if pages else (0, 0)
            if len(pages) == self._channels and min(size) > 0 and (not sizes or size < sizes[-1]):
                self._pages.append(pages)
                sizes.append(size)
        self.levels = tuple(sizes)
        first = self._pages[0][0]
        self.rgb = self._channels == 1 and first.photometric in (2, 6) and first.samplesperpixel in _RGB
        self._white_is_zero = first.photometric == 0
        planes = math.prod(series.shape) // max(
            1, self._channels * first.imagewidth * first.imagelength * first.samplesperpixel
        )
        self.note = "The first plane of several." if planes > 1 else ""
        self._file = file
        for pages in self._pages:
            for page in pages:
                _ = (
                    page.keyframe.decode
                )  # it looks into the file when it is made, which two must not do at once

    def read(self, level: int, box: Box) -> npt.NDArray[Any]:
        """Return the values of a box of a level, rows × columns × channels; see `Tiles.read`."""
        planes = [self._plane(page.keyframe, page, level, box) for page in self._pages[level]]
        return planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._file.close()

    def __del__(self) -> None:
        """Close it where it fell out of the shelf while somebody still read it."""
        if file := getattr(self, "_file", None):
            file.close()

    def _plane(self, frame: Any, page: Any, level: int, box: Box) -> npt.NDArray[Any]:
        left, top, right, bottom = box
        high, wide = (
            (frame.tilelength, frame.tilewidth) if frame.is_tiled else (frame.rowsperstrip, frame.imagewidth)
        )
        across = math.ceil(frame.imagewidth / wide)
        count = across * math.ceil(frame.imagelength / high)
        separate = frame.planarconfig == 2 and frame.samplesperpixel > 1  # noqa: PLR2004 - the format's number
        values = np.zeros((bottom - top, right - left, frame.samplesperpixel), frame.dtype)
        for row in range(top // high, (bottom - 1) // high + 1):
            for column in range(left // wide, (right - 1) // wide + 1):
                for sample in range(frame.samplesperpixel if separate else 1):
                    at = sample * count + row * across + column
                    tile = self._tile(frame, page, level, at)
                    if tile is None:  # left out by the writer: nothing is there
                        continue
                    x, y = column * wide, row * high
                    x0, y0 = max(left, x), max(top, y)
                    x1, y1 = min(right, x + tile.shape[1]), min(bottom, y + tile.shape[0])
                    part = tile[y0 - y : y1 - y, x0 - x : x1 - x]
                    into = values[y0 - top : y1 - top, x0 - left : x1 - left]
                    into[..., sample : sample + part.shape[2]] = part
        if self._white_is_zero and values.dtype.kind == "u":
            return np.iinfo(values.dtype).max - values
        return values

    def _tile(self, frame: Any, page: Any, level: int, at: int) -> npt.NDArray[Any] | None:
        """Return a tile, rows × columns × samples; None where the file has none."""
        try:
            offset, length = page.dataoffsets[at], page.databytecounts[at]
            if not length:
                return None
            with self._lock:
                self._file.filehandle.seek(offset)
                data = self._file.filehandle.read(length)
            if len(data) < length:
                raise EOFError("the end of the file is missing")  # noqa: TRY301 - said in the same words as all else
            segment, _, shape = frame.decode(data, at, jpegtables=frame.jpegtables)
            if segment is None:
                return None
            return np.asarray(segment)[0, : shape[1], : shape[2]]
        except Exception as error:  # decoders raise nearly anything on damaged data
            needs = f" Reading it needs a package: {_INSTALL}." if "imagecodecs" in str(error) else ""
            raise MediaError(
                "corrupt", f"Tile {at} of level {level} of “{self._key}” cannot be read: {error}.{needs}"
            ) from error


def open_tiff(path: str, key: str) -> Tiles | None:
    """Open a TIFF file that has several levels, is very large or has many channels; None for any other.

    Raises:
        MediaError: it cannot be opened, or the package for it is not installed.
    """
    try:
        import tifffile
    except ImportError:
        return None  # Pillow opens what it can; what is too large for it names the package
    file = tiles = None
    try:
        file = tifffile.TiffFile(path)
        series = file.series[0]
        first: Any = next(page for page in series.pages[:1] if page is not None).keyframe
        large = first.imagewidth * first.imagelength > LARGE
        many = series.axes[:1] == "C" or first.samplesperpixel > max(_RGB)
        if len(series.levels) > 1 or large or many:
            tiles = TiffTiles(file, key)
    except Exception:  # noqa: BLE001 - a damaged file raises nearly anything; Pillow says what is wrong with it
        tiles = None
    finally:
        if file is not None and tiles is None:
            file.close()
    return tiles


for _ending in (".tif", ".tiff"):
    TILES.register(_ending)(open_tiff)
