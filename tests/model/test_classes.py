"""What is declared of classes: attributes, colours, keys, skeletons; and how the schema keeps it."""

from __future__ import annotations

import pytest

from ipyannotator.errors import InvalidValue
from ipyannotator.model import (
    Attribute,
    Box,
    ClassRecord,
    ObjectClass,
    Schema,
    SkeletonTemplate,
    Whole,
    perform,
)
from ipyannotator.model.classes import takes

COLOUR = Attribute("colour", "choice", choices=["red", "blue"], default="red")
PERSON = SkeletonTemplate(
    ["head", "left", "right"], [("head", "left"), ("head", "right")], [(0.5, 0), (0, 1), (1, 1)]
)


def applied(schema, ops):
    known = {record.id: record for record in schema}
    known.update((ref.id, pair[1]) for ref, pair in perform(ops, lambda ref: known.get(ref.id)).items())
    return Schema(known.values())


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"name": " "}, "name"),
        ({"name": "a/b"}, "'/'"),
        ({"name": "review"}, "of its own"),
        ({"name": "more_labels"}, "of its own"),
        ({"name": "x", "type": "colour"}, "choice, choices, number, text, flag"),
        ({"name": "x", "type": "choice"}, "at least one"),
        ({"name": "x", "type": "choice", "choices": "red"}, "list of texts"),
        ({"name": "x", "type": "choice", "choices": ["a", "a"]}, "once"),
        ({"name": "x", "type": "choice", "choices": ["a", 1]}, "texts"),
        ({"name": "x", "type": "text", "choices": ["a"]}, "type='choice'"),
        (
            {"name": "x", "type": "choice", "choices": ["a"], "default": "b"},
            "default is 'b', expected one of: 'a'",
        ),
        ({"name": "x", "type": "choices", "choices": ["a"], "default": "a"}, "a list"),
        ({"name": "x", "type": "flag", "default": "yes"}, "True or False"),
        ({"name": "x", "type": "flag", "required": 1}, "True or False"),
        ({"name": "x", "type": "number", "default": True}, "a number"),
        ({"name": "x", "type": "number", "min": 5, "max": 1}, "at most max"),
        ({"name": "x", "type": "number", "min": float("nan")}, "finite"),
        ({"name": "x", "type": "number", "step": 0}, "more than 0"),
        ({"name": "x", "type": "number", "min": 0, "max": 9, "default": 10}, "from 0 to 9"),
        ({"name": "x", "type": "text", "max": 9}, "None"),
        ({"name": "x", "choises": ["a"]}, "Did you mean `choices`"),
    ],
)
def test_an_attribute_that_is_none_is_refused(values, match):
    with pytest.raises((InvalidValue, TypeError), match=match):
        Attribute(**values)


@pytest.mark.parametrize(
    ("attribute", "right", "wrong"),
    [
        (COLOUR, ["red", "blue", None], ["green", 1, ["red"], True, ""]),
        (
            Attribute("c", "choices", choices=("a", "b")),
            [[], ["b"], ["b", "a"]],
            ["a", ["c"], ["a", "a"], [1], {}],
        ),
        (
            Attribute("n", "number", min=0, max=1, step=0.1),
            [0, 0.3, 1, 0.7],
            [-0.1, 1.1, 0.25, True, "1", float("nan")],
        ),
        (Attribute("n", "number", max=5), [-1e9, 5], [5.1, float("inf"), "5"]),
        (Attribute("t"), ["", "x"], [1, ["x"], False]),
        (Attribute("f", "flag"), [True, False], [0, 1, "yes", []]),
    ],
)
def test_values_are_checked_by_type_choices_and_range(attribute, right, wrong):
    for value in right:
        assert attribute.check(value) == value
    for value in wrong:
        with pytest.raises(InvalidValue, match="expected"):
            attribute.check(value)


def test_what_is_required_is_missing_where_it_is_empty_but_no_is_an_answer():
    flag, text = Attribute("f", "flag", required=True), Attribute("t", required=True)
    assert [flag.is_missing(value) for value in (None, False)] == [True, False]
    assert [text.is_missing(value) for value in (None, "", "x")] == [True, True, False]
    assert not Attribute("t").is_missing(None)


def test_the_json_form_is_read_as_it_was():
    for each in (COLOUR, Attribute("n", "number", default=0, min=0, required=True), Attribute("t")):
        assert Attribute(**each.data()) == each
    assert Attribute("t").data() == {"name": "t"}
    assert SkeletonTemplate(**PERSON.data()) == PERSON


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"joints": []}, "names"),
        ({"joints": "head"}, "list"),
        ({"joints": ["a", "a"]}, "once"),
        ({"joints": ["a", "b"], "edges": [("a", "c")]}, "one of|ones of: a, b"),
        ({"joints": ["a", "b"], "edges": [(0, 1)]}, "ones of: a, b"),
        ({"joints": ["a", "b"], "edges": [("a", "a")]}, "different"),
        ({"joints": ["a", "b"], "edges": ["ab"]}, "pairs"),
        ({"joints": ["a", "b"], "layout": [(0, 0)]}, "each of the 2"),
        ({"joints": ["a"], "layout": [(0, 2)]}, "from 0 to 1"),
        ({"joints": ["a"], "layout": [(0,)]}, "pairs"),
    ],
)
def test_a_skeleton_that_is_none_is_refused(values, match):
    with pytest.raises(InvalidValue, match=match):
        SkeletonTemplate(**values)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"name": ""}, "class name"),
        ({"name": "car", "color": "redd"}, "colour"),
        ({"name": "car", "color": 3}, "colour"),
        ({"name": "car", "shapes": ["boxx"]}, "Did you mean 'box'"),
        ({"name": "car", "shapes": ["box", "box"]}, "once"),
        ({"name": "car", "shapes": "box"}, "list"),
        ({"name": "car", "shapes": ["skeleton"]}, "SkeletonTemplate"),
        ({"name": "car", "skeleton": ["a"]}, "SkeletonTemplate"),
        ({"name": "car", "attributes": ["colour"]}, "Attribute"),
        ({"name": "car", "attributes": [COLOUR, COLOUR]}, "Twice: colour"),
        ({"name": "car", "key": " "}, "key"),
        ({"name": "car", "colour": "red"}, "Did you mean `color`"),
    ],
)
def test_a_class_that_is_none_is_refused(values, match):
    with pytest.raises((InvalidValue, TypeError), match=match):
        ObjectClass(**values)


def test_colours_have_one_form():
    assert [ObjectClass("a", color=c).color for c in ("#D55E00", "#f00", "orange", "")] == [
        "#d55e00", "#ff0000", "#ffa500", "",
    ]  # fmt: skip


def test_an_upright_box_and_a_turned_one():
    upright, turned = Box(0, 0, 4, 2), Box(0, 0, 4, 2, 30)
    table = {
        (): (True, True),
        ("box",): (True, False),
        ("rotated_box",): (True, True),
        ("polygon",): (False, False),
    }
    assert {kinds: (takes(kinds, upright), takes(kinds, turned)) for kinds in table} == table
    assert (takes(["whole"], Whole()), takes(["box"], Whole())) == (True, False)


def test_what_is_declared_is_kept_in_the_schema_and_declaring_it_again_does_nothing():
    car = ObjectClass("car", "#112233", "c", ("box",), (COLOUR,))
    person = ObjectClass("person", shapes=("skeleton",), skeleton=PERSON)
    schema = applied(Schema(), Schema().declare([car, "bus", person]))
    record = schema.find("car")
    assert (record.color, record.key, record.shapes) == ("#112233", "c", ("box",))
    assert [Attribute(**each) for each in record.attributes] == [COLOUR]
    assert SkeletonTemplate(**schema.find("person").skeleton) == PERSON
    assert [each.key for each in schema] == ["c", "2", "3"]
    assert schema.declare([car, "bus", person]) == ()


def test_a_name_alone_touches_nothing_and_a_declaration_only_what_it_says():
    car = ObjectClass("car", "#112233", "c", ("box",), (COLOUR,))
    schema = applied(Schema(), Schema().declare([car]))
    assert schema.declare(["car"]) == ()
    later = applied(schema, schema.declare([ObjectClass("car")]))
    record = later.find("car")
    assert (record.id, record.color, record.key) == (schema.find("car").id, "#112233", "c")
    assert (record.shapes, record.attributes, record.skeleton) == ((), (), None)


def test_a_digit_that_is_declared_is_given_to_nobody_else():
    schema = applied(Schema(), Schema().declare(["a", "b", ObjectClass("c", key="1")]))
    assert [record.key for record in schema] == ["", "2", "1"]


def test_a_key_that_somebody_chose_goes_to_the_class_that_declares_it():
    schema = Schema(
        [ClassRecord(id="1", name="a", key="x", order=1), ClassRecord(id="2", name="b", key="y", order=2)]
    )
    later = applied(schema, schema.declare(["a", ObjectClass("b", key="x")]))
    assert [record.key for record in later] == ["1", "x"]
