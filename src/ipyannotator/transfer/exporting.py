"""Writing a task's annotations as another program's data set."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from ipyannotator.editor.core import Editor
from ipyannotator.errors import FormatError, InvalidValue
from ipyannotator.formats.base import FORMATS, Content, Format, Images, Sample, Thing, images_mode, is_file
from ipyannotator.formats.fitting import fit
from ipyannotator.formats.placing import check_inside
from ipyannotator.model import ItemRecord, ObjectRecord
from ipyannotator.transfer.exchange import accepted
from ipyannotator.transfer.matching import path_of, size_of
from ipyannotator.transfer.numbering import Classes, Items
from ipyannotator.transfer.renaming import UNWANTED, Renamed
from ipyannotator.transfer.report import Report, counted, things_of

Progress = Callable[[int, int], None]
"""Is told how many items are finished, and of how many."""

Splits = Mapping[str, float] | Mapping[str, Collection[str]]
"""Names of parts with the fraction of the items that each gets, or with the keys of its items."""

_WORDS = {"todo": "not done", "in_progress": "in progress"}
UNSPLIT = "in no split"
GONE = "whose image is gone"
SIZELESS = "whose size is not known"
UNJUDGED = "suggestions that nobody accepted"


def export(
    editor: Editor, name: str, path: str | Path, *, only_done: bool = True, images: Images | None = None,
    splits: Splits | None = None, progress: Progress | None = None, suggestions: bool = False,
    classes: Renamed | None = None, strict: bool = False, items: Iterable[str] | None = None,
) -> Report:  # fmt: skip
    """Write the annotations as a data set of another program.

    Args:
        editor: the task.
        name: of the format, one of `FORMATS`.
        path: the folder to write: new, empty, or an earlier export, which is replaced; for COCO also a `.json`.
        only_done: only items in the state `done`, those without objects among them; else all that have objects too.
        images: `copy`, `link` or `none`; None for `copy` into a folder and `none` beside a single file.
        splits: `{"train": 0.8, "val": 0.2}`: an item's part goes by its key, so it stays what it is when others
            are added; or `{"train": [keys], …}`.
        progress: called after each item.
        suggestions: also what a model suggested and nobody has accepted, as if somebody had.
        classes: other names for classes: `{"van": "car"}`, two of one name becoming one class; None leaves the objects
            of a class out. The numbers of the classes are those of this export, and are not recorded.
        strict: whether to refuse where the format would lose something; else it is counted.
        items: the keys of the items to write; None for all.

    Returns:
        What was written, what was left out and what was lost, in numbers.

    Raises:
        NotRegistered: there is no such format; the message lists those that are.
        InvalidValue: an argument is not as said, there is something else at `path`, or no item is done.
        FormatError: the format holds nothing of what is annotated, or with `strict` not all of it.
        StoreError: it could not be written; what was at `path` is as it was.
    """
    kind = FORMATS.get(name)
    path = Path(path).expanduser()
    wanted = None if items is None else _wanted(editor, items)

    def begun() -> _Export:
        report = Report("Exported", kind.title, path, things_of(kind.holds.shapes, editor.output.kinds))
        mode = images_mode(images, alone=is_file(kind, path))
        made = _Export(editor, kind, report, _Parts(splits, kind), mode, classes)
        made.suggestions = suggestions
        made.wanted = wanted
        return made

    if strict:
        _refuse_losses(begun(), only_done=only_done)
    one = begun()
    report = one.report
    samples = one.samples(progress, only_done=only_done)
    content = Content(one.classes.names, samples, one.parts.names, one.classes.templates)
    renamed = kind.write(path, content, images=one.images)
    if not one.classes.record():
        report.notes.append(
            "The project is open for reading, so the numbers of the classes were not recorded."
        )
    one.numbers.record()
    if renamed:
        some = ", ".join(f"{old} is {new}" for old, new in list(renamed.items())[:3])
        report.notes.append(
            f"Under another name, since theirs would clash: {counted(len(renamed), 'images')} ({some})."
        )
    if one.parts.names:
        counts = ", ".join(f"{part} {one.parts.counts[part]:,}" for part in one.parts.names)
        report.notes.append(f"Splits: {counts}.")
    return report


def _wanted(editor: Editor, items: Iterable[str]) -> list[str]:
    keys = sorted(set(items))
    for key in keys:
        try:
            editor.source.index(key)
        except KeyError:
            raise InvalidValue(
                "The item to export", key, f"the key of one in {editor.source.location}"
            ) from None
    return keys


def _refuse_losses(one: _Export, *, only_done: bool) -> None:
    """Raise `FormatError` where writing would lose something; nothing is written for it."""
    for _ in one.samples(None, only_done=only_done):
        pass
    lost = {
        what: count for what, count in one.report.lost.items() if count and what not in (UNJUDGED, UNWANTED)
    }
    if lost:
        said = ", ".join(f"{count:,} {what}" for what, count in lost.items())
        raise FormatError(
            f"{one.kind.title} cannot hold all of it; of the {one.report.things}: {said}. Nothing was written."
        )


class _Parts:
    """Tells which split an item belongs to."""

    def __init__(self, splits: Splits | None, kind: Format) -> None:
        self.names = tuple(splits or ())
        self.counts: Counter[str] = Counter()
        self._ends: list[tuple[float, str]] = []
        self._keys: dict[str, str] = {}
        if not splits:
            return
        if not kind.holds.splits:
            raise InvalidValue("splits", splits, f"none, since {kind.title} has no splits")
        for name in self.names:
            if not isinstance(name, str) or "/" in name or check_inside(name).startswith("."):
                raise InvalidValue("The name of a split", name, "a plain name such as 'train'")
        end = 0.0
        for name, part in splits.items():
            if isinstance(part, (int, float)) and not isinstance(part, bool) and part > 0:
                end += part
                self._ends.append((end, name))
            elif isinstance(part, Collection) and not isinstance(part, str):
                self._keys.update(dict.fromkeys(part, name))
            else:
                raise InvalidValue(
                    f"The split {name!r}", part, "a fraction above 0, or the keys of its items"
                )
        if self._ends and (self._keys or not math.isclose(end, 1.0, abs_tol=1e-6)):
            raise InvalidValue("splits", splits, "fractions that add up to 1, or keys for all")

    def of(self, key: str) -> str | None:
        """Return the split of an item; an empty text where there are none, None where it is in none of them."""
        if not self.names:
            return ""
        if self._keys or not self._ends:
            return self._keys.get(key)
        # By the key alone: the same item is always in the same part, whatever else is exported.
        place = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") / 2**64
        return next((name for end, name in self._ends if place < end), self._ends[-1][1])


class _Export:
    """One export under way."""

    def __init__(
        self, editor: Editor, kind: Format, report: Report, parts: _Parts, images: Images, classes: Renamed | None
    ) -> None:  # fmt: skip
        self.editor = editor
        self.kind = kind
        self.report = report
        self.parts = parts
        self.images = images
        self.suggestions = False
        self.wanted: list[str] | None = None
        self.classes = Classes(editor, kind, classes)
        self.numbers = Items(editor, kind)
        self._objects = 0
        home = getattr(editor.source, "folder", None)
        if (
            home is not None
            and getattr(editor.source, "recursive", False)
            and home in Path(report.path).absolute().parents
        ):
            raise InvalidValue(
                "The path",
                str(report.path),
                f"one outside {home}",
                "The copies would become items of the project.",
            )
        if images != "none" and not hasattr(editor.source, "path"):
            raise InvalidValue(
                "images", images, f"'none': the items of {editor.source.location} are no files"
            )

    def samples(self, progress: Progress | None, *, only_done: bool) -> Iterator[Sample]:
        """Yield what is to be written, by key; everything is counted on the way."""
        editor, report = self.editor, self.report
        states = editor.store.counts(editor.task, editor.layer).states
        total = states.get("done", 0) + (0 if only_done else sum(states.values()) - states.get("done", 0))
        total = total if self.wanted is None else min(total, len(self.wanted))
        seen = present = 0
        for item, every, _ in editor.store.each(editor.task, editor.layer, self.wanted):
            present += self._here(item.id)
            objects = every if self.suggestions else accepted(every)
            if item.state != "done" and (only_done or not objects):
                if self._here(item.id):
                    state = editor.state(item)
                    report.leave(_WORDS.get(state, state), item.id)
                continue
            if len(every) > len(objects):
                report.lost[UNJUDGED] += len(every) - len(objects)
            sample = self._sample(item, objects)
            if sample is not None:
                yield sample
            seen += 1
            if progress is not None:
                progress(seen, max(total, seen))
        untouched = len(editor.source if self.wanted is None else self.wanted) - present
        if untouched > 0:
            report.left[_WORDS["todo"]] += untouched
        self._check()

    def _sample(self, item: ItemRecord, objects: list[ObjectRecord]) -> Sample | None:
        key, report, holds = item.id, self.report, self.kind.holds
        file = path_of(self.editor, key) if self.images != "none" else None
        if not self._here(key) or (self.images != "none" and file is None):
            report.leave(GONE, key)
            return None
        split = self.parts.of(key)
        if split is None:
            report.leave(UNSPLIT, key)
            return None
        size = size_of(self.editor, key, item.media)
        if size is None and holds.sizes:
            report.leave(SIZELESS, key)
            return None
        width, height = size or (None, None)
        wanted = [o for o in objects if o.class_id not in self.classes.unwanted]
        if len(wanted) < len(objects):
            report.lost[UNWANTED] += len(objects) - len(wanted)
        things = tuple(
            Thing(o.shape, self.classes.labels.get(o.class_id or ""), o.score, o.track, o.attributes)
            for o in wanted
        )
        sample = Sample(key, width, height, things, split, self.numbers.number(key), file)
        fitted = fit(sample, holds, report.lost)
        self._objects += len(things)
        self.parts.counts[split] += 1
        report.items += 1
        report.empty += not fitted.things
        report.objects += len(fitted.things)
        report.classes.update(thing.label or "" for thing in fitted.things)
        return fitted

    def _here(self, key: str) -> bool:
        try:
            self.editor.source.index(key)
        except KeyError:
            return False
        return True

    def _check(self) -> None:
        """Refuse to write what would say nothing, or that there is nothing where there is."""
        report = self.report
        if self._objects and not report.objects:
            shapes = ", ".join(sorted(self.kind.holds.shapes))
            said = ", ".join(f"{count:,} {what}" for what, count in report.lost.items())
            raise FormatError(
                f"{self.kind.title} holds {shapes} of a class, and nothing of the {self._objects:,} objects of "
                f"{self.editor.task!r} can be kept: {said}. Nothing was written."
            )
        if not report.items:
            said = ", ".join(f"{count:,} {what}" for what, count in report.left.items())
            raise InvalidValue(
                "The number of items to export", 0, f"at least one that is done ({said})",
                "Mark items as done, or export with `only_done=False` (`--all`). Nothing was written.",
            )  # fmt: skip
