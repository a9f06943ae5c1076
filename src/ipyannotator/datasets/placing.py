"""Where the shapes of a picture lie: each in a cell of its own, so that none hides another or touches an edge."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ipyannotator.datasets.drawing import SHAPES
from ipyannotator.errors import InvalidValue

SMALLEST, LARGEST = 32, 8192
"""Pixels of a picture's side."""
_CELL = 16
"""A shape needs a cell of at least so many pixels each way."""


class Cell(NamedTuple):
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


def check_whole(what: str, value: Any, least: int) -> int:
    """Return a whole number that is at least so large; raise `InvalidValue`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidValue(what, value, f"a whole number from {least}")
    return int(value)


def check_picture_size(size: Any) -> tuple[int, int]:
    """Return the width and height of pictures; raise `InvalidValue`."""
    expected = f"(width, height) in pixels, each from {SMALLEST} to {LARGEST}"
    try:
        width, height = size
    except (TypeError, ValueError):
        raise InvalidValue("size", size, expected) from None
    for side in (width, height):
        whole = isinstance(side, (int, np.integer)) and not isinstance(side, bool)
        if not whole or not SMALLEST <= side <= LARGEST:
            raise InvalidValue("size", size, expected)
    return int(width), int(height)


def cells(width: int, height: int, count: int) -> list[Cell]:
    """Return at least so many cells of about equal sides that fill a picture.

    Raises:
        InvalidValue: the cells would be too small for anything to be seen in them.
    """
    columns = min(max(1, round(math.sqrt(count * width / height))), count)
    rows = math.ceil(count / columns)
    across, down = width // columns, height // rows
    if min(across, down) < _CELL:
        raise InvalidValue(
            "n_objects", count, f"at most {(width // _CELL) * (height // _CELL)} in {width} by {height} pixels"
            if count > (width // _CELL) * (height // _CELL)
            else f"fewer in {width} by {height} pixels, so that each has {_CELL} by {_CELL}",
        )  # fmt: skip
    return [
        Cell(column * across, row * down, across, down) for row in range(rows) for column in range(columns)
    ]


def chosen_cells(rng: np.random.Generator, width: int, height: int, count: int) -> list[Cell]:
    """Return so many cells, taken at random from those that fill a picture."""
    all_cells = cells(width, height, count)
    return [all_cells[at] for at in rng.permutation(len(all_cells))[:count]]


def place(rng: np.random.Generator, shape: str, cell: Cell) -> tuple[int, int, int, int]:
    """Return the box of a shape at random within a cell, with a margin: left, top, width, height in pixels."""
    margin = max(2, round(min(cell.width, cell.height) * 0.06))
    room = min(cell.width, cell.height) - 2 * margin
    longer = room * rng.uniform(0.5, 0.95)
    width, height = longer, longer
    if shape == SHAPES[2]:  # clearly no circle
        width, height = longer, longer * rng.uniform(0.45, 0.62)
    elif shape == SHAPES[0]:
        width, height = longer, longer * rng.uniform(0.6, 1.0)
    if rng.random() < 0.5:  # noqa: PLR2004 - even odds: lying or standing
        width, height = height, width
    across, down = max(6, round(width)), max(6, round(height))
    left = cell.left + int(rng.integers(margin, cell.width - margin - across + 1))
    top = cell.top + int(rng.integers(margin, cell.height - margin - down + 1))
    return left, top, across, down
