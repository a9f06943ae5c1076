"""The census: whatever the order in which entries are told, it is what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipyannotator.editor import Editor
from ipyannotator.editor.census import EMPTY, REVIEW, WRONG, Census
from ipyannotator.model import Box, Entry


@pytest.fixture
def census(editor: Editor) -> Iterator[Census]:
    editor.view("0.png").add(Box(1, 2, 3, 4), "car")
    editor.view("1.png").add(Box(1, 2, 3, 4), "bus")
    found = Census(editor)
    found.start()
    found.wait()
    yield found
    found.close()


def told(editor: Editor) -> list[Entry]:
    entries: list[Entry] = []
    editor.events.on("stored", entries.append)
    return entries


def test_entries_may_be_told_in_any_order(editor: Editor, census: Census) -> None:
    entries = told(editor)
    (car, bus) = (editor.schema.id_of(name) for name in ("car", "bus"))
    (box,) = editor.view("0.png").objects
    box.label = "bus"
    box.attributes = {REVIEW: WRONG}
    box.label = "car"
    box.attributes = {}
    editor.view("1.png").clear()
    for entry in reversed(entries):
        census.fold(entry)
    assert list(census.members(car)) == [("0.png", box.id)]
    assert (census.size(car), census.size(bus), census.size(EMPTY)) == (1, 0, 5)
    assert census.wrong(car) == []


def test_a_fold_says_what_left_and_what_joined(editor: Editor, census: Census) -> None:
    entries = told(editor)
    (box,) = editor.view("1.png").objects
    box.delete()
    moves = census.fold(entries[-1])
    assert moves.left == {editor.schema.id_of("bus"): {("1.png", box.id)}}
    assert moves.joined == {EMPTY: {("1.png", "")}}


def test_annotated_items_that_are_gone_are_not_among_those_that_can_be_empty(
    make: Callable[..., Editor], photos: Path
) -> None:
    first = make(classes=["car"])
    first.view("0.png").add(Box(1, 2, 3, 4), "car")
    first.close()
    (photos / "0.png").unlink()
    census = Census(make(classes=["car"]))
    census.start()
    census.wait()
    assert census.size(EMPTY) == len(list(census.members(EMPTY))) == 5
    census.close()
