"""Pictures with about as much detail as a photograph, drawn with NumPy, the same for the same number."""

from __future__ import annotations

import numpy as np
from PIL import Image


def draw(number: int, size: tuple[int, int]) -> Image.Image:
    """Return a picture: soft forms of several sizes, and the noise of a camera."""
    rng = np.random.default_rng(4480 + number)
    width, height = size
    total = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64, 256):
        coarse = rng.normal(0, 1, (cells * height // width + 1, cells, 3))
        layer = Image.fromarray(np.uint8(np.clip(coarse * 40 + 128, 0, 255)))
        total += np.asarray(layer.resize(size, Image.Resampling.BICUBIC), np.float32) / 4
    total += rng.normal(0, 3, total.shape).astype(np.float32)
    return Image.fromarray(np.uint8(np.clip(total, 0, 255)))
