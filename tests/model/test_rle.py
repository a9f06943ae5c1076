"""The run-length text: what pycocotools writes and reads, and what is none."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from ipyannotator import InvalidValue, Mask
from ipyannotator.model.shapes import rle

some_pixels = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=40)).filter(lambda a: a.any())


@given(some_pixels)
def test_the_text_is_the_one_of_coco(array: np.ndarray) -> None:
    mask = Mask.from_array(array)
    theirs = coco.encode(np.asfortranarray(array, np.uint8))
    assert (list(mask.size), mask.counts) == (theirs["size"], theirs["counts"].decode())
    assert np.array_equal(mask.to_array(), array)
    assert mask.measure() == int(coco.area(theirs)) == array.sum()


@given(some_pixels)
def test_the_bounds_are_those_of_the_pixels(array: np.ndarray) -> None:
    rows, columns = np.nonzero(array)
    found = Mask.from_array(array).bounds()
    assert found == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@settings(max_examples=300)
@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=30))
def test_any_text_is_a_mask_or_an_error_in_words(text: str) -> None:
    with contextlib.suppress(InvalidValue):
        mask = Mask((12, 9), text)
        assert mask.to_array().shape == (12, 9)
        assert coco.encode(np.asfortranarray(mask.to_array(), np.uint8))["counts"].decode() == rle.encode(
            rle.runs_of(mask.to_array())
        )


def test_a_large_image_is_not_expanded() -> None:
    runs = np.array([10**9, 5, 4 * 10**9 - 10**9 - 5])
    mask = Mask((40_000, 100_000), rle.encode(runs))
    assert mask.measure() == 5
    assert mask.bounds() == (25_000, 0, 25_001, 5)


@pytest.mark.parametrize(
    ("size", "counts", "words"),
    [
        ((4, 5), Mask.from_array(np.eye(4, dtype=bool)).counts, "16 pixels, not 20"),
        ((4, 4), "", "run-length text"),
        ((4, 4), "\N{SNOWMAN}", "run-length text"),
        ((4, 4), None, "run-length text"),
        ((4, 4), "P" * 200, "run-length text"),
        ((4, 4), "o", "run-length text"),
        ((4, 4), rle.encode(np.array([16])), "at least one pixel"),
        # Numbers that make sums of 64 bits wrap around to the right one.
        ((2, 2), rle.encode(np.array([2**58] * 64 + [4])), "run-length text"),
        (
            (2, 2),
            rle.encode(np.array([2**61, 2**61, 2**61, 2**61, 2**61, 2**61, 2**61, 2**61, 4])),
            "run-length text",
        ),
        ((2**17, 2**17), "0", "as COCO's text can hold"),
        ((0, 4), "0", "(height, width)"),
        ((4.0, 4), "0", "(height, width)"),
        ((True, 4), "0", "(height, width)"),
        ("44", "0", "(height, width)"),
        ((4, 4, 1), "0", "(height, width)"),
    ],
)
def test_what_is_no_mask_is_said_in_words(size: object, counts: object, words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Mask(size, counts)
    assert words in str(caught.value)


@pytest.mark.parametrize("array", [np.zeros((3, 3)), np.zeros(4), np.zeros((0, 3)), np.ones((2, 2, 2)), 7])
def test_an_array_that_is_none(array: object) -> None:
    with pytest.raises(InvalidValue):
        Mask.from_array(array)
