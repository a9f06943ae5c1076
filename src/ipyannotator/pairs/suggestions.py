"""Suggestions on screen: a model for the items, accepting and rejecting what it suggests.

How this works. A suggestion is an object of origin `model`. Accepting it sets its origin to `human`: a person stands for
it from now on. Its author and its score stay what they were, so what a model found, and what of it was taken as it
was, is told by the objects; who took it, and what was changed of it, by the log. Rejecting deletes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ipyannotator.assist import Assistant
from ipyannotator.editor.suggesting import Function, Model, Suggesting, is_suggestion
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Entry, ObjectRecord, Op, encode, is_sweeping
from ipyannotator.pairs.single import SingleView
from ipyannotator.widgets.echo import Showing
from ipyannotator.widgets.suggestions import SuggestionsPanel
from ipyannotator.widgets.tools import Tools

if TYPE_CHECKING:
    from ipyannotator.editor import AnnotationView
    from ipyannotator.pairs.view import View


class SuggestedView(SingleView):
    """One item at a time, with what a model suggests on it."""

    methods: ClassVar[dict[str, str]] = {
        "accept": "accept",
        "reject": "reject",
        "accept_all": "accept_all",
        "reject_all": "reject_all",
        "suggest_again": "suggest_again",
    }
    suggesting: Suggesting | None = None
    suggestions: SuggestionsPanel | None = None
    _needed = False
    _away = False
    _known: tuple[str, list[ObjectRecord]] | None = None
    _told = 0

    def fill(self) -> None:
        """Ask the annotator's model, where it has one; show the panel when there is something to say."""
        super().fill()
        annotator = self.annotator
        self._showing = Showing(self._draw)
        self.threshold = 0.5
        annotator.wire("stored", self._stored)
        annotator.wire("open", lambda _: self._show_suggestions())
        annotator.wire("task", self._show_suggestions)
        annotator.wire("submit", self._say_what_is_left)
        self.use_model(annotator.model)
        if not self.editor.read_only:
            self.use_assistant(annotator.assistant)

    def use_model(self, model: Model | None) -> None:
        """Have another model suggest from now on, or none; the one before is no longer heard."""
        if self.suggesting is not None:
            self.suggesting.close()
        self.suggesting = None
        if model is not None and not self.editor.read_only:
            self.suggesting = Suggesting(self.editor, model, self._show_suggestions)
        self._needed = model is not None
        self._show_suggestions()

    def use_assistant(self, assistant: Assistant | None) -> None:
        """Have another function assist from now on, or none; the tool `assist` is there while there is one."""
        self.line.assisting.assistant = assistant
        tools = [name for name in self.tools if name != "assist"]
        if assistant is not None:
            tools.insert(len(tools) - (tools[-1] == "pan"), "assist")
        self.tools = tuple(tools)
        rail = self.annotator.parts["tools"]
        if isinstance(rail, Tools):
            rail.tools = tools
        if self.line.tool not in tools:
            self.line.tool = tools[0]
        self.annotator.refresh_keys()

    def close(self) -> None:
        """End it; a function that runs ends unheard."""
        if self.suggesting is not None:
            self.suggesting.close()
        super().close()

    # ---- what is done with them ---------------------------------------------------------------------------------

    def accept(self) -> None:
        """Accept the suggestions that are selected, and select the next one; with none selected, only that."""
        self._judge([accepting(record) for record in self._chosen()])

    def reject(self) -> None:
        """Reject the suggestions that are selected, and select the next one; with none selected, only that."""
        self._judge([_deletion(record) for record in self._chosen()])

    def accept_all(self, threshold: float | None = None) -> None:
        """Accept all suggestions of the item with at least this score, and those without one, in one change.

        Args:
            threshold: from 0 to 1; None for what the panel says.
        """
        self.editor.check_writable()
        least = self.threshold if threshold is None else threshold
        ops = [accepting(record) for record in _above(self._open(), least)]
        if ops:
            self.editor.do(ops)

    def reject_all(self) -> None:
        """Reject all suggestions of the item that are left, in one change."""
        self.editor.check_writable()
        ops = [_deletion(record) for record in self._open()]
        if ops:
            self.editor.do(ops)

    def suggest_again(self) -> None:
        """Ask the model anew about the item on screen; what nobody accepted there is replaced."""
        if self.suggesting is None:
            raise InvalidValue("The model", None, "a function that suggests", "Give one: `a.suggest(fn)`.")
        self.suggesting.again()

    # ---- inside -------------------------------------------------------------------------------------------------

    def _open(self) -> list[ObjectRecord]:
        """Return the suggestions of the item that nobody has judged yet, in their order.

        They are looked for among all objects of the item, and there may be ten thousand: so once, not after each edit.
        """
        editor, key = self.editor, self.editor.key
        known = self._known
        if known is None or known[0] != key:
            told = self._told
            _, objects, _ = editor.store.annotated(editor.task, key, editor.layer)
            known = key, [record for record in objects if is_suggestion(record)]
            if told == self._told:  # else another thread stored something meanwhile
                self._known = known
        return known[1]

    def _stored(self, entry: Entry) -> None:
        """Look anew where something that was stored may have made, changed or judged a suggestion."""
        self._told += 1
        known = self._known
        if known is None:
            return
        ids = {record.id for record in known[1]}
        if is_sweeping(entry.change) or any(
            op.record == "object" and (op.id in ids or op.path == "origin" or _is_made_by_model(op))
            for op in entry.change.ops
        ):
            self._known = None

    def _chosen(self) -> list[ObjectRecord]:
        return [
            one for one in self.editor.objects(self.editor.key, self.editor.selection) if is_suggestion(one)
        ]

    def _judge(self, ops: Sequence[Op]) -> None:
        """Do it, in one change, and select the suggestion that comes next in order, from the first one judged."""
        self.editor.check_writable()
        before = [record.id for record in self._open()]
        if ops:
            self.editor.do(ops)
        judged = {op.id for op in ops}
        at = next((at for at, each in enumerate(before) if each in judged), 0)
        left = [each for each in [*before[at:], *before[:at]] if each not in judged]
        if left or ops:
            self.editor.select(left[:1])
            self.line.point(left[:1])

    def _show_suggestions(self, *_: object) -> None:
        """Bring the panel in line; on any thread, the model's too."""
        self._showing()

    def _draw(self) -> None:
        editor, suggesting = self.editor, self.suggesting
        records = self._open()
        if self.suggestions is None:
            if suggesting is None and not records:
                return
            self.suggestions = SuggestionsPanel(read_only=editor.read_only)
            self.suggestions.on_act(self.annotator.act)
            self.suggestions.observe(self._moved, "threshold")
            self.annotator.put("suggestions", self.suggestions)
        panel = self.suggestions
        # One by one: what holds notifications back is not made for two threads.
        panel.count = len(records)
        panel.above = len(_above(records, self.threshold))
        panel.name = suggesting.model.name if suggesting is not None else ""
        panel.state = suggesting.state if suggesting is not None else "idle"
        failure = suggesting.failure if suggesting is not None else None
        panel.problem = failure.text if failure is not None else ""
        # Once there it stays, since the picture would jump if it came and went; until the model is taken away.
        self._needed = self._needed or bool(records)
        slot = self.annotator.parts["suggestions"]
        if not self._needed and slot is panel:
            self.annotator.parts["suggestions"], self._away = None, True
        elif self._needed and slot is None and self._away:
            self.annotator.parts["suggestions"], self._away = panel, False

    def _moved(self, change: Any) -> None:
        self.threshold = change.new
        self._show_suggestions()

    def _say_what_is_left(self, annotation: AnnotationView) -> None:
        left = sum(obj.origin == "model" for obj in annotation.objects)
        if left:
            what = "1 suggestion was" if left == 1 else f"{left:,} suggestions were"
            text = f"{annotation.name} is done; {what} not accepted, and will not be exported."
            self.editor.events.emit("notice", "info", text)


class Suggestible:
    """What all annotators have of models; the annotator provides the view."""

    view: View
    model: Model | None = None
    assistant: Assistant | None = None

    def suggest(
        self, function: Function | None = None, *, name: str | None = None, version: str | int = 1
    ) -> Any:
        """Have a function suggest on the items, as a call or as a decorator.

        Args:
            function: is called with an item (`.key`, `.path`, `.image`, `.array`, `.width`, `.height`) on a thread of
                its own, and returns what it found on it: shapes, `(shape, label)`, `(shape, label, score)` or
                `Suggestion` values. None ends it.
            name: says who suggests; by default the function's name.
            version: with a new one it suggests anew, also where suggestions of an earlier version were rejected.

        Returns:
            The function.

        Raises:
            InvalidValue: it is no plain function, or this output has no objects with a place.
        """
        if function is None and (name is not None or version != 1):
            return lambda given: self.suggest(given, name=name, version=version)
        model = None if function is None else Model(function, name, version)
        if model is not None and not self.takes_suggestions:
            raise InvalidValue("The annotator", type(self).__name__, "one of objects that are drawn")
        self.model = model
        if isinstance(self.view, SuggestedView):
            self.view.use_model(model)
        return function

    def assist(self, function: Assistant | None) -> Any:
        """Have a function make a shape of what a person points at with the tool `assist`; also as a decorator.

        Args:
            function: is called with the item on screen and a `Prompt` (`.points`, `.box`), on a thread of its own, and
                returns a shape, such as `Mask.from_array(…)`, or None. None ends it.

        Returns:
            The function.

        Raises:
            InvalidValue: it is no plain function, or this output has no objects with a place.
        """
        if function is not None and not self.takes_suggestions:
            raise InvalidValue("The annotator", type(self).__name__, "one of objects that are drawn")
        if isinstance(self.view, SuggestedView) and not self.view.editor.read_only:
            self.view.use_assistant(function)
        self.assistant = function
        return function

    @property
    def takes_suggestions(self) -> bool:
        """Whether some step of it shows suggestions."""
        views: dict[Any, type[View]] = getattr(self, "views", {})
        return any(issubclass(each, SuggestedView) for each in views.values())

    @property
    def suggestions(self) -> Suggesting | None:
        """What the model is about: `.state`, `.failure`, `.again()`; None where none suggests in this step."""
        return self.view.suggesting if isinstance(self.view, SuggestedView) else None


def accepting(record: ObjectRecord) -> Op:
    """Return the operation that accepts a suggestion."""
    return Op("set", "object", record.id, record.item, "origin", record.origin, "human")


def with_acceptance(ops: Iterable[Op], records: Iterable[ObjectRecord]) -> list[Op]:
    """Return the operations, and what accepts the suggestions among the objects that they edit."""
    ops = list(ops)
    edited = {op.id for op in ops}
    return [*ops, *(accepting(record) for record in records if record.id in edited and is_suggestion(record))]


def _is_made_by_model(op: Op) -> bool:
    return op.action == "create" and isinstance(op.new, dict) and op.new.get("origin") == "model"


def _above(records: Iterable[ObjectRecord], least: float) -> list[ObjectRecord]:
    return [record for record in records if record.score is None or record.score >= least]


def _deletion(record: ObjectRecord) -> Op:
    return Op("delete", "object", record.id, record.item, old=encode(record))
