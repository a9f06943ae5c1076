"""Between the store and the project's JSON file, in the original's form.

The database is the truth once it exists. The JSON is written by Save and close; it is read when there is no database
yet, and later only on request, by a merge that touches only what was changed in it since it was written.
"""

from __future__ import annotations

import math
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ipyannotator.editor.census import REVIEW
from ipyannotator.editor.core import Editor
from ipyannotator.errors import Conflict, FormatError, StoreError
from ipyannotator.formats import original
from ipyannotator.mltypes import Parsed
from ipyannotator.model import ObjectRecord, Op, Shape, UnknownShape, encode, encode_shape, new_id

BATCH = 2000
"""Operations in one change while a file is read for the first time."""


def to_dict(editor: Editor, folder: str, *, only_annotated: bool = False) -> dict[str, Any]:
    """Return the original's dictionary: the path of each item, under `folder` as written, to its value.

    A suggestion that nobody has accepted is in it only where its form says so (`OutputImageShapes`).

    Args:
        editor: the task.
        folder: the path of the image folder, as the original wrote it.
        only_annotated: leave out the items that nobody touched, which are None otherwise.
    """
    source = editor.source
    values: dict[str, Any] = {}
    marked = "origin" in editor.output.held  # the file says what is only a suggestion
    if not only_annotated:
        values = dict.fromkeys(f"{folder}/{source.key(index)}" for index in range(len(source)))
    for item, every, fields in editor.store.each(editor.task, editor.layer):
        objects = every if marked else accepted(every)
        # A reviewer's mark on an item is no annotation of it.
        if item.state == "done" or objects or any(field.id in editor.output.parts for field in fields):
            values[f"{folder}/{item.id}"] = editor.output.to_value(objects, fields, editor.schema)
    return values


def accepted(objects: list[ObjectRecord]) -> list[ObjectRecord]:
    """Return the objects that are not just a model's suggestions: somebody stands for them."""
    return [each for each in objects if each.origin != "model"]


def to_rows(editor: Editor) -> Iterator[dict[str, Any]]:
    """Yield one row per object: item, state, id, label, the shape's values, score, origin, author, track.

    `x`, `y`, `width` and `height` are those of a box, of any other shape those of the upright rectangle around it.
    """
    for item, objects, _ in editor.store.each(editor.task, editor.layer):
        for record in objects:
            shape = encode_shape(record.shape)
            yield {
                "item": item.id,
                "state": editor.state(item),
                "id": record.id,
                "label": editor.schema.name(record.class_id),
                **_extent(record.shape),
                **shape,
                "score": record.score,
                "origin": record.origin,
                "author": record.author,
                **({"track": record.track} if record.track is not None else {}),
                **{f"attributes.{name}": value for name, value in record.attributes.items()},
            }


def _extent(shape: Shape) -> dict[str, float]:
    """Return the upright rectangle around a shape; nothing for one that has none."""
    left, top, right, bottom = shape.bounds()
    if isinstance(shape, UnknownShape) or not all(map(math.isfinite, (left, top, right, bottom))):
        return {}
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def save(editor: Editor, path: Path, folder: str) -> Path:
    """Write the JSON file atomically, and remember what was written.

    A file that somebody changed since the last time is first copied aside, into `backups/` beside it.
    """
    head = editor.store.head()
    data = original.dumps(to_dict(editor, folder))
    if _changed_by_hand(editor, path):
        kept = path.parent / "backups" / f"{path.stem}-{time.strftime('%Y%m%d-%H%M%S')}.json"
        try:
            kept.parent.mkdir(exist_ok=True)
            shutil.copy2(path, kept)
        except OSError as error:
            raise StoreError(
                f"Cannot write {path}: it was changed outside, and a copy of that cannot be kept as {kept} "
                f"({error.strerror}). What is in the database is safe."
            ) from error
        text = f"{path.name} had been changed outside; that version was kept as {kept}."
        editor.events.emit("notice", "warning", text)
    original.write(path, data)
    editor.store.remember(_base_name(editor), zlib.compress(data))
    editor.store.remember(_head_name(editor), str(head).encode())
    return path


def is_current(editor: Editor, path: Path) -> bool:
    """Tell whether the file was written since the last change; of a large project, writing it takes seconds."""
    return path.exists() and editor.store.recall(_head_name(editor)) == str(editor.store.head()).encode()


def load(editor: Editor, path: Path, folder: str) -> int:
    """Take a JSON file into a task that begins; return how many items it told something of.

    Items that have a value count as done: the original knew no other state. Items that are annotated already are
    passed over, so that a load that was broken off goes on where it ended, and two kernels that begin at once do not
    double anything.

    Raises:
        FormatError: it is broken, or of another output; nothing was taken in.
    """
    content = original.read(path)
    parsed = {name: _parse(editor, path, name, value) for name, value in content.items() if value is not None}
    keys = original.matched(parsed, editor.source.index, folder)
    by_item: dict[str, list[Parsed]] = {}  # several paths may mean one item, which goes into one change
    for name, found in parsed.items():
        by_item.setdefault(keys[name], []).append(found)
    batch: dict[str, list[Parsed]] = {}
    weight = 0
    for key, some in by_item.items():
        batch[key] = some
        weight += sum(1 + len(found.objects) + len(found.fields) for found in some)
        if weight >= BATCH:
            _load_batch(editor, batch)
            batch, weight = {}, 0
    _load_batch(editor, batch)
    editor.store.remember(_base_name(editor), zlib.compress(path.read_bytes()))
    return len(parsed)


def _load_batch(editor: Editor, batch: dict[str, list[Parsed]]) -> None:
    for last in (False, False, True):
        touched = {its.item.id for its in editor.store.each(editor.task, editor.layer, batch)}
        ops: list[Op] = []
        for key, found in batch.items():
            if key in touched:
                continue
            records = _records(editor, key, [each for parsed in found for each in parsed.objects])
            ops += [Op("create", "object", o.id, key, new=encode(o)) for o in records]
            fields = {name: value for parsed in found for name, value in parsed.fields.items()}
            ops += [Op("set", "field", name, key, "value", None, value) for name, value in fields.items()]
            ops.append(Op("set", "item", key, key, "state", "todo", "done"))
        try:
            if ops:
                editor.do(ops, item="", origin="file")
        except Conflict:  # another kernel loads the same at this moment: look what is left to do
            if last:
                raise
        else:
            return


def merge(editor: Editor, path: Path, folder: str) -> dict[str, int]:
    """Bring in what was changed in the JSON file since it was last written: one change per item.

    Returns:
        `{"items": changed, "added": objects, "removed": objects, "kept": removals passed over, because the object was
        changed here as well}`.
    """
    theirs = original.read(path)
    remembered = editor.store.recall(_base_name(editor))
    base: dict[str, Any] = msgspec.json.decode(zlib.decompress(remembered)) if remembered else {}
    report = {"items": 0, "added": 0, "removed": 0, "kept": 0}
    altered = {name: value for name, value in theirs.items() if value != base.get(name)}
    parsed = {name: _parse(editor, path, name, value) for name, value in altered.items() if value is not None}
    keys = original.matched(altered, editor.source.index, folder)
    for name, key in keys.items():
        then = _parse(editor, path, name, base[name]) if base.get(name) is not None else Parsed()
        item, objects, fields = editor.store.annotated(editor.task, key, editor.layer)
        found = parsed.get(name, Parsed())
        held = editor.output.held
        ours = [{**_values(o), "label": editor.schema.name(o.class_id)} for o in objects]
        plan = original.merge(
            *([_compared(each, held) for each in some] for some in (then.objects, found.objects, ours))
        )
        ops = [Op("delete", "object", objects[at].id, key, old=encode(objects[at])) for at in plan.remove]
        fresh = _records(editor, key, [found.objects[at] for at in plan.add])
        ops += [Op("create", "object", o.id, key, new=encode(o)) for o in fresh]
        ops += _field_ops(key, then.fields, found.fields, {field.id: field.value for field in fields})
        if name in parsed and item.state == "todo":
            ops.append(Op("set", "item", key, key, "state", "todo", "done"))
        if ops:
            editor.do(ops, item=key, origin="import")
            report["items"] += 1
        report["added"] += len(plan.add)
        report["removed"] += len(plan.remove)
        report["kept"] += plan.kept
    return report


def _field_ops(key: str, then: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]) -> list[Op]:
    """Return what sets the fields that theirs changed, where ours are still as they were."""
    changed = [name for name in {**then, **theirs} if theirs.get(name) != then.get(name)]
    return [
        Op("set", "field", name, key, "value", ours.get(name), theirs.get(name))
        for name in changed
        if ours.get(name) == then.get(name)
    ]


def _values(record: ObjectRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in ("shape", "attributes", "score", "track", "origin")}


def _compared(found: dict[str, Any], held: Iterable[str]) -> list[Any]:
    """Return what is compared of an object: the values that the file's form has, a reviewer's mark not among them."""
    plain = {
        **found,
        "shape": encode_shape(found["shape"]),
        "attributes": {name: value for name, value in found.get("attributes", {}).items() if name != REVIEW},
        "origin": "model" if found.get("origin") == "model" else None,  # all others are a person's
    }
    return [plain.get(name) for name in held]


def _parse(editor: Editor, path: Path, name: str, value: Any) -> Parsed:
    try:
        return editor.output.from_value(value)
    except FormatError as error:
        raise FormatError(
            f"{path}, at {name!r}: {error} Nothing was taken in. "
            f"If the file belongs to another output, move it away or choose another `Settings.result_dir`."
        ) from error


def _records(editor: Editor, key: str, found: Iterable[dict[str, Any]]) -> list[ObjectRecord]:
    now = time.time_ns() // 1000
    records = []
    for at, values in enumerate(found):
        others = {name: value for name, value in values.items() if name != "label"}
        # A name that the output does not offer is kept as a retired class, so that nothing is lost or renamed.
        class_id = None if values["label"] is None else _class_id(editor, values["label"])
        records.append(
            ObjectRecord(
                id=new_id(), item=key, class_id=class_id, author=editor.author.id, order=now + at,
                **{"origin": "import", **others},
            )
        )  # fmt: skip
    return records


def _class_id(editor: Editor, label: str) -> str:
    found = editor.schema.find(label)
    return found.id if found else editor.add_class(label, retired=not editor.extensible)


def _base_name(editor: Editor) -> str:
    return f"export:{editor.task}:{editor.layer}"


def _head_name(editor: Editor) -> str:
    return f"exported:{editor.task}:{editor.layer}"


def _changed_by_hand(editor: Editor, path: Path) -> bool:
    if not path.exists():
        return False
    remembered = editor.store.recall(_base_name(editor))
    try:
        return remembered is None or path.read_bytes() != zlib.decompress(remembered)
    except OSError:  # it cannot be read, so nobody knows; copying it aside will say why
        return True
