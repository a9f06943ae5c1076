"""The folder as a whole: which files there are, and what is in which."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from ipyannotator.errors import FormatError
from ipyannotator.formats.base import (
    FORMATS,
    Content,
    Holds,
    Images,
    Kinds,
    Losses,
    Reading,
    Sample,
    SizeOf,
    images_mode,
)
from ipyannotator.formats.hugging_face import files as found
from ipyannotator.formats.hugging_face import rows, writing
from ipyannotator.formats.placing import check_inside, mark_of, original_names, staged_folder


class ImageFolder:
    """Hugging Face's folders: boxes, and labels of whole images, in one row for each picture."""

    name = "imagefolder"
    title = "Hugging Face imagefolder"
    file = ""
    holds = Holds(
        shapes=frozenset({"box", "whole"}), outside=False, scores=True, tracks=True, attributes=True, items=True
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a file, a folder with one, or parts of a data set with one each."""
        try:
            mark = mark_of(path) if path.is_dir() else None
            if mark is not None:
                return mark["format"] == self.name
            return any(found.looks(file) for file in found.likely(path))
        except OSError:
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:  # noqa: ARG002 - it has one of each
        """Read one file of rows, or all of a folder and those within it; see `Format.read`."""
        files = list(found.files_of(path))
        if not files:
            raise FormatError(f"There is none of {', '.join(found.FILES)} in {path}. Nothing was taken in.")
        names, parts = found.card_of(path if path.is_dir() else path.parent)
        originals = original_names(path)

        def samples(lost: Losses) -> Iterator[Sample]:
            for file in files:
                split, folder = found.place_of(path, file, parts)
                made = rows.Rows(file, split, folder, names, size, lost)
                for where, row in found.rows_of(file, lost):
                    with lost.noting():
                        sample = made.sample(where, row)
                        original = originals.get(sample.name, sample.name)
                        yield dataclasses.replace(sample, name=original)

        return Reading(list(dict.fromkeys(name for some in names.values() for name in some)), samples)

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write a folder of parts; see `Format.write`."""
        mode = images_mode(images, alone=False)
        names = writing.Renaming()
        with staged_folder(path, self.name, mode, names.renamed) as place, contextlib.ExitStack() as stack:
            # Which columns there are must be the same in all files, and only the last sample tells.
            spools: dict[str, IO[bytes]] = {}
            used: set[str] = set()
            classes = dict.fromkeys(content.classes)
            for at, sample in enumerate(content.samples, 1):
                split, name = sample.split or "train", names.name(check_inside(sample.name))
                if split not in spools:
                    spools[split] = stack.enter_context(tempfile.TemporaryFile())
                spools[split].write(msgspec.json.encode(writing.row_of(name, sample, at, used)) + b"\n")
                classes.update(dict.fromkeys(thing.label for thing in sample.things if thing.label))
                place.image(check_inside(f"{split}/{name}"), sample)
            if not used & {"label", "labels"}:
                used.add("objects")  # that an image has none is said as well
            for split in spools or ["train"]:
                with place.open(check_inside(f"{split}/{found.FILES[0]}")) as target:
                    writing.finish(spools.get(split), target, used)
            place.put("README.md", writing.card(list(classes), list(spools) or ["train"], used))
        return names.renamed


FORMATS.register("imagefolder")(ImageFolder())
