"""Any mix of shapes: what is declared, and the form in the project's JSON."""

from __future__ import annotations

import json

import pytest

from ipyannotator import Attribute, Box, InvalidValue, ObjectClass, OutputImageShapes, SkeletonTemplate, Whole
from ipyannotator.errors import FormatError
from ipyannotator.model import ClassRecord, ObjectRecord, Schema, UnknownShape, decode_shape

SEEN = Attribute("seen", "flag", default=True)
SCHEMA = Schema([ClassRecord(id="1", name="car")])


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"shapes": []}, "at least one"),
        ({"shapes": ["poligon"]}, "Did you mean 'polygon'"),
        ({"shapes": "box"}, "list"),
        ({"classes": "car"}, "list of names"),
        ({"classes": ["car", ObjectClass("car")]}, "Twice: car"),
        ({"classes": [3]}, "class name"),
        ({"classes": [ObjectClass("a", key="x"), ObjectClass("b", key="x")]}, "that of 'a'"),
        ({"classes": [ObjectClass("a", shapes=["mask"])]}, "on offer: box, polygon"),
        ({"classes": [ObjectClass("a", attributes=[SEEN])], "attributes": [SEEN]}, "Twice: seen"),
        ({"classes": ["a"], "shapes": ["skeleton"]}, "skeleton=SkeletonTemplate"),
        ({"attributes": ["seen"]}, "Attribute"),
        ({"classes": [{"name": "a", "colour": "red"}]}, "Did you mean `color`"),
        ({"clases": ["a"]}, "Did you mean `classes`"),
    ],
)
def test_a_wrong_declaration_is_told(values, match):
    with pytest.raises((InvalidValue, TypeError), match=match):
        OutputImageShapes(**values)


def test_a_class_has_what_all_have_and_its_own():
    person = ObjectClass("person", skeleton=SkeletonTemplate(["head"]), attributes=[Attribute("name")])
    output = OutputImageShapes(
        ["box", "skeleton", "whole"], ["car", person, ObjectClass("sky", shapes=["whole"])], [SEEN]
    )
    car, someone, sky = output.offered(lambda _: None) or ()
    assert car.shapes == ("box",)
    assert someone.shapes == ("box", "skeleton")
    assert [each.name for each in someone.attributes] == ["seen", "name"]
    assert (sky.shapes, sky.attributes) == (("whole",), (SEEN,))
    assert output.unclassed.shapes == ("box",)
    assert output.declared("new").attributes == (SEEN,)
    assert OutputImageShapes().offered(lambda _: None) is None
    (plain,) = OutputImageShapes(["box", "whole"], ["car"]).offered(lambda _: None) or ()
    assert plain.shapes == ("box", "whole")  # nobody says that it alone is of the whole image


def record(shape, **values) -> ObjectRecord:
    return ObjectRecord(id="o", item="i", shape=shape, **values)


@pytest.mark.parametrize(
    "made",
    [
        record(Box(1, 2.5, 3, 4, 30), class_id="1"),
        record(Whole(), class_id="1"),
        record(
            Box(1, 2, 3, 4), attributes={"seen": False, "n": 0, "t": "", "c": ["a"], "mine": {"x": [1, None]}}
        ),
        record(Box(1, 2, 3, 4), score=0.5, track="7", origin="model", class_id="1"),
        record(UnknownShape("blob", {"kind": "blob", "r": [1, 2]}), class_id="1"),
    ],
)
def test_nothing_is_lost_there_and_back(made):
    output = OutputImageShapes()
    value = json.loads(json.dumps(output.to_value([made], [], SCHEMA)))
    (found,) = output.from_value(value).objects
    assert found["shape"] == made.shape
    assert found["label"] == SCHEMA.name(made.class_id)
    assert found.get("attributes", {}) == made.attributes
    assert (found.get("score"), found.get("track")) == (made.score, made.track)
    assert found.get("origin", "human") == made.origin
    again = record(**{"class_id": made.class_id, **{k: v for k, v in found.items() if k != "label"}})
    assert output.to_value([again], [], SCHEMA) == value


KINDS = [
    {"kind": "polygon", "points": [[0, 0], [9.5, 0], [9, 9]], "holes": [[[2, 2], [3, 2], [3, 3]]]},
    {"kind": "polyline", "points": [[0, 0], [9.5, 0]]},
    {"kind": "points", "points": [[1, 2.5]]},
    {"kind": "skeleton", "joints": [[1, 2.5, 2], [3, 4, 1], [0, 0, 0]]},
    {"kind": "ellipse", "cx": 9, "cy": 8.5, "rx": 3, "ry": 3, "angle": 0},
    {"kind": "mask", "size": [2, 3], "counts": "132"},
]


@pytest.mark.parametrize("data", KINDS, ids=lambda data: data["kind"])
def test_every_kind_there_and_back(data):
    made = record(decode_shape(data), class_id="1")
    value = json.loads(json.dumps(OutputImageShapes().to_value([made], [], SCHEMA)))
    assert value["objects"][0]["shape"] == data
    assert OutputImageShapes().from_value(value).objects[0]["shape"] == made.shape


def test_whole_numbers_are_integers_and_a_mark_is_not_written():
    value = OutputImageShapes().to_value(
        [record(Box(1.0, 2.5, 3, 4), attributes={"review": "wrong"})], [], SCHEMA
    )
    assert json.dumps(value) == (
        '{"objects": [{"shape": {"x": 1, "y": 2.5, "width": 3, "height": 4, "angle": 0, "kind": "box"}, "label": null}]}'
    )


BOX = {"kind": "box", "x": 1, "y": 2, "width": 3, "height": 4}


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ([], "objects"),
        ({"bbox": [], "labels": []}, "objects"),
        ({"objects": {}}, "objects"),
        ({"objects": [3]}, "not an object"),
        ({"objects": [{"label": "car"}]}, "not an object"),
        ({"objects": [{"shape": {"kind": "box", "x": 1}}]}, "cannot be read"),
        ({"objects": [{"shape": {**BOX, "width": -1}}]}, "more than 0"),
        ({"objects": [{"shape": BOX, "label": 3}]}, "label is 3"),
        ({"objects": [{"shape": BOX, "attributes": [1]}]}, "attributes is"),
        ({"objects": [{"shape": BOX, "score": "high"}]}, "score is 'high'"),
        ({"objects": [{"shape": BOX, "origin": "ann"}]}, "origin is 'ann'"),
        ({"objects": [{"shape": BOX, "atributes": {}}]}, "'atributes', expected of an object"),
    ],
)
def test_a_value_that_is_none_is_told(value, match):
    with pytest.raises(FormatError, match=match):
        OutputImageShapes().from_value(value)
