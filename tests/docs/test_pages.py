"""The pages: code that is at least code, and nothing public that no page tells of."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import reference  # scripts/reference.py
from ipyannotator.base import Settings
from ipyannotator.editor import EVENTS
from ipyannotator.widgets.frame import SLOTS
from ipyannotator.widgets.gridkeys import LABELS
from ipyannotator.widgets.keymap import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
    if "data" not in path.relative_to(ROOT).parts
}
SNIPPETS = [
    (f"{name}, code {number}", code)
    for name, text in PAGES.items()
    for number, code in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE), 1)
]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(("where", "code"), SNIPPETS, ids=[where for where, _ in SNIPPETS])
def test_a_snippet_compiles(where, code):
    assert compile(code, where, "exec")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    prose = re.sub(r"^```.*?^```", "", PAGES[name], flags=re.DOTALL | re.MULTILINE)
    folder = (ROOT / name).parent
    assert [link for link in LINK.findall(prose) if not (folder / link).exists()] == []


def test_the_tables_are_what_the_code_says():
    page = PAGES["docs/hacking.md"]
    assert page == reference.write(page), "Write them again: python scripts/reference.py"


@pytest.mark.parametrize(
    ("what", "known"),
    [
        ("event", list(EVENTS)),
        ("action", list(ACTIONS)),
        ("action on a grid", list(LABELS)),
        ("slot", list(SLOTS)),
        ("setting", [field.name for field in dataclasses.fields(Settings)]),
    ],
)
def test_everything_is_told_of_on_a_page(what, known):
    """In the first column of a table, as what the row is about."""
    told = {name for text in PAGES.values() for name in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)}
    assert [f"{what} {name}" for name in known if name not in told] == []


def test_every_setting_is_explained_by_its_docstring():
    told = reference.explained(Settings)
    assert list(told) == [field.name for field in dataclasses.fields(Settings)] or set(told) == {
        field.name for field in dataclasses.fields(Settings)
    }
    assert all(told.values())


def test_every_action_of_every_view_is_told_of():
    """What a control asks for by name can be asked for by `a.act` as well, so its name is documented."""
    from ipyannotator.pairs import BaseAnnotator, View

    kinds: list[type] = [View, BaseAnnotator]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = [kind for kind in kinds if kind.__module__.startswith("ipyannotator.")]
    asked = {name for kind in ours for name in kind.methods}  # type: ignore[attr-defined]
    page = PAGES["docs/hacking.md"]
    assert [name for name in sorted(asked) if f"`{name}`" not in page] == []
