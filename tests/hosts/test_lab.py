"""What a user would lose sleep over, in a real JupyterLab: everything acknowledged is there, exactly once."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.hosts.cable import Cable
from tests.hosts.pages import SLOW, Annotating, command, open_notebook, run_all, save_notebook, write_notebook
from tests.hosts.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OPEN = """
from ipyannotator import Annotator, InputImage, OutputImageBbox, Settings, Box
a = Annotator(InputImage('photos'), OutputImageBbox(['car', 'bus']), Settings('.', author='ann')).create()
a
"""


def start(page: Page, lab: Server, place: Path, *cells: str, at: str = "") -> Annotating:
    write_notebook(place / "work.ipynb", *(cells or (OPEN,)))
    open_notebook(page, lab, f"{place.name}/work.ipynb", at=at)
    run_all(page)
    return Annotating(page).ready()


def draw_past_dialogs(on_screen: Annotating, left: float, top: float, right: float, bottom: float) -> None:
    """Draw one box, as a person does who closes what Lab puts in the way, and tries again if it was too late."""
    page = on_screen.page
    objects = on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")
    count = objects.count()
    button = page.locator(".jp-Dialog button").last
    for _ in range(10):
        if button.is_visible():
            button.click()
        on_screen.draw(left, top, right, bottom)
        with contextlib.suppress(AssertionError):
            expect(objects).to_have_count(count + 1, timeout=2000)
            return
    pytest.fail("No box could be drawn.")


def test_boxes_survive_a_killed_kernel_and_a_reload(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    on_screen = start(page, lab, place)
    on_screen.shows("photo_0.jpg").draw(0.3, 0.3, 0.5, 0.5)
    on_screen.saved()
    on_screen.button("Next").click()
    on_screen.shows("photo_1.jpg").draw(0.4, 0.4, 0.6, 0.6)
    on_screen.saved()
    assert len(rows(place)) == 2

    lab.kill_kernels()
    expect(on_screen.status).to_contain_text("offline", timeout=SLOW)
    page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()  # Lab says that the kernel has died
    on_screen.draw(0.2, 0.6, 0.35, 0.8)  # drawn with no kernel at all
    expect(on_screen.status).to_contain_text("offline – 1 unsaved")
    assert len(rows(place)) == 2

    eventually(lab.kernels)
    run_all(page)
    again = Annotating(page).shows("photo_0.jpg")
    again.saved()
    assert eventually(lambda: len(rows(place)) == 3)
    assert sorted(row["item"] for row in rows(place)) == ["photo_0.jpg", "photo_1.jpg", "photo_1.jpg"]

    save_notebook(page)
    page.reload()
    back = Annotating(page).shows("photo_0.jpg")
    back.saved()
    back.button("Save").click()
    path = place / "results" / "annotations.json"
    assert eventually(path.is_file)
    value = json.loads(path.read_text())
    assert [len(entry["bbox"]) for entry in value.values() if entry] == [1, 2]
    first = value["photos/photo_0.jpg"]
    assert set(first) == {"bbox", "labels"}
    assert first["labels"] == [["car"]]
    assert set(first["bbox"][0]) == {"x", "y", "width", "height"}
    assert len(rows(place)) == 3


def test_a_cut_connection_loses_nothing(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    cable = Cable(lab.port)
    try:
        on_screen = start(page, lab, place, at=cable.url)
        on_screen.draw(0.45, 0.55, 0.55, 0.65)
        on_screen.saved()
        cable.cut()
        for step in range(3):
            draw_past_dialogs(on_screen, 0.3 + step * 0.2, 0.3, 0.4 + step * 0.2, 0.5)
        expect(on_screen.status).to_contain_text("offline – 3 unsaved", timeout=SLOW)
        assert len(rows(place)) == 1
        cable.mend()
        on_screen.saved()
        assert eventually(lambda: len(rows(place)) == 4)
        assert len({row["id"] for row in rows(place)}) == 4
    finally:
        page.goto("about:blank")
        cable.close()


def test_a_server_that_goes_and_comes_back_loses_nothing(
    browser: Any, tmp_path: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    from tests.hosts.conftest import make_photos

    root = tmp_path / "root"
    place = root / "place"
    make_photos(place / "photos")
    server = Server("lab", root)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        page = context.new_page()
        on_screen = start(page, server, place)
        on_screen.draw(0.3, 0.3, 0.45, 0.45)
        on_screen.saved()
        save_notebook(page)
        server.stop()
        draw_past_dialogs(on_screen, 0.4, 0.4, 0.6, 0.6)  # Lab says at some moment that its server is gone
        expect(on_screen.status).to_have_text("offline – 1 unsaved", timeout=SLOW)
        server.start()
        page.goto("about:blank")
        open_notebook(page, server, "place/work.ipynb")
        run_all(page)
        Annotating(page).ready().saved()
        assert eventually(lambda: len(rows(place)) == 2)
    finally:
        context.close()
        server.stop()


def test_the_annotator_works_while_a_cell_runs(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    busy = "import time, pathlib\npathlib.Path('busy').touch()\nwhile pathlib.Path('busy').exists(): time.sleep(.01)"
    on_screen = start(page, lab, place, OPEN, busy)
    assert eventually((place / "busy").exists)
    on_screen.draw(0.3, 0.3, 0.45, 0.45)
    on_screen.saved()
    assert len(rows(place)) == 1
    on_screen.button("Next").click()
    on_screen.shows("photo_1.jpg").draw(0.3, 0.3, 0.45, 0.45)
    on_screen.saved()
    assert len(rows(place)) == 2
    (place / "busy").unlink()


def test_two_kernels_see_each_others_boxes_and_both_stand(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    on_screen = start(page, lab, place)
    write_notebook(place / "other.ipynb", OPEN.replace("ann'", "bob'"))
    other_page = page.context.new_page()
    open_notebook(other_page, lab, f"{place.name}/other.ipynb")
    run_all(other_page)
    other = Annotating(other_page).ready()
    on_screen.draw(0.3, 0.3, 0.45, 0.45)
    on_screen.saved()
    expect(other.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(
        1, timeout=5000
    )
    other.draw(0.5, 0.5, 0.7, 0.7)
    other.saved()
    expect(on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(
        2, timeout=5000
    )
    assert eventually(lambda: len(rows(place)) == 2)
    assert {row["author"] for row in rows(place)} == {"ann", "bob"}


def test_python_and_the_screen_follow_each_other(
    page: Page, lab: Server, place: Path, eventually: Callable[..., Any]
) -> None:
    cell = "import pathlib\na.current.add(Box(10, 20, 100, 80), label='bus')"
    look = "pathlib.Path('seen.txt').write_text(repr([(o.label, o.shape.width) for o in a.current.objects]))"
    write_notebook(place / "work.ipynb", OPEN, cell, look)
    open_notebook(page, lab, f"{place.name}/work.ipynb")
    run_all(page)
    on_screen = Annotating(page).ready()
    assert eventually((place / "seen.txt").exists)
    assert (place / "seen.txt").read_text() == "[('bus', 100)]"
    expect(on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(1)
    on_screen.button("Undo").click()
    expect(on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(0)
    on_screen.button("Redo").click()
    expect(on_screen.root.get_by_role("listbox", name="Objects").get_by_role("option")).to_have_count(1)


def test_a_box_is_drawn_and_finished_by_keyboard_alone(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]]
) -> None:
    on_screen = start(page, lab, place)
    on_screen.canvas.focus()
    keys = page.keyboard
    keys.press("2")
    keys.press("Space")
    for _ in range(5):
        keys.press("Shift+ArrowRight")
    for _ in range(4):
        keys.press("Shift+ArrowDown")
    keys.press("Space")
    on_screen.saved()
    (row,) = rows(place)
    shape = json.loads(row["shape"]) if isinstance(row["shape"], (str, bytes)) else row
    assert (shape["width"], shape["height"]) == (50, 40)
    keys.press("Enter")
    on_screen.shows("photo_1.jpg")
    keys.press("Shift+m")  # Lab must not have heard any of it
    assert (
        page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCell.model.type") == "code"
    )


HACK = """
import ipywidgets, pathlib
a.parts.fields = ipywidgets.HTML('<b>my part</b>')
a.keymap['x'] = 'skip'
@a.on('change')
def count(change): pathlib.Path('hook.txt').write_text(str(len(change.ops)))
@a.on('before_change')
def refuse(change):
    from ipyannotator.errors import Rejected
    for op in change.ops:
        if op.action == 'create' and op.new['shape']['width'] < 40: raise Rejected('too small for me')
def next(): pathlib.Path('patched.txt').touch(); type(a).go(a, len(a) - 1)
a.next = next
pathlib.Path('hacked').touch()
"""


def test_an_annotator_on_screen_is_hacked_live(
    page: Page, lab: Server, place: Path, rows: Callable[[Path], list[Any]], eventually: Callable[..., Any]
) -> None:
    on_screen = start(page, lab, place)
    write_cell = "(code) => { const c = window.jupyterapp.shell.currentWidget.content; c.model.sharedModel.addCell({cell_type: 'code', source: code}); }"
    page.evaluate(write_cell, HACK)
    page.evaluate(
        "() => { const c = window.jupyterapp.shell.currentWidget.content; c.activeCellIndex = c.widgets.length - 1; }"
    )
    command(page, "notebook:run-cell")
    assert eventually((place / "hacked").exists)
    expect(on_screen.root.get_by_text("my part")).to_be_visible()  # a part

    on_screen.draw(0.3, 0.3, 0.5, 0.5)  # a hook
    on_screen.saved()
    assert eventually(lambda: (place / "hook.txt").read_text() == "1")
    on_screen.draw(0.7, 0.7, 0.72, 0.72)
    expect(on_screen.root.get_by_text("Not saved: too small for me")).to_be_visible()
    assert len(rows(place)) == 1

    on_screen.button("Next").click()  # a patched method
    on_screen.shows("photo_3.jpg")
    assert (place / "patched.txt").exists()

    on_screen.canvas.focus()
    page.keyboard.press("x")  # a key
    on_screen.shows("photo_0.jpg")
