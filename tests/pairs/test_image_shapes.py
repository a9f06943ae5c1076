"""The annotator of any mix of shapes as a user's code sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator import (
    Annotator,
    Attribute,
    Box,
    InputImage,
    InvalidValue,
    ObjectClass,
    Op,
    OutputImageBbox,
    OutputImageShapes,
    Polygon,
    Settings,
    Whole,
)
from ipyannotator.model import UnknownShape
from ipyannotator.pairs.image_shapes import tools_of
from ipyannotator.widgets.canvas import Canvas

COLOUR = Attribute("colour", "choice", choices=("red", "blue"), default="red")
SPEED = Attribute("speed", "number", min=0, max=9)
NOTE = Attribute("note", required=True)
CLASSES = [
    ObjectClass("night", shapes=["whole"]),
    ObjectClass("car", "orange", "c", ["box"], [COLOUR, SPEED]),
    ObjectClass("bus", shapes=["rotated_box"], attributes=[COLOUR]),
    ObjectClass("sign", shapes=["box"], attributes=[NOTE]),
]
OUTPUT = OutputImageShapes(["box", "rotated_box", "whole"], CLASSES)


@pytest.fixture
def shapes(project: Path, opened: list[Any]) -> Callable[..., Any]:
    def make(output: OutputImageShapes = OUTPUT, step: str = "create", **settings: Any) -> Any:
        values = {"project_path": project, "author": "ann", **settings}
        opened.append(getattr(Annotator(InputImage("photos"), output, Settings(**values)), step)())
        return opened[-1]

    return make


@pytest.mark.parametrize(
    ("kinds", "tools"),
    [
        (["box"], "select box pan"),
        (["polygon", "rotated_box", "box"], "select polygon cut box rotated_box pan"),
        (["mask", "polyline", "points"], "select brush eraser wand polyline points pan"),
        (["whole"], "select pan"),
        (["skeleton", "ellipse"], "select skeleton ellipse pan"),
    ],
)
def test_the_tools_are_those_of_what_is_on_offer(kinds, tools):
    assert tools_of(kinds) == tuple(tools.split())


def test_keys_for_a_kind_of_shape_are_there_where_it_is(shapes):
    keys = shapes(OutputImageShapes(["polygon"], ["cell"])).canvas.keymap
    assert [keys[key] for key in ("c", "j", "Shift+j", "u")] == ["tool:cut", "join", "subtract", "simplify"]
    assert "t" not in keys
    assert not {"join", "tool:cut"} & set(shapes(project_file="other").canvas.keymap.values())


def test_the_screen_offers_what_is_declared(shapes):
    a = shapes()
    assert a.parts.tools.tools == ["select", "box", "rotated_box", "pan"]
    assert a.canvas.tool == "box"
    assert a.canvas.active_class == a.editor.schema.id_of("car")  # the first that can be drawn with
    car = next(each for each in a.canvas.classes if each["name"] == "car")
    assert (car["color"], car["key"], car["shapes"]) == ("#ffa500", "c", ["box"])
    assert car["attributes"] == [COLOUR.data(), SPEED.data()]
    assert a.canvas.keymap["c"] == f"class:{car['id']}"
    a.keymap["c"] = "skip"  # what somebody sets goes before
    assert a.canvas.keymap["c"] == "skip"
    explored = shapes(step="explore")
    assert explored.parts.tools.tools == ["pan"]


def test_a_plain_output_sends_nothing_of_rules(create: Callable[..., Any]):
    a = create(["car"])
    assert set(a.canvas.classes[0]) == {"id", "name", "color", "key", "order", "retired"}


def test_an_attribute_is_edited_in_one_change_and_one_undo(shapes):
    a = shapes()
    car = a.current.add(Box(10, 20, 30, 40), "car")
    a.editor.select([car.id])
    fields = a.view.fields
    assert list(fields.attributes.controls) == ["colour", "speed"]
    fields.attributes.controls["speed"].widget.value = "4"
    assert car.attributes == {"colour": "red", "speed": 4}
    fields.numbers["width"].value = 50
    a.undo()
    assert (car.shape.width, car.attributes["speed"]) == (30, 4)
    a.undo()
    assert car.attributes == {"colour": "red"}
    assert fields.attributes.controls["speed"].widget.value == ""


def test_what_is_typed_wrong_is_said_and_taken_back(shapes, said):
    a = shapes()
    car = a.current.add(Box(10, 20, 30, 40), "car", attributes={"speed": 3})
    a.editor.select([car.id])
    speed = a.view.fields.attributes.controls["speed"].widget
    for typed in ("99", "fast"):
        speed.value = typed
        assert (speed.value, car.attributes["speed"]) == ("3", 3)
    assert "99, expected a number from 0 to 9" in said[0]
    assert "'fast', expected a number" in said[1]


def test_several_of_a_class_are_set_at_once(shapes):
    a = shapes()
    cars = [a.current.add(Box(1, 1, 5, 5), "car", attributes={"speed": n}) for n in (1, 2)]
    bus = a.current.add(Box(1, 1, 5, 5), "bus")
    a.editor.select([car.id for car in cars])
    fields = a.view.fields
    assert fields.attributes.controls["speed"].widget.placeholder == "mixed"
    assert fields.attributes.controls["colour"].widget.value == "red"
    fields.attributes.controls["speed"].widget.value = "7"
    assert [car.attributes["speed"] for car in cars] == [7, 7]
    a.undo()
    assert [car.attributes["speed"] for car in cars] == [1, 2]
    a.editor.select([cars[0].id, bus.id])
    assert (fields.attributes.controls, fields.class_id.value) == ({}, None)


def test_another_class_gives_its_defaults_in_the_same_change(shapes):
    a = shapes()
    sign = a.current.add(Box(1, 1, 5, 5), "sign", attributes={"note": "x"})
    sign.label = "car"
    assert sign.attributes == {"note": "x", "colour": "red"}
    a.undo()
    assert (sign.label, sign.attributes) == ("sign", {"note": "x"})


def test_the_angle_is_there_where_boxes_may_be_turned(shapes):
    a = shapes()
    bus = a.current.add(Box(10, 20, 30, 40), "bus")
    a.editor.select([bus.id])
    a.view.fields.numbers["angle"].value = 30
    assert bus.shape == Box(10, 20, 30, 40, 30)
    b = shapes(OutputImageShapes(["box"], ["car"]), result_dir="other")
    b.editor.select([b.current.add(Box(10, 20, 30, 40), "car").id])
    assert b.view.fields.numbers["angle"].layout.display == "none"


def test_a_shape_of_a_kind_that_nobody_knows_here_is_shown_and_can_be_deleted(shapes):
    a = shapes()
    blob = a.current.add(UnknownShape("blob", {"kind": "blob", "r": 3}), None, origin="import")
    a.editor.select([blob.id])
    assert a.view.fields.facts.value == "blob"
    a.act("delete")
    assert len(a.current) == 0


def test_labels_of_the_whole_image_stand_beside_objects(shapes):
    a = shapes()
    night = a.editor.schema.id_of("night")
    assert list(a.view.labels.buttons) == [night]
    a.view.labels.buttons[night].value = True
    assert [(each.label, each.shape) for each in a.current.objects] == [("night", Whole())]
    assert a.view.labels.buttons[night].value is True
    a.undo()
    assert (len(a.current), a.view.labels.buttons[night].value) == (0, False)
    a.redo()
    a.index = 1
    assert a.view.labels.buttons[night].value is False
    a.index = 0
    a.view.labels.buttons[night].value = False
    assert len(a.current) == 0


def test_done_says_what_is_missing_and_the_item_stays(shapes, said):
    a = shapes()
    sign = a.current.add(Box(1, 1, 5, 5), "sign")
    a.act("done")
    assert said == ["Not done yet: note of sign must be given. What lacks it is selected."]
    assert (a.index, a.current.state, a.editor.selection) == (0, "in_progress", (sign.id,))
    a.settings.done_on_next = True
    a.act("next")
    assert (a.index, a.annotations["0.jpg"].state) == (1, "in_progress")
    a.index = 0
    sign.attributes = {"note": "stop"}
    a.act("done")
    assert a.annotations["0.jpg"].state == "done"


def test_an_edit_from_the_page_that_does_not_fit_is_rejected_with_the_reason(
    shapes, monkeypatch: pytest.MonkeyPatch
):
    a = shapes()
    told: list[Any] = []
    monkeypatch.setattr(Canvas, "_tell", lambda self, content, buffers=None: told.append(content))
    car = a.current.add(Box(1, 1, 5, 5), "car")
    address = {"action": "set", "record": "object", "id": car.id, "item": "0.jpg"}
    box = {"kind": "box", "x": 1, "y": 1, "width": 5, "height": 5, "angle": 0}
    wrong: list[tuple[str, Any, Any, str]] = [
        ("attributes/colour", "red", "green", "'green', expected one of: 'red', 'blue'"),
        ("attributes/speed", None, "fast", "expected a number from 0 to 9"),
        ("shape", box, {**box, "angle": 30}, "box at an angle"),
        ("class_id", car.record.class_id, a.editor.schema.id_of("night"), "'night': its shape is 'box'"),
        ("class_id", car.record.class_id, "gone", "the id of a class"),
    ]
    for at, (path, old, new, reason) in enumerate(wrong):
        op = {**address, "path": path, "old": old, "new": new}
        change = {
            "id": f"c{at}",
            "task": "shapes",
            "item": "0.jpg",
            "ops": [op],
            "origin": "human",
            "time": 1,
        }
        a.canvas.receive({"v": 1, "type": "change", "seq": at, "change": change, "selected": []})
        answer = next(each for each in told if each.get("id") == f"c{at}")
        assert answer["status"] == "rejected"
        assert reason in answer["reason"]
    assert (car.shape, car.attributes, car.label) == (Box(1, 1, 5, 5), {"colour": "red"}, "car")


def test_a_class_that_is_gone_is_kept_and_shown_as_retired(shapes):
    a = shapes()
    bus = a.current.add(Box(1, 1, 5, 5), "bus", attributes={"colour": "blue"})
    a.close()
    b = shapes(OutputImageShapes(["box"], ["car"]))
    assert (b.classes, b.current.labels) == (["car"], ["bus"])
    b.editor.select([bus.id])
    assert b.view.fields.class_id.value == b.editor.schema.id_of("bus")
    assert b.view.fields.class_id.label == "bus (retired)"
    assert b.view.fields.attributes.controls["colour"].widget.value == "blue"
    with pytest.raises(InvalidValue, match="'car'"):
        b.current.add(Box(1, 1, 5, 5), "lorry")


def test_nobody_draws_on_in_a_class_that_is_not_offered_any_more(shapes, said):
    a = shapes()
    a.canvas.active_class = bus = a.editor.schema.id_of("bus")
    a.editor.do([Op("set", "class", bus, path="retired", old=False, new=True)])
    assert a.canvas.active_class == a.editor.schema.id_of("car")
    assert said == ["“bus” is not offered any more. Drawing goes on with “car”."]


def test_the_json_is_read_as_it_was_written_and_merges_by_all_that_it_holds(shapes, project: Path):
    a = shapes()
    a.current.add(Box(1, 2, 30, 40), "car", attributes={"speed": 3})
    a.current.add(Box(5, 5, 5, 5), "car", score=0.5, origin="model")
    a.current.add(Whole(), "night")
    path = Path(a.save())
    written = json.loads(path.read_text())
    a.close()
    (project / "third").mkdir()
    (project / "third" / "annotations.json").write_text(path.read_text())
    c = shapes(result_dir="third")
    assert c.to_dict() == written
    view = c.annotations["0.jpg"]
    assert [each.origin for each in view.objects] == ["import", "model", "import"]
    # Somebody changes an attribute in the file, while here another object is moved.
    value = next(each for each in written.values() if each)
    value["objects"][0]["attributes"]["speed"] = 9
    Path(c.save())
    (project / "third" / "annotations.json").write_text(json.dumps(written))
    view.objects[1].shape = Box(6, 6, 5, 5)
    assert c.merge() == {"items": 1, "added": 1, "removed": 1, "kept": 0}
    boxes = [each for each in view.objects if each.shape != Whole()]
    assert sorted((each.shape.x, each.attributes.get("speed", 0)) for each in boxes) == [(1, 9), (6, 0)]
    assert c.merge() == {"items": 0, "added": 0, "removed": 0, "kept": 1}  # it is in already


def test_two_outputs_on_one_folder_do_not_touch_each_other(shapes, create: Callable[..., Any], project: Path):
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    a.close()
    b = shapes()
    assert len(b.current) == 0
    b.current.add(Box(2, 2, 5, 5, 30), "bus")
    b.close()
    boxes = json.loads((project / "results" / "annotations.json").read_text())
    mixed = json.loads((project / "results" / "annotations-shapes.json").read_text())
    assert [len(each["bbox"]) for each in boxes.values() if each] == [1]
    assert [len(each["objects"]) for each in mixed.values() if each] == [1]
    again = Annotator(InputImage("photos"), OutputImageBbox(["car"]), Settings(project)).explore()
    assert [record.shapes for record in again.editor.schema] == [()]
    again.close()


def test_improve_shows_every_object_by_class(shapes, eventually):
    a = shapes()
    a.current.add(Box(1, 1, 5, 5), "car")
    a.current.add(Whole(), "night")
    a.step = "improve"
    assert eventually(lambda: [len(grid) for grid in a.grids] == [1, 1, 0, 0, 4])
    assert [grid.name for grid in a.grids] == ["night", "car", "bus", "sign", "No object"]
    assert len(a.grids[1].cells) == 1


def test_open_classes_have_what_all_have(shapes):
    a = shapes(OutputImageShapes(["box", "whole"], attributes=[SPEED]))
    a.act("add_class", "tram")
    tram = a.current.add(Box(1, 1, 5, 5), "tram", attributes={"speed": 2})
    with pytest.raises(InvalidValue, match="from 0 to 9"):
        tram.attributes = {"speed": 20}
    with pytest.raises(InvalidValue, match="its shape"):
        a.current.add(Box(1, 1, 5, 5, 30), "tram")
    a.editor.select([tram.id])
    assert list(a.view.fields.attributes.controls) == ["speed"]


def test_the_table_has_the_extent_of_every_shape(shapes):
    a = shapes(OutputImageShapes(["box", "polygon", "whole"], ["car"]))
    a.current.add(Box(1, 2, 3, 4), "car")
    a.current.add(Polygon([(10, 20), (40, 20), (25, 50)]), "car")
    a.current.add(Whole(), "car")
    table = a.to_dataframe()
    assert table["kind"].tolist() == ["box", "polygon", "whole"]
    assert table[["x", "y", "width", "height"]].iloc[:2].to_numpy().tolist() == [
        [1, 2, 3, 4],
        [10, 20, 30, 30],
    ]
    assert table["x"].isna().tolist() == [False, False, True]


def test_a_key_of_a_label_of_the_whole_image_gives_it_and_takes_it_away(shapes):
    a = shapes()
    night = a.editor.schema.id_of("night")
    a.act(f"whole:{night}")
    assert a.current.labels == ["night"]
    a.act(f"whole:{night}")
    assert a.current.labels == []
