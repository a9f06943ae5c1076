"""Reading one line of YOLO's labels: what it is goes by how many numbers it has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import Kinds, Losses, Size, Thing
from ipyannotator.formats.yolo.head import Head
from ipyannotator.formats.yolo.lines import CORNERS, pixels, points, skeleton, turned
from ipyannotator.model import Box, Polygon, Shape

OUTLINES = "with an outline (its bounding box was taken)"
KEYPOINTS = "with keypoints (not taken)"
QUADS = "whose corners make no box (the nearest one was taken)"
SIZELESS = "without a size (left out)"

SIDES = 4
"""Numbers of a box; one more is a score."""
OUTLINE = 6
"""Numbers of the shortest outline."""
_FARTHEST = 2.0
"""Fractions beyond this are no fractions."""


class Refused(Exception):
    """A line is not what the format says; the message says why."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Reads the lines of one data set.

    Attributes:
        head: what the data set says of itself.
        kinds: the kinds of shape that are wanted; empty for all.
        turned: whether four corners are a turned box, and no outline.
    """

    head: Head
    kinds: Kinds
    turned: bool

    def thing(self, where: tuple[Path, int], words: list[str], size: Size, lost: Losses) -> Thing | None:
        """Return what a line says; None where it has no extent.

        Args:
            where: the file and the number of the line, for messages.
            words: of the line.
            size: of the image in pixels.
            lost: counts what was not taken.

        Raises:
            FormatError: it is none of the forms there are.
        """
        try:
            return self._thing(words, size, lost)
        except (Refused, ValueError) as error:
            known = isinstance(error, (Refused, InvalidValue))
            what = f"{error}" if known else f"{error}, expected numbers only."
            raise FormatError(f"{where[0]}, line {where[1]}: {what} Nothing was taken in.") from error

    def _thing(self, words: list[str], size: Size, lost: Losses) -> Thing | None:
        number, *values = map(float, words)
        label = self._label(number)
        seen = self._seen(values)
        values = values[:SIDES] if seen else values
        score = values.pop() if len(values) == SIDES + 1 else None
        if score is not None and not 0 <= score <= 1:
            raise Refused(f"the score is {score}, expected 0 to 1.")
        given = [*values, *seen] if seen else values
        if given and not (all(map(math.isfinite, given)) and max(map(abs, given)) <= _FARTHEST):
            raise Refused(f"{' '.join(words[1:6])}; expected fractions of the image's size, from 0 to 1.")
        shape = self._joints(seen, size, lost) if seen else None
        if shape is None:
            shape = self._corners(values, size, lost) if len(values) >= OUTLINE else _box(values, size)
        if shape is None:
            lost[SIZELESS] += 1
            return None
        return Thing(shape, label, score)

    def _label(self, number: float) -> str:
        names = self.head.names
        if not math.isfinite(number) or number not in names:
            known = f"0 to {max(names)}" if names else "none, since data.yaml names none"
            raise Refused(f"the class is {number:g}, expected {known}.")
        return names[int(number)]

    def _seen(self, values: list[float]) -> list[float]:
        """Return the numbers of keypoints, without a score behind them; none where the line has no keypoints."""
        joints = self.head.joints
        if joints is None or len(values) - SIDES not in (joints.numbers, joints.numbers + 1):
            return []
        return values[SIDES : SIDES + joints.numbers]

    def _joints(self, seen: list[float], size: Size, lost: Losses) -> Shape | None:
        if self.head.joints is None or (self.kinds and "skeleton" not in self.kinds):
            lost[KEYPOINTS] += 1
            return None
        return skeleton(seen, size, self.head.joints)

    def _corners(self, values: list[float], size: Size, lost: Losses) -> Shape | None:
        if len(values) % 2:
            raise Refused(
                f"{len(values) + 1} values, expected the class, x, y, width and height, or an outline."
            )
        if self.turned and len(values) == CORNERS:
            made, fits = turned(values, size)
            lost.update([QUADS] * (made is not None and not fits))
            return made
        given = points(values, size)
        if not self.kinds or {"polygon", "mask"} & {*self.kinds}:
            try:
                return Polygon(tuple(given))
            except InvalidValue:  # a line or a point
                return None
        lost[OUTLINES] += 1
        xs, ys = zip(*given, strict=True)
        return _between(min(xs), min(ys), max(xs), max(ys))


def _box(values: list[float], size: Size) -> Box | None:
    if len(values) != SIDES:
        raise Refused(f"{len(values) + 1} values, expected the class, x, y, width and height.")
    x, y, width, height = values
    if width < 0 or height < 0:
        raise Refused(f"the size is {width} × {height}, less than 0.")
    across, down = size
    left, right = pixels(x - width / 2, across), pixels(x + width / 2, across)
    top, bottom = pixels(y - height / 2, down), pixels(y + height / 2, down)
    return _between(left, top, right, bottom)


def _between(left: float, top: float, right: float, bottom: float) -> Box | None:
    return Box(left, top, right - left, bottom - top) if left < right and top < bottom else None
