"""Rules: what they may say, and what becomes of one that fails."""

from __future__ import annotations

from typing import Any

import pytest

from ipyannotator.editor import Editor
from ipyannotator.editor.rules import Rules
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Box


@pytest.fixture
def rules(editor: Editor) -> Rules:
    editor.view("0.png").extend([Box(1, 1, 2, 2), Box(1, 1, 20, 20)], ["car", "bus"])
    return Rules(editor.events, lambda: None)


def told(rules: Rules, editor: Editor, key: str = "0.png") -> list[tuple[str, int]]:
    return [(each.text, len(each.objects)) for each in rules.of(editor.view(key))]


@pytest.mark.parametrize(
    ("says", "found"),
    [
        (lambda _: None, []),
        (lambda _: "", []),
        (lambda _: [], []),
        (lambda _: "no good", [("no good", 0)]),
        (lambda a: (a.objects[0], "small"), [("small", 1)]),
        (lambda a: (a.objects, "too close"), [("too close", 2)]),
        (lambda a: ["one", (a.objects[0], "two"), None], [("one", 0), ("two", 1)]),
        (lambda a: ((each, f"{each.label}?") for each in a.objects), [("car?", 1), ("bus?", 1)]),
    ],
)
def test_what_a_rule_may_say(rules: Rules, editor: Editor, says: Any, found: list[tuple[str, int]]) -> None:
    rules.add(says)
    assert told(rules, editor) == found


def test_an_assert_that_fails_is_a_complaint(rules: Rules, editor: Editor) -> None:
    def one_car(annotation: Any) -> None:
        assert annotation.labels.count("car") == 2, "two cars, please"

    def two_buses(annotation: Any) -> None:
        assert annotation.labels.count("bus") == 2

    rules.add(one_car)
    rules.add(two_buses)
    first, second = told(rules, editor)
    assert first[0].splitlines()[0] == "two cars, please"
    assert second[0]


@pytest.mark.parametrize("nonsense", [5, ("a", "b"), [("a", "b")], ([1], "text"), [object()]])
def test_nonsense_is_told_once_and_the_others_go_on(rules: Rules, editor: Editor, nonsense: Any) -> None:
    errors: list[Any] = []
    editor.events.on("error", errors.append)

    def odd(_: Any) -> Any:
        return nonsense

    rules.add(odd)
    rules.add(lambda _: "sound")
    for _ in range(3):
        assert told(rules, editor) == [("sound", 0)]
    assert len(errors) == 1
    assert "The rule odd failed" in errors[0].text
    assert "a text, or (object, text)" in errors[0].text


def test_a_rule_that_raises_is_told_with_its_traceback_once_for_each_way(
    rules: Rules, editor: Editor
) -> None:
    errors: list[Any] = []
    editor.events.on("error", errors.append)
    ways = [KeyError("a"), KeyError("a"), ZeroDivisionError("b")]

    def broken(_: Any) -> None:
        raise ways.pop(0)

    rules.add(broken)
    for _ in range(3):
        assert told(rules, editor) == []
    assert ["KeyError" in each.text for each in errors] == [True, False]
    assert "in broken" in errors[0].detail
    ways[:] = [ZeroDivisionError("b")]
    rules.add(broken)  # as when its cell is run again
    told(rules, editor)
    assert len(errors) == 3


def test_one_of_the_same_name_is_replaced_and_each_can_be_removed(rules: Rules, editor: Editor) -> None:
    def rule(_: Any) -> str:
        return "first"

    rules.add(rule)

    def again(_: Any) -> str:
        return "second"

    again.__name__ = "rule"
    rules.add(again)
    assert told(rules, editor) == [("second", 0)]
    assert len(rules) == 1
    rules.remove("rule")
    assert list(rules) == []
    with pytest.raises(InvalidValue, match=r"'rule'.*none yet"):
        rules.remove("rule")
    with pytest.raises(InvalidValue, match="a function of an annotation"):
        rules.add("no rule")


def test_all_items_can_be_asked(rules: Rules, editor: Editor) -> None:
    editor.view("3.png").add(Box(1, 1, 2, 2), "car")
    rules.add(lambda a: "a car" if "car" in a.labels else None)
    found = list(rules.over(editor.view(f"{at}.png") for at in range(6)))
    assert [each.item for each in found] == ["0.png", "3.png"]
    assert {each.rule for each in found} == {"<lambda>"}
