"""GrabCut: a thing cut out of its background by colour and edges (Rother, Kolmogorov, Blake 2004), as OpenCV does it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ipyannotator.assist.filling import connected
from ipyannotator.assist.masks import Bits, mask_of
from ipyannotator.assist.prompt import Assistant, Prompt
from ipyannotator.editor.item import Item
from ipyannotator.errors import InvalidValue, MissingPackage
from ipyannotator.model import Shape

MOST = 900
"""Pixels of the longer side that are looked at; a larger picture is made smaller, and the answer larger again."""
_TOUCH = 0.008
"""The radius of what a click says, as a part of the longer side."""


def grab_cut(rounds: int = 4) -> Assistant:
    """Return an assistant that cuts the thing in a box, or under a click, out of its background.

    Points on the thing and beside it correct it. It needs OpenCV: `pip install 'ipyannotator[assist]'`.

    Args:
        rounds: how often what is found is learnt from; more is slower.

    Raises:
        InvalidValue: the rounds are no whole number above 0.
        MissingPackage: OpenCV is not installed.
    """
    if isinstance(rounds, bool) or not isinstance(rounds, int) or rounds < 1:
        raise InvalidValue("The rounds", rounds, "a whole number above 0")
    cv2 = _opencv()

    def cut(item: Item, prompt: Prompt) -> Shape | None:
        return mask_of(grabbed(cv2, item.image, prompt, rounds))

    cut.__name__ = "grab_cut"
    return cut


def grabbed(cv2: Any, image: Image.Image, prompt: Prompt, rounds: int) -> Bits:
    """Return which pixels of a picture belong to the thing; an array of its height and width."""
    width, height = image.size
    scale = min(1.0, MOST / max(width, height))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    across, down = small[0] / width, small[1] / height
    box = prompt.box
    asked = Prompt(
        tuple((x * across, y * down, positive) for x, y, positive in prompt.points),
        None if box is None else (box[0] * across, box[1] * down, box[2] * across, box[3] * down),
    )
    given = _given(cv2, small, asked)
    if given is None:
        return np.zeros((height, width), bool)
    pixels = np.ascontiguousarray(np.asarray(_plain(image).resize(small, Image.Resampling.BOX))[..., ::-1])
    cv2.setRNGSeed(0)  # the same question has the same answer
    cv2.grabCut(pixels, given, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    taken: Bits = (given == cv2.GC_FGD) | (given == cv2.GC_PR_FGD)
    seeds = asked.pixels(*small, positive=True)
    if seeds:
        taken = connected(taken, seeds)
    if small == (width, height):
        return taken
    return np.asarray(Image.fromarray(taken).resize((width, height), Image.Resampling.NEAREST), bool)


def _given(cv2: Any, size: tuple[int, int], prompt: Prompt) -> npt.NDArray[np.uint8] | None:
    """Return what is known of each pixel before the cut; None where there is nothing to be cut out."""
    width, height = size
    limits = prompt.inside(width, height)
    on = prompt.pixels(width, height, positive=True)
    if (limits is None and not on) or (prompt.box is not None and limits is None):
        return None
    known = np.full((height, width), cv2.GC_BGD, np.uint8)
    if limits is not None:
        left, top, right, bottom = limits
        known[top:bottom, left:right] = cv2.GC_PR_FGD
    else:
        known[1:-1, 1:-1] = cv2.GC_PR_BGD  # the edge of the picture is taken for background
    radius = max(1, round(max(size) * _TOUCH))
    for positive, value in ((True, cv2.GC_FGD), (False, cv2.GC_BGD)):
        for point in prompt.pixels(width, height, positive=positive):
            cv2.circle(known, point, radius, int(value), -1)
    if not on and limits == (0, 0, width, height):  # else there would be no background to learn from
        known[[0, -1], :] = cv2.GC_BGD
        known[:, [0, -1]] = cv2.GC_BGD
    some = (
        np.isin(known, (cv2.GC_FGD, cv2.GC_PR_FGD)).any()
        and np.isin(known, (cv2.GC_BGD, cv2.GC_PR_BGD)).any()
    )
    return known if some else None


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture in eight bits of red, green and blue; a deeper one is stretched."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, np.float32)
        low, high = float(values.min()), float(values.max())
        image = Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
    return image.convert("RGB")


def _opencv() -> ModuleType:
    try:
        import cv2
    except ImportError as error:
        raise MissingPackage(
            "`grab_cut` needs OpenCV: pip install 'ipyannotator[assist]'. `flood_fill` does without."
        ) from error
    return cv2
