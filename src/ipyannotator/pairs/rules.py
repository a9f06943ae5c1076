"""Rules on screen: what they find wrong with the item is shown while it is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ipyannotator.editor.rules import Complaint, Rule, Rules
from ipyannotator.model import Entry, is_sweeping
from ipyannotator.widgets.complaints import ComplaintList

if TYPE_CHECKING:
    from ipyannotator.editor import Events
    from ipyannotator.pairs.single import SingleView
    from ipyannotator.pairs.view import View


class Ruled:
    """What an annotator has of rules.

    Attributes:
        rules: the rules; `check` adds one.
    """

    events: Events
    view: View
    rules: Rules

    def check(self, rule: Rule) -> Rule:
        """Add a rule, as a call or as a decorator: a function of an annotation that says what is wrong with it.

        It returns or yields a text, or (object, text), or (objects, text); an `assert` that fails says so as well. What it
        says is shown beside the picture at each edit, and a click selects what it is about. It never stands in the way:
        to refuse a change, use `on("before_change")`.
        """
        return self.rules.add(rule)

    @property
    def complaints(self) -> list[Complaint]:
        """What the rules find wrong with the item on screen."""
        return self.rules.of(self.view.editor.view(self.view.editor.key))

    def complaints_of_all(self) -> list[Complaint]:
        """Return what the rules find wrong with all items on which something was done."""
        editor = self.view.editor
        items = editor.store.items(editor.task, editor.layer)
        return list(self.rules.over(editor.view(item.id) for item in items))


class Complaining:
    """Keeps the list of complaints in step with the item on screen; there is none while there is nothing to say.

    Args:
        view: the step, which shows one item at a time.
    """

    def __init__(self, view: SingleView) -> None:
        self._view = view
        self._shown: ComplaintList | None = None
        annotator = view.annotator
        annotator.wire("open", self._look)
        annotator.wire("task", self._look)
        annotator.wire("stored", self._stored)

    def _stored(self, entry: Entry) -> None:
        here = self._view.editor.key
        if is_sweeping(entry.change) or any(op.item == here for op in entry.change.ops):
            self._look()

    def _point(self, ids: Sequence[str]) -> None:
        self._view.editor.select(ids)
        self._view.line.point(ids)

    def _look(self, *_: Any) -> None:
        annotator = self._view.annotator
        lines: list[Any] = (
            [(each.text, list(each.objects)) for each in annotator.complaints] if annotator.rules else []
        )
        if lines and not self._shown:
            made = ComplaintList()
            made.on_point(self._point)
            annotator.put("complaints", made)
            self._shown = made
        elif not lines and self._shown:
            annotator.put("complaints", None)
            self._shown = None
        if self._shown:
            self._shown.lines = lines
