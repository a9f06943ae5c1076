"""Rules: what a user's own functions find wrong with an annotation. They complain; they never stand in the way.

A rule gets the annotation of an item, and says what is wrong with it: it returns or yields a text, or an object (or several)
with a text; nothing where all is well. An `assert` that fails says so as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ipyannotator.editor.events import Events, Failure
from ipyannotator.editor.live import AnnotationView, ObjectView
from ipyannotator.errors import InvalidValue

Rule = Callable[[AnnotationView], Any]


class Complaint(NamedTuple):
    """What a rule finds wrong.

    Attributes:
        item: the key of the item.
        text: what is wrong, for the person.
        objects: the ids of the objects that it is about; none where it is about the item.
        rule: the name of the rule.
    """

    item: str
    text: str
    objects: tuple[str, ...] = ()
    rule: str = ""


class Rules:
    """The rules of a task, in the order they were added.

    Args:
        events: hears of a rule that fails itself, once for each way in which it does.
        changed: is called when there are others.
    """

    def __init__(self, events: Events, changed: Callable[[], None]) -> None:
        self._events = events
        self._changed = changed
        self._rules: dict[str, Rule] = {}
        self._failed: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[Rule]:
        return iter(list(self._rules.values()))

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, rule: Rule) -> Rule:
        """Add a rule, as a call or as a decorator; one of the same name, as when a cell is run again, is replaced."""
        if not callable(rule):
            raise InvalidValue("The rule", rule, "a function of an annotation")
        name = _name(rule)
        self._rules[name] = rule
        self._failed = {each for each in self._failed if each[0] != name}
        self._changed()
        return rule

    def remove(self, rule: Rule | str) -> None:
        """Remove a rule, or the one of a name; raise `InvalidValue` where there is none."""
        name = rule if isinstance(rule, str) else _name(rule)
        if name not in self._rules:
            raise InvalidValue("The rule", name, f"one of: {', '.join(self._rules) or 'none yet'}")
        del self._rules[name]
        self._changed()

    def of(self, annotation: AnnotationView) -> list[Complaint]:
        """Return what is wrong with an annotation; a rule that fails is told to the `error` event, and passed by."""
        found: list[Complaint] = []
        for name, rule in list(self._rules.items()):
            try:
                found += [Complaint(annotation.key, text, ids, name) for text, ids in _said(rule, annotation)]
            except Exception as error:  # noqa: BLE001 - anything may go wrong in somebody's rule
                self._fail(name, error)
        return found

    def over(self, annotations: Iterable[AnnotationView]) -> Iterator[Complaint]:
        """Iterate what is wrong with many annotations."""
        for annotation in annotations:
            yield from self.of(annotation)

    def _fail(self, name: str, error: Exception) -> None:
        way = (name, f"{type(error).__name__}: {error}")
        if way not in self._failed:  # it is asked at each edit, and would fail at each
            self._failed.add(way)
            self._events.emit("error", Failure.of(error, f"The rule {name} failed"))


def _said(rule: Rule, annotation: AnnotationView) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each text with the ids of its objects."""
    try:
        said = rule(annotation)
        if said is None or isinstance(said, (str, tuple)):
            said = () if said is None else (said,)
        elif not isinstance(said, Iterable):
            raise InvalidValue(f"What the rule {_name(rule)} says", said, _EXPECTED)
        for each in said:
            found = _complaint(rule, each)
            if found is not None:
                yield found
    except AssertionError as failed:
        yield str(failed) or f"{_name(rule)} does not hold", ()


_EXPECTED = "a text, or (object, text), or several of these; nothing where all is well"


def _complaint(rule: Rule, said: Any) -> tuple[str, tuple[str, ...]] | None:
    if said is None or said == "":
        return None
    if isinstance(said, str):
        return said, ()
    if isinstance(said, tuple) and len(said) == 2 and isinstance(said[1], str):  # noqa: PLR2004 - a pair
        objects = [said[0]] if isinstance(said[0], ObjectView) else said[0]
        if isinstance(objects, Iterable) and not isinstance(objects, str):
            objects = list(objects)
            if all(isinstance(each, ObjectView) for each in objects):
                return said[1], tuple(each.id for each in objects)
    raise InvalidValue(f"What the rule {_name(rule)} says", said, _EXPECTED)


def _name(rule: Rule) -> str:
    return getattr(rule, "__name__", type(rule).__name__)
