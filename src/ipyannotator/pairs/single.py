"""One item at a time, on the canvas: navigation, history, tools and footer around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ipyannotator.pairs.rules import Complaining
from ipyannotator.pairs.view import View
from ipyannotator.widgets.canvas import Canvas
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.navigation import History, Navigation
from ipyannotator.widgets.tools import Tools


class SingleView(View):
    """One item at a time, on the canvas."""

    tools: tuple[str, ...] = ("pan",)

    line: Canvas

    def make_line(self) -> Canvas:
        """Return the canvas."""
        item = self.annotator.input_item
        width, height = getattr(item, "image_width", None) or 0, getattr(item, "image_height", None) or 0
        return Canvas(
            self.editor,
            self.annotator.media,
            self.annotator.act,
            session=self.session(),
            width=width,
            height=height,
            enlarge=getattr(item, "fit_canvas", False) or not (width or height),
        )

    def fill(self) -> None:
        """Put canvas, tools, navigation and footer into their slots."""
        annotator, read_only = self.annotator, self.editor.read_only
        self.navigation = Navigation(len(self.editor.shown))
        self.history = None if read_only else History()
        self.footer = Footer(total=len(self.editor.source), location=annotator.results, read_only=read_only)
        for control in (self.navigation, self.history, self.footer):
            if control is not None:
                control.on_act(annotator.act)
        session = self.line.session
        tools = ["pan"] if read_only else list(self.tools)
        annotator.put("stage", self.line)
        annotator.put("tools", Tools(session=session, tools=tools))
        annotator.put("navigation", self.navigation)
        annotator.put("history", self.history)
        annotator.put("status", self.make_status())
        annotator.put("footer", self.footer)
        self.count_today(self.footer)
        self.complaining = Complaining(self)
        annotator.wire("open", lambda _: self._show_item())
        annotator.wire("task", self._show_item)
        self.line.tool = "box" if "box" in tools else tools[0]

    def point_at(self, ids: Sequence[str]) -> None:
        """Select objects of the item, and show that."""
        super().point_at(ids)
        self.line.show()

    def _show_item(self, *_: Any) -> None:
        editor = self.editor
        item = editor.item(editor.key)
        total = len(editor.shown)
        with self.navigation.hold_trait_notifications():
            self.navigation.total = total
            self.navigation.index = editor.index
            self.navigation.name = editor.source.name(editor.key)
        with self.footer.hold_trait_notifications():
            self.footer.done = editor.store.counts(editor.task, editor.layer).states.get("done", 0)
            self.footer.total = len(editor.source)
            self.footer.state = editor.state(item)
            self.footer.note = item.note
