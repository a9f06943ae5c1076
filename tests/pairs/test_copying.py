"""Same as the image before: what is taken over, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipyannotator import Box


def test_all_of_the_image_before_is_taken_over_in_one_change_and_one_undo(create: Callable[..., Any]) -> None:
    a = create(["car", "bus"])
    a.current.add(Box(1, 2, 30, 40), "car", score=0.9, attributes={"colour": "red", "review": "wrong"})
    a.current.add(Box(5, 6, 30, 40), "bus")
    a.index = 1
    changes: list[Any] = []
    a.on("change", changes.append)
    a.act("same_as_previous")
    assert [len(each.ops) for each in changes if each.origin == "human"] == [2]
    copies = a.current.objects
    assert [(each.shape, each.label) for each in copies] == [
        (Box(1, 2, 30, 40), "car"),
        (Box(5, 6, 30, 40), "bus"),
    ]
    assert (copies[0].attributes, copies[0].score, copies[0].origin) == ({"colour": "red"}, None, "human")
    assert {each.id for each in copies}.isdisjoint(a.annotations["0.jpg"])
    assert a.editor.selection == tuple(each.id for each in copies)
    a.undo()
    assert len(a.current) == 0
    assert len(a.annotations["0.jpg"]) == 2


def test_what_is_there_already_is_not_doubled(create: Callable[..., Any]) -> None:
    a = create(["car"])
    a.current.add(Box(1, 2, 30, 40), "car")
    a.current.add(Box(9, 9, 9, 9), "car")
    a.index = 1
    a.current.add(Box(1, 2, 30, 40), "car")
    a.act("same_as_previous")
    assert len(a.current) == 2
    said: list[str] = []
    a.on("notice", lambda level, text, *_: said.append(text))
    a.act("same_as_previous")
    assert len(a.current) == 2
    assert said == ["There is nothing new on the one before."]


def test_the_first_image_has_none_before_it(create: Callable[..., Any]) -> None:
    a = create(["car"])
    said: list[str] = []
    a.on("notice", lambda level, text, *_: said.append(text))
    a.act("same_as_previous")
    assert said == ["There is none before this one."]


def test_what_somebody_only_suggested_is_not_taken_over(create: Callable[..., Any]) -> None:
    a = create(["car"])
    a.current.add(Box(1, 2, 30, 40), "car", origin="model", score=0.5)
    a.index = 1
    a.act("same_as_previous")
    assert len(a.current) == 0


def test_among_those_that_are_shown_the_one_before_counts(create: Callable[..., Any]) -> None:
    a = create(["car"])
    a.annotations["0.jpg"].add(Box(1, 2, 30, 40), "car")
    a.restrict(["0.jpg", "3.jpg"], "two")
    a.index = 1
    a.act("same_as_previous")
    assert (a.item, len(a.current)) == ("3.jpg", 1)


def test_there_is_a_button_for_it_where_something_can_be_changed(create: Callable[..., Any]) -> None:
    assert create(["car"]).parts.tools.actions == ["same_as_previous"]
    assert create(["car"], step="explore").parts.tools.actions == []
