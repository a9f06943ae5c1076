"""The classes that an import brings, planned before any of them is made.

They are made by the change that makes the objects visible; until then nobody sees either. Where the classes of the output
are open they are on offer then; else they are retired ones, so that nothing is lost and nothing is forced on anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from ipyannotator.editor.core import Editor
from ipyannotator.model import ClassRecord, ObjectClass, Op, Schema, SkeletonTemplate, decode


class PlannedClasses:
    """The classes of a task together with those that an import brings.

    Args:
        editor: the task.
        templates: the joints that the file says, by the name of the class.

    Attributes:
        offered: whether new ones will be on offer.
        ops: what makes them.
        hidden: the names of new ones that will not be on offer.
    """

    def __init__(self, editor: Editor, templates: Mapping[str, SkeletonTemplate]) -> None:
        self._editor = editor
        self._templates = templates
        # As they are at this moment: the editor hears of what others make a little later.
        self._schema = Schema(editor.store.classes(editor.task), editor.output.unclassed)
        self._ids: dict[str | None, str | None] = {None: None}
        self._kinds: dict[str | None, Collection[str]] = {}
        self.offered = editor.extensible or not self._schema.active
        self.ops: list[Op] = []
        self.hidden: list[str] = []

    @property
    def schema(self) -> Schema:
        """The classes as they will be."""
        return self._schema

    def add(self, names: Iterable[str]) -> None:
        """Plan classes; those that are there are passed over."""
        for name in names:
            self.id_of(name)

    def id_of(self, name: str | None) -> str | None:
        """Return the id of a class, planned now where it is new; None for None."""
        if name not in self._ids:
            self._ids[name] = self._find(name or "")
        return self._ids[name]

    def kinds_of(self, name: str | None) -> Collection[str]:
        """Return the kinds of shape that a class takes; empty for every one."""
        if name not in self._kinds:
            rules = self._schema.rules(self.id_of(name))
            self._kinds[name] = (rules.shapes if rules is not None else ()) or self._editor.output.kinds
        return self._kinds[name]

    def _find(self, name: str) -> str:
        found = self._schema.find(name)
        if found is None:
            op = self._schema.new_class(
                self._declared(name) if self.offered else name, retired=not self.offered
            )
            if not self.offered:
                self.hidden.append(name)
            found = decode(ClassRecord, op.new)
        elif found.retired and self.offered:
            op = Op("set", "class", found.id, path="retired", old=True, new=False)
            found = msgspec.structs.replace(found, retired=False)
        else:
            return found.id
        self.ops.append(op)
        others = [record for record in self._schema if record.id != found.id]
        self._schema = Schema([*others, found], self._schema.unclassed)
        return found.id

    def _declared(self, name: str) -> str | ObjectClass:
        """Return what is declared of a class: with the joints that the file says, where these are drawn."""
        given = self._editor.output.declared(name)
        template = self._templates.get(name)
        if template is None or "skeleton" not in self._editor.output.kinds:
            return given
        shapes = given.shapes if isinstance(given, ObjectClass) else ()
        attributes = given.attributes if isinstance(given, ObjectClass) else ()
        return ObjectClass(name, shapes=(*shapes, "skeleton"), attributes=attributes, skeleton=template)
