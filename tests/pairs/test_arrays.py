"""What is on screen as arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ipyannotator import Box


def test_the_item_on_screen_as_arrays(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.current.extend([Box(1, 2, 30, 10), Box(20, 5, 20, 20)], ["car", "bus"])
    found = a.arrays()
    assert found.boxes.tolist() == [[1, 2, 31, 12], [20, 5, 40, 25]]
    assert found.numbers.tolist() == [1, 2]
    assert found.labels.shape == found.instances.shape[1:]
    assert found.labels[3, 2] == 1
    assert found.labels[8, 25] == 2, "the topmost one"
    assert int(found.instances[0].sum()) == 300
    assert np.array_equal(a.arrays(a.item).labels, found.labels)
    other = next(key for key in a.annotations if key != a.item)
    assert a.arrays(other).boxes.shape == (0, 4)
