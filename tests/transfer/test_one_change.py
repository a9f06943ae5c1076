"""An import is one change: nobody sees any of it before it is whole, all of it then, and one step takes it back."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ipyannotator.editor import Editor, batch
from ipyannotator.errors import FormatError, Rejected
from ipyannotator.model import Box
from ipyannotator.transfer import foreign
from ipyannotator.transfer.importing import PART
from tests.transfer.test_import import coco

MANY = [("car", [at % 50, 1, 3, 4 + at]) for at in range(PART)]
"""So many boxes that each image with them fills a part of its own."""

LONG = """
import os, signal, sys
from pathlib import Path
from ipyannotator.editor import Editor
from ipyannotator.mltypes import OutputImageBbox
from ipyannotator.model import Author
from ipyannotator.sources import ImageSource
from ipyannotator.stores import SqlStore
from ipyannotator.transfer import foreign

results, photos, path = map(Path, sys.argv[1:])
editor = Editor(SqlStore(results), ImageSource(photos), OutputImageBbox(), author=Author("ben", "ben"))

def kill(done, of):
    if done == 4:
        os.kill(os.getpid(), signal.SIGKILL)

foreign.import_(editor, "coco", path, progress=kill)
"""
"""A program that is killed in the middle of an import."""


def untouched(editor: Editor) -> bool:
    """Tell whether nothing that is annotated can be seen."""
    store = editor.store
    seen = [*store.items(editor.task), *store.each(editor.task), *store.classes(editor.task)]
    return not seen and not any(store.counts(editor.task).states.values()) and not store.log()


def test_nobody_sees_any_of_it_before_it_is_whole(make: Callable[..., Editor], tmp_path: Path) -> None:
    ann, ben = make("ann"), make("ben")
    path = coco(tmp_path, {f"{at}.png": MANY for at in range(5)})
    looks: list[tuple[bool, list[str]]] = []

    def look(*_: int) -> None:
        looks.append((untouched(ben), ben.store.batches(ben.task) and ben.store.layers(ben.task)))

    foreign.import_(ann, "coco", path, progress=look)
    assert len(looks) == 5
    assert all(before and not layers for before, layers in looks)
    assert [len(ben.view(f"{at}.png").objects) for at in range(6)] == [PART] * 5 + [0]
    (entry,) = ben.store.log()
    assert [op.record for op in entry.change.ops] == ["class", "batch"]
    assert ben.store.counts(ben.task).states["done"] == 5


def test_people_draw_meanwhile_and_what_they_drew_stays(make: Callable[..., Editor], tmp_path: Path) -> None:
    ann, ben = make("ann", ["car"]), make("ben")
    path = coco(tmp_path, {f"{at}.png": MANY for at in range(5)})

    def draw(done: int, _: int) -> None:
        ben.view(f"{done - 1}.png").add(Box(done, 30, 5, 5), "car")

    foreign.import_(ann, "coco", path, progress=draw)
    for at in range(5):
        record = ann.store.annotated(ann.task, f"{at}.png").item
        assert (record.objects, record.state) == (PART + 1, "todo"), "Whoever began it says when it is done."
    assert len([1 for each in ann.view("0.png").objects if each.shape == Box(1, 30, 5, 5)]) == 1
    assert foreign.take_back(ann)["items"] == 5
    assert [len(ann.view(f"{at}.png").objects) for at in range(5)] == [1] * 5


def test_an_image_that_was_edited_since_keeps_all_that_came(
    make: Callable[..., Editor], tmp_path: Path
) -> None:
    ann, ben = make("ann", ["car"]), make("ben")
    foreign.import_(ann, "coco", coco(tmp_path, {f"{at}.png": MANY[:3] for at in range(3)}))
    ben.view("1.png").objects[0].shape = Box(1, 1, 2, 2)
    assert foreign.take_back(ann) == {"items": 2, "kept": 1}
    assert [len(ben.view(f"{at}.png").objects) for at in range(3)] == [0, 3, 0]


def test_a_killed_import_leaves_nothing_and_the_next_one_clears_it(
    make: Callable[..., Editor], tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = make("ann")
    path = coco(tmp_path, {f"{at}.png": MANY for at in range(5)})
    command = [sys.executable, "-c", LONG, str(tmp_path / "results"), str(photos), str(path)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert untouched(ann)
    (layer,) = ann.store.batches(ann.task)
    assert len(list(ann.store.each(ann.task, layer))) >= 3, "It was killed in the middle."
    # It could still be under way, as far as anybody knows: it is left alone.
    assert batch.clear_abandoned(ann) == 0
    monkeypatch.setattr(batch, "STALE", -1.0)
    foreign.import_(ann, "coco", path)
    assert ann.store.batches(ann.task) == {}
    assert len(ann.view("0.png").objects) == PART


def test_a_hook_sees_it_and_can_refuse_all_of_it(make: Callable[..., Editor], tmp_path: Path) -> None:
    ann = make("ann")
    seen: list[int] = []

    def refuse(change: Any) -> None:
        seen.append(len(change.ops))
        if len(seen) == 3:
            raise Rejected("No boxes after the second part.")

    ann.events.on("before_change", refuse)
    path = coco(tmp_path, {f"{at}.png": MANY for at in range(5)})
    with pytest.raises(Rejected, match="No boxes after the second part"):
        foreign.import_(ann, "coco", path)
    assert len(seen) == 3
    assert untouched(ann)
    assert ann.store.batches(ann.task) == {}
    ann.events.off("before_change", refuse)
    assert foreign.import_(ann, "coco", path).items == 5


def test_a_file_that_breaks_off_at_its_end_leaves_nothing(
    make: Callable[..., Editor], tmp_path: Path
) -> None:
    ann = make("ann")
    path = coco(
        tmp_path, {f"{at}.png": [*MANY, *([("car", [1, 2, -3, 4])] if at == 4 else [])] for at in range(5)}
    )
    with pytest.raises(FormatError, match=r"bbox is \[1\.0, 2\.0, -3\.0, 4\.0\]"):
        foreign.import_(ann, "coco", path)
    assert untouched(ann)
    assert ann.store.batches(ann.task) == {}


def test_a_class_that_somebody_makes_meanwhile_is_taken(make: Callable[..., Editor], tmp_path: Path) -> None:
    ann, ben = make("ann"), make("ben")
    path = coco(tmp_path, {f"{at}.png": MANY[:2] for at in range(3)})
    made: list[str] = []

    def make_it(done: int, _: int) -> None:
        if done == 3 and not made:
            ben.declare(["car"])
            made.append(ben.store.classes(ben.task)[0].id)

    foreign.import_(ann, "coco", path, progress=make_it)
    assert [record.id for record in ann.store.classes(ann.task)] == made
    assert {
        each.class_id for key in ("0.png", "2.png") for each in ann.store.annotated(ann.task, key).objects
    } == {*made}


def test_what_would_be_lost_is_refused_when_asked(make: Callable[..., Editor], tmp_path: Path) -> None:
    ann = make("ann")
    path = coco(tmp_path, {"0.png": MANY[:2], "gone.png": MANY[:1]})
    with pytest.raises(
        FormatError, match=r"would be kept as it is; of the images: 1 not in this project\. Nothing"
    ):
        foreign.import_(ann, "coco", path, strict=True)
    assert untouched(ann)
    assert foreign.import_(ann, "coco", path).items == 1
