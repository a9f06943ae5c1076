"""Bad input, and what it gets, through `Annotator(…).create()`.

Each line names what may be wrong, and the test that proves what comes of it; what only a browser can show is in
`tests/hosts`. `test_each_line_of_the_table_names_a_test` checks the table.

    corrupt image               tests/pairs/test_bad_input.py::test_all_of_a_bad_folder_can_be_walked_through
    truncated image             tests/pairs/test_bad_input.py::test_all_of_a_bad_folder_can_be_walked_through
    zero-byte image             tests/pairs/test_bad_input.py::test_all_of_a_bad_folder_can_be_walked_through
    … and on the screen         tests/hosts/test_bad_input.py::test_a_bad_folder_is_walked_through_and_drawn_on
    text among the images       tests/pairs/test_bad_input.py::test_what_is_no_image_is_not_in_the_way
    .DS_Store                   tests/pairs/test_bad_input.py::test_what_is_no_image_is_not_in_the_way
    turned by EXIF              tests/sources/test_render.py::test_exif_orientation
    … and on the screen         tests/hosts/test_bad_input.py::test_a_bad_folder_is_walked_through_and_drawn_on
    16 bit                      tests/sources/test_render.py::test_deep_gradients_are_seen
    CMYK                        tests/sources/test_render.py::test_cmyk
    palette                     tests/sources/test_render.py::test_alpha_stays
    RGBA                        tests/sources/test_render.py::test_alpha_stays
    one channel                 tests/sources/test_render.py::test_what_a_browser_draws_is_passed_through
    animated                    tests/sources/test_render.py::test_the_first_of_several_frames
    TIFF                        tests/sources/test_render.py::test_what_a_browser_may_not_draw_is_encoded_anew
    WebP                        tests/sources/test_render.py::test_what_a_browser_draws_is_passed_through
    … all of them, created on   tests/pairs/test_bad_input.py::test_all_of_a_bad_folder_can_be_walked_through
    … drawn right by a browser  tests/sources/test_browser_draws.py::test_what_is_passed_through_is_drawn_right
    smaller than the canvas     tests/browser/test_looking.py::test_a_small_picture
    20,000 × 20,000 pixels      tests/sources/test_render.py::test_20000_by_20000_pixels
    awkward names               tests/pairs/test_bad_input.py::test_awkward_names_come_back_exactly
    … and on the screen         tests/hosts/test_bad_input.py::test_a_bad_folder_is_walked_through_and_drawn_on
    names that are not UTF-8    tests/pairs/test_bad_input.py::test_a_name_that_is_not_utf8_is_an_item_like_others
    two that differ in case     tests/pairs/test_bad_input.py::test_two_that_differ_in_case_are_two_items
    a symlink loop              tests/pairs/test_bad_input.py::test_a_loop_of_links_ends
    an empty folder             tests/pairs/test_bad_input.py::test_an_empty_folder_is_an_error_and_leaves_nothing_open
    no folder                   tests/pairs/test_image_bbox.py::test_a_missing_folder_says_where_it_looked
    no read permission          tests/pairs/test_bad_input.py::test_no_permission_to_read
    no write permission         tests/pairs/test_bad_input.py::test_no_permission_to_write
    a full disk                 tests/pairs/test_bad_input.py::test_a_full_disk_refuses_in_words_and_loses_nothing
    … and on the screen         tests/hosts/test_bad_input.py::test_on_a_full_disk_edits_wait_and_are_saved_later
    a newer database            tests/pairs/test_bad_input.py::test_a_database_of_a_newer_version_is_left_alone
    a damaged database          tests/pairs/test_bad_input.py::test_a_damaged_database_is_brought_back_by_the_call_in_the_message
    … in the cell               tests/hosts/test_bad_input.py::test_a_damaged_database_is_said_in_the_cell
    daily copies, seven kept    tests/stores/test_backups.py::test_once_a_day_when_something_changed_and_seven_are_kept
    an image deleted            tests/pairs/test_bad_input.py::test_a_deleted_image_keeps_its_annotations
    an image renamed            tests/pairs/test_image_bbox.py::test_a_renamed_picture_is_found_by_its_content
    … by another size           tests/pairs/test_bad_input.py::test_an_image_replaced_by_one_of_another_size_warns
    … and on the screen         tests/hosts/test_bad_input.py::test_an_image_replaced_while_it_is_annotated_warns
    broken JSON                 tests/pairs/test_bad_input.py::test_a_broken_json_stops_create_and_is_left
    half-written JSON           tests/pairs/test_bad_input.py::test_a_broken_json_stops_create_and_is_left
    JSON of another output      tests/pairs/test_image_bbox.py::test_the_json_of_another_output_is_left_alone
    a label no longer a class   tests/pairs/test_image_bbox.py::test_a_class_that_was_removed_is_kept_on_what_has_it
    two kernels                 tests/hosts/test_lab.py::test_two_kernels_see_each_others_boxes_and_both_stand
    … with the same values      tests/editor/test_editor.py::test_somebody_elses_edit_of_the_same_value_is_a_conflict_and_of_another_is_not
    a killed kernel             tests/hosts/test_lab.py::test_boxes_survive_a_killed_kernel_and_a_reload
    … in the middle of a change tests/hosts/test_bad_input.py::test_a_kernel_restarted_under_an_edit_gets_it_once
    … while it writes           tests/stores/test_processes.py::test_killed_while_it_writes
    a WebSocket cut             tests/hosts/test_lab.py::test_a_cut_connection_loses_nothing
    the server gone and back    tests/hosts/test_lab.py::test_a_server_that_goes_and_comes_back_loses_nothing
    a cell that runs            tests/hosts/test_lab.py::test_the_annotator_works_while_a_cell_runs
    a page reloaded at once     tests/hosts/test_bad_input.py::test_a_page_reloaded_right_after_drawing_keeps_the_box
    what is saved stays         tests/editor/test_threads.py::test_everything_at_once_loses_nothing
    never another item's        tests/browser/test_items.py::test_what_is_on_screen_is_what_is_drawn_on
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings
from ipyannotator.errors import DamagedStore, FormatError, NewerVersion, NoItems, SourceError, StoreError
from ipyannotator.widgets.canvas import Canvas
from tests.pairs import bad_files

ROOT = Path(__file__).parent.parent.parent


def test_each_line_of_the_table_names_a_test() -> None:
    named = re.findall(r"(tests/\S+\.py)::(\w+)", __doc__ or "")
    assert len(named) > 40
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)


class Screen:
    """What a page would get to see: the last `show` of each item."""

    def __init__(self) -> None:
        self.shows: list[dict[str, Any]] = []

    def of(self, a: Any, key: str) -> dict[str, Any]:
        """Go to an item, and return what is shown of it."""
        before = len(self.shows)
        a.canvas.receive({"v": 1, "type": "hello", "width": 300, "height": 200})
        a.act("go", key)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for message in self.shows[before:]:
                if message["item"]["key"] == key:
                    return message
            time.sleep(0.005)
        pytest.fail(f"{key} was not shown: {self.shows[before:]}")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    seen = Screen()

    def send(_: Canvas, content: dict[str, Any], __: Any = None) -> None:
        if content["type"] == "show":
            seen.shows.append(content)

    monkeypatch.setattr(Canvas, "send", send)
    return seen


def heard(a: Any) -> list[str]:
    """Collect what an annotator says from now on."""
    texts: list[str] = []
    a.on("notice", lambda _, said, *more: texts.append(said))
    a.on("error", lambda failure: texts.append(failure.text))
    return texts


@pytest.fixture
def bad_project(tmp_path: Path) -> Path:
    bad_files.fill(tmp_path / "bad" / "photos")
    return tmp_path / "bad"


# ---- images ----------------------------------------------------------------------------------------------------------


def test_all_of_a_bad_folder_can_be_walked_through(
    create: Callable[..., Any], bad_project: Path, screen: Screen
) -> None:
    a = create(["car"], project_path=bad_project)
    said = heard(a)
    for _ in range(len(a)):
        key = a.item
        item = screen.of(a, key)["item"]
        name = item["name"]
        if name in bad_files.BAD:
            assert item["problem"].startswith(f"“{name}” ")
            assert item["problem"].rstrip().endswith("skip it.")
            assert (item["width"], item["height"]) == (0, 0)
            a.act("skip")
            continue
        assert item["problem"] is None
        assert (item["width"], item["height"]) == ((3, 2) if name == bad_files.TINY else bad_files.SIZE)
        a.current.add(Box(1, 1, 1, 1), "car")
        a.act("done")
    assert said == ["Everything is done."]
    states = {key: (view.state, len(view)) for key, view in a.annotations.items()}
    assert {key for key, state in states.items() if state == ("skipped", 0)} == set(bad_files.BAD)
    assert list(states.values()).count(("done", 1)) == len(bad_files.GOOD) + 1


def test_what_is_no_image_is_not_in_the_way(create: Callable[..., Any], bad_project: Path) -> None:
    a = create(["car"], project_path=bad_project)
    assert len(a) == len(bad_files.GOOD) + len(bad_files.BAD) + 1
    assert not set(bad_files.IN_THE_WAY) & set(a.annotations)


def test_an_item_that_cannot_be_shown_can_be_flagged_and_shows_again_once_repaired(
    create: Callable[..., Any], bad_project: Path, screen: Screen
) -> None:
    a = create(["car"], project_path=bad_project)
    assert screen.of(a, "empty.jpg")["item"]["problem"]
    a.act("flag", "ask for a copy")
    shutil.copy(bad_project / "photos" / "plain.jpg", bad_project / "photos" / "empty.jpg")
    screen.of(a, "plain.jpg")
    item = screen.of(a, "empty.jpg")["item"]
    assert (item["problem"], item["state"], item["note"]) == (None, "flagged", "ask for a copy")
    assert (item["width"], item["height"]) == bad_files.SIZE


def test_awkward_names_come_back_exactly(create: Callable[..., Any], bad_project: Path) -> None:
    a = create(["car"], project_path=bad_project)
    keys = list(a.annotations)
    for at, key in enumerate(keys):
        a.act("go", key)
        assert a.item == key
        a.current.add(Box((at + 1) / 8, 1, 2, 2), "car")
    path = Path(a.save())
    a.close()
    written = json.loads(path.read_text("utf-8"))
    assert [value["bbox"][0]["x"] for value in written.values()] == [(at + 1) / 8 for at in range(len(keys))]
    again = create(["car"], project_path=bad_project)
    assert {key: [o.shape for o in view.objects] for key, view in again.annotations.items()} == {
        key: [Box((at + 1) / 8, 1, 2, 2)] for at, key in enumerate(keys)
    }
    again.close()
    shutil.rmtree(bad_project / "results")  # and from the file alone
    (bad_project / "results").mkdir()
    (bad_project / "results" / "annotations.json").write_text(json.dumps(written), "utf-8")
    third = create(["car"], project_path=bad_project)
    assert third.to_dict() == written


def test_a_name_that_is_not_utf8_is_an_item_like_others(
    create: Callable[..., Any], project: Path, screen: Screen
) -> None:
    raw = os.fsencode(project / "photos") + b"/caf\xe9.jpg"
    try:
        shutil.copy(os.fsencode(project / "photos" / "0.jpg"), raw)
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    a = create(["car"])
    key = next(key for key in a.annotations if key.startswith("caf"))
    assert screen.of(a, key)["item"]["problem"] is None
    a.current.add(Box(1, 2, 3, 4), "car")
    written = json.loads(Path(a.save()).read_text("utf-8"))
    assert next(value for name, value in written.items() if name.endswith(key))["labels"] == [["car"]]
    a.close()
    assert create(["car"]).annotations[key].labels == ["car"]


def test_two_that_differ_in_case_are_two_items(create: Callable[..., Any], project: Path) -> None:
    Image.new("RGB", (9, 9)).save(project / "photos" / "A.jpg")
    Image.new("RGB", (8, 8)).save(project / "photos" / "a.jpg")
    if len(list((project / "photos").glob("[aA].jpg"))) < 2:
        pytest.skip("this file system knows no case")
    a = create(["car", "bus"])
    a.annotations["A.jpg"].add(Box(1, 1, 2, 2), "car")
    a.annotations["a.jpg"].add(Box(1, 1, 2, 2), "bus")
    a.close()
    b = create(["car", "bus"])
    assert (b.annotations["A.jpg"].labels, b.annotations["a.jpg"].labels) == (["car"], ["bus"])


def test_a_loop_of_links_ends(project: Path, opened: list[Any]) -> None:
    (project / "photos" / "again").symlink_to(project / "photos", target_is_directory=True)
    (project / "photos" / "self.jpg").symlink_to("self.jpg")
    start = Annotator(
        InputImage("photos", recursive=True), OutputImageBbox(["car"]), Settings(project, author="ann")
    )
    opened.append(start.create())
    assert [key for key in opened[0].annotations if key.endswith("0.jpg")] == ["0.jpg"]


def test_an_empty_folder_is_an_error_and_leaves_nothing_open(project: Path) -> None:
    (project / "empty").mkdir()
    before = {thread.name for thread in threading.enumerate()}
    with pytest.raises(NoItems, match="empty"):
        Annotator(InputImage("empty"), OutputImageBbox(["car"]), Settings(project)).create()
    assert {thread.name for thread in threading.enumerate()} == before
    assert not (project / "results").exists()


# ---- permissions and disks -------------------------------------------------------------------------------------------


@pytest.fixture
def as_nobody(project: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A project within reach of everybody, and a function that takes all rights of its owner away."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs POSIX permissions")
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "project"
        shutil.copytree(project, place)
        Path(name).chmod(0o755)
        place.chmod(0o755)
        try:
            yield place, lambda: os.seteuid(65534) if root else None
        finally:
            if root:
                os.seteuid(0)
            for path in (place, *place.rglob("*")):
                path.chmod(0o755)


def test_no_permission_to_read(
    as_nobody: tuple[Path, Callable[[], None]], create: Callable[..., Any], screen: Screen
) -> None:
    place, become = as_nobody
    place.chmod(0o777)
    (place / "photos" / "2.jpg").chmod(0)
    become()
    a = create(["car"], project_path=place)
    assert "no permission" in screen.of(a, "2.jpg")["item"]["problem"]
    assert screen.of(a, "3.jpg")["item"]["problem"] is None
    a.close()


def test_a_folder_that_may_not_be_listed(
    as_nobody: tuple[Path, Callable[[], None]], create: Callable[..., Any]
) -> None:
    place, become = as_nobody
    (place / "photos").chmod(0o311)
    become()
    with pytest.raises(SourceError, match="no permission"):
        create(["car"], project_path=place)
    assert not (place / "results").exists()


def test_a_project_that_may_not_be_looked_into(
    as_nobody: tuple[Path, Callable[[], None]], create: Callable[..., Any]
) -> None:
    place, become = as_nobody
    place.chmod(0)
    become()
    for step in ("create", "explore"):
        with pytest.raises(StoreError, match="no permission"):
            create(["car"], project_path=place, step=step)


def test_no_permission_to_write(
    as_nobody: tuple[Path, Callable[[], None]], create: Callable[..., Any]
) -> None:
    place, become = as_nobody
    a = create(["car"], project_path=place)
    a.current.add(Box(1, 1, 5, 5), "car")
    a.close()
    for path in (place, *place.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    become()
    with pytest.raises(StoreError, match=r"permission.*explore"):
        create(["car"], project_path=place)
    with pytest.raises(StoreError, match=r"(?s)Cannot make the folder.*result_dir.*explore"):
        create(["car"], project_path=place, result_dir="elsewhere")
    b = create(["car"], step="explore", project_path=place)
    assert b.current.labels == ["car"]
    b.close()


def disk(a: Any, *, full: bool) -> None:
    """Fill the disk, or make room: SQLite refuses to grow the file."""
    engine = a.editor.store._db._engine("rw")
    with ExitStack() as stack:  # each connection of the pool has a limit of its own
        for connection in [stack.enter_context(engine.connect()) for _ in range(engine.pool.size())]:
            connection.execute(text(f"PRAGMA max_page_count = {10 if full else 1_000_000}"))


def test_a_full_disk_refuses_in_words_and_loses_nothing(create: Callable[..., Any]) -> None:
    a = create(["car"])
    kept = a.current.add(Box(1, 1, 5, 5), "car")
    disk(a, full=True)
    with pytest.raises(StoreError, match=r"disk is full.*free some space"):
        a.current.extend([Box(1, 1, 5, 5)] * 3000)
    assert [obj.id for obj in a.current.objects] == [kept.id]
    disk(a, full=False)
    a.current.extend([Box(1, 1, 5, 5)] * 3000)
    assert len(a.current) == 3001


def test_a_json_that_cannot_be_written_stops_nobody(create: Callable[..., Any], project: Path) -> None:
    """Where there is no room for the file, or something is in its place, the database goes on."""
    a = create(["car"])
    a.current.add(Box(1, 1, 5, 5), "car")
    (project / "results" / "annotations.json").mkdir()
    said = heard(a)
    a.act("save")
    assert "Cannot write" in said[0]
    assert "safe" in said[0]
    a.act("step", "explore")
    assert (a.step, a.current.labels) == ("explore", ["car"])
    a.act("step", "create")
    a.current.add(Box(2, 2, 5, 5), "car")
    with pytest.raises(StoreError, match="Cannot write"):
        a.close()
    a.close()
    (project / "results" / "annotations.json").rmdir()
    assert len(create(["car"]).current) == 2


# ---- databases -------------------------------------------------------------------------------------------------------


def test_a_database_of_a_newer_version_is_left_alone(create: Callable[..., Any], project: Path) -> None:
    create(["car"]).close()
    database = project / "results" / "annotations.db"
    with sqlite3.connect(database) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    raw.close()
    before = database.read_bytes()
    for step in ("create", "explore"):
        with pytest.raises(NewerVersion, match=r"(?i)newer|later|version"):
            create(["car"], step=step)
    assert database.read_bytes() == before


@pytest.mark.parametrize("harm", ["head", "cut", "empty"])
def test_a_damaged_database_is_brought_back_by_the_call_in_the_message(
    create: Callable[..., Any], project: Path, harm: str
) -> None:
    a = create(["car"])
    a.current.extend([Box(1, 1, 5, 5)] * 300, ["car"] * 300)
    a.act("done")
    a.editor.set_state("flagged", note="look again")
    for copy in (project / "results" / "backups").glob("*.db"):
        copy.unlink()
    a._tidying.join()
    for copy in (project / "results" / "backups").glob("*.db"):
        copy.unlink()  # the copy of this morning, when there was nothing
    assert a.editor.store.backup(project / "results" / "backups")
    in_backup = a.to_dict()
    a.close()
    database = project / "results" / "annotations.db"
    data = database.read_bytes()
    broken = {"head": b"\0" * 2000 + data[2000:], "cut": data[: len(data) // 3], "empty": b""}[harm]
    database.write_bytes(broken)
    with pytest.raises(DamagedStore) as error:
        create(["car"])
    assert database.read_bytes() == broken
    call = re.search(r"`(ipyannotator\.stores\.restore_backup\(.*?\))`", str(error.value))
    assert call, error.value
    import ipyannotator.stores

    eval(call[1], {"ipyannotator": ipyannotator})  # noqa: S307 - what the message says, to the letter
    b = create(["car"])
    assert b.to_dict() == in_backup
    assert (b.annotations["1.jpg"].state, b.annotations["1.jpg"].note) == ("flagged", "look again")
    assert b.annotations["0.jpg"].state == "done"
    b.index = 1
    b.undo()  # the history has come back as well
    assert b.current.state == "todo"
    assert any(path.name.startswith("annotations.db.damaged") for path in database.parent.iterdir())


# ---- images that change ----------------------------------------------------------------------------------------------


def annotate(a: Any, key: str) -> None:
    """Annotate an item, and wait until what its picture looks like is kept."""
    a.act("go", key)
    a.current.add(Box(1, 2, 3, 4), "car")
    deadline = time.monotonic() + 10
    while a.current.record.media is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert a.current.record.media["hash"]


def test_a_deleted_image_keeps_its_annotations(
    create: Callable[..., Any], project: Path, screen: Screen
) -> None:
    a = create(["car"])
    annotate(a, "2.jpg")
    (project / "photos" / "2.jpg").unlink()
    screen.of(a, "3.jpg")
    item = screen.of(a, "2.jpg")["item"]
    assert "2.jpg" in item["problem"]
    assert a.current.labels == ["car"]
    a.close()
    b = create(["car"])
    said = heard(b)
    b._tidying.join()
    assert "2.jpg" not in b.annotations
    assert [value for name, value in b.to_dict().items() if name.endswith("/2.jpg")]
    b.close()
    Image.new("RGB", (200, 100)).save(project / "photos" / "2.jpg")
    assert create(["car"]).annotations["2.jpg"].labels == ["car"]
    assert all("relink" in each for each in said)


def test_an_image_replaced_by_one_of_another_size_warns(
    create: Callable[..., Any], project: Path, screen: Screen
) -> None:
    a = create(["car"])
    annotate(a, "2.jpg")
    assert screen.of(a, "2.jpg")["item"]["warning"] is None
    Image.new("RGB", (50, 40)).save(project / "photos" / "2.jpg")
    screen.of(a, "3.jpg")
    item = screen.of(a, "2.jpg")["item"]
    assert (item["width"], item["height"]) == (50, 40)
    assert "200 × 100" in item["warning"]
    assert "50 × 40" in item["warning"]
    assert a.current.labels == ["car"]


# ---- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{",
        b'{"photos/0.jpg": {"bbox": [{"x": 1, "y"',
        b"[1, 2]",
        b"null",
        b"\xff\xfe\x00broken",
        b'{"photos/1.jpg": {"bbox": [], "labels": []}, "photos/0.jpg": {"bbox": [{"x": 1, "y": 2, "width": -3, "height": 4}], "labels": [["car"]]}}',
        b'{"photos/1.jpg": {"bbox": [], "labels": []}, "photos/0.jpg": {"bbox": [{"x": 1}], "labels": []}}',
        b'{"photos/1.jpg": {"bbox": [], "labels": []}, "photos/0.jpg": {"bbox": [], "labels": [["car"]]}}',
        b'{"photos/1.jpg": {"bbox": [], "labels": []}, "photos/0.jpg": {"bbox": [{"x": NaN, "y": 2, "width": 3, "height": 4}], "labels": []}}',
    ],
)
def test_a_broken_json_stops_create_and_is_left(
    create: Callable[..., Any], project: Path, written: bytes
) -> None:
    results = project / "results"
    results.mkdir()
    path = results / "annotations.json"
    path.write_bytes(written)
    for step in ("create", "explore", "create"):
        with pytest.raises(FormatError, match=r"annotations\.json") as error:
            create(["car"], step=step)
        assert path.read_bytes() == written
        assert str(error.value).rstrip().endswith((".", ")"))
    path.write_text(
        '{"photos/0.jpg": {"bbox": [{"x": 1, "y": 2, "width": 3, "height": 4}], "labels": [["car"]]}}'
    )
    assert create(["car"]).annotations["0.jpg"].labels == ["car"]  # repaired, it is taken in
