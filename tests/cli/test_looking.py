"""`stats` and `check`: the numbers are right, and what is wrong is found."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ipyannotator import Box, config
from ipyannotator.cli import checking, counting
from ipyannotator.model import Author, Change, Op, encode, new_id
from ipyannotator.model import ObjectRecord as Thing
from tests.cli.conftest import draw, pictures, run, working


def numbers(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("stats", folder, "--json").stdout)
    return found


def found(folder: Path, *options: str, code: int = 1) -> dict[str, Any]:
    listed = json.loads(run("check", folder, "--json", *options, code=code).stdout)
    assert listed["problems"] == sum(each["problem"] for each in listed["findings"])
    return {each["kind"]: each for each in listed["findings"]}


# ---- stats ------------------------------------------------------------------------------------------------------------


def test_a_new_project(project):
    before = sorted(path.name for path in project.iterdir())
    stats = numbers(project)
    assert stats["items"] == {"total": 5, "done": 0, "in_progress": 0, "skipped": 0, "flagged": 0, "todo": 5}
    assert (stats["objects"]["total"], stats["people"], stats["days"]) == (0, [], [])
    assert "5  to do" in run("stats", project).stdout
    assert sorted(path.name for path in project.iterdir()) == before, "looking makes nothing"


def test_items_classes_and_people(project):
    with working(project) as editor:
        draw(editor, "0.jpg", (1, 2, 10, 10), (20, 5, 10, 10))
        draw(editor, "1.jpg", done=False)
        editor.set_state("skipped", key="2.jpg")
        editor.view("1.jpg").add(Box(1, 1, 5, 5))
    with working(project, "Ben") as editor:
        editor.view("0.jpg").objects[0].delete()
        draw(editor, "3.jpg", label="dog")
        editor.set_state("flagged", key="0.jpg")
    stats = numbers(project)
    assert stats["items"] == {"total": 5, "done": 1, "in_progress": 1, "skipped": 1, "flagged": 1, "todo": 1}
    assert stats["objects"]["total"] == 4
    assert [(each["name"], each["count"]) for each in stats["objects"]["classes"]] == [("cat", 2), ("dog", 1)]
    assert stats["objects"]["unlabelled"] == 1
    # Ben gave 0.jpg its last state, and deleted a box of Ann's.
    assert stats["people"] == [
        {"author": "Ann", "items": 3, "finished": 1, "objects": 3},
        {"author": "Ben", "items": 2, "finished": 2, "objects": 1},
    ]
    today = counting.day(time.time())
    assert {each["day"] for each in stats["days"]} == {today}
    output = run("stats", project).stdout
    assert "2  cat" in output
    assert "Ann" in output
    assert "by day" not in run("stats", project, "--days", "0").stdout


def test_what_was_undone_is_not_counted(project):
    with working(project) as editor:
        draw(editor, "0.jpg")
        editor.go(0)
        editor.undo()
        editor.undo()
        assert numbers(project)["people"] == [{"author": "Ann", "items": 1, "finished": 0, "objects": 0}]
        editor.redo()
    assert numbers(project)["people"] == [{"author": "Ann", "items": 1, "finished": 0, "objects": 1}]


def test_what_came_in_is_nobodys_work(project, tmp_path):
    with working(project) as editor:
        draw(editor, "0.jpg")
    run("export", "voc", tmp_path / "out", "-p", project)
    other = tmp_path / "other"
    pictures(other / "images", 5)
    run("init", other, "--boxes", "cat,dog")
    run("import", "voc", tmp_path / "out", "-p", other)
    stats = numbers(other)
    assert (stats["objects"]["total"], stats["objects"]["made"], stats["people"]) == (1, {"import": 1}, [])


def test_days_are_those_of_the_changes():
    tally = counting.Tally()
    ann = Author("ann", "Ann")

    def change(seconds: float, *ops: Op) -> Change:
        return Change(id=new_id(), task="t", ops=ops, author=ann, time=seconds)

    day = 86_400
    box = encode(Thing(id="o", item="a", shape=Box(1, 2, 3, 4), author="ann", order=int(1e6 * 10 * day)))
    tally.add(change(10 * day, Op("create", "object", "o", "a", new=box)))
    tally.add(change(10 * day + 1, Op("set", "item", "a", "a", "state", "todo", "done")))
    tally.add(change(12 * day, Op("set", "item", "a", "a", "state", "done", "flagged")))
    tally.add(change(13 * day, Op("delete", "object", "o", "a", old=box)))
    found = {when: did for (_, when), did in tally.by_day().items()}
    assert found[counting.day(10 * day)] == counting.Did(1, 0, 0)
    assert found[counting.day(12 * day)] == counting.Did(1, 1, 0)
    assert found[counting.day(13 * day)] == counting.Did(1, 0, 0)
    assert tally.by_author() == {"ann": counting.Did(1, 1, 0)}


@pytest.mark.parametrize("declared", [True, False])
def test_overlap(project, declared):
    if declared:
        given = config.read(project)
        given.settings.overlap = 2
        config.write(project, given)
    with working(project, "Ann", overlap=2) as editor:
        draw(editor, "0.jpg")
        draw(editor, "1.jpg")
    with working(project, "Ben", overlap=2) as editor:
        draw(editor, "0.jpg", label="dog")
    stats = numbers(project)
    assert stats["overlap"]["finished_by"] == [3, 1, 1]
    assert {name: each["done"] for name, each in stats["overlap"]["layers"].items()} == {"Ann": 2, "Ben": 1}
    assert stats["items"]["done"] == 1
    assert stats["objects"]["total"] == 3
    assert "1  finished by 2" in run("stats", project).stdout


def test_names_of_all_kinds(tmp_path):
    pictures(tmp_path / "images")
    names = ["<b>", "🩸", "a\\b", "it's"]
    run("init", tmp_path, *(f"--boxes={name}" for name in names))
    with working(tmp_path, "Zoë <script>") as editor:
        draw(editor, "0.jpg", label="🩸")
    output = run("stats", tmp_path).stdout
    assert "1  🩸" in output
    assert "Zoë <script>" in output


# ---- check ------------------------------------------------------------------------------------------------------------


def test_nothing_is_wrong(project):
    with working(project) as editor:
        draw(editor, "0.jpg")
        draw(editor, "1.jpg", label="dog")
    assert found(project, code=0) == {}
    assert "No problem found" in run("check", project).stdout


def test_unused_classes_are_worth_knowing_and_no_problem(project):
    listed = found(project, code=0)
    assert list(listed) == ["unused class"]
    assert listed["unused class"]["examples"] == ["cat", "dog"]


def test_files_that_are_gone_replaced_or_broken(project):
    with working(project) as editor:
        for key in ("0.jpg", "1.jpg", "2.jpg"):
            draw(editor, key)
            editor.do([Op("set", "item", key, key, "media", None, editor.source.facts(key))], origin="file")
    images = project / "images"
    (images / "0.jpg").unlink()
    Image.new("RGB", (64, 48), "white").save(images / "1.jpg")
    whole = (images / "3.jpg").read_bytes()
    (images / "3.jpg").write_bytes(whole[: len(whole) // 2])
    (images / "4.jpg").write_bytes(b"no picture")
    listed = found(project)
    assert listed["gone"]["examples"] == ["0.jpg"]
    assert listed["replaced"]["examples"] == ["1.jpg"]
    assert [each.split(":")[0] for each in listed["broken"]["examples"]] == ["3.jpg", "4.jpg"]
    assert "replaced" not in found(project, "--no-images")
    assert "! 1 annotated images whose files are gone" in run("check", project, code=1).stdout


def test_objects_and_classes(project):
    with working(project) as editor:
        view = editor.view("0.jpg")
        for values in ((-50, 0, 10, 10), (60, 40, 30, 30), (1, 1, 0.01, 10)):
            record = Thing(id=new_id(), item="0.jpg", shape=Box(*values), class_id=editor.schema.id_of("cat"))
            editor.do([Op("create", "object", record.id, "0.jpg", new=encode(record))])
        view.add(Box(1, 1, 2, 2))
        view.add(Box(1, 1, 2, 2), label="dog")
    given = config.read(project)
    config.write(project, given._replace(output=type(given.output)(["cat"])))
    with working(project):
        pass  # declares what is on offer now
    listed = found(project)
    counts = {kind: each["count"] for kind, each in listed.items()}
    assert counts == {"outside": 1, "reaching": 1, "tiny": 1, "unlabelled": 1, "retired class": 1}
    assert "dog" in listed["retired class"]["examples"][0]


def test_damage(project):
    with working(project) as editor:
        for at in range(5):
            draw(editor, f"{at}.jpg", *((x, 1, 5, 5) for x in range(1, 50)))
    path = project / "results" / "annotations.db"
    connection = sqlite3.connect(path)
    page = connection.execute("PRAGMA page_size").fetchone()[0]
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'index' LIMIT 1").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page + 8)
        file.write(os.urandom(page // 4))
    result = run("check", project, code=1)
    assert "damage" in result.output or "faults in the database" in result.output


def test_every_kind_is_told_in_words():
    assert next(iter(checking.KINDS)) == "damage"
    for kind in checking.KINDS:
        finding = checking.Finding(kind, 7, ["a\x1b[2J"])
        shown = list(checking.lines([finding], repr))
        assert checking.KINDS[kind].text in shown[0]
        assert shown[-1].strip() == "and 6 more"
