"""The configuration of the site: Sphinx, MyST-NB for the notebooks, Furo.

Sphinx and not MkDocs: it is maintained for the long term (MkDocs has no maintainer, and Material for MkDocs ended in
2026), reads docstrings and notebooks itself, and can be told that a warning is an error.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import ipyannotator

project = "Ipyannotator"
author = "The Ipyannotator developers"
release = version = ipyannotator.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["data/**", "**/.ipynb_checkpoints", "**/results/**"]
html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_theme_options = {"navigation_with_keys": True}

# ---- pages and notebooks ---------------------------------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# They have no outputs in git. A build runs those that changed, with the Python that builds, in a folder of their own.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).resolve().parent.parent / "build" / "notebooks")
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
# An annotator on screen needs a kernel. A page has none: it shows pictures, and loads no scripts from elsewhere.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
# Kernels are started by name: the name of this Python, whatever kernels the user has.
os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")

# ---- the reference ---------------------------------------------------------------------------------------------------

autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "member-order": "bysource",
    "no-value": True,
}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "separated"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
suppress_warnings = ["ref.python", "config.cache"]  # a short name in a docstring may mean several things

_CODE = re.compile(r"(?<!`)`(?P<code>[^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields|Example|Examples|Note):$")
_ANSWER = re.compile(r"(Returns|Yields):$")


def as_rst(lines: list[str]) -> list[str]:
    """Return a docstring as Sphinx reads it: ours are read in editors, and have Markdown's `code` and indented blocks."""
    found: list[str] = []
    prose: list[str] = []
    block: int | None = None  # how far the text before the block was indented, while in one

    def close() -> None:
        found.extend(_CODE.sub(r"``\g<code>``", "\n".join(prose)).split("\n") if prose else [])
        prose.clear()

    for line in lines:
        above = next((text for text in reversed(prose) if text.strip()), "")
        if block is not None and line.strip() and indent(line) <= block:
            block = None
        if block is None and prose and not prose[-1].strip() and line.strip():
            deeper = above and indent(line) > indent(above) and not _SECTION.match(above.strip())
            if deeper:
                block = indent(above)
                prose.extend([" " * block + "::", ""])
        if block is not None:
            close()
            found.append(line)
        elif prose and (section := _ANSWER.match(prose[-1].strip())):
            # As Napoleon does, which would take what is before a colon as a type: ours stand in the signature.
            prose[-1] = f"{' ' * indent(prose[-1])}:{section[1].lower()}: {line.strip()}"
        else:
            prose.append(line)
    close()
    return found


def indent(line: str) -> int:
    """Return how far a line is indented."""
    return len(line) - len(line.lstrip())


def _docstring(_app: Any, what: str, _name: str, _obj: Any, _options: Any, lines: list[str]) -> None:
    if what in {"attribute", "data", "property"} and lines and "`" not in lines[0].partition(": ")[0]:
        lines[0] = lines[0].replace(": ", " – ", 1)  # here too, a colon would end a type
    lines[:] = as_rst(lines)


def _without_widgets(app: Any, page: str, _template: str, _context: Any, _tree: Any) -> None:
    # The state of all widgets of a notebook, about a megabyte, and of no use without their kernel.
    app.env.nb_metadata.get(page, {}).get("js_files", {}).pop("ipywidgets_state", None)


def setup(app: Any) -> None:
    """Read docstrings as they are written here, before Napoleon does; write pages without widgets, before MyST-NB does."""
    app.connect("autodoc-process-docstring", _docstring, priority=100)
    app.connect("html-page-context", _without_widgets, priority=100)
