"""Filling rings: which pixels of an image lie inside.

A pixel is inside where its centre is, by the even-odd rule: so neighbours that share an edge share no pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def filled(rings: Iterable[Sequence[tuple[float, float]]], height: int, width: int) -> NDArray[np.bool_]:
    """Return the pixels inside rings.

    Args:
        rings: outlines and holes, in any order; points `(x, y)` in pixels.
        height: the rows of the image.
        width: its columns.

    Returns:
        An array of shape (height, width).
    """
    import numpy as np

    starts = [np.asarray(ring, float) for ring in rings]
    a = np.concatenate(starts)
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in starts])
    found = np.zeros((height, width), bool)
    first = max(0, int(np.floor(a[:, 1].min())))
    last = min(height, int(np.ceil(a[:, 1].max())) + 1)
    columns = np.arange(width) + 0.5
    for row in range(first, last):
        y = row + 0.5
        crosses = (a[:, 1] <= y) != (b[:, 1] <= y)
        if crosses.any():
            p, q = a[crosses], b[crosses]
            xs = np.sort(p[:, 0] + (y - p[:, 1]) / (q[:, 1] - p[:, 1]) * (q[:, 0] - p[:, 0]))
            found[row] = np.searchsorted(xs, columns, side="right") % 2 == 1
    return found
