"""Improve: everything that is annotated, in one grid per class, where wrong ones are marked and corrected.

A cell is an object: a box cut out of its image, or a label with the whole of it. Marks are kept with the objects, so
they are there tomorrow and for everybody. When the step is left they are also written as the original wrote them,
`missed/<class>/annotations.json` in the folder of results.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ipyannotator.base import Settings, Step
from ipyannotator.editor.census import EMPTY, REVIEW, UNCLASSED, WRONG, Address, Census
from ipyannotator.formats import original
from ipyannotator.formats.naming import folder_name
from ipyannotator.model import ClassRecord, Entry, ObjectRecord, Op, encode, is_sweeping
from ipyannotator.pairs.view import View
from ipyannotator.widgets.cells import Cell, Mark
from ipyannotator.widgets.footer import Footer
from ipyannotator.widgets.grid import Grid
from ipyannotator.widgets.marked import MarkedPanel
from ipyannotator.widgets.navigation import History

if TYPE_CHECKING:
    from ipyannotator.pairs.base import BaseAnnotator

MARKS = (
    Mark("object", f"attributes/{REVIEW}", WRONG, badge="wrong"),
    Mark("field", "value", WRONG, badge="wrong", id=REVIEW),
)
BY_NAME, BY_DOUBT = "name", "doubt"
SMALLEST, LARGEST = 48, 320
"""The sides of a picture in a grid, in CSS pixels, at least and at most."""


class Group:
    """One grid of improve: the objects of a class, or the items without any.

    Attributes:
        id: the id of the class, or a word of `census`.
        name: what the tab says.
    """

    def __init__(self, view: ImproveView, group: str, name: str) -> None:
        self._view = view
        self.id = group
        self.name = name

    @property
    def cells(self) -> list[Cell]:
        """What is in it, in the order of the items."""
        return [Cell(*each) for each in self._view.census.members(self.id)]

    @property
    def marked(self) -> list[Cell]:
        """What is marked wrong in it."""
        return [Cell(*each) for each in self._view.census.wrong(self.id)]

    def to_dict(self) -> dict[str, dict[str, bool]]:
        """Return the original's dictionary: the path of each item to `{"answer": true}` where it is marked wrong."""
        folder = self._view.annotator.folder
        answers = self._view.census.answers(self.id)
        return {f"{folder}/{key}": {"answer": answer} for key, answer in answers.items()}

    def __len__(self) -> int:
        return self._view.census.size(self.id)

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self)}, {len(self.marked)} marked wrong>"


class ImproveView(View):
    """A grid per class as tabs: mark what is wrong, relabel or delete it, or open it in create."""

    methods: ClassVar[dict[str, str]] = {
        **{name: name for name in ("tab", "sort", "open", "relabel", "delete", "open_marked", "unmark_all")}
    }
    question: ClassVar[str] = "Which of these are not {name}?"
    question_of_none: ClassVar[str] = "In which of these is something missing?"
    name_of_none: ClassVar[str] = "Nothing"

    line: Grid

    def __init__(self, annotator: BaseAnnotator) -> None:
        super().__init__(annotator)
        self._group = EMPTY
        # Which tab is open is decided by one thread at a time: the census, and what others change, are told by theirs.
        self._choosing = threading.RLock()
        self.census = Census(self.editor, lambda: self.editor.events.emit("task"))

    def make_line(self) -> Grid:
        """Return the grid."""
        annotator = self.annotator
        wanted = annotator.settings.im_width
        size: dict[str, Any] = (
            {} if wanted == Settings.im_width else {"size": min(max(wanted, SMALLEST), LARGEST)}
        )
        return Grid(
            self.editor, annotator.media, annotator.act, marks=MARKS, place="/improve", session=self.session(),
            sorts=[{"id": BY_NAME, "label": "by name"}, {"id": BY_DOUBT, "label": "most doubtful"}], sort=BY_NAME,
            hint="Click marks · Shift-click a range · Space toggles · double-click opens", **size,
        )  # fmt: skip

    def fill(self) -> None:
        """Put the grid and what can be done with the marked ones into their slots."""
        annotator = self.annotator
        self.history = History()
        self.panel = MarkedPanel()
        self.footer = Footer(total=len(self.editor.source), location=annotator.results, read_only=True)
        self.history.on_act(annotator.act)
        self.panel.on_act(annotator.act)
        annotator.put("stage", self.line)
        annotator.put("history", self.history)
        annotator.put("status", self.make_status())
        annotator.put("fields", self.panel)
        annotator.put("footer", self.footer)
        self.count_today(self.footer)
        self.line.observe(self._counted, "marked_count")
        # By the store's own counts, since the census reads for a while.
        counts = self.editor.store.counts(self.editor.task, self.editor.layer).classes
        filled = [group.id for group in self.groups if counts.get(group.id)]
        self._group = max(filled, key=counts.__getitem__, default=EMPTY)
        annotator.wire("stored", self._stored)
        annotator.wire("task", self._show)
        self.census.start()
        self._refill()

    def close(self) -> None:
        """End it."""
        self.census.close()
        super().close()

    def save(self) -> None:
        """Write the marks as the original did: `missed/<class>/annotations.json`, where there are or were some."""
        for group in self.groups:
            if group.id in (EMPTY, UNCLASSED):
                continue
            path = self.annotator.settings.results / "missed" / folder_name(group.name) / "annotations.json"
            if path.exists() or self.census.wrong(group.id):
                original.write(path, original.dumps(group.to_dict()))

    # ---- for Python ---------------------------------------------------------------------------------------------

    @property
    def groups(self) -> list[Group]:
        """One grid for each class on offer or in use, in their order; then what has no class, and the items without."""
        counts = self.editor.store.counts(self.editor.task, self.editor.layer).classes
        named = [
            Group(self, record.id, record.name)
            for record in self.editor.schema
            if not record.retired or counts.get(record.id)
        ]
        unclassed = [Group(self, UNCLASSED, "no class")] if counts.get(UNCLASSED) else []
        return [*named, *unclassed, Group(self, EMPTY, self.name_of_none)]

    # ---- actions ------------------------------------------------------------------------------------------------

    def tab(self, group: str) -> None:
        """Show another class."""
        with self._choosing:
            self._group = group
            self._refill()

    def sort(self, order: str) -> None:
        """Show the cells in another order: `name` or `doubt`, the lowest score first."""
        self.line.sort = order
        self._refill()

    def open(self, cell: Cell) -> None:
        """Open one of them in create, among all items."""
        annotator = self.annotator
        annotator.go_to_step(Step.CREATE.value)
        annotator.go(annotator.editor.source.index(cell.item))
        if cell.object:
            annotator.editor.select([cell.object])
            annotator.canvas.show()

    def open_marked(self) -> None:
        """Open the items of what is marked in this class in create, and those only."""
        marked = self.census.wrong(self._group)
        if not marked:
            self.annotator.events.emit(
                "notice", "info", "Nothing is marked in this tab. Click what is wrong."
            )
            return
        keys = list(dict.fromkeys(key for key, _ in marked))
        annotator = self.annotator
        annotator.go_to_step(Step.CREATE.value)
        annotator.restrict(keys, f"marked: {len(keys):,}")

    def relabel(self, class_id: str) -> None:
        """Give what is marked in this tab another class, and take the marks away; one change."""
        ops: list[Op] = []
        for record in self._marked_objects():
            ops += self.relabelling(record, class_id)
        self._do(ops)

    def relabelling(self, record: ObjectRecord, class_id: str) -> list[Op]:
        """Return what gives an object another class and takes its mark away."""
        mark = record.attributes.get(REVIEW)
        ops = [Op("set", "object", record.id, record.item, f"attributes/{REVIEW}", mark, None)]
        if record.class_id != class_id:
            ops.append(Op("set", "object", record.id, record.item, "class_id", record.class_id, class_id))
        return ops

    def delete(self) -> None:
        """Delete what is marked in this tab; one change."""
        self._do([Op("delete", "object", o.id, o.item, old=encode(o)) for o in self._marked_objects()])

    def unmark_all(self) -> None:
        """Take the marks of this tab away; one change."""
        self.line.mark([Cell(*each) for each in self.census.wrong(self._group)], on=False)

    # ---- inside -------------------------------------------------------------------------------------------------

    def _do(self, ops: list[Op]) -> None:
        self.editor.check_writable()
        if ops:
            self.editor.do(ops)
        else:
            self.annotator.events.emit(
                "notice", "info", "Nothing is marked in this tab. Click what is wrong."
            )

    def _marked_objects(self) -> Iterator[ObjectRecord]:
        by_item: dict[str, list[str]] = {}
        for key, name in self.census.wrong(self._group):
            by_item.setdefault(key, []).append(name)
        for key, names in by_item.items():
            yield from self.editor.objects(key, [name for name in names if name])

    def _stored(self, entry: Entry) -> None:
        """Keep the tab as it should be: what left is taken out, what joined is shown."""
        moves = self.census.fold(entry)
        if is_sweeping(entry.change):
            self._refill()
        elif moves.joined.get(self._group):
            self._refill(keep=True)
        elif left := moves.left.get(self._group):
            self.line.drop([Cell(*each) for each in left])

    def _members(self) -> Iterator[Address]:
        doubtful = self.line.sort == BY_DOUBT and self._group != EMPTY
        return (self.census.doubtful if doubtful else self.census.members)(self._group)

    def _refill(self, *, keep: bool = False) -> None:
        with self._choosing:
            self._show()
            total = None if self._group == EMPTY else len(self._shown_group())
            self.line.fill((Cell(*each) for each in self._members()), total=total, keep=keep)

    def _shown_group(self) -> Group:
        found = [group for group in self.groups if group.id == self._group]
        return found[0] if found else self.groups[-1]

    def _show(self) -> None:
        with self._choosing:
            groups, schema = self.groups, self.editor.schema
            counts = self.editor.store.counts(self.editor.task, self.editor.layer)
            self.line.tabs = [self._tab(group, schema.by_id(group.id), counts.classes) for group in groups]
            shown = self._shown_group()
            self._group = self.line.tab = shown.id
            asked = self.question_of_none if shown.id == EMPTY else self.question.format(name=shown.name)
            self.line.question = asked
            with self.panel.hold_trait_notifications():
                self.panel.classes = [
                    (record.name, record.id) for record in schema.active if record.id != shown.id
                ]
                self.panel.deletable = shown.id != EMPTY
            self.footer.done = counts.states.get("done", 0)

    def _tab(self, group: Group, record: ClassRecord | None, counts: Mapping[str, int]) -> dict[str, Any]:
        tab: dict[str, Any] = {"id": group.id, "name": group.name, "color": record.color if record else ""}
        if group.id != EMPTY:
            tab["count"] = counts.get(group.id, 0)
        elif self.census.complete:  # else nobody knows yet
            tab["count"] = len(group)
        return tab

    def _counted(self, change: Any) -> None:
        self.panel.count = change.new
