"""Which inputs and outputs there are to be named, and what fields a declaration has."""

from __future__ import annotations

import dataclasses
import types
import typing
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, Union

from ipyannotator import mltypes
from ipyannotator.base import Settings
from ipyannotator.mltypes import Input, Output

FILE: Final = "ipyannotator.toml"

PROJECT: Final = ("title", "instructions")
"""Settings that stand in the table `project`."""
ELSEWHERE: Final = {
    "project_path": "The project is the folder of this file.",
    "title": "It stands in [project].",
    "instructions": "It stands in [project].",
    "author": "Who annotates is told by the link of each person, or by `Settings(author=…)`.",
    "shared": "The web app sets it.",
    "holder": "The web app sets it.",
}
"""Settings that do not stand in the table `settings`, and why."""

D = TypeVar("D", Input, Output)


class Config(NamedTuple):
    """What the file says."""

    input: Input
    output: Output
    settings: Settings


def kinds(base: type[D]) -> dict[str, type[D]]:
    """Return the classes that can be named: those of `mltypes`, and everybody's that are imported."""
    found: dict[str, type[D]] = {}
    waiting = list(base.__subclasses__())
    while waiting:
        kind = waiting.pop(0)
        waiting += kind.__subclasses__()
        ours = kind.__module__.partition(".")[0] == "ipyannotator"
        if dataclasses.is_dataclass(kind) and (not ours or kind.__name__ in mltypes.__all__):
            found[kind.__name__] = kind  # the last of a name: a cell that was run again
    return found


def load_packages() -> None:
    """Import the packages that bring annotators, and with them their inputs and outputs."""
    for point in entry_points(group="ipyannotator.annotators"):
        try:
            point.load()
        except Exception:  # noqa: BLE001, S112 - the type is then not known, which the person is told
            continue


def hints_of(kind: type) -> dict[str, Any]:
    """Return the fields of a declaration and their types."""
    try:
        hints = typing.get_type_hints(kind)
    except (NameError, TypeError):  # written for a type checker only
        hints = {}
    return {field.name: hints.get(field.name, Any) for field in dataclasses.fields(kind) if field.init}


def is_path(name: str, hint: Any) -> bool:
    """Tell whether a field is a path: its type takes one, or it is called a folder; instructions may be either."""
    return name not in PROJECT and (name.endswith("_dir") or hint is Path or Path in typing.get_args(hint))


def is_declared(hint: Any) -> bool:
    """Tell whether a field holds declarations of its own, such as classes: these see themselves to what is given."""
    return dataclasses.is_dataclass(hint) or any(map(is_declared, typing.get_args(hint)))


def is_optional(hint: Any) -> bool:
    """Tell whether a field may be None."""
    return types.NoneType in typing.get_args(hint)


def without_none(hint: Any) -> Any:
    """Return the type of a field that is given."""
    if typing.get_origin(hint) not in (types.UnionType, Union):
        return hint
    rest = tuple(part for part in typing.get_args(hint) if part is not types.NoneType)
    return rest[0] if len(rest) == 1 else hint
