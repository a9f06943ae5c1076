"""What stands beside an import and an export of ours: a bare parser and the database's driver, and other libraries.

Run by `exchange.py` in a process of its own: `files.py WHAT FORMAT PATH…`; prints its seconds and its peak memory.
It imports nothing of Ipyannotator.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

PART = 2000
TABLES = ("items", "objects", "log")


class Clock:
    """Adds up what is timed."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began


def parse(kind: str, path: Path) -> int:
    """Parse what ours imports, with the fastest plain parser of its form, and keep nothing; return how many boxes."""
    if kind == "coco":
        import orjson

        return len(orjson.loads(path.read_bytes())["annotations"])
    count = 0
    if kind == "yolo":
        for file in sorted(path.rglob("labels/**/*.txt")):
            count += len(
                [[float(word) for word in line.split()] for line in file.read_text("utf-8").splitlines()]
            )
    else:
        for file in sorted(path.rglob("*.xml")):
            for each in ET.parse(file).getroot().iter("object"):  # noqa: S314 - our own
                box = each.find("bndbox")
                count += 1 if box is not None and [float(side.text or "") for side in box] else 0
    return count


def insert(clock: Clock, source: Path, target: Path) -> None:
    """Insert the rows of one database into another, empty one, as many in a transaction as an import of ours."""
    old = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    new = sqlite3.connect(target, isolation_level=None)
    new.execute("PRAGMA synchronous=FULL")
    for table in TABLES:
        rows = old.execute(f"SELECT * FROM {table}")  # noqa: S608
        marks = ", ".join("?" for _ in rows.description)
        size = 1 if table == "log" else PART
        while part := rows.fetchmany(size):
            with clock:
                new.execute("BEGIN IMMEDIATE")
                new.executemany(f"INSERT INTO {table} VALUES ({marks})", part)  # noqa: S608
                new.execute("COMMIT")
    new.close()
    old.close()


def select(source: Path) -> int:
    """Read all objects, and decode their shapes."""
    import orjson

    old = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    query = "SELECT i.key, o.class_id, o.shape FROM items i JOIN objects o ON o.item = i.id ORDER BY i.key"
    count = 0
    for _, _, shape in old.execute(query):
        orjson.loads(shape)
        count += 1
    old.close()
    return count


def copy(clock: Clock, source: Path, target: Path) -> None:
    """Write the same files with the same bytes."""
    for file in [source] if source.is_file() else _files(source):
        data = file.read_bytes()
        path = target / (file.name if source.is_file() else file.relative_to(source))
        with clock:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def supervision(kind: str, images: Path, given: Path, whole: Path) -> Any:
    """Read a data set with supervision."""
    import supervision as sv

    read: Any
    if kind == "coco":
        read = sv.DetectionDataset.from_coco(str(images), str(given))
    elif kind == "yolo":
        pictures, labels, names = whole / "images", whole / "labels", whole / "data.yaml"
        read = sv.DetectionDataset.from_yolo(str(pictures), str(labels), str(names))
    else:
        read = sv.DetectionDataset.from_pascal_voc(str(whole / "JPEGImages"), str(whole / "Annotations"))
    return read


def supervision_write(data: Any, kind: str, out: Path) -> None:
    """Write a data set with supervision, without the pictures."""
    out.mkdir()
    if kind == "coco":
        data.as_coco(annotations_path=str(out / "some.json"))
    elif kind == "yolo":
        data.as_yolo(annotations_directory_path=str(out / "labels"), data_yaml_path=str(out / "data.yaml"))
    else:
        data.as_pascal_voc(annotations_directory_path=str(out / "Annotations"))


NAMES = {"coco": "coco_instances", "yolo": "yolo", "voc": "voc_detection"}


def datumaro(kind: str, path: Path) -> Any:
    """Read a data set with datumaro."""
    import datumaro as dm

    data = dm.Dataset.import_from(str(path), NAMES[kind])
    data.init_cache()
    return data


def main(what: str, kind: str, *paths: str) -> None:
    """Do one thing, and tell what it took."""
    clock, places = Clock(), [Path(path) for path in paths]
    count = 0
    if what == "import":
        with clock:
            count = parse(kind, places[0])
        insert(clock, places[1], places[2])
    elif what == "export":
        with clock:
            count = select(places[0])
        copy(clock, places[1], places[2])
    elif what == "json":
        with clock, places[0].open("rb") as file:
            count = len(json.load(file)["annotations"])
    elif what == "supervision":
        with clock:
            count = sum(len(each) for each in supervision(kind, *places).annotations.values())
    elif what == "datumaro":
        with clock:
            count = sum(len(item.annotations) for item in datumaro(kind, places[2]))
    elif what == "supervision-export":
        data = supervision("coco", *places[:3])
        with clock:
            supervision_write(data, kind, places[3])
    else:
        data = datumaro("coco", places[2])
        with clock:
            data.export(str(places[3]), NAMES[kind], save_media=False)
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    )
    print(json.dumps({"seconds": clock.seconds, "peak": peak, "boxes": count}))


if __name__ == "__main__":
    main(*sys.argv[1:])
