"""What is declared of classes is seen to in every change, and takes nothing away that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipyannotator import Attribute, Box, InvalidValue, ObjectClass, OutputImageShapes, SkeletonTemplate, Whole
from ipyannotator.editor import Editor
from ipyannotator.editor.checking import Missing, missing, requires
from ipyannotator.model import Author, Change, Op, decode_shape, new_id
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore

COLOUR = Attribute("colour", "choice", choices=("red", "blue"), default="red")
SPEED = Attribute("speed", "number", min=0, max=9)
NOTE = Attribute("note", required=True)


def shapes(**changed) -> OutputImageShapes:
    car = ObjectClass("car", shapes=("box",), attributes=(changed.get("colour", COLOUR), SPEED))
    return OutputImageShapes(["box", "rotated_box", "whole"], [car, "bus"], [NOTE])


@pytest.fixture
def make(tmp_path: Path, photos: Path) -> Iterator[Callable[..., Editor]]:
    opened: list[Editor] = []

    def open_editor(output: OutputImageShapes | None = None) -> Editor:
        output = output or shapes()
        editor = Editor(SqlStore(tmp_path / "results"), ImageSource(photos), output, author=Author("ann"))
        opened.append(editor)
        editor.declare(output.offered(lambda _: None) or ())
        return editor

    yield open_editor
    for editor in opened:
        editor.close()


@pytest.fixture
def view(make):
    editor = make()
    return editor.view(editor.key)


@pytest.mark.parametrize(
    ("attributes", "match"),
    [
        ({"colour": "green"}, "'green', expected one of: 'red', 'blue'"),
        ({"colour": True}, "one of: 'red', 'blue'"),
        ({"speed": 10}, "from 0 to 9"),
        ({"speed": "fast"}, "a number"),
        ({"speed": float("nan")}, "a number"),
        ({"note": 3}, "a text"),
    ],
)
def test_an_attribute_of_the_wrong_type_is_refused_and_nothing_is_written(view, attributes, match):
    with pytest.raises(InvalidValue, match=match):
        view.add(Box(1, 1, 5, 5), "car", attributes=attributes)
    assert len(view) == 0
    car = view.add(Box(1, 1, 5, 5), "car", attributes={"speed": 3})
    with pytest.raises(InvalidValue, match=match):
        car.attributes = attributes
    assert car.attributes == {"colour": "red", "speed": 3}


def test_a_shape_that_the_class_does_not_take_is_refused(view):
    for shape in (Box(1, 1, 5, 5, 30), Whole()):
        with pytest.raises(InvalidValue, match=r"'car': its shape is .* expected one of: box"):
            view.add(shape, "car")
    car, bus = view.add(Box(1, 1, 5, 5), "car"), view.add(Box(1, 1, 5, 5, 30), "bus")
    with pytest.raises(InvalidValue, match="its shape"):
        car.shape = Box(1, 1, 5, 5, 30)
    with pytest.raises(InvalidValue, match="box at an angle"):
        bus.label = "car"
    assert (view.labels, car.shape) == (["car", "bus"], Box(1, 1, 5, 5))


def test_a_skeleton_has_the_joints_of_its_template(make):
    person = ObjectClass("person", shapes=["skeleton"], skeleton=SkeletonTemplate(["head", "foot"]))
    editor = make(OutputImageShapes(["skeleton", "polygon"], [person]))
    view = editor.view(editor.key)
    joints = [[1, 2, 2], [3, 4, 1], [0, 0, 0]]
    with pytest.raises(InvalidValue, match="joints of the skeleton is 3, expected 2"):
        view.add(decode_shape({"kind": "skeleton", "joints": joints}), "person")
    view.add(decode_shape({"kind": "skeleton", "joints": joints[:2]}), "person")
    with pytest.raises(InvalidValue, match="expected one of: skeleton"):
        view.add(decode_shape({"kind": "polygon", "points": [[0, 0], [5, 0], [5, 5]]}), "person")
    assert view.labels == ["person"]


def test_objects_without_a_class_have_what_all_have(view):
    with pytest.raises(InvalidValue, match="a text"):
        view.add(Box(1, 1, 5, 5), attributes={"note": 3})
    assert view.add(Box(1, 1, 5, 5), attributes={"colour": 7}).attributes == {"colour": 7}


def test_defaults_are_given_to_what_a_person_adds(make):
    editor = make()
    view = editor.view(editor.key)
    assert view.add(Box(1, 1, 5, 5), "car").attributes == {"colour": "red"}
    assert view.add(Box(1, 1, 5, 5), "car", attributes={"colour": "blue"}).attributes == {"colour": "blue"}
    assert view.add(Box(1, 1, 5, 5), "car", origin="model").attributes == {}
    record = {"id": "o", "item": view.key, "shape": {"kind": "box", "x": 1, "y": 1, "width": 2, "height": 2}}
    op = Op("create", "object", "o", view.key, new={**record, "class_id": editor.schema.id_of("car")})
    answer = editor.apply(Change(id=new_id(), task=editor.task, ops=(op,), item=view.key))
    assert answer.status == "amended"  # so the page hears of it
    given = msg_of(answer.change)
    assert given["attributes"] == {"colour": "red"}


def msg_of(change: Change | None):
    assert change is not None
    return change.ops[0].new


def test_undo_of_a_deletion_brings_back_what_was_there_not_what_is_default_now(view):
    car = view.add(Box(1, 1, 5, 5), "car", origin="model")
    car.delete()
    view._editor.undo()
    assert [each.attributes for each in view.objects] == [{}]


def test_another_class_keeps_the_values_that_it_does_not_know(view):
    car = view.add(Box(1, 1, 5, 5), "car", attributes={"speed": 3})
    car.label = "bus"
    assert car.attributes == {"colour": "red", "speed": 3}


def test_a_declaration_that_has_changed_makes_nothing_impossible(make):
    editor = make()
    view = editor.view(editor.key)
    car = view.add(Box(1, 1, 5, 5), "car", attributes={"colour": "blue"})
    bus = view.add(Box(1, 1, 5, 5), "bus")
    bus.delete()
    editor.close()
    green = Attribute("colour", "choice", choices=("green",), required=True)
    later = make(shapes(colour=green))
    view = later.view(later.key)
    car = view[car.id]
    assert car.attributes == {"colour": "blue"}
    car.shape = Box(2, 2, 5, 5)
    car.attributes = {**car.attributes, "speed": 1}
    with pytest.raises(InvalidValue, match="green"):
        car.attributes = {"colour": "red"}
    later.undo()
    later.undo()
    later.undo()
    assert sorted(view.labels) == ["bus", "car"]


def test_a_class_that_is_gone_stays_on_its_objects_which_can_be_edited(make):
    editor = make()
    bus = editor.view(editor.key).add(Box(1, 1, 5, 5), "bus")
    editor.declare(["car"])
    view = editor.view(editor.key)
    assert view.labels == ["bus"]
    assert editor.schema.find("bus").retired
    bus.shape = Box(2, 2, 5, 5)
    assert missing([bus.record], editor.schema) == []


def test_what_files_bring_in_is_kept(view):
    made = view.add(Box(1, 1, 5, 5, 30), "car", attributes={"colour": "green", "speed": "?"}, origin="import")
    assert made.attributes == {"colour": "green", "speed": "?"}


def test_required_attributes_are_told_not_refused(view):
    schema = view._editor.schema
    car = view.add(Box(1, 1, 5, 5), "car")
    loose = view.add(Box(1, 1, 5, 5))
    told = missing([each.record for each in view.objects], schema)
    assert told == [Missing(car.id, "car", ("note",)), Missing(loose.id, None, ("note",))]
    car.attributes = {**car.attributes, "note": "x"}
    loose.delete()
    assert missing([each.record for each in view.objects], schema) == []
    assert requires(schema)
    assert not requires(type(schema)([]))


def test_ten_thousand_at_once_are_checked_and_one_wrong_one_refuses_all(view):
    boxes = [Box(at % 50, at // 250, 2, 2) for at in range(10_000)]
    values: list[dict[str, object]] = [{"speed": at % 9} for at in range(10_000)]
    with pytest.raises(InvalidValue, match="99"):
        view.extend(boxes, ["car"] * 10_000, attributes=[*values[:-1], {"speed": 99}])
    assert len(view) == 0
    view.extend(boxes, ["car"] * 10_000, attributes=values)
    assert len(view) == 10_000
