"""Draws coloured shapes on surfaces as a camera sees them, each exactly in its box, the same for the same seed.

A shape is painted through a mask that is drawn several times too large and then reduced, which makes its outline
smooth. The mask fills its box to all four sides, so the box is the truth to the pixel: outside it nothing is painted,
and each of its outermost rows and columns is touched.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Canvas = NDArray[np.float32]
"""Rows × columns × (red, green, blue), 0 to 255."""

COLORS = {"red": (208, 49, 45), "green": (46, 145, 66), "blue": (36, 92, 190)}
SHAPES = ("rectangle", "circle", "ellipse")

GROUNDS = (
    (222, 214, 200),
    (201, 196, 190),
    (176, 150, 120),
    (150, 156, 164),
    (231, 227, 219),
    (118, 112, 106),
)
"""Paper, concrete, wood, slate, plaster, stone: none of them near a colour of the shapes."""

_SWATCH = 96
_FINE = 2048
"""Masks are drawn up to this many pixels wide, at most eight times too large."""


@dataclass(frozen=True)
class Thing:
    """One shape to be drawn.

    Attributes:
        shape: one of `SHAPES`.
        color: one of `COLORS`.
        box: left, top, width and height, in pixels.
        tint: what is added to the colour's red, green and blue.
    """

    shape: str
    color: str
    box: tuple[int, int, int, int]
    tint: tuple[int, int, int] = (0, 0, 0)

    @property
    def right(self) -> int:
        """The column after its last one."""
        return self.box[0] + self.box[2]

    @property
    def bottom(self) -> int:
        """The row after its last one."""
        return self.box[1] + self.box[3]


def surface(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Return an empty surface under uneven light: plain, or with a grain along the rows as wood has."""
    base = np.array(GROUNDS[int(rng.integers(len(GROUNDS)))], np.float32)
    stretch = int(rng.choice([1, 1, 12]))
    relief = 7 * _clouds(rng, width, height, 24, stretch) + 4 * _clouds(rng, width, height, 5, stretch)
    grain = rng.normal(0, 2.4, (height, width)).astype(np.float32)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = rng.uniform(0.2, 0.8, 2)
    away = np.hypot(columns / width - x, rows / height - y)
    light = 1.06 - 0.22 * away.astype(np.float32) ** 2
    canvas: Canvas = ((base + (relief + grain)[..., None]) * light[..., None]).astype(np.float32)
    return canvas


def _clouds(rng: np.random.Generator, width: int, height: int, size: int, stretch: int) -> Canvas:
    """Return smooth noise of about unit strength, its lumps `size` pixels high and `stretch` times as long."""
    coarse = rng.normal(0, 1, (height // size + 3, width // (size * stretch) + 3)).astype(np.float32)
    smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth, np.float32)


def mask(shape: str, width: int, height: int, inset: int = 0) -> Canvas:
    """Return how much of each pixel of a box a shape covers, 0 to 1.

    Args:
        shape: one of `SHAPES`; a circle is an ellipse in a square box.
        width: of the box, in pixels.
        height: the same, vertically.
        inset: how many pixels the shape keeps from the sides of the box.
    """
    fine = max(1, min(8, _FINE // max(width, height)))
    picture = Image.new("L", (width * fine, height * fine), 0)
    pen = ImageDraw.Draw(picture)
    ends = (inset * fine, inset * fine, (width - inset) * fine - 1, (height - inset) * fine - 1)
    if shape == "rectangle":
        pen.rounded_rectangle(ends, radius=min(width, height) * fine * 0.08, fill=255)
    else:
        pen.ellipse(ends, fill=255)
    cover: Canvas = np.asarray(picture.reduce(fine), np.float32) / np.float32(255)
    return cover


def paint(canvas: Canvas, thing: Thing) -> None:
    """Paint a shape: lit from the top left, a little darker at its rim, nothing outside its box."""
    left, top, width, height = thing.box
    part = canvas[top : thing.bottom, left : thing.right]
    cover = mask(thing.shape, width, height)
    rim = max(1, round(min(width, height) * 0.07))
    inner = Image.fromarray((mask(thing.shape, width, height, rim) * 255).astype(np.uint8))
    body = np.asarray(inner.filter(ImageFilter.GaussianBlur(rim * 0.7)), np.float32) / 255
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    light = (0.80 + 0.20 * body) * (1.12 - 0.24 * (rows / height + columns / width) / 2)
    color = np.array(COLORS[thing.color], np.float32) + np.array(thing.tint, np.float32)
    part += cover[..., None] * (np.clip(color * light[..., None], 0, 255) - part)


def picture(canvas: Canvas, things: Iterable[Thing]) -> Image.Image:
    """Return the surface with the things on it, the first at the bottom; the surface stays as it is."""
    painted = canvas.copy()
    for thing in things:
        paint(painted, thing)
    return Image.fromarray(np.clip(np.rint(painted), 0, 255).astype(np.uint8))


def swatch(color: str, shape: str | None = None) -> Image.Image:
    """Return a label's picture: a patch of a colour, or a shape of that colour on white."""
    ground: Canvas = np.full((_SWATCH, _SWATCH, 3), 250, np.float32)
    edge = _SWATCH // 12
    inside = _SWATCH - 2 * edge
    box = (edge, edge, inside, inside) if shape != "ellipse" else (edge, _SWATCH // 4, inside, _SWATCH // 2)
    return picture(ground, [Thing(shape or "rectangle", color, box)])


def jpeg(image: Image.Image) -> bytes:
    """Return a JPEG without loss of colour resolution, so that edges between colours stay crisp."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92, subsampling=0, optimize=True)
    return buffer.getvalue()
