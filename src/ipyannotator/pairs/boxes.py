"""One image at a time with its boxes: the classes, the list of boxes, the fields of the selected one."""

from __future__ import annotations

from typing import Any, ClassVar

from ipyannotator.model import Box, ObjectRecord, Op, encode, encode_shape
from ipyannotator.pairs.improve import ImproveView
from ipyannotator.pairs.single import SingleView
from ipyannotator.widgets.classes import ClassPicker
from ipyannotator.widgets.fields import BoxFields
from ipyannotator.widgets.objects import ObjectList


class BoxView(SingleView):
    """Draw, look at and correct boxes, each of one class."""

    tools = ("select", "box", "pan")
    methods: ClassVar[dict[str, str]] = {"edit": "edit", "delete": "delete"}

    def fill(self) -> None:
        """Add the classes, the list of boxes and the fields of the selected one."""
        super().fill()
        annotator, session, read_only = self.annotator, self.line.session, self.editor.read_only
        self.fields = self.make_fields()
        self.fields.on_edit(lambda name, value: annotator.act("edit", (name, value)))
        self.fields.on_delete(lambda: annotator.act("delete"))
        annotator.put("classes", ClassPicker(session=session, open=self.editor.extensible and not read_only))
        annotator.put("objects", ObjectList(session=session))
        annotator.put("fields", self.fields)
        annotator.wire("select", lambda _: self._show_selected())
        annotator.wire("open", lambda _: self._show_selected())
        annotator.wire("task", self._refresh_selected)
        active = self.editor.schema.active
        self.line.active_class = active[0].id if active else ""

    def make_fields(self) -> BoxFields:
        """Return the fields of the selected box."""
        return BoxFields(read_only=self.editor.read_only)

    def values(self, record: ObjectRecord) -> dict[str, Any]:
        """Return what the fields show of a box."""
        return {name: getattr(record.shape, name) for name in ("x", "y", "width", "height")}

    def edit(self, what: tuple[str, Any]) -> None:
        """Set a value of what is selected: `class_id` of all, or `x`, `y`, `width` or `height` of the one box."""
        self.editor.check_writable()
        name, value = what
        ops = []
        for record in self._selected():
            if name == "class_id":
                ops.append(Op("set", "object", record.id, record.item, "class_id", record.class_id, value))
            elif isinstance(record.shape, Box):
                shape = _replaced(record.shape, name, float(value))
                old, new = encode_shape(record.shape), encode_shape(shape)
                ops.append(Op("set", "object", record.id, record.item, "shape", old, new))
        ops = [op for op in ops if op.new != op.old]
        if ops:
            self.editor.do(ops)

    def delete(self) -> None:
        """Delete what is selected, in one change."""
        self.editor.check_writable()
        ops = [
            Op("delete", "object", record.id, record.item, old=encode(record)) for record in self._selected()
        ]
        if ops:
            self.editor.do(ops)
            self.editor.select(())

    def _refresh_selected(self) -> None:
        self.fields.classes = [(record.name, record.id) for record in self.editor.schema.active]
        self._show_selected()

    def _selected(self) -> list[ObjectRecord]:
        """Return the selected objects as they are now; one that somebody has deleted is none."""
        return self.editor.objects(self.editor.key, self.editor.selection)

    def _show_selected(self) -> None:
        records = self._selected()
        value = None
        if len(records) == 1 and isinstance(records[0].shape, Box):
            value = {**self.values(records[0]), "class_id": records[0].class_id}
        self.fields.select(value, len(records))


def _replaced(box: Box, name: str, value: float) -> Box:
    return Box(
        **{
            each: value if each == name else getattr(box, each)
            for each in ("x", "y", "width", "height", "angle")
        }
    )


class ImproveBoxes(ImproveView):
    """Every box of every image as a cut-out, and the images without one."""

    name_of_none = "No box"
    question_of_none = "Which of these miss a box?"
