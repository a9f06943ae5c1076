"""Records and shapes, and their JSON form."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipyannotator.errors import InvalidValue
from ipyannotator.model import (
    RECORDS,
    SHAPES,
    STATES,
    Bounds,
    Box,
    ClassRecord,
    FieldRecord,
    ItemRecord,
    ObjectRecord,
    UnknownShape,
    decode,
    decode_shape,
    encode,
    encode_shape,
)

numbers = st.floats(-1e9, 1e9)
boxes = st.builds(Box, numbers, numbers, st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(-720, 720))
texts = st.text()
records = st.one_of(
    st.builds(ItemRecord, id=texts, state=st.sampled_from(STATES), note=texts),
    st.builds(FieldRecord, id=texts, item=texts, value=st.none() | st.booleans() | st.integers() | texts),
    st.builds(ClassRecord, id=texts, name=texts, color=texts, order=st.integers(-9, 9), retired=st.booleans(), shapes=st.just(("box",))),
    st.builds(ObjectRecord, id=texts, item=texts, shape=boxes, class_id=st.none() | texts, part=texts, score=st.none() | st.floats(0, 1)),
)  # fmt: skip


@given(records)
def test_a_record_survives_json(record):
    data = msgspec.json.decode(msgspec.json.encode(encode(record)))
    again = decode(type(record), data)
    assert again == record
    assert encode(again) == encode(record)


@pytest.mark.parametrize("kind", RECORDS.values())
def test_defaults_are_left_out_whatever_object_they_are(kind):
    given_ = {"id": "x", "item": "a", "name": "n", "shape": Box(0, 0, 1, 1)}
    names = {field.name for field in msgspec.structs.fields(kind)}
    record = kind(**{name: value for name, value in given_.items() if name in names})
    # A text that equals the default but is another object, as it comes from a database.
    fresh = {
        field.name: "".join(list(value)) if isinstance(value := getattr(record, field.name), str) else value
        for field in msgspec.structs.fields(kind)
    }
    assert encode(kind(**fresh)) == encode(record)
    assert "revision" not in encode(record)


def test_what_the_store_counts_is_not_part_of_the_form():
    assert encode(ItemRecord(id="a", objects=3, revision=9)) == {"id": "a"}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (ItemRecord, {"id": "a", "state": "started"}),
        (ItemRecord, {"state": "todo"}),
        (ItemRecord, None),
        (ObjectRecord, {"id": "o", "item": "a", "shape": {"x": 1}}),
        (ObjectRecord, {"id": "o", "item": "a", "shape": {"kind": "box", "x": 1}}),
        (ClassRecord, {"id": "c", "name": 3}),
    ],
)
def test_wrong_values_are_refused(kind, data):
    with pytest.raises(InvalidValue, match=kind.__name__):
        decode(kind, data)


def test_a_shape_of_an_unknown_kind_is_kept_as_it_came():
    data = {"kind": "spiral", "turns": [1, {"a": None}]}
    record = decode(ObjectRecord, {"id": "o", "item": "a", "shape": data})
    assert record.shape == UnknownShape("spiral", data)
    assert encode(record)["shape"] == data
    assert encode_shape(record.shape) == data
    assert (record.shape.bounds(), record.shape.measure()) == (Bounds(0, 0, 0, 0), 0)
    assert "spiral" not in SHAPES


@pytest.mark.parametrize(
    "data", [None, [], {"kind": 3}, {}, {"kind": "box", "x": 1, "y": 1, "width": 1, "height": 1, "z": 1}]
)
def test_what_is_no_shape_is_refused(data):
    with pytest.raises(InvalidValue):
        decode_shape(data)


@pytest.mark.parametrize(
    "values",
    [(0, 0, 0, 1), (0, 0, 1, -1), (math.nan, 0, 1, 1), (0, math.inf, 1, 1), ("0", 0, 1, 1), (True, 0, 1, 1)],
)
def test_boxes_that_cannot_be(values):
    with pytest.raises(InvalidValue, match=r"Box\."):
        Box(*values)


@given(boxes)
def test_a_box_and_its_bounds(box):
    assert decode_shape(encode_shape(box)) == box
    bounds = box.bounds()
    turn = math.radians(box.angle)
    corners = [
        (
            box.x + box.width / 2 + u * box.width / 2 * math.cos(turn) - v * box.height / 2 * math.sin(turn),
            box.y + box.height / 2 + u * box.width / 2 * math.sin(turn) + v * box.height / 2 * math.cos(turn),
        )
        for u in (-1, 1)
        for v in (-1, 1)
    ]
    near = 1e-6 * max(1.0, abs(box.x), abs(box.y), box.width, box.height)
    assert bounds.left == pytest.approx(min(x for x, _ in corners), abs=near)
    assert bounds.right == pytest.approx(max(x for x, _ in corners), abs=near)
    assert bounds.top == pytest.approx(min(y for _, y in corners), abs=near)
    assert bounds.bottom == pytest.approx(max(y for _, y in corners), abs=near)
    assert box.measure() == box.width * box.height
