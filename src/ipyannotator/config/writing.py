"""Writing a project's file; in one that is there, comments and order stay."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ipyannotator.base import Settings
from ipyannotator.config.declared import (
    ELSEWHERE,
    FILE,
    PROJECT,
    Config,
    hints_of,
    is_declared,
    is_path,
    kinds,
)
from ipyannotator.config.reading import exists, parse
from ipyannotator.errors import InvalidValue
from ipyannotator.formats import original
from ipyannotator.mltypes import Input, Output
from ipyannotator.model.friendly import lean

_HEAD = "What Ipyannotator annotates here, and how. Paths are relative to this folder. docs/cli.md explains it all."


def write(folder: str | Path, given: Config) -> Path:
    """Write the file of a project; in one that is there, comments and order stay.

    What is as the declarations have it anyway is left out, and so is who annotates.

    Raises:
        ConfigError: the file that is there is broken; it stays as it is.
        InvalidValue: something cannot stand in the file, such as a path outside the project.
        StoreError: it cannot be written.
    """
    import tomlkit

    folder = Path(folder)
    file = folder / FILE
    tables = {
        "project": _plain(folder, "project", given.settings, PROJECT),
        "input": {"type": _name(given.input), **_plain(folder, "input", given.input)},
        "output": {"type": _name(given.output), **_plain(folder, "output", given.output)},
        "settings": _plain(
            folder, "settings", given.settings, [name for name in hints_of(Settings) if name not in ELSEWHERE]
        ),
    }
    if file.is_file():
        document = parse(file)
    else:
        document = tomlkit.document()
        document.add(tomlkit.comment(_HEAD))
    for name, values in tables.items():
        old = document.get(name)
        if not isinstance(old, dict):
            if not values:
                continue
            document[name] = old = tomlkit.table()
        for key in [key for key in old if key not in values]:
            del old[key]
        for key, value in values.items():
            if key not in old or not _same(old[key], value):
                old[key] = _item(value)
    text = tomlkit.dumps(document)
    try:
        original.write(file, text.encode())
    except UnicodeEncodeError as error:
        bad = text[max(0, error.start - 20) : error.end + 20]
        raise InvalidValue(
            "Part of the configuration", bad, "text in Unicode", "Rename it so that it is UTF-8."
        ) from error
    return file


def _plain(folder: Path, table: str, thing: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the values of a declaration that the file has to hold."""
    hints = hints_of(type(thing))
    found: dict[str, Any] = {}
    for field in dataclasses.fields(thing):
        name, value = field.name, getattr(thing, field.name)
        if not field.init or (names is not None and name not in names):
            continue
        path = is_path(name, hints[name])
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        if value == default and not (path and table == "input"):
            continue
        what = f"[{table}] {name}"
        if path:
            found[name] = (
                "" if value is None else _as_written(folder, what, value, elsewhere=table == "input")
            )
        elif isinstance(value, Path):  # instructions
            found[name] = _as_written(folder, what, value, elsewhere=False)
        else:
            found[name] = lean(value) if is_declared(hints[name]) else msgspec.to_builtins(value)
        if found[name] is None:
            raise InvalidValue(what, value, f"a value; {FILE} cannot say none where {default!r} is usual")
    return found


def _as_written(folder: Path, what: str, value: str | Path, *, elsewhere: bool) -> str:
    """Return a path as it stands in the file: relative where it lies within the project, which may have moved."""
    path = Path(value).expanduser()
    if not path.is_absolute():
        inside = folder / path
        path = inside if exists(inside) or not exists(path) else path
    whole, root = Path(os.path.abspath(path)), Path(os.path.abspath(folder))  # noqa: PTH100 - it keeps links as they are
    if whole.is_relative_to(root):
        return whole.relative_to(root).as_posix()
    if not elsewhere:
        raise InvalidValue(what, str(value), f"a path within {folder}", "Move it into the project.")
    return whole.as_posix()


def _same(item: Any, value: Any) -> bool:
    """Tell whether an item of the file is this value; True is not 1."""
    there = item.unwrap() if hasattr(item, "unwrap") else item
    return bool(msgspec.json.encode(there) == msgspec.json.encode(value))


def _item(value: Any) -> Any:
    """Return a value as the file has it: texts of several lines stay so, a long list has a line for each."""
    import tomlkit

    if isinstance(value, str) and "\n" in value:
        item = tomlkit.string(value, multiline=True)
        plain = not any(ord(char) < ord(" ") and char not in "\n\t" for char in value)
        if plain and not value.startswith("\n"):
            return item
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(len(value) > 6)  # noqa: PLR2004 - more do not fit into a line
    return value


def _name(declared: Input | Output) -> str:
    """Return the name of a declaration's class, by which it is found again."""
    kind = type(declared)
    base: type[Any] = Input if isinstance(declared, Input) else Output
    if kinds(base).get(kind.__name__) is not kind:
        raise InvalidValue(
            "The type", kind.__name__, f"one that {FILE} can name", "It must be a dataclass of its own name."
        )
    return kind.__name__
