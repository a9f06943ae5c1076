"""What a user's function gets of an item: its picture, read when it is asked for."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ipyannotator.errors import InvalidValue, MediaError
from ipyannotator.model import Shape
from ipyannotator.sources.base import Request, Source
from ipyannotator.sources.opening import MAX_PIXELS, decode, in_words, open_picture, room_for
from ipyannotator.sources.render import upright

_PLAIN = {"P": "RGB", "PA": "RGBA", "1": "L", "CMYK": "RGB", "YCbCr": "RGB", "LAB": "RGB", "HSV": "RGB"}


class Item:
    """One item, as functions of `suggest` and `assist` get it. Nothing is read before it is asked for, and once only.

    Args:
        source: where it comes from.
        key: its key.

    Attributes:
        key: its key, which never changes.
    """

    def __init__(self, source: Source, key: str) -> None:
        self._source = source
        self.key = key

    @property
    def name(self) -> str:
        """What the person reads as its name."""
        return self._source.name(self.key)

    @property
    def path(self) -> Path | None:
        """Its file; None where it has none of its own."""
        path = getattr(self._source, "path", None)
        return None if path is None else Path(path(self.key))

    @functools.cached_property
    def image(self) -> Image.Image:
        """The picture at full resolution, upright; `RGB`, `RGBA`, `L`, or as deep as the file is (`I;16`, `F`).

        Raises:
            MediaError: it cannot be read; the message says why.
        """
        path = self.path
        if path is None:
            return self._drawn()
        with in_words(self.key), path.open("rb") as file:
            picture = open_picture(file, self.key)
            with room_for(picture):
                turn = decode(picture, self.key)
                shown = upright(picture.im, turn)
                mode = _PLAIN.get(shown.mode)
                if picture.im.mode == "P" and "transparency" in picture.im.info:
                    mode = "RGBA"
                return shown.convert(mode) if mode else shown.copy()

    @property
    def array(self) -> npt.NDArray[Any]:
        """The picture as an array: height × width, with the channels as the third axis where there are several."""
        return np.asarray(self.image)

    @property
    def width(self) -> int:
        """Pixels of the picture, horizontally. Reads the file's head only."""
        return self._size[0]

    @property
    def height(self) -> int:
        """The same, vertically."""
        return self._size[1]

    @functools.cached_property
    def _size(self) -> tuple[int, int]:
        path = self.path
        if path is None:
            return self.image.size
        with in_words(self.key), path.open("rb") as file:
            picture = open_picture(file, self.key)
            return picture.width, picture.height

    def check(self, shapes: Iterable[Shape]) -> None:
        """Raise `InvalidValue` for a shape that has no place on the picture; without a picture, nothing is known of that."""
        try:
            width, height = self._size
        except MediaError:
            return
        for shape in shapes:
            why = shape.misfit(width, height)
            if why:
                raise InvalidValue(
                    f"A shape on {self.key!r}", shape, f"something on {width} × {height} pixels", f"It {why}."
                )

    def _drawn(self) -> Image.Image:
        """Return the picture of a source that has no files, as a browser would get it."""
        media = self._source.media(self.key, Request(MAX_PIXELS, MAX_PIXELS))
        try:
            return Image.open(io.BytesIO(media.data))
        except OSError as error:
            raise MediaError("not an image", f"“{self.key}” is no picture, but {media.mime}.") from error

    def __repr__(self) -> str:
        return f"<item {self.key!r}>"
