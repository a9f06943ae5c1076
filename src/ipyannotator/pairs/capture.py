"""Capture: a grid with a question, page by page; a click chooses.

A page is answered as a whole: Done says of all that were not chosen that they were seen and not chosen, in one change.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, cast

from ipyannotator.base import Step
from ipyannotator.mltypes import InputImage, OutputGridBox
from ipyannotator.mltypes.capture import ANSWER
from ipyannotator.model import FieldRecord, ItemRecord, Op, Record, Ref
from ipyannotator.pairs.base import PAIRS, BaseAnnotator
from ipyannotator.pairs.view import View
from ipyannotator.widgets.answer import AnswerPanel
from ipyannotator.widgets.cells import Cell, Mark
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.grid import Grid
from ipyannotator.widgets.navigation import History, Navigation

CHOSEN = Mark("field", "value", value=True, badge="chosen", id=ANSWER, good=True)
ABOUT = 24
"""How many pictures make a page where the settings name no rows; no more rows than columns, so that they are large."""


class CaptureView(View):
    """Pages of a grid: choose, and say that the page is done."""

    methods: ClassVar[dict[str, str]] = {
        "done": "done", "next": "next_page", "previous": "previous_page", "none_of_these": "none_of_these",
    }  # fmt: skip

    line: Grid

    def make_line(self) -> Grid:
        """Return the grid."""
        annotator = self.annotator
        settings = annotator.settings
        columns = settings.n_cols
        rows = settings.n_rows or min(columns, math.ceil(ABOUT / columns))
        self.page = columns * rows
        output = cast("OutputGridBox", annotator.output_item)
        return Grid(
            self.editor, annotator.media, annotator.act, marks=(CHOSEN,), place="/capture",
            session=self.session(), question=output.question, pages=[columns, rows],
            hint="" if self.editor.read_only else "Click chooses · Enter: done with the page",
        )  # fmt: skip

    def fill(self) -> None:
        """Put the grid, navigation and the answer into their slots."""
        annotator, read_only = self.annotator, self.editor.read_only
        self.navigation = Navigation(len(self.editor.shown))
        self.history = None if read_only else History()
        self.panel = AnswerPanel(read_only=read_only)
        self.footer = Footer(total=len(self.editor.source), location=annotator.results, read_only=True)
        for control in (self.navigation, self.history, self.panel):
            if control is not None:
                control.on_act(annotator.act)
        annotator.put("stage", self.line)
        annotator.put("navigation", self.navigation)
        annotator.put("history", self.history)
        annotator.put("status", self.make_status())
        annotator.put("fields", self.panel)
        annotator.put("footer", self.footer)
        self.count_today(self.footer)
        self._start = -1
        self.line.observe(self._counted, "marked_count")
        annotator.wire("open", lambda _: self._show_page())
        annotator.wire("task", self._show)

    @property
    def on_page(self) -> list[str]:
        """The items on the page."""
        shown = self.editor.shown
        start = self.editor.index // self.page * self.page
        return [shown.key(at) for at in range(start, min(start + self.page, len(shown)))]

    # ---- actions ------------------------------------------------------------------------------------------------

    def next_page(self) -> None:
        """Show the next page; with `Settings.done_on_next` the present one is done."""
        if self.annotator.settings.done_on_next and not self.editor.read_only:
            self._finish(keep=True)
        start = self.editor.index // self.page * self.page + self.page
        if start < len(self.editor.shown):
            self.annotator.go(start)

    def previous_page(self) -> None:
        """Show the page before."""
        self.annotator.go(max(self.editor.index // self.page * self.page - self.page, 0))

    def done(self) -> None:
        """Say that the page is done as it is, and show the next one with something to do."""
        self._finish(keep=True)
        self.annotator.go_to_todo()

    def none_of_these(self) -> None:
        """Choose none on the page, and be done with it."""
        self._finish(keep=False)
        self.annotator.go_to_todo()

    # ---- inside -------------------------------------------------------------------------------------------------

    def _finish(self, *, keep: bool) -> None:
        """Answer for all on the page, in one change; `keep` what is chosen, or choose none."""
        self.editor.check_writable()
        ops: list[Op] = []
        for key, (item, answer) in self._known().items():
            wanted = answer is True and keep
            if answer is not wanted:
                ops.append(Op("set", "field", ANSWER, key, "value", answer, wanted))
            if item.state != "done":
                ops.append(Op("set", "item", key, key, "state", item.state, "done"))
        if ops:
            self.editor.do(ops)

    def _known(self) -> dict[str, tuple[ItemRecord, Any]]:
        editor = self.editor
        keys = self.on_page
        refs = [ref for key in keys for ref in (Ref("item", key, key), Ref("field", ANSWER, key))]
        found: dict[Ref, Record] = editor.store.records(editor.task, refs, editor.layer)
        known = {}
        for key in keys:
            item, field = found.get(Ref("item", key, key)), found.get(Ref("field", ANSWER, key))
            known[key] = (
                item if isinstance(item, ItemRecord) else ItemRecord(id=key),
                field.value if isinstance(field, FieldRecord) else None,
            )
        return known

    def _show_page(self) -> None:
        start = self.editor.index // self.page * self.page
        if start != self._start:
            self._start = start
            keys = self.on_page
            self.panel.total = len(keys)
            self.line.fill(map(Cell, keys), total=len(self.editor.shown), offset=start)
        self._show()

    def _show(self) -> None:
        editor = self.editor
        if self._start >= len(editor.shown) or (self._start >= 0 and len(self.on_page) != self.panel.total):
            self._start = -1  # another part is shown, or more has come
            self._show_page()
            return
        with self.navigation.hold_trait_notifications():
            self.navigation.total = len(editor.shown)
            self.navigation.index = editor.index
            self.navigation.name = editor.source.name(editor.key)
        self.footer.total = len(editor.source)
        self.footer.done = editor.store.counts(editor.task, editor.layer).states.get("done", 0)

    def _counted(self, change: Any) -> None:
        self.panel.count = change.new


@PAIRS.register(InputImage, OutputGridBox)
class CaptureAnnotator(BaseAnnotator):
    """Choose images in a grid, as the answer to a question."""

    views: ClassVar[dict[Step, type[View]]] = {Step.EXPLORE: CaptureView, Step.CREATE: CaptureView}
