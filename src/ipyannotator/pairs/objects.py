"""One image at a time with its objects: the classes, the list of objects, the fields of what is selected."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

from ipyannotator.editor.copying import taking_over
from ipyannotator.model import ObjectRecord, Op, Shape, encode, encode_shape
from ipyannotator.pairs.suggestions import SuggestedView, with_acceptance
from ipyannotator.widgets.classes import ClassPicker
from ipyannotator.widgets.fields import BoxFields
from ipyannotator.widgets.objects import ObjectList
from ipyannotator.widgets.tools import Tools


class ObjectsView(SuggestedView):
    """Draw, look at and correct objects, each of one class."""

    methods: ClassVar[dict[str, str]] = {
        **SuggestedView.methods,
        **{name: name for name in ("edit", "delete", "same_as_previous")},
    }

    here = frozenset({"hide", "show_hidden", "lock", "unlock_all"})

    def fill(self) -> None:
        """Add the classes, the list of objects and the fields of what is selected."""
        super().fill()
        annotator, session, read_only = self.annotator, self.line.session, self.editor.read_only
        self.fields = self.make_fields()
        self.fields.on_edit(lambda name, value: annotator.act("edit", (name, value)))
        self.fields.on_delete(lambda: annotator.act("delete"))
        annotator.put("classes", ClassPicker(session=session, open=self.editor.extensible and not read_only))
        annotator.put("objects", ObjectList(session=session))
        self.put_fields()
        rail = annotator.parts["tools"]
        if isinstance(rail, Tools) and not read_only:
            rail.actions = ["same_as_previous"]
        annotator.wire("select", lambda _: self._show_selected())
        annotator.wire("open", lambda _: self._show_selected())
        annotator.wire("task", self._refresh_selected)
        self.line.observe(lambda _: self._show_selected(), "locked")
        self.line.active_class = self.first_class()

    def make_fields(self) -> BoxFields:
        """Return the fields of what is selected."""
        return BoxFields(read_only=self.editor.read_only)

    def put_fields(self) -> None:
        """Put the fields into their slot."""
        self.annotator.put("fields", self.fields)

    def first_class(self) -> str:
        """Return the id of the class that is drawn with at first; empty for none."""
        active = self.editor.schema.active
        return active[0].id if active else ""

    def values(self, record: ObjectRecord) -> dict[str, Any] | None:
        """Return what the fields show of one object besides its class; None where they have no place for it."""
        raise NotImplementedError

    def common(self, records: Sequence[ObjectRecord]) -> dict[str, Any]:  # noqa: ARG002 - a subclass has some
        """Return what the fields show of several objects of one class besides that."""
        return {}

    def edit(self, what: tuple[str, Any]) -> None:
        """Set a value of what is selected, in one change.

        Args:
            what: name and value: `class_id` or `attributes/<name>` of all, a number of the shape of the one.
        """
        self.editor.check_writable()
        name, value = what
        records = self._selected()
        ops = [op for record in records for op in self.setting(record, name, value)]
        ops = [op for op in ops if op.new != op.old]
        if ops:
            self.editor.do(with_acceptance(ops, records))

    def setting(self, record: ObjectRecord, name: str, value: Any) -> list[Op]:
        """Return what sets a value of an object; nothing where it has no such value."""
        if name == "class_id":
            return [_set(record, "class_id", record.class_id, value)]
        head, _, tail = name.partition("/")
        if head == "attributes":
            return [_set(record, name, record.attributes.get(tail), value)]
        shape = replaced(record.shape, name, float(value))
        return [_set(record, "shape", encode_shape(record.shape), encode_shape(shape))]

    def delete(self) -> None:
        """Delete what is selected, in one change."""
        self.editor.check_writable()
        ops = [
            Op("delete", "object", record.id, record.item, old=encode(record)) for record in self._selected()
        ]
        if ops:
            self.editor.do(ops)
            self.editor.select(())

    def same_as_previous(self) -> None:
        """Take over all that is on the item before this one, but for what is here already; one change."""
        editor = self.editor
        editor.check_writable()
        ops = taking_over(editor, editor.shown.key(editor.index - 1), editor.key) if editor.index else []
        if ops:
            editor.do(ops)
            self.point_at([op.id for op in ops])
            return
        why = "There is nothing new on the one before." if editor.index else "There is none before this one."
        editor.events.emit("notice", "info", why)

    def _refresh_selected(self) -> None:
        self._leave_retired()
        self._show_selected()

    def _leave_retired(self) -> None:
        """Draw on with another class where the one in use is not offered any more, and say so."""
        used = self.editor.schema.by_id(self.line.active_class)
        if used is None or not used.retired:
            return
        self.line.active_class = self.first_class()
        name = self.editor.schema.name(self.line.active_class or None)
        on = f"with “{name}”" if name else "without a class"
        self.editor.events.emit(
            "notice", "warning", f"“{used.name}” is not offered any more. Drawing goes on {on}."
        )

    def _selected(self) -> list[ObjectRecord]:
        """Return the selected objects as they are now; one that somebody has deleted is none."""
        return self.editor.objects(self.editor.key, self.editor.selection)

    def _show_selected(self) -> None:
        records = self._selected()
        schema = self.editor.schema
        kept = {record.class_id for record in records}
        self.fields.classes = [
            *((record.name, record.id) for record in schema.active),
            *(
                (f"{record.name} (retired)", record.id)
                for record in schema
                if record.retired and record.id in kept
            ),
        ]
        value: dict[str, Any] | None = None
        if len({record.class_id for record in records}) == 1:
            own = self.values(records[0]) if len(records) == 1 else self.common(records)
            value = None if own is None else {"class_id": records[0].class_id, **own}
        self.fields.read_only = self.editor.read_only or any(self.line.is_locked(each) for each in records)
        self.fields.select(value, len(records))


def replaced(shape: Shape, name: str, value: float) -> Shape:
    """Return a shape with another number; as it is where it has none of this name."""
    if not hasattr(shape, name) or not dataclasses.is_dataclass(shape):
        return shape
    return dataclasses.replace(shape, **{name: value})


def _set(record: ObjectRecord, path: str, old: Any, new: Any) -> Op:
    return Op("set", "object", record.id, record.item, path, old, new)
