"""Folders of many pictures and projects with many annotations, made once per run in a temporary place."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from pathlib import Path
from types import TracebackType

from PIL import Image

from benchmarks.scenery import draw
from ipyannotator.model import Author, Box, Change, Op, encode_shape, new_id
from ipyannotator.stores import SqlStore

TASK = "bbox"
ANN = Author("ann", "Ann")
LINKS = 30_000
"""Names that one file gets; file systems allow some ten thousands."""
BOXES = 3
"""Boxes on every image of a filled project."""


class Places:
    """Makes what measurements need, and deletes it at the end."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="ipyannotator-bench-"))

    def __enter__(self) -> Places:  # noqa: PYI034 - Self is in typing from 3.11 on
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def folder(self, name: str) -> Path:
        """Return an empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root))

    def pictures(self, count: int) -> Path:
        """Return a folder of so many JPEGs, the same few files under many names."""
        folder = self.root / f"pictures-{count}"
        if not folder.exists():
            folder.mkdir()
            origin = folder
            for number in range(count):
                path = folder / name(number)
                if number % LINKS == 0:
                    draw(number // LINKS, (320, 240)).save(path)
                    origin = path
                else:
                    path.hardlink_to(origin)
        return folder

    def filled(self, count: int) -> Path:
        """Return a project's folder whose database has three boxes on each of so many images."""
        project = self.root / f"filled-{count}"
        if not project.exists():
            (project / "results").mkdir(parents=True)
            fill(project / "results", count)
        return project


def name(number: int) -> str:
    """Return the name of a picture; as plain strings, names stand in the order of their numbers."""
    return f"{number:07}.jpg"


def photographs(folder: Path, count: int, size: tuple[int, int] = (1920, 1080)) -> list[Path]:
    """Write different JPEGs of a camera's kind (much detail, some noise) into a folder that is made."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name(number) for number in range(count)]
    for number, path in enumerate(paths):
        draw(number, size).save(path, quality=88)
    return paths


def photograph(size: tuple[int, int] = (1920, 1080)) -> Image.Image:
    """Return one of them."""
    return draw(0, size)


def boxes(item: str, count: int = BOXES, class_id: str = "c-car") -> list[Op]:
    """Return the operations that create some boxes on an item."""
    ops = []
    for at in range(count):
        key = new_id()
        shape = encode_shape(Box(10.5 + 20 * at, 20.25, 100, 80))
        record = {"id": key, "item": item, "shape": shape, "class_id": class_id, "author": ANN.id}
        ops.append(Op("create", "object", key, item, new={**record, "order": 1_700_000_000_000_000 + at}))
    return ops


def change(item: str, ops: list[Op]) -> Change:
    """Return a change as the browser sends one."""
    return Change(id=new_id(), task=TASK, item=item, ops=tuple(ops), author=ANN, time=1_700_000_000.0)


def schema() -> Change:
    """Return the change that adds the one class."""
    op = Op("create", "class", "c-car", new={"id": "c-car", "name": "car", "color": "#0072b2", "key": "1"})
    return Change(id=new_id(), task=TASK, ops=(op,), author=ANN, time=1_700_000_000.0, origin="file")


def fill(results: Path, count: int) -> None:
    """Make a database as so many commits of three boxes would have left it, log included.

    The first item is committed in the ordinary way; its rows are then copied by SQLite itself for all others, with
    ids of their own, so that a million takes a minute and the form is always the store's.
    """
    store = SqlStore(results)
    store.commit(schema())
    first = store.commit(change(name(0), boxes(name(0)))).seq
    store.close()
    if count > 1:
        _copy(results / "annotations.db", first, count)


def _copy(path: Path, first: int, count: int) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-400000")
    db.execute("BEGIN")
    db.execute("CREATE TEMP TABLE more (n INTEGER PRIMARY KEY, key TEXT)")
    db.execute(
        "INSERT INTO more WITH RECURSIVE s(n) AS (VALUES(1) UNION ALL SELECT n+1 FROM s WHERE n+1 < ?) "
        "SELECT n, printf('%07d.jpg', n) FROM s",
        (count,),
    )
    own, later = "lower(hex(randomblob(16)))", "t.revision + m.n"
    _copy_rows(db, "items", f"key = '{name(0)}'", id="t.id + m.n", key="m.key", revision=later)
    _copy_rows(db, "objects", "1", item="t.item + m.n", id=own, revision=later)
    body = f"replace(t.body, '{name(0)}', m.key)"
    _copy_rows(db, "log", f"seq = {first}", seq="t.seq + m.n", id=own, body=body)
    _copy_rows(db, "touched", f"seq = {first}", seq="t.seq + m.n", item="m.key")
    db.execute("UPDATE counters SET number = number * ?", (count,))
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _copy_rows(db: sqlite3.Connection, table: str, which: str, **other: str) -> None:
    """Copy the chosen rows `t` once for each item `m`, with other values in some columns."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(other.get(column, f't."{column}"') for column in columns)
    # The few rows are set aside first, since a table that is written to must not be read. They go in by item, so
    # that the pages fill in order.
    db.execute(f"CREATE TEMP TABLE template AS SELECT * FROM main.{table} WHERE {which}")  # noqa: S608
    db.execute(f"INSERT INTO main.{table} ({names}) SELECT {values} FROM more m CROSS JOIN template t")  # noqa: S608
    db.execute("DROP TABLE template")


def original(count: int) -> dict[str, object]:
    """Return the dictionary that the original kept of so many images, with three boxes on each."""
    value = [{"x": 10 + 20 * at, "y": 20, "width": 100, "height": 80} for at in range(BOXES)]
    text = json.dumps({"bbox": value, "labels": [["car"]] * BOXES})
    return {f"project/images/{name(number)}": json.loads(text) for number in range(count)}
