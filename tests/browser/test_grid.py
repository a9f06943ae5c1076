"""A grid in a browser, with a real project behind it: marking, keys, others' edits, and nothing left behind."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from ipyannotator.errors import Rejected
from ipyannotator.model import Op
from ipyannotator.widgets.cells import Cell
from tests.browser.desk import GridPage, Project


@pytest.fixture
def open_grid(browser, tmp_path):
    """Open a grid of a project with options of `Project`; an error in the page fails the test."""
    opened = []

    def open_one(*, stage=(1008, 636), cells=None, **options):
        project = Project(tmp_path, **options)
        project.grid.fill(project.cells if cells is None else cells(project))
        page = GridPage(browser, project, stage)
        opened.append((page, project))
        return page

    yield open_one
    for page, project in opened:
        page.close()
        project.close()
    assert not [error for page, _ in opened for error in page.errors]


@pytest.fixture
def grid(open_grid):
    page = open_grid()
    page.settled()
    return page


def test_cells_are_named_and_marked_by_a_click(grid):
    project = grid.project
    cell = grid.page.get_by_role("gridcell", name="00000.jpg").first
    expect(cell).to_have_attribute("aria-description", "RBC, 00000 · 0.99")
    expect(grid.grid).to_have_attribute("aria-label", "Which of these are not RBC?")
    columns = int(grid.grid.get_attribute("aria-colcount"))
    assert columns == 9
    assert int(grid.grid.get_attribute("aria-rowcount")) == -(-156 // columns)
    cell.click()
    expect(cell).to_have_attribute("aria-selected", "true")
    expect(cell.locator(".ipya-cell-badge")).to_have_text("wrong")
    grid.saved()
    assert project.grid.marked == [project.cells[0]]
    cell.click()
    expect(cell).to_have_attribute("aria-selected", "false")
    grid.saved()
    assert project.value(project.cells[0]) is None
    expect(grid.page.get_by_role("status")).to_have_text(re.compile(r"^1–\d\d of 156$"))


def test_a_range_and_undo(grid):
    cells = grid.project.cells
    grid.cell(3).click()
    grid.cell(7).click(modifiers=["Shift"])
    grid.saved()
    assert grid.project.grid.marked == cells[3:8]
    assert grid.marked() == [3, 4, 5, 6, 7]
    grid.page.keyboard.press("Control+z")
    expect(grid.cell(5)).to_have_attribute("aria-selected", "false")
    assert grid.project.grid.marked == cells[3:4], "a range is one change"
    grid.page.keyboard.press("Control+Shift+z")
    expect(grid.cell(5)).to_have_attribute("aria-selected", "true")


def test_the_keyboard_does_it_all(grid):
    project = grid.project
    grid.grid.focus()
    press = grid.page.keyboard.press
    press("ArrowRight")
    press("ArrowDown")
    press("Space")
    expect(grid.cell(10)).to_have_attribute("aria-selected", "true")
    assert grid.grid.get_attribute("aria-activedescendant") == grid.cell(10).get_attribute("id")
    press("Shift+ArrowRight")
    press("Shift+ArrowRight")
    expect(grid.cell(12)).to_have_attribute("aria-selected", "true")
    assert grid.marked() == [10, 11, 12]
    press("End")
    expect(grid.cell(155)).to_be_visible()
    press("Enter")
    # A cell that the page does not know yet is marked by the kernel, which no save state tells.
    grid.until(lambda: project.grid.marked == [*project.cells[10:13], project.cells[155]])
    grid.saved()
    press("Home")
    press("Control+Enter")
    press("2")
    press("o")
    press("Delete")
    wanted = [("open", project.cells[0]), ("relabel", "WBC"), ("open_marked", None), ("delete", None)]
    grid.until(lambda: project.acted == wanted)
    press("Control+a")
    expect(grid.cell(0)).to_have_attribute("aria-selected", "true")
    assert len(project.grid.marked) == 156


def test_an_action_on_marks_waits_for_the_marks(grid):
    """Marked and deleted in one breath: what is deleted is what was marked."""
    seen = []
    project = grid.project
    project.grid._act = lambda name, value=None: seen.append((name, list(project.grid.marked)))
    grid.page.evaluate(
        "() => { for (const at of [2, 4, 6]) document.querySelector(`[data-at='${at}']`).click(); }"
    )
    grid.page.keyboard.press("Tab")
    grid.grid.focus()
    grid.page.keyboard.press("Delete")
    grid.until(lambda: bool(seen))
    assert seen == [("delete", [project.cells[at] for at in (2, 4, 6)])]


def test_what_others_and_python_do_is_seen(grid):
    project, cells = grid.project, grid.project.cells
    project.grid.mark(cells[1:3])
    expect(grid.cell(2)).to_have_attribute("aria-selected", "true")
    project.editor.do([Op("set", "object", cells[0].object, cells[0].item, "class_id", "RBC", "WBC")])
    expect(grid.cell(0)).to_have_attribute("aria-description", "WBC, 00000 · 0.99")
    project.editor.do([Op("delete", "object", cells[4].object, cells[4].item)])
    expect(grid.cell(4)).to_have_attribute("data-gone", "true")
    project.grid.drop([cells[4]])
    expect(grid.cell(4)).to_have_attribute("aria-description", "RBC, 00000 · 0.94")
    expect(grid.page.get_by_role("status")).to_have_text(re.compile("of 155$"))
    assert grid.marked() == [1, 2]


def test_a_refused_mark_goes_back_and_is_listed(grid):
    def never(_):
        raise Rejected("These are all right.")

    grid.project.editor.events.on("before_change", never)
    grid.cell(3).click()
    grid.page.wait_for_function(
        "() => [...globalThis[Symbol.for('ipyannotator.sessions')].open.values()]"
        ".some(({refused}) => refused.length === 1 && refused[0].reason === 'These are all right.')"
    )
    expect(grid.cell(3)).to_have_attribute("aria-selected", "false")
    assert grid.project.grid.marked == []


def test_what_was_marked_stays_marked_when_the_page_is_closed(grid, browser):
    grid.cell(2).click()
    grid.saved()
    grid.unmount()
    grid.mount()
    grid.settled()
    assert grid.marked() == [2]


def test_another_list_begins_at_its_beginning_and_the_same_stays_in_place(grid):
    project = grid.project
    grid.grid.hover()
    grid.page.mouse.wheel(0, 900)
    expect(grid.page.get_by_role("status")).not_to_have_text(re.compile("^1–"))
    grid.page.wait_for_function("() => desk.model.get('position') > 0")
    first = grid.page.evaluate("() => desk.model.get('position')")
    grid.until(lambda: project.grid.position == first)
    project.grid.fill(project.cells[5:], keep=True)
    expect(grid.page.get_by_role("status")).to_have_text(re.compile("of 151$"))
    expect(grid.cell(first - 5)).to_be_in_viewport()
    project.grid.fill([Cell(f"{at:05}.jpg") for at in range(12)])
    expect(grid.page.get_by_role("status")).to_have_text("1–12 of 12")
    grid.settled()
    expect(grid.cell(3)).to_have_attribute("aria-label", "00003.jpg")
    project.grid.empty = "No box is left."
    project.grid.fill([])
    expect(grid.page.get_by_text("No box is left.")).to_be_visible()


def test_tabs_orders_and_the_size_of_pictures(grid):
    project, page = grid.project, grid.page
    project.grid.tabs = [
        {"id": "RBC", "name": "<b>RBC</b>", "count": 4155, "color": "#d55e00"},
        {"id": "WBC", "name": "WBC"},
    ]
    project.grid.tab = "RBC"
    project.grid.sorts = [{"id": "score", "label": "most doubtful"}, {"id": "name", "label": "name"}]
    project.grid.sort = "score"
    tab = page.get_by_role("tab", name="<b>RBC</b> 4,155")
    expect(tab).to_have_attribute("aria-selected", "true")
    tab.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Sort").select_option("name")
    grid.until(lambda: project.acted == [("tab", "WBC"), ("sort", "name")])
    columns = int(grid.grid.get_attribute("aria-colcount"))
    grid.grid.focus()
    for _ in range(4):
        page.keyboard.press("+")
    assert int(grid.grid.get_attribute("aria-colcount")) < columns
    assert page.evaluate("() => desk.model.get('size')") == 96 + 64
    grid.settled()
    grid.grid.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    expect(page.get_by_label("Size of the pictures")).to_have_value("144")


def test_a_page_of_a_capture(open_grid):
    grid = open_grid(
        images=12, boxes=0, cells=lambda _: [Cell(f"{at:05}.jpg") for at in range(6)], pages=[3, 2]
    )
    project = grid.project
    project.grid.fill([Cell(f"{at:05}.jpg") for at in range(6)], total=12)
    grid.settled()
    expect(grid.page.get_by_role("status")).to_have_text("1–6 of 12")
    expect(grid.page.get_by_role("button", name="Previous page")).to_be_disabled()
    assert grid.page.evaluate(
        "() => { const g = document.querySelector('.ipya-cells'); return g.scrollHeight <= g.clientHeight; }"
    )
    grid.page.get_by_role("button", name="Next page").click()
    grid.until(lambda: project.acted == [("next", None)])
    project.grid.fill([Cell(f"{at:05}.jpg") for at in range(6, 12)], total=12, offset=6)
    expect(grid.page.get_by_role("status")).to_have_text("7–12 of 12")
    expect(grid.page.get_by_role("button", name="Next page")).to_be_disabled()
    expect(grid.cell(1)).to_have_attribute("aria-label", "00007.jpg")
    grid.cell(1).click()
    grid.saved()
    assert project.grid.marked == [Cell("00007.jpg")]


def test_a_broken_picture_says_so(open_grid):
    def broken(project):
        (project.folder / "00001.jpg").write_bytes(b"")
        return [Cell("00000.jpg"), Cell("00001.jpg")]

    grid = open_grid(images=2, boxes=0, cells=broken)
    grid.settled()
    expect(grid.cell(1)).to_contain_text("is empty (0 bytes)")
    expect(grid.cell(0).locator(".ipya-cell-problem")).to_have_text("")


def test_the_wheel_leaves_the_notebook_where_it_is(open_grid):
    grid = open_grid(images=1, boxes=3)
    grid.settled()
    grid.page.evaluate("() => { document.body.style.height = '5000px'; }")
    grid.grid.hover()
    grid.page.mouse.wheel(0, 500)
    grid.page.mouse.move(2, 2)
    grid.page.mouse.wheel(0, 100)
    grid.page.wait_for_function("() => scrollY > 0")
    assert grid.page.evaluate("() => scrollY") == 100


def test_a_narrow_cell_cuts_nothing_off(open_grid):
    grid = open_grid(stage=(360, 480))
    grid.settled()
    wide = grid.page.evaluate(
        "() => [...document.querySelectorAll('.ipya-sheet, .ipya-cells, .ipya-grid-band')]"
        ".filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"
    )
    assert wide == []
    assert int(grid.grid.get_attribute("aria-colcount")) == 3


def test_two_views_of_one_grid(grid):
    grid.mount((500, 300))
    views = grid.page.get_by_role("grid")
    expect(views).to_have_count(2)
    grid.page.wait_for_function("() => desk.blank(document.querySelectorAll('.ipya-cells')[1]) === 0")
    views.nth(1).locator('.ipya-cell[data-at="1"]').click()
    expect(views.nth(0).locator('.ipya-cell[data-at="1"]')).to_have_attribute("aria-selected", "true")
    grid.unmount()


def test_a_hundred_grids_leave_nothing(browser, tmp_path):
    project = Project(tmp_path, images=1, boxes=4)
    project.grid.fill(project.cells)
    grid = GridPage(browser, project)
    page = grid.page
    try:
        grid.settled()
        grid.unmount()
        before = page.evaluate("() => probe.held()")
        assert (before["canvases"], before["observers"]) == (0, 0)
        for turn in range(100):
            grid.mount()
            if turn % 10 == 0:  # the others are gone before their pictures have come
                grid.settled()
            grid.unmount()
        assert page.evaluate("() => probe.held()") == before
        assert page.evaluate("() => [...desk.model.handlers.values()].every((all) => all.size === 0)")
        assert page.workers == []
        assert grid.errors == []
    finally:
        grid.close()
        project.close()
