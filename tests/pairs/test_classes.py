"""Classes are changed while the annotator is on screen: the page follows, and what was annotated stays right."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ipyannotator import Attribute, Box, InvalidValue, ObjectClass, ReadOnly, Rejected


def sent(a: Any) -> list[dict[str, Any]]:
    """What the page knows of the classes on offer, in their order."""
    return [each for each in a.canvas.classes if not each["retired"]]


def test_a_class_gets_another_name_and_its_objects_keep_it(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.current.extend([Box(1, 1, 5, 5), Box(2, 2, 5, 5)], ["car", "bus"])
    a.classes["car"].name = "automobile"
    assert a.classes == ["automobile", "bus"]
    assert a.current.labels == ["automobile", "bus"]
    assert [each["name"] for each in sent(a)] == ["automobile", "bus"]
    a.current.state = "done"
    path = a.save()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        (value,) = [value for value in json.load(file).values() if value]
    assert value["labels"] == [["automobile"], ["bus"]]


def test_colours_and_keys_follow_on_screen(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.classes["bus"].update(color="orange", key="o")
    bus = sent(a)[1]
    assert (bus["color"], bus["key"]) == ("#ffa500", "o")
    assert a.canvas.keymap["o"] == f"class:{bus['id']}"
    assert "2" not in a.canvas.keymap
    log = a.editor.store.log()
    a.classes["bus"].color = "orange"
    assert a.editor.store.log() == log, "nothing to change"


def test_classes_are_added_moved_and_taken_from_the_offer(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.current.add(Box(1, 1, 5, 5), "bus")
    van = a.classes.add("van", color="#010203", key="v")
    assert (van.name, van.color, van.key, van.count) == ("van", "#010203", "v", 0)
    a.classes.move("van", 0)
    assert [each["name"] for each in sorted(sent(a), key=lambda each: each["order"])] == ["van", "car", "bus"]
    assert (a.classes[0], a.classes[1:], a.classes.index("bus")) == ("van", ["car", "bus"], 2)
    del a.classes["bus"]
    assert a.classes == ["van", "car"]
    assert a.current.labels == ["bus"]
    assert a.classes.add("bus").count == 1
    a.classes = ["bus", ObjectClass("tram", color="red")]
    assert a.classes == ["bus", "tram"]
    assert a.classes["tram"].color == "#ff0000"


def test_attributes_are_declared_while_it_is_on_screen(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    car = a.current.add(Box(1, 1, 5, 5), "car", attributes={"parked": True})
    before = dict(car.attributes)
    a.classes["car"].attributes = [Attribute("wheels", "number", default=4), Attribute("seen by", "text")]
    assert [each.name for each in a.classes["car"].attributes] == ["wheels", "seen by"]
    assert [each["name"] for each in next(c for c in sent(a) if c["name"] == "car")["attributes"]] == [
        "wheels",
        "seen by",
    ]
    assert dict(car.attributes) == before, "what was said stays"
    assert a.current.add(Box(2, 2, 5, 5), "car").attributes["wheels"] == 4
    with pytest.raises(InvalidValue, match="wheels"):
        car.attributes = {"wheels": "four"}


def test_another_step_and_another_kernel_see_it(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.classes["car"].name = "automobile"
    a.step = "improve"
    assert a.classes == ["automobile", "bus"]
    a.step = "create"
    a.close()
    a = create(["car", "bus"])
    assert a.classes == ["automobile", "bus"], (
        "the same declaration does not take back what was changed since"
    )
    a.close()
    a = create(["bus", "lorry"])
    assert a.classes == ["bus", "lorry"], "another one counts"
    a.step = "explore"
    with pytest.raises(ReadOnly):
        a.classes["lorry"].color = "red"
    with pytest.raises(ReadOnly):
        a.classes = ["car"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda classes: classes["lorry"], "'lorry'.*'car', 'bus'.*classes.add"),
        (lambda classes: setattr(classes["car"], "name", "bus"), "one that no other class has"),
        (lambda classes: setattr(classes["car"], "name", "  "), "a text that is not empty"),
        (lambda classes: setattr(classes["car"], "key", "2"), "'bus' has it"),
        (lambda classes: setattr(classes["car"], "color", "no colour"), "a colour such as"),
        (lambda classes: setattr(classes["car"], "shapes", ["boxx"]), "Did you mean 'box'"),
        (lambda classes: setattr(classes["car"], "attributes", ["wheels"]), "attributes"),
        (lambda classes: classes.add("car"), "a.classes\\['car'\\]"),
        (lambda classes: classes.add("van", key="1"), "'car' has it"),
        (lambda classes: classes.order(["car"]), "each of"),
        (lambda classes: classes.move("lorry", 0), "lorry"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_changes(
    create: Callable[..., Any], change: Callable[[Any], Any], says: str
) -> None:
    a = create(["car", "bus"])
    before = a.editor.store.classes(a.editor.task)
    with pytest.raises(InvalidValue, match=says):
        change(a.classes)
    assert a.editor.store.classes(a.editor.task) == before


def test_a_name_that_is_no_value_is_told_with_the_nearest(create: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="Did you mean `color`"):
        create(["car"]).classes.add("van", colour="red")


def test_a_hook_may_refuse_it(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])

    def keep(change: Any) -> None:
        if any(op.record == "class" for op in change.ops):
            raise Rejected("The classes are settled.")

    a.on("before_change", keep)
    with pytest.raises(Rejected, match="settled"):
        a.classes["car"].name = "automobile"
    assert a.classes == ["car", "bus"]
