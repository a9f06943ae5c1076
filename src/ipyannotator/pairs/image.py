"""What the annotators of single images share: navigation, history, tools and footer around the canvas."""

from __future__ import annotations

from typing import Any

from ipyannotator.pairs.base import BaseAnnotator
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.navigation import History, Navigation
from ipyannotator.widgets.status import Status
from ipyannotator.widgets.tools import Tools


class ImageAnnotator(BaseAnnotator):
    """One image at a time, on the canvas."""

    def fill(self) -> None:
        """Put canvas, tools, navigation and footer into their slots."""
        editor, read_only = self.editor, self.editor.read_only
        self.navigation = Navigation(len(self))
        self.history = None if read_only else History()
        self.footer = Footer(total=len(self), location=self.results, read_only=read_only)
        for control in (self.navigation, self.history, self.footer):
            if control is not None:
                control.on_act(self.act)
        session = self.canvas.session
        self.put("stage", self.canvas)
        self.put("tools", Tools(session=session, tools=["pan"] if read_only else ["select", "box", "pan"]))
        self.put("navigation", self.navigation)
        self.put("history", self.history)
        self.put("status", Status(session=session))
        self.put("footer", self.footer)
        self.wire("open", lambda _: self._show_item())
        self.wire("task", self._show_item)
        self.canvas.tool = "pan" if read_only else "box"
        editor.events.emit("task")

    def _show_item(self, *_: Any) -> None:
        editor = self.editor
        item = editor.item(editor.key)
        with self.navigation.hold_trait_notifications():
            self.navigation.total = len(self)
            self.navigation.index = editor.index
            self.navigation.name = editor.source.name(editor.key)
        with self.footer.hold_trait_notifications():
            self.footer.done = editor.store.counts(editor.task, editor.layer).states.get("done", 0)
            self.footer.total = len(self)
            self.footer.state = editor.state(item)
            self.footer.note = item.note
