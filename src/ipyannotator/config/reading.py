"""Reading a project's file; whatever is wrong in it is told with its place and what was expected."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import msgspec

from ipyannotator.base import Settings
from ipyannotator.config.declared import (
    ELSEWHERE,
    FILE,
    PROJECT,
    Config,
    hints_of,
    is_declared,
    is_optional,
    is_path,
    kinds,
    load_packages,
    without_none,
)
from ipyannotator.errors import ConfigError, InvalidValue, MissingFolder
from ipyannotator.mltypes import Input, NoOutput, Output
from ipyannotator.sources.finding import folders_near

_MADE: Final = ("result_dir",)
"""Paths that need not exist: they are made."""
_WORDS: Final[dict[Any, str]] = {
    int: "a whole number", float: "a number", bool: "true or false", str: "a text", list[str]: "a list of texts",
}  # fmt: skip

T = TypeVar("T")
D = TypeVar("D", Input, Output)


def read(folder: str | Path) -> Config:
    """Read the file of a project.

    Raises:
        ConfigError: there is none, or something in it is not what it should be; names file, key, value and remedy.
        MissingFolder: there is no such project folder, or a folder that the file names does not exist.
    """
    folder = Path(folder)
    file = folder / FILE
    content = _load(file)
    _check_names(file, "", content, ["project", "input", "output", "settings"])
    for name, table in content.items():
        if not isinstance(table, dict):
            _refuse(file, name, table, "a table", f"Write its values under a line `[{name}]`.")
    if "input" not in content:
        example = 'Write, for example: [input] type = "InputImage", image_dir = "images".'
        raise ConfigError(
            f"{file} has no table [input], which says what the data are. {example}", file, "input"
        )
    project = _values(file, "project", content.get("project", {}), Settings, PROJECT)
    _check_instructions(file, project.get("instructions"))
    names = tuple(name for name in hints_of(Settings) if name not in ELSEWHERE)
    settings = _values(file, "settings", content.get("settings", {}), Settings, names)
    return Config(
        _declared(file, "input", content["input"], Input),
        _declared(file, "output", content.get("output", {"type": NoOutput.__name__}), Output),
        _made(file, "settings", Settings, {"project_path": folder, **project, **settings}),
    )


def _load(file: Path) -> dict[str, Any]:
    """Return what the file holds, as plain values."""
    found: dict[str, Any] = parse(file).unwrap()
    return found


def parse(file: Path) -> Any:
    """Return the file as a document of tomlkit; raises as `read`."""
    import tomlkit

    if not file.parent.is_dir():
        raise MissingFolder(f"There is no folder {file.parent}. Give the folder of a project.")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no {FILE} in {file.parent.absolute()}. Make one with `ipyannotator init {file.parent} "
            "--boxes car,bike`, or `--labels cat,dog`, or give the folder that has one.", file,
        ) from error  # fmt: skip
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror or error}.", file) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not text in UTF-8 ({error}). Save it as UTF-8.", file) from error
    try:
        return tomlkit.parse(text)
    except Exception as error:  # besides errors of its own, others come out of it for some broken files
        hint = "Texts stand in quotes, lists in [ ], and each name comes once."
        raise ConfigError(f"{file} is not readable as TOML: {error}. {hint}", file) from error


def _declared(file: Path, table: str, values: dict[str, Any], base: type[D]) -> D:
    """Return the input or output that a table declares."""
    known = kinds(base)
    name = values.get("type")
    if name not in known and isinstance(name, str):
        load_packages()
        known = kinds(base)
    if not isinstance(name, str) or name not in known:
        near = difflib.get_close_matches(str(name), known, 1)
        hint = f"Did you mean {near[0]!r}?" if near else ""
        _refuse(file, f"[{table}] type", name, f"one of: {', '.join(sorted(known))}", hint)
    kind = known[name]
    given = {key: value for key, value in values.items() if key != "type"}
    found = _values(file, table, given, kind, tuple(hints_of(kind)))
    return _made(file, table, kind, found)


def _values(
    file: Path, table: str, values: dict[str, Any], kind: type, names: Iterable[str]
) -> dict[str, Any]:
    """Check the values of a table against the fields of a declaration."""
    hints = hints_of(kind)
    _check_names(file, table, values, [*names])
    found: dict[str, Any] = {}
    for name, value in values.items():
        where = f"[{table}] {name}"
        path = is_path(name, hints[name])
        optional = is_optional(hints[name])
        text = path or Path in typing.get_args(hints[name])
        hint: Any = (str | None if optional else str) if text else hints[name]
        if is_declared(hint):
            found[name] = value
            continue
        try:
            found[name] = msgspec.convert(value, hint)
        except (msgspec.ValidationError, TypeError) as error:
            expected = _WORDS.get(without_none(hint), str(error))
            _refuse(file, where, value, expected)
        if not path:
            continue
        if value:
            _check_path(file, where, value, elsewhere=table == "input", made=name in _MADE)
        elif optional:
            found[name] = None
        else:
            _refuse(file, where, value, "a path", 'The folder of the project itself is ".".')
    return found


def _made(file: Path, table: str, kind: type[T], values: dict[str, Any]) -> T:
    try:
        return kind(**values)
    except (InvalidValue, TypeError) as error:
        raise ConfigError(f"{file}, [{table}]: {error}", file, table) from error


def _check_names(file: Path, table: str, values: Mapping[str, Any], known: list[str]) -> None:
    for name in values:
        if name in known or (name == "type" and table in ("input", "output")):
            continue
        why = ELSEWHERE.get(name, "") if table == "settings" else ""
        near = difflib.get_close_matches(name, known, 1)
        if not why:
            why = f"Did you mean `{near[0]}`?" if near else f"It takes: {', '.join(known) or 'nothing'}."
        what = f"[{table}] has no value" if table else "it has no table"
        raise ConfigError(f"{file}: {what} `{name}`. {why}", file, f"{table}.{name}".lstrip("."))


def _check_path(file: Path, where: str, value: str, *, elsewhere: bool, made: bool) -> None:
    path = Path(value)
    if path.anchor or value.startswith("~"):
        if not elsewhere:
            _refuse(file, where, value, "a path within the project", f"Move it into {file.parent}.")
        return
    if ".." in path.parts:
        remedy = "Give an absolute path." if elsewhere else f"Move it into {file.parent}."
        _refuse(file, where, value, "a path within the project, without '..'", remedy)
    if not made and not exists(file.parent / path):
        near = ", ".join(f"“{name}”" for name in folders_near([file.parent], path.name))
        hint = f"Folders with images near it: {near}." if near else "No folder with images is near it."
        raise MissingFolder(f"{file}, {where} is {value!r}, but there is no {file.parent / path}. {hint}")


def _check_instructions(file: Path, value: str | None) -> None:
    """A path of instructions stays within the project, as every path does; a text may say what it likes."""
    if value and "\n" not in value and value.strip().lower().endswith(".md"):
        where = "[project] instructions"
        _check_path(file, where, value.strip(), elsewhere=False, made=True)
        if not (file.parent / value.strip()).is_file():
            _refuse(file, where, value, "Markdown, or the path of a file of it", "There is no such file.")


def exists(path: Path) -> bool:
    """Tell whether there is something at a path, or may be: whoever opens it says what is wrong."""
    try:
        return path.exists()
    except OSError:
        return True


def _refuse(file: Path, where: str, value: Any, expected: str, remedy: str = "") -> NoReturn:
    key = where.replace("[", "").replace("] ", ".")
    text = f"{file}, {where} is {value!r}, expected {expected}."
    raise ConfigError(f"{text} {remedy}".rstrip(), file, key)
