"""What may be wrong with a project: its database, its files, its objects, its classes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from ipyannotator import plugins
from ipyannotator.editor.core import Editor
from ipyannotator.errors import MediaError
from ipyannotator.model import ItemRecord, ObjectRecord
from ipyannotator.model.schema import name_of
from ipyannotator.sources import Request

_CHUNK = 256
_SMALL = Request(1, 1)
"""Nothing smaller can be asked for, so that every picture is decoded."""
_NEAR = 0.01
"""Pixels that an object may reach outside its image: what files lose by writing fractions."""
_EXAMPLES = 5

Size = tuple[float, float]


class Kind(NamedTuple):
    """A kind of thing that may be found.

    Attributes:
        text: what it is, as a phrase that follows the number.
        remedy: what to do, or what comes of it.
        problem: whether something should be done about it; else it is worth knowing.
    """

    text: str
    remedy: str = ""
    problem: bool = True


KINDS: Final = {
    "damage": Kind("faults in the database", "Bring a backup back: see docs/cli.md, “check”."),
    "gone": Kind(
        "annotated images whose files are gone",
        "Put them back; `a.relink()` in a notebook finds those that were renamed.",
    ),
    "replaced": Kind(
        "annotated images whose files were replaced by others",
        "Look at them again: what is annotated may lie elsewhere now.",
    ),
    "broken": Kind("images that cannot be shown", "Replace the files, or skip them."),
    "outside": Kind("objects that lie outside their image", "Delete or move them."),
    "tiny": Kind("objects smaller than a pixel", "Delete them."),
    "complaint": Kind("complaints of the project's rules", "Open them in create: each leads to what it is about."),
    "rule": Kind("rules or plugins of the project that failed", "Mend them: they were passed by."),
    "unknown class": Kind("objects of a class that is not known", "Relabel them."),
    "retired class": Kind(
        "objects of a class that is no longer on offer",
        "Relabel them, or put the class back into ipyannotator.toml.",
    ),
    "reaching": Kind(
        "objects that reach outside their image", "Exports cut them at its edge.", problem=False
    ),
    "unlabelled": Kind("objects without a class", "Most training formats leave them out.", problem=False),
    "unused class": Kind("classes that no object has", problem=False),
}  # fmt: skip
"""What may be found, problems first."""


@dataclass
class Finding:
    """Something that was found: its kind, one of `KINDS`, how often, and a few of the places."""

    kind: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def see(self, where: str) -> None:
        """Count one more, and note where it is while these are few."""
        self.count += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(where)

    @property
    def problem(self) -> bool:
        """Whether something should be done about it."""
        return KINDS[self.kind].problem

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return {**asdict(self), **KINDS[self.kind]._asdict()}


class Check:
    """One look at all of a project, which changes nothing.

    Args:
        editor: the task, open for reading.
        layers: the layers of the task.
        images: whether to look at the image files.
    """

    def __init__(self, editor: Editor, layers: Iterable[str], *, images: bool = True) -> None:
        self._editor = editor
        self._layers = list(layers)
        self._images = images
        self._sizes: dict[str, Size] = {}
        self._found: dict[str, Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """What was found, problems first."""
        return [self._found[kind] for kind in KINDS if kind in self._found]

    def _see(self, kind: str, where: str) -> None:
        self._found.setdefault(kind, Finding(kind)).see(where)

    def run(self, progress: Callable[[int, int], None]) -> list[Finding]:
        """Look at everything; `progress` is told how many images were looked at."""
        store = self._editor.store
        for fault in getattr(store, "faults", list)():
            self._see("damage", fault)
        touched = {
            item.id: item
            for layer in self._layers
            for item in store.items(self._editor.task, layer)
            if item.objects or item.state != "todo"
        }
        self._look_for_files(touched)
        if self._images:
            self._look_at_images(touched, progress)
        for layer in self._layers:
            for item, objects, _ in store.each(self._editor.task, layer):
                for record in objects:
                    self._look_at_object(item, record)
        self._look_at_classes()
        return self.findings

    def _look_for_files(self, touched: dict[str, ItemRecord]) -> None:
        for key in touched:
            if not self._has(key):
                self._see("gone", key)

    def _look_at_images(self, touched: dict[str, ItemRecord], progress: Callable[[int, int], None]) -> None:
        source = self._editor.source
        total = len(source)
        keys = (source.key(at) for at in range(total))
        seen = 0
        with ThreadPoolExecutor(thread_name_prefix="ipyannotator-check") as workers:
            while chunk := list(islice(keys, _CHUNK)):
                looked = workers.map(lambda key: self._look_at_image(key, touched.get(key)), chunk)
                for key, (size, problem, replaced) in zip(chunk, looked, strict=True):
                    if problem:
                        self._see("broken", f"{key}: {problem}")
                    if replaced:
                        self._see("replaced", key)
                    if size is not None and key in touched:
                        self._sizes[key] = size
                    seen += 1
                    progress(seen, total)

    def _look_at_image(self, key: str, item: ItemRecord | None) -> tuple[Size | None, str, bool]:
        """Return an image's size, what is wrong with it, and whether it is another one than was annotated."""
        source = self._editor.source
        known = (item.media or {}).get("hash") if item is not None else None
        try:
            media = source.media(key, _SMALL)
            replaced = bool(known) and source.facts(key)["hash"] != known
        except MediaError as error:
            return None, error.kind, False
        return (media.width, media.height), "", replaced

    def _look_at_object(self, item: ItemRecord, record: ObjectRecord) -> None:
        where = f"{item.id}, object {record.id}"
        if record.class_id is None:
            self._see("unlabelled", where)
        else:
            kind = self._editor.schema.by_id(record.class_id)
            if kind is None:
                self._see("unknown class", where)
            elif kind.retired:
                self._see("retired class", f"{where}: {kind.name}")
        left, top, right, bottom = bounds = tuple(record.shape.bounds())
        if not all(map(math.isfinite, bounds)):
            return  # a label of the whole item
        if record.shape.measure() < 1 and record.shape.kind != "points":
            self._see("tiny", where)
        media = item.media or {}
        size = self._sizes.get(item.id) or (
            (media["width"], media["height"]) if {"width", "height"} <= media.keys() else None
        )
        if size is None:
            return
        if right <= 0 or bottom <= 0 or left >= size[0] or top >= size[1]:
            self._see("outside", where)
        elif left < -_NEAR or top < -_NEAR or right > size[0] + _NEAR or bottom > size[1] + _NEAR:
            self._see("reaching", where)

    def _look_at_classes(self) -> None:
        editor = self._editor
        used = {
            name
            for layer in self._layers
            for name, count in editor.store.counts(editor.task, layer).classes.items()
            if count
        }
        for record in editor.schema.active:
            if record.id not in used:
                self._see("unused class", record.name)
        for name in map(name_of, editor.output.classes or []):  # of a project that nobody has opened yet
            if editor.schema.find(name) is None:
                self._see("unused class", name)

    def _has(self, key: str) -> bool:
        try:
            self._editor.source.index(key)
        except KeyError:
            return False
        return True


def complaints(folder: Path) -> list[Finding]:
    """Return what the rules of a project's plugins find, which are run: the folder must be trusted."""
    from ipyannotator.annotator import (
        Annotator,  # with all of its widgets, since a plugin may ask for any of them
    )

    loaded = plugins.load(folder)
    annotator = Annotator.open(folder).explore()
    complaint, rule = Finding("complaint"), Finding("rule")
    try:
        annotator.on("error", lambda failure: rule.see(failure.text))
        plugins.set_up(annotator, loaded)
        for each in annotator.complaints_of_all():
            complaint.see(f"{each.item}: {each.text}")
    finally:
        annotator.close()
    return [finding for finding in (complaint, rule) if finding.count]


def lines(findings: list[Finding], clean: Callable[[object], str]) -> Iterator[str]:
    """Yield what was found, for a person."""
    for finding in findings:
        kind = KINDS[finding.kind]
        yield f"{'!' if kind.problem else '·'} {finding.count:,} {kind.text}. {kind.remedy}".rstrip()
        more = finding.count - len(finding.examples)
        for example in finding.examples:
            yield f"    {clean(example)}"
        if more > 0:
            yield f"    and {more:,} more"
