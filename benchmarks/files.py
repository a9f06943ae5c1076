"""Importing and exporting very many boxes, beside plain parsers and the database's driver, and other libraries.

Each is done in a process of its own, for the sake of its peak memory. Beside an import stands what cannot be avoided:
parsing the file with the fastest plain parser of its form, and inserting the same rows in as many transactions. Beside
an export: reading and decoding the same rows, and writing the same bytes into as many files. Ours also open every
picture for its size, which these do not. While the largest import runs, somebody draws in another process.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Budget, Row, Sample, timed
from benchmarks.places import ANN, Places, name
from ipyannotator.editor import Editor
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author, Box
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore

ROOT = Path(__file__).parents[1]
KINDS = {"coco": "COCO", "yolo": "YOLO", "voc": "Pascal VOC"}
BOXES = 10
CLASSES = 20
SPARE = 50
"""Pictures that the files do not have, on which somebody else draws."""
SIZE = (320, 240)
MEMORY = Budget(500.0)
TWICE = Budget(2.0, "the floor twice")
PATIENCE = Budget(200.0)
"""Milliseconds within which somebody who draws meanwhile is answered."""
LIBRARIES = ("supervision", "datumaro")
WORK = """
import json, resource, sys, time
from pathlib import Path
from benchmarks.files import opened
from ipyannotator.transfer import foreign
(what, kind, images), (pictures, project, path) = sys.argv[1:4], map(Path, sys.argv[4:])
editor = opened(pictures, project)
began = time.perf_counter()
if what == "import":
    report = foreign.import_(editor, kind, path)
else:
    report = foreign.export(editor, kind, path, images=images)
seconds = time.perf_counter() - began
editor.close()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
print(json.dumps({"seconds": seconds, "peak": peak, "boxes": report.objects}))
"""
"""One import or export of ours."""


class Taken(NamedTuple):
    """What a piece of work took."""

    seconds: float
    peak: float


def run(places: Places, *, quick: bool) -> Iterator[Row]:
    """Measure."""
    others = _Others(places)
    for count, times in ((200, 1), (2_000, 1)) if quick else ((10_000, 3), (100_000, 1)):
        yield from _Measured(places, others, count, times, small=times > 1 or count == 200).rows()


def opened(pictures: Path, project: Path, who: Author = ANN) -> Editor:
    """Open a project without a screen, as the command line does."""
    return Editor(SqlStore(project / "results"), ImageSource(pictures), OutputImageBbox(), author=who)


class _Measured:
    """All of it for one number of images."""

    def __init__(self, places: Places, others: _Others, count: int, times: int, *, small: bool) -> None:
        self._places = places
        self._others = others
        self._count = count
        self._times = times
        self._small = small
        self._pictures = places.pictures(count + SPARE)
        self._size = f"{count:,} images with {BOXES} boxes each"

    def rows(self) -> Iterator[Row]:
        """Import COCO; export each form from that; import the other two from what was exported."""
        files = self._places.folder("files")
        given = files / "given" / "annotations" / "instances_default.json"
        given.parent.mkdir(parents=True)
        _write_coco(given, self._count)
        if self._small:  # the libraries want the pictures as well
            shutil.copytree(self._pictures, given.parents[1] / "images" / "default", copy_function=os.link)
        filled = self._places.folder("filled")
        yield from self._import("coco", given, filled, given.parents[1])
        for kind in KINDS:
            yield from self._export(kind, filled, files / kind, given)
        for kind in ("yolo", "voc"):
            whole = files / f"{kind}-whole"
            if self._small:
                self._work("export", kind, filled, whole, images="copy")
            yield from self._import(kind, files / kind, self._places.folder("again"), whole)

    def _import(self, kind: str, path: Path, project: Path, whole: Path) -> Iterator[Row]:
        people = None if self._small else _Drawing(self._pictures, project)
        ours = [self._work("import", kind, project, path)]
        if people is not None:
            yield people.row(f"{KINDS[kind]}, {self._size}")
        again = [self._places.folder("again") for _ in range(self._times - 1)]
        ours += [self._work("import", kind, each, path) for each in again]
        database = project / "results" / "annotations.db"
        floor = []
        for _ in range(self._times):
            empty = self._places.folder("empty")
            opened(self._pictures, empty).close()
            target = empty / "results" / "annotations.db"
            floor.append(self._others.work("import", kind, path, database, target))
        beside: list[tuple[str, Sample | str]] = []
        if kind == "coco":
            beside.append(("read by `json` alone", self._others.told("json", kind, path)))
        if self._small:
            beside += [
                (library, self._others.told(library, kind, self._pictures, path, whole))
                for library in LIBRARIES
            ]
        yield from self._told(
            f"import {KINDS[kind]}", ours, floor, "parsed plainly, the rows inserted", beside, TWICE
        )

    def _export(self, kind: str, project: Path, path: Path, given: Path) -> Iterator[Row]:
        ours = [self._work("export", kind, project, path) for _ in range(self._times)]
        database = project / "results" / "annotations.db"
        floor = [
            self._others.work("export", kind, database, path, self._places.folder("copied"))
            for _ in range(self._times)
        ]
        beside: list[tuple[str, Sample | str]] = []
        if self._small:
            whole, out = given.parents[1], self._places.folder("written")
            beside = [
                (
                    library,
                    self._others.told(f"{library}-export", kind, self._pictures, given, whole, out / library),
                )
                for library in LIBRARIES
            ]
        yield from self._told(
            f"export {KINDS[kind]}", ours, floor, "the rows read, the bytes written", beside, None
        )

    def _work(self, what: str, kind: str, project: Path, path: Path, images: str = "none") -> Taken:
        command = [sys.executable, "-c", WORK, what, kind, images, *map(str, (self._pictures, project, path))]
        return _taken(command, self._count * BOXES)

    def _told(
        self,
        what: str,
        ours: list[Taken],
        floor: list[Taken],
        words: str,
        beside: list[tuple[str, Sample | str]],
        budget: Budget | None,
    ) -> Iterator[Row]:
        seconds, least = (Sample(tuple(each.seconds * 1000 for each in some)) for some in (ours, floor))
        yield Row(what, self._size, seconds, None, ((words, least), *beside))
        yield Row("… over that floor", self._size, Sample((seconds.median / least.median,), "times"), budget)
        yield Row("… peak memory", self._size, Sample((max(each.peak for each in ours),), "MB"), MEMORY)


class _Others:
    """An environment with what stands beside ours, which is too much to install for it alone."""

    def __init__(self, places: Places) -> None:
        folder = places.folder("libraries")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
        self._python = folder / "bin" / "python"
        self._missing: dict[str, str] = {}
        for library in ("orjson", *LIBRARIES):
            command = [self._python, "-m", "pip", "install", "--quiet", library]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=900)
            except subprocess.SubprocessError as error:
                self._missing[library] = f"could not be fetched ({type(error).__name__})"
        if "orjson" in self._missing:
            raise RuntimeError(f"orjson {self._missing['orjson']}; there is no floor to measure against.")

    def work(self, what: str, *given: object) -> Taken:
        """Do one of the things in `peers/files.py`."""
        script = Path(__file__).parent / "peers" / "files.py"
        return _taken([str(self._python), str(script), what, *map(str, given)])

    def told(self, library: str, kind: str, *given: object) -> Sample | str:
        """Return the milliseconds in which a library reads a data set, or why it does not."""
        name = library.removesuffix("-export")
        if name in self._missing:
            return self._missing[name]
        try:
            return Sample((self.work(library, kind, *given).seconds * 1000,))
        except RuntimeError as error:
            return str(error).splitlines()[-1][:120]


class _Drawing:
    """Somebody draws boxes on images here and there while an import runs."""

    def __init__(self, pictures: Path, project: Path) -> None:
        self._editor = opened(pictures, project, Author("ben", "Ben"))
        self._over = threading.Event()
        self._times: list[float] = []
        self._thread = threading.Thread(target=self._draw)
        self._thread.start()

    def _draw(self) -> None:
        where = random.Random(1)  # noqa: S311 - nothing is to be kept secret
        while not self._over.wait(0.1):
            view = self._editor.view(name(len(self._editor.source) - 1 - where.randrange(SPARE)))
            self._times.append(timed(lambda: view.add(Box(10, 10, 20, 20), None)))  # noqa: B023

    def row(self, what: str) -> Row:
        """End it, and tell how long each box took to be stored."""
        self._over.set()
        self._thread.join()
        self._editor.close()
        said = "a box drawn by somebody else, stored while it runs"
        return Row(said, what, Sample(tuple(self._times)), PATIENCE, (("boxes", f"{len(self._times):,}"),))


def _taken(command: list[str], boxes: int | None = None) -> Taken:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=1800)
    if done.returncode:
        raise RuntimeError(done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    if boxes is not None and told["boxes"] != boxes:
        raise RuntimeError(f"{told['boxes']:,} boxes, expected {boxes:,}.")
    return Taken(told["seconds"], told["peak"])


def _write_coco(path: Path, count: int) -> None:
    """Write a COCO file as labelling tools do, outlines beside the boxes."""
    chance = random.Random(1)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        rows = ({"id": at + 1, "name": f"class {at}", "supercategory": ""} for at in range(CLASSES))
        file.write(
            f'{{"info": {{}}, "licenses": [], "categories": [{", ".join(map(json.dumps, rows))}],\n"images": ['
        )
        for at in range(count):
            row = {"id": at + 1, "file_name": name(at), "width": SIZE[0], "height": SIZE[1]}
            file.write(("," if at else "") + json.dumps(row))
        file.write('],\n"annotations": [')
        for at in range(count * BOXES):
            x, y = round(chance.uniform(0, 200), 2), round(chance.uniform(0, 150), 2)
            width, height = round(chance.uniform(5, 110), 2), round(chance.uniform(5, 80), 2)
            right, bottom = round(x + width, 2), round(y + height, 2)
            row = {
                "id": at + 1, "image_id": at // BOXES + 1, "category_id": chance.randint(1, CLASSES),
                "bbox": [x, y, width, height], "area": round(width * height, 2),
                "segmentation": [[x, y, right, y, right, bottom, x, bottom]], "iscrowd": 0,
            }  # fmt: skip
            file.write(("," if at else "") + json.dumps(row))
        file.write("]}\n")
