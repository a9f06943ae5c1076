"""A flood fill: what hangs together with the pixel clicked on, and is about as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ipyannotator.assist.masks import Bits, mask_of
from ipyannotator.assist.prompt import Assistant, Prompt
from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Shape


def flood_fill(tolerance: float = 12) -> Assistant:
    """Return an assistant that takes what hangs together with the point clicked on and is about of its colour.

    A point that does not belong gives its colour away: what is nearer to that than to the point clicked on is left out.
    A box keeps it from running out; without a point, the fill begins in the middle of it.

    Args:
        tolerance: how much a channel may differ from that of the point, in percent of what the channel holds
            (255 in 8 bits; for deeper pictures, from the darkest to the brightest pixel).

    Raises:
        InvalidValue: the tolerance is no percentage.
    """
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 <= tolerance <= 100:  # noqa: PLR2004
        raise InvalidValue("The tolerance", tolerance, "a percentage from 0 to 100")

    def fill(item: Item, prompt: Prompt) -> Shape | None:
        return mask_of(filled(item.array, prompt, tolerance))

    fill.__name__ = "flood_fill"
    return fill


def filled(array: npt.NDArray[np.generic], prompt: Prompt, tolerance: float) -> Bits:
    """Return which pixels of a picture the fill takes; an array of its height and width."""
    pixels = np.asarray(array, np.float32)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels[..., :3]  # noqa: PLR2004 - height and width
    height, width = pixels.shape[:2]
    limits = prompt.inside(width, height)
    seeds = prompt.pixels(width, height, positive=True)
    if not seeds and limits is not None:
        seeds = [((limits[0] + limits[2]) // 2, (limits[1] + limits[3]) // 2)]
    result: Bits = np.zeros((height, width), bool)
    if not seeds or (prompt.box is not None and limits is None):
        return result
    full = 255.0 if np.asarray(array).dtype == np.uint8 else float(np.ptp(pixels)) or 1.0
    near = np.full((height, width), math.inf, np.float32)
    for x, y in seeds:
        np.minimum(near, _distance(pixels, (x, y)), out=near)
    taken = near <= tolerance / 100 * full
    for x, y in prompt.pixels(width, height, positive=False):
        taken &= near <= _distance(pixels, (x, y))
        taken[y, x] = False
    if limits is not None:
        left, top, right, bottom = limits
        allowed = np.zeros_like(taken)
        allowed[top:bottom, left:right] = True
        taken &= allowed
    return connected(taken, seeds)


def _distance(pixels: npt.NDArray[np.float32], seed: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return by how much the pixels differ from one of them, in the channel where they differ most."""
    found: npt.NDArray[np.float32] = np.abs(pixels - pixels[seed[1], seed[0]]).max(axis=2)
    return found


def connected(taken: Bits, seeds: Sequence[tuple[int, int]]) -> Bits:
    """Return what of `taken` hangs together, by edges, with one of the `(x, y)`.

    It goes by the runs of pixels in each row, so it takes a step for each run and not for each pixel.
    """
    height = len(taken)
    result: Bits = np.zeros_like(taken)
    rows: dict[int, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = {}
    stack = [(y, x, x + 1) for x, y in seeds]
    while stack:
        y, start, end = stack.pop()
        if y not in rows:
            edges = np.flatnonzero(np.diff(np.concatenate(([False], taken[y], [False])).astype(np.int8)))
            rows[y] = edges[0::2], edges[1::2]
        starts, ends = rows[y]
        first, last = np.searchsorted(ends, start, "right"), np.searchsorted(starts, end, "left")
        for at in range(int(first), int(last)):
            left, right = int(starts[at]), int(ends[at])
            if result[y, left]:
                continue
            result[y, left:right] = True
            stack += [(next_y, left, right) for next_y in (y - 1, y + 1) if 0 <= next_y < height]
    return result
