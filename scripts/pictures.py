"""Makes example pictures for the demo: blood smears as a microscope sees them, drawn with NumPy, the same each time.

Each has red cells (pale in the middle), one or more white cells (large, with a lobed nucleus) and platelets (small).
They come in several sizes; some were taken with the camera turned, and say so in their EXIF data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Canvas = NDArray[np.float32]

SIZES = ((1280, 960), (1600, 1200), (960, 960), (1200, 1600))
TURNS = {5: 6, 11: 8, 17: 3, 23: 6}
"""EXIF orientation by the picture's number."""
BACK = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}
"""How a camera held that way stores what it sees."""

GROUND, RED, WHITE, NUCLEUS, PLATELET = (
    np.array(color, np.float32)
    for color in ((236, 224, 214), (201, 128, 122), (206, 190, 214), (98, 62, 142), (138, 92, 158))
)


def make(folder: Path, count: int = 24) -> list[Path]:
    """Write the pictures `smear-01.jpg` … into a folder that is made; return their paths."""
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        path = folder / f"smear-{number + 1:02}{'-turned' if number in TURNS else ''}.jpg"
        picture, exif = draw(number), Image.Exif()
        if number in TURNS:
            exif[0x0112] = TURNS[number]
            picture = picture.transpose(BACK[TURNS[number]])
        picture.save(path, quality=88, exif=exif)
        paths.append(path)
    return paths


def draw(number: int) -> Image.Image:
    """Draw one picture, the same for the same number."""
    rng = np.random.default_rng(4480 + number)
    width, height = SIZES[number % len(SIZES)]
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:] = GROUND + rng.normal(0, 5, 3).astype(np.float32)
    size = rng.uniform(44, 62)  # the radius of a red cell: the magnification
    for x, y in spread(rng, width, height, size * 1.7, int(rng.integers(24, 60))):
        red_cell(canvas, rng, x, y, size * rng.normal(1, 0.07))
    for x, y in spread(rng, width, height, size * 5, int(rng.integers(1, 4))):
        white_cell(canvas, rng, x, y, size * rng.uniform(1.5, 1.9))
    for x, y in spread(rng, width, height, size, int(rng.integers(3, 12))):
        platelet(canvas, rng, x, y, size * rng.uniform(0.22, 0.34))
    return finish(canvas, rng)


def spread(
    rng: np.random.Generator, width: int, height: int, gap: float, count: int
) -> list[tuple[float, float]]:
    """Return up to `count` places that keep a distance, some of them cut by the edge."""
    places: list[tuple[float, float]] = []
    for _ in range(count * 12):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        if all((x - a) ** 2 + (y - b) ** 2 > gap * gap for a, b in places):
            places.append((x, y))
        if len(places) == count:
            break
    return places


def blot(canvas: Canvas, x: float, y: float, shape: dict[str, Any], color: Canvas, strength: float) -> None:
    """Mix a colour into a soft-edged blob.

    Args:
        canvas: what is drawn on.
        x: the centre, in pixels.
        y: the same, vertically.
        shape: `radius` in pixels, `waves` (amplitude and phase of the outline's bumps, per frequency from 2),
            `edge` (width of the soft edge in pixels) and `hole` (how much paler the middle is, 0 to 1).
        color: red, green, blue.
        strength: 0 to 1.
    """
    radius, edge = shape["radius"], shape.get("edge", 3.0)
    reach = int(radius * 1.5 + edge)
    left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
    part = canvas[top : int(y) + reach, left : int(x) + reach]
    if part.size == 0:
        return
    rows, columns = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
    away = np.hypot(columns - x, rows - y)
    around = np.arctan2(rows - y, columns - x)
    outline = np.full(away.shape, radius)
    for frequency, (amplitude, phase) in enumerate(shape.get("waves", ()), 2):
        outline += radius * amplitude * np.cos(frequency * around + phase)
    cover = np.clip((outline - away) / edge + 0.5, 0, 1)
    cover *= 1 - shape.get("hole", 0.0) * np.exp(-((away / (0.45 * radius)) ** 2))
    part += (cover * strength)[..., None] * (color - part)


def waves(rng: np.random.Generator, much: float) -> list[tuple[float, float]]:
    """Return bumps for an outline."""
    return [(rng.normal(0, much / order), rng.uniform(0, 6.3)) for order in (1, 2, 3)]


def red_cell(canvas: Canvas, rng: np.random.Generator, x: float, y: float, radius: float) -> None:
    """Draw a disc that is pale in the middle."""
    tint = RED + rng.normal(0, 6, 3).astype(np.float32)
    shape = {"radius": radius, "waves": waves(rng, 0.04), "hole": rng.uniform(0.35, 0.7)}
    blot(canvas, x, y, shape, tint, 0.82)
    blot(
        canvas, x, y, {**shape, "radius": radius * 0.96, "hole": 0.97, "edge": radius * 0.3}, tint * 0.9, 0.35
    )


def white_cell(canvas: Canvas, rng: np.random.Generator, x: float, y: float, radius: float) -> None:
    """Draw a large pale cell with a nucleus of some lobes."""
    blot(canvas, x, y, {"radius": radius, "waves": waves(rng, 0.05), "edge": 5.0}, WHITE, 0.9)
    turn = rng.uniform(0, 6.3)
    for lobe in range(rng.integers(2, 5)):
        angle, far = turn + lobe * 1.3, radius * rng.uniform(0.25, 0.42)
        shape = {"radius": radius * rng.uniform(0.3, 0.45), "waves": waves(rng, 0.1), "edge": 5.0}
        blot(canvas, x + far * np.cos(angle), y + far * np.sin(angle), shape, NUCLEUS, 0.88)


def platelet(canvas: Canvas, rng: np.random.Generator, x: float, y: float, radius: float) -> None:
    """Draw a small grainy blob."""
    blot(canvas, x, y, {"radius": radius, "waves": waves(rng, 0.14), "edge": 4.0}, PLATELET, 0.75)
    for _ in range(4):
        shape = {"radius": radius * 0.22, "edge": 3.0}
        blot(canvas, x + rng.normal(0, radius / 3), y + rng.normal(0, radius / 3), shape, NUCLEUS, 0.4)


def finish(canvas: Canvas, rng: np.random.Generator) -> Image.Image:
    """Add what the microscope does: uneven light, a little blur and noise."""
    height, width = canvas.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width]
    x, y = rng.uniform(0.35, 0.65, 2)
    away = np.hypot(columns / width - x, rows / height - y).astype(np.float32)
    canvas *= (1.04 - 0.28 * away**2)[..., None]
    canvas += rng.normal(0, 2.2, canvas.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.6, 1.1))))
