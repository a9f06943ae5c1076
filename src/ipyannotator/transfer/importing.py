"""Taking another program's data set into a task.

How this works. The file is read twice: first to the end, to see that all of it is sound and which classes it names;
only then is anything taken in, many items in one change. These changes are of origin `file`, as are those by which a
project takes in its JSON: an undo on one image would otherwise take the boxes of a hundred others away, which nobody
sees. `take_back` takes back the latest import as a whole, but for what was edited since.

The id of an object that comes in is made from what it says. So a second import of the same file brings nothing twice,
even where a person has since moved or relabelled a box; an object that a person deleted comes back.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from ipyannotator.editor.core import Editor
from ipyannotator.errors import Conflict, FormatError
from ipyannotator.formats.adapting import adapt
from ipyannotator.formats.base import FORMATS, Format, Reading, Sample, Size, Thing, find_format
from ipyannotator.formats.fitting import fit_shape
from ipyannotator.model import (
    ItemRecord,
    ObjectClass,
    ObjectRecord,
    Op,
    Schema,
    Shape,
    SkeletonTemplate,
    encode,
    encode_shape,
    invert,
)
from ipyannotator.transfer.matching import Matcher, Sizes
from ipyannotator.transfer.renaming import Renamed, check_renamed, renamed
from ipyannotator.transfer.report import MENTIONED, Report, counted, things_of

Progress = Callable[[int, int], None]

BATCH = 2000
"""Operations in one change."""
NEAR = 0.01
"""Pixels by which two boxes may differ and be the same: what formats lose by writing fractions."""

ABSENT = "not in this project"
OUTSIDE = "reaching outside the image (kept)"
RESIZED = "on an image of another size than the file says (kept as they are)"
_NAMESPACE = uuid.UUID("6f1c7c52-4f39-4d0f-9c39-3d8f2c6f6b1e")


def import_(
    editor: Editor, name: str | None, path: str | Path, *, done: bool = True, progress: Progress | None = None,
    classes: Renamed | None = None,
) -> Report:  # fmt: skip
    """Take a data set of another program in.

    Args:
        editor: the task.
        name: of the format, one of `FORMATS`; None to find out.
        path: the file or folder.
        done: whether items that were not begun count as done, those without objects among them.
        progress: called after each item of the file with how many are finished, and of how many.
        classes: other names for classes of the file; None leaves the objects of a class out.

    Returns:
        What was taken in, and what was not. Images of the file that the project does not have are counted.

    Raises:
        NotRegistered: there is no such format.
        FormatError: the file is broken, or has no image of the project; nothing was taken in.
        InvalidValue: another name is for a class that the file does not have.
        ReadOnly: this is an explore step.
    """
    editor.check_writable()
    path = Path(path).expanduser()
    if not path.exists():
        raise FormatError(f"There is nothing at {path} to import.")
    kind = FORMATS.get(name) if name is not None else find_format(path)
    match = Matcher(editor.source)

    size = Sizes(editor)

    def known(item: str) -> Size | None:
        key = match.key(item)
        return None if key is None else size(key)

    report = Report("Imported", kind.title, path, things_of(kind.holds.shapes, editor.output.kinds))
    reading = kind.read(path, known, editor.output.kinds)
    if classes is not None:
        check_renamed(classes, reading.classes)
        reading = renamed(reading, classes)
    total = _look(editor, reading, match, report)
    before = editor.store.head()
    taking = _Taking(editor, kind, report, size, done=done)
    try:
        for at, sample in enumerate(reading, 1):
            key = match.key(sample.name)
            if key is not None:
                taking.add(key, taking.adapted(key, sample))
            if progress is not None:
                progress(at, max(at, total))
        taking.flush()
    finally:
        if taking.changes:
            kept = {"after": before, "changes": taking.changes}
            editor.store.remember(_last(editor), json.dumps(kept).encode())
    report.lost.update(reading.lost)
    return report


def take_back(editor: Editor) -> dict[str, int]:
    """Take back the latest import into this task, but for what was edited since; classes that came with it stay.

    Returns:
        `{"items": taken back, "kept": items that were edited since and stay as they are}`; zeros where there is none.
    """
    editor.check_writable()
    kept = editor.store.recall(_last(editor))
    told = {"items": 0, "kept": 0}
    if not kept:
        return told
    record = json.loads(kept)
    wanted = set(record["changes"])
    entries = [
        entry for entry in editor.store.log(record["after"], task=editor.task) if entry.change.id in wanted
    ]
    for entry in reversed(entries):
        ops: dict[str, list[Op]] = {}
        for op in invert(entry.change.ops):
            ops.setdefault(op.item, []).append(op)
        try:
            editor.do([op for some in ops.values() for op in some], item="", origin="file")
            told["items"] += len(ops)
        except Conflict:
            for some in ops.values():
                try:
                    editor.do(some, item="", origin="file")
                    told["items"] += 1
                except Conflict:
                    told["kept"] += 1
    editor.store.remember(_last(editor), b"")
    return told


def _last(editor: Editor) -> str:
    return f"import:{editor.task}:{editor.layer}"


def _look(editor: Editor, reading: Reading, match: Matcher, report: Report) -> int:
    """Read all of a file, so that a broken one changes nothing; add the classes it names; return how many items."""
    total = 0
    example = ""
    labels: dict[str, None] = {}
    keys: Counter[str] = Counter()
    for sample in reading:
        total += 1
        key = match.key(sample.name)
        if key is None:
            example = example or sample.name
            report.leave(ABSENT, sample.name)
            continue
        keys[key] += 1
        labels.update(dict.fromkeys(thing.label for thing in sample.things if thing.label is not None))
    if not keys:
        raise FormatError(
            f"{report.path} has {total:,} images, and none of them is in {editor.source.location}: the first is "
            f"{example!r} there, {editor.source.key(0)!r} here. Nothing was taken in."
            if total
            else f"{report.path} says nothing of any image. Nothing was taken in."
        )
    twice = sum(count > 1 for count in keys.values())
    if twice:
        report.notes.append(f"More than once in the file, and put together: {counted(twice, 'images')}.")
    open_ = editor.extensible or not editor.schema.active
    wanted = [*reading.classes, *labels] if open_ else labels
    _add_classes(editor, dict.fromkeys(wanted), report, reading.templates, offered=open_)
    return total


def _add_classes(
    editor: Editor, names: Iterable[str], report: Report, templates: Mapping[str, SkeletonTemplate], *, offered: bool
) -> None:  # fmt: skip
    """Add the classes that are missing: on offer where the output's are open, else retired, so that nothing is lost."""
    for last in (False, False, True):
        ops: list[Op] = []
        missing = []
        for name in names:
            found = editor.schema.find(name)
            if found is None:
                missing.append(name)
                given = _declared(editor, name, templates.get(name)) if offered else name
                ops.append(editor.schema.new_class(given, retired=not offered, ahead=len(missing) - 1))
            elif found.retired and offered:
                ops.append(Op("set", "class", found.id, path="retired", old=True, new=False))
        try:
            if ops:
                editor.do(ops, item="", origin="file")
        except Conflict:  # another kernel adds the same at this moment: look what is left to do
            if last:
                raise
        else:
            if missing and not offered:
                some = ", ".join(map(repr, missing[:MENTIONED])) + (" …" if len(missing) > MENTIONED else "")
                report.notes.append(f"Not on offer here, and kept as retired classes: {some}.")
            return


def _declared(editor: Editor, name: str, template: SkeletonTemplate | None) -> str | ObjectClass:
    """Return what is declared of a class that a file brings: with the joints that the file says, where they are drawn."""
    given = editor.output.declared(name)
    if template is None or "skeleton" not in editor.output.kinds:
        return given
    shapes = given.shapes if isinstance(given, ObjectClass) else ()
    attributes = given.attributes if isinstance(given, ObjectClass) else ()
    return ObjectClass(name, shapes=(*shapes, "skeleton"), attributes=attributes, skeleton=template)


class _New(NamedTuple):
    """What a batch would write, and what it says of it."""

    ops: list[Op]
    objects: int
    known: int
    classes: Counter[str]


class _Taking:
    """One import under way: samples are collected, and written many in one change."""

    def __init__(self, editor: Editor, kind: Format, report: Report, size: Sizes, *, done: bool) -> None:
        self.changes: list[str] = []
        self._editor = editor
        self._kind = kind
        self._report = report
        self._done = done
        self._batch: dict[str, list[Sample]] = {}
        self._size = size
        self._weight = 0
        self._order = time.time_ns() // 1000

    def add(self, key: str, sample: Sample) -> None:
        """Take a sample in with the next change."""
        self._batch.setdefault(key, []).append(sample)
        self._weight += 1 + len(sample.things)
        if self._weight >= BATCH:
            self.flush()

    def adapted(self, key: str, sample: Sample) -> Sample:
        """Return a sample whose things have shapes that their class takes, as far as there is a way; the rest as it is."""
        editor, kinds = self._editor, self._editor.output.kinds
        if not kinds:
            return sample
        things = []
        for thing in sample.things:
            rules = editor.schema.rules(editor.schema.id_of(thing.label))
            wanted = (rules.shapes if rules is not None else ()) or kinds
            shape = adapt(thing.shape, wanted, self._size(key))
            if shape is None:
                self._odd(
                    f"of the kind {thing.shape.kind!r}, which is not offered here (kept as they are)", 1
                )
            elif shape is not thing.shape:
                self._odd(f"of the kind {thing.shape.kind!r}, taken as {shape.kind!r}", 1)
            things.append(thing if shape is None else dataclasses.replace(thing, shape=shape))
        return dataclasses.replace(sample, things=tuple(things))

    def flush(self) -> None:
        """Write what was collected."""
        editor, report = self._editor, self._report
        for last in (False, False, True):
            new = self._plan()
            try:
                if new.ops:
                    self.changes.append(editor.do(new.ops, item="", origin="file").id)
            except Conflict:  # somebody works on these items at this moment: look what is left to do
                if last:
                    raise
            else:
                break
        report.items += len(self._batch)
        report.empty += sum(not any(sample.things for sample in samples) for samples in self._batch.values())
        report.objects += new.objects
        report.known += new.known
        report.classes.update(new.classes)
        for key, samples in self._batch.items():
            self._look_closely(self._size(key), samples)
        self._order += new.objects
        self._batch, self._weight = {}, 0

    def _plan(self) -> _New:
        editor = self._editor
        present = {each.item.id: each for each in editor.store.each(editor.task, editor.layer, self._batch)}
        ops: list[Op] = []
        known = 0
        classes: Counter[str] = Counter()
        for key, samples in self._batch.items():
            found = present.get(key)
            item, objects = (found.item, found.objects) if found else (ItemRecord(id=key), [])
            here = _Here(objects, editor.schema, self._kind, self._size(key))
            for thing in (thing for sample in samples for thing in sample.things):
                record = self._record(key, thing, here)
                if record is None:
                    known += 1
                    continue
                ops.append(Op("create", "object", record.id, key, new=encode(record)))
                classes[thing.label or ""] += 1
            if self._done and item.state == "todo":
                ops.append(Op("set", "item", key, key, "state", "todo", "done"))
        return _New(ops, sum(classes.values()), known, classes)

    def _record(self, key: str, thing: Thing, here: _Here) -> ObjectRecord | None:
        editor = self._editor
        said = msgspec.json.encode([encode_shape(thing.shape), thing.label, thing.track])
        nth = here.count(said)
        name = f"{editor.task}\n{editor.layer}\n{key}\n{said.decode()}\n{nth}"
        object_id = uuid.uuid5(_NAMESPACE, name).hex
        # Asked in any case: a thing that is here by its id must not answer for its double as well.
        if here.take(thing) or object_id in here.ids:
            return None
        self._order += 1
        part = editor.output.parts[0] if editor.output.parts else "objects"
        return ObjectRecord(
            id=object_id, item=key, shape=thing.shape, part=part, class_id=editor.schema.id_of(thing.label),
            score=thing.score, track=thing.track, attributes=dict(thing.attributes), origin="import",
            author=editor.author.id, order=self._order,
        )  # fmt: skip

    def _look_closely(self, size: Size | None, samples: list[Sample]) -> None:
        """Count what is odd about the boxes of an item."""
        for sample in samples:
            if size is None:
                continue
            if sample.width and sample.height and (sample.width, sample.height) != size:
                self._odd(RESIZED, len(sample.things))
            self._odd(OUTSIDE, sum(_outside(thing.shape, size) for thing in sample.things))

    def _odd(self, what: str, count: int) -> None:
        if count:
            self._report.lost[what] += count


class _Here:
    """What an item has already, to be compared with what a file says, as far as its format can say it."""

    def __init__(self, objects: list[ObjectRecord], schema: Schema, kind: Format, size: Size | None) -> None:
        self.ids = {record.id for record in objects}
        self._cells: dict[tuple[str | None, int, int], list[tuple[float, ...]]] = {}
        self._said: Counter[bytes] = Counter()
        for record in objects:
            held = fit_shape(record.shape, kind.holds, size, Counter())
            if held is not None and held.kind in kind.holds.shapes:
                label = schema.name(record.class_id)
                left, top, *_ = bounds = tuple(held.bounds())
                if math.isfinite(left):
                    self._cells.setdefault((label, math.floor(left), math.floor(top)), []).append(bounds)

    def count(self, said: bytes) -> int:
        """Return how often this was asked before."""
        self._said[said] += 1
        return self._said[said] - 1

    def take(self, thing: Thing) -> bool:
        """Tell whether the item has such a thing; each of them answers once."""
        bounds = tuple(thing.shape.bounds())
        for left in {math.floor(bounds[0] - NEAR), math.floor(bounds[0] + NEAR)}:
            for top in {math.floor(bounds[1] - NEAR), math.floor(bounds[1] + NEAR)}:
                some = self._cells.get((thing.label, left, top), [])
                for at, other in enumerate(some):
                    if all(abs(a - b) <= NEAR for a, b in zip(bounds, other, strict=True)):
                        del some[at]
                        return True
        return False


def _outside(shape: Shape, size: Size) -> bool:
    left, top, right, bottom = shape.bounds()
    return left < -NEAR or top < -NEAR or right > size[0] + NEAR or bottom > size[1] + NEAR
