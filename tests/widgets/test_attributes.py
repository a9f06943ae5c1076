"""The controls of attributes: they tell what was typed once, and show what they are told."""

from __future__ import annotations

import pytest

from ipyannotator import Attribute
from ipyannotator.widgets.attributes import AttributeFields
from ipyannotator.widgets.fields import ShapeFields
from ipyannotator.widgets.whole import WholeLabels

COLOUR = Attribute("colour", "choice", choices=("red", "blue"))
PARTS = Attribute("parts", "choices", choices=("door", "wheel", "roof"))
SPEED = Attribute("speed", "number", min=0, max=9)
NOTE = Attribute("note", required=True)
SEEN = Attribute("is it seen?", "flag")
ALL = (COLOUR, PARTS, SPEED, NOTE, SEEN)
VALUES = {"colour": "blue", "parts": ["door"], "speed": 2.0, "note": "<b>", "is it seen?": False}


@pytest.fixture
def fields() -> AttributeFields:
    return AttributeFields()


@pytest.fixture
def edits(fields):
    made: list[tuple[str, object]] = []
    fields.on_edit(lambda name, value: made.append((name, value)))
    return made


def widget(fields, name):
    control = fields.controls[name]
    return control.buttons if name == SEEN.name else control.widget


def pressed(fields):
    return [each for each, button in fields.controls["parts"].buttons.items() if button.value]


def test_values_are_shown_and_come_back_as_no_wish(fields, edits):
    fields.show(ALL, VALUES)
    shown = [widget(fields, name).value for name in ("colour", "speed", "note", "is it seen?")]
    assert shown == ["blue", "2", "<b>", False]
    assert pressed(fields) == ["door"]
    fields.show(ALL, {})
    shown = [widget(fields, name).value for name in ("colour", "speed", "note", "is it seen?")]
    assert shown == [None, "", "", None]
    assert pressed(fields) == []
    assert edits == []


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("colour", "red", "red"),
        ("colour", None, None),
        ("speed", "7", 7),
        ("speed", " 2,5 ", 2.5),
        ("speed", "", None),
        ("speed", "fast", "fast"),  # the check says what it should be
        ("note", "x", "x"),
        ("note", "", None),
        ("is it seen?", True, True),
    ],
)
def test_what_is_typed_is_told_once_as_a_value_and_taken_back_where_nobody_took_it(
    fields, edits, name, typed, told
):
    fields.show(ALL, VALUES)
    before = widget(fields, name).value
    widget(fields, name).value = typed
    assert edits == [(name, told)]
    assert widget(fields, name).value == before


def test_choices_are_told_in_their_order(fields, edits):
    fields.show(ALL, {"parts": ["roof"]})
    fields.controls["parts"].buttons["door"].value = True
    assert edits == [("parts", ["door", "roof"])]
    fields.show(ALL, {"parts": ["door"]})
    fields.controls["parts"].buttons["door"].value = False
    assert edits[1:] == [("parts", None)]


def test_what_differs_is_shown_as_mixed_and_can_be_set_for_all(fields, edits):
    fields.show(ALL, VALUES, mixed=[each.name for each in ALL])
    assert widget(fields, "colour").label == "mixed"
    assert (widget(fields, "note").value, widget(fields, "note").placeholder) == ("", "mixed")
    assert (widget(fields, "is it seen?").value, pressed(fields)) == (None, [])
    assert fields.controls["parts"].label.value == "parts (mixed)"
    widget(fields, "colour").value = "blue"  # also where the first one has it already
    assert edits == [("colour", "blue")]


def test_a_value_that_is_no_choice_any_more_is_shown_and_kept(fields, edits):
    fields.show(ALL, {"colour": "green"})
    assert (widget(fields, "colour").value, widget(fields, "colour").label) == (
        "green",
        "green (no choice any more)",
    )
    assert edits == []


def test_controls_stay_while_the_attributes_are_the_same(fields):
    fields.show(ALL, VALUES)
    before = widget(fields, "note")
    fields.show(ALL, {})
    assert widget(fields, "note") is before
    fields.show((NOTE,), {})
    assert [each.attribute for each in fields.controls.values()] == [NOTE]
    assert before.comm is None  # closed
    fields.show((), {})
    assert (fields.children, fields.layout.display) == ((), "none")


def test_what_is_missing_is_marked(fields):
    fields.show(ALL, {})
    marked = [
        name for name, control in fields.controls.items() if "ipya-needed" in control.widget._dom_classes
    ]
    assert marked == ["note"]
    fields.show(ALL, VALUES)
    assert "ipya-needed" not in widget(fields, "note")._dom_classes


def test_read_only(fields):
    fields.show(ALL, VALUES, disabled=True)
    assert all(widget(fields, name).disabled for name in ("colour", "speed", "note", "is it seen?"))
    assert all(button.disabled for button in fields.controls["parts"].buttons.values())


def test_fields_show_the_numbers_of_a_shape_or_what_is_to_be_said_of_it():
    fields = ShapeFields([("car", "c")])

    def shown():
        return [name for name, field in fields.numbers.items() if field.layout.display is None]

    assert shown() == ["x", "y", "width", "height"]
    fields.select({"class_id": "c", "cx": 1, "cy": 2, "rx": 3, "ry": 4, "angle": 5}, 1)
    assert shown() == ["cx", "cy", "rx", "ry", "angle"]
    assert fields.numbers["ry"].value == 4
    fields.select(
        {"class_id": "c", "facts": "polygon · 3 points", "declared": [NOTE], "attributes": {"note": "x"}}, 1
    )
    assert (shown(), fields.facts.value) == ([], "polygon · 3 points")
    edits: list[tuple[str, object]] = []
    fields.on_edit(lambda name, value: edits.append((name, value)))
    widget(fields.attributes, "note").value = "y"
    assert edits == [("attributes/note", "y")]


def test_labels_of_the_whole_image_ask_and_show():
    labels = WholeLabels()
    asked: list[str] = []
    labels.on_toggle(asked.append)
    assert labels.layout.display == "none"
    labels.show([("night", "n"), ("rain", "r")], {"r"})
    assert {name: button.value for name, button in labels.buttons.items()} == {"n": False, "r": True}
    labels.buttons["n"].value = True
    assert (asked, labels.buttons["n"].value) == (["n"], False)  # nobody gave it
    labels.on_toggle(lambda name: labels.show([("night", "n"), ("rain", "r")], {name, "r"}))
    labels.buttons["n"].value = True
    assert labels.buttons["n"].value is True
