"""Bad input and bad moments in a real JupyterLab; the table in `tests/pairs/test_bad_input.py` says what is where else."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from ipyannotator import Annotator, Box, InputImage, OutputImageBbox, Settings
from tests.hosts.cable import Cable
from tests.hosts.pages import SLOW, Annotating, open_notebook, run_all, save_notebook, write_notebook
from tests.hosts.servers import Server
from tests.pairs import bad_files

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OPEN = """
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings, Box
a = Annotator(InputImage('photos'), OutputImageBbox(['car', 'bus']), Settings('.', author='ann')).create()
a
"""
ANSWERED = re.compile("^(saved|failing)$")
Rows = Callable[[Path], list[dict[str, Any]]]
Eventually = Callable[..., Any]


def start(page: Page, lab: Server, place: Path, *, at: str = "") -> Annotating:
    write_notebook(place / "work.ipynb", OPEN)
    open_notebook(page, lab, f"{place.name}/work.ipynb", at=at)
    run_all(page)
    return Annotating(page).ready()


def run(page: Page, code: str, value: str = "None") -> str:
    """Run code in the notebook's kernel, and return the text of a value there."""
    ask = """async ([code, value]) => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        for (;;) {
            const reply = await kernel.requestExecute({code, user_expressions: {value}}).done;
            // After an error in a cell the kernel drops what came meanwhile, and says so.
            if (reply.content.status !== 'aborted') return reply.content;
        }
    }"""
    content = page.evaluate(ask, [code, value])
    assert content["status"] == "ok", content
    return str(content["user_expressions"]["value"]["data"]["text/plain"])


def objects(on_screen: Annotating) -> Locator:
    return on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")


def yellow(on_screen: Annotating) -> tuple[float, float, float, float]:
    """Where the painted mark is seen, as fractions of the canvas: left, top, right, bottom."""
    seen = np.asarray(Image.open(io.BytesIO(on_screen.canvas.screenshot())).convert("RGB")).astype(int)
    mark = (seen[..., 0] > 180) & (seen[..., 1] > 170) & (seen[..., 2] < 110)
    down, across = np.nonzero(mark)
    height, width = mark.shape
    return (
        across.min() / width,
        down.min() / height,
        (across.max() + 1) / width,
        (down.max() + 1) / height,
    )


def test_a_bad_folder_is_walked_through_and_drawn_on(
    page: Page, lab: Server, place: Path, rows: Rows
) -> None:
    shutil.rmtree(place / "photos")
    bad_files.fill(place / "photos")
    on_screen = start(page, lab, place)
    names = ast.literal_eval(run(page, "", "[a.editor.source.name(key) for key in a.annotations]"))
    assert set(bad_files.BAD) < set(names)
    on_these = {"50% #1 & <b>.jpg", "tiff.tif", "turned by exif.jpg", names[-1]}
    follows_a_bad_one = {name for before, name in pairwise(names) if before in bad_files.BAD}
    assert len(on_these & follows_a_bad_one) > 1
    for at, name in enumerate(names):
        bad = name in bad_files.BAD
        expect(on_screen.canvas).to_have_attribute("data-item", name)
        expect(on_screen.canvas).to_have_attribute("data-state", "problem" if bad else "ready")
        if bad:
            expect(on_screen.root.get_by_text(f"“{name}” ")).to_be_visible()
            on_screen.draw(0.3, 0.3, 0.6, 0.6)  # nothing may come of it
        elif name in on_these:
            on_screen.draw(*yellow(on_screen))  # over the painted mark, as a person would
            expect(objects(on_screen)).to_have_count(1)
        if at < len(names) - 1:
            on_screen.button("Next").click()
    on_screen.saved()
    stored = rows(place)
    assert sorted(row["item"] for row in stored) == sorted(
        unicodedata.normalize("NFC", name) for name in on_these
    )
    for row in stored:
        assert shape_of(row) == pytest.approx(_box_of(bad_files.MARK), abs=2.5), row["item"]


def shape_of(row: dict[str, Any]) -> tuple[float, float, float, float]:
    shape = json.loads(row["shape"]) if isinstance(row["shape"], (str, bytes)) else row
    return (shape["x"], shape["y"], shape["width"], shape["height"])


def _box_of(mark: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = mark
    return (left, top, right - left, bottom - top)


DISK = """
from contextlib import ExitStack
from sqlalchemy import text
from ipyannotator.errors import StoreError

def disk(full):  # SQLite refuses to grow the file
    engine = a.editor.store._db._engine('rw')
    with ExitStack() as stack:
        for connection in [stack.enter_context(engine.connect()) for _ in range(4)]:
            connection.execute(text(f'PRAGMA max_page_count = {10 if full else 1000000}'))

def fill():
    disk(True)
    try:
        while True:
            a.annotations['photo_3.jpg'].add(Box(1, 1, 5, 5), 'car', attributes={'text': 'x' * 200})
    except StoreError:
        return len(a.annotations['photo_3.jpg'])
"""


def test_on_a_full_disk_edits_wait_and_are_saved_later(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    on_screen = start(page, lab, place)
    filling = int(run(page, DISK, "fill()"))
    drawn = 0
    while drawn < 12 and on_screen.status.get_attribute("data-kind") != "failing":
        on_screen.draw(0.05 + drawn * 0.07, 0.35, 0.1 + drawn * 0.07, 0.4)
        drawn += 1
        expect(on_screen.status).to_have_attribute("data-kind", ANSWERED, timeout=SLOW)
    on_screen.draw(0.1, 0.5, 0.3, 0.6)  # more behind it
    on_screen.draw(0.5, 0.5, 0.7, 0.6)
    drawn += 2
    expect(on_screen.status).to_have_attribute("data-kind", "failing")
    expect(on_screen.root.get_by_text("disk is full").first).to_be_visible()
    expect(objects(on_screen)).to_have_count(drawn)
    assert len(rows(place)) < filling + drawn
    on_screen.button("Next").click()  # one can go on
    on_screen.shows("photo_1.jpg")
    on_screen.button("Previous").click()
    on_screen.shows("photo_0.jpg")
    expect(objects(on_screen)).to_have_count(drawn)
    run(page, "disk(False)")
    on_screen.saved()
    ids = [row["id"] for row in rows(place) if row["item"] == "photo_0.jpg"]
    assert len(ids) == len(set(ids)) == drawn
    assert eventually(lambda: run(page, "", "len(a.current)") == str(drawn))


def test_a_kernel_restarted_under_an_edit_gets_it_once(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    """Once before the edit is written, and once when it is written but the page does not know."""
    on_screen = start(page, lab, place)
    save_notebook(page)
    deaths = [
        "a.on('before_change', lambda change: os.kill(os.getpid(), 9))",
        "a.canvas._answer = lambda answer: os.kill(os.getpid(), 9)",
    ]
    for number, death in enumerate(deaths):
        run(page, f"import os\n{death}")
        old = {kernel.pid for kernel in lab.kernels()}
        on_screen.draw(0.2 + 0.3 * number, 0.3, 0.35 + 0.3 * number, 0.5)
        expect(on_screen.status).to_contain_text("offline – 1 unsaved", timeout=SLOW)
        assert len(rows(place)) == number * 2  # the second was written before the end
        page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
        assert eventually(lambda: {kernel.pid for kernel in lab.kernels()} - old)  # noqa: B023 - called at once
        run_all(page)
        on_screen = Annotating(page).ready()
        on_screen.saved()
        assert eventually(lambda: len(rows(place)) == number + 1)  # noqa: B023 - as above
    expect(objects(on_screen)).to_have_count(2)
    assert len({row["id"] for row in rows(place)}) == 2
    assert len({shape_of(row)[0] for row in rows(place)}) == 2


def test_an_image_replaced_while_it_is_annotated_warns(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    on_screen = start(page, lab, place)
    on_screen.draw(0.3, 0.3, 0.5, 0.5)
    on_screen.saved()
    assert eventually(lambda: run(page, "", "a.current.record.media is not None") == "True")
    Image.new("RGB", (320, 200), "olive").save(place / "photos" / "photo_0.jpg")
    on_screen.button("Next").click()
    on_screen.shows("photo_1.jpg")
    on_screen.button("Previous").click()
    on_screen.shows("photo_0.jpg")
    note = on_screen.root.get_by_role("note")
    expect(note).to_contain_text("was 640 × 480 pixels")
    expect(note).to_contain_text("is 320 × 200 now")
    expect(objects(on_screen)).to_have_count(1)
    on_screen.button("Next").click()
    on_screen.shows("photo_1.jpg")
    expect(note).to_be_hidden()
    assert len(rows(place)) == 1


def test_a_damaged_database_is_said_in_the_cell(page: Page, lab: Server, place: Path, rows: Rows) -> None:
    a = Annotator(
        InputImage("photos"), OutputImageBbox(["car", "bus"]), Settings(place, author="ann")
    ).create()
    a._tidying.join()
    a.current.extend([Box(10 * n + 1, 20, 8, 30) for n in range(5)], ["car"] * 5)
    a.editor.store.backup(place / "results" / "copies")
    a.close()
    shutil.rmtree(place / "results" / "backups")
    (place / "results" / "copies").rename(place / "results" / "backups")
    database = place / "results" / "annotations.db"
    database.write_bytes(b"\0" * 3000 + database.read_bytes()[3000:])

    write_notebook(place / "work.ipynb", OPEN)
    open_notebook(page, lab, f"{place.name}/work.ipynb")
    run_all(page)
    output = page.locator(".jp-OutputArea-output")
    expect(output.first).to_contain_text("DamagedStore", timeout=SLOW)
    said = output.first.inner_text()
    assert "backups/annotations-" in said
    call = said[said.rindex("ipyannotator.stores.restore_backup(") :].split("`")[0].replace("\n", "")
    run(page, f"import ipyannotator.stores\n{call}")
    run_all(page)
    on_screen = Annotating(page).ready()
    expect(objects(on_screen)).to_have_count(5)
    on_screen.draw(0.5, 0.5, 0.7, 0.7)
    on_screen.saved()
    assert len(rows(place)) == 6


def test_two_pages_on_one_kernel(page: Page, lab: Server, place: Path, rows: Rows) -> None:
    one = start(page, lab, place)
    save_notebook(page)
    second = page.context.new_page()
    second.goto(f"{lab.url}/lab/tree/{place.name}/work.ipynb?reset")
    two = Annotating(second).ready()
    assert len(lab.kernels()) >= 1
    page.bring_to_front()  # a page that is not seen is slow to take a mouse
    one.draw(0.1, 0.4, 0.2, 0.5)
    expect(objects(two)).to_have_count(1)
    one.draw(0.5, 0.4, 0.6, 0.5)
    second.bring_to_front()
    two.draw(0.3, 0.4, 0.4, 0.5)
    two.draw(0.7, 0.4, 0.8, 0.5)
    for each in (one, two):
        each.saved()
        expect(objects(each)).to_have_count(4)
    assert len({row["id"] for row in rows(place)}) == len(rows(place)) == 4
    two.button("Next").click()
    for each in (one, two):
        each.shows("photo_1.jpg")
    second.close()
    one.draw(0.1, 0.4, 0.2, 0.5)
    one.saved()
    assert len(rows(place)) == 5


def reload_after_drawing(page: Page, milliseconds: int) -> None:
    """Have the page leave itself so soon after the next release of the mouse."""
    page.evaluate(
        "wait => addEventListener('pointerup', () => setTimeout(() => location.reload(), wait), {once: true})",
        milliseconds,
    )


def test_a_page_reloaded_right_after_drawing_keeps_the_box(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())  # whoever is asked whether to leave, leaves
    cable = Cable(lab.port)
    try:
        on_screen = start(page, lab, place, at=cable.url)
        save_notebook(page)
        for number, wait in enumerate((0, 10)):
            reload_after_drawing(page, wait)
            with page.expect_navigation(timeout=SLOW):
                on_screen.draw(0.1 + 0.2 * number, 0.4, 0.2 + 0.2 * number, 0.5)
            on_screen = Annotating(page).ready()
            on_screen.saved()
            expect(objects(on_screen)).to_have_count(number + 1)
            assert eventually(lambda: len(rows(place)) == number + 1)  # noqa: B023 - called at once
    finally:
        cable.close()
        page.close()


@pytest.mark.slow  # on a busy machine the page may be gone before the browser has written: nothing said "saved" yet
def test_a_page_left_right_after_drawing_with_the_cable_cut_keeps_the_box(
    page: Page, lab: Server, place: Path, rows: Rows, eventually: Eventually
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())  # whoever is asked whether to leave, leaves
    cable = Cable(lab.port)
    try:
        on_screen = start(page, lab, place, at=cable.url)
        save_notebook(page)
        on_screen.draw(0.1, 0.4, 0.2, 0.5)
        on_screen.saved()
        assert eventually(lambda: len(rows(place)) == 1)
        page.wait_for_load_state("networkidle")  # else Lab covers the canvas with what it could not fetch
        cable.cut()  # now only the page itself can keep it
        reload_after_drawing(page, 10)
        with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error:")):
            on_screen.draw(0.6, 0.4, 0.8, 0.5)
        assert len(rows(place)) == 1
        cable.mend()
        page.goto(f"{cable.url}/lab/tree/{place.name}/work.ipynb?reset")
        on_screen = Annotating(page).ready()
        on_screen.saved()
        assert eventually(lambda: len(rows(place)) == 2)
        expect(objects(on_screen)).to_have_count(2)
    finally:
        cable.close()
        page.close()


def test_the_step_switched_right_after_drawing_keeps_the_box(
    page: Page, lab: Server, place: Path, rows: Rows
) -> None:
    on_screen = start(page, lab, place)
    for number in range(3):
        on_screen.draw(0.1 + 0.2 * number, 0.4, 0.2 + 0.2 * number, 0.5)
        on_screen.button("Explore").click()
        expect(on_screen.status).to_have_text("read-only", timeout=SLOW)
        on_screen.ready()
        on_screen.button("Create").click()
        on_screen.ready().saved()
        expect(objects(on_screen)).to_have_count(number + 1)
    assert len(rows(place)) == 3
