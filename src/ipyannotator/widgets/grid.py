"""The grid: many items, or objects of items, as small pictures that are marked by a click.

How this works. Python lists the cells (`fill`); the page is told how many there are, asks for what the cells in sight
say (`cells`), which is read from the store then, and for their pictures (`thumbs`). So nothing is held of a cell but
its address. Both ask anew at every scroll; what they ask replaces what was asked before. A list has a version: what
belongs to another one is passed over by either side. Marks are edits like all others, through the outbox of the page;
what is stored of cells that the page knows is sent to it again, whoever did it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import traitlets

from ipyannotator.editor import Editor
from ipyannotator.editor.events import Failure
from ipyannotator.errors import InvalidValue
from ipyannotator.model import Entry, ObjectRecord, Record, Ref, is_sweeping
from ipyannotator.sources.base import Media, Region
from ipyannotator.sources.cache import MediaCache
from ipyannotator.sources.thumbnails import Made, Thumbnails, Wanted
from ipyannotator.widgets.cells import MARGIN, Cell, Mark, around
from ipyannotator.widgets.filling import NEARBY, Filling
from ipyannotator.widgets.gridkeys import LABELS, grid_keys
from ipyannotator.widgets.line import Line

PAGE = 256
"""The most cells in a message."""
FIRST = 64
"""Cells that are sent before they are asked for."""
SMALLEST, LARGEST = 32, 256
"""Pixels of a small picture's side, at least and at most."""
KNOWN = 8192
"""How many cells the page is taken to know; it asks again for others."""

Caption = Callable[[Cell, "Record | None"], str]
"""What stands under a cell, from the cell and its object (None for a whole item)."""


class Grid(Line):
    """A grid of one editor.

    Args:
        editor: what it shows.
        media: where pictures come from.
        act: is called with the name and value of an action that the browser asks for: `tab` and `sort` with an id,
            `open` with a `Cell`, `relabel` with a class's id, `delete`, `open_marked`, `next`, `previous`, and those of
            the keymap.
        marks: the marks that a click sets, of objects and of whole items; none where nothing can be marked.
        caption: what stands under a cell; the item's name, and an object's score, where None.
        margin: what is shown around an object, as a part of its longer side.
        place: what undo goes by, a name that is no key. It becomes the editor's place until the grid is closed.
        values: traits.

    Attributes:
        marked_count: how many of the cells are marked; right soon after a `fill`. Observe it.
    """

    module: ClassVar[str] = "grid"
    handlers: ClassVar[dict[str, str]] = {
        **Line.handlers,
        "hello": "_on_hello",
        "cells": "_on_cells",
        "thumbs": "_on_thumbs",
    }

    question = traitlets.Unicode("", help="what stands above the grid").tag(sync=True)
    hint = traitlets.Unicode("", help="what stands below the grid, at the right").tag(sync=True)
    empty = traitlets.Unicode("There is nothing here.", help="what is said where there are no cells").tag(
        sync=True
    )
    tabs: traitlets.List[dict[str, Any]] = traitlets.List(
        help="the tabs: `{id, name}`, and where wanted `count` and `color`"
    ).tag(sync=True)
    tab = traitlets.Unicode("", help="the id of the tab on show").tag(sync=True)
    sorts: traitlets.List[dict[str, Any]] = traitlets.List(help="the orders on offer: `{id, label}`").tag(
        sync=True
    )
    sort = traitlets.Unicode("", help="the id of the order").tag(sync=True)
    marks = traitlets.Dict(help="the marks, by the kind of cell: `object` and `item`").tag(sync=True)
    size = traitlets.Int(96, min=48, max=320, help="side of a picture, in CSS pixels").tag(sync=True)
    pages = traitlets.List(
        traitlets.Int(min=0), [0, 0], minlen=2, maxlen=2,
        help="columns and rows of a page; [0, 0] where all cells are scrolled through",
    ).tag(sync=True)  # fmt: skip
    position = traitlets.Int(0, min=0, help="the first cell in sight, from 0").tag(sync=True)
    marked_count = traitlets.Int(0, help="how many cells are marked")

    def __init__(
        self,
        editor: Editor,
        media: MediaCache,
        act: Callable[[str, Any], None],
        *,
        marks: Sequence[Mark] = (),
        caption: Caption | None = None,
        margin: float = MARGIN,
        place: str = "/grid",
        **values: Any,
    ) -> None:
        self._marks = tuple(marks)
        self._caption = caption or self._name_and_score
        self._margin = margin
        self._known: OrderedDict[Cell, None] = OrderedDict()
        self._batch = 0
        self._sending: dict[Wanted, int] = {}
        folder = media.folder and media.folder / "thumbnails"
        self._thumbs = Thumbnails(media.source, self._send_thumbs, folder)
        by_kind = {"object" if mark.record == "object" else "item": mark.data() for mark in self._marks}
        super().__init__(editor, act, marks=by_kind, place=place, **values)
        self._list = Filling(self._out, self)
        editor.place = place

    # ---- for Python ---------------------------------------------------------------------------------------------

    def fill(
        self, cells: Iterable[Cell], *, total: int | None = None, offset: int = 0, keep: bool = False
    ) -> None:
        """Show these cells instead of those that are there. Returns at once: they are listed on a thread.

        Args:
            cells: in order; `(item, object)` will do. Consumed in pages, the first ones are shown at once.
            total: how many there are, as far as it is known. For a page of many: of all pages.
            offset: how many come before the first, on the pages before.
            keep: whether what is in sight stays in sight, as far as it is among the new ones; else they are shown
                from the first one.
        """
        with self._out:
            near = self._list.cells[self.position : self.position + NEARBY] if keep else None
            self._known.clear()
        self._list.start(cells, total=total, offset=offset, near=near)

    def drop(self, cells: Collection[Cell]) -> None:
        """Take cells out, without moving the others more than that needs."""
        with self._out:
            before = self._list.version
            at = self._list.drop(cells)
            if at:
                for cell in cells:
                    self._known.pop(cell, None)
                content = {
                    "before": before,
                    "version": self._list.version,
                    "total": self._list.total,
                    "at": at,
                }
                self._tell({"type": "drop", **content})

    def mark(self, cells: Iterable[Cell], *, on: bool = True) -> int:
        """Mark cells, or take their marks away, in one change; return how many were not so before.

        Raises:
            ReadOnly: nothing can be changed.
            Conflict: somebody changed them at this moment.
        """
        self.editor.check_writable()
        ops = []
        for chunk in _chunks(cells):
            for cell, mark, value in self._values(chunk):
                if (value == mark.value) != on:
                    ops.append(mark.op(cell, value, on=on))
        if ops:
            self.editor.do(ops, item=self.place)
        return len(ops)

    def reveal(self, cell: Cell) -> bool:
        """Scroll to a cell; return whether it is among those that are listed."""
        with self._out:
            at = next(iter(self._list.cells.where({cell})), None)
            if at is not None:
                self._list.at = at
                self._send_fill()
        return at is not None

    @property
    def cells(self) -> Sequence[Cell]:
        """The cells that are listed so far, in order."""
        return self._list.cells

    @property
    def version(self) -> int:
        """Counts the lists of cells that were shown."""
        return self._list.version

    @property
    def marked(self) -> list[Cell]:
        """The marked cells, in order, as they are stored now."""
        with self._out:
            chunks = list(_chunks(self._list.cells))
        return [cell for chunk in chunks for cell in self.which(chunk)]

    def close(self) -> None:
        """End it."""
        self.editor.place = ""
        self._list.close()
        self._thumbs.close()
        super().close()

    # ---- out ----------------------------------------------------------------------------------------------------

    def _values(self, cells: Sequence[Cell]) -> list[tuple[Cell, Mark, Any]]:
        """Return the cells that can be marked, with their mark and the value that is stored at its place."""
        found = [(cell, mark) for cell in cells for mark in self._marks if mark.fits(cell)]
        records = self._records(mark.ref(cell) for cell, mark in found)
        return [(cell, mark, mark.read(records.get(mark.ref(cell)))) for cell, mark in found]

    def _records(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        return self.editor.store.records(self.editor.task, refs, self.editor.layer)

    def which(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return those of some cells that are marked, as it is stored now."""
        return [cell for cell, mark, value in self._values(cells) if value == mark.value]

    def listed(self) -> None:
        """Tell the page how many cells there are."""
        self._send_fill()

    def counted(self, marked: int) -> None:
        """Take in how many are marked."""
        self.marked_count = marked

    def broken(self, error: Exception) -> None:
        """Say that the cells could not be listed; where it is closed, nobody looks any more."""
        if not self._ended:
            self.editor.events.emit("error", Failure.of(error, "Listing what is in the grid failed"))

    def _send_fill(self) -> None:
        with self._out:
            if not self._greeted:
                return
            shown = self._list
            at, shown.at = shown.at, None
            self._tell(
                {
                    "type": "fill",
                    "version": shown.version,
                    "count": len(shown.cells),
                    "total": shown.total,
                    "offset": shown.offset,
                    "complete": shown.complete,
                    "at": at,
                }
            )

    def _send_cells(self, version: int, start: int, stop: int) -> None:
        with self._out:
            if version == self._list.version:
                self._send_page(start, self._list.cells[start:stop])

    def _send_page(self, start: int | None, cells: Sequence[Cell]) -> None:
        """Send what cells say; `start` is where they are, None for a word on cells that the page knows."""
        with self._out:
            seq = self.editor.store.head()
            data = self._describe(cells)
            for cell in cells:
                self._known[cell] = None
                self._known.move_to_end(cell)
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)
            self._tell(
                {"type": "cells", "version": self._list.version, "from": start, "seq": seq},
                [msgspec.json.encode(data)],
            )

    def _describe(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        marks = {cell: mark for cell in cells for mark in self._marks if mark.fits(cell)}
        refs = {Ref("object", cell.object, cell.item) for cell in cells if cell.object}
        records = self._records({*refs, *(mark.ref(cell) for cell, mark in marks.items())})
        return [self._description(cell, marks.get(cell), records) for cell in cells]

    def _description(self, cell: Cell, mark: Mark | None, records: Mapping[Ref, Record]) -> dict[str, Any]:
        found = records.get(Ref("object", cell.object, cell.item)) if cell.object else None
        record = found if isinstance(found, ObjectRecord) else None
        return {
            "item": cell.item,
            "object": cell.object,
            "name": self._name(cell.item),
            "caption": self._caption(cell, record),
            "class_id": record.class_id if record else None,
            "value": mark.read(records.get(mark.ref(cell))) if mark else None,
            "crop": around(record.shape.bounds(), self._margin) if record else None,
            "gone": bool(cell.object) and record is None,
        }

    def _name(self, item: str) -> str:
        return self.editor.source.name(item)

    def _name_and_score(self, cell: Cell, record: Record | None) -> str:
        name = self._name(cell.item).rpartition("/")[2]
        stem = name.rpartition(".")[0] or name
        score = getattr(record, "score", None)
        return stem if score is None else f"{stem} · {score:.2f}"

    def _stored(self, entry: Entry) -> None:
        """Tell the page what cells that it knows say now, and count the marks."""
        super()._stored(entry)
        touched: dict[Cell, None] = dict(self._known) if is_sweeping(entry.change) else {}
        for op in entry.change.ops:
            if op.item:
                touched[Cell(op.item)] = None
                if op.record == "object":
                    touched[Cell(op.item, op.id)] = None
        with self._out:
            known = [cell for cell in touched if cell in self._known]
            for chunk in _chunks(known):
                self._send_page(None, chunk)
        if self._marks:
            self._list.touched(list(touched))

    def _send_thumbs(self, made: Made) -> None:
        with self._out:
            self._batch += 1
            for wanted, _ in made:
                self._sending[wanted] = self._batch
            thumbs = [
                {
                    "item": wanted.key,
                    "crop": wanted.region,
                    "size": wanted.size,
                    "region": media.region if isinstance(media, Media) else None,
                    "mime": media.mime if isinstance(media, Media) else "",
                    "problem": None if isinstance(media, Media) else str(media),
                }
                for wanted, media in made
            ]
            data = [media.data for _, media in made if isinstance(media, Media)]
            self._tell({"type": "thumbs", "batch": self._batch, "thumbs": thumbs}, data)

    # ---- in -----------------------------------------------------------------------------------------------------

    def _on_hello(self, _: Mapping[str, Any]) -> None:
        with self._out:
            self._sending.clear()
        self._greet(self._send_fill)
        # The page will ask for these first: they are on their way already.
        self._later(self._send_cells, self._list.version, self.position, self.position + FIRST)

    def _on_cells(self, content: Mapping[str, Any]) -> None:
        start = max(int(content["from"]), 0)
        stop = min(int(content["to"]), start + PAGE)
        self._later(self._send_cells, int(content["version"]), start, stop)

    def _on_thumbs(self, content: Mapping[str, Any]) -> None:
        size = min(max(int(content["size"]), SMALLEST), LARGEST)
        heard = content.get("heard")
        wanted = [Wanted(str(each["item"]), _region(each.get("crop")), size) for each in content["wanted"]]
        with self._out:
            # What is on its way need not be made again; what has come and is asked for again, the page has dropped.
            since = self._batch if heard is None else int(heard)
            self._sending = {each: batch for each, batch in self._sending.items() if batch > since}
            self._thumbs.want([each for each in wanted if each not in self._sending])

    def _on_action(self, content: Mapping[str, Any]) -> None:
        name, value = str(content["name"]), content.get("value")
        if name == "mark_all":
            with self._out:
                cells = self._list.cells[:]
            self.mark(cells, on=len(self.marked) < len(cells))
        elif name == "mark_range" and isinstance(value, Mapping):
            with self._out:
                right = value["version"] == self._list.version
                cells = self._list.cells[int(value["from"]) : int(value["to"])] if right else []
            on = value["on"]
            self.mark(cells, on=len(self.which(cells)) < len(cells) if on is None else bool(on))
        elif name == "open" and isinstance(value, Mapping):
            self._act(name, Cell(str(value["item"]), str(value["object"])))
        else:
            super()._on_action(content)

    @traitlets.validate("keymap")
    def _keymap_of_a_grid(self, proposal: Any) -> dict[str, str]:
        return grid_keys(proposal["value"], paged=any(self.pages), read_only=self.read_only)

    @traitlets.validate("labels")
    def _labels_of_a_grid(self, proposal: Any) -> dict[str, str]:
        return {**proposal["value"], **LABELS}


def _region(value: Any) -> Region | None:
    if value is None:
        return None
    if not isinstance(value, Sequence) or len(value) != 4:  # noqa: PLR2004 - x, y, width, height
        raise InvalidValue("The crop", value, "[x, y, width, height]")
    x, y, width, height = map(float, value)
    return x, y, width, height


def _chunks(cells: Iterable[Cell]) -> Iterable[list[Cell]]:
    chunk: list[Cell] = []
    for cell in cells:
        chunk.append(cell)
        if len(chunk) == PAGE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
