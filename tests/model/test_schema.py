"""The schema: names, order, colours."""

import colorsys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipyannotator.errors import InvalidValue, UnknownClass
from ipyannotator.model import ClassRecord, Schema, perform
from ipyannotator.model.schema import OKABE_ITO, color


def applied(schema, ops):
    """Return the schema after some operations."""
    known = {record.id: record for record in schema}
    known.update((ref.id, pair[1]) for ref, pair in perform(ops, lambda ref: known.get(ref.id)).items())
    return Schema(known.values())


def names(schema):
    return [record.name for record in schema.active]


lists = st.lists(st.sampled_from(["car", "dog", "cat", "Bus", " x ", "ü"]), max_size=6)


@given(lists, lists)
def test_declaring_makes_exactly_these_the_offer_in_this_order(first, second):
    schema = applied(Schema(), Schema().declare(first))
    assert names(schema) == list(dict.fromkeys(first))
    ids = {record.name: record.id for record in schema}
    later = applied(schema, schema.declare(second))
    assert names(later) == list(dict.fromkeys(second))
    assert {record.name: record.id for record in later}.items() >= ids.items()
    assert later.declare(second) == ()


def test_a_rename_keeps_what_a_class_is():
    car = ClassRecord(id="1", name="car")
    schema = Schema([car])
    assert (schema.find("car"), schema.by_id("1"), schema.find("dog"), schema.by_id(None)) == (
        car,
        car,
        None,
        None,
    )
    assert (schema.name("1"), schema.name(None), schema.name("gone")) == ("car", None, "gone")
    assert (schema.id_of("car"), schema.id_of(None)) == ("1", None)
    with pytest.raises(UnknownClass, match=r"'bike'.*'car'"):
        schema.id_of("bike")


def test_the_class_on_offer_is_found_before_a_retired_one():
    schema = Schema([ClassRecord(id="1", name="car", retired=True), ClassRecord(id="2", name="car", order=1)])
    assert schema.id_of("car") == "2"
    assert len(schema) == 2
    assert names(schema) == ["car"]


@pytest.mark.parametrize("name", ["", "  ", None, 3])
def test_names_that_are_none(name):
    with pytest.raises(InvalidValue, match="class name"):
        Schema().declare([name])


def test_digit_keys_and_colours():
    schema = applied(Schema(), Schema().declare([f"c{n}" for n in range(12)]))
    assert [record.key for record in schema] == [*"123456789", "", "", ""]
    assert [record.color for record in schema][:8] == list(OKABE_ITO)


def test_colours_never_repeat_and_are_neither_black_nor_white():
    colors = [color(n) for n in range(300)]
    assert len(set(colors)) == len(colors)
    for value in colors:
        red, green, blue = (int(value[n : n + 2], 16) / 255 for n in (1, 3, 5))
        assert 0.2 < colorsys.rgb_to_hls(red, green, blue)[1] < 0.8
