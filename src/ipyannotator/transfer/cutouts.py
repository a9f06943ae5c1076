"""Objects as images of their own, and the way back: draw, cut out, classify the cut-outs, bring the classes back.

`write` cuts every object out of its image and notes in `origins.json`, beside the cut-outs, whose it is. What they are
then labelled with, as images like others, `bring_back` gives to the objects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ipyannotator.editor.core import Editor
from ipyannotator.errors import FormatError, InvalidValue, MediaError, MissingFolder, SourceError, StoreError
from ipyannotator.formats import original
from ipyannotator.model import ObjectRecord, Op, encode_shape
from ipyannotator.sources.cutouts import Cutout, cut_out
from ipyannotator.sources.listing import is_image
from ipyannotator.transfer.exchange import accepted

ORIGINS = "origins.json"
"""The file that says of each cut-out which object it shows."""
_SHORT = 8
_FORM = "a file written by `a.crops(folder)`"


class Crops(NamedTuple):
    """What became of the cut-outs.

    Attributes:
        folder: where they are.
        written: how many were written, or were there already as they should be.
        removed: how many of objects that are gone were taken away.
        outside: how many objects lie outside their image, and have no cut-out.
        broken: what is wrong with images that cannot be read, by key.
    """

    folder: Path
    written: int
    removed: int
    outside: int
    broken: dict[str, str]


class Brought(NamedTuple):
    """What became of the labels of cut-outs.

    Attributes:
        changed: how many objects got another class.
        same: how many had it already.
        several: cut-outs with more than one label, which were passed over.
        gone: cut-outs whose object is no longer there.
        moved: how many of the changed objects had been moved or resized since they were cut out.
    """

    changed: int
    same: int
    several: list[str]
    gone: list[str]
    moved: int


def write(editor: Editor, folder: Path, margin: float) -> Crops:
    """Cut every object out of its image, into a folder; cut-outs of objects that are gone are taken away.

    Args:
        editor: the task.
        folder: made where it is missing. Files in it that were not written from here are left alone.
        margin: what is shown around an object on each side, as a part of its longer side; 0 for nothing.

    Raises:
        InvalidValue: the margin is no number from 0 on.
        SourceError: the items of this source are no files.
        FormatError: the folder has an `origins.json` that was not written from here.
        StoreError: the folder cannot be written.
    """
    if isinstance(margin, bool) or not isinstance(margin, (int, float)) or not 0 <= margin < math.inf:
        raise InvalidValue(
            "The margin", margin, "a number from 0 on, such as 0.1 for a tenth of the longer side"
        )
    path_of = getattr(editor.source, "path", None)
    if path_of is None:
        raise SourceError(f"Items of {editor.source.location} are no image files, so nothing can be cut out.")
    before = _origins(folder) if (folder / ORIGINS).exists() else {}
    origins: dict[str, Any] = {}
    outside, broken = 0, {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, records in _placed(editor):
            try:
                parts = cut_out(path_of(key), key, [record.shape.bounds() for record in records], margin)
            except (MediaError, KeyError) as error:
                broken[key] = str(error)
                continue
            for record, part in zip(records, parts, strict=True):
                if part is None:
                    outside += 1
                else:
                    name = _name(record, part.suffix)
                    origins[name] = _origin(record, part)
                    _write(folder / name, part.data)
        kept = {name: said for name, said in before.items() if said["item"] in broken and name not in origins}
        gone = [name for name in before if name not in origins and name not in kept]
        for name in gone:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"Cannot write cut-outs to {folder}: {error.strerror}. The annotations are safe."
        ) from error
    content = {"version": 1, "project": editor.store.project, "task": editor.task, "layer": editor.layer}
    original.write(folder / ORIGINS, original.dumps({**content, "crops": {**kept, **origins}}))
    return Crops(folder, len(origins), len(gone), outside, broken)


def bring_back(editor: Editor, folder: Path, labels: Mapping[str, Any]) -> Brought:
    """Give objects the labels of their cut-outs as classes: one change for each image.

    Args:
        editor: the task that the objects are of.
        folder: where the cut-outs are.
        labels: the path or name of a cut-out to its labels, as `to_dict` of an annotator of labels gives them.

    Raises:
        MissingFolder: there are no cut-outs.
        FormatError: they are not of this project and task.
        InvalidValue: what is given of a cut-out are no labels; nothing was changed.
        ReadOnly, Rejected, Conflict: as `Editor.do`.
    """
    editor.check_writable()
    if not (folder / ORIGINS).is_file():
        raise MissingFolder(f"There is no {ORIGINS} in {folder}, which `a.crops(folder)` writes.")
    origins = _origins(folder, editor)
    several, gone = [], []
    wanted: dict[str, dict[str, str]] = {}
    for path, value in labels.items():
        name = re.split(r"[/\\]", path)[-1]
        if not value or name not in origins:
            continue
        words = _words(name, value)
        if len(words) > 1:
            several.append(name)
            continue
        wanted.setdefault(origins[name]["item"], {})[name] = words[0]
    changed = same = moved = 0
    for key, given in wanted.items():
        records = {
            record.id: record for record in editor.objects(key, [origins[name]["object"] for name in given])
        }
        ops = []
        for name, word in given.items():
            record = records.get(origins[name]["object"])
            if record is None:
                gone.append(name)
                continue
            class_id = editor.add_class(word)
            if record.class_id == class_id:
                same += 1
                continue
            moved += encode_shape(record.shape) != origins[name]["shape"]
            ops.append(Op("set", "object", record.id, key, "class_id", record.class_id, class_id))
        if ops:
            editor.do(ops, item=key)
            changed += len(ops)
    return Brought(changed, same, several, gone, moved)


def _placed(editor: Editor) -> Iterator[tuple[str, list[ObjectRecord]]]:
    """Yield the items with those of their objects that have a place; what a model only suggests is none."""
    for item, objects, _ in editor.store.each(editor.task, editor.layer):
        records = [record for record in accepted(objects) if 0 < record.shape.measure() < math.inf]
        if records:
            yield item.id, records


def _name(record: ObjectRecord, suffix: str) -> str:
    stem = record.item.rpartition(".")[0] or record.item
    return f"{stem.replace('/', '__')}-{record.id[:_SHORT]}{suffix}"


def _origin(record: ObjectRecord, part: Cutout) -> dict[str, Any]:
    return {
        "item": record.item, "object": record.id, "shape": encode_shape(record.shape), "region": list(part.region),
    }  # fmt: skip


def _write(path: Path, data: bytes) -> None:
    """Write a file unless it is there with these bytes: one that stands has its time, and its pictures, kept."""
    if not path.is_file() or path.read_bytes() != data:
        original.write(path, data)


def _origins(folder: Path, editor: Editor | None = None) -> dict[str, Any]:
    path = folder / ORIGINS
    try:
        content = msgspec.json.decode(path.read_bytes())
        origins: dict[str, Any] = content["crops"]
        whose = content["project"], content["task"]
        for name, said in origins.items():
            if "/" in name or "\\" in name or not isinstance(said["item"] + said["object"], str):
                raise TypeError(name)  # noqa: TRY301 - as everything else that is not as it should be
    except (OSError, msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(
            f"{path} is not {_FORM} ({error}). Choose another folder, or move it away."
        ) from error
    if editor is not None and whose != (editor.store.project, editor.task):
        raise FormatError(
            f"The cut-outs in {folder} are of the task {whose[1]!r} of another project or output, expected "
            f"{editor.task!r} of this one. Cut them out anew with `a.crops(folder)`."
        )
    return origins


def _words(name: str, value: Any) -> list[str]:
    """Return the classes that a cut-out's labels stand for: of a picture as label, its name without the ending."""
    labels = [value] if isinstance(value, str) else value
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise InvalidValue(f"The labels of {name!r}", value, "a list of labels such as ['crack']")
    return [label.rpartition(".")[0] if is_image(label) else label for label in labels]
