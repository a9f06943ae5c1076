"""From pixels to a shape."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ipyannotator.model import Mask, Shape

Bits: TypeAlias = npt.NDArray[np.bool_]
"""One truth value for each pixel: height × width."""


def mask_of(taken: Bits) -> Shape | None:
    """Return the mask of the pixels that are true; None where none is."""
    return Mask.from_array(taken) if taken.any() else None
