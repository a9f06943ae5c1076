"""Rules on an annotator that is on screen: complaints come and go with what is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipyannotator import Box


def shown(a: Any) -> list[str]:
    """The complaints on screen."""
    panel = a.parts.complaints
    return [] if panel is None else [text for text, _ in panel.lines]


def no_specks(annotation: Any) -> Any:
    for each in annotation.objects:
        if each.shape.measure() < 9:
            yield each, f"{each.label} is smaller than 9 square pixels"


def test_complaints_follow_each_edit_and_lead_to_what_they_are_about(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    speck = a.current.add(Box(1, 1, 2, 2), "car")
    assert shown(a) == []
    a.check(no_specks)
    assert shown(a) == ["car is smaller than 9 square pixels"]
    speck.label = "bus"
    assert shown(a) == ["bus is smaller than 9 square pixels"]
    a.editor.select([])
    a.parts.complaints.children[1].click()
    assert [each.id for each in a.editor.selected] == [speck.id]
    speck.shape = Box(1, 1, 20, 20)
    assert shown(a) == []
    a.undo()
    assert len(shown(a)) == 1
    a.next()
    assert shown(a) == []
    a.previous()
    assert len(shown(a)) == 1
    a.rules.remove(no_specks)
    assert shown(a) == []


def test_it_stays_from_step_to_step_and_is_there_for_all_items(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.check(no_specks)
    keys = list(a.annotations)
    a.annotations[keys[0]].add(Box(1, 1, 2, 2), "car")
    a.annotations[keys[2]].add(Box(1, 1, 2, 2), "bus")
    a.step = "explore"
    assert len(a.rules) == 1
    assert [each.item for each in a.complaints_of_all()] == [keys[0], keys[2]]
    a.step = "create"
    a.index = 2
    assert shown(a) == ["bus is smaller than 9 square pixels"]
    assert [each.rule for each in a.complaints] == ["no_specks"]


def test_what_an_import_brings_is_looked_at(create: Callable[..., Any], tmp_path: Any) -> None:
    a = create(["car", "bus"])
    a.current.add(Box(1, 1, 2, 2), "car")
    a.current.state = "done"
    a.export("csv", tmp_path / "some.csv")
    a.check(no_specks)
    a.current.clear()
    assert shown(a) == []
    a.import_("csv", tmp_path / "some.csv")
    assert shown(a) == ["car is smaller than 9 square pixels"]
    a.undo_import()
    assert shown(a) == []


def test_a_rule_that_fails_leaves_the_annotator_usable(create: Callable[..., Any]) -> None:
    a = create(["car"])
    errors: list[Any] = []
    a.on("error", errors.append)
    a.check(lambda annotation: annotation.nonsense)
    a.check(no_specks)
    a.current.add(Box(1, 1, 2, 2), "car")
    a.current.add(Box(1, 1, 2, 1), "car")
    assert len(shown(a)) == 2
    assert len(errors) == 1
    assert "AttributeError" in errors[0].text
