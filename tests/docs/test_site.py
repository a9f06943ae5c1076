"""The site: it builds without a warning, every page is in it, and the reference has every public name."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

import ipyannotator

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SETS = ["datasets.factory", "datasets.generators"]
MODULES = sorted(
    f"ipyannotator.{name}"
    for name in [*(each.name for each in pkgutil.iter_modules(ipyannotator.__path__)), *SETS]
)
"""The public modules: all that lie directly in the package, and the paper's of the data sets."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does, but for running the notebooks, which `test_notebooks.py` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-D", "nb_execution_mode=off"]
    done = subprocess.run(
        [*command, "-d", str(folder / "trees"), str(DOCS), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


def names(site: Path) -> set[str]:
    """Return the full names of what the reference describes."""
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    return {name for kind, objects in inventory.data.items() if kind.startswith("py:") for name in objects}


def test_it_builds_without_a_warning_and_has_every_public_name(site):
    described = names(site)
    short = {name.rpartition(".")[2] for name in described}
    assert [name for name in ipyannotator.__all__ if name not in short] == []
    missing = [module for module in MODULES if module not in described]
    for module in MODULES:
        public = getattr(importlib.import_module(module), "__all__", [])
        inside = [each for each in described if each.startswith(f"{module}.")]
        missing += [
            f"{module}.{name}" for name in public if not any(each.endswith(f".{name}") for each in inside)
        ]
    assert missing == [], "Give it a place in docs/api/."


def test_a_page_has_what_its_source_says(site):
    page = (site / "api" / "editor.html").read_text(encoding="utf-8")
    assert "The live model of one task on one source." in page
    assert "<p>Raise <code" in page or "Raises" in page
    assert not re.search(r"(?<!`)`[A-Za-z_]+`(?!`)", re.sub(r"<[^>]+>", "", page)), (
        "Markdown that was not understood"
    )


def test_every_page_is_in_the_navigation():
    listed = set()
    for index in (DOCS / "index.md", DOCS / "api" / "index.md"):
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", index.read_text(encoding="utf-8"), re.DOTALL):
            lines = [line for line in tree.splitlines() if line and not line.startswith(":")]
            listed |= {(index.parent / line).relative_to(DOCS).as_posix() for line in lines}
    sources = [
        path for kind in ("md", "ipynb") for path in (*DOCS.glob(f"*.{kind}"), *DOCS.glob(f"api/*.{kind}"))
    ]
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in sources}
    assert listed == pages - {"index"}, "List it in docs/index.md."


def test_nothing_is_fetched_from_elsewhere_and_nothing_told_of_the_machine(site):
    """A page that somebody opens tells nobody, and does not say where it was built."""
    fetched = re.compile(r"<(?:script|img|link|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//[^\"]+\"")
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not fetched.findall(page), path.name
        assert str(ROOT) not in page, path.name
