"""COCO's compressed run-length text of a mask, and what can be said of a mask without expanding it.

The runs go down the columns, the first one is of pixels outside. From the fourth on, each is written as the difference
to the one two before it, in groups of five bits from the lowest, 48 added to make printable characters
(`maskApi.c` of pycocotools, Lin et al., 2014).

It is written here, with NumPy, since pycocotools trusts a text: one that is damaged makes it read and write beyond its
memory. The tests compare both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ipyannotator.errors import InvalidValue
from ipyannotator.model.shapes.base import Bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Runs = NDArray[np.int64]

_BASE, _BITS, _MORE, _SIGN = 48, 5, 0x20, 0x10
_WRAPS = 2.0**62
_LONGEST = 12
"""Groups of five bits of one number: more than any image needs, and few enough for 64 bits."""


def decode(counts: str, size: tuple[int, int]) -> Runs:
    """Return the runs of a text.

    Args:
        counts: the text.
        size: (height, width) of the image in pixels.

    Raises:
        InvalidValue: it is none, or its runs are not of an image of this size.
    """
    import numpy as np

    what, expected = "Mask.counts", f"COCO's compressed run-length text of {size[1]} × {size[0]} pixels"
    try:
        groups = np.frombuffer(counts.encode("ascii"), np.uint8).astype(np.int64) - _BASE
    except (UnicodeEncodeError, AttributeError) as error:
        raise InvalidValue(what, _short(counts), expected) from error
    more = groups & _MORE
    if not groups.size or groups.min() < 0 or groups.max() >= 2 * _MORE or more[-1]:
        raise InvalidValue(what, _short(counts), expected)
    ends = np.flatnonzero(more == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    if int((ends - starts).max()) >= _LONGEST:
        raise InvalidValue(what, _short(counts), expected)
    shifts = _BITS * (np.arange(groups.size) - np.repeat(starts, ends - starts + 1))
    values = np.add.reduceat((groups & (_MORE - 1)) << shifts, starts)
    negative = (groups[ends] & _SIGN) != 0
    values = np.where(negative, values - (np.int64(1) << (shifts[ends] + _BITS)), values)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    total = size[0] * size[1]
    # As floats first: whole numbers of 64 bits wrap around, and a text that makes them must not be believed.
    sane = values.min() >= 0 and values.sum(dtype=float) < _WRAPS
    if not sane or int(values.sum()) != total:
        found = f"It has {int(values.sum()):,} pixels, not {total:,}." if sane else ""
        raise InvalidValue(what, _short(counts), expected, found)
    return values


def encode(runs: Runs) -> str:
    """Return the text of runs."""
    import numpy as np

    rest = runs.astype(np.int64).copy()
    rest[3:] -= runs[1:-2]
    columns, present = [], []
    alive = np.ones(rest.size, bool)
    while alive.any():
        group = rest & (_MORE - 1)
        rest = rest >> _BITS
        over = np.where(group & _SIGN, rest == -1, rest == 0)
        columns.append(np.where(over, group, group | _MORE) + _BASE)
        present.append(alive)
        alive = alive & ~over
    text: bytes = np.stack(columns, 1)[np.stack(present, 1)].astype(np.uint8).tobytes()
    return text.decode("ascii")


def runs_of(array: Any) -> Runs:
    """Return the runs of an array of truth values, of shape (height, width)."""
    import numpy as np

    flat = np.concatenate(([False], np.asarray(array, bool).ravel(order="F"), [False]))
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    total = flat.size - 2
    edges = np.concatenate(([0], changes, [] if changes.size and changes[-1] == total else [total]))
    return np.diff(edges).astype(np.int64)


def expand(runs: Runs, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return an array of truth values of shape (height, width)."""
    import numpy as np

    height, width = size
    array: NDArray[np.bool_] = np.repeat(np.arange(runs.size) % 2 == 1, runs).reshape(width, height).T
    return array


def area(runs: Runs) -> int:
    """Return how many pixels are inside."""
    return int(runs[1::2].sum())


def bounds(runs: Runs, height: int) -> Bounds:
    """Return the smallest rectangle around what is inside, in pixels; of nothing, one without an extent."""
    import numpy as np

    ends = np.cumsum(runs)
    first, last = ends[:-1:2][: runs[1::2].size], ends[1::2]
    inside = last > first
    first, last = first[inside], last[inside] - 1
    if not first.size:
        return Bounds(0.0, 0.0, 0.0, 0.0)
    wraps = bool((first // height != last // height).any())
    top = 0 if wraps else int((first % height).min())
    bottom = height if wraps else int((last % height).max()) + 1
    return Bounds(float(first[0] // height), float(top), float(last[-1] // height + 1), float(bottom))


def _short(counts: Any) -> Any:
    return counts if not isinstance(counts, str) or len(counts) <= 60 else counts[:57] + "…"  # noqa: PLR2004 - a line
