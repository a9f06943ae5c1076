"""How the values of a picture become what a screen shows: the window of values, and the colour of each channel.

Only what cannot be done with 8 bits a channel is done here; brightness, contrast, gamma and inversion are the
browser's, which need not ask for another picture.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ipyannotator.errors import InvalidValue

LOW, HIGH = 0.5, 99.5
"""The percentiles that become black and white where nobody says which values do."""
COLOURS = ("#ffffff", "#00ff00", "#ff00ff", "#00a0ff", "#ffff00", "#ff4000")
"""Of the channels of a picture that is neither grey nor RGB, where nobody says: the first is white."""
_COLOUR = re.compile("#[0-9a-f]{6}")

Window = tuple[float, float]
Pixels = npt.NDArray[np.uint8]


class Look(NamedTuple):
    """What a person chose to see of the values.

    Attributes:
        window: the values that become black and white; None for percentiles of the picture.
        channels: for each channel its colour, `#rrggbb`, or "" where it is not shown; channels that are not named
            are not shown. Empty for all, in colours of their own.
    """

    window: Window | None = None
    channels: tuple[str, ...] = ()


AS_IS = Look()
"""As the picture comes."""


def read_look(window: Any = None, channels: Any = ()) -> Look:
    """Return a look from what Python or the browser says; raise `InvalidValue`."""
    if window is not None:
        expected = "None, or the two numbers that become black and white, the first smaller"
        try:
            low, high = map(float, window)
        except (TypeError, ValueError):
            raise InvalidValue("The window", window, expected) from None
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise InvalidValue("The window", window, expected)
        window = (low, high)
    if isinstance(channels, str) or not all(
        each == "" or (isinstance(each, str) and _COLOUR.fullmatch(each.lower())) for each in channels
    ):
        raise InvalidValue("The channels", channels, 'a list of colours as "#rrggbb", "" for a hidden one')
    return Look(window, tuple(each.lower() for each in channels))


def percentiles(values: npt.NDArray[Any]) -> Window:
    """Return the values that become black and white, of all those that are finite; (0, 0) where there are none."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 0.0
    low, high = np.percentile(finite, (LOW, HIGH))
    if high > low:
        return float(low), float(high)
    return float(finite.min()), float(finite.max())  # a few bright points on an even ground


def windowed(values: npt.NDArray[Any], window: Window) -> Pixels:
    """Return values stretched to 8 bits; a middle grey, which says that there is something, where all are alike."""
    low, high = window
    if not high > low:
        return np.full(values.shape, 128, np.uint8)
    wide = np.float64 if values.dtype.itemsize > 2 else np.float32  # noqa: PLR2004 - a float32 holds 24 bits
    with np.errstate(invalid="ignore", over="ignore"):
        stretched = (values.astype(wide) - low) * (255 / (high - low))
        stretched = np.nan_to_num(stretched, nan=0, posinf=255, neginf=0)
    return np.clip(np.rint(stretched), 0, 255).astype(np.uint8)


def coloured(planes: Pixels, channels: tuple[str, ...]) -> Pixels:
    """Return channels put together in their colours, by adding light.

    Args:
        planes: rows × columns × channels.
        channels: as in `Look`; empty for colours of their own.

    Returns:
        rows × columns × 3.
    """
    chosen = channels or tuple(COLOURS[at % len(COLOURS)] for at in range(planes.shape[2]))
    light = np.zeros((*planes.shape[:2], 3), np.float32)
    for plane, colour in zip(np.moveaxis(planes, 2, 0), chosen, strict=False):
        for at in range(3 if colour else 0):
            part = int(colour[1 + 2 * at : 3 + 2 * at], 16) / 255
            if part:
                light[..., at] += plane * np.float32(part)
    return np.minimum(np.rint(light), 255).astype(np.uint8)
