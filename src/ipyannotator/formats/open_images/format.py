"""The format: a folder of tables, read and written."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ipyannotator.errors import FormatError, InvalidValue
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
from ipyannotator.formats.naming import stem
from ipyannotator.formats.open_images.names import Classes, Ids, Pictures
from ipyannotator.formats.open_images.rows import ATTRIBUTES, things, written
from ipyannotator.formats.open_images.tables import (
    COLUMNS,
    LIST,
    SIDES,
    WHOLE,
    Row,
    everything,
    index,
    is_wanted,
    listed,
    opened,
    records,
    tables,
)
from ipyannotator.formats.pictures import picture_size
from ipyannotator.formats.placing import Place, check_inside, staged_folder

UNWANTED = "of the kind {!r}, which is not wanted (left out)"


class OpenImages:
    """Open Images: boxes and labels of whole images in CSV."""

    name = "open-images"
    title = "Open Images"
    file = ""
    holds = Holds(
        frozenset({"box", "whole"}), outside=False, scores=True, attributes=ATTRIBUTES, numbers=False
    )  # fmt: skip

    def detect(self, path: Path) -> bool:
        """Tell whether a path is such a table, or a folder with one."""
        try:
            return any(table.kind in ("box", "whole") for table in tables(path))
        except (OSError, FormatError):
            return False

    def read(self, path: Path, size: SizeOf | None = None, kinds: Kinds | None = None) -> Reading:
        """Read a folder, or one table with the descriptions of classes beside it; see `Format.read`."""
        found = tables(path)
        said = [table for table in found if table.kind in ("box", "whole")]
        if not said:
            raise FormatError(
                f"{path} has no table of Open Images: expected a CSV file with the columns ImageID, LabelName and "
                f"{', '.join(SIDES)}, or ImageID, LabelName and Confidence. Nothing was taken in."
            )
        wanted = [table for table in said if is_wanted(table.kind, kinds)]
        spans, used = index(wanted)
        images = dict(pair for table in found if table.kind == "image" for pair in listed(table))
        classes = Classes(path)
        pictures = Pictures(path)

        def samples(lost: Losses) -> Iterator[Sample]:
            for table in said:
                if table not in wanted:
                    lost[UNWANTED.format(table.kind)] += sum(1 for _ in everything(table))
            with ExitStack() as stack:
                files = [stack.enter_context(opened(table.path)) for table in wanted]
                for image in dict.fromkeys([*images, *spans]):
                    with lost.noting():
                        rows = [
                            Row(wanted[at], line, values)
                            for at, begin, stop, line in spans.get(image, ())
                            for _, line, values in records(files[at], wanted[at], begin, line, stop)
                        ]
                        part = images.get(image, rows[0].table.part if rows else "")
                        name, file = pictures.find(image, part)
                        sides = (size(name) if size else None) or (picture_size(file) if file else None)
                        width, height = sides or (None, None)
                        taken = tuple(things(rows, classes.name, sides, lost))
                        yield Sample(name, width, height, taken, part, file=file)

        return Reading(classes.names(used), samples, len({*images, *spans}))

    def write(self, path: Path, content: Content, *, images: Images | None = None) -> dict[str, str]:
        """Write the folder of a data set; see `Format.write`."""
        mode = images_mode(images, alone=False)
        ids = Ids()
        with staged_folder(path, self.name, mode, ids.marked) as place, _Writing(place) as writing:
            classes = writing.table("class-descriptions-boxable")
            for label in dict.fromkeys(content.classes):
                # Its own name is what a class is called here too: a number of Freebase would say what it is not.
                classes([label, label])
            listing = writing.table("image_ids_and_rotation", LIST)
            for part in content.splits or (WHOLE,):
                writing.said(part, "bbox")
            for sample in content.samples:
                part = sample.split or WHOLE
                new = ids.name(check_inside(sample.name))
                listing([stem(new), part, *[""] * (len(LIST) - 2)])
                for thing in sample.things:
                    kind, *values = written(sample, thing)
                    writing.said(part, kind)([stem(new), *values])
                place.image(f"images/{part}/{new}", sample)
        return ids.renamed


FORMATS.register("open-images")(OpenImages())


class _Writing(ExitStack):
    """The tables that are being written, each made when it is first asked for."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place
        self._made: dict[str, Callable[[Sequence[str]], None]] = {}

    def said(self, part: str, kind: str) -> Callable[[Sequence[str]], None]:
        """Return what adds a row to the table of a part."""
        return self.table(f"{part}-annotations-{kind}", COLUMNS[kind])

    def table(self, name: str, columns: Sequence[str] = ()) -> Callable[[Sequence[str]], None]:
        """Return what adds a row to a table."""
        if name not in self._made:
            file = self.enter_context(self._place.open(f"annotations/{name}.csv"))
            # Both signs of the end of a line, so that a text with one of them is put between quotes.
            writer = csv.writer(_Encoded(file), lineterminator="\r\n")
            if columns:
                writer.writerow(columns)
            self._made[name] = writer.writerow
        return self._made[name]


class _Encoded:
    """Takes the texts of `csv` for a file of bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return self._file.write(text.encode())
        except UnicodeEncodeError as error:
            raise InvalidValue("A row in Open Images", text, "text that UTF-8 has", "Rename it.") from error
