"""A view: what one step of an annotator shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ipyannotator.base import Step
from ipyannotator.editor import Editor
from ipyannotator.editor.today import Today
from ipyannotator.model import new_id
from ipyannotator.widgets import instructions
from ipyannotator.widgets.footer import Footer, today_words
from ipyannotator.widgets.line import Line
from ipyannotator.widgets.status import Status

if TYPE_CHECKING:
    from ipyannotator.pairs.base import BaseAnnotator


class View:
    """What one step of an annotator shows: it puts widgets into the frame's slots and keeps them in step.

    Args:
        annotator: whose step it is.

    Attributes:
        annotator: see above.
        line: the widget on stage, through which the browser speaks to the kernel.
        today: what the person did today, where a footer shows it.
        methods: the actions that only this view has: the name of its method by the action's name.
        keys: keys that only this view has, for actions by name; they go before the usual ones, but not before what
            somebody set in the keymap.
        here: other actions that only some views have, and this one has.
        tools: the tools on offer where something can be drawn.
        class_action: what the key of a class does, as a prefix: `class` draws with it, `label` gives it to the item.
    """

    methods: ClassVar[dict[str, str]] = {}
    keys: ClassVar[dict[str, str]] = {}
    here: frozenset[str] = frozenset()
    tools: tuple[str, ...] = ()
    today: Today | None = None
    class_action: ClassVar[str] = "class"

    def __init__(self, annotator: BaseAnnotator) -> None:
        self.annotator = annotator
        self.editor: Editor = annotator.editor
        self.line = self.make_line()

    def make_line(self) -> Line:
        """Return the widget for the stage."""
        raise NotImplementedError

    def fill(self) -> None:
        """Put this view's widgets into the slots, and keep them in step with the editor."""
        raise NotImplementedError

    def make_status(self) -> Status:
        """Return the save state, with what to do."""
        settings = self.annotator.settings
        told = instructions.read(settings.instructions, settings.project_path)
        return Status(session=self.line.session, instructions=told)

    def count_today(self, footer: Footer) -> None:
        """Show in the footer what the person does today."""
        if self.editor.read_only:
            return

        def show() -> None:
            with footer.hold_trait_notifications():
                footer.today, footer.today_detail = today_words(today.done)

        self.today = today = Today(self.editor, show)
        show()

    def first(self) -> int:
        """Return the position to open at: the first item that is to do, in a step where something is done."""
        creating = self.annotator.step == Step.CREATE.value
        return (self.editor.leases.next(0) if creating else 0) or 0

    @property
    def groups(self) -> Sequence[Any]:
        """The grids that it consists of; none where it shows one item at a time."""
        return ()

    def point_at(self, ids: Sequence[str]) -> None:
        """Select objects of the item on screen, on the screen too where it shows one item."""
        self.editor.select(ids)

    def save(self) -> None:
        """Write the files that this step has besides the JSON; called by Save, and before the step is left."""

    def close(self) -> None:
        """End it; the widgets in the slots are closed when others take their places."""
        if self.today is not None:
            self.today.close()
        self.line.close()

    def session(self) -> dict[str, Any]:
        """Return a new `session` trait, which all browser components of one view share."""
        editor = self.editor
        return {
            "id": new_id(),
            "project": editor.store.project,
            "task": editor.task,
            "layer": editor.layer,
            "author": {"id": editor.author.id, "name": editor.author.name},
        }
