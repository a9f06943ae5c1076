"""Taking another program's data set into a task.

How this works. The file is read once, and what it says is written into a batch, which nobody sees (`editor/batch.py`).
When it has been read to its end and found sound, one change makes the classes that it brings and all of its objects
visible; where anything is wrong with it, nothing has changed. This change is of origin `file`, as is that by which a
project takes in its JSON: an undo on one image would otherwise take the boxes of a hundred thousand others away, which
nobody sees. `take_back` takes back the latest import as a whole, but for the items that were edited since.

The id of an object that comes in is made from what it says. So a second import of the same file brings nothing twice,
even where a person has since moved or relabelled a box; an object that a person deleted comes back.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from ipyannotator.editor import batch
from ipyannotator.editor.core import Editor
from ipyannotator.errors import Conflict, FormatError
from ipyannotator.formats.adapting import adapt
from ipyannotator.formats.base import FORMATS, Format, Losses, Reading, Sample, Size, Thing, find_format
from ipyannotator.formats.fitting import fit_shape
from ipyannotator.model import Bounds, ItemRecord, ObjectRecord, Op, Schema, Shape
from ipyannotator.stores.base import Annotated
from ipyannotator.transfer.matching import Matcher, Sizes
from ipyannotator.transfer.planning import PlannedClasses
from ipyannotator.transfer.renaming import Renamed, check_renamed, renamed
from ipyannotator.transfer.report import MENTIONED, Report, counted, things_of

Progress = Callable[[int, int], None]

PART = 2000
"""Operations in one transaction: some hundredths of a second, for which others wait."""
NEAR = 0.01
"""Pixels by which two boxes may differ and be the same: what formats lose by writing fractions."""

ABSENT = "not in this project"
OUTSIDE = "reaching outside the image (kept)"
RESIZED = "on an image of another size than the file says (kept as they are)"
_TRIES = 3


def import_(
    editor: Editor, name: str | None, path: str | Path, *, done: bool = True, progress: Progress | None = None,
    classes: Renamed | None = None, strict: bool = False,
) -> Report:  # fmt: skip
    """Take a data set of another program in.

    Args:
        editor: the task.
        name: of the format, one of `FORMATS`; None to find out.
        path: the file or folder.
        done: whether items that were not begun count as done, those without objects among them.
        progress: called after each item of the file with how many are finished, and of how many.
        classes: other names for classes of the file; None leaves the objects of a class out.
        strict: refuse a file of which something would be left out or taken as something else.

    Returns:
        What was taken in, and what was not. Images of the file that the project does not have are counted.

    Raises:
        NotRegistered: there is no such format.
        FormatError: the file is broken, or has no image of the project, or `strict` refuses it; nothing was taken in.
        InvalidValue: another name is for a class that the file does not have.
        ReadOnly: this is an explore step.
        Rejected: a `before_change` hook refused it; nothing was taken in.
    """
    editor.check_writable()
    path = Path(path).expanduser()
    if not path.exists():
        raise FormatError(f"There is nothing at {path} to import.")
    kind = FORMATS.get(name) if name is not None else find_format(path)
    match, size = Matcher(editor.source), Sizes(editor)

    def known(item: str) -> Size | None:
        key = match.key(item)
        return None if key is None else size(key)

    reading = kind.read(path, known, editor.output.kinds)
    if classes is not None:
        check_renamed(classes, reading.classes)
        reading = renamed(reading, classes)
    batch.clear_abandoned(editor)
    for left in reversed(range(_TRIES)):
        report = Report("Imported", kind.title, path, things_of(kind.holds.shapes, editor.output.kinds))
        taking = _Taking(editor, kind, report, reading, size, done=done)
        try:
            with _collecting_only_what_is_new():
                taking.read(match, progress)
            if strict:
                _check_whole(report)
            taking.show()
        except Conflict:  # somebody else made one of its classes while it was read
            taking.batch.abandon()
            if not left:
                raise
        except BaseException:
            taking.batch.abandon()
            raise
        else:
            break
    return report


def take_back(editor: Editor) -> dict[str, int]:
    """Take back the latest import into this task, but for what was edited since; classes that came with it stay.

    Returns:
        `{"items": taken back, "kept": items that were edited since and stay as they are}`; zeros where there is none.
    """
    editor.check_writable()
    kept = editor.store.recall(_last(editor))
    if not kept:
        return {"items": 0, "kept": 0}
    record = json.loads(kept)
    items = batch.take_back(editor, record["batch"])
    editor.store.remember(_last(editor), b"")
    return {"items": items, "kept": record["items"] - items}


@contextlib.contextmanager
def _collecting_only_what_is_new() -> Iterator[None]:
    """Keep Python's garbage collector from what lives already, which it would walk through some hundred times."""
    mine = gc.get_freeze_count() == 0  # who has frozen something has a reason, and keeps it so
    if mine:
        gc.freeze()
    try:
        yield
    finally:
        if mine:
            gc.unfreeze()


def _last(editor: Editor) -> str:
    return f"import:{editor.task}:{editor.layer}"


def _check_whole(report: Report) -> None:
    said = [
        f"of the {things}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items())
        for things, counts in (("images", report.left), (report.things, report.lost))
        if any(counts.values())
    ]
    if said:
        raise FormatError(
            f"Not everything in {report.path} would be kept as it is; {'; '.join(said)}. Nothing was taken in."
        )


class _Taking:
    """One import under way."""

    def __init__(
        self, editor: Editor, kind: Format, report: Report, reading: Reading, size: Sizes, *, done: bool
    ) -> None:
        self.batch = batch.Batch(editor, f"{kind.name}: {report.path}")
        self._editor = editor
        self._kind = kind
        self._report = report
        self._reading = reading
        self._classes = PlannedClasses(editor, reading.templates)
        self._size = size
        self._done = done
        self._waiting: dict[str, list[Sample]] = {}
        self._weight = 0
        self._seen: set[str] = set()
        self._twice: set[str] = set()
        self._order = time.time_ns() // 1000
        self._touched = 0
        self._part = editor.output.parts[0] if editor.output.parts else "objects"

    def read(self, match: Matcher, progress: Progress | None) -> None:
        """Read the whole file into the batch."""
        report, reading = self._report, self._reading
        if self._classes.offered:
            self._classes.add(reading.classes)
        at, example = 0, ""
        for at, sample in enumerate(reading, 1):
            key = match.key(sample.name)
            if key is None:
                example = example or sample.name
                report.leave(ABSENT, sample.name)
            else:
                self._take(key, sample)
            if progress is not None:
                progress(at, max(at, reading.total or 0))
        self._flush()
        report.lost.update(reading.lost)
        if not self._seen:
            source = self._editor.source
            raise FormatError(
                f"{report.path} has {at:,} images, and none of them is in {source.location}: the first is "
                f"{example!r} there, {source.key(0)!r} here. Nothing was taken in."
                if at
                else f"{report.path} says nothing of any image. Nothing was taken in."
            )

    def show(self) -> None:
        """Make it visible, and say what is to be said of it."""
        editor, report, hidden = self._editor, self._report, self._classes.hidden
        shown = self.batch.show(self._classes.ops)
        if shown:
            record = {"batch": shown, "items": self._touched}
            editor.store.remember(_last(editor), json.dumps(record).encode())
        if self._twice:
            many = counted(len(self._twice), "images")
            report.notes.append(f"More than once in the file, and put together: {many}.")
        if hidden:
            some = ", ".join(map(repr, hidden[:MENTIONED])) + (" …" if len(hidden) > MENTIONED else "")
            report.notes.append(f"Not on offer here, and kept as retired classes: {some}.")

    # ---- inside -------------------------------------------------------------------------------------------------

    def _take(self, key: str, sample: Sample) -> None:
        (self._twice if key in self._seen else self._seen).add(key)
        self._waiting.setdefault(key, []).append(sample)
        self._weight += 1 + len(sample.things)
        if self._weight >= PART:
            self._flush()

    def _flush(self) -> None:
        """Write what has come together."""
        present = self._present()
        ops: list[Op] = []
        for key, samples in self._waiting.items():
            size = self._size(key)
            item, objects = present.get(key) or (ItemRecord(id=key), [])
            self._look_closely(size, samples)
            here = _Here(objects, self._classes.schema, self._kind, size)
            before = len(ops)
            for sample in samples:
                ops += self._created(key, sample, here, size)
            if self._done and item.state == "todo" and not item.objects:  # else somebody has begun it
                ops.append(Op("set", "item", key, key, "state", "todo", "done"))
            self._touched += len(ops) > before and key not in self._twice
            self._report.items += key not in self._twice
            self._report.empty += not any(sample.things for sample in samples)
        if ops:
            self.batch.add(ops)
        self._waiting, self._weight = {}, 0

    def _present(self) -> dict[str, tuple[ItemRecord, list[ObjectRecord]]]:
        """Return what is on the items that are waiting; what came in before from this file, too."""
        editor = self._editor
        found = {
            each.item.id: (each.item, each.objects)
            for each in editor.store.each(editor.task, editor.layer, self._waiting)
        }
        again: list[Annotated] = list(self.batch.each(key for key in self._waiting if key in self._twice))
        for item, objects, _ in again:
            there, others = found.get(item.id, (item, []))
            state = item.state if there.state == "todo" else there.state
            found[item.id] = (msgspec.structs.replace(there, state=state), [*others, *objects])
        return found

    def _created(self, key: str, sample: Sample, here: _Here, size: Size | None) -> list[Op]:
        """Return what creates the objects of a sample that are not there yet."""
        ops = []
        author, report = self._editor.author.id, self._report
        for thing in sample.things:
            shape = self._adapted(thing, size)
            id_ = here.new(key, thing, shape)
            if id_ is None:
                report.known += 1
                continue
            self._order += 1
            record = ObjectRecord(
                id=id_, item=key, shape=shape, part=self._part, class_id=self._classes.id_of(thing.label),
                attributes=dict(thing.attributes), score=thing.score, track=thing.track, origin="import",
                author=author, order=self._order,
            )  # fmt: skip
            ops.append(Op("create", "object", id_, key, new=record))
            report.classes[thing.label or ""] += 1
        report.objects += len(ops)
        return ops

    def _adapted(self, thing: Thing, size: Size | None) -> Shape:
        """Return a shape that the thing's class takes, as far as there is a way; else as it is."""
        kinds, kind = self._classes.kinds_of(thing.label), thing.shape.kind
        if not kinds:
            return thing.shape
        shape = adapt(thing.shape, kinds, size)
        if shape is None:
            self._odd(f"of the kind {kind!r}, which is not offered here (kept as they are)", 1)
            return thing.shape
        if shape is not thing.shape:
            self._odd(f"of the kind {kind!r}, taken as {shape.kind!r}", 1)
        return shape

    def _look_closely(self, size: Size | None, samples: list[Sample]) -> None:
        """Count what is odd about the shapes of an item."""
        for sample in samples:
            if size is None:
                continue
            if sample.width and sample.height and (sample.width, sample.height) != size:
                self._odd(RESIZED, len(sample.things))
            self._odd(OUTSIDE, sum(_outside(thing.shape.bounds(), size) for thing in sample.things))

    def _odd(self, what: str, count: int) -> None:
        if count:
            self._report.lost[what] += count


class _Here:
    """What an item has already, to be compared with what a file says, as far as its format can say it."""

    def __init__(self, objects: list[ObjectRecord], schema: Schema, kind: Format, size: Size | None) -> None:
        self._ids = {record.id for record in objects}
        self._cells: dict[tuple[str | None, int, int], list[tuple[float, ...]]] = {}
        self._said: dict[bytes, int] = {}
        for record in objects:
            held = fit_shape(record.shape, kind.holds, size, Losses())
            if held is not None and held.kind in kind.holds.shapes:
                label = schema.name(record.class_id)
                left, top, *_ = bounds = tuple(held.bounds())
                if math.isfinite(left):
                    self._cells.setdefault((label, math.floor(left), math.floor(top)), []).append(bounds)

    def new(self, key: str, thing: Thing, shape: Shape) -> str | None:
        """Return the id of a thing, made from what it says; None where the item has it."""
        said = _encoder.encode((shape, thing.label, thing.track))
        nth = self._said.get(said, 0)
        self._said[said] = nth + 1
        id_ = hashlib.sha1(b"%b\n%b\n%d" % (key.encode(), said, nth), usedforsecurity=False).hexdigest()[:32]
        # Asked in any case: a thing that is here by its id must not answer for its double as well.
        return None if self._take(thing.label, shape) or id_ in self._ids else id_

    def _take(self, label: str | None, shape: Shape) -> bool:
        """Tell whether the item has such a thing; each of them answers once."""
        if not self._cells:
            return False
        bounds = tuple(shape.bounds())
        for left in {math.floor(bounds[0] - NEAR), math.floor(bounds[0] + NEAR)}:
            for top in {math.floor(bounds[1] - NEAR), math.floor(bounds[1] + NEAR)}:
                some = self._cells.get((label, left, top), [])
                for at, other in enumerate(some):
                    if all(abs(a - b) <= NEAR for a, b in zip(bounds, other, strict=True)):
                        del some[at]
                        return True
        return False


_encoder = msgspec.json.Encoder()


def _outside(bounds: Bounds, size: Size) -> bool:
    left, top, right, bottom = bounds
    return left < -NEAR or top < -NEAR or right > size[0] + NEAR or bottom > size[1] + NEAR
