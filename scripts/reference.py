"""Writes the tables of `docs/hacking.md` from the code: events, actions and keys, settings, public names.

    python scripts/reference.py

A table stands between a line `<!-- name -->` and a line `<!-- /name -->`; what is around it is written by hand.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import ipyannotator
from ipyannotator.base import Settings
from ipyannotator.editor import EVENTS
from ipyannotator.widgets import gridkeys
from ipyannotator.widgets.keymap import ACTIONS, DEFAULT_KEYS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "hacking.md"


def events() -> str:
    """Return the table of the events."""
    rows = []
    for name, text in EVENTS.items():
        what, _, rest = text.partition(": `")
        call, _, more = rest.partition("`")
        rows.append([f"`{name}`", what + more, f"`{call}`"])
    return table(["event", "when", "your function"], rows)


def actions() -> str:
    """Return the table of the actions of the keymap, with their keys."""
    keys: dict[str, list[str]] = {}
    for key, action in DEFAULT_KEYS.items():
        keys.setdefault(action, []).append(key)
    return table(
        ["action", "what it does", "keys"],
        [[f"`{name}`", text, _keys(keys.get(name, []))] for name, text in ACTIONS.items()],
    )


def grid() -> str:
    """Return the table of what keys do on a grid."""
    keys: dict[str, list[str]] = {}
    for key, action in gridkeys.KEYS.items():
        keys.setdefault(action, []).append(key)
    return table(
        ["on a grid", "what it does", "keys"],
        [[f"`{name}`", text, _keys(keys.get(name, []))] for name, text in gridkeys.LABELS.items()],
    )


def settings() -> str:
    """Return the table of the settings, as the docstring of `Settings` explains them."""
    told = explained(Settings)
    rows = []
    for field in dataclasses.fields(Settings):
        default = (
            field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        )
        shown = f"Path({str(default)!r})" if isinstance(default, Path) else repr(default)
        rows.append([f"`{field.name}`", f"`{shown}`", told[field.name]])
    return table(["setting", "default", "what it is"], rows)


def explained(kind: type) -> dict[str, str]:
    """Return what the docstring of a class says of each of its attributes."""
    _, _, text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        begins = re.match(r" {4}(\w+): (.*)", line)
        if begins:
            name = begins[1]
            found[name] = begins[2]
        elif line.startswith(" " * 8):
            found[name] += " " + line.strip()
        else:
            break
    return found


def names() -> str:
    """Return the table of the public names."""
    rows = []
    for name in ipyannotator.__all__:
        value = getattr(ipyannotator, name)
        home = getattr(value, "__module__", "ipyannotator")
        page = home.split(".")[1] if "." in home else ""
        link = f"[`{name}`](api/{'annotator' if page == 'base' else page}.md)" if page else f"`{name}`"
        text = (
            inspect.getdoc(value)
            if callable(value)
            else "The version of Protocols, `Change`, events and slots."
        )
        rows.append([link, (text or "").partition("\n")[0]])
    return table(["name", "what it is"], rows)


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    "events": events,
    "actions": actions,
    "grid": grid,
    "settings": settings,
    "names": names,
}
"""What makes each table."""


def write(page: str) -> str:
    """Return the page with its tables made anew."""
    for name, make in TABLES.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not place.search(page):
            raise SystemExit(
                f"{PAGE} has no place for the table {name!r}: <!-- {name} --> … <!-- /{name} -->"
            )
        page = place.sub(lambda found, make=make: f"{found[1]}\n{make()}\n\n{found[2]}", page)  # type: ignore[misc]
    return page


def _keys(keys: Iterable[str]) -> str:
    return " ".join("`` ` ``" if key == "`" else f"`{key}`" for key in keys)


if __name__ == "__main__":
    PAGE.write_text(write(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
