"""How a picture is looked at: checked in Python, asked of the kernel where 8 bits do not do."""

import pytest

from ipyannotator.errors import InvalidValue
from ipyannotator.sources.look import AS_IS, Look
from ipyannotator.widgets.adjusting import look_of, read_adjust


def test_what_changes_nothing_is_left_out():
    assert read_adjust({"brightness": 0, "gamma": 1.0, "window": None, "channels": [], "invert": False}) == {}
    assert read_adjust({"fill": 20, "outline": 60}) == {"outline": 60}
    assert read_adjust({"contrast": -20, "window": (3, 9.5)}) == {"contrast": -20, "window": [3.0, 9.5]}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"brigtness": 3}, "brightness"),
        ({"brightness": 101}, "-100 to 100"),
        ({"contrast": "high"}, "number"),
        ({"gamma": 0}, "0.1 to 10"),
        ({"fill": 120}, "0 to 100"),
        ({"outline": "thick"}, "number"),
        ({"gamma": float("nan")}, "0.1 to 10"),
        ({"invert": 1}, "True or False"),
        ({"names": "no"}, "True or False"),
        ({"window": [5, 1]}, "window"),
        ({"channels": ["red"]}, "#rrggbb"),
        ([], "mapping"),
    ],
)
def test_what_is_no_adjustment_is_refused(value, says):
    with pytest.raises(InvalidValue, match=says):
        read_adjust(value)


def test_the_kernel_does_window_and_channels_only():
    assert look_of({"brightness": 40, "invert": True}) == AS_IS
    assert look_of({"window": [1, 2], "channels": ["#FF0000", ""]}) == Look((1.0, 2.0), ("#ff0000", ""))
