"""Turns pixels of any kind into those a screen shows: 8 bits, grey or RGB, with or without alpha."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image

from ipyannotator.sources.look import AS_IS, Look, Window, coloured, windowed
from ipyannotator.sources.opening import Picture

Convert = Callable[[Image.Image], Image.Image]

_STRIP = 1 << 24
_SAMPLE = 1000
_LOW, _HIGH = 0.5, 99.5
_DARK = 64


def converter(picture: Picture, look: Look = AS_IS) -> tuple[Convert, str]:
    """Return the function that converts pieces of a decoded picture for the screen, and a note for the person.

    Values of 16 or 32 bits and floats are stretched so that the lowest and highest half per cent of the whole image
    become black and white, or the values of the look. The same stretch holds for every region of it.
    """
    if not look.channels:
        return _converter(picture, look.window)
    convert, note = _converter(picture, look.window)
    return functools.partial(_coloured, convert=convert, channels=look.channels), note


def _converter(picture: Picture, window: Window | None) -> tuple[Convert, str]:
    im = picture.im
    if im.mode[0] in "IF":
        return _stretched(im, window)
    if im.mode == "LAB":
        return _from_lab, ""
    if picture.deep:
        return _deep_colours(im)
    return functools.partial(_convert, mode=_target(im)), ""


def _target(im: Image.Image) -> str:
    if im.has_transparency_data:
        return "LA" if im.mode in ("LA", "La") else "RGBA"
    return "L" if im.mode in ("1", "L") else "RGB"


def _convert(piece: Image.Image, *, mode: str) -> Image.Image:
    return piece if piece.mode == mode else piece.convert(mode)


def _from_lab(piece: Image.Image) -> Image.Image:
    from PIL import ImageCms

    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    shown = ImageCms.profileToProfile(piece, lab, rgb, outputMode="RGB")
    return piece.convert("RGB") if shown is None else shown


def _deep_colours(im: Image.Image) -> tuple[Convert, str]:
    """Colours of 16 bits, of which Pillow keeps the upper 8; brightened where those are nearly black."""
    mode = _target(im)
    bands = im.getextrema()
    colours = bands[: 1 if mode in ("L", "LA") else 3] if isinstance(bands[0], tuple) else (bands,)
    high = max(int(band[1]) for band in colours if isinstance(band, tuple))
    if high >= _DARK:
        return functools.partial(_convert, mode=mode), "16 bits per channel; the upper 8 are shown."
    up = [min(255, round(value * 255 / max(high, 1))) for value in range(256)]
    table = up * len(mode.rstrip("A")) + (list(range(256)) if mode.endswith("A") else [])

    def brighten(piece: Image.Image) -> Image.Image:
        return _convert(piece, mode=mode).point(table)

    return brighten, "16 bits per channel, brightened to be seen."


def _coloured(piece: Image.Image, *, convert: Convert, channels: tuple[str, ...]) -> Image.Image:
    import numpy as np

    planes = np.atleast_3d(np.asarray(convert(piece)))
    return Image.fromarray(coloured(planes, channels))


def _stretched(im: Image.Image, window: Window | None) -> tuple[Convert, str]:
    import numpy as np

    low, high = window or _range(im)

    def stretch(piece: Image.Image) -> Image.Image:
        return Image.fromarray(windowed(np.asarray(piece), (low, high)))

    kind = {"F": "Decimal", "I": "32-bit"}.get(im.mode, "16-bit")
    return stretch, f"{kind} values, shown with {low:.6g} as black and {high:.6g} as white."


def _range(im: Image.Image) -> tuple[float, float]:
    """Return the values that become black and white: percentiles of a sample, else the extremes of all."""
    import numpy as np

    step = max(1, math.isqrt(im.width * im.height // (_SAMPLE * _SAMPLE)))
    sample: Any = np.concatenate([np.asarray(strip)[::step, ::step].ravel() for _, strip in strips(im, step)])
    sample = sample[np.isfinite(sample)]
    if sample.size:
        low, high = np.percentile(sample, (_LOW, _HIGH))
        if high > low:
            return float(low), float(high)
    low, high = math.inf, -math.inf  # a few bright points on an even ground
    for _, strip in strips(im):
        values = np.asarray(strip)
        values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return (low, high) if high >= low else (0.0, 0.0)


def strips(
    im: Image.Image, step: int = 1, box: tuple[int, int, int, int] | None = None
) -> Iterator[tuple[int, Image.Image]]:
    """Iterate a box of the image in full-width strips of bounded size, from the top.

    Args:
        im: the image.
        step: the number of rows of each strip but the last is a multiple of it.
        box: left, top, right, bottom in pixels; None for all.

    Returns:
        The first row of each strip, from 0 at the top of the box, and its pixels.
    """
    left, top, right, bottom = box or (0, 0, *im.size)
    rows = max(1, _STRIP // max(1, right - left) // step) * step
    if bottom - top <= rows and (left, top, right, bottom) == (0, 0, *im.size):
        yield 0, im
        return
    for row in range(top, bottom, rows):
        yield row - top, im.crop((left, row, right, min(bottom, row + rows)))


def reduced(im: Image.Image, box: tuple[int, int, int, int], factor: int, convert: Convert) -> Image.Image:
    """Return a box of the image for the screen, made smaller by a whole factor (rounded up at right and bottom).

    It works strip by strip, so that beside the decoded image only the small result takes memory.
    """
    whole: Image.Image | None = None
    width, height = math.ceil((box[2] - box[0]) / factor), math.ceil((box[3] - box[1]) / factor)
    for row, strip in strips(im, factor, box):
        piece = convert(strip)
        if factor > 1:
            piece = piece.reduce(factor)
        if piece.size == (width, height):
            return piece
        if whole is None:
            whole = Image.new(piece.mode, (width, height))
        whole.paste(piece, (0, row // factor))
    assert whole is not None  # noqa: S101 - a box has at least one row
    return whole
